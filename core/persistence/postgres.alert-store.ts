import { randomUUID } from 'node:crypto';
import type { DataSource, QueryRunner } from 'typeorm';
import type { AlertStore, Before, FailedRequest, ListedIncident } from '../alerting/alert-store.js';
import { NOTHING_TO_TELL, type Delivery, type EndedRun, type Judgement } from '../alerting/incident.js';
import { toEndedRun, toIncident, toListed, type DeliveryRow, type IncidentRow } from './alert-rows.js';
import { STORE_SCHEMA, type RunRow } from './run.entity.js';
import { storable } from './storable.js';
import { storeFailure } from './store-failure.js';

const RUN = `${STORE_SCHEMA}.run`;
const EVENT = `${STORE_SCHEMA}.run_event`;
const REQUEST = `${STORE_SCHEMA}.run_request`;
const INCIDENT = `${STORE_SCHEMA}.alert_incident`;
const DELIVERY = `${STORE_SCHEMA}.alert_delivery`;

/** As the index has it. */
const TO_JUDGE = 'ended_at IS NOT NULL AND judged_state IS DISTINCT FROM state';
/** What a request makes of its runs, `r`: hosts' clocks may differ by a minute from the database's. Parts of backfills go on beside. */
const OF_REQUEST = `q.connection = r.connection AND coalesce(q.first_day || '..' || q.last_day, '') = coalesce(r.part, '')
    AND q.attempt > 0 AND q.requested_at <= r.started_at + interval '1 minute'`;
/** A run that failed waits as long as its request may be tried again: only the last attempt is news. */
const OLDEST_TO_JUDGE = `SELECT * FROM ${RUN} r WHERE ${TO_JUDGE} AND (state = 'succeeded' OR NOT EXISTS (
    SELECT FROM ${REQUEST} q WHERE ${OF_REQUEST} AND q.state IN ('queued', 'running')))
  ORDER BY ended_at, id LIMIT 1`;
const IS_TRIED_AGAIN = `SELECT FROM ${RUN} r JOIN ${REQUEST} q ON ${OF_REQUEST} AND q.state IN ('ended', 'cancelled')
    JOIN ${RUN} last ON last.id = q.run_id AND last.started_at > r.started_at
  WHERE r.id = $1 AND r.state <> 'succeeded'`;
/** As far as any rule looks back, and no further than a busy connection goes in an hour. */
const EARLIER_RUNS = 20;
/** The run nearest to the same hour of the same weekday, of each of eight weeks; summer time moves it by one hour. */
const WEEKLY = `SELECT w.* FROM generate_series(1, 8) AS week CROSS JOIN LATERAL (
    SELECT * FROM ${RUN} r
     WHERE r.connection = $1 AND r.state IN ('succeeded', 'partial') AND r.trigger NOT IN ('backfill', 'replay')
       AND r.started_at BETWEEN $2::timestamptz - week * interval '168 hours' - interval '3 hours'
                            AND $2::timestamptz - week * interval '168 hours' + interval '3 hours'
     ORDER BY abs(extract(epoch FROM r.started_at - ($2::timestamptz - week * interval '168 hours'))) LIMIT 1) w`;
const FAILED_REQUESTS = `SELECT q.connection, q.id AS request, q.error
    FROM unnest($1::text[]) AS name CROSS JOIN LATERAL (
      SELECT * FROM ${REQUEST} WHERE connection = name AND state = 'ended' AND backfill_id IS NULL ORDER BY requested_at DESC LIMIT 1) q
   WHERE q.error IS NOT NULL
     AND (q.error ->> 'kind' = 'locked' OR NOT EXISTS (SELECT FROM ${RUN} r WHERE r.id = q.run_id))
     AND NOT EXISTS (SELECT FROM ${RUN} r
                      WHERE r.connection = q.connection AND r.state = 'succeeded' AND r.ended_at >= q.requested_at)
   ORDER BY q.connection`;
/** Of a delivery, `w`, at $1. */
const DUE = `w.state = 'waiting' AND w.due_at <= $1 AND (w.lease_until IS NULL OR w.lease_until < now())`;
/** What is more comes in a second message. */
const MOST_IN_DIGEST = 500;
const DROP_ESCALATIONS = `UPDATE ${DELIVERY} d SET state = 'dropped', changed_at = now()`;
const NOT_ESCALATED = `d.escalates AND d.state = 'waiting' AND d.attempt = 0`;
/** A row as it was claimed: a later claim has raised the attempt. */
const HELD = `id = $1 AND attempt = $2 AND state = 'waiting'`;

