import { buildMarts, keepDays } from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { factsIn, openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openWarehouse();
});
afterAll(async () => {
  await warehouse.close();
  await stopTestServer();
});
beforeEach(async () => {
  for (const schema of ['raw_daily', 'report'])
    await ask(`DROP SCHEMA IF EXISTS ${schema} CASCADE; DELETE FROM tributary.dirty`);
  await ask(
    `CREATE SCHEMA raw_daily; CREATE TABLE raw_daily.series (day date, campaign text, sent bigint, opened bigint, forms bigint)`,
  );
});

const ask = <R extends Record<string, unknown> = Record<string, unknown>>(sql: string) => warehouse.sql.query<R>(sql);
const build = (report: string) =>
  buildMarts(warehouse.sql, factsIn(report), { metadataSchema: 'tributary', now: new Date('2026-03-20T12:00:00Z') });
const daily = (columns: string) => ask(`SELECT ${columns} FROM report.campaign_daily ORDER BY ${columns}`);
const mark = (fact: string, campaign: string) =>
  ask(`INSERT INTO tributary.dirty (fact, day, campaign, run_id, marked_at)
    VALUES ('${fact}', NULL, '${campaign}', gen_random_uuid(), now())`);

/** One table of events, as an export has them. */
const EVENTS = `CREATE TABLE raw_daily.EVENTS (id bigint PRIMARY KEY, at timestamptz, send text, member text, what text)`;
const eventsIn = async (table: string, ...rows: string[]) => {
  await ask(EVENTS.replace('EVENTS', table));
  if (rows.length > 0)
    await ask(`INSERT INTO raw_daily.${table} VALUES ${rows.map((row, n) => `(${n}, ${row})`).join(', ')}`);
};

const TWICE = `
authority:
  - { facts: [exports, series], measures: [sent, form_completed] }
facts:
  - name: series
    from: daily.series
    as: { date: day, campaign_id: campaign, sent: sent, opened: opened }
    responses: { form_completed: { from: forms, primary: true } }
  - name: exports
    from: daily.sent
    as: { date: at, campaign_id: send, sent: { count: true } }
`;

test('a campaign that two facts have is counted by the one with the authority, also when that comes and goes', async () => {
  await ask(`INSERT INTO raw_daily.series VALUES ('2026-03-05', 'a', 10, 4, 2), ('2026-03-05', 'b', 7, 3, 1)`);
  await eventsIn('sent');
  await build(TWICE);
  const rows = () => daily('fact, campaign_id, sent, opened');
  const alone = [
    { fact: 'series', campaign_id: 'a', sent: 10, opened: 4 },
    { fact: 'series', campaign_id: 'b', sent: 7, opened: 3 },
  ];
  expect(await rows()).toEqual(alone);

  await ask(
    `INSERT INTO raw_daily.sent VALUES (1, '2026-03-05T12:00Z', 'a', 'm1', ''), (2, '2026-03-06T12:00Z', 'a', 'm2', '')`,
  );
  await mark('exports', 'a');
  expect((await build(TWICE)).facts).toMatchObject([{ fact: 'exports' }, { fact: 'series', rebuilt: 'marked' }]);
  expect(await rows()).toEqual([
    { fact: 'exports', campaign_id: 'a', sent: 1, opened: null },
    { fact: 'exports', campaign_id: 'a', sent: 1, opened: null },
    { fact: 'series', campaign_id: 'a', sent: null, opened: 4 },
    alone[1],
  ]);
  // Exports measure no forms: the series goes on to count them.
  expect(await ask('SELECT sum(responded) AS n FROM report.response_monthly')).toEqual([{ n: '3' }]);
  expect(await ask('SELECT sum(sent) AS n FROM report.campaign_monthly')).toEqual([{ n: '9' }]);

  await ask('DELETE FROM raw_daily.sent');
  await mark('exports', 'a');
  await build(TWICE);
  expect(await rows()).toEqual(alone);
});

