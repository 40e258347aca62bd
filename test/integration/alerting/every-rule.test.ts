import { randomUUID } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDispatcher, webhookChannel, type AlertRule, type Channel } from '../../../core/alerting/index.js';
import { scheduledConnections } from '../../../core/app/schedules.js';
import type { Installation } from '../../../core/app/installation.js';
import { restatedNow } from '../../../core/app/releases.js';
import { standingNow } from '../../../core/app/standing.js';
import { openStore, type Store } from '../../../core/persistence/index.js';
import { ALERT_KINDS, type AlertKind, type ErrorReport } from '../../../core/protocol/index.js';
import { keyOf } from '../../../core/scheduler/scheduler.js';
import type { Settings } from '../../../core/settings/index.js';
import { openSqlSession } from '../../../destinations/postgres/sql-session.js';
import type { Release } from '../../../report/index.js';
import { query, stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';
import { startReceiver, type Receiver } from '../../support/receiver.js';
import { loadSmallMonth, publishSmallMonth, restate } from '../report/small-month.js';
import { openWarehouse, type Warehouse } from '../report/warehouse.js';
import { DOWN, recordRun, REFUSED, type Told } from './recorded-run.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const SETTINGS = {
  project: { name: 'outreach', timezone: 'UTC' },
  connections: { daily: { schedule: { every: '1m', grace: '1m' } } },
} as unknown as Settings;
const LOCKED: ErrorReport = { kind: 'locked', message: 'Another run holds it.' };

let database: TestDatabase;
let store: Store;
let hook: Receiver;
let now: number;
let home: string;
let notes: string[];
let warehouse: Warehouse | undefined;
/** The warehouse is away, as one that cannot be reached. */
let isAway: boolean;

beforeEach(async () => {
  database = await testDatabase();
  store = await openStore(database.url);
  hook = await startReceiver();
  // The database's clock cannot be set, so that of this test begins with it.
  now = Date.now();
  home = join(tmpdir(), 'no-such-home');
  notes = [];
  isAway = false;
});
afterEach(async () => {
  await warehouse?.close();
  warehouse = undefined;
  await hook.close();
  await store.close();
  await database.drop();
});
afterAll(stopTestServer);

const restated = async (at: Date): Promise<readonly Release[]> => {
  const url = warehouse?.database.url;
  if (url === undefined) return [];
  const installation = {
    configuration: { settings: { report: { destination: 'warehouse' } } },
    sql: async () => openSqlSession(isAway ? `${url}_away` : url, { readOnly: true }),
  };
  return restatedNow(installation as unknown as Installation, at);
};

const webhook = () => webhookChannel({ url: hook.url, secret: 'a-secret-of-a-test' });

function dispatcher(
  rules: readonly AlertRule[],
  { own = store, channel = webhook() as Channel, host = hostname() } = {},
) {
  return createDispatcher({
    store: own.alerts,
    project: 'outreach',
    rules,
    channels: { hook: channel },
    policies: {},
    factsOf: () => ({ budget: { share: 0.1, records: 1000 }, feedsReport: true }),
    host,
    standing: (kinds, at) => standingNow({ settings: SETTINGS, home, store: own, restated }, kinds, at),
    linkOf: () => undefined,
    now: () => new Date(now),
    signal: new AbortController().signal,
    note: (text) => notes.push(text),
  });
}

const rule = (when: AlertKind): AlertRule => ({
  when,
  severity: 'error',
  to: ['hook'],
  budgetUsed: 0.5,
  olderThanMs: 2 * DAY,
});

const ran = (told?: Told) => recordRun(store, (now += MINUTE), told);
const told = () => hook.received.map(({ body }) => JSON.parse(body) as { action: string; key: string; what: string });
/** What got through: the receiver has also what it refused. */
const delivered = async () =>
  (await store.alerts.incidents({ limit: 9 })).map(({ kind, deliveries }) => [
    kind,
    ...deliveries.map(({ action, state }) => `${action} ${state}`),
  ]);

/** A request of `daily` that ends with this error, and with a run in the history if it is told of one. */
async function asked(error: ErrorReport, run?: Told): Promise<void> {
  const id = randomUUID();
  await store.requests.add({
    id,
    connection: 'daily',
    trigger: 'api',
    idempotencyKey: id,
    notBefore: '2026-01-01T00:00:00Z',
  });
  const lease = (await store.requests.claim(id, 'a worker', MINUTE))!;
  await store.requests.began(lease, run === undefined ? randomUUID() : await ran(run));
  await store.requests.end(lease, error);
}