export function alertStore(source: DataSource): AlertStore {
  const changed = async (sql: string, values: readonly unknown[]): Promise<void> => {
    await source.query(sql, [...values]);
  };
  /** Leases what a query finds; $1 is the instant, $2 the milliseconds. */
  const claimed = async (found: string, values: readonly unknown[]): Promise<readonly Delivery[]> => {
    const [rows]: [DeliveryRow[]] = await source.query(
      `UPDATE ${DELIVERY} d SET attempt = attempt + 1, lease_until = now() + $2 * interval '1 ms', changed_at = now()
        WHERE id IN (${found}) RETURNING d.*`,
      [...values],
    );
    if (rows.length === 0) return [];
    const incidents: IncidentRow[] = await source.query(`SELECT * FROM ${INCIDENT} WHERE id = ANY($1)`, [
      rows.map((row) => row.incident_id),
    ]);
    const byId = new Map(incidents.map((row) => [row.id, toIncident(row)]));
    const inOrder = rows.toSorted((a, b) => Number(a.id) - Number(b.id));
    return inOrder.flatMap(({ id, channel, action, attempt, created_at, incident_id }) => {
      const incident = byId.get(incident_id);
      if (incident === undefined) return [];
      return [{ id, channel, action, attempt, createdAt: created_at.toISOString(), incident }];
    });
  };
  const listed = async (rows: readonly IncidentRow[]): Promise<readonly ListedIncident[]> => {
    const deliveries: DeliveryRow[] = await source.query(
      `SELECT * FROM ${DELIVERY} WHERE incident_id = ANY($1) ORDER BY id`,
      [rows.map(({ id }) => id)],
    );
    return rows.map((row) => toListed(row, deliveries));
  };
  const settle = ({ id, attempt }: Delivery, change: string, ...values: unknown[]) =>
    changed(`UPDATE ${DELIVERY} SET ${change}, lease_until = NULL, changed_at = now() WHERE ${HELD}`, [
      id,
      attempt,
      ...values,
    ]);
  return {
    begin: (now) =>
      changed(
        `UPDATE ${RUN} r SET judged_state = state
          WHERE ${TO_JUDGE}
            AND (ended_at < $1::timestamptz - interval '7 days' OR NOT EXISTS (SELECT FROM ${RUN} WHERE judged_state IS NOT NULL))
            AND EXISTS (SELECT FROM ${RUN} later
                         WHERE later.connection = r.connection AND (later.ended_at, later.id) > (r.ended_at, r.id))`,
        [now],
      ),
    async judgeNext(decide, now) {
      // Nearly always there is nothing, and nobody has to wait for that.
      if ((await source.query(OLDEST_TO_JUDGE)).length === 0) return undefined;
      return inTransaction(source, async (runner) => {
        await runner.query(`LOCK TABLE ${INCIDENT} IN SHARE ROW EXCLUSIVE MODE`);
        const [row]: RunRow[] = await runner.query(OLDEST_TO_JUDGE);
        if (row === undefined) return undefined;
        const fault = await setAside(runner, () => judgeRow(runner, row, decide, now));
        await runner.query(`UPDATE ${RUN} SET judged_state = $2 WHERE id = $1`, [row.id, row.state]);
        return { run: row.id, ...(fault === undefined ? {} : { fault }) };
      });
    },
    watch: (decide, now) =>
      inTransaction(source, async (runner) => {
        await runner.query(`LOCK TABLE ${INCIDENT} IN SHARE ROW EXCLUSIVE MODE`);
        const open: IncidentRow[] = await runner.query(`SELECT * FROM ${INCIDENT} WHERE resolved_at IS NULL`);
        await write(runner, await decide(open.map(toIncident)), now, now);
      }),
    async failedRequests(connections) {
      const rows: FailedRequest[] = await source.query(FAILED_REQUESTS, [connections]);
      return rows;
    },
    async claim({ now, leaseMs, limit, held }) {
      return claimed(
        `SELECT w.id FROM ${DELIVERY} w JOIN ${INCIDENT} i ON i.id = w.incident_id
          WHERE ${DUE} AND NOT EXISTS (SELECT FROM ${DELIVERY} o WHERE o.state = 'waiting'
                                AND o.key = w.key AND o.channel = w.channel AND o.id < w.id)
            AND NOT EXISTS (SELECT FROM jsonb_to_recordset($4::jsonb) AS h (channel text, severities text[])
                             WHERE h.channel = w.channel AND i.severity = ANY (h.severities))
          ORDER BY w.due_at, w.id LIMIT $3 FOR UPDATE OF w SKIP LOCKED`,
        [now, leaseMs, limit, JSON.stringify(held)],
      );
    },
    async claimDigest({ channel, severities, before, now, leaseMs }) {
      return claimed(
        `SELECT w.id FROM ${DELIVERY} w JOIN ${INCIDENT} i ON i.id = w.incident_id
          WHERE ${DUE} AND w.channel = $3 AND i.severity = ANY ($4::text[]) AND w.created_at < $5
          ORDER BY w.id LIMIT ${MOST_IN_DIGEST} FOR UPDATE OF w SKIP LOCKED`,
        [now, leaseMs, channel, severities, before],
      );
    },
    sent: (delivery) => settle(delivery, `state = 'sent', error = NULL`),
    again: (delivery, dueAt, error) => settle(delivery, 'due_at = $3, error = $4', dueAt, error),
    async ended(delivery, state, error) {
      await settle(delivery, 'state = $3, error = $4', state, error);
      if (delivery.action !== 'trigger') return;
      await changed(
        `UPDATE ${DELIVERY} SET state = $3, error = $4, changed_at = now()
          WHERE incident_id = $1 AND channel = $2 AND action = 'resolve' AND state = 'waiting'`,
        [delivery.incident.id, delivery.channel, state, error],
      );
    },
    async incidents({ limit, isOpen, connection, within, kind, after }) {
      const rows: IncidentRow[] = await source.query(
        `SELECT * FROM ${INCIDENT}
          WHERE ($2::boolean IS NULL OR (resolved_at IS NULL) = $2)
            AND ($3::text IS NULL OR connection = $3) AND ($4::text IS NULL OR kind = $4)
            AND ($8::text[] IS NULL OR connection = ANY ($8))
            AND ($5::boolean IS NULL OR (resolved_at IS NULL, opened_at, id) < ($5, $6::timestamptz, $7::uuid))
          ORDER BY (resolved_at IS NULL) DESC, opened_at DESC, id DESC LIMIT $1`,
        [limit, isOpen, connection, kind, after?.isOpen, after?.openedAt, after?.id, within],
      );
      return listed(rows);
    },
    async find(text) {
      const rows: IncidentRow[] = await source.query(
        `SELECT * FROM ${INCIDENT} WHERE starts_with(id::text, $1) OR (key = $1 AND resolved_at IS NULL)
          ORDER BY (resolved_at IS NULL) DESC, opened_at DESC, id DESC LIMIT 20`,
        [text],
      );
      return listed(rows);
    },
    acknowledge: (id, { at, by }) =>
      inTransaction(source, async (runner) => {
        const [, changes]: [unknown, number] = await runner.query(
          `UPDATE ${INCIDENT} SET acknowledged_at = coalesce(acknowledged_at, $2), acknowledged_by = coalesce(acknowledged_by, $3)
            WHERE id = $1 AND resolved_at IS NULL`,
          [id, at, storable(by)],
        );
        if (changes > 0) await runner.query(`${DROP_ESCALATIONS} WHERE d.incident_id = $1 AND ${NOT_ESCALATED}`, [id]);
      }),
  };

  async function judgeRow(
    runner: QueryRunner,
    row: RunRow,
    decide: (before: Before) => Judgement,
    now: Date,
  ): Promise<void> {
    const [run] = await withEvents(runner, [row]);
    const earlier: RunRow[] = await runner.query(
      `SELECT * FROM ${RUN} WHERE connection = $1 AND ended_at IS NOT NULL AND (ended_at, id) < ($2, $3)
        ORDER BY ended_at DESC, id DESC LIMIT ${EARLIER_RUNS}`,
      [row.connection, row.ended_at, row.id],
    );
    const weekly: RunRow[] = await runner.query(WEEKLY, [row.connection, row.started_at]);
    const open: IncidentRow[] = await runner.query(
      `SELECT * FROM ${INCIDENT} WHERE connection = $1 AND resolved_at IS NULL`,
      [row.connection],
    );
    const isTriedAgain = (await runner.query(IS_TRIED_AGAIN, [row.id])).length > 0;
    const judgement = isTriedAgain
      ? NOTHING_TO_TELL
      : decide({
          run: run as EndedRun,
          earlier: earlier.map((each) => toEndedRun(each)),
          weekly: weekly.map((each) => toEndedRun(each)),
          open: open.map(toIncident),
        });
    await write(runner, judgement, row.ended_at as Date, now);
  }

  async function withEvents(runner: QueryRunner, rows: readonly RunRow[]): Promise<readonly EndedRun[]> {
    const events: { run_id: string; data: unknown }[] = await runner.query(
      `SELECT run_id, data FROM ${EVENT} WHERE run_id = ANY($1) AND type = 'schema_changed' ORDER BY seq`,
      [rows.map(({ id }) => id)],
    );
    return rows.map((row) =>
      toEndedRun(
        row,
        events.filter((event) => event.run_id === row.id),
      ),
    );
  }
}

