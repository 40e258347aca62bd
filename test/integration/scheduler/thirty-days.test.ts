import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { openStore, type Store } from '../../../core/persistence/store.js';
import { createScheduler, type Scheduler, type TimedConnection } from '../../../core/scheduler/scheduler.js';
import { stopTestServer, testDatabase, testServer, type TestDatabase } from '../../support/postgres.js';
import { slotsByWalking } from '../../support/slots-by-walking.js';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
/** 30 days in which America/Chicago (8th) and Europe/Berlin (29th) turn their clocks forward. */
const BEGIN = Date.parse('2026-03-02T00:00:00Z');
const END = BEGIN + 30 * DAY;
/** Less than the shortest interval of a schedule, so that only an absence can make two slots of one tick. */
const TICK = 110 * MINUTE;
/** How far the second host's clock is behind. */
const LAG = 3 * MINUTE;
const HOSTS_AWAY = { from: BEGIN + 19 * DAY, to: BEGIN + 20.5 * DAY };

const CRONS = ['15 5 * * *', '30 2 * * *', '0 2,14 * * *', '45 23 1,15,31 * *', '5 1 * * *'];
const WEEKLY = ['0 0 * * 1-5', '0 12 * * 0'];
const cronOf = (n: number) => (n % 23 === 0 ? WEEKLY[n % 2] : CRONS[n % 5]) as string;
const ZONES = ['America/Chicago', 'Europe/Berlin', 'Asia/Kolkata'];

/** Mostly daily ones, and a few of every two hours and of every six. */
const connections: readonly TimedConnection[] = Array.from({ length: 1000 }, (_, n) => ({
  name: `c${n}`,
  schedule: {
    when: n % 25 < 2 ? { everyMs: (n % 25 === 0 ? 2 : 6) * HOUR } : { cron: cronOf(n) },
    timezone: ZONES[n % 3] as string,
    blackout: n % 11 === 0 && n % 25 !== 0 ? [{ from: 60, to: 180, days: [0, 1, 2, 3, 4, 5, 6] }] : [],
  },
  catchUp: n % 2 === 0 ? 'coalesce' : 'skip',
  graceMs: 2 * HOUR,
  jitterMs: 10 * MINUTE,
}));

let database: TestDatabase;
let stores: Store[];
let pool: pg.Pool;

beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  pool.on('error', () => undefined);
  stores = [await openStore(database.url), await openStore(database.url)];
});
afterAll(async () => {
  await pool.end();
  for (const store of stores) await store.close();
  await database.drop();
  await stopTestServer();
});

const TAKE_AND_END = `UPDATE tributary_store.run_request SET state = 'ended'`;

/** What must be there in the end: every slot, and of those that passed while both hosts were away what is to be caught up. */
function expectedSlots(
  { schedule, catchUp, graceMs }: TimedConnection,
  [lastSeen, firstBack]: readonly [number, number],
): readonly number[] {
  const { when, timezone, blackout } = schedule;
  const all = ('cron' in when ? slotsByWalking(when.cron, timezone, blackout, BEGIN, END) : intervals(when.everyMs))
    .map((slot) => ('cron' in when || blackout.length === 0 ? slot : endOfBlackout(slot, timezone)))
    .filter((slot) => BEGIN < slot && slot <= END);
  const missed = all.filter((slot) => slot > lastSeen && slot <= firstBack);
  const caughtUp = missed.slice(-1).filter((slot) => catchUp === 'coalesce' || slot >= firstBack - graceMs);
  return all.filter((slot) => !missed.includes(slot) || caughtUp.includes(slot));
}

const intervals = (ms: number) => Array.from({ length: (END - BEGIN) / ms + 1 }, (_, n) => BEGIN + n * ms);

/** Of the blackout above, from 1 to 3 o'clock: in March no hour of it is ambiguous, and at 2 one may be left out. */
function endOfBlackout(slot: number, timezone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', hourCycle: 'h23' });
  let end = slot;
  while (['01', '02'].includes(format.format(end))) end += 30 * MINUTE;
  return end;
}

/** As the host does it: a tick that the store refuses is told, and another one follows. */
async function tickUntilDone(host: Scheduler, now: Date, failures: unknown[]): Promise<readonly string[]> {
  for (;;) {
    try {
      return await host.tick(now);
    } catch (error) {
      failures.push(error);
      if (failures.length > 20) throw error;
    }
  }
}

test('two hosts, 1,000 connections, 30 days: no slot is lost or doubled, whatever clocks and database do', async () => {
  const hosts = stores.map(({ schedules }) => createScheduler(connections, schedules));
  const server = await testServer();
  const failures: unknown[] = [];
  let step = 0;
  let [lastSeen, firstBack] = [0, 0];
  for (let now = BEGIN; now <= END; now += TICK, step++) {
    if (now > HOSTS_AWAY.from && now < HOSTS_AWAY.to) continue;
    if (now <= HOSTS_AWAY.from) lastSeen = now;
    if (now >= HOSTS_AWAY.to) firstBack ||= now;
    const clocks = [now, Math.max(BEGIN, now - LAG)];
    // The first host's clock jumps forward for a while, by three days and by an hour; the second one's back, by two days.
    if (step >= 65 && step < 68) clocks[0] = now + 3 * DAY;
    if (step === 90) clocks[0] = now + HOUR;
    if (step >= 115 && step < 118) clocks[1] = now - 2 * DAY;
    // Both at once, then one, then the other; while one's clock is wrong, both, or those of the right time would be missed.
    const isWrong = clocks[0] !== now || clocks[1] !== now - LAG;
    const awake = hosts.filter((_, n) => isWrong || step % 3 === 0 || step % 3 === n + 1);
    const ticks = awake.map((host) => tickUntilDone(host, new Date(clocks[hosts.indexOf(host)] as number), failures));
    if (step === 174) await server.stopNow().then(() => server.restart());
    const added = (await Promise.all(ticks)).flat();
    // What workers do meanwhile.
    if (added.length > 0 || step === 175) await pool.query(`${TAKE_AND_END} WHERE state = 'queued'`);
  }
  // The last ones: the second host sees the end, too.
  for (const host of hosts) await host.tick(new Date(END));
  expect(step).toBeGreaterThan(390);

  const { rows } = await pool.query<{ connection: string; slot: Date; not_before: Date }>(
    'SELECT connection, slot, not_before FROM tributary_store.run_request WHERE slot IS NOT NULL ORDER BY connection, slot',
  );
  const found = Map.groupBy(rows, ({ connection }) => connection);
  const expected = new Map<string, readonly number[]>();
  let total = 0;
  for (const connection of connections) {
    const key = JSON.stringify([connection.schedule, connection.catchUp]);
    const slots = expected.get(key) ?? expectedSlots(connection, [lastSeen, firstBack]);
    expected.set(key, slots);
    total += slots.length;
    const told = (found.get(connection.name) ?? []).map(({ slot }) => slot.toISOString());
    expect({ key, told }).toEqual({ key, told: slots.map((slot) => new Date(slot).toISOString()) });
  }
  expect(rows).toHaveLength(total);
  expect(total).toBeGreaterThan(25_000);
  expect(rows.filter(({ slot, not_before }) => not_before < slot)).toEqual([]);
  // Nothing but the restart stops a tick, and only for longer than the store is patient.
  expect(failures.filter((error) => !/no connection|57P03/.test((error as Error).message))).toEqual([]);
});
