import { openSqlSession } from '../../../destinations/postgres/sql-session.js';
import { buildMarts, keepDays } from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { CREATE_CAMPAIGNS, CREATE_SERIES, FACTS, rawTables, type RawTables } from './raw-changes.js';
import { seeded } from './seeded-campaigns.js';
import { factsFrom, factsIn, openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
let raw: RawTables;
const facts = factsFrom(FACTS);
const now = new Date('2026-03-20T12:00:00Z');
const options = { metadataSchema: 'tributary', now };
const build = (more: object = {}, of = facts) => buildMarts(warehouse.sql, of, { ...options, ...more });
const ask = <R extends Record<string, unknown> = Record<string, unknown>>(sql: string) => warehouse.sql.query<R>(sql);
const marks = async () => Number((await ask('SELECT count(*) AS n FROM tributary.dirty'))[0]?.n);

beforeEach(async () => {
  warehouse = await openWarehouse();
  await ask('CREATE SCHEMA raw_daily');
  raw = await rawTables(warehouse.database.url, facts);
});
afterEach(async () => {
  await raw.close();
  await warehouse.close();
});
afterAll(stopTestServer);

const row = (id: number, values: string) =>
  raw.change('series', `id = ${id}`, `INSERT INTO raw_daily.series VALUES (${id}, ${values})`);

test('a stream that was never synced has no rows, and its joined one is unknown until it comes', async () => {
  expect((await build()).isChanged).toBe(false);
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, 1.10");
  expect((await build()).marts.campaign_daily).toEqual({ inserted: 1, updated: 0, deleted: 0 });
  expect(await ask('SELECT region, segment, campaign_name FROM report.campaign_daily')).toEqual([
    { region: '(unknown)', segment: 'none', campaign_name: 'a' },
  ]);
  await ask(CREATE_CAMPAIGNS);
  await raw.change(
    'campaigns',
    'true',
    `INSERT INTO raw_daily.campaigns VALUES ('a', 'Alpha', '["x", "region:West", "region:East", "seg=old"]')`,
  );
  await build();
  expect(await ask('SELECT region, segment, campaign_name FROM report.campaign_daily')).toEqual([
    { region: 'West', segment: 'old', campaign_name: 'Alpha' },
  ]);
  expect(await marks()).toBe(0);
});

test('while a joined stream is missing, what is counted by it is not measured, and no control group is taken for members', async () => {
  const byName = FACTS.replace('{ sum: sent, where: { arm', '{ sum: sent, where: { campaigns.name').replace(
    '{ from: answered, primary',
    '{ from: answered, where: { campaigns.name: Alpha }, primary',
  );
  const byJoined = byName.replace('{ where: { arm: [control', '{ where: { campaigns.name: [control');
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, 1.10");
  await build({}, factsFrom(byName));
  expect(await ask('SELECT sent, opened FROM report.campaign_daily')).toEqual([{ sent: null, opened: 3 }]);
  expect(await ask(`SELECT responded FROM report.response_daily WHERE response_type = 'answered'`)).toEqual([
    { responded: null },
  ]);

  const waiting = await build({}, factsFrom(byJoined));
  expect(waiting.facts).toMatchObject([{ fact: 'daily.series', waitsFor: ['campaigns'] }]);
  expect(await ask('SELECT * FROM report.campaign_daily')).toEqual([]);
  // It says so each time, and not only when the rows go.
  expect((await build({}, factsFrom(byJoined))).facts).toMatchObject([{ waitsFor: ['campaigns'] }]);

  await ask(CREATE_CAMPAIGNS);
  await raw.change('campaigns', 'true', `INSERT INTO raw_daily.campaigns VALUES ('a', 'control', NULL)`);
  const built = await build({}, factsFrom(byJoined));
  expect(built.facts[0]).not.toHaveProperty('waitsFor');
  expect(await ask('SELECT is_control, sent, opened FROM report.campaign_daily')).toEqual([
    { is_control: true, sent: 0, opened: 3 },
  ]);
});

test('null is not measured, zero is measured; values are mapped, defaulted and compared as the configuration says', async () => {
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 100, NULL, true, 0.1");
  await row(2, "'2026-03-05T13:00Z', 'a', 'EML', 'x', 50, NULL, false, 0.2");
  await row(3, "'2026-03-05T13:00Z', 'a', 'TXT', 'control', 70, 0, NULL, NULL");
  await row(4, "'2026-03-05T13:00Z', NULL, '', NULL, NULL, 4, true, NULL");
  await row(5, "NULL, 'a', 'EML', 'x', 1, 1, true, NULL");
  const built = await build();
  expect(built.facts[0]?.undated).toBe(1);
  const columns = 'campaign_id, channel, variant_id, is_control, targeted, sent, opened, revenue, delivered';
  expect(await ask(`SELECT ${columns} FROM report.campaign_daily ORDER BY channel`)).toEqual([
    {
      campaign_id: 'a',
      channel: 'email',
      variant_id: 'x',
      is_control: false,
      targeted: 2,
      sent: 150,
      opened: null,
      revenue: '0.30',
      delivered: null,
    },
    {
      campaign_id: '(unknown)',
      channel: 'other',
      variant_id: '(unknown)',
      is_control: false,
      targeted: 1,
      sent: null,
      opened: 4,
      revenue: null,
      delivered: null,
    },
    {
      campaign_id: 'a',
      channel: 'sms',
      variant_id: 'control',
      is_control: true,
      targeted: 1,
      sent: 0,
      opened: 0,
      revenue: null,
      delivered: null,
    },
  ]);
  expect(
    await ask(
      `SELECT response_type AS type, basis, is_primary, channel, responded FROM report.response_daily ORDER BY 1, 4`,
    ),
  ).toEqual([
    { type: 'answered', basis: 'event_day', is_primary: true, channel: 'email', responded: 1 },
    { type: 'answered', basis: 'event_day', is_primary: true, channel: 'other', responded: 1 },
    { type: 'answered', basis: 'event_day', is_primary: true, channel: 'sms', responded: null },
    { type: 'large', basis: 'send_day', is_primary: false, channel: 'email', responded: 1 },
    { type: 'large', basis: 'send_day', is_primary: false, channel: 'other', responded: 0 },
    { type: 'large', basis: 'send_day', is_primary: false, channel: 'sms', responded: 0 },
  ]);
});

test('an instant stands on the day of the time zone, in the mart and in the mark', async () => {
  await ask(CREATE_SERIES);
  await build();
  await row(1, "'2026-03-01T04:30Z', 'a', 'EML', 'x', 10, 3, true, NULL");
  expect(await ask('SELECT fact, day, campaign FROM tributary.dirty')).toEqual([
    { fact: 'daily.series', day: '2026-02-28', campaign: 'a' },
  ]);
  await build();
  expect(await ask('SELECT date, time_zone FROM report.campaign_daily')).toEqual([
    { date: '2026-02-28', time_zone: 'America/Chicago' },
  ]);
  expect(await ask('SELECT month, sent FROM report.campaign_monthly')).toEqual([{ month: '2026-02-01', sent: 10 }]);
});

test('a month is the sum of its days, and null only where all of them are', async () => {
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, NULL, true, 1");
  await row(2, "'2026-03-06T12:00Z', 'a', 'EML', 'x', 20, 5, NULL, NULL");
  await row(3, "'2026-04-06T12:00Z', 'a', 'EML', 'x', 7, NULL, NULL, NULL");
  await build();
  expect(await ask('SELECT month, sent, opened, revenue FROM report.campaign_monthly ORDER BY 1')).toEqual([
    { month: '2026-03-01', sent: 30, opened: 5, revenue: '1.00' },
    { month: '2026-04-01', sent: 7, opened: null, revenue: null },
  ]);
  expect(
    await ask(`SELECT month, responded FROM report.response_monthly WHERE response_type = 'answered' ORDER BY 1`),
  ).toEqual([
    { month: '2026-03-01', responded: 1 },
    { month: '2026-04-01', responded: null },
  ]);
});

describe('whatever changes, what is rebuilt by marks equals what is built anew', () => {
  for (const seed of [1, 2, 3])
    test(`seed ${seed}`, async () => {
      await ask(CREATE_SERIES);
      await ask(CREATE_CAMPAIGNS);
      const random = seeded(seed);
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
      const text = (values: readonly string[]) => (random() < 0.1 ? 'NULL' : `'${pick(values)}'`);
      const number = (most: number) => (random() < 0.2 ? 'NULL' : String(Math.floor(random() * most)));
      const instant = () =>
        random() < 0.05
          ? 'NULL'
          : `'2026-0${pick([1, 2, 3])}-${pick(['01', '02', '15', '28'])}T${pick(['03', '05', '23'])}:30Z'`;
      const values = () =>
        `${instant()}, ${text(['a', 'b', 'c', 'd'])}, ${text(['EML', 'TXT', 'push'])}, ${text(['x', 'y', 'control'])}, ` +
        `${pick([number(50), '100', '200'])}, ${number(20)}, ${pick(['true', 'false', 'NULL'])}, ${number(9)}.25`.replace(
          'NULL.25',
          'NULL',
        );
      for (let round = 0; round < 12; round += 1) {
        for (let change = 0; change < 8; change += 1) {
          const id = Math.floor(random() * 60);
          const campaign = pick(['a', 'b', 'c', 'd']);
          const kind = random();
          if (kind < 0.55)
            await raw.change(
              'series',
              `id = ${id}`,
              `INSERT INTO raw_daily.series VALUES (${id}, ${values()}) ON CONFLICT (id) DO UPDATE SET at = excluded.at,
                 campaign = excluded.campaign, channel = excluded.channel, arm = excluded.arm, sent = excluded.sent,
                 opened = excluded.opened, answered = excluded.answered, spend = excluded.spend`,
            );
          else if (kind < 0.7)
            await raw.change('series', `id = ${id}`, `DELETE FROM raw_daily.series WHERE id = ${id}`);
          else if (kind < 0.9)
            await raw.change(
              'campaigns',
              `id = '${campaign}'`,
              `INSERT INTO raw_daily.campaigns VALUES ('${campaign}', ${text(['One', 'Two'])},
                 '${pick(['null', '[]', '["region:West", "seg=old"]', '["region:East"]', '"region:South"', '["region:"]'])}')
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, tags = excluded.tags`,
            );
          else
            await raw.change(
              'campaigns',
              `id = '${campaign}'`,
              `DELETE FROM raw_daily.campaigns WHERE id = '${campaign}'`,
            );
        }
        const built = await build();
        if (round > 0) expect(built.facts[0]?.rebuilt).not.toBe('nothing');
        const anew = await build({ rebuildAll: true });
        expect({ round, marts: anew.marts }).toEqual({
          round,
          marts: Object.fromEntries(
            Object.keys(anew.marts).map((name) => [name, { inserted: 0, updated: 0, deleted: 0 }]),
          ),
        });
      }
      expect(Number((await ask('SELECT count(*) AS n FROM report.campaign_daily'))[0]?.n)).toBeGreaterThan(10);
      expect(await marks()).toBe(0);
    });
});

test('only what is marked is rebuilt', async () => {
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, NULL");
  await row(2, "'2026-03-06T12:00Z', 'a', 'EML', 'x', 20, 3, true, NULL");
  await build();
  await ask('UPDATE raw_daily.series SET sent = 99');
  await ask(`INSERT INTO tributary.dirty (fact, day, campaign, run_id, marked_at)
    VALUES ('daily.series', '2026-03-05', NULL, gen_random_uuid(), now()), ('other.fact', NULL, NULL, gen_random_uuid(), now())`);
  const built = await build();
  expect(built.marts.campaign_daily).toEqual({ inserted: 0, updated: 1, deleted: 0 });
  expect(built.marts.response_daily).toEqual({ inserted: 0, updated: 0, deleted: 0 });
  expect(built).toMatchObject({ marks: 1, isChanged: true, facts: [{ rebuilt: 'marked' }] });
  expect(await ask('SELECT date, sent FROM report.campaign_daily ORDER BY 1')).toEqual([
    { date: '2026-03-05', sent: 99 },
    { date: '2026-03-06', sent: 20 },
  ]);
  expect(await ask('SELECT fact FROM tributary.dirty')).toEqual([{ fact: 'other.fact' }]);
});

for (const point of ['marts_building', 'marts_before_commit'])
  test(`a build that dies at ${point} leaves marts and marks as they were`, async () => {
    await ask(CREATE_SERIES);
    await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, NULL");
    await build();
    await row(2, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 5, 3, true, NULL");
    const dying = build({
      probe: (at: string) => {
        if (at === point) throw new Error('killed');
      },
    });
    await expect(dying).rejects.toThrow('killed');
    expect(await ask('SELECT sent FROM report.campaign_daily')).toEqual([{ sent: 10 }]);
    expect(await marks()).toBe(1);
    await build();
    expect(await ask('SELECT sent FROM report.campaign_daily')).toEqual([{ sent: 15 }]);
    expect(await marks()).toBe(0);
  });

test('a mark that comes while the marts are built is not lost', async () => {
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, NULL");
  await build({
    probe: async (at: string) => {
      if (at === 'marts_building') await row(2, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 5, 3, true, NULL");
    },
  });
  expect(await marks()).toBe(1);
  await build();
  expect(await ask('SELECT sent FROM report.campaign_daily')).toEqual([{ sent: 15 }]);
});

test('builders wait for each other, also where the schema is not there yet', async () => {
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, NULL");
  const builds = await Promise.all(
    [warehouse.sql, warehouse.another(), warehouse.another()].map((sql) => buildMarts(sql, facts, options)),
  );
  expect(builds.filter(({ isChanged }) => isChanged)).toHaveLength(1);
  expect(builds.reduce((sum, each) => sum + each.marks, 0)).toBe(1);
});

test('a new definition rebuilds its fact, and a fact that is gone takes its rows along', async () => {
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, NULL");
  await build();
  const changed = factsFrom(FACTS.replace('EML: email', 'EML: mms').replace('answered, primary: true', 'answered'));
  const built = await build({}, changed);
  expect(built.facts).toMatchObject([{ rebuilt: 'whole' }]);
  expect(await ask('SELECT channel FROM report.campaign_monthly')).toEqual([{ channel: 'mms' }]);
  expect(await ask(`SELECT is_primary FROM report.response_daily WHERE response_type = 'answered'`)).toEqual([
    { is_primary: false },
  ]);
  expect((await build({}, changed)).facts).toMatchObject([{ rebuilt: 'nothing' }]);

  const gone = await build({}, []);
  expect(gone.facts).toMatchObject([{ fact: 'daily.series', rebuilt: 'removed' }]);
  for (const mart of ['campaign_daily', 'response_daily', 'campaign_monthly', 'response_monthly', 'campaign', 'fact'])
    expect(await ask(`SELECT * FROM report.${mart}`)).toEqual([]);
});

test('bad configurations are refused with the place and the next step, and nothing is written', async () => {
  await ask(CREATE_SERIES);
  await ask('CREATE TABLE raw_daily.campaigns (id text, name text, tags jsonb)');
  await ask(`INSERT INTO raw_daily.campaigns VALUES ('a', 'One', NULL), ('a', 'Two', NULL)`);
  await expect(build()).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('finds several rows'),
  });
  const refused = async (from: string, to: string, message: string, hint: string) =>
    expect(build({}, factsFrom(FACTS.replace(from, to)))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(message),
      details: { hint: expect.stringContaining(hint) },
    });
  await refused('opened: opened', 'opened: opnd', 'no column "opnd" in raw_daily.series', 'opened');
  await refused(
    'date: at',
    'date: channel',
    '"channel" is string, so it gives no day',
    'drop its table, `tributary state reset',
  );
  await refused('opened: opened', 'opened: channel', 'cannot be added up', 'number');
  await refused('is_control: { where: { arm: [control, holdout] } }', 'is_control: arm', 'not true or false', 'where');
  await refused('sent: [100, 200]', 'sent: [many]', 'is compared with a text', 'numbers');
  expect(await ask('SELECT * FROM report.campaign_daily')).toEqual([]);
});

