import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { openStore, type Store } from '../../../core/persistence/index.js';
import type { BudgetStore } from '../../../core/sdk/http/budget-store.js';
import { systemClock } from '../../../core/sdk/http/clock.js';
import { storedBudget } from '../../../core/sdk/http/stored-budget.js';
import { failureOf, fakeClock } from '../../unit/sdk/http/local-api.js';
import { startProcess } from './another-process.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await testDatabase();
  store = await openStore(database.url);
});
afterAll(async () => {
  await store.close();
  await stopTestServer();
});

const keyOf = (credential: string) => ({ origin: 'https://api.example', credential });
const FOREVER = Number.POSITIVE_INFINITY;

test('three processes keep one limit and use it, also when one of them is killed', async () => {
  const [limit, windowMs] = [300, 4_000];
  const answered: number[] = [];
  let refused = 0;
  const api = createServer((_request, response) => {
    const now = performance.now();
    const inWindow = answered.filter((at) => at > now - windowMs).length;
    if (inWindow >= limit) {
      refused += 1;
      response.writeHead(429, { 'retry-after': '1' }).end('{}');
      return;
    }
    answered.push(now);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const start = () => startProcess('budget-process.ts', [database.url, url, String(limit), '4s']);
  const workers = [start(), start(), start()];
  await Promise.all(workers.map((worker) => worker.next()));
  const from = performance.now();
  await wait(windowMs / 2);
  workers[0]?.child.kill('SIGKILL');
  await wait(windowMs * 1.5);
  const seconds = performance.now() - from;
  const count = answered.filter((at) => at >= from).length;
  for (const worker of workers.slice(1)) worker.tell('stop');
  await Promise.all(workers.slice(1).map((worker) => worker.ended));
  api.close();
  expect(refused).toBe(0);
  // Some 94 % where the machine has time for it; one that is busy must not turn this red.
  expect(count).toBeGreaterThanOrEqual(0.6 * limit * (seconds / windowMs));
}, 40_000);

test('a generous limit costs few questions, and a slow one is exact', async () => {
  let asked = 0;
  const counting: BudgetStore = { ask: (ask) => ((asked += 1), store.budgets.ask(ask)) };
  const generous = storedBudget(counting, keyOf('generous'), { requests: 200_000, per: '1h' });
  for (let nth = 0; nth < 500; nth += 1) await generous.take(systemClock, FOREVER);
  expect(asked).toBeLessThan(60);

  const limit = { requests: 5, per: '1h' };
  const [one, other] = [
    storedBudget(store.budgets, keyOf('slow'), limit),
    storedBudget(store.budgets, keyOf('slow'), limit),
  ];
  await one.take(systemClock, 0);
  for (let nth = 0; nth < 3; nth += 1) {
    const error = await failureOf(other.take(systemClock, 1_000));
    // Refused turns are not taken, so the wait does not grow.
    expect(error).toMatchObject({ kind: 'rate_limit' });
    expect(error.details.retryAfterMs).toBeLessThanOrEqual(725_000);
    expect(error.details.retryAfterMs).toBeGreaterThan(715_000);
  }
});

test('a pause and a remaining count reach the others, and the credential does not reach the store', async () => {
  const limit = { requests: 60_000, per: '1m' };
  const [one, other] = [
    storedBudget(store.budgets, keyOf('hushed'), limit),
    storedBudget(store.budgets, keyOf('hushed'), limit),
  ];
  await one.take(systemClock, FOREVER);
  one.pause(systemClock, 60_000);
  let error: Awaited<ReturnType<typeof failureOf>> | undefined;
  for (let nth = 0; nth < 50 && error === undefined; nth += 1) {
    await wait(10);
    error = await other.take(systemClock, 0).then(
      () => undefined,
      (reason) => reason,
    );
  }
  expect(error).toMatchObject({ kind: 'rate_limit' });

  const slow = { requests: 1_200, per: '1h' };
  const [first, second] = [
    storedBudget(store.budgets, keyOf('drained'), slow),
    storedBudget(store.budgets, keyOf('drained'), slow),
  ];
  await first.take(systemClock, 0);
  first.remaining(systemClock, 0);
  await wait(100);
  expect(await failureOf(second.take(systemClock, 1_000))).toMatchObject({ kind: 'rate_limit' });

  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(`SELECT b::text AS text FROM tributary_store.rate_budget b`);
  await client.end();
  expect(rows.length).toBeGreaterThan(3);
  expect(JSON.stringify(rows)).not.toMatch(/hushed|drained|generous|one key/);
});

test('a clock that is set back makes no request wait for the turns of before', async () => {
  for (const limit of [undefined, { requests: 200_000, per: '1h' }]) {
    let ahead = 3_600_000;
    const real = fakeClock();
    const clock = { ...real, now: () => new Date(real.now().getTime() + ahead) };
    const budget = storedBudget(store.budgets, keyOf(`set back ${limit?.per}`), limit);
    await budget.take(clock, 0);
    ahead = 0;
    await budget.take(clock, 1_000);
  }
});

test('without its store nobody starts a request, and it goes on once the store is back', async () => {
  const clock = fakeClock();
  let failures = 3;
  const shaky: BudgetStore = {
    ask: (ask) => (failures-- > 0 ? Promise.reject(new Error('gone')) : store.budgets.ask(ask)),
  };
  const budget = storedBudget(shaky, keyOf('shaky'), { requests: 100, per: '1m' });
  expect(await budget.take(clock, FOREVER)).toBe(850);
  failures = FOREVER;
  const lost = storedBudget(shaky, keyOf('lost'), { requests: 100, per: '1m' });
  expect(await failureOf(lost.take(clock, 5_000))).toMatchObject({ kind: 'transient' });
});
