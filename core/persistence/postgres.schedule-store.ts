import type { DataSource, EntityManager } from 'typeorm';
import type { ScheduleStore } from '../scheduler/schedule-store.js';
import { isHeld } from './postgres.hold-store.js';
import { STORE_SCHEMA } from './run.entity.js';

const REQUEST = `${STORE_SCHEMA}.run_request`;
const RUN = `${STORE_SCHEMA}.run`;
const SCHEDULE = `${STORE_SCHEMA}.schedule`;

export function scheduleStore(source: DataSource): ScheduleStore {
  /** One host at a time decides about a connection, so that none overlooks what another adds. Locks end with the transaction. */
  const deciding = (
    connections: readonly string[],
    insert: (manager: EntityManager) => Promise<{ connection: string }[]>,
  ): Promise<readonly string[]> =>
    source.transaction(async (manager) => {
      await manager.query(
        `SELECT FROM ${SCHEDULE} WHERE connection = ANY($1) ORDER BY connection, definition FOR UPDATE`,
        [connections],
      );
      return (await insert(manager)).map(({ connection }) => connection);
    });

  return {
    async now() {
      const [{ now }] = await source.query('SELECT now() AS now');
      return (now as Date).toISOString();
    },
    async anchors(keys, now) {
      const found: { since: Date | null; last_slot: Date | null }[] = await source.query(
        `SELECT s.since, (SELECT max(r.slot) FROM ${REQUEST} r WHERE r.connection = k.connection AND r.slot <= $3) AS last_slot
           FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (connection, definition, place)
           LEFT JOIN ${SCHEDULE} s ON s.connection = k.connection AND s.definition = k.definition
          ORDER BY k.place`,
        [...columnsOf(keys), now],
      );
      return found.map(({ since, last_slot }) => ({
        ...(since === null ? {} : { since: since.toISOString() }),
        ...(last_slot === null ? {} : { lastSlot: last_slot.toISOString() }),
      }));
    },
    async note(keys, now) {
      await source.query(
        `INSERT INTO ${SCHEDULE} (connection, definition, since)
         SELECT connection, definition, $3 FROM unnest($1::text[], $2::text[]) AS k (connection, definition)
          ORDER BY connection, definition
         ON CONFLICT (connection, definition) DO UPDATE SET since = excluded.since WHERE schedule.since > excluded.since`,
        [...columnsOf(keys), now],
      );
    },
    async addSlots(slots, now) {
      const connections = slots.map(({ connection }) => connection);
      return deciding(connections, (manager) =>
        manager.query(
          `INSERT INTO ${REQUEST} (id, connection, trigger, slot, state, requested_at, not_before)
           SELECT gen_random_uuid(), d.connection, 'schedule', d.slot, 'queued', now(), d.not_before
             FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS d (connection, slot, not_before)
            WHERE NOT EXISTS (SELECT FROM ${REQUEST} w
                               WHERE w.connection = d.connection AND w.state = 'queued' AND w.slot <= $4)
              AND NOT ${isHeld('d.connection', '$4')}
              AND NOT EXISTS (SELECT FROM ${REQUEST} l
                               WHERE l.connection = d.connection AND l.slot > d.slot AND l.slot <= $4)
           ON CONFLICT (connection, slot) DO NOTHING RETURNING connection`,
          [connections, slots.map(({ slot }) => slot), slots.map(({ notBefore }) => notBefore), now],
        ),
      );
    },
    async addFollowers(followers, now) {
      const connections = followers.map(({ connection }) => connection);
      return deciding(connections, (manager) =>
        manager.query(
          `INSERT INTO ${REQUEST} (id, connection, trigger, idempotency_key, state, requested_at, not_before)
           SELECT gen_random_uuid(), s.connection, 'after', 'after:' || u.id, 'queued', now(), $4
             FROM unnest($1::text[], $2::text[], $3::text[]) AS f (connection, definition, upstream)
             JOIN ${SCHEDULE} s ON s.connection = f.connection AND s.definition = f.definition
            CROSS JOIN LATERAL (
                  SELECT q.id FROM ${RUN} r JOIN ${REQUEST} q ON q.run_id = r.id AND q.state = 'ended' AND q.backfill_id IS NULL
                   WHERE r.connection = f.upstream AND r.state = 'succeeded' AND r.ended_at >= s.since
                   ORDER BY r.ended_at DESC LIMIT 1) u
            WHERE NOT EXISTS (SELECT FROM ${REQUEST} w
                               WHERE w.connection = f.connection AND w.state = 'queued' AND w.trigger = 'after')
              AND NOT ${isHeld('f.connection', '$4')}
           ON CONFLICT (connection, idempotency_key) DO NOTHING RETURNING connection`,
          [...columnsOf(followers), followers.map(({ upstream }) => upstream), now],
        ),
      );
    },
  };
}

function columnsOf(keys: readonly { readonly connection: string; readonly definition: string }[]): string[][] {
  return [keys.map(({ connection }) => connection), keys.map(({ definition }) => definition)];
}
