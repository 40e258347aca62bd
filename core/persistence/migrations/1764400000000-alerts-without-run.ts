import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Some things are told by the clock: that nothing ran has no run. */
export class AlertsWithoutRun1764400000000 implements MigrationInterface {
  readonly name = 'AlertsWithoutRun1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.alert_incident ALTER COLUMN run_id DROP NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM tributary_store.alert_incident WHERE run_id IS NULL');
    await runner.query('ALTER TABLE tributary_store.alert_incident ALTER COLUMN run_id SET NOT NULL');
  }
}