/** `at`: when the run ended that showed it. */
async function write(runner: QueryRunner, { opened, seen, resolved }: Judgement, at: Date, now: Date): Promise<void> {
  for (const { key, kind, connection, stream, severity, text, run, channels, escalations } of opened) {
    const id = randomUUID();
    await runner.query(
      `INSERT INTO ${INCIDENT} (id, key, kind, connection, stream, severity, text, run_id, opened_at, last_seen_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
      [id, key, kind, connection ?? null, stream ?? null, severity, JSON.stringify(storable(text)), run ?? null, at],
    );
    await runner.query(
      `INSERT INTO ${DELIVERY} (incident_id, key, channel, action, state, created_at, due_at, changed_at)
       SELECT $1, $2, channel, 'trigger', 'waiting', $4, $4, now() FROM unnest($3::text[]) AS channel`,
      [id, key, channels, now],
    );
    await runner.query(
      `INSERT INTO ${DELIVERY} (incident_id, key, channel, action, escalates, state, created_at, due_at, changed_at)
       SELECT $1, $2, channel, 'trigger', true, 'waiting', $4, $4::timestamptz + after * interval '1 ms', now()
         FROM unnest($3::text[], $5::double precision[]) AS e (channel, after)`,
      [id, key, escalations.map(({ channel }) => channel), now, escalations.map(({ afterMs }) => afterMs)],
    );
  }
  await runner.query(
    `UPDATE ${INCIDENT} SET times = times + 1, last_seen_at = greatest(last_seen_at, $2)
      WHERE key = ANY($1) AND resolved_at IS NULL`,
    [seen, at],
  );
  await runner.query(
    `${DROP_ESCALATIONS} FROM ${INCIDENT} i
      WHERE i.id = d.incident_id AND i.key = ANY($1) AND i.resolved_at IS NULL AND ${NOT_ESCALATED}`,
    [resolved],
  );
  await runner.query(
    `INSERT INTO ${DELIVERY} (incident_id, key, channel, action, state, created_at, due_at, changed_at)
     SELECT d.incident_id, d.key, d.channel, 'resolve', 'waiting', $2, $2, now()
       FROM ${DELIVERY} d JOIN ${INCIDENT} i ON i.id = d.incident_id
      WHERE i.key = ANY($1) AND i.resolved_at IS NULL AND d.action = 'trigger' AND d.state IN ('waiting', 'sent')
      GROUP BY d.incident_id, d.key, d.channel ORDER BY min(d.id)`,
    [resolved, now],
  );
  await runner.query(`UPDATE ${INCIDENT} SET resolved_at = $2 WHERE key = ANY($1) AND resolved_at IS NULL`, [
    resolved,
    at,
  ]);
}

/** Takes back what `work` did where it cannot be done, and gives the reason; what another time may heal is thrown. */
async function setAside(runner: QueryRunner, work: () => Promise<void>): Promise<string | undefined> {
  await runner.query('SAVEPOINT judgement');
  try {
    await work();
    return undefined;
  } catch (error) {
    const { kind, message } = storeFailure('judge it', error);
    if (kind === 'transient') throw error;
    await runner.query('ROLLBACK TO SAVEPOINT judgement');
    return message;
  }
}

async function inTransaction<T>(source: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    await runner.startTransaction();
    const result = await work(runner);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
