import type { DataSource, QueryRunner } from 'typeorm';
import { ConnectorError } from '../sdk/errors.js';
import { Runs1764000000000 } from './migrations/1764000000000-runs.js';
import { RunRequests1764100000000 } from './migrations/1764100000000-run-requests.js';
import { RequestAttempts1764150000000 } from './migrations/1764150000000-request-attempts.js';
import { Schedules1764200000000 } from './migrations/1764200000000-schedules.js';
import { Alerts1764300000000 } from './migrations/1764300000000-alerts.js';
import { AlertsWithoutRun1764400000000 } from './migrations/1764400000000-alerts-without-run.js';
import { AlertPolicy1764410000000 } from './migrations/1764410000000-alert-policy.js';
import { Holds1764500000000 } from './migrations/1764500000000-holds.js';
import { Circuits1764510000000 } from './migrations/1764510000000-circuits.js';
import { RateBudgets1764600000000 } from './migrations/1764600000000-rate-budgets.js';
import { Backfills1764610000000 } from './migrations/1764610000000-backfills.js';
import { TraceIds1764700000000 } from './migrations/1764700000000-trace-ids.js';
import { RunTotals1764710000000 } from './migrations/1764710000000-run-totals.js';
import { Access1765080000000 } from './migrations/1765080000000-access.js';
import { Sessions1765080100000 } from './migrations/1765080100000-sessions.js';
import { ApiCalls1765200000000 } from './migrations/1765200000000-api-calls.js';
import { ReleaseMails1765230000000 } from './migrations/1765230000000-release-mails.js';
import { Replays1765240000000 } from './migrations/1765240000000-replays.js';
import { ConfigurationSeen1765270000000 } from './migrations/1765270000000-configuration-seen.js';
import { RegionsAndBreakGlass1765270100000 } from './migrations/1765270100000-regions-and-break-glass.js';
import { BreakGlassReviews1765330000000 } from './migrations/1765330000000-break-glass-reviews.js';
import { KnownKeys1765340000000 } from './migrations/1765340000000-known-keys.js';
import { SecondFactors1765340100000 } from './migrations/1765340100000-second-factors.js';
import { Retentions1765363000000 } from './migrations/1765363000000-retentions.js';
import { STORE_SCHEMA } from './run.entity.js';
import { sqlState } from './store-failure.js';

/** All migrations in their order; a released one is never edited. */
export const MIGRATIONS = [
  Runs1764000000000,
  RunRequests1764100000000,
  RequestAttempts1764150000000,
  Schedules1764200000000,
  Alerts1764300000000,
  AlertsWithoutRun1764400000000,
  AlertPolicy1764410000000,
  Holds1764500000000,
  Circuits1764510000000,
  RateBudgets1764600000000,
  Backfills1764610000000,
  TraceIds1764700000000,
  RunTotals1764710000000,
  Access1765080000000,
  Sessions1765080100000,
  ApiCalls1765200000000,
  ReleaseMails1765230000000,
  Replays1765240000000,
  ConfigurationSeen1765270000000,
  RegionsAndBreakGlass1765270100000,
  BreakGlassReviews1765330000000,
  KnownKeys1765340000000,
  SecondFactors1765340100000,
  Retentions1765363000000,
];

export const MIGRATIONS_TABLE = 'migration';

/**
 * Brings the store to this release. Several processes may do so at once: one holds the lock table, the others wait and
 * find nothing to do. A table lock and no advisory one, for a pooler may sit between, and it ends with its transaction.
 */
export async function migrate(store: DataSource): Promise<void> {
  await createLock(store);
  const lock = store.createQueryRunner();
  try {
    await lock.startTransaction();
    await lock.query(`LOCK TABLE ${STORE_SCHEMA}.migration_lock IN ACCESS EXCLUSIVE MODE`);
    await refuseNewer(lock);
    await store.runMigrations({ transaction: 'each' });
    await lock.commitTransaction();
  } catch (error) {
    if (lock.isTransactionActive) await lock.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await lock.release();
  }
}

/** IF NOT EXISTS does not keep two transactions from creating the same at once: the loser looks again. */
async function createLock(store: DataSource): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      // Where it exists, a role without the right to create is enough.
      const [{ found }] = await store.query(`SELECT to_regclass('${STORE_SCHEMA}.migration_lock') AS found`);
      if (found !== null) return;
      await store.query(`CREATE SCHEMA IF NOT EXISTS ${STORE_SCHEMA}`);
      await store.query(`CREATE TABLE IF NOT EXISTS ${STORE_SCHEMA}.migration_lock ()`);
      return;
    } catch (error) {
      const isRace = ['23505', '42710', '42P06', '42P07'].includes(sqlState(error) ?? '');
      if (!isRace || attempt === 5) throw error;
    }
  }
}

async function refuseNewer(lock: QueryRunner): Promise<void> {
  const table = `${STORE_SCHEMA}.${MIGRATIONS_TABLE}`;
  const [{ found }] = await lock.query(`SELECT to_regclass('${table}') AS found`);
  if (found === null) return;
  const done: { name: string }[] = await lock.query(`SELECT name FROM ${table} ORDER BY timestamp`);
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const unknown = done.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (unknown.length === 0) return;
  throw new ConnectorError('config', `The store was written by a newer release of Tributary (${unknown.join(', ')}).`, {
    hint: 'Install that release or a later one, or set `store` to another database.',
  });
}