test('a role that may not create schemas builds in one that exists', async () => {
  await ask(CREATE_SERIES);
  await row(1, "'2026-03-05T12:00Z', 'a', 'EML', 'x', 10, 3, true, NULL");
  const database = new URL(warehouse.database.url).pathname.slice(1);
  await ask(`REVOKE CREATE ON DATABASE ${database} FROM PUBLIC`);
  await ask(`DROP ROLE IF EXISTS builder`);
  await ask('CREATE ROLE builder LOGIN');
  await ask('GRANT USAGE ON SCHEMA raw_daily, tributary TO builder');
  await ask('GRANT SELECT ON ALL TABLES IN SCHEMA raw_daily, tributary TO builder');
  await ask('GRANT DELETE ON tributary.dirty TO builder');
  const asBuilder = openSqlSession(warehouse.database.url, { readOnly: false });
  try {
    const built = asBuilder.transaction(async (sql) => {
      await sql.query('SET LOCAL ROLE builder');
      return buildMarts(sql, facts, options);
    });
    await expect(built).rejects.toMatchObject({ message: expect.stringContaining('permission denied') });
    await ask('CREATE SCHEMA report');
    await ask('GRANT USAGE, CREATE ON SCHEMA report TO builder');
    const allowed = await asBuilder.transaction(async (sql) => {
      await sql.query('SET LOCAL ROLE builder');
      return buildMarts(sql, facts, options);
    });
    expect(allowed.marts.campaign_daily).toEqual({ inserted: 1, updated: 0, deleted: 0 });
  } finally {
    await asBuilder.close();
    await ask('DROP OWNED BY builder CASCADE');
    await ask('DROP ROLE builder');
  }
});

