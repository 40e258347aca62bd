import {
  buildMarts,
  ensureViews,
  publishMonth,
  renderCsv,
  renderHtml,
  renderInteractive,
  renderMail,
  renderPdf,
  renderXlsx,
  sharedBody,
  renderFramed,
  shownSection,
  shownTable,
  type CompiledFact,
  type Section,
} from '../../../report/index.js';
import type { SqlSession } from '../../../core/sdk/index.js';
import { TAKEN_NAMES } from '../../../core/protocol/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { readHtml, readPdf, readXlsx } from './forms.js';
import { FACTS_BEFORE, loadWorld, MONTH, NOW, OWN, OWN_FACTS, simulate, truthBy } from './own-world.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

const OPTIONS = { ...MONTH, own: OWN };
const WORLD = simulate(7, 400);
const MARCH = WORLD.filter(({ day }) => day.startsWith('2026-03'));

let warehouse: Warehouse;
let sql: SqlSession;
beforeEach(async () => {
  warehouse = await openWarehouse();
  sql = warehouse.sql;
  await loadWorld(sql, WORLD);
});
afterEach(() => warehouse.close());
afterAll(stopTestServer);

const build = (facts: readonly CompiledFact[] = OWN_FACTS) =>
  buildMarts(sql, facts, { metadataSchema: 'tributary', now: NOW });
const publish = (more: object = {}) =>
  publishMonth(sql, {
    ...OPTIONS,
    as: 'final',
    by: 'ana',
    facts: OWN_FACTS,
    metadataSchema: 'tributary',
    ...more,
  });
const show = (more: object = {}) => shownSection(sql, { ...OPTIONS, withHidden: false, ...more });

type Own = NonNullable<Section['totals']['own']>;
const ownOf = (truth: ReturnType<typeof truthBy> extends ReadonlyMap<string, infer T> ? T : never) => ({
  appointments_kept: truth.kept,
  talk: truth.talk === null ? null : (truth.talk / 100).toFixed(2),
  kept_rate:
    truth.kept === null
      ? null
      : expect.objectContaining({
          numerator: truth.keptOf,
          denominator: truth.sentPer,
          value: truth.keptOf / truth.sentPer,
        }),
  talk_each:
    truth.talk === null
      ? null
      : expect.objectContaining({ numerator: truth.talkOf / 100, denominator: truth.answeredPer }),
});

test('measures and dimensions of a user say what was counted without SQL, in all and by what they are told by', async () => {
  await build();
  await publish();
  const section = await show({ withHidden: true });
  expect(section.totals.own).toEqual(ownOf(truthBy(MARCH, 'total').get('')!));
  for (const [rows, by, key] of [
    [section.by_region, 'region', 'region'],
    [section.by_campaign, 'campaign', 'campaign_id'],
    ...section.by_dimension.map(({ dimension, rows: own }) => [own, dimension, 'value'] as const),
  ] as const) {
    const truth = truthBy(MARCH, by as 'region');
    expect(rows.map((row) => (row as unknown as Record<string, string>)[key]).toSorted()).toEqual(
      [...truth.keys()].toSorted(),
    );
    for (const row of rows) {
      const own = truth.get((row as unknown as Record<string, string>)[key]!)!;
      expect([by, row.sent, row.own]).toEqual([by, own.sent, ownOf(own)]);
    }
  }
  expect(section.by_dimension.map(({ title }) => title)).toEqual(['Plan type', 'Brand']);
  const card = section.cards.find(({ key }) => key === 'appointments_kept')!;
  const before = truthBy(
    WORLD.filter(({ day }) => day.startsWith('2026-02')),
    'total',
  ).get('')!;
  expect(card).toMatchObject({ unit: 'count', label: 'Appointments kept', previous_month: { value: before.kept } });
  expect(section.cards.find(({ key }) => key === 'talk_each')).toMatchObject({
    unit: 'quotient',
    label: 'Talk each (min)',
  });
  const crossed = await shownTable(sql, {
    ...OPTIONS,
    table: 'region_plan_type',
    filter: { plan_type: 'HMO' },
    withHidden: true,
    limit: 50,
  });
  const hmo = truthBy(
    MARCH.filter(({ plan }) => /h/i.test(plan ?? '') && plan !== 'Other'),
    'region',
  );
  expect(Object.fromEntries(crossed.rows.map(({ at, own }) => [at['region'], own!['appointments_kept']]))).toEqual(
    Object.fromEntries([...hmo].map(([region, { kept }]) => [region, kept])),
  );
});

