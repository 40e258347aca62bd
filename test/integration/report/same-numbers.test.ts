import {
  buildMarts,
  ensureViews,
  publishMonth,
  renderCsv,
  renderFragment,
  renderFramed,
  renderHtml,
  renderInteractive,
  renderJson,
  renderMail,
  renderPdf,
  renderXlsx,
  sharedBody,
  shownSection,
  shownTable,
  type Section,
} from '../../../report/index.js';
import type { SqlSession } from '../../../core/sdk/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { csvFields, readHtml, readPdf, readXlsx, type ReadTable } from './forms.js';
import { seedCampaigns } from './seeded-campaigns.js';
import { CREATE_CAMPAIGNS, CREATE_SERIES } from './raw-changes.js';
import { compareTyped, compareWithTruth } from './typed-forms.js';
import { demoFacts, factsFrom, loadHillstrom, openWarehouse, type Warehouse } from './warehouse.js';

/** Every form of a month says the same numbers, and hides the same. */

const NOW = new Date('2026-05-01T12:00:00Z');
const OPTIONS = {
  project: { name: 'Outreach', timezone: 'America/Chicago' },
  now: NOW,
  closeAfter: '8d',
  missingDays: 'allow' as const,
  suppression: { threshold: 11, dimensions: ['region', 'segment'] as const },
};
/** The simulated campaigns, the real experiment, and campaigns that go to a few members here and there. */
const MONTHS = ['2025-10', '2008-03', '2026-03'] as const;
/** What came in North answered messages of a month before. */
const FEW = factsFrom(`
- from: daily.series
  as: { date: at, campaign_id: campaign, sent: sent, opened: opened }
  responses: { answered: { from: answered, primary: true }, has_looked: { from: opened } }
  dimensions: { region: arm, segment: channel }
  also:
    - from: daily.series
      where: { arm: { not: North } }
      responses:
        answered: { from: answered, basis: send_day }
        has_looked: { from: opened, basis: send_day }
        has_read: { from: opened, basis: send_day }
`);

let warehouses: readonly Warehouse[] = [];
const sections = new Map<string, Section>();
const sessions = new Map<string, SqlSession>();
beforeAll(async () => {
  warehouses = await Promise.all([openWarehouse(), openWarehouse()]);
  const [large, small] = warehouses.map(({ sql }) => sql) as [SqlSession, SqlSession];
  await loadHillstrom(large);
  await seedCampaigns(large, '2025-11-23', 84);
  await large.query(`UPDATE raw_braze_daily.campaigns SET name = '=HYPERLINK("x"),"y"' WHERE id = 'c007'`);
  await seedFew(small);
  for (const [sql, facts, months] of [
    [large, await demoFacts(), MONTHS.slice(0, 2)],
    [small, FEW, MONTHS.slice(2)],
  ] as const) {
    await buildMarts(sql, facts, { metadataSchema: 'tributary', now: NOW, rebuildAll: true });
    for (const month of months) {
      await publishMonth(sql, { ...OPTIONS, month, as: 'final', by: 'ana', facts, metadataSchema: 'tributary' });
      sections.set(month, await shownSection(sql, { ...OPTIONS, month, withHidden: false }));
      sessions.set(month, sql);
    }
    await ensureViews(sql, { readers: [] });
  }
});
afterAll(async () => {
  for (const warehouse of warehouses) await warehouse.close();
  await stopTestServer();
});

/** Region, segment, sent and opened. */
const FEW_ROWS = [
  ['West', 'young', 400, 7],
  ['East', 'young', 500, 90],
  ['North', 'young', 300, 40],
  ['West', 'old', 100, 0],
  ['East', 'old', 250, 60],
] as const;

async function seedFew(sql: SqlSession): Promise<void> {
  await sql.query('CREATE SCHEMA raw_daily');
  await sql.query(CREATE_SERIES);
  await sql.query(CREATE_CAMPAIGNS);
  for (const [index, [region, segment, sent, opened]] of FEW_ROWS.entries())
    await sql.query(
      `INSERT INTO raw_daily.series VALUES (${index}, '2026-03-02T18:00Z', 'a', '${segment}', '${region}', ${sent}, ${opened}, true, NULL)`,
    );
}

