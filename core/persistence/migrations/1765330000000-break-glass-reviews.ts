import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BreakGlassReviews1765330000000 implements MigrationInterface {
  readonly name = 'BreakGlassReviews1765330000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE tributary_store.break_glass ADD COLUMN reviewed_at timestamptz, ADD COLUMN reviewed_by text',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.break_glass DROP COLUMN reviewed_at, DROP COLUMN reviewed_by');
  }
}
