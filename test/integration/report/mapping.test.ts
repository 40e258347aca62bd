import { lookupsIn } from '../../../core/app/lookup-sentences.js';
import { undatedIn } from '../../../core/app/marts.js';
import { buildMarts, explainFacts, loadSection } from '../../../report/index.js';
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
  for (const schema of ['raw_daily', 'raw_files', 'report'])
    await ask(`DROP SCHEMA IF EXISTS ${schema} CASCADE; DELETE FROM tributary.dirty`);
  await ask('CREATE SCHEMA raw_daily; CREATE SCHEMA raw_files');
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

const SEVERAL = `
facts:
  - name: mails
    from: daily.sent
    as:
      date: at
      campaign_id: send
      channel: { const: email }
      sent: { count: true }
      delivered: { derive: sent - bounced }
    also:
      - from: daily.bounces
        as: { bounced: { count: true } }
      - from: daily.opens
        as: { opened: { distinct: [send, member] }, opened_total: { count: true } }
        responses: { read: { distinct: [member], primary: true } }
`;

test('several streams are one fact: what one counts is 0 where only another has rows, and what never came is not measured', async () => {
  await eventsIn('sent', "'2026-03-05T12:00Z', 'a', 'm1', ''", "'2026-03-05T12:00Z', 'a', 'm2', ''");
  await build(SEVERAL);
  expect(await daily('date, sent, bounced, delivered, opened')).toEqual([
    { date: '2026-03-05', sent: 2, bounced: null, delivered: null, opened: null },
  ]);
  await eventsIn('bounces', "'2026-03-05T12:05Z', 'a', 'm2', ''", "'2026-03-06T12:05Z', 'b', 'm2', ''");
  // Twice by one member on one day, once on the next, and two of whom nobody knows who they were.
  await eventsIn(
    'opens',
    "'2026-03-05T13:00Z', 'a', 'm1', ''",
    "'2026-03-05T14:00Z', 'a', 'm1', ''",
    "'2026-03-06T14:00Z', 'a', 'm1', ''",
    "'2026-03-05T13:00Z', 'a', NULL, ''",
    "'2026-03-05T13:00Z', 'a', NULL, ''",
  );
  await build(SEVERAL);
  expect(await daily('date, campaign_id, sent, bounced, delivered, opened, opened_total')).toEqual([
    { date: '2026-03-05', campaign_id: 'a', sent: 2, bounced: 1, delivered: 1, opened: 3, opened_total: 4 },
    { date: '2026-03-06', campaign_id: 'a', sent: 0, bounced: 0, delivered: 0, opened: 1, opened_total: 1 },
    // Its message was sent on the day before, so the day on which it bounced loses what that day has too many.
    { date: '2026-03-06', campaign_id: 'b', sent: 0, bounced: 1, delivered: -1, opened: 0, opened_total: 0 },
  ]);
  expect(await ask('SELECT date, campaign_id, responded FROM report.response_daily ORDER BY 1, 2')).toEqual([
    { date: '2026-03-05', campaign_id: 'a', responded: 3 },
    { date: '2026-03-06', campaign_id: 'a', responded: 1 },
    { date: '2026-03-06', campaign_id: 'b', responded: 0 },
  ]);
  expect(await ask(`SELECT sent, delivered FROM report.campaign_monthly WHERE campaign_id = 'a'`)).toEqual([
    { sent: 2, delivered: 1 },
  ]);
});

const JOINED = `
regions: { West: [W, west region], South: [S] }
segments: { Diabetes: [dm] }
facts:
  - from: daily.sent
    where: { what: { not: test } }
    join:
      sends: { send: id }
      campaigns: { sends.campaign: code }
      files.members: { member: token }
      region_names: { files.members.zone: zone }
    as:
      date: { column: sends.at, time_zone: UTC }
      campaign_id: { column: sends.name, tag: "^(.*) [[][A-Z][]]$" }
      campaign_name: campaigns.title
      variant_id: { column: sends.name, tag: "[[]([A-Z])[]]$" }
      channel: sends.channel
      sent: { count: true }
      cost: { sum: sends.cents - sends.credit, default: 0, multiply: 0.01 }
    dimensions: { region: region_names.name, segment: files.members.segment }
`;