const FIGURES = ['sent', 'delivered', 'opened', 'responded', 'open_rate', 'response_rate'] as const;
const LABELS = ['Sent', 'Delivered', 'Opened', 'Responded', 'Open rate', 'Response rate'];
type Told = readonly (string | number | null)[];

/** What each form must say of a row: a number, or why there is none. */
function truth(row: Section['totals'] & { readonly suppressed?: readonly string[] }): Told {
  return FIGURES.map((name) => {
    const value = row[name];
    if (row.suppressed?.includes(name) === true) return 'hidden';
    if (value === null) return name.endsWith('_rate') && row.sent === 0 ? '–' : 'not measured';
    return typeof value === 'number' ? value : value.value;
  });
}

function breakdowns(section: Section): ReadonlyMap<string, readonly Told[]> {
  const { by_campaign, by_region, by_segment, by_region_segment, by_channel, by_source, days, totals } = section;
  const all = { by_campaign, by_region, by_segment, by_region_segment, by_channel, by_source, days };
  return new Map(Object.entries(all).map(([name, rows]) => [name, [...rows.map(truth), truth(totals)]]));
}

/** The columns of the figures, by their heads; "no data" is how a row of nothing measured may say it. */
function told({ head, rows }: ReadTable): readonly Told[] {
  const places = LABELS.map((label) => head.indexOf(label));
  return rows.map((row) => places.map((place) => (row[place] === 'no data' ? 'not measured' : row[place]!)));
}

const printedOf = (value: number, unit: string) =>
  unit === 'count' ? value.toLocaleString('en-US') : `${(value * 100).toFixed(2)} %`;
/** As a reader of letters sees it. */
const printed = (row: Told): Told =>
  row.map((value, place) => (typeof value === 'number' ? printedOf(value, place < 4 ? 'count' : 'rate') : value));

const TABLES = [
  ['by_campaign', 'campaign', 'By campaign'],
  ['by_region', 'region', 'By region'],
  ['by_segment', 'segment', 'By member segment'],
  ['by_region_segment', 'region_segment', 'By region and member segment'],
  ['by_channel', 'channel', 'By channel'],
  ['by_source', 'source', 'By source'],
  ['days', 'day', 'By day'],
] as const;

/** Views of the warehouse, and what the section has of them. */
const VIEWED = [
  ['campaign', 'by_campaign', ['source', 'campaign_id']],
  ['region', 'by_region', ['region']],
  ['segment', 'by_segment', ['segment']],
  ['region_segment', 'by_region_segment', ['region', 'segment']],
  ['channel', 'by_channel', ['channel']],
  ['source', 'by_source', ['source']],
  ['date', 'days', ['date']],
] as const;

test('a reader of the views sees what is hidden nowhere, and nothing else of the report', async () => {
  const sql = sessions.get('2026-03')!;
  const role = `reader_${process.pid}`;
  await sql.query(`CREATE ROLE ${role}`);
  try {
    await ensureViews(sql, { readers: [role] });
    await ensureViews(sql, { readers: [role] });
    const as = (statement: string) =>
      sql.transaction(async (transaction) => {
        await transaction.query(`SET LOCAL ROLE ${role}`);
        return transaction.query<{ opened: number | null }>(statement);
      });
    const rows = await as(`SELECT opened FROM report.v_region WHERE region = 'West'`);
    expect(rows).toEqual([{ opened: null }]);
    for (const table of ['release_value', 'campaign_daily', 'release'])
      await expect(as(`SELECT 1 AS opened FROM report.${table}`)).rejects.toThrow(/permission denied/);
    await ensureViews(sql, { readers: [] });
    await expect(as(`SELECT opened FROM report.v_region`)).rejects.toThrow(/permission denied/);
  } finally {
    await sql.query(`DROP OWNED BY ${role}`);
    await sql.query(`DROP ROLE ${role}`);
  }
});

