import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { buildMarts, loadSection, renderCsv, renderHtml, renderJson, type Section } from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { seedCampaigns } from './seeded-campaigns.js';
import { demoFacts, loadHillstrom, openWarehouse, type Warehouse } from './warehouse.js';

type Figures = Pick<Section['totals'], 'sent' | 'opened' | 'responded' | 'open_rate'>;

let warehouse: Warehouse;
const now = new Date('2025-11-24T12:00:00Z');
const load = (month: string, at = now) =>
  loadSection(warehouse.sql, {
    month,
    project: { name: 'Outreach', timezone: 'America/Chicago' },
    now: at,
    closeAfter: '8d',
  });

beforeAll(async () => {
  warehouse = await openWarehouse();
  await loadHillstrom(warehouse.sql);
  await seedCampaigns(warehouse.sql, '2025-11-23', 449);
  // A day that was lost, and a name that is an attack.
  await warehouse.sql.query(`DELETE FROM raw_braze_daily.campaign_data_series WHERE "time" = '2025-10-14'`);
  await warehouse.sql.query(
    `UPDATE raw_braze_daily.campaigns SET name = '<script>alert("x")</script> & ''Ä''', tags = '["region:<b>West</b>"]' WHERE id = 'c007'`,
  );
  await buildMarts(warehouse.sql, await demoFacts(), { metadataSchema: 'tributary', now });
});
afterAll(async () => {
  await warehouse.close();
  await stopTestServer();
});

/** Every figure of the page, as a program reads it. */
const figuresOfPage = (html: string) =>
  [...html.matchAll(/<data value="([^"]*)">([^<]*)<\/data>/g)].map(([, value, text]) => ({
    value: Number(value),
    text,
  }));

const figuresOfSection = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : value !== null && typeof value === 'object'
      ? Object.values(value).flatMap(figuresOfSection)
      : typeof value === 'string' && /^-?\d+\.\d\d$/.test(value)
        ? [Number(value)] // An amount.
        : [];

for (const month of ['2025-10', '2025-11', '2008-03'])
  test(`the page of ${month} shows the figures of the section and no others`, async () => {
    const section = await load(month);
    const html = renderHtml(section);
    const folder = process.env.REPORT_PAGES;
    if (folder !== undefined) {
      await mkdir(folder, { recursive: true });
      await writeFile(`${folder}/${month}.html`, html);
      await writeFile(`${folder}/${month}.json`, renderJson(section));
    }
    const known = new Set(figuresOfSection(JSON.parse(renderJson(section))));
    const shown = figuresOfPage(html);
    expect(shown.filter(({ value }) => !known.has(value))).toEqual([]);
    const values = new Set(shown.map(({ value }) => value));
    for (const row of [section.totals, ...section.days, ...section.by_campaign, ...section.by_region])
      for (const key of ['sent', 'delivered', 'opened', 'responded'] as const)
        if (row[key] !== null) expect(values).toContain(row[key]);
    for (const { value, text } of shown)
      if (/^[\d,]+$/.test(text!)) expect(Number(text!.replaceAll(',', ''))).toBe(value);
      else if (/^[\d.]+ %$/.test(text!)) expect(text).toBe(`${(value * 100).toFixed(2)} %`);
  });

