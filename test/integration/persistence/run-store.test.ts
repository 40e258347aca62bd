import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { openStore, type Store } from '../../../core/persistence/store.js';
import type { NewRun, RunStore } from '../../../core/persistence/run-store.js';
import { stopTestServer, testDatabase, type TestDatabase, testServer } from '../../support/postgres.js';
import { type AnotherProcess, startProcess } from './another-process.js';

let database: TestDatabase;
const stores: Store[] = [];
const processes: AnotherProcess[] = [];

beforeEach(async () => {
  database = await testDatabase();
});
afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const store of stores.splice(0)) await store.close();
  await database.drop();
});
afterAll(stopTestServer);

async function open(): Promise<RunStore> {
  const store = await openStore(database.url);
  stores.push(store);
  return store.runs;
}

function openElsewhere(connection = 'braze_daily'): AnotherProcess {
  const started = startProcess('store-process.ts', [database.url, connection]);
  processes.push(started);
  return started;
}

async function ask(sql: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const run = (id: string, minute: number, connection = 'braze_daily'): NewRun => ({
  id,
  connection,
  trigger: 'schedule',
  startedAt: `2026-03-01T05:${String(minute).padStart(2, '0')}:00.000Z`,
});
const LEDGER = { read: 12, filtered: 0, quarantined: 2, staged: 10, inserted: 10 };
const PATIENT = { heartbeatOlderThanMs: 60_000 };

test('a run is told as it began, beat and ended', async () => {
  const store = await open();
  await store.begin(run('r1', 0));
  const begun = (await store.get('r1'))!;
  expect(begun).toMatchObject({ ...run('r1', 0), state: 'running', streams: {}, owner: { pid: process.pid } });
  await store.heartbeat('r1');
  expect((await store.get('r1'))!.heartbeatAt > begun.heartbeatAt).toBe(true);
  const outcome = {
    state: 'partial' as const,
    endedAt: '2026-03-01T05:10:00.000Z',
    exitCode: 7,
    streams: { campaigns: { state: 'complete' as const, ledger: LEDGER } },
    error: { kind: 'data' as const, message: 'too many rejects', hint: 'look at them', stream: 'campaigns' },
  };
  await store.end('r1', outcome);
  expect(await store.get('r1')).toMatchObject(outcome);
  expect(await store.get('r2')).toBeUndefined();
  await expect(store.end('r2', outcome)).rejects.toMatchObject({ kind: 'internal' });
});

test('events are kept in their order, once, however often they are appended, and with text that jsonb refuses', async () => {
  const store = await open();
  await store.begin(run('r1', 0));
  const events = Array.from({ length: 1200 }, (_, n) => ({
    run: 'r1',
    seq: n + 1,
    at: '2026-03-01T05:00:01.000Z',
    type: 'batch_staged',
    data: { rows: n, bytes: 2 ** 53 - 1, text: 'a\0b\uD800c "\\u0000"' },
  }));
  await store.append(events);
  await store.append(events.slice(1000));
  await store.append([]);
  const told = await store.events('r1');
  expect(told.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq));
  expect(told[5]).toEqual({ ...events[5], data: { ...events[5].data, text: 'a\u{FFFD}b\u{FFFD}c "\\u0000"' } });
  expect((await store.events('r1', 1199)).map(({ seq }) => seq)).toEqual([1200]);
});

test('pages through runs from the latest, of one connection or all, also when they began at the same instant', async () => {
  const store = await open();
  for (const [id, minute] of [
    ['a', 1],
    ['b', 2],
    ['c', 2],
    ['d', 3],
  ] as const)
    await store.begin({ ...run(id, minute), state: 'succeeded' });
  await store.begin(run('x', 9, 'exports_daily'));
  const ids = async (filter: Parameters<RunStore['list']>[0]): Promise<string[]> =>
    (await store.list(filter)).map(({ id }) => id);
  const placeOf = async (id: string) => (await store.get(id))!;
  expect(await ids({ limit: 2 })).toEqual(['x', 'd']);
  expect(await ids({ limit: 2, before: await placeOf('d') })).toEqual(['c', 'b']);
  expect(await ids({ limit: 9, before: await placeOf('c'), connection: 'braze_daily' })).toEqual(['b', 'a']);
  expect(await ids({ limit: 9, state: 'running' })).toEqual(['x']);
  expect(await ids({ limit: 9, since: (await placeOf('c')).startedAt, state: 'succeeded' })).toEqual(['d', 'c', 'b']);
  const last = await store.lastByConnection();
  expect(Object.entries(last).map(([name, { id }]) => [name, id])).toEqual([
    ['braze_daily', 'd'],
    ['exports_daily', 'x'],
  ]);
});

