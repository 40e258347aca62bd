import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums over all runs that ever ended, so that history can be pruned and nobody adds it up again. */
export class RunTotals1764710000000 implements MigrationInterface {
  readonly name = 'RunTotals1764710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.run_total (
        connection text NOT NULL,
        state text NOT NULL,
        runs bigint NOT NULL,
        seconds double precision NOT NULL,
        last_ended_at timestamptz,
        PRIMARY KEY (connection, state)
      )`);
    await runner.query(`
      CREATE TABLE tributary_store.run_total_rows (
        connection text NOT NULL,
        ledger_column text NOT NULL,
        rows numeric NOT NULL,
        PRIMARY KEY (connection, ledger_column)
      )`);
    await runner.query(`
      CREATE FUNCTION tributary_store.add_to_run_total(run tributary_store.run, sign integer) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        IF run.state IN ('queued', 'running') OR run.ended_at IS NULL THEN RETURN; END IF;
        INSERT INTO tributary_store.run_total AS total
        VALUES (run.connection, run.state, sign, sign * extract(epoch FROM run.ended_at - run.started_at),
                -- A backfill or replay does not say that the source was read up to now.
                CASE WHEN sign > 0 AND run.trigger NOT IN ('backfill', 'replay') THEN run.ended_at END)
        ON CONFLICT (connection, state) DO UPDATE
          SET runs = total.runs + excluded.runs, seconds = total.seconds + excluded.seconds,
              last_ended_at = greatest(total.last_ended_at, excluded.last_ended_at);
        INSERT INTO tributary_store.run_total_rows AS total
        SELECT run.connection, entry.key, sign * sum(entry.value::numeric)
          FROM jsonb_each(run.streams) AS stream, jsonb_each_text(stream.value -> 'ledger') AS entry
         GROUP BY entry.key ORDER BY entry.key
        ON CONFLICT (connection, ledger_column) DO UPDATE SET rows = total.rows + excluded.rows;
      END $$`);
    // In the transaction that ends the run, whoever ends it; a run that is told otherwise later is taken back first.
    await runner.query(`
      CREATE FUNCTION tributary_store.keep_run_total() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' THEN PERFORM tributary_store.add_to_run_total(OLD, -1); END IF;
        PERFORM tributary_store.add_to_run_total(NEW, 1);
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER keep_run_total_on_insert AFTER INSERT ON tributary_store.run
      FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION tributary_store.keep_run_total()`);
    await runner.query(`
      CREATE TRIGGER keep_run_total AFTER UPDATE ON tributary_store.run
      FOR EACH ROW WHEN ((OLD.state, OLD.ended_at, OLD.streams) IS DISTINCT FROM (NEW.state, NEW.ended_at, NEW.streams))
      EXECUTE FUNCTION tributary_store.keep_run_total()`);
    // Whoever ends a run meanwhile waits for the triggers, and what ended before is seen by now. In sets: a row at a time would add
    // to the same few totals again and again, which takes hours where the history is long.
    const ENDED = `run.state NOT IN ('queued', 'running') AND run.ended_at IS NOT NULL`;
    await runner.query(`
      INSERT INTO tributary_store.run_total
      SELECT connection, state, count(*), sum(extract(epoch FROM ended_at - started_at)),
             max(ended_at) FILTER (WHERE trigger NOT IN ('backfill', 'replay'))
        FROM tributary_store.run WHERE ${ENDED} GROUP BY connection, state`);
    await runner.query(`
      INSERT INTO tributary_store.run_total_rows
      SELECT run.connection, entry.key, sum(entry.value::numeric)
        FROM tributary_store.run, jsonb_each(run.streams) AS stream, jsonb_each_text(stream.value -> 'ledger') AS entry
       WHERE ${ENDED} GROUP BY run.connection, entry.key`);
    await runner.query(
      `CREATE INDEX run_open ON tributary_store.run (connection) WHERE state IN ('queued', 'running')`,
    );
    await runner.query(
      `CREATE INDEX run_request_ended ON tributary_store.run_request (requested_at) WHERE state IN ('ended', 'cancelled')`,
    );
    await runner.query('CREATE INDEX run_ended ON tributary_store.run (ended_at) WHERE ended_at IS NOT NULL');
    await runner.query('CREATE TABLE tributary_store.history_pruning (pruned_at timestamptz NOT NULL)');
    await runner.query(`INSERT INTO tributary_store.history_pruning VALUES ('-infinity')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.history_pruning');
    await runner.query('DROP INDEX tributary_store.run_ended');
    await runner.query('DROP INDEX tributary_store.run_request_ended');
    await runner.query('DROP INDEX tributary_store.run_open');
    await runner.query('DROP TRIGGER keep_run_total ON tributary_store.run');
    await runner.query('DROP TRIGGER keep_run_total_on_insert ON tributary_store.run');
    await runner.query('DROP FUNCTION tributary_store.keep_run_total()');
    await runner.query('DROP FUNCTION tributary_store.add_to_run_total(tributary_store.run, integer)');
    await runner.query('DROP TABLE tributary_store.run_total_rows, tributary_store.run_total');
  }
}