test('one of the months has counts that are hidden, beside such as are shown', () => {
  const { suppression, by_region } = sections.get('2026-03')!;
  expect(suppression!.hidden).toBeGreaterThan(3);
  const shown = by_region.map(({ region, opened, suppressed }) => [region, opened, suppressed.includes('opened')]);
  expect(shown).toEqual([
    ['East', 150, false],
    ['West', null, true],
    ['North', null, true],
  ]);
});

describe.each(MONTHS)('in every form of %s', (month) => {
  test('JSON is the section', () => {
    const section = sections.get(month)!;
    expect(JSON.parse(renderJson(section))).toEqual(section);
  });

  test.each([
    ['the page', renderHtml],
    ['the file with a script', renderInteractive],
    ['the frame', (section: Section) => renderFramed(sharedBody(section)).html],
    ['the fragment', (section: Section) => renderFragment(sharedBody(section))],
  ])('%s', (_, render) => {
    const section = sections.get(month)!;
    const tables = readHtml(render(section));
    let compared = 0;
    for (const [name, id] of TABLES) {
      const table = tables.get(id);
      if (table === undefined) continue;
      compared += 1;
      expect([id, told(table)]).toEqual([id, breakdowns(section).get(name)]);
    }
    expect(compared).toBeGreaterThan(2);
  });

  test('PDF prints every row of every table, rounded as the page has it', async () => {
    const section = sections.get(month)!;
    const lines = (await readPdf(await renderPdf(section))).map((line) => line.join(' '));
    const page = readHtml(renderHtml(section));
    for (const [name, id] of TABLES) {
      if (!page.has(id)) continue;
      for (const row of breakdowns(section).get(name)!.map(printed))
        expect([id, lines.some((line) => line.endsWith(` ${row.join(' ')}`)), row]).toEqual([id, true, row]);
    }
    expect(lines.join('\n')).toContain(section.notes[0]!.title);
    // The graph by day is below the cards, on the first sheet.
    expect(lines.indexOf('By day')).toBeGreaterThan(0);
    const foot = lines.findIndex((line) => / 1 of \d+$/.test(line));
    expect(lines.indexOf('By day')).toBeLessThan(foot);
    // What the sheet is stands in one line and how it stands in the other; no name of a zone is broken in two.
    expect(lines[foot]).toMatch(/^Outreach · Real-time Campaign Performance Overview, \w+ \d{4} 1 of \d+$/);
    expect(lines[foot + 1]).toMatch(/ · made \d{4}-\d\d-\d\d \d\d:\d\d America\/Chicago$/);
    expect(lines.filter((line) => line.endsWith(' America/'))).toEqual([]);
  });

  test('the mail says them as tables, as text and on its cards', async () => {
    const section = sections.get(month)!;
    const { html, text } = await renderMail(section);
    const [tables, lines] = [readHtml(html), text.replaceAll(/ +/g, ' ')];
    expect(tables.size).toBeGreaterThan(1);
    for (const [name, id] of TABLES) {
      const table = tables.get(id);
      if (table === undefined) continue;
      const rows = breakdowns(section).get(name)!.map(printed);
      expect([id, told(table)]).toEqual([id, rows]);
      for (const row of rows) expect(lines).toContain(` ${row.join(' ')}\n`);
    }
    for (const { key, value, unit } of section.cards) {
      const shown = value === null ? 'not measured' : printedOf(value, unit);
      expect([key, new RegExp(`data-card="${key}"[^>]*>([^<]*)<`).exec(html)?.[1]]).toEqual([key, shown]);
    }
  });

  test('CSV', () => {
    const section = sections.get(month)!;
    const [head, ...lines] = renderCsv(section).trimEnd().split('\r\n').map(csvFields);
    const at = (line: readonly string[], name: string) => line[head!.indexOf(name)]!;
    for (const [name, table] of [...TABLES, ['totals', 'total']] as const) {
      const found = lines
        .filter((line) => line[0] === table)
        .map((line) =>
          FIGURES.map((figure) => {
            const value = at(line, figure);
            if (at(line, 'suppressed').split(' ').includes(figure)) return [value, 'hidden'].join('');
            if (value === '') return figure.endsWith('_rate') && at(line, 'sent') === '0' ? '–' : 'not measured';
            return Number(value);
          }),
        );
      const rows = name === 'totals' ? [truth(section.totals)] : breakdowns(section).get(name)!.slice(0, -1);
      expect([table, found]).toEqual([table, rows]);
    }
  });

  test.each(VIEWED)('the view report.v_%s', async (view, name, dimensions) => {
    const section = sections.get(month)!;
    const rows = await sessions.get(month)!.query<Record<string, string | number | null>>(
      `SELECT ${dimensions.map((one) => `CAST(${one} AS text) AS ${one}`).join(', ')}, suppressed, ${FIGURES.join(', ')}
         FROM report.v_${view} WHERE month = '${month}-01'`,
    );
    const keyOf = (row: object) => JSON.stringify(dimensions.map((one) => (row as Record<string, unknown>)[one]));
    const found = rows.map((row): [string, Told] => [
      keyOf(row),
      FIGURES.map((figure) => {
        if (String(row['suppressed']).split(' ').includes(figure)) return 'hidden';
        if (row[figure] === null) return figure.endsWith('_rate') && row['sent'] === 0 ? '–' : 'not measured';
        return Number(row[figure]);
      }),
    ]);
    // A day without data has no row.
    const told = (section[name] as readonly (Section['totals'] & object)[])
      .map((row): [string, Told] => [keyOf(row), truth(row)])
      .filter(([, row]) => name !== 'days' || row.some((one) => one !== 'not measured'));
    const byKey = (left: readonly unknown[], right: readonly unknown[]) =>
      String(left[0]).localeCompare(String(right[0]));
    expect(found.toSorted(byKey)).toEqual(told.toSorted(byKey));
  });

  test('rates have their intervals in XLSX, views, and on the cards of PDF and mail', async () => {
    const section = sections.get(month)!;
    const sheets = await readXlsx(await renderXlsx(section));
    const { head, rows } = sheets.get('By campaign')!;
    const at = (row: readonly unknown[], label: string) => row[head.indexOf(label)];
    const shown = [...section.by_campaign, section.totals];
    for (const [index, { response_rate }] of shown.entries()) {
      const bounds = ['Response rate, from (95 %)', 'Response rate, to'].map((label) => at(rows[index]!, label));
      if (response_rate === null) expect(bounds.every((bound) => typeof bound === 'string')).toBe(true);
      else expect(bounds).toEqual([response_rate.low, response_rate.high].map((bound) => bound ?? 'no figure'));
    }
    const viewed = await sessions
      .get(month)!
      .query<Record<string, number | null>>(
        `SELECT source, campaign_id, open_rate_low, open_rate_high, response_rate_low, response_rate_high FROM report.v_campaign WHERE month = '${month}-01'`,
      );
    for (const { source, campaign_id, open_rate, response_rate } of section.by_campaign) {
      const row = viewed.find((one) => String(one['source']) === source && String(one['campaign_id']) === campaign_id)!;
      for (const [name, rate] of [
        ['open_rate', open_rate],
        ['response_rate', response_rate],
      ] as const)
        for (const side of ['low', 'high'] as const) {
          const bound = rate?.[side] ?? null;
          if (bound === null) expect(row[`${name}_${side}`]).toBeNull();
          else expect(row[`${name}_${side}`]).toBeCloseTo(bound, 12);
        }
    }
    const letters = (await readPdf(await renderPdf(section))).map((line) => line.join(' ')).join('\n');
    const { html, text } = await renderMail(section);
    let told = 0;
    for (const { unit, low, high } of section.cards) {
      if (unit !== 'rate' || low === null || high === null) continue;
      told += 1;
      const interval = `95 %: ${(low * 100).toFixed(2)} to ${(high * 100).toFixed(2)} %`;
      for (const form of [letters, html, text]) expect(form).toContain(interval);
    }
    expect(told).toBeGreaterThan(0);
  });

  test('XLSX has numbers as numbers, and words where there is none', async () => {
    const section = sections.get(month)!;
    const sheets = await readXlsx(await renderXlsx(section));
    let compared = 0;
    for (const [name, , sheet] of TABLES) {
      const found = sheets.get(sheet);
      if (found === undefined) continue;
      compared += 1;
      expect([sheet, told(found)]).toEqual([sheet, breakdowns(section).get(name)]);
    }
    expect(compared).toBeGreaterThan(2);
    const overview = sheets.get('Overview')!.rows;
    for (const { label, value, definition } of section.cards)
      expect(overview.find(([first]) => first === label)).toEqual(
        expect.arrayContaining([label, value ?? 'not measured', definition]),
      );
    const history = sheets.get('13 months')!.rows;
    expect(history).toEqual(
      section.cards[0]!.history.map(({ month: one }, index) => [
        one,
        ...section.cards.map(({ history: line }) => line[index]!.value ?? 'no figure'),
      ]),
    );
    expect(sheets.get('Notes')!.rows.map(([title]) => title)).toEqual(section.notes.map(({ title }) => title));
  });
});