test('joins in a chain and to other connections, standard names, channels, units and zones', async () => {
  await eventsIn(
    'sent',
    "NULL, '1', 't1', ''",
    "NULL, '1', 't2', NULL",
    "NULL, '2', 't3', ''",
    "NULL, '2', 't9', ''",
    "NULL, '1', 't1', 'test'",
  );
  await ask(`CREATE TABLE raw_daily.sends (id text PRIMARY KEY, campaign text, name text, at timestamp, channel text, cents bigint, credit double precision);
    INSERT INTO raw_daily.sends VALUES ('1', 'k1', 'A1C reminder [A]', '2026-03-06T05:30', 'E-Mail', 250, NULL),
      ('2', 'k2', 'A1C reminder [B]', '2026-03-06T06:30', 'Carrier Pigeon', 100, 50)`);
  await ask(`CREATE TABLE raw_daily.campaigns (code text PRIMARY KEY, title text);
    INSERT INTO raw_daily.campaigns VALUES ('k1', 'Spring'), ('k2', 'Spring')`);
  await ask(`CREATE TABLE raw_daily.region_names (zone bigint PRIMARY KEY, name text);
    INSERT INTO raw_daily.region_names VALUES (1, ' w'), (2, 'WEST REGION'), (3, 'Atlantis')`);
  await ask(`CREATE TABLE raw_files.members (token text PRIMARY KEY, zone bigint, segment text);
    INSERT INTO raw_files.members VALUES ('t1', 1, 'DM'), ('t2', 2, 'dm'), ('t3', 3, 'Heart')`);
  const built = await build(JOINED);
  expect(await daily('date, campaign_id, campaign_name, variant_id, channel, region, segment, sent, cost')).toEqual([
    {
      date: '2026-03-05',
      campaign_id: 'A1C reminder',
      campaign_name: 'Spring',
      variant_id: 'A',
      channel: 'email',
      region: 'West',
      segment: 'Diabetes',
      sent: 2,
      cost: '5.00',
    },
    ...(
      [
        ['(unknown)', '(unknown)'],
        ['Atlantis', 'Heart'],
      ] as const
    ).map(([region, segment]) => ({
      date: '2026-03-06',
      campaign_id: 'A1C reminder',
      campaign_name: 'Spring',
      variant_id: 'B',
      channel: '(unknown)',
      region,
      segment,
      sent: 1,
      cost: '0.50',
    })),
  ]);
  expect(built.facts).toMatchObject([{ foreignChannels: ['Carrier Pigeon'], connections: ['daily', 'files'] }]);
  expect(built.facts[0]?.lookups).toEqual([
    { dimension: 'region', found: 3, of: 4 },
    { dimension: 'segment', found: 3, of: 4 },
  ]);
  const own = JOINED.replace('facts:', 'channels: [carrier_pigeon]\nfacts:');
  expect((await build(own)).facts[0]).not.toHaveProperty('foreignChannels');
  expect(await ask(`SELECT DISTINCT channel FROM report.campaign_daily ORDER BY 1`)).toEqual([
    { channel: 'carrier_pigeon' },
    { channel: 'email' },
  ]);
});

test('a lookup that finds nothing is told, whatever stands in for what is missing', async () => {
  await eventsIn('sent', "'2026-03-05T12:00Z', 'a', 'm1', 'north'", "'2026-03-05T12:00Z', 'a', 'm2', ''");
  const facts = (dimensions: string) =>
    `facts: [ { from: daily.sent, as: { date: at, campaign_id: send, sent: { count: true } }, dimensions: ${dimensions} } ]`;
  const typo = facts('{ region: { column: what, tag: "regoin:(.*)", default: National }, segment: { const: all } }');
  const lookups = [{ dimension: 'region', found: 0, of: 2 }];
  const [explained] = await explainFacts(warehouse.sql, factsIn(typo), { sample: 1 });
  expect(explained).toMatchObject({ lookups, sample: [{ region: 'National' }] });
  expect(explained?.sample[0]).not.toHaveProperty('found_region');
  const built = await build(typo);
  expect(built.facts[0]?.lookups).toEqual(lookups);
  expect(lookupsIn(lookups as never)).toBe('region found for 0 of 2 rows');
  expect(undatedIn(built)).toEqual([
    expect.stringMatching(
      /^fact "daily\.sent": region found for none of 2 rows; look at its `region` under `dimensions`/,
    ),
  ]);
  // One is enough for no warning; the counts stay.
  const some = await build(facts('{ region: { column: what, tag: "(n.*)", default: National } }'));
  expect(some.facts[0]?.lookups).toEqual([{ dimension: 'region', found: 1, of: 2 }]);
  expect(undatedIn(some)).toEqual([]);
});

