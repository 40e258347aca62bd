import {
  buildMarts,
  publishMonth,
  renderHtml,
  renderJson,
  shownSection,
  shownTable,
  type Section,
} from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { CREATE_CAMPAIGNS, CREATE_SERIES } from './raw-changes.js';
import { factsFrom, openWarehouse, type Warehouse } from './warehouse.js';

/** Region and segment of each row, as where members have them and a campaign goes to several. */
const FACTS = factsFrom(`
- from: daily.series
  as: { date: at, campaign_id: campaign, sent: sent, opened: opened }
  responses: { answered: { from: answered, primary: true } }
  dimensions: { region: arm, segment: channel }
`);
const OPTIONS = {
  month: '2026-03',
  project: { name: 'Outreach', timezone: 'America/Chicago' },
  closeAfter: '8d',
  missingDays: 'allow' as const,
  suppression: { threshold: 11, dimensions: ['region', 'segment'] as const },
};

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
  await warehouse.sql.query('CREATE SCHEMA raw_daily');
  await warehouse.sql.query(CREATE_SERIES);
  await warehouse.sql.query(CREATE_CAMPAIGNS);
});
afterEach(() => warehouse.close());
afterAll(stopTestServer);

/** Region, segment, sent, opened: one campaign on one day. */
async function rows(...given: readonly (readonly [string, string, number, number])[]): Promise<void> {
  await warehouse.sql.query('TRUNCATE raw_daily.series');
  for (const [index, [region, segment, sent, opened]] of given.entries())
    await warehouse.sql.query(
      `INSERT INTO raw_daily.series VALUES (${index}, '2026-03-02T18:00Z', 'a', '${segment}', '${region}', ${sent}, ${opened}, NULL, NULL)`,
    );
  await buildMarts(warehouse.sql, FACTS, { metadataSchema: 'tributary', now: new Date(), rebuildAll: true });
}
const publish = (now: string, as: 'preliminary' | 'final' = 'final') =>
  publishMonth(warehouse.sql, {
    ...OPTIONS,
    now: new Date(now),
    as,
    by: 'ana',
    facts: FACTS,
    metadataSchema: 'tributary',
  });
const show = (now: string, withHidden = false) =>
  shownSection(warehouse.sql, { ...OPTIONS, now: new Date(now), withHidden });
const table = (name: string, filter: Readonly<Record<string, string>> = {}, more: object = {}) =>
  shownTable(warehouse.sql, { ...OPTIONS, table: name, filter, withHidden: false, limit: 100, ...more });
const regions = ({ by_region }: Section) =>
  by_region.map(({ region, sent, opened, suppressed }) => [region, sent, opened, suppressed.includes('opened')]);

test('a release hides a small count with as much as would tell it, in every form, and shows it to those who may see it', async () => {
  await rows(
    ['West', 'young', 400, 7],
    ['East', 'young', 500, 90],
    ['North', 'young', 300, 40],
    ['West', 'old', 100, 0],
  );
  const { release } = await publish('2026-05-01T00:00:00Z');
  const section = await show('2026-05-01T00:00:00Z');
  expect(regions(section)).toEqual([
    ['East', 500, 90, false],
    ['West', 500, null, true],
    ['North', 300, null, true],
  ]);
  expect(section.totals.opened).toBe(137);
  expect(section.suppression).toMatchObject({ threshold: 11, hidden: release.hidden, is_lifted: false });
  expect(release.hidden).toBeGreaterThan(3);
  const html = renderHtml(section);
  expect(html).toContain('hidden</span>');
  expect(html).toContain('By region and segment no count from 1 to 10 is shown');
  const west = section.by_region.find(({ region }) => region === 'West')!;
  expect(west.open_rate).toBeNull();
  expect(JSON.parse(renderJson(section)).by_region).toEqual(section.by_region);

  const all = await show('2026-05-01T00:00:00Z', true);
  expect(regions(all)).toEqual([
    ['East', 500, 90, false],
    ['West', 500, 7, false],
    ['North', 300, 40, false],
  ]);
  expect(all.notes[0]!.title).toBe('Not suppressed');
});

