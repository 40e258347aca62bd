import { fileURLToPath } from 'node:url';
import type { RunOutcome } from '../../../../core/engine/index.js';
import { loadSettings } from '../../../../core/settings/index.js';
import { openSqlSession } from '../../../../destinations/postgres/sql-session.js';
import { buildMarts, marksFor, type CompiledFact } from '../../../../report/index.js';
import type { Fault } from '../../../simulators/braze/faults.js';
import type { BrazeSimulator } from '../../../simulators/braze/server.js';
import { stopTestServer } from '../../../support/postgres.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { factsOf } from '../../report/warehouse.js';
import { open, withSimulator } from './reading.js';

/** Three days before the end of daylight saving on 1 November, and two after. */
const NOW = '2026-10-29T15:00:00Z';
const FIRST_DAY = '2026-07-01';
const DAY_MS = 86_400_000;
const STREAMS = ['campaigns', 'campaign_data_series', 'canvases', 'canvas_data_series'];

/** On this day the key ends in the middle of a run; the next run, with a good one, goes on. */
const KEY_EXPIRES_ON = 3;

const SERIES = '/campaigns/data_series';
const CANVAS_SERIES = '/canvas/data_series';
/** What each run meets; every fault must have been met when it ends. */
const FAULTS: readonly (readonly Fault[])[] = [
  [
    { route: SERIES, kind: '429', nth: 5 },
    { route: CANVAS_SERIES, kind: '500', nth: 3 },
    { route: '/campaigns/list', kind: 'duplicate_page', nth: 2 },
  ],
  [
    { route: SERIES, kind: 'truncated', nth: 2 },
    { route: CANVAS_SERIES, kind: '429', nth: 2 },
  ],
  [
    { route: '/campaigns/list', kind: 'truncated' },
    { route: '/canvas/list', kind: 'duplicate_page', nth: 2 },
  ],
  [
    { route: '/campaigns/details', kind: '500', nth: 3 },
    { route: '/canvas/details', kind: 'html200', nth: 2 },
  ],
  [
    { route: SERIES, kind: 'disconnect', nth: 6 },
    { route: CANVAS_SERIES, kind: 'truncated', nth: 1 },
  ],
  [
    { route: SERIES, kind: 'error200', nth: 1 },
    { route: CANVAS_SERIES, kind: 'queued202', nth: 2 },
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

/** The facts as they are shipped, over the tables of the test. */
async function shippedFacts(): Promise<readonly CompiledFact[]> {
  const file = fileURLToPath(new URL('../../../../config/braze.yaml', import.meta.url));
  const { settings } = await loadSettings(file, { env: { BRAZE_API_KEY: 'key' } });
  return factsOf(settings).map((fact) => ({ ...fact, schema: SCHEMA }));
}

/** One run and the marts after it, as the program does them. */
async function sync(simulator: BrazeSimulator, facts: readonly CompiledFact[]): Promise<RunOutcome> {
  const source = await open(simulator, { config: { start_date: FIRST_DAY } });
  let outcome: RunOutcome;
  try {
    const offered = await source.streams(() => undefined);
    outcome = await bench.run(Object.fromEntries(STREAMS.map((name) => [name, offered[name]!])), {
      stream: { lookback: '35d' },
      marksOf: (stream) => marksFor(facts, 'braze_daily', stream),
      request: { startedAt: new Date(simulator.now()) },
    });
  } finally {
    await source.close();
  }
  const sql = openSqlSession(bench.database.url, { readOnly: false });
  try {
    const built = await buildMarts(sql, facts, { metadataSchema: 'tributary', now: new Date() });
    expect(built.facts.map(({ undated, foreignChannels }) => ({ undated, foreignChannels }))).toEqual(
      facts.map(() => ({ undated: 0 })),
    );
  } finally {
    await sql.close();
  }
  return outcome;
}

/** Column of the mart by the truth's own name; the shipped configuration says the same, the connector is not asked. */
const MEASURES = {
  sent: 'sent',
  delivered: 'delivered',
  unique_opens: 'opened',
  opens: 'opened_total',
  machine_open: 'opened_machine',
  unique_clicks: 'clicked',
  clicks: 'clicked_total',
  bounces: 'bounced',
  unsubscribes: 'unsubscribed',
  reported_spam: 'complained',
} as const;
const RESPONSES = ['a1c_test_scheduled', 'form_completed', 'program_enrolled'];
const COUNTED = Object.values(MEASURES);

type Values = Record<string, unknown>;

const campaignRows = () =>
  bench.query(
    `SELECT date::text, campaign_id, channel, variant_id, region, segment, ${COUNTED.map((name) => `${name}::int`).join(', ')}
       FROM report.campaign_daily WHERE greatest(${COUNTED.join(', ')}) > 0`,
  );
const responseRows = () =>
  bench.query(
    `SELECT date::text, campaign_id, channel, variant_id, region, segment, response_type, basis, is_primary, responded::int
       FROM report.response_daily WHERE responded > 0`,
  );

/** The first cells that only one side has, or has more often. */
function differing(rows: readonly object[], expected: readonly object[]): string[] {
  const left = new Map<string, number>();
  const count = (row: object, by: number) => {
    const text = JSON.stringify(row);
    left.set(text, (left.get(text) ?? 0) + by);
  };
  for (const row of rows) count(row, 1);
  for (const row of expected) count(row, -1);
  return [...left]
    .flatMap(([text, n]) => (n === 0 ? [] : [`${n > 0 ? 'not in the truth' : 'missing'}: ${text}`]))
    .slice(0, 6);
}

/** The mart's cells of what happened from the first day on, of all but the campaign that the key may not see. */
function truthOf({ world, now }: BrazeSimulator, hidden: string) {
  const campaigns = world.truth(now(), { from: FIRST_DAY });
  const canvases = world.canvasTruth(now(), { from: FIRST_DAY });
  const tagsOf = new Map<string, readonly string[]>([
    ...campaigns.campaigns.map(({ id, tags }) => [id, tags] as const),
    ...world.canvasesAt(Date.parse(now())).map(({ id, entry }) => [id, entry.tags] as const),
  ]);
  const place = (date: string, id: string, channel: string, variant_id: string) => {
    const tag = (name: string) =>
      tagsOf
        .get(id)!
        .find((one) => one.startsWith(`${name}:`))
        ?.slice(name.length + 1);
    return {
      date,
      campaign_id: id,
      channel: channel === 'trigger_in_app_message' ? 'in_app' : channel,
      variant_id,
      region: tag('region') ?? 'National',
      segment: tag('segment') ?? '(unknown)',
    };
  };
  const measured = (cell: Values) =>
    Object.fromEntries(
      Object.entries(MEASURES).map(([theirs, ours]) => [ours, (cell[theirs] ?? null) as number | null]),
    );
  const seen = campaigns.cells.filter(({ campaign_id }) => campaign_id !== hidden);
  const counts = seen.map((cell) => ({
    ...place(cell.date, cell.campaign_id, cell.channel, cell.variation_id),
    ...measured({ ...cell }),
  }));
  // The steps of a canvas stand together, by channel.
  const steps = new Map<string, Values>();
  for (const cell of canvases.steps) {
    const where = place(cell.date, cell.canvas_id, cell.channel, '');
    const key = JSON.stringify(where);
    const sum = steps.get(key) ?? where;
    for (const [name, value] of Object.entries(measured({ ...cell })))
      (sum as Values)[name] =
        value === null ? ((sum as Values)[name] ?? null) : value + Number((sum as Values)[name] ?? 0);
    steps.set(key, sum);
  }
  const answers = [
    ...seen.map((cell) => ({
      where: place(cell.date, cell.campaign_id, cell.channel, cell.variation_id),
      event: [cell.conversions, cell.conversions1, cell.conversions2],
      send: [cell.conversions_by_send_time, cell.conversions1_by_send_time, cell.conversions2_by_send_time],
    })),
    ...canvases.variants.map((cell) => ({
      where: place(cell.date, cell.canvas_id, '', cell.variant_id),
      event: [cell.conversions, cell.conversions1, cell.conversions2],
      send: [cell.conversions_by_entry_time, cell.conversions1_by_entry_time, cell.conversions2_by_entry_time],
    })),
  ];
  return {
    campaigns: [...counts, ...steps.values()].filter((row) =>
      COUNTED.some((name) => Number((row as Values)[name] ?? 0) > 0),
    ),
    responses: answers.flatMap(({ where, event, send }) =>
      RESPONSES.flatMap((response_type, order) => [
        { ...where, response_type, basis: 'event_day', is_primary: true, responded: event[order] ?? 0 },
        { ...where, response_type, basis: 'send_day', is_primary: false, responded: send[order] ?? 0 },
      ]).filter(({ responded }) => responded > 0),
    ),
  };
}

test(
  'a full sync and five daily ones through faults make the marts equal to the world, cell by cell',
  () =>
    withSimulator({ now: NOW, start: '2026-05-01', campaigns: 14, canvases: 12 }, async (simulator) => {
      const facts = await shippedFacts();
      const truth = simulator.world.truth(NOW, { from: FIRST_DAY });
      expect(truth.campaigns.filter(({ archived }) => archived).length).toBeGreaterThan(0);
      const hidden = truth.cells.findLast(({ sent }) => Number(sent) > 0)!.campaign_id;
      for (const [day, faults] of FAULTS.entries()) {
        simulator.setNow(Date.parse(NOW) + day * DAY_MS);
        simulator.faults.clear();
        if (day === KEY_EXPIRES_ON) {
          simulator.faults.set({ route: SERIES, kind: 'expired401', nth: 5 });
          const broken = await sync(simulator, facts);
          expect(broken).toMatchObject({ state: 'partial', exitCode: 7 });
          expect(broken.streams.find(({ state }) => state === 'failed')).toMatchObject({
            stream: 'campaign_data_series',
            error: { kind: 'auth' },
          });
          expect(simulator.faults.list()).toMatchObject([{ hits: 1 }]);
          simulator.faults.clear();
        }
        simulator.faults.set(...faults, { route: '*', kind: 'forbidden403', campaign_id: hidden, every: 1 });
        expect(await sync(simulator, facts)).toMatchObject({
          state: 'succeeded',
          exitCode: 0,
          ledger: { quarantined: 0, replaced: 0 },
        });
        expect(simulator.faults.list().filter(({ hits }) => hits === 0)).toEqual([]);
        const expected = truthOf(simulator, hidden);
        expect(expected.campaigns.length).toBeGreaterThan(1_000);
        expect(differing(await campaignRows(), expected.campaigns)).toEqual([]);
        expect(differing(await responseRows(), expected.responses)).toEqual([]);
      }
      // What happened before the first run and came to be known after it.
      const keyOf = (cell: { campaign_id: string; date: string; channel: string; variation_id: string }) =>
        [cell.campaign_id, cell.date, cell.channel, cell.variation_id].join();
      const first = new Map(truth.cells.map((cell) => [keyOf(cell), cell]));
      const last = simulator.world.truth(simulator.now(), { from: FIRST_DAY, to: '2026-10-28' }).cells;
      const late = (measure: 'unique_opens' | 'unique_clicks' | 'conversions_by_send_time') =>
        last.filter((cell) => Number(cell[measure]) > Number(first.get(keyOf(cell))?.[measure])).length;
      expect(Math.min(late('unique_opens'), late('unique_clicks'), late('conversions_by_send_time'))).toBeGreaterThan(
        10,
      );
      const warnings = bench.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
      expect(warnings).toContain(
        `Campaign ${hidden} is listed, but this key may not read its /campaigns/details. It was left out.`,
      );
    }),
  240_000,
);