test('CSV has the figures of the section, table by table, and no formula', async () => {
  const section = await load('2025-10');
  const [head, ...lines] = renderCsv(section).trimEnd().split('\r\n');
  const place = (name: string) => head!.split(',').indexOf(name);
  // No name of these tables holds a comma.
  const rows = lines.map((line) => line.split(',')).filter(([table]) => table !== 'campaign');
  const figures = (table: string) =>
    rows
      .filter(([own]) => own === table)
      .map((row) => (['sent', 'opened', 'responded', 'open_rate'] as const).map((name) => row[place(name)]));
  const shown = (row: Figures) =>
    [row.sent, row.opened, row.responded, row.open_rate?.value].map((value) => (value == null ? '' : String(value)));
  expect(figures('total')).toEqual([shown(section.totals)]);
  expect(figures('day')).toEqual(section.days.map(shown));
  expect(figures('channel')).toEqual(section.by_channel.map(shown));
  expect(figures('region')).toEqual(section.by_region.map(shown));
  expect(figures('segment')).toEqual(section.by_segment.map(shown));
  expect(lines.filter((line) => line.startsWith('campaign,'))).toHaveLength(section.by_campaign.length);
  const [first] = section.by_campaign;
  const evil = renderCsv({ ...section, by_campaign: [{ ...first!, name: '=HYPERLINK("x"),1' }] });
  expect(evil).toContain(`,"'=HYPERLINK(""x""),1",`);
  const forged = renderCsv({ ...section, by_campaign: [{ ...first!, name: 'spring\r\ncampaign,forged' }] });
  expect(forged).toContain(',"spring\r\ncampaign,forged",');
});

test('each card tells thirteen months, and each channel and response type its own figures', async () => {
  const section = await load('2025-10');
  const [sent] = section.cards;
  expect(sent!.history.map(({ month }) => month)).toEqual(expect.arrayContaining(['2024-10', '2025-09', '2025-10']));
  expect(sent!.history).toHaveLength(13);
  const september = await load('2025-09');
  expect(sent!.history.slice(-2).map(({ value }) => value)).toEqual([september.totals.sent, section.totals.sent]);
  const sum = (values: readonly (number | null)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0);
  expect(sum(section.by_channel.map((row) => row.sent))).toBe(section.totals.sent);
  const primary = section.by_response_type.filter(({ is_primary }) => is_primary);
  expect(sum(primary.map(({ responded }) => responded))).toBe(section.totals.responded);
  expect(renderHtml(section).match(/class="spark"/g)).toHaveLength(6);
});

test('the page loads nothing and runs nothing, whatever a campaign is called', async () => {
  const section = await load('2025-10');
  expect(section.by_campaign.some(({ name }) => name.includes('<script>'))).toBe(true);
  const html = renderHtml(section);
  const found = (pattern: RegExp) => html.replaceAll('http-equiv', '').match(pattern)?.[0];
  expect(found(/<script|<b>|javascript:|<link|<img|<iframe|@import|url\((?!#)/i)).toBeUndefined();
  expect(found(/https?:|\ssrc=|\shref=|\son\w+=|\sstyle=/i)).toBeUndefined();
  const policy = html.match(/content="(default-src[^"]*)"/)![1];
  const style = createHash('sha256')
    .update(html.match(/<style>([\s\S]*?)<\/style>/)![1]!)
    .digest('base64');
  expect(policy).toContain(`default-src 'none'; style-src 'sha256-${style}'`);
  expect(html.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;Ä&#39;')).toBe(true);
  expect(found(/#0000/)).toBeUndefined();
  expect(html.includes('<h1>Real-time Campaign Performance Overview</h1>')).toBe(true);
});

test('the page is the same, byte for byte, whenever it is drawn', async () => {
  const section = await load('2025-10');
  expect(renderHtml(section)).toBe(renderHtml(section));
});

test('a lift stands only where members were counted, and the page says where they were not', async () => {
  const [daily, experiment] = [renderHtml(await load('2025-10')), renderHtml(await load('2008-03'))];
  expect(experiment).toContain('Lift in points');
  expect(experiment).toContain('<data value="21306">21,306</data>');
  expect(daily).toContain('Control groups beside those who were sent messages');
  expect(daily).toContain('How many members were chosen is not measured, so there is no lift.');
  expect(daily).not.toContain('Lift in points');
});

test('what is not measured is never drawn as zero', async () => {
  const section = await load('2008-03');
  const html = renderHtml(section);
  expect(html.includes('<h2>Messages opened (summed by day)</h2><p class="value none">not measured</p>')).toBe(true);
  expect(html.includes('Messages opened: not measured')).toBe(true);
  expect(html.includes('1.07 %')).toBe(true);
});