test.each(['2025-10', '2026-03'])('responses by type of %s say the same in every form', async (month) => {
  const section = sections.get(month)!;
  const { compared, hidden } = await compareTyped(section, sessions.get(month)!);
  expect(compared).toBeGreaterThan(1);
  if (month === '2026-03') expect(hidden).toBeGreaterThan(0);
});

test('a type that is told on both days is counted once: on its primary day, else on that of the response', async () => {
  const [sql, section] = [sessions.get('2026-03')!, sections.get('2026-03')!];
  expect(section.by_response_type).toEqual([
    { response_type: 'has_looked', is_primary: false, responded: 197 },
    { response_type: 'has_read', is_primary: false, responded: 157 },
    { response_type: 'answered', is_primary: true, responded: 5 },
  ]);
  expect(section.totals.responded).toBe(5);
  const told = FEW_ROWS.flatMap(([region, segment, , opened]) =>
    Object.entries({ answered: 1, has_looked: opened, ...(region === 'North' ? {} : { has_read: opened }) }).map(
      ([type, value]) => ({ type, value, region, segment, date: '2026-03-02', campaign_id: 'a', channel: '' }),
    ),
  );
  const shown = (table: string) =>
    shownTable(sql, { ...OPTIONS, month: '2026-03', table, filter: {}, withHidden: true, limit: 99 });
  await compareWithTruth(told, shown);
  const viewed = `SELECT response_type, responded FROM report.v_response_type WHERE month = '2026-03-01' ORDER BY 2 DESC`;
  expect((await sql.query<{ responded: number }>(viewed)).map(({ responded }) => Number(responded))).toEqual([
    197, 157, 5,
  ]);
});

