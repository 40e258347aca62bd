import { randomUUID } from 'node:crypto';
import {
  createDispatcher,
  emailChannel,
  pagerDutyChannel,
  webhookChannel,
  type AlertRule,
  type Channel,
  type ChannelPolicy,
  type Dispatcher,
  type Standing,
} from '../../../core/alerting/index.js';
import { channelPolicies } from '../../../core/app/channel-policies.js';
import { openStore, type Store } from '../../../core/persistence/index.js';
import type { AlertKind } from '../../../core/protocol/index.js';
import type { ChannelSettings, Settings } from '../../../core/settings/index.js';
import { startPagerDuty, type PagerDuty } from '../../simulators/pagerduty/server.js';
import { startMailBox, type MailBox } from '../../support/mail.js';
import { query, stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';
import { startReceiver, type Receiver } from '../../support/receiver.js';
import { DOWN, recordRun, REFUSED, type Told } from './recorded-run.js';

const ROUTING_KEY = '0123456789abcdef0123456789abcdef';
const MINUTE = 60_000;

let database: TestDatabase;
let store: Store;
let box: MailBox;
let pager: PagerDuty;
let hook: Receiver;
let channels: Record<string, Channel>;
let now: number;
let notes: string[];
let standing: Standing[];
let policies: Readonly<Record<string, ChannelPolicy>>;

beforeEach(async () => {
  database = await testDatabase();
  store = await openStore(database.url);
  box = await startMailBox({ disabledCommands: ['STARTTLS', 'AUTH'] });
  pager = await startPagerDuty([ROUTING_KEY]);
  hook = await startReceiver();
  channels = {
    ops: mailTo(box.port),
    pager: pagerDutyChannel({ routing_key: ROUTING_KEY, endpoint: pager.endpoint }),
    hook: webhookChannel({ url: hook.url, secret: 'a-secret-of-a-test' }),
  };
  now = Date.parse('2026-03-10T06:00:00Z');
  notes = [];
  standing = [];
  policies = {};
});
afterEach(async () => {
  await box.close();
  await pager.close();
  await hook.close();
  await store.close();
  await database.drop();
});
afterAll(stopTestServer);

const mailTo = (port: number) =>
  emailChannel(['ops@example.org'], { host: '127.0.0.1', port, tls: 'none', from: 'tributary@example.org' });

function dispatcher(
  rules: readonly AlertRule[],
  own: Store = store,
  signal = new AbortController().signal,
): Dispatcher {
  return createDispatcher({
    store: own.alerts,
    project: 'outreach',
    rules,
    channels,
    policies,
    factsOf: () => ({ budget: { share: 0.1, records: 1000 }, feedsReport: true }),
    host: 'here',
    standing: async () => ({ standing, unseen: new Set() }),
    linkOf: (run) => `https://tributary.example.org/runs/${run}`,
    now: () => new Date(now),
    signal,
    note: (text) => notes.push(text),
  });
}

const rule = (when: AlertKind, to: readonly string[] = ['ops', 'pager']): AlertRule => ({
  when,
  severity: 'critical',
  to,
  budgetUsed: 0.5,
  olderThanMs: 0,
});

/** A run of `daily`, a minute later. */
function ran(told: Told = {}): Promise<string> {
  now += MINUTE;
  return recordRun(store, now, told);
}

// Every rule: every-rule.test.ts.
describe('a rule tells once and resolves once, however often the fault comes again', () => {
  const well = async () => {
    for (let run = 0; run < 3; run++) await ran();
  };
  test.each<[AlertKind, Told]>([
    ['run_failed', { state: 'failed', error: DOWN }],
    // The data came in, and the marts could not be built.
    ['run_failed', { state: 'succeeded', error: DOWN }],
    ['quarantine_growth', { read: 100, quarantined: 6 }],
    ['unexpected_zero', { read: 0 }],
  ])('%s', async (kind, fault) => {
    const alerts = dispatcher([rule(kind)]);
    await well();
    await alerts.work();
    expect([box.mails.length, pager.requests.length]).toEqual([0, 0]);
    const run = await ran(fault);
    for (let again = 0; again < 2; again++) {
      await ran(fault);
      await alerts.work();
    }
    expect(box.mails).toHaveLength(1);
    expect(box.mails[0]?.text).toContain(run);
    expect(pager.alerts).toMatchObject([{ triggers: 1, isResolved: false, severity: 'critical', source: 'outreach' }]);
    expect(pager.alerts[0]?.links).toEqual([`https://tributary.example.org/runs/${run}`]);
    await ran();
    await ran();
    await alerts.work();
    await alerts.work();
    expect(box.mails.map(({ subject }) => subject?.startsWith('[outreach] Resolved: '))).toEqual([false, true]);
    expect(pager.alerts).toMatchObject([{ triggers: 1, isResolved: true }]);
    expect(pager.requests).toEqual([
      { action: 'trigger', status: 202 },
      { action: 'resolve', status: 202 },
    ]);
    await ran(fault);
    await alerts.work();
    // After three runs that were not all well nothing says that a zero is strange.
    expect(pager.alerts).toHaveLength(kind === 'unexpected_zero' ? 1 : 2);
    const [incident] = (await store.alerts.incidents({ limit: 9 })).filter(
      ({ resolvedAt }) => resolvedAt !== undefined,
    );
    expect(incident).toMatchObject({ kind, run, times: kind === 'unexpected_zero' ? 1 : 3 });
    expect(notes).toEqual([]);
  });
});

test('late is told once, by several hosts, and over once a run has succeeded', async () => {
  const all = [dispatcher([rule('late')]), dispatcher([rule('late')])];
  const look = async () => {
    now += MINUTE;
    await Promise.all(all.map((each) => each.work()));
  };
  await look();
  standing = [{ kind: 'late', connection: 'daily', slot: '2026-03-10T05:15:00.000Z' }];
  await look();
  // A failure does not end it, nor a success that came before its slot.
  await ran({ state: 'failed', error: DOWN });
  await ran();
  await look();
  expect(box.mails.map(({ subject }) => subject)).toEqual(['[outreach] CRITICAL: daily: it is late']);
  expect(box.mails[0]?.text).toContain('2026-03-10T05:15:00.000Z');
  standing = [];
  await look();
  await look();
  expect(pager.alerts).toMatchObject([{ triggers: 1, isResolved: true }]);
  expect(box.mails).toHaveLength(2);
});

test('a volume far from that of the same weekday is told once, is over with a usual one, and no backfill is judged', async () => {
  const alerts = dispatcher([rule('volume_anomaly')]);
  const day = 24 * 60 * MINUTE - MINUTE;
  // Mondays bring ten times as much as the other days, week after week.
  const usual = () => (new Date(now + MINUTE).getUTCDay() === 1 ? 1000 : 100) + Math.floor((now / 86_400_000) % 7);
  const next = async (told: Told = {}) => {
    now += day;
    const run = await ran({ read: usual(), ...told });
    await alerts.work();
    return run;
  };
  for (let days = 0; days < 42; days++) await next();
  await ran({ read: 9, trigger: 'backfill' });
  await alerts.work();
  now -= MINUTE;
  expect(pager.requests).toEqual([]);
  const run = await next({ read: 20 });
  await next({ read: 20 });
  expect(pager.alerts).toMatchObject([{ triggers: 1, isResolved: false }]);
  expect(box.mails[0]?.text).toContain(run);
  await next();
  expect(pager.alerts).toMatchObject([{ triggers: 1, isResolved: true }]);
  // What makes up for two days reads twice as much.
  now += day;
  await next({ read: usual() * 3 });
  expect(pager.alerts).toHaveLength(1);
});

test('a failure that a more telling rule names is one incident, and without that rule it is told as the failure', async () => {
  await ran({ state: 'failed', error: REFUSED });
  await dispatcher([rule('run_failed'), rule('auth')]).work();
  expect((await store.alerts.incidents({ limit: 9 })).map(({ kind }) => kind)).toEqual(['auth']);
  await ran();
  await ran({ state: 'partial', error: REFUSED });
  await dispatcher([rule('run_partial')]).work();
  expect((await store.alerts.incidents({ limit: 9, isOpen: true })).map(({ kind }) => kind)).toEqual(['run_partial']);
});

test('what a worker tries again is told after its last attempt, and not at all where that succeeds', async () => {
  const alerts = dispatcher([rule('run_failed', ['hook'])]);
  const asked = async (at: number) => {
    const { request } = await store.requests.add({
      id: randomUUID(),
      connection: 'daily',
      trigger: 'schedule',
      slot: new Date(at).toISOString(),
      notBefore: '2026-01-01T00:00:00Z',
    });
    await query(database.url, `UPDATE tributary_store.run_request SET requested_at = '${new Date(at).toISOString()}'`);
    return request.id;
  };
  const attempt = async (id: string, told: Told) => {
    const lease = (await store.requests.claim(id, 'a worker', MINUTE))!;
    const run = await ran({ ...told, trigger: 'schedule' });
    await store.requests.began(lease, run);
    await alerts.work();
    return { run, lease };
  };
  const soon = '2026-01-01T00:00:00Z';
  const healed = await asked(now + MINUTE);
  const first = await attempt(healed, { state: 'failed', error: DOWN });
  await store.requests.again(first.lease, soon, { error: DOWN, fruitless: 1 });
  await alerts.work();
  await store.requests.end((await attempt(healed, {})).lease);
  await alerts.work();
  expect(hook.received).toEqual([]);
  const exhausted = await asked(now + MINUTE);
  const before = await attempt(exhausted, { state: 'failed', error: DOWN });
  await store.requests.again(before.lease, soon, { error: DOWN, fruitless: 1 });
  const last = await attempt(exhausted, { state: 'failed', error: DOWN });
  await store.requests.end(last.lease, DOWN);
  await alerts.work();
  expect(hook.received.map(({ body }) => JSON.parse(body).run)).toEqual([last.run]);
});

test('a backfill that goes on keeps no failure from being told, nor does one of its parts another', async () => {
  const alerts = dispatcher([rule('run_failed', ['hook'])]);
  const days = [
    { id: randomUUID(), from: '2026-01-01', to: '2026-01-07' },
    { id: randomUUID(), from: '2026-01-08', to: '2026-01-14' },
  ];
  const whole = { from: '2026-01-01', to: '2026-01-14' };
  await store.backfills.add({ id: randomUUID(), connection: 'daily', ...whole, parts: days });
  await query(database.url, `UPDATE tributary_store.run_request SET requested_at = '${new Date(now).toISOString()}'`);
  const [first, second] = await Promise.all(days.map(({ id }) => store.requests.claim(id, 'a worker', 60 * MINUTE)));
  const told = () => hook.received.map(({ body }) => JSON.parse(body).run as string);
  const ordinary = await ran({ state: 'failed', error: DOWN });
  await alerts.work();
  expect(told()).toEqual([ordinary]);
  await ran();
  const part = await ran({ state: 'failed', error: DOWN, trigger: 'backfill', part: '2026-01-01..2026-01-07' });
  await store.requests.began(first!, part);
  await store.requests.end(first!, DOWN);
  await store.requests.began(second!, await ran({ trigger: 'backfill', part: '2026-01-08..2026-01-14' }));
  await alerts.work();
  expect(told()).toContain(part);
});

test('an error text that breaks within a character is told, and stops no other', async () => {
  await ran({ state: 'failed', error: { ...DOWN, message: `${'x'.repeat(599)}\u{1F600}` } });
  await dispatcher([rule('run_failed', ['hook'])]).work();
  expect(hook.received).toHaveLength(1);
});

test('a host that stops begins nothing more, and the next one sends it', async () => {
  await ran({ state: 'failed', error: DOWN });
  await dispatcher([rule('run_failed', ['hook'])], store, AbortSignal.abort()).work();
  expect(hook.received).toEqual([]);
  await dispatcher([rule('run_failed', ['hook'])]).work();
  expect(hook.received).toHaveLength(1);
});

test('a channel that is down for an hour gets each message once and in its order, and the others do not wait', async () => {
  const { port } = box;
  await box.close();
  const alerts = dispatcher([rule('run_failed', ['ops', 'hook'])]);
  await ran({ state: 'failed', error: DOWN });
  const end = now + 60 * MINUTE;
  for (; now < end; now += MINUTE) {
    await alerts.work();
    // So late that its message would be tried again before that of the fault, which waits longer by now.
    if (now > end - 4 * MINUTE && now <= end - 3 * MINUTE) await ran();
  }
  expect(hook.received.map(({ body }) => (JSON.parse(body) as { action: string }).action)).toEqual([
    'trigger',
    'resolve',
  ]);
  expect(notes.length).toBeGreaterThan(5);
  expect(notes[0]).toContain('ECONNREFUSED');
  box = await startMailBox({ disabledCommands: ['STARTTLS', 'AUTH'] }, port);
  for (const later = now + 60 * MINUTE; now < later; now += MINUTE) await alerts.work();
  expect(box.mails.map(({ subject }) => subject)).toEqual([
    '[outreach] CRITICAL: daily: the run failed',
    '[outreach] Resolved: daily: the run failed',
  ]);
});

test('what a channel cannot take for days is given up, and its resolve with it', async () => {
  hook.answer(503);
  const alerts = dispatcher([rule('run_failed', ['hook'])]);
  await ran({ state: 'failed', error: DOWN });
  for (const end = now + 4 * 24 * 60 * MINUTE; now < end; now += 60 * MINUTE) await alerts.work();
  const tried = hook.received.length;
  await ran();
  await alerts.work();
  expect(hook.received).toHaveLength(tried);
  const [{ deliveries } = { deliveries: [] }] = await store.alerts.incidents({ limit: 1 });
  expect(deliveries).toMatchObject([
    { action: 'trigger', state: 'given_up', attempt: tried, error: expect.stringContaining('503') },
  ]);
});

test('a channel that refuses a message is not asked again, and says so', async () => {
  channels['pager'] = pagerDutyChannel({ routing_key: ROUTING_KEY.slice(1), endpoint: pager.endpoint });
  const alerts = dispatcher([rule('run_failed', ['pager'])]);
  await ran({ state: 'failed', error: DOWN });
  await alerts.work();
  now += 60 * MINUTE;
  await alerts.work();
  expect(pager.requests).toEqual([{ action: 'trigger', status: 400 }]);
  expect(notes).toEqual([expect.stringContaining("Length of 'routing_key' is incorrect")]);
  expect(notes[0]).not.toContain(ROUTING_KEY.slice(1));
});

test('a channel that asks for time gets it', async () => {
  pager.throttle(1);
  const alerts = dispatcher([rule('run_failed', ['pager'])]);
  await ran({ state: 'failed', error: DOWN });
  await alerts.work();
  await alerts.work();
  expect(pager.requests.map(({ status }) => status)).toEqual([429]);
  now += 15_000;
  await alerts.work();
  expect(pager.alerts).toMatchObject([{ triggers: 1 }]);
});

test('several dispatchers on one store tell each thing once', async () => {
  const stores = await Promise.all([openStore(database.url), openStore(database.url)]);
  const all = [store, ...stores].map((own) => dispatcher([rule('run_failed', ['hook', 'pager'])], own));
  for (let round = 0; round < 5; round++) {
    await ran({ state: 'failed', error: DOWN });
    await ran({ state: 'failed', error: DOWN });
    await Promise.all(all.map((each) => each.work()));
    await ran();
    await Promise.all(all.map((each) => each.work()));
  }
  // A dispatcher may leave what another one holds.
  await Promise.all(all.map((each) => each.work()));
  await Promise.all(stores.map((own) => own.close()));
  expect(pager.requests.map(({ action }) => action)).toEqual(
    Array.from({ length: 5 }, () => ['trigger', 'resolve']).flat(),
  );
  expect(new Set(hook.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(10);
  expect(hook.received).toHaveLength(10);
});

test('of what happened before anybody asked only the last run of a connection is news', async () => {
  await ran({ state: 'failed', error: DOWN });
  await ran();
  await ran({ state: 'failed', error: REFUSED });
  await dispatcher([rule('run_failed', ['hook'])]).work();
  expect(hook.received).toHaveLength(1);
});

test('a run that was taken for dead and ends well after all resolves what was told of it', async () => {
  const alerts = dispatcher([rule('run_interrupted', ['pager'])]);
  const id = await ran({ state: 'interrupted' });
  await alerts.work();
  await store.runs.end(id, { state: 'succeeded', endedAt: new Date(now).toISOString(), exitCode: 0, streams: {} });
  await alerts.work();
  expect(pager.alerts).toMatchObject([{ isResolved: true }]);
});

test('a run that somebody stopped, a replay and another run in the way are nothing to tell of', async () => {
  const alerts = dispatcher([rule('run_failed'), rule('run_partial')]);
  await ran();
  await alerts.work();
  await ran({ state: 'cancelled' });
  await ran({ state: 'failed', error: DOWN, trigger: 'replay' });
  await ran({ state: 'failed', error: { kind: 'locked', message: 'Another run holds it.' } });
  await alerts.work();
  expect(await store.alerts.incidents({ limit: 9 })).toEqual([]);
});

/** What the channels say about when they may be used, in New York. */
const at = (channels: Readonly<Record<string, Partial<ChannelSettings>>>) =>
  channelPolicies({
    alerts: { channels, rules: [] },
    project: { timezone: 'America/New_York' },
  } as unknown as Settings);
const until = async (alerts: Dispatcher, instant: string) => {
  for (const end = Date.parse(instant); now < end; now = Math.min(end, now + 30 * MINUTE)) await alerts.work();
};

test('in quiet hours only what they let pass is told, and the rest at their end, over daylight saving', async () => {
  policies = at({ ops: { quiet: { from: '22:00', to: '06:00' } } });
  now = Date.parse('2026-03-08T02:59:00Z');
  const warned = { ...rule('schema_change', ['ops', 'hook']), severity: 'warning' } as const;
  const alerts = dispatcher([warned, rule('auth', ['ops'])]);
  await ran({ gone: ['email'] });
  await alerts.work();
  expect([box.mails.length, hook.received.length]).toEqual([0, 1]);
  await ran({ state: 'failed', error: REFUSED });
  await alerts.work();
  expect(box.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('CRITICAL: daily: access')]);
  // The night has an hour less, and six o'clock is ten in UTC.
  await until(alerts, '2026-03-08T09:59:00Z');
  expect(box.mails).toHaveLength(1);
  now = Date.parse('2026-03-08T10:00:00Z');
  await alerts.work();
  expect(box.mails[1]?.subject).toContain('WARNING: daily.series: the columns changed');
});

test('what can wait comes in one digest a day, with what is over marked; the rest comes at once', async () => {
  policies = at({ ops: { digest: { at: '08:00' } } });
  const warned = { ...rule('schema_change', ['ops']), severity: 'warning' } as const;
  const all = [1, 2].map(() => dispatcher([warned, { ...warned, when: 'quarantine_growth' }, rule('auth', ['ops'])]));
  const work = () => Promise.all(all.map((each) => each.work()));
  await ran({ gone: ['email'], quarantined: 6 });
  await work();
  await ran({ quarantined: 6 });
  await ran({ state: 'failed', error: REFUSED });
  await work();
  await until(all[0]!, '2026-03-10T11:59:00Z');
  expect(box.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('CRITICAL')]);
  now = Date.parse('2026-03-10T12:00:00Z');
  await work();
  expect(box.mails).toHaveLength(2);
  expect(box.mails[1]?.subject).toBe('[outreach] WARNING: 2 alerts');
  expect(box.mails[1]?.text).toMatch(
    /Resolved: daily\.series: the columns changed .*\nWARNING: daily\.series: 6 records/,
  );
  await ran();
  await work();
  await until(all[0]!, '2026-03-11T13:00:00Z');
  expect(box.mails.slice(2).map(({ subject }) => subject)).toEqual([
    expect.stringContaining('Resolved: daily: access'),
    '[outreach] WARNING: 1 alert',
  ]);
  const states = (await store.alerts.incidents({ limit: 9 })).flatMap(({ deliveries }) => deliveries);
  expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['sent']));
});

