import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { local } from '../../../../connectors/local/local.source.js';
import { loadSettings, type Settings } from '../../../../core/settings/index.js';
import { openSqlSession } from '../../../../destinations/postgres/sql-session.js';
import { buildMarts, marksFor, type CompiledFact } from '../../../../report/index.js';
import { eventsAt, membersOf, type CurrentsEvent } from '../../../simulators/braze/currents/events.js';
import { startCurrents } from '../../../simulators/braze/currents/files.js';
import { currentsTruth } from '../../../simulators/braze/currents/truth.js';
import type { BrazeSimulator } from '../../../simulators/braze/server.js';
import { stopTestServer } from '../../../support/postgres.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { factsOf } from '../../report/warehouse.js';
import { open, withSimulator } from './reading.js';

/** Three days before the end of daylight saving on 1 November, and two after. */
const NOW = '2026-10-29T15:00:00Z';
const FIRST_DAY = '2026-10-01';
const DAY_MS = 86_400_000;
const WORLD = { now: NOW, start: '2026-05-01', campaigns: 14, canvases: 12, audienceShare: 0.012 };
const MEMBERS = membersOf(1, 900);

let bench: Bench;
let folder: string;
beforeEach(async () => {
  bench = await openBench();
  folder = mkdtempSync(join(tmpdir(), 'tributary-currents-'));
});
afterEach(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(stopTestServer);

/** The shipped configuration; its facts over the tables of the test. */
async function shipped(): Promise<{ readonly settings: Settings; readonly facts: readonly CompiledFact[] }> {
  const file = fileURLToPath(new URL('../../../../config/braze-currents.yaml', import.meta.url));
  const { settings } = await loadSettings(file, { env: { BRAZE_API_KEY: 'key', MEMBER_KEY: 'k'.repeat(32) } });
  return { settings, facts: onTables(factsOf(settings)) };
}

const onTables = (facts: readonly CompiledFact[]): readonly CompiledFact[] =>
  facts.map((fact) => ({ ...fact, schema: SCHEMA, schemas: { braze_daily: SCHEMA, currents: SCHEMA } }));

/** The source of files as it is shipped, but in a folder of the test. */
async function filesOf(settings: Settings, path: string, format?: 'jsonl') {
  const { files } = settings.sources['bucket']!.config as { files: Record<string, unknown>[] };
  const entries = files.map((entry) => ({
    ...entry,
    ...('preset' in entry ? { path, ...(format === undefined ? {} : { format }) } : { path: 'members.csv' }),
  }));
  return local.open(local.config.parse({ files: entries }), {
    signal: new AbortController().signal,
    baseFolder: folder,
  });
}

const tokenize = { key: Buffer.from('k'.repeat(32)), version: 1 };
const PROTECT = { user_id: { tokenize }, external_user_id: { tokenize } };

async function syncFiles(settings: Settings, facts: readonly CompiledFact[], path: string, format?: 'jsonl') {
  const source = await filesOf(settings, path, format);
  try {
    const { members, ...events } = await source.streams(() => undefined);
    const marksOf = (stream: string) => marksFor(facts, 'currents', stream);
    for (const [streams, protect] of [
      [{ members: members! }, { external_id: { tokenize } }],
      [events, PROTECT],
    ] as const) {
      const outcome = await bench.run(streams, { marksOf, rules: { protect } });
      expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0, ledger: { quarantined: 0, replaced: 0 } });
    }
  } finally {
    await source.close();
  }
}

async function syncApi(simulator: BrazeSimulator, facts: readonly CompiledFact[], names: readonly string[]) {
  const source = await open(simulator, { config: { start_date: FIRST_DAY } });
  try {
    const offered = await source.streams(() => undefined);
    const outcome = await bench.run(Object.fromEntries(names.map((name) => [name, offered[name]!])), {
      stream: { lookback: '35d' },
      marksOf: (stream) => marksFor(facts, 'braze_daily', stream),
      request: { startedAt: new Date(simulator.now()) },
    });
    expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0 });
  } finally {
    await source.close();
  }
}

