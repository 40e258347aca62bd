import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ConfigurationSeen1765270000000 implements MigrationInterface {
  readonly name = 'ConfigurationSeen1765270000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.configuration_seen (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        "values" jsonb NOT NULL,
        seen_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.configuration_seen');
  }
}
