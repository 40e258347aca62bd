import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestRecord } from '../../../core/scheduler/request-store.js';
import {
  createScheduler,
  jitterOf,
  keyOf,
  overdueSlot,
  type TimedConnection,
} from '../../../core/scheduler/scheduler.js';
import { openStore, type Store } from '../../../core/persistence/store.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

let database: TestDatabase;
let stores: [Store, Store];

beforeEach(async () => {
  database = await testDatabase();
  stores = [await openStore(database.url), await openStore(database.url)];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await database.drop();
});
afterAll(stopTestServer);

const MINUTE = 60_000;
const at = (text: string) => new Date(`2026-03-${text}Z`);

const hourly = (more: Partial<TimedConnection> = {}): TimedConnection => ({
  name: 'hourly',
  schedule: { when: { cron: '0 * * * *' }, timezone: 'UTC', blackout: [] },
  catchUp: 'coalesce',
  graceMs: 30 * MINUTE,
  jitterMs: 0,
  ...more,
});
const host = (connection = hourly(), store = stores[0]) => createScheduler([connection], store.schedules);
/** What waits, the earliest first. */
const waiting = async (): Promise<readonly RequestRecord[]> =>
  (await stores[0].requests.list({ state: 'queued', limit: 100 })).toSorted((a, b) =>
    a.notBefore < b.notBefore ? -1 : 1,
  );
const slots = async () => (await waiting()).map(({ slot }) => slot?.slice(8, 16));

/** What a worker does with the oldest request, up to the end that is wanted. */
async function work(state: 'succeeded' | 'failed', endedAt: string): Promise<void> {
  const [request] = await waiting();
  const lease = (await stores[0].requests.claim(request!.id, 'w', 60_000))!;
  const run = { id: randomUUID(), connection: request!.connection, trigger: 'schedule', startedAt: endedAt };
  await stores[0].runs.begin(run);
  await stores[0].requests.began(lease, run.id);
  await stores[0].runs.end(run.id, { state, endedAt, exitCode: state === 'failed' ? 5 : 0, streams: {} });
  await stores[0].requests.end(lease);
}

