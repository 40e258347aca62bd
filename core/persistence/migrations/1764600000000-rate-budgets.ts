import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RateBudgets1764600000000 implements MigrationInterface {
  readonly name = 'RateBudgets1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.rate_budget (
        id bytea PRIMARY KEY,
        origin text NOT NULL,
        share text,
        requests bigint,
        per text,
        level double precision NOT NULL,
        filled_at timestamptz NOT NULL,
        paused_until timestamptz NOT NULL,
        unused_after timestamptz NOT NULL
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE tributary_store.rate_budget_salt (
        only_one boolean PRIMARY KEY CHECK (only_one),
        salt text NOT NULL
      )`);
    await runner.query(`
      INSERT INTO tributary_store.rate_budget_salt
      VALUES (true, gen_random_uuid()::text || gen_random_uuid()::text)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.rate_budget_salt');
    await runner.query('DROP TABLE tributary_store.rate_budget');
  }
}
