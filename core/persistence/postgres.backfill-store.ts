import type { DataSource } from 'typeorm';
import type { ErrorReport } from '../protocol/index.js';
import type { BackfillPart, BackfillRecord, BackfillStore, PartState } from '../scheduler/backfill-store.js';
import { STORE_SCHEMA } from './run.entity.js';

const TABLE = `${STORE_SCHEMA}.backfill`;
const REQUEST = `${STORE_SCHEMA}.run_request`;

interface Row {
  id: string;
  connection: string;
  from: string;
  to: string;
  requested_at: Date;
  cancel_wanted: boolean;
  parts: (Omit<BackfillPart, 'run' | 'error'> & { run: string | null; error: ErrorReport | null })[];
}

/** A part that was asked for again stands there by its latest request. */
const RECORDS = `
  SELECT b.id, b.connection, b.first_day AS from, b.last_day AS to, b.requested_at, b.cancel_wanted, p.parts
    FROM ${TABLE} b CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
               'request', l.id, 'from', l.first_day, 'to', l.last_day, 'attempt', l.attempt, 'run', l.run_id, 'error', l.error,
               'state', CASE WHEN l.state <> 'ended' THEN l.state WHEN l.error IS NOT NULL THEN 'failed'
                             WHEN l.cancel_wanted THEN 'cancelled' ELSE 'succeeded' END) ORDER BY l.first_day), '[]') AS parts
        FROM (SELECT DISTINCT ON (first_day) * FROM ${REQUEST} WHERE backfill_id = b.id
               ORDER BY first_day, requested_at DESC) l) p`;

export function backfillStore(source: DataSource): BackfillStore {
  const found = async (where: string, values: readonly unknown[]): Promise<BackfillRecord[]> =>
    ((await source.query(`${RECORDS} ${where}`, [...values])) as Row[]).map(toRecord);
  const get = async (id: string) => (await found('WHERE b.id = $1', [id]))[0];

  return {
    async add({ id, connection, from, to, idempotencyKey = null, parts }) {
      await source.query(
        `WITH added AS (
           INSERT INTO ${TABLE} (id, connection, first_day, last_day, idempotency_key, requested_at)
           VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT DO NOTHING RETURNING id)
         INSERT INTO ${REQUEST} (id, connection, trigger, state, requested_at, not_before, backfill_id, first_day, last_day)
         SELECT p.id, $2, 'backfill', 'queued', now(), now(), added.id, p.first_day, p.last_day
           FROM added CROSS JOIN unnest($6::uuid[], $7::text[], $8::text[]) AS p (id, first_day, last_day)`,
        [
          id,
          connection,
          from,
          to,
          idempotencyKey,
          parts.map((part) => part.id),
          parts.map((part) => part.from),
          parts.map((part) => part.to),
        ],
      );
      const [backfill] = await found('WHERE b.id = $1 OR b.connection = $2 AND b.idempotency_key = $3', [
        id,
        connection,
        idempotencyKey,
      ]);
      if (backfill === undefined) throw new Error(`backfill ${id} was not stored`);
      return { backfill, isNew: backfill.id === id };
    },
    get,
    list: (connection, limit) =>
      found('WHERE b.connection = $1 ORDER BY b.requested_at DESC, b.id LIMIT $2', [connection, limit]),
    async cancel(id) {
      await source.query(
        `WITH told AS (UPDATE ${TABLE} SET cancel_wanted = true WHERE id = $1 RETURNING id)
         UPDATE ${REQUEST} r SET cancel_wanted = true, state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END
           FROM told WHERE r.backfill_id = told.id AND r.state IN ('queued', 'running')`,
        [id],
      );
      return get(id);
    },
    async repeat(id, from, request) {
      const rows: unknown[] = await source.query(
        `WITH latest AS (SELECT * FROM ${REQUEST} WHERE backfill_id = $1 AND first_day = $2
                          ORDER BY requested_at DESC LIMIT 1)
         INSERT INTO ${REQUEST} (id, connection, trigger, state, requested_at, not_before, backfill_id, first_day, last_day)
         SELECT $3, connection, 'backfill', 'queued', now(), now(), backfill_id, first_day, last_day
           FROM latest WHERE state = 'ended' AND error IS NOT NULL
         ON CONFLICT DO NOTHING RETURNING id`,
        [id, from, request],
      );
      return rows.length > 0;
    },
  };
}

function toRecord({ id, connection, from, to, requested_at, parts }: Row): BackfillRecord {
  const count = (...states: PartState[]) => parts.filter(({ state }) => states.includes(state)).length;
  const done = count('succeeded');
  const ended = count('failed') > 0 ? 'failed' : done === parts.length ? 'succeeded' : 'cancelled';
  return {
    id,
    connection,
    from,
    to,
    requestedAt: requested_at.toISOString(),
    state: count('queued', 'running') > 0 ? 'running' : ended,
    done,
    parts: parts.map(({ run, error, ...part }) => ({
      ...part,
      ...(run === null ? {} : { run }),
      ...(error === null ? {} : { error }),
    })),
  };
}
