import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RunRequests1764100000000 implements MigrationInterface {
  readonly name = 'RunRequests1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.run_request (
        id uuid PRIMARY KEY,
        connection text NOT NULL,
        trigger text NOT NULL CHECK (trigger IN ('schedule', 'manual', 'api', 'after')),
        slot timestamptz,
        idempotency_key text,
        state text NOT NULL CHECK (state IN ('queued', 'running', 'ended', 'cancelled')),
        requested_at timestamptz NOT NULL,
        not_before timestamptz NOT NULL,
        attempt integer NOT NULL DEFAULT 0,
        worker text,
        lease_until timestamptz,
        run_id text,
        cancel_wanted boolean NOT NULL DEFAULT false,
        UNIQUE (connection, slot),
        UNIQUE (connection, idempotency_key)
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX run_request_alone ON tributary_store.run_request (connection) WHERE state = 'running'`,
    );
    await runner.query(
      `CREATE INDEX run_request_open ON tributary_store.run_request (not_before) WHERE state IN ('queued', 'running')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.run_request');
  }
}
