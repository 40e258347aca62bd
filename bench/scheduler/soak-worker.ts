import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { openStore } from '../../core/persistence/index.js';
import { openPgBossQueue } from '../../core/scheduler/pg-boss.queue.js';
import type { RequestRecord, RequestStore } from '../../core/scheduler/request-store.js';
import { startWorker, type RunEnd } from '../../core/scheduler/worker.js';

/**
 * A worker whose runs are short: each takes some tenths of a second and commits one row, as a checkpoint does: only under its
 * lease, and only where no attempt before has. Tells the milliseconds of each claim. Arguments: url, name.
 */
const [, , url, name] = process.argv as [string, string, string, string];
const SHORTEST_MS = 50;
const LONGEST_MS = 450;

const store = await openStore(url);
const queue = await openPgBossQueue(url, () => undefined);
const pool = new pg.Pool({ connectionString: url, max: 1 });
pool.on('error', () => undefined);

const requests: RequestStore = {
  ...store.requests,
  async claim(...args) {
    const from = performance.now();
    const lease = await store.requests.claim(...args);
    if (lease !== undefined) process.send!(performance.now() - from);
    return lease;
  },
};

const worker = await startWorker(
  {
    requests,
    circuits: store.circuits,
    queue,
    random: Math.random,
    interrupt: async () => undefined,
    requireAction: async () => undefined,
    now: () => store.schedules.now(),
    admit: () => 'now',
    log: () => undefined,
    async execute(request, signal, { began }) {
      try {
        await began(`${request.id} ${request.attempt}`);
        return await run(request, signal);
      } catch (error) {
        // What a restart of the server does to a run.
        return { state: 'failed', errors: [{ kind: 'transient', message: (error as Error).message }] };
      }
    },
  },
  { name, concurrency: 1 },
);

async function run({ id, attempt }: RequestRecord, signal: AbortSignal): Promise<RunEnd> {
  await wait(SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS), undefined, { signal });
  await pool.query(
    `INSERT INTO soak.effect (request)
     SELECT id FROM (SELECT id FROM tributary_store.run_request
                      WHERE id = $1 AND attempt = $2 AND state = 'running' FOR SHARE) AS held
      WHERE NOT EXISTS (SELECT FROM soak.effect WHERE request = $1)`,
    [id, attempt],
  );
  return { state: 'succeeded', errors: [] };
}

process.once('message', async () => {
  await worker.stop();
  await queue.stop();
  await store.close();
  await pool.end();
  process.disconnect();
});
