import { buildMarts, shownSection } from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { CREATE_CAMPAIGNS, CREATE_SERIES } from './raw-changes.js';
import { factsIn, openWarehouse, type Warehouse } from './warehouse.js';

/** A campaign that went from one vendor to another, whose id there meant something else before. */
const FACTS = factsIn(`
crosswalk:
  - { campaign: a1c, name: A1C reminder, source: old_vendor, campaign_id: "17", to: 2025-12-31 }
  - { campaign: a1c, name: A1C reminder, source: braze, campaign_id: b17, from: 2026-01-01 }
facts:
- from: files.members
  name: history
  origin: legacy
  grain: month
  as: { date: month, campaign_id: id, source: { const: old_vendor }, sent: sent, opened: opened }
  responses: { answered: { from: answers, primary: true } }
- from: daily.series
  as: { date: at, campaign_id: campaign, sent: sent, opened: opened }
  responses: { answered: { from: answered, primary: true } }
`);
const NOW = new Date('2026-05-01T12:00:00Z');

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openWarehouse();
  const { sql } = warehouse;
  await sql.query('CREATE SCHEMA raw_daily');
  await sql.query('CREATE SCHEMA raw_files');
  await sql.query(CREATE_SERIES);
  await sql.query(CREATE_CAMPAIGNS);
  await sql.query('CREATE TABLE raw_files.members (month date, id text, sent bigint, opened bigint, answers bigint)');
  await sql.query(
    `INSERT INTO raw_files.members VALUES ('2025-03-01', '17', 800, 200, 40), ('2025-03-01', '18', 100, 10, 5), ('2025-04-01', '17', 1, 1, 1)`,
  );
  await sql.query(
    `INSERT INTO raw_daily.series VALUES (1, '2026-03-02T18:00Z', 'b17', 'EML', 'x', 900, 300, true, NULL),
       (2, '2026-03-03T18:00Z', 'b17', 'EML', 'x', 100, 50, true, NULL),
       (3, '2025-12-30T18:00Z', 'b17', 'EML', 'x', 7, 1, true, NULL)`,
  );
  await buildMarts(sql, FACTS, {
    metadataSchema: 'tributary',
    now: NOW,
    definitions: [{ date: '2026-01-01', measures: ['opened'], note: 'The new vendor leaves machines out.' }],
  });
});
afterAll(async () => {
  await warehouse.close();
  await stopTestServer();
});

test('a month is set against the same month of the vendor before, by one campaign, and says what differs', async () => {
  const section = await shownSection(warehouse.sql, {
    month: '2026-03',
    project: { name: 'Outreach', timezone: 'America/Chicago' },
    now: NOW,
    closeAfter: '8d',
    missingDays: 'allow',
    suppression: { threshold: 0, dimensions: [] },
    withHidden: false,
  });
  const card = (key: string) => section.cards.find((one) => one.key === key)!;
  expect(card('sent')).toMatchObject({
    value: 1_000,
    previous_month: null,
    last_year: { month: '2025-03', days: null, value: 900, change: 100 / 900 },
  });
  expect(card('response_rate')).toMatchObject({
    numerator: 2,
    denominator: 1_000,
    last_year: { numerator: 45, denominator: 900, change: 2 / 1_000 - 45 / 900 },
  });
  expect(card('opened').history.map(({ value }) => value)).toEqual([
    210,
    1,
    ...Array(7).fill(null),
    1,
    null,
    null,
    350,
  ]);
  expect(section.by_campaign).toMatchObject([
    { source: 'braze', campaign_id: 'a1c', name: 'A1C reminder', sent: 1_000 },
  ]);
  const titles = section.notes.map(({ title, text }) => `${title}: ${text}`);
  expect(titles).toContainEqual(
    expect.stringContaining('History: Figures of 2025-03 (old_vendor) were adopted from before'),
  );
  expect(titles).toContainEqual(
    expect.stringContaining('Changed on 2026-01-01: opened: The new vendor leaves machines out.'),
  );
});

test('the two ids are one campaign over the years, on the days that they meant it', async () => {
  const rows = await warehouse.sql.query<{ campaign_id: string; source: string; month: string; sent: number }>(
    `SELECT campaign_id, source, CAST(month AS text) AS month, CAST(sent AS int) AS sent FROM report.campaign_monthly ORDER BY month, campaign_id`,
  );
  expect(rows.map(({ campaign_id, source, month, sent }) => [campaign_id, source, month.slice(0, 7), sent])).toEqual([
    ['18', 'old_vendor', '2025-03', 100],
    ['a1c', 'old_vendor', '2025-03', 800],
    ['a1c', 'old_vendor', '2025-04', 1],
    ['b17', 'braze', '2025-12', 7],
    ['a1c', 'braze', '2026-03', 1_000],
  ]);
});
