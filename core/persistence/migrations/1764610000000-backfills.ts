import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Backfills1764610000000 implements MigrationInterface {
  readonly name = 'Backfills1764610000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.backfill (
        id uuid PRIMARY KEY,
        connection text NOT NULL,
        first_day text NOT NULL,
        last_day text NOT NULL,
        idempotency_key text,
        requested_at timestamptz NOT NULL,
        cancel_wanted boolean NOT NULL DEFAULT false,
        UNIQUE (connection, idempotency_key)
      )`);
    await runner.query(`
      ALTER TABLE tributary_store.run_request
        ADD COLUMN backfill_id uuid REFERENCES tributary_store.backfill,
        ADD COLUMN first_day text,
        ADD COLUMN last_day text,
        DROP CONSTRAINT run_request_trigger_check,
        ADD CONSTRAINT run_request_trigger_check CHECK (trigger IN ('schedule', 'manual', 'api', 'after', 'backfill'))`);
    await runner.query('ALTER TABLE tributary_store.run ADD COLUMN part text');
    await runner.query('DROP INDEX tributary_store.run_alone');
    await runner.query(`
      CREATE UNIQUE INDEX run_alone ON tributary_store.run (connection, coalesce(part, '')) WHERE state = 'running'`);
    await runner.query('DROP INDEX tributary_store.run_request_alone');
    await runner.query(`
      CREATE UNIQUE INDEX run_request_alone ON tributary_store.run_request (connection)
        WHERE state = 'running' AND backfill_id IS NULL`);
    await runner.query(`
      CREATE INDEX run_request_of_backfill ON tributary_store.run_request (backfill_id, first_day)
        WHERE backfill_id IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE tributary_store.run SET state = 'interrupted', ended_at = now()
      WHERE part IS NOT NULL AND state = 'running'`);
    await runner.query('DROP INDEX tributary_store.run_alone');
    await runner.query('ALTER TABLE tributary_store.run DROP COLUMN part');
    await runner.query(`CREATE UNIQUE INDEX run_alone ON tributary_store.run (connection) WHERE state = 'running'`);
    await runner.query('DELETE FROM tributary_store.run_request WHERE backfill_id IS NOT NULL');
    await runner.query('DROP INDEX tributary_store.run_request_alone');
    await runner.query(`
      CREATE UNIQUE INDEX run_request_alone ON tributary_store.run_request (connection) WHERE state = 'running'`);
    await runner.query(`
      ALTER TABLE tributary_store.run_request
        DROP CONSTRAINT run_request_trigger_check,
        ADD CONSTRAINT run_request_trigger_check CHECK (trigger IN ('schedule', 'manual', 'api', 'after')),
        DROP COLUMN backfill_id, DROP COLUMN first_day, DROP COLUMN last_day`);
    await runner.query('DROP TABLE tributary_store.backfill');
  }
}
