import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Alerts1764300000000 implements MigrationInterface {
  readonly name = 'Alerts1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tributary_store.run ADD COLUMN judged_state text');
    // What is left to be judged, however long the history is.
    await runner.query(
      `CREATE INDEX run_to_judge ON tributary_store.run (ended_at, id)
        WHERE ended_at IS NOT NULL AND judged_state IS DISTINCT FROM state`,
    );
    await runner.query(`
      CREATE TABLE tributary_store.alert_incident (
        id uuid PRIMARY KEY,
        key text NOT NULL,
        kind text NOT NULL,
        connection text NOT NULL,
        stream text,
        severity text NOT NULL,
        text jsonb NOT NULL,
        run_id text NOT NULL,
        opened_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        times integer NOT NULL DEFAULT 1,
        resolved_at timestamptz
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX alert_incident_open ON tributary_store.alert_incident (key) WHERE resolved_at IS NULL',
    );
    await runner.query('CREATE INDEX alert_incident_by_time ON tributary_store.alert_incident (opened_at DESC)');
    await runner.query(`
      CREATE TABLE tributary_store.alert_delivery (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        incident_id uuid NOT NULL REFERENCES tributary_store.alert_incident ON DELETE CASCADE,
        key text NOT NULL,
        channel text NOT NULL,
        action text NOT NULL CHECK (action IN ('trigger', 'resolve')),
        state text NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'given_up')),
        attempt integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        lease_until timestamptz,
        changed_at timestamptz NOT NULL,
        error text,
        UNIQUE (incident_id, channel, action)
      )`);
    await runner.query(
      `CREATE INDEX alert_delivery_waiting ON tributary_store.alert_delivery (key, channel, id) WHERE state = 'waiting'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.alert_delivery, tributary_store.alert_incident');
    await runner.query('DROP INDEX tributary_store.run_to_judge');
    await runner.query('ALTER TABLE tributary_store.run DROP COLUMN judged_state');
  }
}