test('arms of a campaign are compared alike in every form', async () => {
  const section = sections.get('2008-03')!;
  const [experiment] = section.experiments;
  expect(experiment!.comparisons.length).toBeGreaterThan(1);
  const sheet = (await readXlsx(await renderXlsx(section))).get('Variants compared')!;
  const at = (row: readonly unknown[], label: string) => row[sheet.head.indexOf(label)];
  const compared = sheet.rows.filter((row) => typeof at(row, 'Lift') === 'number');
  expect(compared.map((row) => [at(row, 'Lift'), at(row, 'from (95 % interval)'), at(row, 'to')])).toEqual(
    experiment!.comparisons.map(({ difference: { value, low, high } }) => [value, low, high]),
  );
  expect(sheet.rows.map((row) => [at(row, 'Members'), at(row, 'Rate')])).toEqual(
    experiment!.arms.flatMap(({ variant_id, members, rate }) => {
      const times = experiment!.comparisons.filter((one) => one.variant_id === variant_id).length;
      return Array.from({ length: Math.max(times, 1) }, () => [members, rate!.value]);
    }),
  );
  const page = readHtml(renderHtml(section)).get('experiment')!;
  expect(page.rows.length).toBe(sheet.rows.length);
  const { low, high } = experiment!.comparisons[0]!.difference;
  const points = (value: number) => `${value < 0 ? '−' : '+'}${(Math.abs(value) * 100).toFixed(2)}`;
  const interval = `(${points(low)} to ${points(high)})`;
  const pdf = (await readPdf(await renderPdf(section))).map((line) => line.join(' ')).join('\n');
  const { html, text } = await renderMail(section);
  for (const form of [pdf, html, text]) expect(form).toContain(interval);
  const sql = sessions.get('2008-03')!;
  const viewed = await sql.query(
    `SELECT variant_id, base_variant_id, difference, difference_low AS low, difference_high AS high, adjusted_p_value AS p FROM report.v_experiment_comparison WHERE month = '2008-03-01'`,
  );
  expect(viewed).toEqual(
    section.experiments.flatMap(({ comparisons }) =>
      comparisons.map(({ variant_id, base_variant_id, difference, adjusted_p_value }) => ({
        variant_id,
        base_variant_id,
        difference: difference.value,
        low: difference.low,
        high: difference.high,
        p: adjusted_p_value,
      })),
    ),
  );
  const arms = await sql.query<{ members: number }>(
    `SELECT members FROM report.v_experiment_arm WHERE month = '2008-03-01' ORDER BY members`,
  );
  expect(arms.map(({ members }) => Number(members)).toSorted((one, other) => one - other)).toEqual(
    section.experiments.flatMap((one) => one.arms.map(({ members }) => members)).toSorted((one, other) => one - other),
  );
});

