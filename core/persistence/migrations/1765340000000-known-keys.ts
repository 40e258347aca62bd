import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KnownKeys1765340000000 implements MigrationInterface {
  readonly name = 'KnownKeys1765340000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.known_key (
        name text NOT NULL,
        version int NOT NULL,
        digest text NOT NULL,
        first_used_at timestamptz NOT NULL,
        PRIMARY KEY (name, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.known_key');
  }
}