test('what was before the first day of the one with the authority is counted by the other, also when that day changes', async () => {
  await ask(`INSERT INTO raw_daily.series VALUES
      ('2026-03-04', 'a', 10, 4, 2), ('2026-03-05', 'a', 20, 5, 3), ('2026-03-06', 'a', 30, 6, 4), ('2026-03-06', 'b', 7, 1, 1)`);
  await eventsIn('sent', "'2026-03-06T12:00Z', 'a', 'm1', 'form'");
  const both = `${TWICE}    responses: { form_completed: { count: true, where: { what: form }, primary: true } }\n`;
  await build(both);
  const sent = () =>
    ask('SELECT date, campaign_id, sum(sent)::int AS sent FROM report.campaign_daily GROUP BY 1, 2 ORDER BY 1, 2');
  const forms = () =>
    ask('SELECT date, campaign_id, sum(responded)::int AS n FROM report.response_daily GROUP BY 1, 2 ORDER BY 1, 2');
  const [fourth, fifth, sixth] = ['2026-03-04', '2026-03-05', '2026-03-06'].map((date) => ({ date, campaign_id: 'a' }));
  const alone = { date: '2026-03-06', campaign_id: 'b' };
  expect(await sent()).toEqual([
    { ...fourth, sent: 10 },
    { ...fifth, sent: 20 },
    { ...sixth, sent: 1 },
    { ...alone, sent: 7 },
  ]);
  expect(await forms()).toEqual([
    { ...fourth, n: 2 },
    { ...fifth, n: 3 },
    { ...sixth, n: 1 },
    { ...alone, n: 1 },
  ]);

  await ask(`INSERT INTO raw_daily.sent VALUES (4, '2026-03-05T12:00Z', 'a', 'm2', '')`);
  await mark('exports', 'a');
  await build(both);
  expect(await sent()).toEqual([
    { ...fourth, sent: 10 },
    { ...fifth, sent: 1 },
    { ...sixth, sent: 1 },
    { ...alone, sent: 7 },
  ]);
  // The export has told no form of any campaign yet on that day, so its 0 says nothing.
  expect(await forms()).toEqual([
    { ...fourth, n: 2 },
    { ...fifth, n: 3 },
    { ...sixth, n: 1 },
    { ...alone, n: 1 },
  ]);
  await ask(`INSERT INTO raw_daily.sent VALUES (5, '2026-03-05T12:00Z', 'c', 'm2', 'form')`);
  await mark('exports', 'c');
  await build(both);
  expect(await forms()).toEqual([
    { ...fourth, n: 2 },
    { ...fifth, n: 0 },
    { ...fifth, campaign_id: 'c', n: 1 },
    { ...sixth, n: 1 },
    { ...alone, n: 1 },
  ]);
});

test('a stream that joins the one with the authority takes the figures from its own first day on', async () => {
  await ask(
    `INSERT INTO raw_daily.series VALUES ('2026-03-04', 'a', 10, 4, 2), ('2026-03-05', 'a', 20, 5, 3), ('2026-03-06', 'a', 30, 6, 4)`,
  );
  await eventsIn('sent', "'2026-03-04T12:00Z', 'a', 'm1', ''");
  await eventsIn('opens', "'2026-03-06T12:00Z', 'a', 'm1', ''");
  await eventsIn('answers', "'2026-03-05T12:00Z', 'b', 'm1', ''", "'2026-03-06T12:00Z', 'a', 'm1', ''");
  await build(`${TWICE.replace('[sent, ', '[sent, opened, ')}    also:
      - { from: daily.opens, as: { opened: { distinct: [member] } } }
      - { from: daily.answers, responses: { form_completed: { count: true, primary: true } } }
`);
  const of = (columns: string, mart: string) =>
    ask(`SELECT date, ${columns} FROM report.${mart} WHERE campaign_id = 'a' GROUP BY 1 ORDER BY 1`);
  const days = ['2026-03-04', '2026-03-05', '2026-03-06'];
  expect(await of('sum(sent)::int AS sent, sum(opened)::int AS opened', 'campaign_daily')).toEqual(
    [
      { sent: 1, opened: 4 },
      { sent: null, opened: 5 },
      { sent: 0, opened: 1 },
    ].map((row, index) => ({ date: days[index], ...row })),
  );
  // Of campaign `a` the first form came a day later, which is 0 the day before.
  expect(await of('sum(responded)::int AS n', 'response_daily')).toEqual([
    { date: days[0], n: 2 },
    { date: days[1], n: null },
    { date: days[2], n: 1 },
  ]);
});

