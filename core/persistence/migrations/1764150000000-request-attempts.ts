import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RequestAttempts1764150000000 implements MigrationInterface {
  readonly name = 'RequestAttempts1764150000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE tributary_store.run_request
        ADD COLUMN fruitless integer NOT NULL DEFAULT 0,
        ADD COLUMN error jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.run_request DROP COLUMN fruitless, DROP COLUMN error');
  }
}