async function build(facts: readonly CompiledFact[], rebuildAll = false): Promise<void> {
  const sql = openSqlSession(bench.database.url, { readOnly: false });
  try {
    const built = await buildMarts(sql, facts, { metadataSchema: 'tributary', now: new Date(), rebuildAll });
    expect(built.facts.map(({ undated, foreignChannels }) => ({ undated, foreignChannels }))).toEqual(
      facts.map(() => ({ undated: 0 })),
    );
  } finally {
    await sql.close();
  }
}

/** What tells names, variants and control groups of what the events name by ids. */
const NAMES = ['campaigns', 'campaign_variations', 'canvases', 'canvas_variants'];

/** The members as the plan exports them, with what must stay there. */
function exportMembers(): void {
  const lines = MEMBERS.map(({ externalId, email, region, segment }) => `${externalId},${email},${region},${segment}`);
  writeFileSync(join(folder, 'members.csv'), `external_id,email,region,segment\n${lines.join('\n')}\n`);
}

const MEASURES = [
  'targeted',
  'sent',
  'delivered',
  'opened',
  'opened_total',
  'opened_machine',
  'clicked',
  'clicked_total',
  'bounced',
  'unsubscribed',
  'complained',
] as const;
const PLACE = 'date::text, campaign_id, channel, variant_id, is_control, region, segment';

const campaignRows = () =>
  bench.query(
    `SELECT ${PLACE}, ${MEASURES.map((name) => `${name}::int`).join(', ')} FROM report.campaign_daily
      WHERE greatest(${MEASURES.join(', ')}) > 0`,
  );
const responseRows = () =>
  bench.query(`SELECT ${PLACE}, response_type, basis, responded::int FROM report.response_daily WHERE responded > 0`);

/** The first cells that only one side has, or has more often. */
function differing(rows: readonly object[], expected: readonly object[]): string[] {
  const left = new Map<string, number>();
  const count = (row: object, by: number) => {
    const key = JSON.stringify(row);
    left.set(key, (left.get(key) ?? 0) + by);
  };
  for (const row of rows) count(row, 1);
  for (const row of expected) count(row, -1);
  return [...left]
    .flatMap(([key, n]) => (n === 0 ? [] : [`${n > 0 ? 'not in the truth' : 'missing'}: ${key}`]))
    .slice(0, 6);
}

const inMart = (channel: string) => (channel === 'trigger_in_app_message' ? 'in_app' : channel);

function expectedOf(events: readonly CurrentsEvent[], timeZone: string) {
  const { cells, responses } = currentsTruth(events, timeZone);
  const place = (cell: (typeof cells)[number] | (typeof responses)[number]) => ({
    date: cell.date,
    campaign_id: cell.campaign_id,
    channel: inMart(cell.channel),
    variant_id: cell.variation_id,
    is_control: cell.is_control,
    region: cell.region,
    segment: cell.segment,
  });
  return {
    campaigns: cells
      .map((cell) => ({
        ...place(cell),
        ...Object.fromEntries(
          // The shipped facts count clicks of in-app messages and nothing else.
          MEASURES.map((name) => [
            name,
            cell.channel === 'trigger_in_app_message' && name === 'clicked' ? null : cell[name],
          ]),
        ),
      }))
      .filter((row) => MEASURES.some((name) => Number((row as Record<string, unknown>)[name] ?? 0) > 0)),
    responses: responses.map((cell) => ({
      ...place(cell),
      response_type: cell.response_type,
      basis: 'event_day',
      responded: cell.responded,
    })),
  };
}

