import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TraceIds1764700000000 implements MigrationInterface {
  readonly name = 'TraceIds1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.run ADD COLUMN trace_id text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.run DROP COLUMN trace_id');
  }
}