test('what nobody acknowledges is escalated once and resolved there too; what was seen or is over is not', async () => {
  const escalate = { afterMs: 30 * MINUTE, to: ['pager'] };
  const alerts = dispatcher([{ ...rule('run_failed', ['hook']), escalate }]);
  const open = async () => {
    await ran({ state: 'failed', error: DOWN });
    await alerts.work();
    return (await store.alerts.incidents({ limit: 1 }))[0]!;
  };
  const wait = async (minutes: number) => {
    now += minutes * MINUTE;
    await alerts.work();
  };
  await open();
  await wait(29);
  expect(pager.requests).toEqual([]);
  await wait(1);
  await wait(60);
  expect(pager.alerts).toMatchObject([{ triggers: 1, isResolved: false }]);
  await ran();
  await wait(0);
  expect(pager.alerts).toMatchObject([{ triggers: 1, isResolved: true }]);
  const seen = await open();
  expect(await store.alerts.find(seen.id.slice(0, 8))).toMatchObject([{ key: 'daily:run_failed' }]);
  expect(await store.alerts.find('daily:run_failed')).toMatchObject([{ id: seen.id }]);
  for (const by of ['ada', 'bob']) await store.alerts.acknowledge(seen.id, { by, at: new Date(now).toISOString() });
  await wait(60);
  expect((await store.alerts.find(seen.id))[0]).toMatchObject({
    acknowledged: { by: 'ada' },
    deliveries: [
      { channel: 'hook', state: 'sent', escalates: false },
      { channel: 'pager', state: 'dropped', escalates: true },
    ],
  });
  await ran();
  await open();
  await ran();
  await wait(60);
  expect(pager.requests).toHaveLength(2);
  expect(hook.received).toHaveLength(6);
});