describe('a tick', () => {
  it('begins with now: what was due before nobody knew the connection is not made up', async () => {
    const first = host();
    expect(await first.tick(at('02T10:30'))).toEqual([]);
    expect(await first.tick(at('02T10:59:59'))).toEqual([]);
    expect(await first.tick(at('02T11:00'))).toEqual(['hourly']);
    expect(await waiting()).toMatchObject([
      {
        connection: 'hourly',
        trigger: 'schedule',
        slot: '2026-03-02T11:00:00.000Z',
        notBefore: '2026-03-02T11:00:00.000Z',
      },
    ]);
    expect(await first.tick(at('02T11:00:05'))).toEqual([]);
  });

  it('finds the slot that came while the only host was being started again', async () => {
    await host().tick(at('02T10:30'));
    expect(await host().tick(at('02T11:02'))).toEqual(['hourly']);
  });

  it('adds one request, however many hosts do so in the same moment', async () => {
    const hosts = Array.from({ length: 10 }, (_, n) => host(hourly(), stores[n % 2]));
    await Promise.all(hosts.map((one) => one.tick(at('02T10:30'))));
    const added = await Promise.all(hosts.map((one, n) => one.tick(at(`02T11:00:0${n}`))));
    expect(added.flat()).toEqual(['hourly']);
    expect(await slots()).toEqual(['02T11:00']);
  });

  it('makes what was missed one request for its latest slot', async () => {
    await host().tick(at('02T10:30'));
    await host().tick(at('04T07:59'));
    expect(await slots()).toEqual(['04T07:00']);
  });

  it('skips what is older than the grace where that is wanted', async () => {
    const skipping = hourly({ catchUp: 'skip' });
    await host(skipping).tick(at('02T10:30'));
    expect(await host(skipping).tick(at('04T07:31'))).toEqual([]);
    expect(await host(skipping).tick(at('04T08:30'))).toEqual(['hourly']);
    expect(await slots()).toEqual(['04T08:00']);
  });

  it('lets one request wait, and adds the latest slot once a worker has taken it', async () => {
    const one = host();
    for (const now of ['02T10:30', '02T11:00', '02T12:00', '02T13:00', '02T13:10']) await one.tick(at(now));
    expect(await slots()).toEqual(['02T11:00']);
    const [request] = await waiting();
    const lease = (await stores[1].requests.claim(request!.id, 'w', 60_000))!;
    expect(await one.tick(at('02T13:10:05'))).toEqual(['hourly']);
    expect(await one.tick(at('02T14:00'))).toEqual([]);
    await stores[1].requests.end(lease);
    expect(await slots()).toEqual(['02T13:00']);
  });

  it('does not add what another host has coalesced already', async () => {
    await host().tick(at('02T10:30'));
    const due = (slot: string) => ({
      connection: 'hourly',
      slot: at(slot).toISOString(),
      notBefore: at(slot).toISOString(),
    });
    const now = at('02T13:30').toISOString();
    expect(await stores[0].schedules.addSlots([due('02T13:00')], now)).toEqual(['hourly']);
    await work('succeeded', now);
    expect(await stores[1].schedules.addSlots([due('02T12:00')], now)).toEqual([]);
  });

  it('bears a clock that was ahead: the slots that were passed over come in their time, and none twice', async () => {
    const one = host();
    await one.tick(at('02T10:30'));
    expect(await one.tick(at('02T15:30'))).toEqual(['hourly']);
    expect(await one.tick(at('02T11:00'))).toEqual(['hourly']);
    expect(await slots()).toEqual(['02T11:00', '02T15:00']);
    for (const now of ['02T12:00', '02T13:00', '02T14:00', '02T15:00', '02T16:00']) {
      for (const { slot } of await waiting()) if (slot! < at(now).toISOString()) await work('succeeded', slot!);
      await one.tick(at(now));
    }
    const found = (await stores[0].runs.list({ limit: 50 })).map(({ startedAt }) => startedAt.slice(8, 13));
    expect(found).toEqual(['02T15', '02T14', '02T13', '02T12', '02T11']);
    expect(await slots()).toEqual(['02T16:00']);
  });

  it('bears that the clock was ahead when it first saw the connection', async () => {
    await host().tick(new Date('2030-01-01T00:00Z'));
    await host().tick(at('02T10:30'));
    expect(await host().tick(at('02T11:00'))).toEqual(['hourly']);
  });

  it('begins a changed schedule with the change, on all hosts, while others still have the old one', async () => {
    await host().tick(at('02T10:30'));
    const changed = hourly({ schedule: { ...hourly().schedule, when: { cron: '10 * * * *' } } });
    expect(await host(changed, stores[1]).tick(at('02T10:40'))).toEqual([]);
    expect(await host().tick(at('02T10:45'))).toEqual([]);
    expect(await host(changed, stores[1]).tick(at('02T11:10'))).toEqual(['hourly']);
    expect(await slots()).toEqual(['02T11:10']);
  });
});

describe('when a run may begin', () => {
  it('is its slot and a jitter, that is the same on every host and spread over its whole length', () => {
    const all = Array.from({ length: 1000 }, (_, n) => jitterOf(`c${n}`, at('02T11:00').getTime(), 10 * MINUTE));
    expect(jitterOf('c0', at('02T11:00').getTime(), 10 * MINUTE)).toBe(all[0]);
    expect(Math.min(...all)).toBeLessThan(0.02 * 10 * MINUTE);
    expect(Math.max(...all)).toBeLessThan(10 * MINUTE);
    expect(Math.max(...all)).toBeGreaterThan(0.98 * 10 * MINUTE);
    expect(new Set([11, 12, 13].map((hour) => jitterOf('c0', at(`02T${hour}:00`).getTime(), 10 * MINUTE))).size).toBe(
      3,
    );
  });

  it('is not in a blackout, neither by jitter nor by having been missed', async () => {
    const days = [0, 1, 2, 3, 4, 5, 6] as const;
    const schedule = { ...hourly().schedule, blackout: [{ from: 11 * 60 + 1, to: 12 * 60 + 30, days }] };
    const shy = hourly({ schedule, jitterMs: 59 * MINUTE });
    expect(jitterOf('hourly', at('02T11:00').getTime(), 59 * MINUTE)).toBeGreaterThan(MINUTE);
    await host(shy).tick(at('02T10:30'));
    await host(shy).tick(at('02T11:00'));
    expect(await waiting()).toMatchObject([
      { slot: '2026-03-02T11:00:00.000Z', notBefore: '2026-03-02T12:30:00.000Z' },
    ]);
    const late = { ...shy, name: 'late', jitterMs: 0 };
    await host(late).tick(at('02T09:30'));
    await host(late).tick(at('02T11:40'));
    expect((await waiting()).find(({ connection }) => connection === 'late')).toMatchObject({
      slot: '2026-03-02T11:00:00.000Z',
      notBefore: '2026-03-02T12:30:00.000Z',
    });
  });
});

