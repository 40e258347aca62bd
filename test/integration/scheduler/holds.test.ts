import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { openStore, type Store } from '../../../core/persistence/store.js';
import { createScheduler, type ScheduledConnection } from '../../../core/scheduler/scheduler.js';
import type { RequestTrigger } from '../../../core/scheduler/request-store.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

let database: TestDatabase;
let store: Store;

beforeEach(async () => {
  database = await testDatabase();
  store = await openStore(database.url);
});
afterEach(async () => {
  await store.close();
  await database.drop();
});
afterAll(stopTestServer);

const MINUTE = 60_000;
const at = (text: string) => new Date(`2026-03-${text}Z`);
const hourly = (catchUp: 'coalesce' | 'skip'): ScheduledConnection => ({
  name: 'hourly',
  schedule: { when: { cron: '0 * * * *' }, timezone: 'UTC', blackout: [] },
  catchUp,
  graceMs: 30 * MINUTE,
  jitterMs: 0,
});
const slots = async () => (await store.requests.claimable(100)).map(({ slot }) => slot?.slice(8, 16));
const ask = async (trigger: RequestTrigger, connection = 'hourly') =>
  (await store.requests.add({ id: randomUUID(), connection, trigger, notBefore: '2026-01-01T00:00:00.000Z' })).request;
const AUTH = { kind: 'auth', message: 'The key was refused.', hint: 'Renew it.' } as const;
const action = (request: string = randomUUID()) => ({ error: AUTH, request, settings: { salt: 's', hash: 'h' } });

it.each([
  ['coalesce', ['04T07:00']],
  ['skip', []],
] as const)('no slot is added while it is paused; resumed, %s decides what of them is run', async (catchUp, made) => {
  const host = createScheduler([hourly(catchUp), { name: 'after', after: 'hourly' }], store.schedules);
  await host.tick(at('02T10:30'));
  await store.holds.pause('hourly', { by: 'somebody' });
  expect(await host.tick(at('02T11:00'))).toEqual([]);
  expect(await host.tick(at('04T07:31'))).toEqual([]);
  await store.holds.resume('hourly');
  await host.tick(at('04T07:31:05'));
  expect(await slots()).toEqual(made);
});

it('a pause that has an end is over by itself, by the clock that the scheduler is given', async () => {
  const host = createScheduler([hourly('coalesce')], store.schedules);
  await host.tick(at('02T10:30'));
  // In the past of the database, and in the future of the first tick.
  await store.holds.pause('hourly', { by: 'somebody', until: at('02T11:30').toISOString() });
  expect(await host.tick(at('02T11:00'))).toEqual([]);
  expect(await host.tick(at('02T11:30'))).toEqual(['hourly']);
  expect(await slots()).toEqual(['02T11:00']);
});

it('what waits for a worker is not begun while it is held, except what a person asked for', async () => {
  const waiting = [await ask('schedule'), await ask('after')];
  const other = await ask('schedule', 'other');
  await store.holds.pause('hourly', { by: 'somebody', reason: 'the vendor moves' });
  for (const { id } of waiting) expect(await store.requests.claim(id, 'w', MINUTE)).toBeUndefined();
  expect((await store.requests.claimable(10)).map(({ id }) => id)).toEqual([other.id]);
  for (const trigger of ['api', 'manual'] as const) {
    const lease = await store.requests.claim((await ask(trigger)).id, 'w', MINUTE);
    expect(lease).toBeDefined();
    await store.requests.end(lease!);
  }
  await store.holds.resume('hourly');
  expect(await store.requests.claim(waiting[0]!.id, 'w', MINUTE)).toBeDefined();
});

it('what was begun before the pause is taken over after its worker died', async () => {
  const { id } = await ask('schedule');
  await store.requests.claim(id, 'dead', 1);
  await store.holds.pause('hourly', { by: 'somebody' });
  expect(await store.requests.claim(id, 'next', MINUTE)).toMatchObject({ epoch: 2 });
});

it('a pause may be repeated: it keeps its beginning and takes the new reason and end', async () => {
  await store.holds.pause('hourly', { by: 'a', reason: 'first' });
  const { since } = (await store.holds.list())['hourly']!.paused!;
  await store.holds.pause('hourly', { by: 'b', until: '2199-01-01T00:00:00.000Z' });
  expect(await store.holds.list()).toEqual({
    hourly: { paused: { since, by: 'b', until: '2199-01-01T00:00:00.000Z' } },
  });
  await store.holds.resume('hourly');
  await store.holds.resume('hourly');
  expect(await store.holds.list()).toEqual({});
});

it('a fault that needs a person holds the schedule until a run of the connection succeeds', async () => {
  const { id } = await ask('schedule');
  await store.holds.requireAction('hourly', action(id));
  const first = (await store.holds.list())['hourly']!;
  expect(first).toMatchObject({ actionRequired: { error: AUTH, request: id } });
  // A repetition of the same, as after a broken connection to the store.
  await store.holds.requireAction('hourly', action(id));
  expect((await store.holds.list())['hourly']).toEqual(first);
  expect(await store.requests.claim(id, 'w', MINUTE)).toBeUndefined();
  const host = createScheduler([hourly('coalesce')], store.schedules);
  await host.tick(at('02T10:30'));
  expect(await host.tick(at('02T11:00'))).toEqual([]);
  const end = async (state: 'failed' | 'succeeded', connection = 'hourly') => {
    const run = randomUUID();
    await store.runs.begin({ id: run, connection, trigger: 'manual', startedAt: '2026-03-02T11:00:00.000Z' });
    await store.runs.end(run, { state, endedAt: '2026-03-02T11:01:00.000Z', exitCode: 0, streams: {} });
  };
  await end('failed');
  await end('succeeded', 'other');
  expect(Object.keys(await store.holds.list())).toEqual(['hourly']);
  await end('succeeded');
  expect(await store.holds.list()).toEqual({});
  expect(await host.tick(at('02T11:05'))).toEqual(['hourly']);
});

it('what was asked of a person anew is not lifted by who saw only the first', async () => {
  await store.holds.requireAction('hourly', action());
  const seen = (await store.holds.list())['hourly']!.actionRequired!;
  await new Promise((resolve) => setTimeout(resolve, 5));
  await store.holds.requireAction('hourly', action());
  await store.holds.lift('hourly', seen);
  const again = (await store.holds.list())['hourly']!.actionRequired!;
  expect(again.since > seen.since).toBe(true);
  await store.holds.lift('hourly', again);
  expect(await store.holds.list()).toEqual({});
});