test('a preliminary month goes on in its totals, and by region only with the next release', async () => {
  await rows(['West', 'young', 400, 70], ['East', 'young', 500, 90]);
  const before = await show('2026-03-10T00:00:00Z');
  expect([before.by_region, before.totals.opened]).toEqual([[], 160]);
  await publish('2026-03-10T00:00:00Z', 'preliminary');
  await rows(['West', 'young', 400, 72], ['East', 'young', 500, 190]);
  const live = await show('2026-03-11T00:00:00Z');
  expect(live.totals.opened).toBe(262);
  expect(regions(live).map(([, , opened]) => opened)).toEqual([90, 70]);
  expect(live.status).toMatchObject({ state: 'preliminary', release: { version: 1, is_live: true } });
  expect(live.notes[0]!.text).toContain('They are those of release 1 and stay so until the next one');
  // 70 and 72 would tell of two, and the other region would tell both.
  await publish('2026-03-12T00:00:00Z', 'preliminary');
  expect(regions(await show('2026-03-12T00:00:00Z')).map(([, , opened]) => opened)).toEqual([null, null]);
  // What stayed as it was stays hidden; what is new throughout is shown.
  await rows(['West', 'young', 400, 170], ['East', 'young', 500, 290]);
  await publish('2026-03-13T00:00:00Z', 'preliminary');
  expect(regions(await show('2026-03-13T00:00:00Z')).map(([, , opened]) => opened)).toEqual([290, 170]);
});

test('tables by name are those of the release where small counts are hidden, and else as they stand', async () => {
  await rows(['West', 'young', 400, 7], ['East', 'young', 500, 90], ['North', 'young', 300, 40]);
  expect(await table('campaign_region')).toMatchObject({ release: null, is_protected: true, rows: [] });
  await publish('2026-03-10T00:00:00Z', 'preliminary');
  await rows(['West', 'young', 400, 70], ['East', 'young', 500, 90], ['North', 'young', 300, 40]);

  const byRegion = await table('campaign_region', { region: 'West' });
  expect(byRegion).toMatchObject({ release: { version: 1, is_live: true }, rows_found: 1 });
  expect(byRegion.rows[0]).toMatchObject({ at: { campaign_id: 'a', region: 'West' }, sent: 400, opened: null });
  expect(byRegion.rows[0]!.suppressed).toContain('opened');
  expect((await table('campaign_region', {}, { withHidden: true })).rows.map(({ opened }) => opened)).toEqual([
    90, 7, 40,
  ]);

  const sends = await table('send', { campaign_id: 'a' });
  expect(sends).toMatchObject({ release: null, dimensions: ['date', 'source', 'campaign_id', 'variant_id'] });
  expect(sends.rows).toMatchObject([{ at: { date: '2026-03-02', campaign_id: 'a' }, sent: 1_200, opened: 200 }]);
  expect(await table('campaign_date', {}, { version: 1 })).toMatchObject({
    release: { version: 1, is_live: false },
    rows: [{ opened: 137 }],
  });
  expect((await table('response_type_date')).rows).toMatchObject([
    { at: { response_type: 'answered' }, responded: null },
  ]);
  expect(await table('campaign_region', {}, { limit: 1 })).toMatchObject({ rows: [{}], rows_found: 3 });

  await expect(table('campaign_region_segment')).rejects.toThrow('There is no table "campaign_region_segment".');
  await expect(table('send', { region: 'West' })).rejects.toMatchObject({
    message: 'The table "send" is not broken down by region.',
    details: { hint: 'It is by date, source, campaign_id, variant_id.' },
  });
});

test('a month is shown as of an instant, as the newest release until then has it', async () => {
  await rows(['West', 'young', 400, 70]);
  await publish('2026-03-10T00:00:00Z', 'preliminary');
  await rows(['West', 'young', 500, 170]);
  await publish('2026-03-11T00:00:00Z', 'preliminary');
  await rows(['West', 'young', 900, 270]);
  const asOf = (instant: string) =>
    shownSection(warehouse.sql, { ...OPTIONS, now: new Date(), withHidden: false, asOf: new Date(instant) });
  expect((await asOf('2026-03-10T12:00:00Z')).totals.sent).toBe(400);
  expect(await asOf('2026-03-12T00:00:00Z')).toMatchObject({
    totals: { sent: 500 },
    status: { release: { version: 2, is_live: false } },
  });
  expect((await table('campaign_date', {}, { asOf: new Date('2026-03-10T12:00:00Z') })).rows[0]!.sent).toBe(400);
  await expect(asOf('2026-03-09T00:00:00Z')).rejects.toMatchObject({
    message: '2026-03 was not released by 2026-03-09T00:00:00.000Z.',
    details: { hint: 'Its first release is of 2026-03-10T00:00:00.000Z.' },
  });
});