test('sums up all runs of each connection, those under way too', async () => {
  const store = await open();
  expect(await store.totals()).toEqual([]);
  const ledger = { read: 10, inserted: 7 };
  const ends = (state: 'succeeded' | 'failed', endedAt: string) => ({
    state,
    endedAt,
    exitCode: 0,
    streams: { a: { state: 'complete' as const, ledger }, b: { state: 'complete' as const, ledger: { read: 1 } } },
  });
  const begun = run('1', 0);
  await store.begin(begun);
  const after = (ms: number) => new Date(Date.parse(begun.startedAt) + ms).toISOString();
  await store.end('1', ends('succeeded', after(1_500)));
  await store.begin({ ...run('2', 0), startedAt: after(2_000) });
  await store.end('2', ends('failed', after(4_500)));
  await store.begin({ ...run('3', 0), startedAt: after(5_000) });
  await store.begin(run('4', 0, 'exports_daily'));
  expect(await store.totals()).toEqual([
    {
      connection: 'braze_daily',
      runs: { succeeded: 1, failed: 1, running: 1 },
      seconds: 4,
      rows: { read: 22, inserted: 14 },
      lastSuccessAt: after(1_500),
    },
    { connection: 'exports_daily', runs: { running: 1 }, seconds: 0, rows: {} },
  ]);
});

test('a connection has one running run at a time, also where two processes begin at once', async () => {
  const store = await open();
  const told = await Promise.all([openElsewhere(), openElsewhere()].map((other) => other.next()));
  expect(told.filter(({ id }) => id !== undefined)).toHaveLength(1);
  expect(told.filter(({ kind }) => kind === 'locked')).toHaveLength(1);
  await expect(store.begin(run('third', 0))).rejects.toMatchObject({
    kind: 'locked',
    message: expect.stringContaining('run of'),
  });
  await store.begin(run('other', 0, 'hillstrom'));
  await store.begin(run('other', 0, 'hillstrom'));
});

test('a run whose process was killed becomes interrupted, and that of a living one does not', async () => {
  const store = await open();
  const other = openElsewhere();
  const { id } = await other.next();
  await store.begin(run('mine', 0, 'hillstrom'));
  expect(await store.markInterrupted(PATIENT)).toEqual([]);
  other.child.kill('SIGKILL');
  await other.ended;
  expect(await store.markInterrupted({ ...PATIENT, connection: 'exports_daily' })).toEqual([]);
  expect(await store.markInterrupted({ ...PATIENT, connection: 'braze_daily' })).toEqual([id]);
  expect(await store.get(id as string)).toMatchObject({ state: 'interrupted', endedAt: expect.any(String) });
  expect(await store.get('mine')).toMatchObject({ state: 'running' });
});

test('a run of another host is interrupted by its silence alone, and corrected by its owner', async () => {
  const store = await open();
  await store.begin({ ...run('far', 0), owner: { host: 'elsewhere.invalid', pid: 1, started: '1' } });
  expect(await store.markInterrupted(PATIENT)).toEqual([]);
  await ask(`UPDATE tributary_store.run SET heartbeat_at = now() - interval '61 s'`);
  expect(await store.markInterrupted(PATIENT)).toEqual(['far']);
  await store.end('far', { state: 'succeeded', endedAt: '2026-03-01T06:00:00.000Z', exitCode: 0, streams: {} });
  expect(await store.get('far')).toMatchObject({ state: 'succeeded' });
  expect(await store.markInterrupted({ heartbeatOlderThanMs: 0 })).toEqual([]);
});

test('a run whose work another worker has taken over is interrupted at once, and only while it runs', async () => {
  const store = await open();
  await store.begin({ ...run('far', 0), owner: { host: 'elsewhere.invalid', pid: 1, started: '1' } });
  await store.interrupt('far');
  expect(await store.get('far')).toMatchObject({ state: 'interrupted', endedAt: expect.any(String) });
  await store.begin(run('next', 1));
  await store.end('next', { state: 'failed', endedAt: '2026-03-01T06:00:00.000Z', exitCode: 5, streams: {} });
  await store.interrupt('next');
  await store.interrupt('never');
  expect(await store.get('next')).toMatchObject({ state: 'failed', exitCode: 5 });
});

