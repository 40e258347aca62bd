import { loadSection } from '../../../report/index.js';
import { ensureMarts } from '../../../report/facts/marts.js';
import { postgresDialect } from '../../../destinations/sql/postgres.dialect.js';
import { stopTestServer } from '../../support/postgres.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
  await ensureMarts(warehouse.sql, postgresDialect);
});
afterEach(() => warehouse.close());
afterAll(stopTestServer);

const load = (month: string, now: string) =>
  loadSection(warehouse.sql, {
    month,
    project: { name: 'Outreach', timezone: 'UTC' },
    now: new Date(now),
    closeAfter: '8d',
  });

/** One campaign, a row a day: `sent` is SQL of the day `d`. */
async function days(from: string, to: string, sent: string): Promise<void> {
  const key = `'daily.series', 'braze', 'a', 'email', '', '', '', false, 'Alpha', '', 'synced', 'UTC'`;
  const columns = `fact, source, campaign_id, channel, variant_id, region, segment, is_control, campaign_name, variant_name, origin, time_zone`;
  await warehouse.sql.query(
    `INSERT INTO report.campaign_daily (date, ${columns}, sent, updated_at)
     SELECT d::date, ${key}, ${sent}, now() FROM generate_series('${from}'::date, '${to}'::date, '1 day') d`,
  );
  await warehouse.sql.query(
    `INSERT INTO report.campaign_monthly (month, ${columns}, sent, updated_at)
     SELECT date_trunc('month', date)::date, ${key}, sum(sent), now() FROM report.campaign_daily GROUP BY 1`,
  );
}

/** Larger on some weekdays, growing slowly, with noise that repeats after 97 days. */
const STEADY = `(1000 + (extract(dow FROM d)::int * 37 % 11) * 60 + (d::date - '2025-06-01'::date) * 2
  + ((d::date - '2025-06-01'::date) * 53 % 97) - 48)`;

test('a steady month is forecast with an interval that held in trials, and a day out of the way is marked', async () => {
  await days(
    '2025-06-01',
    '2026-03-16',
    `CASE WHEN d = '2026-03-11' THEN 9000 WHEN d = '2026-03-12' THEN 0 ELSE ${STEADY} END`,
  );
  const { forecasts, anomalies } = await load('2026-03', '2026-03-17T12:00:00Z');
  expect(anomalies.map(({ date, figure, value }) => [date, figure, value])).toEqual([
    ['2026-03-11', 'sent', 9000],
    ['2026-03-12', 'sent', 0],
  ]);
  const [sent, ...others] = forecasts;
  // Opens and responses are not measured.
  expect(others).toEqual([]);
  expect(sent).toMatchObject({ figure: 'sent', withheld: null, trials: { count: 12 } });
  expect(sent!.trials!.error).toBeLessThan(sent!.trials!.naive_error);
  const [rest] = await warehouse.sql.query<{ n: number }>(
    `SELECT sum(${STEADY})::int AS n FROM generate_series('2026-03-17'::date, '2026-03-31'::date, '1 day') d`,
  );
  const end = sent!.so_far + rest!.n;
  expect(sent!.low!).toBeLessThan(end);
  expect(sent!.high!).toBeGreaterThan(end);
  expect(Math.abs(sent!.value! - end) / end).toBeLessThan(0.05);
  expect((await load('2026-03', '2026-03-17T12:00:00Z')).forecasts).toEqual(forecasts);
});

test('what last week tells as well is not forecast, nor what is known for a short time', async () => {
  await days('2025-06-01', '2026-03-16', `1000 + extract(dow FROM d)::int * 100`);
  expect((await load('2026-03', '2026-03-17T12:00:00Z')).forecasts).toMatchObject([
    { figure: 'sent', withheld: 'no_better_than_last_week', value: null, low: null },
  ]);
  // A month that is over has its figures.
  expect((await load('2026-02', '2026-03-17T12:00:00Z')).forecasts).toEqual([]);
});

test('a short history is no ground for a forecast', async () => {
  await days('2026-01-01', '2026-03-16', STEADY);
  expect((await load('2026-03', '2026-03-17T12:00:00Z')).forecasts).toMatchObject([
    { withheld: 'too_little_history', so_far: expect.any(Number), trials: null },
  ]);
});
