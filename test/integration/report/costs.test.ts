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
  const load = () =>
    loadSection(sql, {
      month: '2026-03',
      project: { name: 'Outreach', timezone: 'America/Chicago' },
      now: new Date('2026-05-01T12:00:00Z'),
      closeAfter: '8d',
    });
  const section = await load();
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
  const noteOf = ({ notes }: typeof section) => notes.find(({ title }) => title === 'Cost and return')?.text;
  expect(noteOf(section)).toBeUndefined();

  // One more, whose responses and revenue nobody tells: the total divides by less than it shows.
  await sql.query(
    `INSERT INTO raw_daily.series VALUES (3, '2026-03-03T18:00Z', 'c', 'EML', 'x', 200, NULL, NULL, NULL)`,
  );
  await buildMarts(sql, facts, { metadataSchema: 'tributary', now: new Date(), rebuildAll: true });
  const partly = await load();
  expect(partly.costs!.total).toMatchObject({ cost: '750.00', responded: 40, cost_per_response: '16.25' });
  const note =
    'The total of “Cost” is of all campaigns that have one; that of “Responded” and “Cost per response” only of those that measure responses (2 of 3), ' +
    'and that of “Revenue” and “Return on cost” only of those that measure revenue (2 of 3).';
  expect(noteOf(partly)).toBe(note);
  const mail = await renderMail(partly);
  const sheets = await readXlsx(await renderXlsx(partly));
  const forms = [
    renderHtml(partly),
    mail.html,
    mail.text,
    JSON.stringify([...sheets.values()]),
    (await readPdf(await renderPdf(partly))).map((line) => line.join(' ')).join(' '),
  ];
  for (const form of forms) expect(form.replaceAll(/\s+/g, ' ')).toContain(note);
});
