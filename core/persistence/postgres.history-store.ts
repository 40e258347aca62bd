import type { DataSource } from 'typeorm';
import type { HistoryStore, Retention } from './history-store.js';
import { STORE_SCHEMA } from './run.entity.js';

const RUN = `${STORE_SCHEMA}.run`;
const EVENT = `${STORE_SCHEMA}.run_event`;
const REQUEST = `${STORE_SCHEMA}.run_request`;
const INCIDENT = `${STORE_SCHEMA}.alert_incident`;
const PRUNING = `${STORE_SCHEMA}.history_pruning`;

/** Short transactions: nothing that a run waits for shall wait for this. */
const BATCH = 200;
/** A run may have thousands of events. */
const RUNS_OF_EVENTS = 20;
/** Once all is done, until the next look. */
const PAUSE = '10 minutes';
/** As many of a connection's latest runs as alerts look back at are always kept. */
const LATEST_RUNS = 20;

const OLDER = `now() - $1 * interval '1 ms'`;

/** In this order: events go before their runs, whose deletion would take all of them at once. */
const DELETIONS: readonly (readonly [kind: keyof Retention, limit: number, sql: string])[] = [
  [
    'events',
    RUNS_OF_EVENTS,
    `WITH old AS (
       SELECT r.id FROM ${RUN} r
        WHERE r.ended_at < ${OLDER} AND EXISTS (SELECT FROM ${EVENT} e WHERE e.run_id = r.id)
          AND EXISTS (SELECT FROM ${RUN} l WHERE l.connection = r.connection AND (l.started_at, l.id) > (r.started_at, r.id))
        ORDER BY r.ended_at LIMIT ${RUNS_OF_EVENTS}),
     gone AS (DELETE FROM ${EVENT} WHERE run_id IN (SELECT id FROM old))
     SELECT count(*)::int AS n FROM old`,
  ],
  [
    'runs',
    BATCH,
    `WITH gone AS (
       DELETE FROM ${RUN} WHERE id IN (
         SELECT r.id FROM ${RUN} r
          WHERE r.ended_at < ${OLDER} AND r.state NOT IN ('queued', 'running')
            AND (SELECT count(*) FROM (SELECT FROM ${RUN} l
                  WHERE l.connection = r.connection AND (l.started_at, l.id) > (r.started_at, r.id)
                  LIMIT ${LATEST_RUNS}) AS later) = ${LATEST_RUNS}
            AND (r.state <> 'succeeded' OR EXISTS (SELECT FROM ${RUN} l WHERE l.connection = r.connection
                  AND l.state = 'succeeded' AND (l.ended_at, l.id) > (r.ended_at, r.id)))
            AND NOT EXISTS (SELECT FROM ${INCIDENT} i WHERE i.run_id = r.id AND i.resolved_at IS NULL)
            AND NOT EXISTS (SELECT FROM ${REQUEST} q WHERE q.run_id = r.id AND q.state IN ('queued', 'running'))
          ORDER BY r.ended_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) RETURNING 1)
     SELECT count(*)::int AS n FROM gone`,
  ],
  [
    'requests',
    BATCH,
    // By the latest slot a schedule knows what it missed, and by the latest follower that it has followed.
    `WITH gone AS (
       DELETE FROM ${REQUEST} WHERE id IN (
         SELECT q.id FROM ${REQUEST} q
          WHERE q.requested_at < ${OLDER} AND q.state IN ('ended', 'cancelled') AND q.backfill_id IS NULL
            AND EXISTS (SELECT FROM ${REQUEST} l WHERE l.connection = q.connection AND l.trigger = q.trigger
                         AND l.requested_at > q.requested_at AND (q.slot IS NULL OR l.slot > q.slot))
          ORDER BY q.requested_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) RETURNING 1)
     SELECT count(*)::int AS n FROM gone`,
  ],
  [
    'alerts',
    BATCH,
    `WITH gone AS (
       DELETE FROM ${INCIDENT} WHERE id IN (
         SELECT i.id FROM ${INCIDENT} i
          WHERE i.resolved_at < ${OLDER}
            AND NOT EXISTS (SELECT FROM ${STORE_SCHEMA}.alert_delivery d WHERE d.incident_id = i.id AND d.state = 'waiting')
          ORDER BY i.resolved_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) RETURNING 1)
     SELECT count(*)::int AS n FROM gone`,
  ],
];

export function historyStore(source: DataSource): HistoryStore {
  return {
    prune: (keep) =>
      source.transaction(async (manager) => {
        // One host does it: the lock on this row ends with the transaction.
        const [turn] = await manager.query(
          `SELECT 1 FROM ${PRUNING} WHERE pruned_at < now() - interval '${PAUSE}' FOR UPDATE SKIP LOCKED`,
        );
        if (turn === undefined) return undefined;
        const pruned: Record<keyof Retention, number> = { runs: 0, events: 0, requests: 0, alerts: 0 };
        let isMoreLeft = false;
        for (const [kind, limit, sql] of DELETIONS) {
          const [{ n }] = await manager.query(sql, [keep[kind]]);
          pruned[kind] = n;
          isMoreLeft ||= n === limit;
        }
        if (!isMoreLeft) await manager.query(`UPDATE ${PRUNING} SET pruned_at = now()`);
        return pruned;
      }),
  };
}
