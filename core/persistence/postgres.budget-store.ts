import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { DataSource } from 'typeorm';
import type { BudgetAsk, BudgetKey, BudgetStore } from '../sdk/http/budget-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storeFailure } from './store-failure.js';

const TABLE = `${STORE_SCHEMA}.rate_budget`;
const hash = promisify<string, string, number, Buffer>(scrypt);

interface GrantRow {
  count: number;
  pause_ms: number;
  level: number;
}

/**
 * A row per budget, whose lock orders all who ask. Time is that of the database, taken once the lock is held. Unused turns
 * are believed only while no turns to come are given: those would meet them.
 */
const ASK = `
  WITH seen AS MATERIALIZED (SELECT * FROM ${TABLE} WHERE id = $1 FOR UPDATE),
  timed AS MATERIALIZED (SELECT seen.*, clock_timestamp() AS now FROM seen),
  based AS (SELECT now, level, filled_at, greatest(now, paused_until, now + $8 * interval '1 ms') AS base FROM timed),
  refilled AS (
    SELECT now, base,
           least($2, level + $3 * greatest(0, 1000 * extract(epoch FROM base - filled_at)::double precision)) AS level
      FROM based),
  believed AS (
    SELECT now, base, least($7, CASE WHEN level < 0 THEN level ELSE least($2, level + $6) END) AS level FROM refilled),
  asked AS (
    SELECT base, level, 1000 * extract(epoch FROM base - now)::double precision AS pause_ms FROM believed),
  given AS (
    SELECT *, CASE WHEN $4 = 0 OR pause_ms + greatest(0, 1 - level) / nullif($3, 0) > $9 THEN 0
                   ELSE greatest($4, least($5, floor(level / 2))) END AS count
      FROM asked)
  UPDATE ${TABLE} b
     SET level = given.level - given.count, filled_at = given.base, paused_until = given.base,
         unused_after = given.base + $10 * interval '1 ms'
    FROM given WHERE b.id = $1
  RETURNING given.count, given.pause_ms, given.level`;

/** A budget that nobody uses is full after a window; its row is kept for a while longer. */
const KEPT_MS = 7 * 24 * 3_600_000;

export function budgetStore(source: DataSource): BudgetStore {
  const ids = new Map<string, Promise<Buffer>>();

  /** Slow on purpose: the hash of a password that can be guessed must not be tried out in a copy of the store. */
  const identify = (key: BudgetKey): Promise<Buffer> => {
    const text = JSON.stringify([key.origin, key.credential, key.share, key.requests, key.per]);
    let id = ids.get(text);
    if (id === undefined) {
      id = source
        .query(`SELECT salt FROM ${STORE_SCHEMA}.rate_budget_salt`)
        .then(([{ salt }]: [{ salt: string }]) => hash(text, salt, 32));
      ids.set(text, id);
      id.catch(() => ids.delete(text));
    }
    return id;
  };

  const create = async (id: Buffer, { key, pace }: BudgetAsk): Promise<void> => {
    await source.query(`DELETE FROM ${TABLE} WHERE unused_after < now()`);
    await source.query(
      `INSERT INTO ${TABLE} (id, origin, share, requests, per, level, filled_at, paused_until, unused_after)
       VALUES ($1, $2, $3, $4, $5, $6, now(), now(), now() + $7 * interval '1 ms') ON CONFLICT DO NOTHING`,
      [id, key.origin, key.share, key.requests, key.per, pace?.size ?? 0, keptMs(pace)],
    );
  };

  return {
    async ask(ask) {
      const { pace, need, want, unused, maxWaitMs, remaining, pauseMs } = ask;
      try {
        const id = await identify(ask.key);
        const values = [
          id,
          pace?.size ?? 0,
          pace?.perMs ?? 0,
          need,
          want,
          unused,
          remaining ?? Number.POSITIVE_INFINITY,
          pauseMs ?? 0,
          maxWaitMs,
          keptMs(pace),
        ];
        for (;;) {
          // TypeORM gives [rows, count] for statements that change something.
          const [row]: GrantRow[] = (await source.query(ASK, values))[0];
          if (row !== undefined) return { count: row.count, pauseMs: row.pause_ms, level: row.level };
          await create(id, ask);
        }
      } catch (error) {
        throw storeFailure('share out a rate limit', error);
      }
    },
  };
}

const keptMs = (pace: BudgetAsk['pace']): number => (pace?.windowMs ?? 0) + KEPT_MS;
