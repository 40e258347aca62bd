import { fileURLToPath } from 'node:url';
import type { RunOutcome } from '../../../../core/engine/index.js';
import { loadSettings } from '../../../../core/settings/index.js';
import { buildMarts, marksFor, type CompiledFact } from '../../../../report/index.js';
import { openSqlSession } from '../../../../destinations/postgres/sql-session.js';
import type { Fault } from '../../../simulators/sfmc/faults.js';
import type { TruthCell, TruthPlace, TruthResponse } from '../../../simulators/sfmc/truth.js';
import { MIDS } from '../../../simulators/sfmc/world.js';
import { stopTestServer } from '../../../support/postgres.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { factsOf } from '../../report/warehouse.js';
import { keptMembers, open, withSite, ZONE, type Site } from './reading.js';

/** Three days before the end of daylight saving on 1 November, and four after. */
const NOW = '2026-10-29T14:00:00Z';
const START = '2026-10-24';
const DAY_MS = 86_400_000;

/** What is sent, bounced and unsubscribed is told apart by `message_days` already; each table costs the test seconds. */
const STREAMS = [
  'message_days',
  'open_events',
  'click_events',
  'sends',
  'members',
  'sms_messages',
  'push_messages',
  'answers',
];

/** The facts as they are shipped, over the tables of the test. */
async function shippedFacts(): Promise<readonly CompiledFact[]> {
  const file = fileURLToPath(new URL('../../../../config/sfmc.yaml', import.meta.url));
  const env = { SFMC_CLIENT_ID: 'id', SFMC_CLIENT_SECRET: 'not-a-secret', MEMBER_KEY: 'not-a-real-key-0123456789' };
  const { settings } = await loadSettings(file, { env });
  return factsOf(settings).map((fact) => ({ ...fact, schema: SCHEMA }));
}

/** On this day the package may not read clicks; the next run, with the right given back, goes on. */
const RIGHT_IS_TAKEN_ON = 3;

/** What each daily run meets; every fault must have been met when it ends. */
const FAULTS: readonly (readonly Fault[])[] = [
  [
    { route: 'soap:SentEvent:continue', kind: 'truncated', nth: 2 },
    { route: 'soap:OpenEvent', kind: 'expired_token', nth: 5 },
    { route: 'soap:ClickEvent', kind: 'throttle', nth: 3 },
    { route: '/data/v1', kind: '429' },
  ],
  [
    { route: 'soap:SentEvent:continue', kind: 'duplicate_page', nth: 1 },
    { route: 'soap:Send', kind: '500' },
  ],
  [
    { route: 'soap:OpenEvent:continue', kind: 'expired_request' },
    { route: '/data/v1', kind: 'truncated' },
  ],
  [
    { route: 'soap:OpenEvent:continue', kind: 'expired_token' },
    { route: 'token', kind: '500' },
  ],
  [
    { route: 'soap:BounceEvent', kind: 'maintenance', nth: 2 },
    { route: '/data/v1', kind: '429_blocked' },
  ],
  [
    { route: 'soap:SentEvent:continue', kind: 'reset' },
    { route: 'soap:UnsubEvent', kind: 'outage', nth: 2 },
  ],
];

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
  await stopTestServer();
});

/** One run of the connection at the simulator's instant, as `tributary sync` does it. */
async function sync(site: Site, facts: readonly CompiledFact[]): Promise<RunOutcome> {
  const source = await open(site);
  try {
    const offered = await source.streams(() => undefined);
    const streams = Object.fromEntries(STREAMS.map((name) => [name, offered[name]!]));
    return await bench.run(streams, {
      marksOf: (stream) => marksFor(facts, 'sfmc_daily', stream),
      rules: keptMembers,
      request: { startedAt: new Date(site.simulator.now()) },
    });
  } finally {
    await source.close();
  }
}

