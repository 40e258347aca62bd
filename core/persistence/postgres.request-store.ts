import type { DataSource } from 'typeorm';
import type { ErrorReport } from '../protocol/index.js';
import type { Lease, RequestRecord, RequestState, RequestStore, RequestTrigger } from '../scheduler/request-store.js';
import { MAY_BEGIN, takeProbe, waitsForSource } from './postgres.circuit-store.js';
import { isHeld } from './postgres.hold-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';
import { sqlState } from './store-failure.js';

const TABLE = `${STORE_SCHEMA}.run_request`;

interface RequestRow {
  id: string;
  connection: string;
  trigger: RequestTrigger;
  slot: Date | null;
  idempotency_key: string | null;
  state: RequestState;
  requested_at: Date;
  not_before: Date;
  attempt: number;
  run_id: string | null;
  cancel_wanted: boolean;
  fruitless: number;
  error: ErrorReport | null;
  backfill_id: string | null;
  first_day: string | null;
  last_day: string | null;
}

/** What nobody asked for in person. */
const IS_SCHEDULED = `r.trigger IN ('schedule', 'after')`;

/** So many parts of a backfill go on at once, the oldest first: the rest of the workers is for the others. */
const PARTS_AT_ONCE = 4;
const PART_IS_NEXT = `(SELECT count(*) FROM ${TABLE} o WHERE o.backfill_id = r.backfill_id AND o.id <> r.id AND (
    o.state = 'running' OR o.state = 'queued' AND o.not_before <= now() AND o.first_day < r.first_day)) < ${PARTS_AT_ONCE}`;

/** One at a time of a connection, so that two workers never fight for its fence; what was begun is taken over also while it is held. */
const CLAIMABLE = `(r.state = 'queued' AND r.not_before <= now()
    AND CASE WHEN r.backfill_id IS NULL THEN NOT EXISTS (
      SELECT FROM ${TABLE} o WHERE o.connection = r.connection AND o.state = 'running' AND o.backfill_id IS NULL)
      ELSE ${PART_IS_NEXT} END
    AND NOT (${IS_SCHEDULED} AND ${isHeld('r.connection', 'now()')})
    AND NOT ${waitsForSource('r.connection')}
  OR r.state = 'running' AND r.lease_until < now())`;
const HELD = `id = $1 AND state = 'running' AND attempt = $2`;