test('days that retention has kept of the one with the authority are its own when it gets another name', async () => {
  await ask(
    `INSERT INTO raw_daily.series VALUES ('2026-03-04', 'a', 10, 4, 2), ('2026-03-05', 'a', 20, 5, 3), ('2026-03-06', 'a', 30, 6, 4)`,
  );
  await eventsIn('sent', "'2026-03-05T12:00Z', 'a', 'm1', ''", "'2026-03-06T12:00Z', 'a', 'm1', ''");
  const sent = () => ask('SELECT date, sum(sent)::int AS n FROM report.campaign_daily GROUP BY 1 ORDER BY 1');
  const told = [10, 1, 1].map((n, index) => ({ date: `2026-03-0${4 + index}`, n }));
  await build(TWICE);
  expect(await sent()).toEqual(told);
  const facts = factsIn(TWICE).filter(({ name }) => name === 'exports');
  const kept = { facts, connection: 'daily', stream: 'sent', before: '2026-03-06', now: new Date() };
  expect(await keepDays(warehouse.sql, 'tributary', kept)).toBe(true);
  await ask(`DELETE FROM raw_daily.sent WHERE at < '2026-03-06'`);
  for (const name of ['exports', 'renamed']) {
    await build(TWICE.replaceAll('exports', name));
    expect([name, await sent()]).toEqual([name, told]);
  }
});

test('a response to a message of before an export began does not draw the export back to that day', async () => {
  await ask(`INSERT INTO raw_daily.series VALUES
      ('2026-03-04', 'a', 10, 4, 2), ('2026-03-05', 'a', 20, 5, 3), ('2026-03-06', 'a', 30, 6, 4)`);
  await eventsIn('opens', "'2026-03-04T12:00Z', 'a', '', ''", "'2026-03-06T12:00Z', 'a', '', ''");
  await eventsIn('sent', "'2026-03-06T12:00Z', 'a', 'm1', ''");
  await eventsIn('answers', "'2026-03-06T12:00Z', '0', 'm1', 'form'", "'2026-03-07T12:00Z', '1', 'm2', 'form'");
  const answers = (date: string, response: string) =>
    `      - { from: daily.answers, join: { opens: { send: id } }, as: { date: ${date}, campaign_id: opens.send }, responses: { form_completed: { count: true, ${response} } } }\n`;
  const told = async (also: string) => {
    await build(`${TWICE}    also:\n${also}`);
    return {
      sent: await ask('SELECT date, sum(sent)::int AS n FROM report.campaign_daily GROUP BY 1 ORDER BY 1'),
      forms: await ask(
        'SELECT date, sum(responded)::int AS n FROM report.response_daily WHERE is_primary AND responded > 0 GROUP BY 1 ORDER BY 1',
      ),
    };
  };
  const sent = [10, 20, 1, 0].map((n, index) => ({ date: `2026-03-0${4 + index}`, n }));
  expect(await told(answers('at', 'primary: true') + answers('opens.at', 'basis: send_day'))).toEqual({
    sent,
    forms: [2, 3, 1, 1].map((n, index) => ({ date: `2026-03-0${4 + index}`, n })),
  });
  // What the series counted before the export began was answered before, so both are counted on the day of the message.
  expect(await told(answers('opens.at', 'basis: send_day, primary: true'))).toEqual({
    sent: sent.slice(0, 3),
    forms: [2 + 1, 3, 1].map((n, index) => ({ date: `2026-03-0${4 + index}`, n })),
  });
});
