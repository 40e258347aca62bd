import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Circuits1764510000000 implements MigrationInterface {
  readonly name = 'Circuits1764510000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.connection_source (
        connection text PRIMARY KEY,
        source text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE tributary_store.circuit (
        source text PRIMARY KEY,
        failures integer NOT NULL,
        last_attempt text NOT NULL,
        error jsonb NOT NULL,
        opened_at timestamptz,
        pause_ms integer,
        probe_at timestamptz,
        probe uuid
      )`);
    await runner.query('ALTER TABLE tributary_store.run_request ADD COLUMN claimed_at timestamptz');
    await runner.query('CREATE INDEX run_request_served ON tributary_store.run_request (connection, claimed_at)');
    await runner.query('CREATE INDEX run_request_listed ON tributary_store.run_request (requested_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX tributary_store.run_request_listed');
    await runner.query('DROP INDEX tributary_store.run_request_served');
    await runner.query('ALTER TABLE tributary_store.run_request DROP COLUMN claimed_at');
    await runner.query('DROP TABLE tributary_store.circuit');
    await runner.query('DROP TABLE tributary_store.connection_source');
  }
}
