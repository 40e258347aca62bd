import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReleaseMails1765230000000 implements MigrationInterface {
  readonly name = 'ReleaseMails1765230000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.release_mail (
        month text NOT NULL,
        version int NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'given_up')),
        attempts int NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        leased_until timestamptz,
        answer text,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (month, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.release_mail');
  }
}
