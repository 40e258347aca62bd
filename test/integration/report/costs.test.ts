import { buildMarts, loadSection, renderHtml, renderMail, renderPdf, renderXlsx } from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { readHtml, readPdf, readXlsx } from './forms.js';
import { CREATE_CAMPAIGNS, CREATE_SERIES } from './raw-changes.js';
import { factsFrom, openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openWarehouse();
});
afterAll(async () => {
  await warehouse.close();
  await stopTestServer();
});

test('what campaigns cost and brought stands in every form, and of no responses there is no cost of one', async () => {
  const { sql } = warehouse;
  await sql.query('CREATE SCHEMA raw_daily');
  await sql.query(CREATE_SERIES);
  await sql.query(CREATE_CAMPAIGNS);
  await sql.query(
    `INSERT INTO raw_daily.series VALUES (1, '2026-03-01T18:00Z', 'a', 'EML', 'x', 1000, 40, true, NULL),
       (2, '2026-03-02T18:00Z', 'b', 'EML', 'x', 300, 0, NULL, NULL)`,
  );
  const facts = factsFrom(`
- from: daily.series
  as: { date: at, campaign_id: campaign, sent: sent, cost: { sum: sent, multiply: 0.5 }, revenue: { sum: opened, multiply: 20 } }
  responses: { looked: { from: opened, primary: true } }
`);
  await buildMarts(sql, facts, { metadataSchema: 'tributary', now: new Date() });
  const section = await loadSection(sql, {
    month: '2026-03',
    project: { name: 'Outreach', timezone: 'America/Chicago' },
    now: new Date('2026-05-01T12:00:00Z'),
    closeAfter: '8d',
  });
  const lines = [
    ['a', '500.00', '40', '12.50', '800.00', '+60 %'],
    ['b', '150.00', '0', '–', '0.00', '−100 %'],
    ['All that have a cost', '650.00', '40', '16.25', '800.00', '+23 %'],
  ];
  // Where the numbers are, and not only how they are printed.
  const [of, ofB, all] = section
    .costs!.by_campaign.map(({ return_on_cost }) => return_on_cost)
    .concat(section.costs!.total.return_on_cost);
  const numbers = [
    ['a', 500, 40, 12.5, 800, of],
    ['b', 150, 0, '–', 0, ofB],
    ['All that have a cost', 650, 40, 16.25, 800, all],
  ];
  expect([of, ofB, all]).toEqual([0.6, -1, 150 / 650]);
  expect(readHtml(renderHtml(section)).get('cost')!.rows).toEqual(numbers);
  expect((await readXlsx(await renderXlsx(section))).get('Cost and return')!.rows).toEqual(numbers);
  const [pdf, { html, text }] = [await readPdf(await renderPdf(section)), await renderMail(section)];
  expect(readHtml(html).get('cost')!.rows).toEqual(lines);
  const told = [pdf.map((line) => line.join(' ')).join('\n'), text.replaceAll(/ +/g, ' ')];
  for (const form of told) for (const line of lines) expect(form).toContain(line.join(' '));
});