/** Brings the marts up to date by what the run has marked, and shows that building them anew would change nothing. */
async function build(facts: readonly CompiledFact[]): Promise<void> {
  const sql = openSqlSession(bench.database.url, { readOnly: false });
  const options = { metadataSchema: 'tributary', now: new Date() };
  try {
    const built = await buildMarts(sql, facts, options);
    expect(built.facts.map(({ undated, foreignChannels }) => ({ undated, foreignChannels }))).toEqual(
      facts.map(() => ({ undated: 0 })),
    );
    expect((await buildMarts(sql, facts, { ...options, rebuildAll: true })).isChanged).toBe(false);
  } finally {
    await sql.close();
  }
}

const PLACE = 'date::text, campaign_id, channel, variant_id, region, segment';
const MEASURES = [
  'sent',
  'delivered',
  'opened',
  'opened_machine',
  'clicked',
  'clicked_total',
  'bounced',
  'unsubscribed',
] as const;

/** Rows in which something happened. */
const campaignRows = () =>
  bench.query(
    `SELECT ${PLACE}, ${MEASURES.map((name) => `${name}::int`).join(', ')} FROM report.campaign_daily
      WHERE greatest(${MEASURES.map((name) => `abs(${name})`).join(', ')}) > 0`,
  );

const responseRows = () =>
  bench.query(
    `SELECT ${PLACE}, response_type, basis, is_primary, responded::int FROM report.response_daily WHERE responded > 0`,
  );

/** All events of one table by day and dimension, as somebody counts them who does not use the marts. */
async function counted(table: string): Promise<Record<string, unknown>[]> {
  return bench.query(
    `SELECT (event_date AT TIME ZONE '${ZONE}')::date::text AS date, e.account_id::int, send_id::text,
       coalesce(m.region, '(unknown)') AS region, coalesce(m.segment, '(unknown)') AS segment, count(*)::int AS n
     FROM ${SCHEMA}.${table} e LEFT JOIN ${SCHEMA}.members m ON m.subscriberkey = e.subscriber_key GROUP BY 1, 2, 3, 4, 5`,
  );
}

const TOTALS = { open_events: 'opened_total', click_events: 'clicked_total' } as const;

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();

/** A send is one variant of a campaign; several of one day stand together. */
function addedUp<T extends object>(cells: readonly T[], left: readonly string[], figures: readonly string[]): object[] {
  const sums = new Map<string, Record<string, unknown>>();
  for (const cell of cells as readonly Record<string, unknown>[]) {
    const place = Object.fromEntries(Object.entries(cell).filter(([name]) => ![...left, ...figures].includes(name)));
    const key = JSON.stringify(place);
    const sum = sums.get(key) ?? { ...place };
    sums.set(key, sum);
    for (const name of figures) {
      const value = cell[name] as number | null | undefined;
      sum[name] = value === null || value === undefined ? (sum[name] ?? null) : ((sum[name] as number) ?? 0) + value;
    }
  }
  return [...sums.values()];
}

const variantOf = ({ channel, variant }: TruthPlace) => (variant === '' && channel === 'email' ? 'only' : variant);

function expectedCampaigns(truth: readonly TruthCell[]): object[] {
  const cells = addedUp(
    truth.map((cell) => ({
      ...placeOf(cell),
      ...Object.fromEntries(MEASURES.map((name) => [name, measured(cell, name)])),
    })),
    [],
    MEASURES,
  );
  return cells.filter((cell) => MEASURES.some((name) => ((cell as Record<string, number | null>)[name] ?? 0) !== 0));
}

const measured = (cell: TruthCell, name: (typeof MEASURES)[number]) =>
  // No event of the API says that a machine has opened.
  name === 'opened_machine' ? null : cell[name];

const placeOf = (cell: TruthPlace) => ({
  date: cell.date,
  campaign_id: cell.campaign_id,
  channel: cell.channel,
  variant_id: variantOf(cell),
  region: cell.region,
  segment: cell.segment,
});

