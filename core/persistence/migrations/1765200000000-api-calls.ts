import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ApiCalls1765200000000 implements MigrationInterface {
  readonly name = 'ApiCalls1765200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.run ADD COLUMN calls jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.run DROP COLUMN calls');
  }
}