const marts = async () =>
  Promise.all(
    ['campaign_daily', 'campaign_monthly', 'response_daily', 'response_monthly'].map(async (mart) => {
      const rows = await sql.query(`SELECT * FROM report.${mart}`);
      return rows.map(({ updated_at: _, ...row }) => JSON.stringify(row)).toSorted();
    }),
  );

test('marts that are there get the columns, dirty days are built with them, and what is named no more is empty', async () => {
  await build(FACTS_BEFORE);
  const before = await sql.query(`SELECT count(*) AS n, sum(sent) AS sent FROM report.campaign_daily`);
  await build();
  // A finer grain, the same sums.
  const after = await sql.query(`SELECT count(*) AS n, sum(sent) AS sent FROM report.campaign_daily`);
  expect(Number(after[0]!['n'])).toBeGreaterThan(Number(before[0]!['n']));
  expect(after[0]!['sent']).toEqual(before[0]!['sent']);

  await sql.query(`UPDATE raw_daily.series SET kept = kept + 1, plan = 'HMO' WHERE at = '2026-03-05' OR id = 3`);
  await sql.query(
    `INSERT INTO tributary.dirty (fact, day, campaign, run_id, marked_at)
     SELECT 'daily.series', at, campaign, gen_random_uuid(), now() FROM raw_daily.series WHERE at = '2026-03-05' OR id = 3`,
  );
  const built = await build();
  expect(built.facts).toMatchObject([{ rebuilt: 'marked' }]);
  expect(built.isChanged).toBe(true);
  const marked = await marts();
  const anew = await buildMarts(sql, OWN_FACTS, { metadataSchema: 'tributary', now: NOW, rebuildAll: true });
  expect(anew.isChanged).toBe(false);
  expect(await marts()).toEqual(marked);

  await build(FACTS_BEFORE);
  const [left] = await sql.query(
    `SELECT count(*) AS n, count(appointments_kept) AS kept, count(*) FILTER (WHERE plan_type <> '') AS planned, sum(sent) AS sent FROM report.campaign_daily`,
  );
  expect(left).toMatchObject({ n: before[0]!['n'], kept: expect.anything(), sent: before[0]!['sent'] });
  expect([Number(left!['kept']), Number(left!['planned'])]).toEqual([0, 0]);
  const retyped = OWN_FACTS.map((fact) => ({
    ...fact,
    own: {
      ...OWN,
      measures: OWN.measures.map((one) => ({ ...one, kind: one.name === 'talk' ? ('count' as const) : one.kind })),
    },
  }));
  await expect(build(retyped)).rejects.toMatchObject({
    message: '"talk" stands in the marts as numeric from before and is to be bigint now.',
    kind: 'config',
  });
});

test('a section that is asked for before the marts have the columns says that they are not measured', async () => {
  await build(FACTS_BEFORE);
  const section = await show();
  expect(section.totals.sent).toBe(truthBy(MARCH, 'total').get('')!.sent);
  expect(section.cards.find(({ key }) => key === 'appointments_kept')).toMatchObject({ value: null });
  const table = await shownTable(sql, { ...OPTIONS, table: 'plan_type', filter: {}, withHidden: false, limit: 9 });
  expect(table).toMatchObject({ is_protected: true, rows: [] });
});

test('a month that was final is not restated for new measures and dimensions alone, and keeps its checksum', async () => {
  await build(FACTS_BEFORE);
  await publish({ own: undefined, facts: FACTS_BEFORE });
  await build();
  expect(await publish()).toMatchObject({ isNew: false, release: { version: 1 } });
  expect((await show()).status.release).toMatchObject({ version: 1 });
  await sql.query(
    `UPDATE raw_daily.series SET kept = coalesce(kept, 0) + 100, sent = sent + 100 WHERE at BETWEEN '2026-03-01' AND '2026-03-31'`,
  );
  await buildMarts(sql, OWN_FACTS, { metadataSchema: 'tributary', now: NOW, rebuildAll: true });
  const { release, moves } = await publish();
  expect(release).toMatchObject({ version: 2, state: 'restated' });
  expect(release.causes.map(({ kind, id }) => `${kind} ${id}`)).toContain('definition measure appointments_kept');
  expect(moves.some(({ figure }) => figure === 'appointments_kept')).toBe(true);
  // Only the measure moves now.
  await sql.query(`UPDATE raw_daily.series SET kept = kept + 100 WHERE at BETWEEN '2026-03-01' AND '2026-03-31'`);
  await buildMarts(sql, OWN_FACTS, { metadataSchema: 'tributary', now: NOW, rebuildAll: true });
  const third = await publish();
  expect(third).toMatchObject({ isNew: true, release: { version: 3 } });
  expect(new Set(third.moves.map(({ figure }) => figure))).toEqual(new Set(['appointments_kept']));
  expect((await show({ version: 1 })).own_measures).toEqual([]);
  await sql.query(`UPDATE report.release_value SET appointments_kept = 1 WHERE version = 3 AND breakdown = 'total'`);
  await expect(show({ version: 3 })).rejects.toThrow('is not what was published');
});