async function silentWorker(name: string, startedMinutesAgo: number, silentMinutes: number): Promise<void> {
  const id = randomUUID();
  await store.workers.beat({ id, name });
  await query(
    database.url,
    `UPDATE tributary_store.worker SET started_at = now() - interval '${startedMinutesAgo} min',
       seen_at = now() - interval '${silentMinutes} min' WHERE id = '${id}'`,
  );
}

const scheduledSince = (minutes: number) =>
  store.schedules.note(
    scheduledConnections(SETTINGS).map(keyOf),
    new Date(Date.now() - minutes * MINUTE).toISOString(),
  );

interface Case {
  readonly before?: () => Promise<unknown>;
  readonly fault: () => Promise<unknown>;
  readonly heal?: () => Promise<unknown>;
}
const failed = (more: Told): Case => ({ fault: () => ran({ state: 'failed', error: DOWN, ...more }) });
const weekly = async (read: number) => recordRun(store, (now += 7 * DAY), { read });

const CASES: Readonly<Record<AlertKind, Case>> = {
  run_failed: failed({}),
  run_partial: failed({ state: 'partial' }),
  run_interrupted: { fault: () => ran({ state: 'interrupted' }) },
  auth: failed({ error: REFUSED }),
  schema_change: { fault: () => ran({ gone: ['email'] }) },
  quarantine_growth: { fault: () => ran({ quarantined: 6 }) },
  unexpected_zero: {
    before: async () => {
      for (let run = 0; run < 3; run++) await ran();
    },
    fault: () => ran({ read: 0 }),
  },
  volume_anomaly: {
    before: async () => {
      now -= 70 * DAY;
      for (let week = 0; week < 8; week++) await weekly(1000 + week);
    },
    fault: () => weekly(20),
    heal: () => weekly(1003),
  },
  error_budget: failed({ streamError: { kind: 'data', message: 'Too many records were rejected.' } }),
  integrity_mismatch: failed({ error: { kind: 'internal', message: 'It does not balance.', fault: 'integrity' } }),
  disk: {
    // It has no room at all, on any Linux.
    fault: async () => (home = '/proc'),
    heal: async () => (home = join(tmpdir(), 'no-such-home')),
  },
  late: { fault: () => scheduledSince(10) },
  stale_data: { before: () => ran(), fault: async () => (now += 2 * DAY) },
  request_failed: { fault: () => asked(REFUSED) },
  worker_lost: {
    before: () => silentWorker('w:2', 90, 0),
    fault: () => silentWorker('w:1', 60, 2),
    heal: () => store.workers.beat({ id: randomUUID(), name: 'w:1' }),
  },
  release_restated: {
    before: async () => {
      warehouse = await openWarehouse();
      await loadSmallMonth(warehouse);
      await publishSmallMonth(warehouse, new Date(now));
    },
    fault: restateSmallMonth,
    heal: async () => (now += DAY),
  },
  break_glass: {
    fault: () =>
      store.breakGlass.open({
        id: randomUUID(),
        actor: 'ann@example.org',
        reason: 'a member is at the desk',
        forMs: 60 * MINUTE,
      }),
    heal: () =>
      query(
        database.url,
        `UPDATE tributary_store.break_glass SET expires_at = now() - interval '24 h', reviewed_at = now(), reviewed_by = 'bob@example.org'`,
      ),
  },
};

const LATE_RUN = '00000000-0000-4000-8000-00000000000a';

async function restateSmallMonth(): Promise<void> {
  await restate(warehouse!, LATE_RUN, 'UPDATE raw_daily.series SET opened = 90 WHERE id = 1');
  await publishSmallMonth(warehouse!, new Date(now));
}

