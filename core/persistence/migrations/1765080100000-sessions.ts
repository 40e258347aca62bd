import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sessions1765080100000 implements MigrationInterface {
  readonly name = 'Sessions1765080100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.login_attempt (
        state bytea PRIMARY KEY,
        verifier text NOT NULL,
        nonce text NOT NULL,
        return_to text NOT NULL,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE tributary_store.session (
        digest bytea PRIMARY KEY,
        subject text NOT NULL,
        name text NOT NULL,
        roles text[] NOT NULL,
        connections text[],
        opened_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.session, tributary_store.login_attempt');
  }
}