test('processes that open a new store at the same time migrate it once', async () => {
  const others = ['a', 'b', 'c'].map(openElsewhere);
  const told = await Promise.all(others.map((other) => other.next()));
  expect(told.map(({ message }) => message)).toEqual([undefined, undefined, undefined]);
  const names = await ask('SELECT name FROM tributary_store.migration');
  expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
  expect(await ask('SELECT count(*)::int AS n FROM tributary_store.run')).toEqual([{ n: 3 }]);
});

test('refuses a store of a newer release and leaves it as it is', async () => {
  await (await openStore(database.url)).close();
  await ask(`INSERT INTO tributary_store.migration (timestamp, name) VALUES (9999999999999, 'Future9999999999999')`);
  await expect(openStore(database.url)).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('Future9999999999999'),
  });
  // A connection that was closed here ends on the server a moment later.
  const open = () => ask(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'tributary store'`);
  for (let tries = 0; tries < 100 && (await open())[0].n > 0; tries += 1) await wait(50);
  expect(await open()).toEqual([{ n: 0 }]);
});

test('tables and entities agree', async () => {
  const { DataSource } = await import('typeorm');
  const { RunEntity, RunEventEntity } = await import('../../../core/persistence/run.entity.js');
  await (await openStore(database.url)).close();
  const source = new DataSource({
    type: 'postgres',
    url: database.url,
    schema: 'tributary_store',
    entities: [RunEntity, RunEventEntity],
  });
  await source.initialize();
  try {
    const missing = (await source.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);
    // Indexes, checks and the foreign key stand in the migration alone.
    expect(missing.filter((query) => /ADD "|CREATE TABLE|DROP COLUMN|ALTER COLUMN "(?!streams)/.test(query))).toEqual(
      [],
    );
  } finally {
    await source.destroy();
  }
});

test('the latest success of each connection is told, whatever came after it', async () => {
  const store = await open();
  const ended = async (id: string, minute: number, state: 'succeeded' | 'failed', connection = 'braze_daily') => {
    await store.begin(run(id, minute, connection));
    await store.end(id, { state, endedAt: `2026-03-01T05:${minute + 1}:00.000Z`, exitCode: 0, streams: {} });
  };
  await ended('r1', 10, 'succeeded');
  await ended('r2', 20, 'succeeded');
  await ended('r3', 30, 'failed');
  await ended('r4', 40, 'failed', 'never_well');
  const successes = { braze_daily: '2026-03-01T05:21:00.000Z' };
  expect(await store.lastSuccesses()).toEqual(successes);
  // Days of long ago that were read again say nothing of what came in since; a part goes on beside the connection.
  await store.begin({ ...run('r5', 50), trigger: 'backfill', part: '2026-01-01..2026-01-07' });
  const [last] = Object.values(await store.lastByConnection('braze_daily'));
  await store.end('r5', { state: 'succeeded', endedAt: '2026-03-01T05:59:00.000Z', exitCode: 0, streams: {} });
  expect(await store.lastSuccesses()).toEqual(successes);
  expect(Object.values(await store.lastByConnection('braze_daily'))).toEqual([last]);
  expect(last?.id).toBe('r3');
});

test('goes on over a crash and restart of the server', async () => {
  const store = await open();
  await store.begin(run('r1', 0));
  const server = await testServer();
  await server.stopNow();
  const heartbeat = store.heartbeat('r1');
  await server.restart();
  await heartbeat;
  await store.end('r1', { state: 'succeeded', endedAt: '2026-03-01T05:10:00.000Z', exitCode: 0, streams: {} });
  expect(await store.get('r1')).toMatchObject({ state: 'succeeded' });
});

test.each([
  ['a wrong password', (url: string) => url.replace(/:[^:@]+@/, ':wrong@'), 'auth'],
  ['a missing database', (url: string) => url.replace(/test_\d+/, 'nowhere'), 'config'],
  ['a server that is not there', () => 'postgres://tributary:secret-word@127.0.0.1:1/x', 'transient'],
])('%s is told without the password', async (_what, change, kind) => {
  const failure = await openStore(change(database.url)).catch((error: Error) => error);
  expect(failure).toMatchObject({ kind });
  expect(JSON.stringify(failure) + (failure as Error).message).not.toMatch(/secret-word|wrong@/);
});