test('kept months stay whole: what waits for one is built before, and they outlive a fact that tells days from then on', async () => {
  await ask(`CREATE TABLE raw_daily.series (id bigint PRIMARY KEY, day date, campaign text, sent bigint);
    INSERT INTO raw_daily.series VALUES (1, '2025-12-01', 'a', 10), (2, '2026-01-01', 'a', 20), (3, '2026-02-01', 'a', 30)`);
  const history = (grain: string) =>
    factsIn(
      `facts: [ { name: history, from: daily.series, ${grain}as: { date: day, campaign_id: campaign, sent: sent } } ]`,
    );
  const byMonth = history('grain: month, ');
  const months = () => ask('SELECT month::text AS month, sent::int FROM report.campaign_monthly ORDER BY 1');
  const told = (...sent: number[]) =>
    sent.map((n, at) => ({ month: ['2025-12-01', '2026-01-01', '2026-02-01'][at], sent: n }));
  const keep = () => {
    const kept = { facts: byMonth, connection: 'daily', stream: 'series', before: '2026-01-15', now };
    return keepDays(warehouse.sql, 'tributary', kept);
  };
  await build({}, byMonth);
  // The month that has begun is kept whole, so a later day of it may not wait either.
  await ask(`INSERT INTO raw_daily.series VALUES (4, '2026-01-20', 'a', 5);
    INSERT INTO tributary.dirty (fact, day, campaign, run_id, marked_at)
      VALUES ('history', '2026-01-20', 'a', gen_random_uuid(), now())`);
  expect(await keep()).toBe(false);
  await build({}, byMonth);
  expect(await keep()).toBe(true);
  await ask(`DELETE FROM raw_daily.series WHERE day < '2026-01-15'`);
  await build({ rebuildAll: true }, byMonth);
  expect(await months()).toEqual(told(10, 25, 30));
  for (const rebuildAll of [false, true]) {
    await build({ rebuildAll }, history(''));
    expect(await months()).toEqual(told(10, 25, 30));
    expect(await ask('SELECT date, sent::int FROM report.campaign_daily')).toEqual([{ date: '2026-02-01', sent: 30 }]);
  }
});