test('small counts by a dimension of members are hidden, in its crosses too; one that is not of members is open', async () => {
  await loadWorld(
    sql,
    [400, 300, 200].map((sent, id) => ({
      ...WORLD[0]!,
      id,
      day: '2026-03-02',
      campaign: 'a',
      region: 'West',
      segment: 'old',
      plan: ['HMO', 'PPO', 'Other'][id]!,
      sent,
      opened: 100,
      kept: [4, 60, 70][id]!,
      seconds: 5,
    })),
  );
  await build();
  await publish();
  const section = await show();
  const [plans, brands] = section.by_dimension;
  const hidden = plans!.rows.filter(({ suppressed }) => suppressed.includes('appointments_kept'));
  expect(hidden.map(({ value }) => value)).toContain('HMO');
  expect(hidden.length).toBe(2);
  expect(
    hidden.every(({ own }) => (own as Own)['appointments_kept'] === null && (own as Own)['kept_rate'] === null),
  ).toBe(true);
  // An amount of few members would tell of them.
  expect(plans!.rows.every(({ suppressed }) => suppressed.includes('talk') && suppressed.includes('talk_each'))).toBe(
    true,
  );
  expect(brands!.rows).toMatchObject([
    { value: 'Blue', own: { appointments_kept: 134, talk: '0.15' }, suppressed: [] },
  ]);
  expect(section.totals.own!['appointments_kept']).toBe(134);
  const { text } = section.notes.find(({ title }) => title === 'Small counts')!;
  expect(text).toContain('By region, segment and plan type no count');
  expect(text).toContain('counts are hidden, and so is any amount');
  const crossed = await shownTable(sql, {
    ...OPTIONS,
    table: 'channel_plan_type',
    filter: {},
    withHidden: false,
    limit: 9,
  });
  expect(crossed).toMatchObject({ is_protected: true });
  expect(crossed.rows.filter(({ suppressed }) => suppressed.includes('appointments_kept')).length).toBe(2);
});

/** A figure of a row as a reader of numbers and as one of letters sees it. */
type Word = string | number | null;
function toldOf(
  section: Section,
  row: { readonly own?: Own; readonly suppressed?: readonly string[] },
): readonly Word[] {
  return section.own_measures.map(({ name }) => {
    if (row.suppressed?.includes(name) === true) return 'hidden';
    const value = row.own?.[name] ?? null;
    if (value === null) return 'not measured';
    return typeof value === 'object' ? value.value : Number(value);
  });
}
const printed = (section: Section, words: readonly Word[]) =>
  words.map((word, index) => {
    const { kind } = section.own_measures[index]!;
    if (typeof word !== 'number') return word;
    if (kind === 'count') return word.toLocaleString('en-US');
    return kind === 'percent' ? `${(word * 100).toFixed(2)} %` : word.toFixed(2);
  });

