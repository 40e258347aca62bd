import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { openStore, type Store } from '../../../core/persistence/index.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

const DAY = 86_400_000;
const KEEP = { runs: 100 * DAY, events: 50 * DAY, requests: 50 * DAY, alerts: 100 * DAY };

let database: TestDatabase;
let client: pg.Client;
let stores: Store[] = [];
const rows = async (sql: string): Promise<any[]> => (await client.query(sql)).rows;
const open = async () => {
  const store = await openStore(database.url);
  stores.push(store);
  return store;
};

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  stores = [];
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
  await stopTestServer();
});

/** Runs `first`..`last` of a connection, one a day, the last one `daysAgo`; each took 2 s and read 10 records. */
const runsOf = (connection: string, count: number, daysAgo: number, state = 'succeeded') =>
  rows(`
    INSERT INTO tributary_store.run (id, connection, state, trigger, started_at, ended_at, streams, owner_host, owner_pid, owner_started, heartbeat_at)
    SELECT '${connection}-${state}-' || n, '${connection}', '${state}', 'schedule', at, at + interval '2 s',
           '{"s": {"state": "complete", "ledger": {"read": 10, "inserted": 4}}}', 'h', 1, '', at
      FROM generate_series(0, ${count - 1}) AS n, LATERAL (SELECT now() - make_interval(days => ${daysAgo} + n, hours => 1) AS at) t`);
const ids = async (connection: string) =>
  (await rows(`SELECT id FROM tributary_store.run WHERE connection = '${connection}' ORDER BY ended_at DESC`)).map(
    ({ id }) => id,
  );
const pruneAll = async (store: Store) => {
  for (let n = 0; n < 20; n += 1) if ((await store.history.prune(KEEP)) === undefined) return;
  throw new Error('it does not come to an end');
};

test('what runs did before totals were kept is in them, and what they do is added as they end', async () => {
  const old = await open();
  await runsOf('before', 3, 1);
  await old.close();
  stores = [];
  // As the release before had it.
  await rows(`
    DROP TRIGGER keep_run_total ON tributary_store.run; DROP TRIGGER keep_run_total_on_insert ON tributary_store.run;
    DROP FUNCTION tributary_store.keep_run_total(); DROP FUNCTION tributary_store.add_to_run_total;
    DROP TABLE tributary_store.run_total, tributary_store.run_total_rows, tributary_store.history_pruning;
    DROP INDEX tributary_store.run_open, tributary_store.run_ended, tributary_store.run_request_ended;
    DELETE FROM tributary_store.migration WHERE name = 'RunTotals1764710000000'`);
  const { runs } = await open();
  const before = { connection: 'before', runs: { succeeded: 3 }, seconds: 6, rows: { read: 30, inserted: 12 } };
  expect(await runs.totals()).toMatchObject([before]);
  await runs.begin({ id: 'r', connection: 'before', trigger: 'manual', startedAt: '2026-03-01T00:00:00.000Z' });
  expect(await runs.totals()).toMatchObject([{ ...before, runs: { succeeded: 3, running: 1 } }]);
  await runs.interrupt('r');
  expect((await runs.totals())[0]!.runs).toEqual({ succeeded: 3, interrupted: 1 });
  // Its owner knows better; ending it twice counts once.
  const end = { state: 'failed' as const, endedAt: '2026-03-01T00:00:04.000Z', exitCode: 5, streams: {} };
  await runs.end('r', end);
  await runs.end('r', end);
  expect(await runs.totals()).toMatchObject([{ ...before, runs: { succeeded: 3, failed: 1 }, seconds: 10 }]);
});

test('old history goes in parts, by one host; what is looked back at stays, and no total falls', async () => {
  const store = await open();
  await runsOf('busy', 400, 1);
  await runsOf('rare', 25, 300, 'failed');
  await runsOf('rare', 1, 900);
  await rows(`
    INSERT INTO tributary_store.run_event SELECT id, 1, ended_at, 'warning', '{}' FROM tributary_store.run;
    INSERT INTO tributary_store.alert_incident (id, key, kind, connection, severity, text, run_id, opened_at, last_seen_at, resolved_at)
    SELECT gen_random_uuid(), n::text, 'run_failed', 'rare', 'critical', '{}', 'rare-failed-' || n, now(), now(),
           CASE WHEN n = 23 THEN now() - interval '101 days' END FROM generate_series(23, 24) n;
    INSERT INTO tributary_store.run_request (id, connection, trigger, slot, state, requested_at, not_before)
    SELECT gen_random_uuid(), c, 'schedule', at, 'ended', at, at
      FROM generate_series(60, 70) n, unnest(ARRAY['busy', 'rare']) c, LATERAL (SELECT now() - make_interval(days => n) AS at) t`);
  const before = await store.runs.totals();
  const successes = await store.runs.lastSuccesses();
  const other = await open();
  const together = await Promise.all([store.history.prune(KEEP), other.history.prune(KEEP)]);
  expect(together.filter((pruned) => pruned === undefined)).toHaveLength(1);
  // Small parts: the rest is done by the ticks that follow, and then nothing for a while.
  expect(together.find((pruned) => pruned !== undefined)).toEqual({ events: 20, runs: 200, requests: 20, alerts: 1 });
  await pruneAll(store);
  expect(await ids('busy')).toEqual(Array.from({ length: 99 }, (_, n) => `busy-succeeded-${n}`));
  // The latest 20, the one with an open alert, and the last success.
  expect(await ids('rare')).toEqual([
    ...Array.from({ length: 20 }, (_, n) => `rare-failed-${n}`),
    'rare-failed-24',
    'rare-succeeded-0',
  ]);
  const [{ n, oldest }] = await rows(
    `SELECT count(*)::int AS n, min(at) AS oldest FROM tributary_store.run_event WHERE run_id LIKE 'busy%'`,
  );
  expect([n, (Date.now() - oldest) / DAY < 50]).toEqual([49, true]);
  expect(await rows(`SELECT run_id FROM tributary_store.run_event WHERE run_id LIKE 'rare%'`)).toEqual([
    { run_id: 'rare-failed-0' },
  ]);
  expect(
    await rows(`SELECT connection, count(*)::int AS n FROM tributary_store.run_request GROUP BY 1 ORDER BY 1`),
  ).toEqual([
    { connection: 'busy', n: 1 },
    { connection: 'rare', n: 1 },
  ]);
  expect(await store.runs.totals()).toEqual(before);
  expect(await store.runs.lastSuccesses()).toEqual(successes);
});
