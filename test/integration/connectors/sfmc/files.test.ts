import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { local } from '../../../../connectors/local/local.source.js';
import { sftp } from '../../../../connectors/sftp/sftp.source.js';
import type { RunRequest } from '../../../../core/engine/index.js';
import type { RecordData } from '../../../../core/protocol/index.js';
import { loadSettings, type Settings } from '../../../../core/settings/index.js';
import { openSqlSession } from '../../../../destinations/postgres/sql-session.js';
import { buildMarts, compileFacts, marksFor, type CompiledFact } from '../../../../report/index.js';
import { runAutomation, type ExtractOptions } from '../../../simulators/sfmc/extracts.js';
import type { TruthPlace } from '../../../simulators/sfmc/truth.js';
import { stopTestServer } from '../../../support/postgres.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { factsOf } from '../../report/warehouse.js';
import { keptMembers, merged, open, read, withSite, ZONE } from './reading.js';

/** Three days before the end of daylight saving on 1 November, and four after. */
const NOW = '2026-10-29T14:00:00Z';
const START = '2026-10-24';
const DAY_MS = 86_400_000;

let bench: Bench;
let folder: string;
beforeEach(async () => {
  bench = await openBench();
  folder = mkdtempSync(join(tmpdir(), 'tributary-extracts-'));
});
afterEach(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(stopTestServer);

/** The shipped configuration; its facts over the tables of the test. */
async function shipped(): Promise<{ readonly settings: Settings; readonly facts: readonly CompiledFact[] }> {
  const file = fileURLToPath(new URL('../../../../config/sfmc-files.yaml', import.meta.url));
  const { settings } = await loadSettings(file, { env: { SFMC_SFTP_KEY: 'key', MEMBER_KEY: 'k'.repeat(32) } });
  const { config } = settings.sources['marketing_cloud_files']!;
  expect(sftp.config.safeParse(config).success).toBe(true);
  return { settings, facts: factsOf(settings).map((fact) => ({ ...fact, schema: SCHEMA })) };
}

const tokenize = { key: Buffer.from('k'.repeat(32)), version: 1 };
const OWNED = ['members', 'sms_messages', 'push_messages', 'answers'];
const memberOf = (name: string) => (OWNED.includes(name) ? 'subscriberkey' : 'subscriber_key');
/** The number of a member, which sent events alone have. */
const numberOf = (name: string, rule: 'drop' | 'keep'): Record<string, 'drop' | 'keep'> =>
  name === 'sent_events' ? { subscriber_id: rule } : {};
const rulesOf = (name: string) =>
  name === 'sends' ? {} : { protect: { [memberOf(name)]: { tokenize }, ...numberOf(name, 'drop') } };
const keepsOf = (name: string) =>
  name === 'sends' ? {} : { protect: { [memberOf(name)]: 'keep' as const, ...numberOf(name, 'keep') } };

/** One run over the folder that stands for the server, as the shipped entries say it; `dialect` is how the files are written. */
async function sync(
  settings: Settings,
  facts: readonly CompiledFact[],
  dialect: object,
  { isProtected = true, request = {} }: { readonly isProtected?: boolean; readonly request?: Partial<RunRequest> } = {},
) {
  const { files } = settings.sources['marketing_cloud_files']!.config as { files: Record<string, unknown>[] };
  const entries = files.map((entry) => ({ ...entry, ...dialect }));
  const source = await local.open(local.config.parse({ files: entries }), {
    signal: new AbortController().signal,
    baseFolder: folder,
  });
  try {
    const offered = await source.streams(() => undefined);
    const outcome = await bench.run(offered, {
      marksOf: (stream) => marksFor(facts, 'sfmc_files', stream),
      rules: isProtected ? rulesOf : keepsOf,
      request,
    });
    expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0, ledger: { quarantined: 0, replaced: 0 } });
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

const MEASURES = [
  'sent',
  'delivered',
  'opened',
  'opened_total',
  'clicked',
  'clicked_total',
  'bounced',
  'unsubscribed',
] as const;
const PLACE = 'date::text, campaign_id, channel, variant_id, region, segment';
const placeOf = (cell: TruthPlace) => ({
  date: cell.date,
  campaign_id: cell.campaign_id,
  channel: cell.channel,
  variant_id: cell.variant === '' && cell.channel === 'email' ? 'only' : cell.variant,
  region: cell.region,
  segment: cell.segment,
});

/** Sends of one campaign and variant stand together in the mart. */
function addedUp(cells: readonly TruthPlace[], figures: readonly string[], more: readonly string[] = []) {
  const sums = new Map<string, Record<string, unknown>>();
  for (const given of cells) {
    const cell = given as TruthPlace & Readonly<Record<string, unknown>>;
    const place = { ...placeOf(cell), ...Object.fromEntries(more.map((name) => [name, cell[name]])) };
    const key = JSON.stringify(place);
    const sum = sums.get(key) ?? { ...place, ...Object.fromEntries(figures.map((name) => [name, null])) };
    sums.set(key, sum);
    for (const name of figures) {
      const value = cell[name] as number | null;
      if (value !== null) sum[name] = Number(sum[name] ?? 0) + value;
    }
  }
  return [...sums.values()].filter((sum) => figures.some((name) => Number(sum[name] ?? 0) !== 0));
}

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();

async function expectTruth(site: Parameters<Parameters<typeof withSite>[1]>[0]): Promise<void> {
  const { simulator } = site;
  // Of a campaign that two facts have, each may count other measures.
  const campaigns = await bench.query(
    `SELECT ${PLACE}, ${MEASURES.map((name) => `sum(${name})::int AS ${name}`).join(', ')} FROM report.campaign_daily
      GROUP BY 1, 2, 3, 4, 5, 6 HAVING greatest(${MEASURES.map((name) => `abs(sum(${name}))`).join(', ')}) > 0`,
  );
  expect(sorted(campaigns)).toEqual(sorted(addedUp(simulator.truth(ZONE), MEASURES)));
  const responses = await bench.query(
    `SELECT ${PLACE}, response_type, basis, sum(responded)::int AS responded FROM report.response_daily
      GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(responded) > 0`,
  );
  const expected = addedUp(simulator.responses(ZONE), ['responded'], ['response_type', 'basis']);
  expect(sorted(responses)).toEqual(sorted(expected));
}

const DIALECTS: readonly (readonly [ExtractOptions['encoding'] & string, string])[] = [
  ['utf-16', '\t'],
  ['windows-1252', '|'],
];

test(
  'a full run and five daily ones over extracts, with late events and a deleted member, make the marts equal to the truth',
  () =>
    withSite({ now: NOW, start: START, members: 80 }, async (site) => {
      const { simulator } = site;
      const { settings, facts } = await shipped();
      const [encoding, delimiter] = DIALECTS[0]!;
      for (let day = 0; day < 6; day += 1) {
        simulator.setNow(Date.parse(NOW) + day * DAY_MS);
        await runAutomation(simulator.world, Date.parse(simulator.now()), { folder, encoding, delimiter });
        await sync(settings, facts, { encoding, delimiter });
        await build(facts);
        await expectTruth(site);
      }
      const tables = await bench.query<{ name: string }>(
        `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
      );
      for (const { name } of tables)
        expect(
          await bench.query(
            `SELECT 1 FROM ${name} t WHERE t::text ~ 'member[0-9]+@|M1[0-9]{5}|15555550100|203\\.0\\.113|A1C . is due' LIMIT 1`,
          ),
        ).toEqual([]);
    }),
  240_000,
);

/** Whole seconds, as an extract has them. */
const asSeconds = (value: unknown): unknown =>
  value instanceof Date || (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value))
    ? Math.floor(new Date(value).getTime() / 1000)
    : value;
const asRow = (row: RecordData, names: readonly string[]) =>
  JSON.stringify(names.map((name) => (asSeconds(row[name]) === undefined ? null : String(asSeconds(row[name])))));

test.each(DIALECTS)(
  'the same world by API and by files in %s gives the same rows, in all columns that the files have',
  (encoding, delimiter) =>
    withSite({ now: NOW, start: START, members: 80 }, async (site) => {
      const { simulator } = site;
      const { settings } = await shipped();
      await runAutomation(simulator.world, Date.parse(simulator.now()), { folder, encoding, delimiter });
      await sync(settings, [], { encoding, delimiter }, { isProtected: false });
      for (const name of [
        'sends',
        'sent_events',
        'open_events',
        'click_events',
        'bounce_events',
        'unsubscribe_events',
        'sms_messages',
        'push_messages',
      ]) {
        const columns = await bench.query<{ column_name: string }>(
          `SELECT column_name FROM information_schema.columns WHERE table_schema = '${SCHEMA}' AND table_name = '${name}'
            AND column_name !~ '^_' ORDER BY ordinal_position`,
        );
        // What the files do not say, they leave null; the API's own names for it are not in them.
        const names = columns
          .map(({ column_name }) => column_name)
          .filter((column) => !['triggered_send_id', 'bounce_type'].includes(column));
        const key = (
          await bench.query<{ name: string }>(
            `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = '${SCHEMA}.${name}'::regclass AND i.indisunique`,
          )
        ).map((each) => each.name);
        const api = merged((await read(site, name)).rows, key);
        const files = await bench.query(`SELECT ${names.join(', ')} FROM ${SCHEMA}.${name}`);
        expect(files.length).toBeGreaterThan(2);
        expect(files.map((row) => asRow(row, names)).sort()).toEqual(api.map((row) => asRow(row, names)).sort());
      }
    }),
  120_000,
);

/** The shipped facts of both ways to read it, over tables of two connections; the first of a pair counts. */
async function bothWays(order: (pair: readonly [string, string]) => readonly string[]) {
  const { settings: files } = await shipped();
  const file = fileURLToPath(new URL('../../../../config/sfmc.yaml', import.meta.url));
  const env = { SFMC_CLIENT_ID: 'id', SFMC_CLIENT_SECRET: 'not-a-secret', MEMBER_KEY: 'k'.repeat(32) };
  const { settings: api } = await loadSettings(file, { env });
  const authority = ['email', 'sms', 'push'].map((channel) => ({
    facts: order([`api_${channel}`, `files_${channel}`]),
  }));
  const inputs = [
    { way: 'api', settings: api, schema: SCHEMA },
    { way: 'files', settings: files, schema: 'raw_files' },
  ].flatMap(({ way, settings, schema }) =>
    settings.report!.facts.map((fact) => {
      const name = fact.name!.replace('sfmc', way);
      // One mailing is not read by the API, so that the files have something of their own.
      const where =
        name === 'api_email' ? { where: { 'sends.email_name': { values: ['Welcome'], isNegated: true } } } : {};
      const as = { ...fact.as, source: { const: 'sfmc' } };
      return { fact: { ...fact, name, as, ...where }, schema, source: 'sfmc', timeZone: ZONE, authority };
    }),
  );
  return { files, facts: compileFacts(inputs) };
}

test('a campaign that is read by the API and by extracts is counted once, by whichever the configuration says', () =>
  withSite({ now: NOW, start: START, members: 80 }, async (site) => {
    const { simulator } = site;
    const [encoding, delimiter] = DIALECTS[1]!;
    await runAutomation(simulator.world, Date.parse(simulator.now()), { folder, encoding, delimiter });
    const { files, facts } = await bothWays((pair) => pair);
    await sync(
      files,
      facts,
      { encoding, delimiter },
      { request: { schema: 'raw_files', run: { id: randomUUID(), connection: 'files' } } },
    );
    const source = await open(site);
    try {
      const offered = await source.streams(() => undefined);
      const names = ['message_days', 'click_events', 'sends', 'members', 'sms_messages', 'push_messages', 'answers'];
      const streams = Object.fromEntries(names.map((name) => [name, offered[name]!]));
      const outcome = await bench.run(streams, {
        marksOf: (stream) => marksFor(facts, 'sfmc_daily', stream),
        rules: keptMembers,
        request: { startedAt: new Date(simulator.now()) },
      });
      expect(outcome).toMatchObject({ state: 'succeeded' });
    } finally {
      await source.close();
    }
    const counting = async () => {
      const rows = await bench.query<{ fact: string; campaigns: string[] }>(
        `SELECT fact, array_agg(DISTINCT campaign_id ORDER BY campaign_id) AS campaigns FROM report.campaign_daily WHERE sent > 0 GROUP BY fact`,
      );
      return Object.fromEntries(rows.map(({ fact, campaigns }) => [fact, campaigns]));
    };
    await build(facts);
    await expectTruth(site);
    const first = await counting();
    expect(first['files_email']).toEqual(['Welcome']);
    expect(first['api_email']).toContain('A1C reminder 0');
    expect(Object.keys(first).toSorted()).toEqual(['api_email', 'api_push', 'api_sms', 'files_email']);

    await build((await bothWays(([api, other]) => [other, api])).facts, true);
    await expectTruth(site);
    expect(Object.keys(await counting()).toSorted()).toEqual(['files_email', 'files_push', 'files_sms']);
  }));
