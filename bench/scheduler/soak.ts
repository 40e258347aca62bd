import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../core/persistence/index.js';
import { openDatabases } from '../load/databases.js';

/**
 * `npm run bench -- scheduler [--minutes 10] [--connections 1000] [--workers 20] [--every 120]`: two hosts and the workers as processes of
 * their own on one PostgreSQL, in real time. A worker is killed every 20 s, and the server restarted in the middle. Ends with
 * exit code 1 where a run is lost, doubled or stuck, or a limit is not reached.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const MINUTES = option('minutes', 10);
const CONNECTIONS = option('connections', 1_000);
const WORKERS = option('workers', 20);
const EVERY_MS = option('every', 120) * 1_000;
const KILL_EVERY_MS = 20_000;
const DRAIN_MS = 90_000;
const LIMITS = { takeoverS: 90, claimP99Ms: 50 } as const;

const script = (name: string) => fileURLToPath(new URL(`${name}.js`, import.meta.url));
const databases = await openDatabases();
const url = await databases.fresh('soak', async (made) => {
  await (await openStore(made)).close();
  await databases.query(made, 'CREATE SCHEMA soak');
  await databases.query(made, 'CREATE TABLE soak.effect (request uuid NOT NULL)');
  await databases.query(made, 'CREATE INDEX ON soak.effect (request)');
});
const ask = async <R extends object>(sql: string): Promise<R[]> => {
  for (;;) {
    try {
      return await databases.query(url, sql);
    } catch {
      // Of the restart.
      await wait(500);
    }
  }
};

interface HostTold {
  readonly added: number;
  readonly faults: number;
}

const claims: number[] = [];
const workers: { readonly child: ChildProcess; readonly name: string }[] = [];
let born = 0;
const start = (name: string, ...args: string[]) =>
  fork(script(name), [url, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
function addWorker(): void {
  const name = `worker-${++born}`;
  const child = start('soak-worker', name);
  child.on('message', (claimMs: number) => claims.push(claimMs));
  workers.push({ child, name });
}

console.log(
  `${CONNECTIONS} connections, each due every ${EVERY_MS / 1_000} s; 2 hosts, ${WORKERS} workers; ${MINUTES} min`,
);
const hosts = [1, 2].map(() => start('soak-host', String(CONNECTIONS), String(EVERY_MS)));
for (let n = 0; n < WORKERS; n++) addWorker();
const endAt = Date.now() + MINUTES * 60_000;
const restartAt = Date.now() + MINUTES * 30_000;
let hasRestarted = false;
let kills = 0;
const takeovers: number[] = [];
const victims: Promise<void>[] = [];
while (Date.now() + KILL_EVERY_MS < endAt) {
  await wait(KILL_EVERY_MS);
  if (!hasRestarted && Date.now() >= restartAt) {
    hasRestarted = true;
    await databases.restart();
  }
  victims.push(killOne());
}
await wait(Math.max(0, endAt - Date.now()));

/** Kills a worker, one at work if there is any, and waits until another has gone on with its run. */
async function killOne(): Promise<void> {
  const [busy] = await ask<{ worker: string }>(
    `SELECT worker FROM tributary_store.run_request WHERE state = 'running' ORDER BY lease_until DESC LIMIT 1`,
  );
  const at = Math.max(
    0,
    workers.findIndex(({ name }) => name === busy?.worker),
  );
  const [{ child, name }] = workers.splice(at, 1) as [(typeof workers)[number]];
  child.kill('SIGKILL');
  const killedAt = performance.now();
  kills += 1;
  addWorker();
  const held = await ask<{ id: string; attempt: number }>(
    `SELECT id, attempt FROM tributary_store.run_request WHERE state = 'running' AND worker = '${name}'`,
  );
  for (const { id, attempt } of held) {
    const isTaken = `SELECT FROM tributary_store.run_request WHERE id = '${id}' AND attempt > ${attempt}`;
    while ((await ask(isTaken)).length === 0) await wait(100);
    takeovers.push((performance.now() - killedAt) / 1_000);
  }
}

const told = await Promise.all(
  hosts.map(async (host) => {
    const telling = once(host, 'message') as Promise<[HostTold]>;
    host.send('end');
    return (await telling)[0];
  }),
);
const [{ now: stoppedAt }] = (await ask<{ now: string }>('SELECT now()::text AS now')) as [{ now: string }];
const OPEN = `SELECT count(*)::int AS n FROM tributary_store.run_request WHERE state IN ('queued', 'running')`;
for (const until = Date.now() + DRAIN_MS; Date.now() < until; await wait(500))
  if ((await ask<{ n: number }>(OPEN))[0]?.n === 0) break;
await Promise.race([Promise.all(victims), wait(DRAIN_MS, undefined, { ref: false })]);
const [counts] = (await ask<Record<'requests' | 'stuck' | 'lost' | 'doubled' | 'repeated' | 'behind', number>>(`
  WITH effects AS (SELECT request, count(*) AS n FROM soak.effect GROUP BY 1),
       latest AS (SELECT connection, max(slot) AS slot FROM tributary_store.run_request GROUP BY 1)
  SELECT count(*)::int AS requests,
         (count(*) FILTER (WHERE state IN ('queued', 'running')))::int AS stuck,
         (count(*) FILTER (WHERE state NOT IN ('queued', 'running') AND e.n IS NULL))::int AS lost,
         (count(*) FILTER (WHERE e.n > 1))::int AS doubled,
         (count(*) FILTER (WHERE attempt > 1))::int AS repeated,
         ${CONNECTIONS} - (SELECT count(*) FROM latest
           WHERE slot > '${stoppedAt}'::timestamptz - interval '${EVERY_MS + 2 * KILL_EVERY_MS} ms')::int AS behind
    FROM tributary_store.run_request r LEFT JOIN effects e ON e.request = r.id`)) as [Record<string, number>];
for (const { child } of workers) child.send('end');
await Promise.all(workers.map(async ({ child }) => child.exitCode === null && (await once(child, 'exit'))));
await databases.close();

claims.sort((a, b) => a - b);
const quantile = (share: number) => claims[Math.min(claims.length - 1, Math.floor(claims.length * share))] ?? Infinity;
const longest = Math.max(0, ...takeovers);
let isWell = counts['requests'] > 0;
const line = (what: string, value: number, unit: string, limit: number) => {
  isWell &&= value <= limit;
  console.log(
    `${what.padEnd(48)} ${`${value.toFixed(unit === '' ? 0 : 1)} ${unit}`.padStart(10)}   ≤ ${limit}   ${value <= limit ? 'reached' : 'NOT REACHED'}`,
  );
};
console.log(
  `${counts['requests']} runs, ${counts['repeated']} of them begun again; ${kills} workers killed, ${takeovers.length} of them in a run; ` +
    `requests by host ${told.map(({ added }) => added).join(' + ')}, ticks without a store ${told.map(({ faults }) => faults).join(' + ')}`,
);
line('runs lost', counts['lost'], '', 0);
line('runs doubled', counts['doubled'], '', 0);
line('runs stuck', counts['stuck'], '', 0);
line('connections without a run of their latest slot', counts['behind'], '', 0);
line("longest takeover of a dead worker's run", longest, 's', LIMITS.takeoverS);
line(
  `claim, 99 of 100 (half of ${claims.length}: ${quantile(0.5).toFixed(1)} ms)`,
  quantile(0.99),
  'ms',
  LIMITS.claimP99Ms,
);
process.exit(isWell ? 0 : 1);
