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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.circuit');
    await runner.query('DROP TABLE tributary_store.connection_source');
  }
}