test.each([
  'a b:month c d:month',
  'a:month b c:month d',
  'a:month b:month c',
  'a b c:month',
  'a a:month b',
  'a:month a b:month',
])(
  'over a month that retention cuts in two, each day is counted once where the fact gets another name or grain: %s',
  async (chain) => {
    const [first, ...others] = chain.split(' ').map((text) => {
      const [name, grain = 'day'] = text.split(':');
      return factsIn(`facts: [ { name: ${name}, from: daily.series, grain: ${grain},
        as: { date: day, campaign_id: campaign, sent: sent }, responses: { answered: { from: answered, primary: true } } } ]`);
    });
    await ask(`CREATE TABLE raw_daily.series (id bigint PRIMARY KEY, day date, campaign text, sent bigint, answered bigint);
      INSERT INTO raw_daily.series VALUES (1, '2025-12-10', 'a', 1, 1), (2, '2026-01-10', 'a', 20, NULL),
        (3, '2026-01-20', 'a', 300, 3), (4, '2026-01-21', 'b', 4000, 4), (5, '2026-02-10', 'a', 50000, 5)`);
    await build({}, first!);
    const kept = { facts: first!, connection: 'daily', stream: 'series', before: '2026-01-15', now };
    await keepDays(warehouse.sql, 'tributary', kept);
    await ask(`DELETE FROM raw_daily.series WHERE day < '2026-01-15'`);
    const sums = (mart: string, value: string) =>
      ask(`SELECT month::text, sum(${value})::int AS n FROM report.${mart} GROUP BY 1 ORDER BY 1`);
    const told = (...all: number[]) =>
      all.map((n, at) => ({ month: ['2025-12-01', '2026-01-01', '2026-02-01'][at], n }));
    for (const facts of others)
      for (const rebuildAll of [false, true]) {
        await build({ rebuildAll }, facts);
        expect(await sums('campaign_monthly', 'sent')).toEqual(told(1, 4320, 50000));
        expect(await sums('response_monthly', 'responded')).toEqual(told(1, 7, 5));
      }
  },
);
