import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Retentions1765363000000 implements MigrationInterface {
  readonly name = 'Retentions1765363000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.retention (
        connection text NOT NULL,
        stream text NOT NULL,
        kept_from date NOT NULL,
        done_at timestamptz NOT NULL,
        PRIMARY KEY (connection, stream)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.retention');
  }
}
