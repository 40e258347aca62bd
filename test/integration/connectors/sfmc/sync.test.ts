import { buildMarts, type CompiledFact } from '../../../../report/index.js';
import { openSqlSession } from '../../../../destinations/postgres/sql-session.js';
import type { Fault } from '../../../simulators/sfmc/faults.js';
import type { TruthCell } from '../../../simulators/sfmc/truth.js';
import { MIDS } from '../../../simulators/sfmc/world.js';
import { stopTestServer } from '../../../support/postgres.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { factsFrom } from '../../report/warehouse.js';
import { open, withSite, ZONE, type Site } from './reading.js';

/** Three days before the end of daylight saving on 1 November, and four after. */
const NOW = '2026-10-29T14:00:00Z';
const START = '2026-10-24';
const DAY_MS = 86_400_000;

/** What is sent, bounced and unsubscribed is told apart by `message_days` already; each table costs the test seconds. */
const STREAMS = ['message_days', 'open_events', 'click_events', 'sends', 'members', 'sms_messages'];

const FACTS = `
- from: daily.message_days
  as:
    date: day
    campaign_id: send_id
    campaign_name: sends.email_name
    channel: { const: email }
    sent: { count: true, where: { event: sent } }
    opened: { count: true, where: { event: opened } }
    clicked: { count: true, where: { event: clicked } }
    bounced: { count: true, where: { event: bounced } }
    unsubscribed: { count: true, where: { event: unsubscribed } }
  join: { sends: { account_id: account_id, send_id: send_id }, members: { subscriber_key: subscriberkey } }
  dimensions: { region: members.region, segment: members.segment }
- from: daily.sms_messages
  as:
    date: actiondatetime
    campaign_id: { const: sms }
    channel: { const: sms }
    sent: { count: true, where: { istest: false, sent: true } }
  join: { members: { subscriberkey: subscriberkey } }
  dimensions: { region: members.region, segment: members.segment }
`;

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
async function sync(site: Site): Promise<void> {
  const source = await open(site);
  try {
    const offered = await source.streams(() => undefined);
    const streams = Object.fromEntries(STREAMS.map((name) => [name, offered[name]!]));
    const outcome = await bench.run(streams, { request: { startedAt: new Date(site.simulator.now()) } });
    expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0, ledger: { quarantined: 0, replaced: 0 } });
  } finally {
    await source.close();
  }
}

/** Builds all of the marts, and returns their days. */
async function marts(facts: readonly CompiledFact[]): Promise<Record<string, unknown>[]> {
  const sql = openSqlSession(bench.database.url, { readOnly: false });
  try {
    await buildMarts(sql, facts, { metadataSchema: 'tributary', now: new Date(), rebuildAll: true });
  } finally {
    await sql.close();
  }
  return bench.query(
    `SELECT date::text, campaign_id, channel, region, segment, sent::int, opened::int, clicked::int, bounced::int,
       unsubscribed::int FROM report.campaign_daily WHERE sent + coalesce(opened + clicked + bounced + unsubscribed, 0) > 0`,
  );
}

/** All events of one table by day and dimension, as somebody counts them who does not use the marts. */
async function counted(table: string): Promise<Record<string, unknown>[]> {
  return bench.query(
    `SELECT (event_date AT TIME ZONE '${ZONE}')::date::text AS date, e.account_id::int, send_id::text AS campaign_id,
       coalesce(m.region, '(unknown)') AS region, coalesce(m.segment, '(unknown)') AS segment, count(*)::int AS n
     FROM ${SCHEMA}.${table} e LEFT JOIN ${SCHEMA}.members m ON m.subscriberkey = e.subscriber_key GROUP BY 1, 2, 3, 4, 5`,
  );
}

const TOTALS = { open_events: 'opened_total', click_events: 'clicked_total' } as const;

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();

const martCell = ({ date, campaign_id, channel, region, segment, ...cell }: TruthCell) => {
  const { sent, opened, clicked, bounced, unsubscribed } = cell;
  const measures =
    channel === 'sms'
      ? { sent, opened: null, clicked: null, bounced: null, unsubscribed: null }
      : { sent, opened, clicked, bounced, unsubscribed };
  return { date, campaign_id, channel, region, segment, ...measures };
};

test('a full sync and five daily ones, each with its faults, over the end of daylight saving, equal the truth cell by cell', () =>
  withSite({ now: NOW, start: START, members: 80, pageSize: 10 }, async (site) => {
    const { simulator } = site;
    const facts = factsFrom(FACTS, STREAMS).map((fact) => ({ ...fact, schema: SCHEMA }));
    for (const [day, faults] of FAULTS.entries()) {
      simulator.setNow(Date.parse(NOW) + day * DAY_MS);
      simulator.faults.clear();
      simulator.faults.set(...faults);
      simulator.requests.length = 0;
      await sync(site);
      expect(simulator.faults.waiting()).toEqual([]);

      const truth = simulator.truth(ZONE);
      const days = truth.filter(
        (cell) => cell.opened + cell.clicked + cell.sent + cell.bounced + cell.unsubscribed > 0,
      );
      expect(sorted(await marts(facts))).toEqual(sorted(days.map(martCell)));
      for (const [table, measure] of Object.entries(TOTALS)) {
        const cells = truth.filter((cell) => cell.channel === 'email' && cell[measure] > 0);
        const expected = cells.map((cell) => ({
          date: cell.date,
          account_id: cell.account_id,
          campaign_id: cell.campaign_id,
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
    expect(simulator.world.members.some(({ deletedAt }) => Number.isFinite(deletedAt))).toBe(true);
  }));