test.each(ALERT_KINDS)(
  '%s: the host dies as it tells, the channel is down for an hour, and it is told once and resolved once',
  async (kind) => {
    const { before, fault, heal = () => ran() } = CASES[kind];
    const rules = [rule(kind)];
    await before?.();
    await dispatcher(rules).work();
    expect(await delivered()).toEqual([]);
    await fault();
    await new Promise<void>((resolve) => {
      const dead: Channel = { send: () => new Promise(() => resolve()) };
      void dispatcher(rules, { channel: dead }).work();
    });
    await query(database.url, `UPDATE tributary_store.alert_delivery SET lease_until = now() - interval '1 s'`);
    hook.answer(503);
    const all = [dispatcher(rules), dispatcher(rules)];
    const hour = async (minutes = 60) => {
      for (let minute = 0; minute < minutes; minute += 6) {
        await Promise.all(all.map((each) => each.work()));
        now += 6 * MINUTE;
      }
    };
    await hour();
    expect(await delivered()).toEqual([[kind, 'trigger waiting']]);
    expect(new Set(hook.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    hook.answer(200);
    await hour();
    expect(await delivered()).toEqual([[kind, 'trigger sent']]);
    await heal();
    await hour(18);
    expect(await delivered()).toEqual([[kind, 'trigger sent', 'resolve sent']]);
    expect(told().map(({ action }) => action)).toEqual([
      ...Array.from({ length: hook.received.length - 1 }, () => 'trigger'),
      'resolve',
    ]);
  },
);

test('what stands is over when its rule is gone, and the disk of another host is its own matter', async () => {
  home = '/proc';
  await silentWorker('w:1', 60, 2);
  const rules = [rule('disk'), rule('worker_lost')];
  await dispatcher(rules).work();
  home = join(tmpdir(), 'no-such-home');
  await dispatcher([rule('disk')], { host: 'elsewhere' }).work();
  const open = async () => (await store.alerts.incidents({ limit: 9, isOpen: true })).map(({ kind }) => kind);
  expect(await open()).toEqual(['disk']);
  await dispatcher([]).work();
  expect(await open()).toEqual([]);
});

test('a restatement names the run and its file, and a warehouse that is away ends no alert', async () => {
  const rules = [rule('release_restated')];
  await CASES.release_restated.before?.();
  await restateSmallMonth();
  await dispatcher(rules).work();
  expect(told()).toMatchObject([
    { key: ':release_restated:2026-03:2', what: expect.stringContaining(`run ${LATE_RUN} of daily (out/late.csv)`) },
  ]);
  isAway = true;
  now += 2 * DAY;
  await dispatcher(rules).work();
  expect(await delivered()).toEqual([['release_restated', 'trigger sent']]);
  isAway = false;
  await dispatcher(rules).work();
  expect(await delivered()).toEqual([['release_restated', 'trigger sent', 'resolve sent']]);
});

test('who is late is not told of while its failure is known, nor while its schedule is held', async () => {
  await scheduledSince(10);
  await store.holds.pause('daily', { by: 'somebody' });
  await dispatcher([rule('late')]).work();
  expect(await delivered()).toEqual([]);
  await store.holds.resume('daily');
  await asked(REFUSED);
  await dispatcher([rule('late'), rule('request_failed')]).work();
  expect((await delivered()).map(([kind]) => kind)).toEqual(['request_failed']);
  await dispatcher([rule('late')]).work();
  expect((await delivered()).map(([kind]) => kind).toSorted()).toEqual(['late', 'request_failed']);
});

test('a request that gave up before another run is told, and one whose run tells of it is not', async () => {
  const rules = [rule('request_failed'), rule('run_failed')];
  now -= 60 * MINUTE;
  await asked(DOWN, { state: 'failed', error: DOWN });
  await dispatcher(rules).work();
  expect((await delivered()).map(([kind]) => kind)).toEqual(['run_failed']);
  await ran();
  await asked(LOCKED, { state: 'failed', error: LOCKED });
  await dispatcher(rules).work();
  expect((await delivered()).map(([kind]) => kind).toSorted()).toEqual(['request_failed', 'run_failed']);
  expect(told().at(-1)).toMatchObject({ key: 'daily:request_failed', what: LOCKED.message });
});

test('of workers that fell silent, each one that began later takes the place of one, and is missed in its turn', async () => {
  const lost = async () => (await store.workers.lost()).map(({ name }) => name);
  await silentWorker('a', 90, 30);
  await silentWorker('b', 80, 20);
  // It was there before they went.
  await silentWorker('c', 70, 0);
  expect(await lost()).toEqual(['a', 'b']);
  await silentWorker('d', 10, 0);
  expect(await lost()).toEqual(['b']);
  await query(database.url, `UPDATE tributary_store.worker SET seen_at = now() - interval '5 min' WHERE name = 'd'`);
  expect(await lost()).toEqual(['b', 'd']);
  const id = randomUUID();
  await store.workers.beat({ id, name: 'e' });
  expect(await lost()).toEqual(['d']);
  await store.workers.leave(id);
  expect(await lost()).toEqual(['d']);
  await query(database.url, `UPDATE tributary_store.worker SET seen_at = now() - interval '25 h' WHERE name = 'd'`);
  expect(await lost()).toEqual([]);
});

test('a run that cannot be judged is set aside with a word, and the next is told', async () => {
  await ran();
  await dispatcher([]).work();
  const broken = await ran({ state: 'failed', error: DOWN });
  await query(database.url, `UPDATE tributary_store.run SET error = '"no report"' WHERE id = '${broken}'`);
  await ran({ state: 'failed', error: REFUSED });
  for (let twice = 0; twice < 2; twice++) await dispatcher([rule('auth'), rule('run_failed')]).work();
  expect(told()).toMatchObject([{ action: 'trigger', key: 'daily:auth' }]);
  expect(notes).toEqual([expect.stringContaining(`run ${broken} could not be judged`)]);
});
