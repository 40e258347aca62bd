import { buildMarts, loadSection, renderHtml } from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { CREATE_CAMPAIGNS, CREATE_SERIES, FACTS } from './raw-changes.js';
import { seedCampaigns } from './seeded-campaigns.js';
import { demoFacts, factsFrom, openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
const ask = <R extends Record<string, unknown> = Record<string, unknown>>(sql: string) => warehouse.sql.query<R>(sql);
const load = (month: string, now: string, more: object = {}) =>
  loadSection(warehouse.sql, {
    ...more,
    month,
    project: { name: 'Outreach', timezone: 'America/Chicago' },
    now: new Date(now),
    closeAfter: '8d',
  });

beforeEach(async () => {
  warehouse = await openWarehouse();
});
afterEach(() => warehouse.close());
afterAll(stopTestServer);

/** Rows of `series`: day, campaign, channel, arm, sent, opened, answered. */
async function series(...rows: readonly string[]): Promise<void> {
  await ask('CREATE SCHEMA raw_daily');
  await ask(CREATE_SERIES);
  await ask(CREATE_CAMPAIGNS);
  await ask(
    `INSERT INTO raw_daily.campaigns VALUES ('a', 'Alpha', '["region:West"]'), ('b', 'Beta', '["region:East"]')`,
  );
  for (const [index, row] of rows.entries()) {
    const [day, ...values] = row.split(' ');
    await ask(
      `INSERT INTO raw_daily.series VALUES (${index}, '${day}T18:00Z', ${values
        .map((value, place) => (place < 3 && value !== 'NULL' ? `'${value}'` : value))
        .join(', ')}, NULL)`,
    );
  }
  await buildMarts(warehouse.sql, factsFrom(FACTS), {
    metadataSchema: 'tributary',
    now: new Date('2026-03-20T12:00:00Z'),
  });
}

test('a rate covers only what measures both of its sides', async () => {
  await series(
    '2026-03-01 a EML x 100 30 true',
    '2026-03-01 b TXT x 300 NULL NULL',
    '2026-03-02 b TXT x 50 NULL NULL',
    '2026-03-02 a EML control 40 NULL true',
  );
  const section = await load('2026-03', '2026-04-20T12:00:00Z');
  expect(section.totals).toMatchObject({
    sent: 450,
    opened: 30,
    responded: 1,
    open_rate: { numerator: 30, denominator: 100, value: 0.3 },
    response_rate: { numerator: 1, denominator: 100, value: 0.01 },
  });
  expect(
    section.by_campaign.map(({ name, sent, opened, open_rate, responded }) => [
      name,
      sent,
      opened,
      open_rate,
      responded,
    ]),
  ).toEqual([
    ['Beta', 350, null, null, null],
    ['Alpha', 100, 30, expect.objectContaining({ numerator: 30, denominator: 100, value: 0.3 }), 1],
  ]);
  expect(section.control_groups).toMatchObject([
    { name: 'Alpha', arms: [{ is_control: false }, { is_control: true, sent: 0, targeted: 1 }] },
  ]);
});

test('a month that runs is preliminary, ends with its newest day and is compared with as many days', async () => {
  await series(
    '2025-03-02 a EML x 7 1 true',
    '2026-02-01 a EML x 10 1 true',
    '2026-02-02 a EML x 10 1 true',
    '2026-02-03 a EML x 5000 1 true',
    '2026-03-01 a EML x 25 4 true',
    '2026-03-02 a EML x 0 0 NULL',
  );
  const section = await load('2026-03', '2026-03-04T02:00:00Z');
  expect(section.month).toMatchObject({ through_day: '2026-03-02', has_ended: false });
  expect(section.status).toMatchObject({
    state: 'preliminary',
    final_from: '2026-04-09T05:00:00.000Z',
    days_present: 2,
    days_expected: 2,
  });
  expect(section.cards[0]).toMatchObject({
    value: 25,
    previous_month: { month: '2026-02', days: 2, value: 20, change: 0.25 },
    last_year: { month: '2025-03', days: 2, value: 7 },
  });
  expect(
    section.days.map(({ date, sent, responded, is_preliminary }) => [date, sent, responded, is_preliminary]),
  ).toEqual([
    ['2026-03-01', 25, 1, true],
    ['2026-03-02', 0, null, true],
  ]);
  // A Sunday and a Monday.
  expect(section.weeks.map(({ week, first_day, last_day, sent }) => [week, first_day, last_day, sent])).toEqual([
    ['2026-W09', '2026-03-01', '2026-03-01', 25],
    ['2026-W10', '2026-03-02', '2026-03-02', 0],
  ]);
  const { previous_month, last_year } = section.earlier_days;
  expect(previous_month!.days).toHaveLength(28);
  expect(previous_month!.days[2]).toMatchObject({ date: '2026-02-03', sent: 5_000 });
  expect(last_year!.days.slice(0, 2).map(({ sent }) => sent)).toEqual([null, 7]);
  // Its first messages were those of the year before.
  expect(section.annotations).toEqual([]);
  expect((await load('2025-03', '2026-03-04T02:00:00Z')).annotations).toEqual([
    { date: '2025-03-02', kind: 'send', text: 'Alpha' },
  ]);
  const february = await load('2026-02', '2026-03-04T12:00:00Z');
  expect(february.status).toMatchObject({ state: 'preliminary', days_present: 3, days_expected: 28 });
  expect(february.status.missing_days).toHaveLength(25);
  expect(february.days[10]).toMatchObject({ date: '2026-02-11', sent: null, responded: null });
  expect(february.cards[0]!.previous_month).toBeNull();
  expect(february.days.map(({ is_preliminary }) => is_preliminary).indexOf(true)).toBe(23);
  expect((await load('2026-02', '2026-03-09T06:00:00Z')).status).toMatchObject({ state: 'preliminary', is_held: true });
  const allowed = await load('2026-02', '2026-03-09T06:00:00Z', { missingDays: 'allow' });
  expect(allowed.status).toMatchObject({ state: 'final', is_held: false });
  // A fact that ends owes no days afterwards.
  const ended = await load('2026-02', '2026-03-09T06:00:00Z', { factDays: { 'daily.series': { to: '2026-02-03' } } });
  expect(ended.status).toMatchObject({ state: 'final', days_expected: 3, missing_days: [] });
});

test('a campaign is marked on the day of its first messages, not on a day before it for which its source tells zeros', async () => {
  await series(
    '2026-02-27 a EML x 0 0 NULL',
    '2026-02-28 b EML x 9 1 NULL',
    '2026-03-01 a EML x 0 0 NULL',
    '2026-03-02 a EML x 25 4 true',
    '2026-03-02 b EML x 25 4 true',
  );
  const at = async (month: string) => (await load(month, '2026-04-20T12:00:00Z')).annotations;
  expect(await at('2026-03')).toEqual([{ date: '2026-03-02', kind: 'send', text: 'Alpha' }]);
  expect(await at('2026-02')).toEqual([{ date: '2026-02-28', kind: 'send', text: 'Beta' }]);
});

test('data are as old as the last complete reading of the oldest stream', async () => {
  await series('2026-03-01 a EML x 25 4 true');
  const read = async (readings: Readonly<Record<string, string>>) => {
    const built = await buildMarts(warehouse.sql, factsFrom(FACTS), {
      metadataSchema: 'tributary',
      now: new Date(),
      readings: Object.entries(readings).map(([stream, at]) => ({
        connection: 'daily',
        stream,
        readAt: new Date(at),
      })),
    });
    expect(built.isChanged).toBe(false);
    return load('2026-03', '2026-03-20T12:00:00Z');
  };
  // A checkpoint is no reading: its stream may have failed afterwards.
  await ask(
    `INSERT INTO tributary.ledger VALUES (gen_random_uuid(), 'daily', 'series', 's', gen_random_uuid(), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '2026-03-19T23:10:00Z')`,
  );
  expect((await read({ series: '2026-03-19T06:10:00Z' })).status.data_as_of).toBeNull();
  const section = await read({ campaigns: '2026-03-19T06:15:00Z' });
  expect(section.status.data_as_of).toBe('2026-03-19T06:10:00.000Z');
  expect(renderHtml(section)).toContain('2026-03-19 01:10 America/Chicago');
  // Nothing new in either: they were read all the same.
  expect((await read({ series: '2026-03-20T06:10:00Z', campaigns: '2026-03-20T06:10:00Z' })).status.data_as_of).toBe(
    '2026-03-20T06:10:00.000Z',
  );
  // A run that began before and comes to the builder's lock afterwards.
  expect((await read({ series: '2026-03-18T06:10:00Z' })).status.data_as_of).toBe('2026-03-20T06:10:00.000Z');
});

test('a month agrees with the raw rows, figure by figure', async () => {
  await seedCampaigns(warehouse.sql, '2025-11-23', 120, 14);
  await buildMarts(warehouse.sql, await demoFacts(), { metadataSchema: 'tributary', now: new Date() });
  const section = await load('2025-10', '2025-11-24T12:00:00Z');
  const raw = `FROM raw_braze_daily.campaign_data_series s JOIN raw_braze_daily.campaigns c ON c.id = s.campaign_id
    WHERE "time" BETWEEN '2025-10-01' AND '2025-10-31' AND NOT is_control`;
  const sums = `sum(sent)::int AS sent, sum(delivered)::int AS delivered, sum(unique_opens)::int AS opened,
    sum(coalesce(conversions, 0) + coalesce(conversions1, 0))::int AS responded`;
  const only = ({
    sent,
    delivered,
    opened,
    responded,
  }: {
    sent: unknown;
    delivered: unknown;
    opened: unknown;
    responded: unknown;
  }) => ({ sent, delivered, opened, responded });
  expect([only(section.totals)]).toEqual(await ask(`SELECT ${sums} ${raw}`));
  expect(section.days.map((day) => ({ date: day.date, ...only(day) }))).toEqual(
    await ask(`SELECT "time" AS date, ${sums} ${raw} GROUP BY 1 ORDER BY 1`),
  );
  expect(
    section.by_campaign.map((each) => ({ campaign_id: each.campaign_id, name: each.name, ...only(each) })),
  ).toEqual(await ask(`SELECT c.id AS campaign_id, c.name, ${sums} ${raw} GROUP BY 1, 2 ORDER BY sum(sent) DESC`));
  expect(section.by_region.map((each) => ({ region: each.region, ...only(each) }))).toEqual(
    await ask(
      `SELECT coalesce(substring(c.tags ->> 0 FROM 'region:(.*)'), 'National') AS region, ${sums} ${raw} GROUP BY 1 ORDER BY sum(sent) DESC`,
    ),
  );
  const bars = section.largest_campaigns;
  expect(bars.map(({ label }) => label).at(-1)).toBe('4 other campaigns');
  expect(bars.reduce((sum, bar) => sum + (bar.sent ?? 0), 0)).toBe(section.totals.sent);
  const weeks = section.weeks.map(({ week: _, first_day, last_day, ...week }) => ({
    first_day,
    last_day,
    ...only(week),
  }));
  expect(weeks).toEqual(
    await ask(
      `SELECT min("time")::text AS first_day, max("time")::text AS last_day, ${sums} ${raw} GROUP BY date_trunc('week', "time"::timestamp) ORDER BY 1`,
    ),
  );
  const [rate] = await ask<{ numerator: number; denominator: number; value: number }>(
    `SELECT *, numerator::float8 / denominator AS value FROM (SELECT sum(unique_opens)::int AS numerator,
       sum(sent) FILTER (WHERE unique_opens IS NOT NULL)::int AS denominator ${raw}) counted`,
  );
  expect(section.totals.open_rate).toMatchObject(rate!);
});
