import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A request may ask for the quarantine to be read again. */
export class Replays1765240000000 implements MigrationInterface {
  readonly name = 'Replays1765240000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE tributary_store.run_request
        DROP CONSTRAINT run_request_trigger_check,
        ADD CONSTRAINT run_request_trigger_check
          CHECK (trigger IN ('schedule', 'manual', 'api', 'after', 'backfill', 'replay'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM tributary_store.run_request WHERE trigger = 'replay'`);
    await runner.query(`
      ALTER TABLE tributary_store.run_request
        DROP CONSTRAINT run_request_trigger_check,
        ADD CONSTRAINT run_request_trigger_check CHECK (trigger IN ('schedule', 'manual', 'api', 'after', 'backfill'))`);
  }
}
