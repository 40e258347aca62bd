import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SecondFactors1765340100000 implements MigrationInterface {
  readonly name = 'SecondFactors1765340100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE tributary_store.session ADD COLUMN has_second_factor boolean NOT NULL DEFAULT false',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.session DROP COLUMN has_second_factor');
  }
}
