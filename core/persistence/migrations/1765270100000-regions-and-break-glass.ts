import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RegionsAndBreakGlass1765270100000 implements MigrationInterface {
  readonly name = 'RegionsAndBreakGlass1765270100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.api_token ADD COLUMN regions text[]');
    await runner.query('ALTER TABLE tributary_store.session ADD COLUMN regions text[]');
    await runner.query(`
      CREATE TABLE tributary_store.break_glass (
        id uuid PRIMARY KEY,
        actor text NOT NULL,
        reason text NOT NULL,
        opened_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        ended_by text
      )`);
    await runner.query('CREATE INDEX break_glass_open ON tributary_store.break_glass (actor) WHERE ended_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.break_glass');
    await runner.query('ALTER TABLE tributary_store.session DROP COLUMN regions');
    await runner.query('ALTER TABLE tributary_store.api_token DROP COLUMN regions');
  }
}