test(
  'a full run and five daily ones, with late files and events that come twice, make the marts equal to the world, cell by cell',
  () =>
    withSimulator(WORLD, async (simulator) => {
      const { world } = simulator;
      const { settings, facts } = await shipped();
      const counted = facts.filter(({ name }) => name !== 'braze_series');
      exportMembers();
      const currents = startCurrents({ folder });
      const from = Math.floor(Date.parse(FIRST_DAY) / DAY_MS);
      let held = 0;
      for (let day = 0; day < 6; day += 1) {
        simulator.setNow(Date.parse(NOW) + day * DAY_MS);
        const now = Date.parse(simulator.now());
        const events = eventsAt(world, MEMBERS, now, from);
        const late = await currents.deliver(events, now, day === 5);
        held += late.size;
        if (day === 0 || day === 5) await syncApi(simulator, counted, NAMES);
        await syncFiles(settings, counted, currents.path);
        await build(counted);
        const expected = expectedOf(
          events.filter(({ id }) => !late.has(id)),
          world.calendar.timeZone,
        );
        expect(differing(await campaignRows(), expected.campaigns)).toEqual([]);
        expect(differing(await responseRows(), expected.responses)).toEqual([]);
      }
      // What the world must have had, or the test above shows less than it says.
      const last = expectedOf(eventsAt(world, MEMBERS, Date.parse(simulator.now()), from), world.calendar.timeZone);
      for (const name of MEASURES)
        expect(
          last.campaigns.reduce((sum, row) => sum + Number((row as Record<string, unknown>)[name] ?? 0), 0),
        ).toBeGreaterThan(0);
      const channels = ['email', 'ios_push', 'android_push', 'sms', 'webhook', 'in_app'];
      const canvases = new Set(world.canvasesAt(Date.parse(simulator.now())).map(({ id }) => id));
      const ofCanvases = last.campaigns.filter(({ campaign_id }) => canvases.has(campaign_id));
      const ofCampaigns = last.campaigns.filter(({ campaign_id }) => !canvases.has(campaign_id));
      expect(new Set(ofCampaigns.map(({ channel }) => channel))).toEqual(new Set(channels));
      expect(new Set(ofCanvases.map(({ channel }) => channel))).toEqual(
        new Set(['email', 'ios_push', 'android_push', 'sms', '']),
      );
      expect(last.responses.some((row) => canvases.has(row.campaign_id) && row.is_control)).toBe(true);
      expect(new Set(last.responses.map(({ response_type }) => response_type)).size).toBe(4);
      expect(last.responses.some(({ is_control }) => is_control)).toBe(true);
      expect(held).toBeGreaterThan(100);
      expect(currents.written.doubles).toBeGreaterThan(100);
      // No member is in the warehouse but as a token.
      const tables = await bench.query<{ name: string }>(
        `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
      );
      for (const { name } of tables)
        expect(
          await bench.query(`SELECT 1 FROM ${name} t WHERE t::text ~ 'MRN-|patients\\.example|555-0100|STOP' LIMIT 1`),
        ).toEqual([]);
    }),
  240_000,
);

/** Sums over region and segment, by day, campaign, channel and variant. */
const campaignSums = (measures: readonly string[]) =>
  bench.query(
    `SELECT date::text, campaign_id, channel, variant_id, ${measures.map((name) => `sum(${name})::int AS ${name}`).join(', ')}
       FROM report.campaign_daily WHERE NOT is_control GROUP BY 1, 2, 3, 4
     HAVING greatest(${measures.map((name) => `sum(${name})`).join(', ')}) > 0`,
  );

test(
  'a campaign that is read by the series and by its events is counted once, by whichever the configuration says',
  () =>
    withSimulator({ ...WORLD, campaigns: 8, canvases: 0, audienceShare: 0.004 }, async (simulator) => {
      const { world } = simulator;
      const { settings, facts } = await shipped();
      exportMembers();
      const now = Date.parse(simulator.now());
      const currents = startCurrents({ folder, format: 'jsonl' });
      // Events of every second campaign; of the others only the series tells.
      const hasEvents = new Set(world.campaignsAt(now).flatMap(({ id, key }) => (key % 2 === 0 ? [id] : [])));
      const all = eventsAt(world, MEMBERS, now, world.startDay);
      const events = all.filter(({ campaign }) => hasEvents.has(campaign.id));
      await currents.deliver(events, now, true);
      const sentBefore = currentsTruth(events, world.calendar.timeZone)
        .cells.filter(({ date }) => date < FIRST_DAY)
        .reduce((sum, { sent }) => sum + (sent ?? 0), 0);
      await syncApi(simulator, facts, [...NAMES, 'campaign_data_series']);
      await syncFiles(settings, facts, currents.path, 'jsonl');
      const cells = world.truth(now, { from: FIRST_DAY }).cells;
      const SAME = ['sent', 'delivered', 'bounced', 'complained', 'opened_machine'] as const;
      const THEIRS = {
        sent: 'sent',
        delivered: 'delivered',
        bounced: 'bounces',
        complained: 'reported_spam',
        opened_machine: 'machine_open',
      } as const;
      const expected = cells
        .filter(({ is_control }) => !is_control)
        .map((cell) => ({
          date: cell.date,
          campaign_id: cell.campaign_id,
          channel: inMart(cell.channel),
          variant_id: cell.variation_id,
          ...Object.fromEntries(SAME.map((name) => [name, cell[THEIRS[name]]])),
        }))
        .filter((row) => SAME.some((name) => Number((row as Record<string, unknown>)[name] ?? 0) > 0));
      const conversions = cells.flatMap((cell) =>
        [cell.conversions, cell.conversions1, cell.conversions2].map((responded, order) => ({
          date: cell.date,
          campaign_id: cell.campaign_id,
          variant_id: cell.variation_id,
          response_type: ['a1c_test_scheduled', 'form_completed', 'program_enrolled'][order],
          responded: responded ?? 0,
        })),
      );
      const inRange = <T extends object>(rows: readonly T[]) =>
        rows.filter((row) => String((row as Record<string, unknown>)['date']) >= FIRST_DAY);
      const equal = async () => {
        expect(differing(inRange(await campaignSums(SAME)), expected)).toEqual([]);
        const responded = await bench.query(
          `SELECT date::text, campaign_id, variant_id, response_type, sum(responded)::int AS responded FROM report.response_daily
          WHERE response_type <> 'nurse_line_called' GROUP BY 1, 2, 3, 4 HAVING sum(responded) > 0`,
        );
        expect(
          differing(
            inRange(responded),
            conversions.filter((row) => row.responded > 0),
          ),
        ).toEqual([]);
      };
      const counting = (measure: string) =>
        bench.query<{ fact: string; campaign_id: string }>(
          `SELECT DISTINCT fact, campaign_id FROM report.campaign_daily WHERE ${measure} > 0 AND NOT is_control AND date >= '${FIRST_DAY}'`,
        );

      await build(facts);
      await equal();
      for (const { fact, campaign_id } of await counting('sent'))
        expect(fact === 'braze_series').toBe(!hasEvents.has(campaign_id));
      // Revenue, which no event says, is the series' own.
      expect(
        (await counting('revenue')).some(
          ({ fact, campaign_id }) => fact === 'braze_series' && hasEvents.has(campaign_id),
        ),
      ).toBe(world.campaignsAt(now).some(({ id, centsPerConversion }) => centsPerConversion > 0 && hasEvents.has(id)));

      // The other way round: the series counts, and the events what it does not say.
      const report = settings.report!;
      const turned = onTables(
        factsOf({
          ...settings,
          report: Object.assign(Object.create(Object.getPrototypeOf(report) as object) as typeof report, report, {
            authority: ['email', 'push', 'sms', 'in_app', 'webhook', 'responses'].map((channel) => ({
              facts: ['braze_series', `events_${channel}`],
            })),
          }),
        }),
      );
      await build(turned, true);
      await equal();
      expect([...new Set((await counting('sent')).map(({ fact }) => fact))]).toEqual(['braze_series']);
      // What the series was not asked for, the events go on to count.
      expect(
        await bench.query(
          `SELECT sum(sent)::int AS sent FROM report.campaign_daily WHERE NOT is_control AND date < '${FIRST_DAY}'`,
        ),
      ).toEqual([{ sent: sentBefore }]);
      expect(sentBefore).toBeGreaterThan(1_000);
    }),
  240_000,
);