test('one type of response stands on both days, from two streams, and only its primary one is added up', async () => {
  await eventsIn('sent', "'2026-03-05T12:00Z', 'a', 'm1', ''", "'2026-03-05T12:00Z', 'a', 'm2', ''");
  await eventsIn('answers', "'2026-03-07T12:00Z', '0', 'm1', 'a1c'", "'2026-03-07T12:00Z', '0', 'm2', 'form'");
  await build(`
facts:
  - name: mails
    from: daily.sent
    as: { date: at, campaign_id: send, sent: { count: true } }
    also:
      - from: daily.answers
        join: { sent: { send: id } }
        as: { campaign_id: sent.send }
        responses: { a1c: { count: true, where: { what: a1c }, primary: true } }
      - from: daily.answers
        join: { sent: { send: id } }
        as: { date: sent.at, campaign_id: sent.send }
        responses: { a1c: { count: true, where: { what: a1c }, basis: send_day } }
`);
  expect(
    await ask('SELECT date, campaign_id, basis, is_primary, responded FROM report.response_daily WHERE responded > 0'),
  ).toEqual([
    { date: '2026-03-07', campaign_id: 'a', basis: 'event_day', is_primary: true, responded: 1 },
    { date: '2026-03-05', campaign_id: 'a', basis: 'send_day', is_primary: false, responded: 1 },
  ]);
});

const HISTORY = `
crosswalk:
  - { campaign: a1c, name: A1C reminder, source: old_vendor, campaign_id: '17' }
  - { campaign: a1c, name: A1C reminder, source: braze, campaign_id: k1, from: 2026-02-01 }
  - { campaign: flu, source: braze, campaign_id: k1, to: 2026-01-31 }
facts:
  - name: legacy
    from: daily.series
    origin: legacy
    grain: month
    days: { to: 2026-01-31 }
    as: { date: day, source: { const: old_vendor }, campaign_id: campaign, sent: sent, opened: opened }
    responses: { form_completed: { from: forms, primary: true } }
  - name: now
    from: daily.sent
    as: { date: at, campaign_id: send, sent: { count: true } }
`;

test('figures from before stand in the same series: months alone, their campaigns by the crosswalk, and the report says so', async () => {
  await ask(`CREATE TABLE raw_daily.series (day date, campaign text, sent bigint, opened bigint, forms bigint);
    INSERT INTO raw_daily.series VALUES ('2026-01-01', '17', 100, NULL, 9), ('2026-01-15', '17', 50, NULL, 1), ('2026-02-01', '17', 7, 7, 7)`);
  await eventsIn('sent', "'2026-01-31T12:00Z', 'k1', 'm1', ''", "'2026-02-05T12:00Z', 'k1', 'm1', ''");
  const facts = factsIn(HISTORY);
  const now = new Date('2026-03-20T12:00:00Z');
  const definitions = [{ date: '2026-02-03', measures: ['opened'], note: 'Opens by machines are left out.' }];
  const rebuild = () => buildMarts(warehouse.sql, facts, { metadataSchema: 'tributary', now, definitions });
  await rebuild();
  expect(await daily('source, campaign_id, date, sent')).toEqual([
    { source: 'braze', campaign_id: 'a1c', date: '2026-02-05', sent: 1 },
    { source: 'braze', campaign_id: 'flu', date: '2026-01-31', sent: 1 },
  ]);
  const monthly = () =>
    ask(
      `SELECT month, source, campaign_id, campaign_name, origin, sent, opened FROM report.campaign_monthly ORDER BY 1, 2`,
    );
  const january = {
    month: '2026-01-01',
    source: 'old_vendor',
    campaign_id: 'a1c',
    campaign_name: 'A1C reminder',
    origin: 'legacy',
    sent: 150,
    opened: null,
  };
  const synced = { ...january, source: 'braze', origin: 'synced', sent: 1 };
  expect(await monthly()).toEqual([
    { ...synced, campaign_id: 'flu', campaign_name: 'flu' },
    january,
    { ...synced, month: '2026-02-01' },
  ]);
  expect(await ask(`SELECT month, responded FROM report.response_monthly`)).toEqual([
    { month: '2026-01-01', responded: 10 },
  ]);
  expect(await ask(`SELECT source, name, first_day FROM report.campaign WHERE campaign_id = 'a1c' ORDER BY 1`)).toEqual(
    [
      { source: 'braze', name: 'A1C reminder', first_day: '2026-02-05' },
      { source: 'old_vendor', name: 'A1C reminder', first_day: '2026-01-01' },
    ],
  );

  // A mark names one day and the campaign as its own system calls it; the whole month is rebuilt.
  await ask(`UPDATE raw_daily.series SET sent = 60 WHERE day = '2026-01-15'; UPDATE raw_daily.sent SET at = '2026-01-30T12:00Z' WHERE id = 1;
    INSERT INTO tributary.dirty (fact, day, campaign, run_id, marked_at) VALUES ('legacy', '2026-01-15', '17', gen_random_uuid(), now()),
      ('now', '2026-02-05', 'k1', gen_random_uuid(), now()), ('now', '2026-01-30', 'k1', gen_random_uuid(), now())`);
  expect((await rebuild()).facts).toMatchObject([{ rebuilt: 'marked' }, { rebuilt: 'marked' }]);
  expect(await monthly()).toEqual([
    { ...synced, campaign_id: 'flu', campaign_name: 'flu', sent: 2 },
    { ...january, sent: 160 },
  ]);
  expect(
    (await buildMarts(warehouse.sql, facts, { metadataSchema: 'tributary', now, definitions, rebuildAll: true }))
      .isChanged,
  ).toBe(false);

  await ask(`INSERT INTO raw_daily.sent VALUES (9, '2026-02-05T12:00Z', 'k1', 'm1', '')`);
  await mark('now', 'k1');
  await rebuild();
  const section = (month: string) =>
    loadSection(warehouse.sql, {
      month,
      project: { name: 'Test', timezone: 'America/Chicago' },
      now,
      closeAfter: '8d',
    });
  const february = await section('2026-02');
  expect(february.totals.sent).toBe(1);
  expect(february.cards.find(({ key }) => key === 'sent')).toMatchObject({ previous_month: { value: 162 } });
  expect(february.notes.map(({ title, text }) => `${title}: ${text}`)).toEqual(
    expect.arrayContaining([
      'History: Figures of 2026-01 (old_vendor) were adopted from before and were not synced from their source.',
      'Changed on 2026-02-03: opened: Opens by machines are left out. Figures before that day are by the earlier definition.',
    ]),
  );
  // Who delivers no more owes no days.
  expect((await section('2026-01')).status).toMatchObject({
    days_present: 2,
    days_expected: 2,
    missing_days: [],
  });
});

