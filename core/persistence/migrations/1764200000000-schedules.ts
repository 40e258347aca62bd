import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Schedules1764200000000 implements MigrationInterface {
  readonly name = 'Schedules1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.schedule (
        connection text NOT NULL,
        definition text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (connection, definition)
      )`);
    await runner.query(
      `CREATE INDEX run_request_waiting ON tributary_store.run_request (connection) WHERE state = 'queued'`,
    );
    await runner.query('CREATE INDEX run_request_by_run ON tributary_store.run_request (run_id)');
    await runner.query(
      `CREATE INDEX run_succeeded ON tributary_store.run (connection, ended_at DESC) WHERE state = 'succeeded'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX tributary_store.run_succeeded');
    await runner.query('DROP INDEX tributary_store.run_request_by_run');
    await runner.query('DROP INDEX tributary_store.run_request_waiting');
    await runner.query('DROP TABLE tributary_store.schedule');
  }
}
