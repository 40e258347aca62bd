import { PgBoss } from 'pg-boss';
import type { RunQueue } from './queue.js';

/** A schema of its own, beside that of the store: pg-boss migrates and cleans it by itself. */
export const QUEUE_SCHEMA = 'tributary_queue';
const QUEUE = 'run';

const HOUR_S = 3_600;
const QUEUE_OPTIONS = {
  // One waiting job per request. A job at work does not count: its worker may be dead, which is known only after a minute.
  policy: 'short',
  // Whether and when a run is repeated, the request says.
  retryLimit: 0,
  // A job lasts as long as its run; pg-boss allows less than a day. What runs longer goes on, by its lease.
  expireInSeconds: 23 * HOUR_S,
  // Only tidies up after dead workers; the sweep has sent their requests again long before.
  heartbeatSeconds: 60,
  retentionSeconds: 24 * HOUR_S,
  deleteAfterSeconds: HOUR_S,
} as const;

const POLL_EVERY_S = 1;
const STOP_WITHIN_MS = 5_000;
/** SQL's state for a right that is missing. */
const NO_RIGHT = '42501';

/** Opens the queue in a Postgres database and makes its schema if there is none. `onFault` hears what it heals itself. */
export async function openPgBossQueue(url: string, onFault: (error: Error) => void): Promise<RunQueue> {
  const boss = await opened(url, onFault, true).catch(async (refused: unknown) => {
    if ((refused as { code?: unknown }).code !== NO_RIGHT) throw refused;
    // A role that may not create schemas may have been given this one.
    return opened(url, onFault, false).catch(() => {
      throw refused;
    });
  });
  return {
    async send(requests) {
      if (requests.length === 0) return;
      const now = new Date().toISOString();
      // What is long due must not carry its age: pg-boss forgets a job by the time at which it was to start.
      const later = (notBefore: string) => (notBefore > now ? { startAfter: notBefore } : {});
      await boss.insert(
        QUEUE,
        requests.map(({ id, notBefore }) => ({ data: { id }, singletonKey: id, ...later(notBefore) })),
      );
    },
    async work(work, concurrency) {
      const options = { localConcurrency: concurrency, pollingIntervalSeconds: POLL_EVERY_S };
      await boss.work<{ id: string }>(QUEUE, options, async (jobs) => {
        for (const { data } of jobs) await work(data.id);
      });
    },
    rest: () => boss.offWork(QUEUE, { wait: false }),
    stop: () => boss.stop({ timeout: STOP_WITHIN_MS }),
  };
}

async function opened(url: string, onFault: (error: Error) => void, createSchema: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    schema: QUEUE_SCHEMA,
    createSchema,
    application_name: 'tributary queue',
    max: 3,
    connectionTimeoutMillis: 15_000,
    schedule: false,
  });
  boss.on('error', onFault);
  try {
    await boss.start();
    await boss.createQueue(QUEUE, QUEUE_OPTIONS);
    return boss;
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw error;
  }
}
