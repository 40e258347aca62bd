import { buildMarts, publishMonth, renderHtml, renderJson, shownSection, type Section } from '../../../report/index.js';
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
