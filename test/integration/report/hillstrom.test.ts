import { buildMarts, listMonths, loadSection } from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { demoFacts, loadHillstrom, openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
const now = new Date('2026-11-24T12:00:00Z');
const options = { metadataSchema: 'tributary', now };

beforeAll(async () => {
  warehouse = await openWarehouse();
  await loadHillstrom(warehouse.sql);
});
afterAll(async () => {
  await warehouse.close();
  await stopTestServer();
});

test('the experiment stands in the marts as its authors counted it', async () => {
  const built = await buildMarts(warehouse.sql, await demoFacts(), options);
  expect(built.isChanged).toBe(true);
  expect(
    await warehouse.sql.query(
      `SELECT variant_name, is_control, sum(targeted) AS targeted, sum(sent) AS sent, sum(revenue) AS revenue,
              count(opened) AS measured FROM report.campaign_daily GROUP BY 1, 2 ORDER BY 1`,
    ),
  ).toEqual([
    {
      variant_name: 'Mens E-Mail',
      is_control: false,
      targeted: '21307',
      sent: '21307',
      revenue: '30311.69',
      measured: 0,
    },
    { variant_name: 'No E-Mail', is_control: true, targeted: '21306', sent: '0', revenue: '13908.33', measured: 0 },
    {
      variant_name: 'Womens E-Mail',
      is_control: false,
      targeted: '21387',
      sent: '21387',
      revenue: '23038.11',
      measured: 0,
    },
  ]);
  expect(
    await warehouse.sql.query(
      `SELECT response_type AS type, is_primary, basis, variant_name, sum(responded)::int AS n
         FROM report.response_daily GROUP BY 1, 2, 3, 4 ORDER BY 1, 4`,
    ),
  ).toEqual(
    (
      [
        ['conversion', true, 267, 122, 189],
        ['visit', false, 3894, 2262, 3238],
      ] as const
    ).flatMap(([type, is_primary, mens, control, womens]) =>
      [
        { variant_name: 'Mens E-Mail', n: mens },
        { variant_name: 'No E-Mail', n: control },
        { variant_name: 'Womens E-Mail', n: womens },
      ].map((row) => ({ type, is_primary, basis: 'send_day', ...row })),
    ),
  );
  expect(
    await warehouse.sql.query(
      `SELECT region, sum(sent)::int AS sent FROM report.campaign_daily WHERE variant_name = 'Mens E-Mail' GROUP BY 1 ORDER BY 1`,
    ),
  ).toEqual([
    { region: 'Rural', sent: 3243 },
    { region: 'Surburban', sent: 9501 },
    { region: 'Urban', sent: 8563 },
  ]);
  expect(
    await warehouse.sql.query(`SELECT source, campaign_id, name, first_day, last_day FROM report.campaign`),
  ).toEqual([
    {
      source: 'hillstrom',
      campaign_id: 'spring_2008',
      name: 'Spring 2008',
      first_day: '2008-03-20',
      last_day: '2008-03-20',
    },
  ]);
});

test('a second build changes nothing and says so', async () => {
  const again = await buildMarts(warehouse.sql, await demoFacts(), { ...options, rebuildAll: true });
  expect(again.isChanged).toBe(false);
  expect(again.marts.campaign_daily).toEqual({ inserted: 0, updated: 0, deleted: 0 });
  expect((await buildMarts(warehouse.sql, await demoFacts(), options)).facts.map(({ rebuilt }) => rebuilt)).toEqual([
    'nothing',
    'nothing',
  ]);
});

test('the section of its month says what the experiment measured, and what it did not', async () => {
  expect(await listMonths(warehouse.sql)).toEqual(['2008-03']);
  const section = await loadSection(warehouse.sql, {
    month: '2008-03',
    project: { name: 'Demo', timezone: 'America/Chicago' },
    now,
    closeAfter: '8d',
  });
  expect(section.cards.map(({ key, value }) => [key, value])).toEqual([
    ['sent', 42_694],
    ['delivered', null],
    ['opened', null],
    ['responded', 456],
    ['open_rate', null],
    ['response_rate', 456 / 42_694],
  ]);
  expect(section.status).toMatchObject({ state: 'final', days_present: 1, days_expected: 1, missing_days: [] });
  expect(section.by_region.map(({ region, sent, responded }) => [region, sent, responded])).toEqual([
    ['Surburban', 19_151, 191],
    ['Urban', 17_119, 184],
    ['Rural', 6424, 81],
  ]);
  const control = 122 / 21_306;
  expect(section.control_groups[0]?.arms.map(({ name, rate, lift }) => [name, rate?.value, lift?.value])).toEqual([
    ['Mens E-Mail', 267 / 21_307, 267 / 21_307 - control],
    ['Womens E-Mail', 189 / 21_387, 189 / 21_387 - control],
    ['No E-Mail', control, undefined],
  ]);
  const [experiment, ...others] = section.experiments;
  expect(others).toEqual([]);
  expect(experiment).toMatchObject({ unit: 'targeted', verdict: 'difference', sample_ratio: { is_off: false } });
  expect(experiment!.sample_ratio!.p_value).toBeCloseTo(0.69862715, 8);
  expect(experiment!.arms.map(({ name, members, responded }) => [name, members, responded])).toEqual([
    ['No E-Mail', 21_306, 122],
    ['Mens E-Mail', 21_307, 267],
    ['Womens E-Mail', 21_387, 189],
  ]);
  // By the complementary error function of another language.
  const [mens, womens, between] = experiment!.comparisons;
  expect([mens, womens, between].map((one) => [one!.variant_id, one!.base_variant_id])).toEqual([
    ['Mens E-Mail', 'No E-Mail'],
    ['Womens E-Mail', 'No E-Mail'],
    ['Womens E-Mail', 'Mens E-Mail'],
  ]);
  expect(between!.p_value / 0.0002051537746568843).toBeCloseTo(1, 6);
  expect(womens!.p_value / 0.00015710512910668492).toBeCloseTo(1, 6);
  expect(mens!.difference.value).toBe(267 / 21_307 - control);
});

test('a month without figures is refused by naming those that have some', async () => {
  const ask = (month: string) =>
    loadSection(warehouse.sql, { month, project: { name: 'Demo', timezone: 'UTC' }, now, closeAfter: '8d' });
  await expect(ask('2020-01')).rejects.toMatchObject({
    kind: 'config',
    details: { hint: expect.stringContaining('2008-03') },
  });
  await expect(ask("2020-13'")).rejects.toMatchObject({ kind: 'config' });
});