export function requestStore(source: DataSource): RequestStore {
  const rows = (sql: string, values: readonly unknown[]): Promise<RequestRow[]> => source.query(sql, [...values]);
  // TypeORM gives [rows, count] for statements that change something.
  const changed = async (sql: string, values: readonly unknown[]): Promise<RequestRow[]> =>
    (await source.query(sql, [...values]))[0];
  const held = async ({ request, epoch }: Lease, change: string, ...values: unknown[]): Promise<RequestRow[]> =>
    changed(`UPDATE ${TABLE} SET ${change} WHERE ${HELD} RETURNING *`, [request.id, epoch, ...values]);
  const get = async (id: string) => (await rows(`SELECT * FROM ${TABLE} WHERE id = $1`, [id])).map(toRecord)[0];

  return {
    async add({ id, connection, trigger, slot = null, idempotencyKey = null, notBefore }) {
      await source.query(
        `INSERT INTO ${TABLE} (id, connection, trigger, slot, idempotency_key, state, requested_at, not_before)
         VALUES ($1, $2, $3, $4, $5, 'queued', now(), $6) ON CONFLICT DO NOTHING`,
        [id, connection, trigger, slot, idempotencyKey, notBefore],
      );
      const [found] = await rows(
        `SELECT * FROM ${TABLE} WHERE id = $1 OR connection = $2 AND (slot = $3 OR idempotency_key = $4)`,
        [id, connection, slot, idempotencyKey],
      );
      if (found === undefined) throw new Error(`request ${id} was not stored`);
      return { request: toRecord(found), isNew: found.id === id };
    },
    async claim(id, worker, leaseMs) {
      try {
        const [row] = await changed(
          `WITH probe AS (${takeProbe('$1', CLAIMABLE)})
           UPDATE ${TABLE} r SET state = 'running', attempt = attempt + 1, worker = $2, claimed_at = now(),
                  fruitless = fruitless + CASE r.state WHEN 'running' THEN 1 ELSE 0 END,
                  lease_until = now() + $3 * interval '1 ms'
            WHERE id = $1 AND ${CLAIMABLE} AND ${MAY_BEGIN} RETURNING *`,
          [id, worker, leaseMs],
        );
        return row === undefined ? undefined : { request: toRecord(row), epoch: row.attempt };
      } catch (error) {
        // Another request of the connection was claimed in the same moment.
        if (sqlState(error) === '23505') return undefined;
        throw error;
      }
    },
    async renew(lease, leaseMs, hasCommitted = false) {
      const [row] = await held(
        lease,
        `lease_until = now() + $3 * interval '1 ms', fruitless = CASE WHEN $4 THEN 0 ELSE fruitless END`,
        leaseMs,
        hasCommitted,
      );
      return { isHeld: row !== undefined, isCancelWanted: row?.cancel_wanted ?? false };
    },
    async began(lease, run) {
      await held(lease, 'run_id = $3', run);
    },
    async end(lease, error) {
      await held(lease, `state = 'ended', lease_until = NULL, error = $3`, storable(error ?? null));
    },
    async again(lease, notBefore, failed) {
      await held(
        lease,
        `lease_until = NULL, not_before = $3, error = coalesce($4, error), fruitless = coalesce($5, fruitless),
         state = CASE WHEN cancel_wanted THEN 'cancelled' ELSE 'queued' END`,
        notBefore,
        storable(failed?.error ?? null),
        failed?.fruitless ?? null,
      );
    },
    async cancel(id) {
      await source.query(
        `UPDATE ${TABLE} SET cancel_wanted = true, state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END
          WHERE id = $1 AND state IN ('queued', 'running')`,
        [id],
      );
      return get(id);
    },
    async claimable(limit) {
      const found = await rows(
        `SELECT f.* FROM (
            SELECT DISTINCT ON (r.connection) r.* FROM ${TABLE} r WHERE r.state IN ('queued', 'running') AND ${CLAIMABLE}
             ORDER BY r.connection, r.not_before, r.requested_at, r.id) f
          ORDER BY f.state = 'running' DESC,
                (SELECT max(s.claimed_at) FROM ${TABLE} s WHERE s.connection = f.connection) NULLS FIRST,
                f.not_before, f.requested_at LIMIT $1`,
        [limit],
      );
      return found.map(toRecord);
    },
    async isCrowded(id) {
      const [{ waiting }] = await source.query(
        `SELECT count(*)::int AS waiting FROM (SELECT FROM ${TABLE} w JOIN ${TABLE} r ON r.connection = w.connection
          WHERE r.id = $1 AND r.state = 'queued' AND w.state = 'queued' LIMIT 2) w`,
        [id],
      );
      return waiting > 1;
    },
    async list({ connection = null, within = null, state = null, trigger = null, limit, before = null }) {
      const found = await rows(
        `SELECT r.*, (SELECT x.id FROM ${STORE_SCHEMA}.run x WHERE x.id = r.run_id) AS run_id FROM ${TABLE} r
          WHERE ($1::text IS NULL OR r.connection = $1) AND ($2::text IS NULL OR r.state = $2)
            AND ($3::text IS NULL OR r.trigger = $3) AND ($6::text[] IS NULL OR r.connection = ANY ($6))
            AND ($4::uuid IS NULL OR (r.requested_at, r.id) < (SELECT b.requested_at, b.id FROM ${TABLE} b WHERE b.id = $4))
          ORDER BY r.requested_at DESC, r.id DESC LIMIT $5`,
        [connection, state, trigger, before, limit, within],
      );
      return found.map(toRecord);
    },
    get,
  };
}

function toRecord(row: RequestRow): RequestRecord {
  return {
    id: row.id,
    connection: row.connection,
    trigger: row.trigger,
    ...(row.slot === null ? {} : { slot: row.slot.toISOString() }),
    ...(row.idempotency_key === null ? {} : { idempotencyKey: row.idempotency_key }),
    notBefore: row.not_before.toISOString(),
    state: row.state,
    requestedAt: row.requested_at.toISOString(),
    attempt: row.attempt,
    ...(row.run_id === null ? {} : { run: row.run_id }),
    isCancelWanted: row.cancel_wanted,
    fruitless: row.fruitless,
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.backfill_id === null ? {} : { backfill: { id: row.backfill_id, from: row.first_day!, to: row.last_day! } }),
  };
}