const expectedResponses = (truth: readonly TruthResponse[]): object[] =>
  addedUp(
    truth.map((cell) => ({
      ...placeOf(cell),
      response_type: cell.response_type,
      basis: cell.basis,
      is_primary: cell.basis === 'event_day',
      responded: cell.responded,
    })),
    [],
    ['responded'],
  );

test('a full sync and five daily ones, each with its faults, over the end of daylight saving, equal the truth cell by cell', () =>
  withSite({ now: NOW, start: START, members: 80, pageSize: 10 }, async (site) => {
    const { simulator } = site;
    const facts = await shippedFacts();
    for (const [day, faults] of FAULTS.entries()) {
      simulator.setNow(Date.parse(NOW) + day * DAY_MS);
      simulator.faults.clear();
      if (day === RIGHT_IS_TAKEN_ON) {
        simulator.faults.set({ route: 'soap:ClickEvent', kind: 'permission', every: 1 });
        const broken = await sync(site, facts);
        // What needs the right fails, each by itself; the rest is read.
        expect(broken).toMatchObject({ state: 'partial', exitCode: 7 });
        expect(broken.streams.filter(({ state }) => state !== 'complete')).toMatchObject(
          ['message_days', 'click_events'].map((stream) => ({
            stream,
            state: 'failed',
            error: {
              kind: 'auth',
              fault: 'permission',
              message: expect.stringContaining('ClickEvent of business unit 510001'),
              hint: expect.stringContaining('`tracking_events_read`'),
            },
          })),
        );
        await build(facts);
        simulator.faults.clear();
      }
      simulator.faults.set(...faults);
      simulator.requests.length = 0;
      expect(await sync(site, facts)).toMatchObject({
        state: 'succeeded',
        exitCode: 0,
        ledger: { quarantined: 0, replaced: 0 },
      });
      await build(facts);
      expect(simulator.faults.waiting()).toEqual([]);

      const truth = simulator.truth(ZONE);
      expect(sorted(await campaignRows())).toEqual(sorted(expectedCampaigns(truth)));
      expect(sorted(await responseRows())).toEqual(sorted(expectedResponses(simulator.responses(ZONE))));
      for (const [table, measure] of Object.entries(TOTALS)) {
        const cells = truth.filter((cell) => cell.channel === 'email' && cell[measure]! > 0);
        const expected = cells.map((cell) => ({
          date: cell.date,
          account_id: cell.account_id,
          send_id: cell.send_id,
          region: cell.region,
          segment: cell.segment,
          n: cell[measure],
        }));
        expect(sorted(await counted(table))).toEqual(sorted(expected));
      }
      // One token a business unit, and one more for each that is taken away.
      const taken = faults.filter(({ kind, route }) => kind === 'expired_token' || route === 'token').length;
      const tokens = simulator.requests.filter(({ route }) => route === 'token').length;
      expect(tokens).toBe(MIDS.length + taken);
    }
    // What the world must have had, or the test above shows less than it says.
    const { events } = simulator.world;
    const late = events.filter(({ at, arrivedAt }) => arrivedAt - at > DAY_MS && arrivedAt > Date.parse(NOW));
    expect(late.length).toBeGreaterThan(10);
    expect(events.filter(({ member }) => member === null).length).toBeGreaterThan(4);
    const lateAnswers = simulator.world.answers.filter(({ at, arrivedAt }) => arrivedAt - at > DAY_MS);
    expect(lateAnswers.length).toBeGreaterThan(4);
    for (const channel of ['email', 'sms', 'push'])
      expect(simulator.truth(ZONE).filter((cell) => cell.channel === channel).length).toBeGreaterThan(40);
    const responses = Object.groupBy(
      simulator.responses(ZONE),
      ({ response_type, basis }) => `${response_type} ${basis}`,
    );
    expect(Object.values(responses).map((cells) => cells!.length > 10)).toEqual([true, true, true, true]);
    expect(simulator.world.members.some(({ deletedAt }) => Number.isFinite(deletedAt))).toBe(true);
  }));