test('every form says the same of them', async () => {
  await build();
  await publish();
  const section = await show();
  expect(section.suppression!.hidden).toBeGreaterThan(5);
  const heads = ['Appointments kept', 'Talk (min)', 'Kept of sent', 'Talk each (min)'];
  const rowsOf: ReadonlyMap<string, readonly (readonly Word[])[]> = new Map(
    (
      [
        ['campaign', section.by_campaign],
        ['region', section.by_region],
        ['plan_type', section.by_dimension[0]!.rows],
        ['order', section.by_dimension[1]!.rows],
      ] as const
    ).map(([id, rows]) => [id, [...rows.map((row) => toldOf(section, row)), toldOf(section, section.totals)]]),
  );
  const told = ({ head, rows }: { head: readonly string[]; rows: readonly (readonly Word[])[] }) =>
    rows.map((row) => heads.map((one) => row[head.indexOf(one)]!));
  for (const html of [renderHtml(section), renderInteractive(section), renderFramed(sharedBody(section)).html])
    for (const [id, rows] of rowsOf) expect([id, told(readHtml(html).get(id)!)]).toEqual([id, rows]);
  const sheets = await readXlsx(await renderXlsx(section));
  for (const [id, sheet] of [
    ['campaign', 'By campaign'],
    ['region', 'By region'],
    ['plan_type', 'By plan type'],
    ['order', 'By brand'],
  ] as const)
    expect([id, told(sheets.get(sheet)!)]).toEqual([id, rowsOf.get(id)]);
  for (const { label, value } of section.cards)
    expect(sheets.get('Overview')!.rows.find(([first]) => first === label)![1]).toBe(value ?? 'not measured');

  const lines = (await readPdf(await renderPdf(section))).map((line) => line.join(' '));
  for (const [id, rows] of rowsOf)
    for (const row of rows.map((one) => printed(section, one)))
      expect([id, lines.some((line) => line.endsWith(` ${row.join(' ')}`)), row]).toEqual([id, true, row]);

  const { html, text, pictures } = await renderMail(section);
  const letters = text.replaceAll(/ +/g, ' ');
  for (const [id, rows] of rowsOf) {
    const own = rows.map((one) => printed(section, one));
    expect([id, told(readHtml(html).get(`${id}_own`)!)]).toEqual([id, own]);
    for (const row of own) expect(letters).toContain(` ${row.join(' ')}\n`);
  }
  expect(pictures.map(({ name }) => name)).toEqual(expect.arrayContaining(['plan_type.png', 'order.png']));
  for (const card of section.cards.slice(-4)) expect(html).toContain(`data-card="${card.key}"`);

  const [head, ...csv] = renderCsv(section)
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  const at = (line: readonly string[], name: string) => line[head!.indexOf(name)]!;
  for (const [id, rows] of rowsOf) {
    const found = csv
      .filter((line) => line[0] === id)
      .map((line) =>
        section.own_measures.map(({ name }) => {
          if (at(line, 'suppressed').split(' ').includes(name)) return 'hidden';
          return at(line, name) === '' ? 'not measured' : Number(at(line, name));
        }),
      );
    expect([id, found]).toEqual([id, rows.slice(0, -1)]);
  }

  await ensureViews(sql, { readers: [], own: OWN });
  for (const [view, column, id] of [
    ['plan_type', 'plan_type', 'plan_type'],
    ['order', 'order', 'order'],
    ['region', 'region', 'region'],
  ] as const) {
    const rows = await sql.query<Record<string, Word>>(`SELECT * FROM report.v_${view}`);
    const own =
      section.by_dimension
        .find(({ dimension }) => dimension === id)
        ?.rows.map((row) => ({ ...row, [column]: row.value })) ?? section.by_region;
    for (const row of own) {
      const found = rows.find((one) => one[column] === (row as unknown as Record<string, string>)[column])!;
      const words = section.own_measures.map(({ name }) =>
        String(found['suppressed']).split(' ').includes(name)
          ? 'hidden'
          : found[name] === null
            ? 'not measured'
            : Number(found[name]),
      );
      expect([view, words]).toEqual([view, toldOf(section, row)]);
    }
  }
  // A measure that is configured no more leaves the views.
  await ensureViews(sql, { readers: [], own: { ...OWN, measures: OWN.measures.slice(0, 1) } });
  const [left] = await sql.query(`SELECT * FROM report.v_region LIMIT 1`);
  expect(Object.keys(left!)).toEqual(expect.arrayContaining(['appointments_kept']));
  expect(Object.keys(left!)).not.toContain('kept_rate');
});

test('what is built in has no name that a user may take', async () => {
  await build(FACTS_BEFORE);
  await publish({ own: undefined, facts: FACTS_BEFORE });
  await ensureViews(sql, { readers: [] });
  const columns = await sql.query<{ name: string }>(
    `SELECT DISTINCT column_name AS name FROM information_schema.columns WHERE table_schema = 'report'
        AND (table_name IN ('release_value') OR (table_name LIKE 'v\\_%' AND table_name NOT IN ('v_forecast', 'v_experiment_arm', 'v_experiment_comparison')) OR table_name LIKE 'campaign\\_%' OR table_name LIKE 'response\\_%')
      UNION SELECT substr(table_name, 3) FROM information_schema.tables WHERE table_schema = 'report' AND table_name LIKE 'v\\_%'`,
  );
  const own = ['published_by', 'moved', 'is_newest'];
  expect(columns.map(({ name }) => name).filter((name) => !TAKEN_NAMES.includes(name) && !own.includes(name))).toEqual(
    [],
  );
});