describe('a connection after another', () => {
  const both = (store = stores[0]) => createScheduler([hourly(), { name: 'marts', after: 'hourly' }], store.schedules);

  it('has one request for each success of the other, and none for a failure', async () => {
    const hosts = [both(), both(stores[1])];
    const tick = async (now: string) => (await Promise.all(hosts.map((one) => one.tick(at(now))))).flat();
    await tick('02T10:30');
    expect(await tick('02T11:00')).toEqual(['hourly']);
    await work('failed', '2026-03-02T11:05:00.000Z');
    expect(await tick('02T11:06')).toEqual([]);
    expect(await tick('02T12:00')).toEqual(['hourly']);
    await work('succeeded', '2026-03-02T12:05:00.000Z');
    expect(await tick('02T12:06')).toEqual(['marts']);
    expect(await waiting()).toMatchObject([
      { connection: 'marts', trigger: 'after', notBefore: '2026-03-02T12:06:00.000Z' },
    ]);
    expect(await tick('02T12:07')).toEqual([]);
    await work('succeeded', '2026-03-02T12:10:00.000Z');
    expect(await tick('02T12:11')).toEqual([]);
  });

  it('waits once, and runs again for what succeeded meanwhile', async () => {
    const one = both();
    await one.tick(at('02T10:30'));
    await one.tick(at('02T11:00'));
    await work('succeeded', '2026-03-02T11:05:00.000Z');
    expect(await one.tick(at('02T11:06'))).toEqual(['marts']);
    const marts = (await waiting())[0]!;
    await one.tick(at('02T12:00'));
    const [again] = (await waiting()).filter(({ connection }) => connection === 'hourly');
    const lease = (await stores[0].requests.claim(again!.id, 'w', 60_000))!;
    await stores[0].runs.begin({
      id: 'r2',
      connection: 'hourly',
      trigger: 'schedule',
      startedAt: '2026-03-02T12:01:00Z',
    });
    await stores[0].requests.began(lease, 'r2');
    await stores[0].runs.end('r2', { state: 'succeeded', endedAt: '2026-03-02T12:05:00Z', exitCode: 0, streams: {} });
    expect(await one.tick(at('02T12:05'))).toEqual([]);
    await stores[0].requests.end(lease);
    expect(await one.tick(at('02T12:06'))).toEqual([]);
    await stores[0].requests.claim(marts.id, 'w', 60_000);
    expect(await one.tick(at('02T12:07'))).toEqual(['marts']);
  });

  it('makes nothing up of what succeeded before it was configured', async () => {
    const alone = host();
    await alone.tick(at('02T10:30'));
    await alone.tick(at('02T11:00'));
    await work('succeeded', '2026-03-02T11:05:00.000Z');
    expect(await both().tick(at('02T11:10'))).toEqual([]);
  });
});

it('a slot is overdue when its grace is over, and never one from before the schedule', async () => {
  const connection = hourly({ jitterMs: 5 * MINUTE });
  const overdue = async (now: string) => {
    const [anchor] = await stores[0].schedules.anchors([keyOf(connection)], at(now).toISOString());
    const slot = overdueSlot(connection, anchor!, at(now).getTime());
    return slot === undefined ? undefined : new Date(slot).toISOString().slice(8, 16);
  };
  expect(await overdue('02T12:00')).toBeUndefined();
  await host(connection).tick(at('02T10:30'));
  expect(await overdue('02T11:34')).toBeUndefined();
  expect(await overdue('02T11:35')).toBe('02T11:00');
  expect(await overdue('02T12:34')).toBe('02T11:00');
});