test('a forecast, or why there is none, stands in every form of a running month', async () => {
  const section: Section = {
    ...sections.get('2008-03')!,
    forecasts: [
      { figure: 'sent', so_far: 1_200, withheld: null, value: 2_345.6, low: 2_100.2, high: 2_600.7, trials: null },
      {
        figure: 'opened',
        so_far: 90,
        withheld: 'too_little_history',
        value: null,
        low: null,
        high: null,
        trials: null,
      },
    ],
  };
  const sheet = (await readXlsx(await renderXlsx(section))).get('By the end of the month')!;
  expect(sheet.rows[0]!.slice(0, 5)).toEqual(['sent', 1_200, 2_346, 2_100, 2_601]);
  expect(sheet.rows[1]!.slice(0, 3)).toEqual(['opened', 90, 'no figure']);
  const pdf = (await readPdf(await renderPdf(section))).map((line) => line.join(' ')).join('\n');
  const { html, text } = await renderMail(section);
  for (const form of [pdf, text.replaceAll(/ +/g, ' ')]) expect(form).toContain('sent 1,200 2,346 2,100 2,601');
  expect(readHtml(html).get('forecast')!.rows[1]!.at(-1)).toBe('none: too little history');
  expect(readHtml(renderHtml(section)).get('forecast')!.rows[0]!.slice(1, 5)).toEqual([1_200, 2_346, 2_100, 2_601]);
});

test('a link to a part of a month hides what the month hides', async () => {
  const sql = sessions.get('2026-03')!;
  const filter = { region: 'West' };
  const at = { ...OPTIONS, month: '2026-03', filter, withHidden: false, limit: 10 };
  const tables = [
    await shownTable(sql, { ...at, table: 'region' }),
    await shownTable(sql, { ...at, table: 'region_segment' }),
  ];
  const { html } = sharedBody(sections.get('2026-03')!, { filter, tables });
  expect(html).toContain('<h2>Opened</h2><p class="value none">hidden</p>');
  expect(html).toContain('<h2>Sent</h2><p class="value"><data value="500">500</data></p>');
  const [table] = readHtml(html).values();
  expect(table!.rows.map(([name]) => name)).toEqual(expect.arrayContaining(['young', 'old']));
  expect(table!.rows.flat()).not.toContain(7);
  // Nor do its notes tell what the whole month has.
  expect(sections.get('2026-03')!.notes.map(({ title }) => title)).toContain('Opened');
  expect(html).not.toContain('<dt>Opened</dt>');
});

test('a campaign that is called like a formula is text in a spreadsheet', async () => {
  const sheets = await readXlsx(await renderXlsx(sections.get('2025-10')!));
  const names = sheets.get('By campaign')!.rows.map(([name]) => name);
  expect(names).toContain(`'=HYPERLINK("x"),"y"`);
});

/** The fields of a line, of which some are quoted. */
