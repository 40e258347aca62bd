import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workers that are heard of, alerts about no connection, escalation, and who has acknowledged. */
export class AlertPolicy1764410000000 implements MigrationInterface {
  readonly name = 'AlertPolicy1764410000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.worker (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        started_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        is_successor boolean NOT NULL DEFAULT false
      )`);
    await runner.query(
      `CREATE INDEX run_request_last_ended ON tributary_store.run_request (connection, requested_at DESC) WHERE state = 'ended'`,
    );
    await runner.query(`
      ALTER TABLE tributary_store.alert_incident
        ALTER COLUMN connection DROP NOT NULL,
        ADD COLUMN acknowledged_at timestamptz,
        ADD COLUMN acknowledged_by text`);
    await runner.query(`
      ALTER TABLE tributary_store.alert_delivery
        ADD COLUMN escalates boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT alert_delivery_incident_id_channel_action_key,
        ADD UNIQUE (incident_id, channel, action, escalates),
        DROP CONSTRAINT alert_delivery_state_check,
        ADD CONSTRAINT alert_delivery_state_check
          CHECK (state IN ('waiting', 'sent', 'refused', 'given_up', 'dropped'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM tributary_store.alert_delivery WHERE escalates OR state = 'dropped'`);
    await runner.query('DELETE FROM tributary_store.alert_incident WHERE connection IS NULL');
    await runner.query(`
      ALTER TABLE tributary_store.alert_delivery
        DROP COLUMN escalates,
        ADD CONSTRAINT alert_delivery_incident_id_channel_action_key UNIQUE (incident_id, channel, action),
        DROP CONSTRAINT alert_delivery_state_check,
        ADD CONSTRAINT alert_delivery_state_check CHECK (state IN ('waiting', 'sent', 'refused', 'given_up'))`);
    await runner.query(`
      ALTER TABLE tributary_store.alert_incident
        ALTER COLUMN connection SET NOT NULL, DROP COLUMN acknowledged_at, DROP COLUMN acknowledged_by`);
    await runner.query('DROP INDEX tributary_store.run_request_last_ended');
    await runner.query('DROP TABLE tributary_store.worker');
  }
}
