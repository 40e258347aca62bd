import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Runs1764000000000 implements MigrationInterface {
  readonly name = 'Runs1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.run (
        id text PRIMARY KEY,
        connection text NOT NULL,
        state text NOT NULL CHECK (state IN
          ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled', 'interrupted')),
        trigger text NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        exit_code integer,
        error jsonb,
        streams jsonb NOT NULL DEFAULT '{}',
        owner_host text NOT NULL,
        owner_pid integer NOT NULL,
        owner_started text NOT NULL,
        heartbeat_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX run_by_start ON tributary_store.run (started_at DESC, id DESC)');
    await runner.query('CREATE INDEX run_by_connection ON tributary_store.run (connection, started_at DESC, id DESC)');
    await runner.query(`CREATE UNIQUE INDEX run_alone ON tributary_store.run (connection) WHERE state = 'running'`);
    await runner.query(`
      CREATE TABLE tributary_store.run_event (
        run_id text NOT NULL REFERENCES tributary_store.run ON DELETE CASCADE,
        seq integer NOT NULL,
        at timestamptz NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        PRIMARY KEY (run_id, seq)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.run_event, tributary_store.run');
  }
}
