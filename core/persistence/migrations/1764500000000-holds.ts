import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Holds1764500000000 implements MigrationInterface {
  readonly name = 'Holds1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.hold (
        connection text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('paused', 'action_required')),
        since timestamptz NOT NULL,
        until timestamptz,
        held_by text,
        reason text,
        error jsonb,
        request uuid,
        settings_salt text,
        settings_hash text,
        PRIMARY KEY (connection, kind)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.hold');
  }
}