test('what the facts would do is shown before it is done: the SQL, the latest rows, what is missing and what is wrong', async () => {
  await eventsIn(
    'sent',
    "'2026-03-05T12:00Z', 'a', 'm1', ''",
    "'2026-03-06T12:00Z', 'a', 'm2', ''",
    "NULL, 'a', 'm2', ''",
  );
  const wrong = `${SEVERAL}  - { name: wrong, from: daily.sent, as: { date: att, campaign_id: send, sent: { count: true } } }\n`;
  const [mails, bad] = await explainFacts(warehouse.sql, factsIn(wrong), { sample: 1 });
  expect(mails).toMatchObject({ rows: 2, undated: 1, missing: ['bounces', 'opens'] });
  expect(mails!.sample).toMatchObject([{ date: '2026-03-06', sent: 1, bounced: null, 'read (event_day)': null }]);
  expect(bad).toMatchObject({ error: { message: expect.stringContaining('no column "att"') }, sample: [] });
  expect(await ask(mails!.sql!)).toHaveLength(3);
  expect(await ask(`SELECT 1 FROM information_schema.tables WHERE table_schema = 'report'`)).toEqual([]);
  await expect(explainFacts(warehouse.sql, factsIn(SEVERAL), { name: 'mail', sample: 1 })).rejects.toMatchObject({
    details: { hint: 'It has: mails.' },
  });
  // Before the first build nobody has a campaign yet.
  await eventsIn('series');
  expect(
    await explainFacts(
      warehouse.sql,
      factsIn(
        SEVERAL.replace('facts:', 'authority: [{ facts: [mails, more] }]\nfacts:').concat(
          '  - { name: more, from: daily.sent, as: { date: at, campaign_id: send, sent: { count: true } } }\n',
        ),
      ),
      { name: 'more', sample: 0 },
    ),
  ).toMatchObject([{ rows: 2 }]);
});

test('what can be known only of the columns is told at the first build, with what exists', async () => {
  await eventsIn('sent', "'2026-03-05T12:00Z', 'a', 'm1', ''");
  const refused = (from: string, to: string, message: string, hint: string) =>
    expect(build(SEVERAL.replace(from, to))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(message),
      details: { hint: expect.stringContaining(hint) },
    });
  await refused('sent: { count: true }', 'sent: { sum: id - oid }', 'no column "oid" in raw_daily.sent', 'member');
  await refused('sent: { count: true }', 'sent: { distinct: [membr] }', 'no column "membr"', 'member');
  await refused(
    'sent: { count: true }',
    'sent: { sum: id - what }',
    '"what" is string and cannot be added up',
    'number',
  );
  await refused('campaign_id: send', 'campaign_id: { column: id, tag: "(.*)" }', 'integer and holds no tags', 'text');
});
