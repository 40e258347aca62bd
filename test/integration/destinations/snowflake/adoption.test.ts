import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { load } from '../../../../core/sdk/testing/destination/loading.js';
import { buildMarts } from '../../../../report/index.js';
import { factsIn } from '../../report/warehouse.js';
import { fields, rows, SCHEMA, type RunWishes } from '../../engine/runs.js';
import { openAccount, type AccountBench } from './account.js';

/** Tables that somebody else has made in Snowflake, by the real driver on a simulated account. */

let bench: AccountBench;
beforeAll(async () => {
  bench = await openAccount();
  await bench.query(`CREATE SCHEMA ${SCHEMA}`);
});
afterAll(() => bench.close());

const DAILY = { fields: fields('id integer', 'day date', 'sent integer?', 'channel string?'), key: ['id', 'day'] };
const adopt = { stream: { adopt: true } } satisfies RunWishes;
const run = (table: string, records: readonly unknown[], wishes: RunWishes = adopt, shape = DAILY) =>
  bench.run({ [table]: rows(shape, records) }, wishes);
const make = async (table: string, columns: string, old = '') => {
  await bench.query(`CREATE TABLE ${SCHEMA}.${table} (${columns})`);
  if (old !== '') await bench.query(`INSERT INTO ${SCHEMA}.${table} ${old}`);
};
const columnsOf = async (table: string) =>
  (
    await bench.query<{ column_name: string }>(
      `SELECT column_name FROM analytics.information_schema.columns WHERE table_name = '${table.toUpperCase()}' ORDER BY ordinal_position`,
    )
  ).map(({ column_name: name }) => name);

it('one is refused without a word, and adopted with it: old rows are part of the series, its own columns stay', async () => {
  await make(
    'hist',
    `id NUMBER, day DATE, sent NUMBER(38,0), note VARCHAR(20), owner VARCHAR NOT NULL DEFAULT 'me'`,
    `(id, day, sent, note) VALUES (1, '2024-01-15', 100, 'by hand'), (2, '2024-01-15', 7, NULL)`,
  );
  expect((await run('hist', [], {})).error).toMatchObject({
    kind: 'config',
    hint: expect.stringContaining('`adopt: true`'),
  });
  const marksOf = () => [{ fact: 'f', day: { column: 'day' }, campaign: null }] as const;
  const records = [
    { id: 1, day: '2024-01-15', sent: 101, channel: 'email' },
    { id: 2, day: '2024-01-15', sent: 7, channel: null },
    { id: 3, day: '2026-03-01', sent: 5, channel: 'sms' },
  ];
  bench.events.length = 0;
  expect(await run('hist', records, { ...adopt, marksOf })).toMatchObject({
    state: 'succeeded',
    ledger: { inserted: 1, updated: 1, unchanged: 1 },
  });
  expect(
    await bench.query(`SELECT id, sent, note, owner, _run_id IS NULL AS old FROM ${SCHEMA}.hist ORDER BY id`),
  ).toEqual([
    { id: 1, sent: 101, note: 'by hand', owner: 'me', old: false },
    { id: 2, sent: 7, note: null, owner: 'me', old: true },
    { id: 3, sent: 5, note: null, owner: 'me', old: false },
  ]);
  expect(bench.events.filter(({ type }) => type === 'table_adopted')).toEqual([
    {
      type: 'table_adopted',
      stream: 'hist',
      table: `${SCHEMA}.hist`,
      rows: 2,
      added: ['"CHANNEL" VARCHAR', '"_LOADED_AT" TIMESTAMP_TZ(6)', '"_RUN_ID" VARCHAR(36)'],
      kept: ['NOTE', 'OWNER'],
    },
  ]);
  expect(await bench.query(`SELECT fact FROM tributary.dirty WHERE day IS NULL`)).toEqual([{ fact: 'f' }]);
  // Once is enough; then it goes on, also without the option, and is evolved.
  const wider = { ...DAILY, fields: [...DAILY.fields, ...fields('opened integer?')] };
  for (const wishes of [adopt, {}])
    expect(await run('hist', [{ id: 2, day: '2024-01-15', opened: 1 }], wishes, wider)).toMatchObject({
      state: 'succeeded',
    });
  expect(bench.events.filter(({ type }) => type === 'table_adopted')).toHaveLength(1);
  expect(await bench.query(`SELECT records FROM tributary.lineage WHERE slice = 'adoption'`)).toEqual([{ records: 2 }]);
  expect((await run('hist', [], { stream: { write: 'overwrite' } })).error?.message).toContain(
    'would delete the rows that were in it before',
  );
});

it('what conflicts is told at once, with what settles it; then it is adopted', async () => {
  await make(
    'odd',
    `id NUMBER(10,0), day TIMESTAMP_TZ, "sent" NUMBER, channel VARCHAR(20), _run_id NUMBER, owner VARCHAR NOT NULL`,
  );
  const { error } = await run('odd', []);
  expect(error?.message).toBe(
    `Table "${SCHEMA.toUpperCase()}"."ODD" does not fit stream "odd": "ID" is NUMBER(10,0), NUMBER(38,0) is needed; "DAY" is TIMESTAMP_TZ(9), DATE is needed; ` +
      `"sent" differs from the stream's "sent" by case alone; "CHANNEL" is VARCHAR(20), VARCHAR is needed; ` +
      `"_RUN_ID" is NUMBER(38,0), and Tributary has a column of that name (VARCHAR(36)); "OWNER" may not be null, has no default, and the stream has no such column.`,
  );
  expect(await columnsOf('odd')).toHaveLength(6);
  for (const statement of /`(ALTER TABLE .*?)`/.exec(error?.hint ?? '')![1]!.split('; ')) await bench.query(statement);
  const own = `ALTER TABLE ${SCHEMA}.odd`;
  for (const action of [
    'RENAME COLUMN "sent" TO SENT',
    'DROP COLUMN _run_id',
    'DROP COLUMN day',
    'ADD COLUMN day DATE',
  ])
    await bench.query(`${own} ${action}`);
  expect(
    await run('odd', [{ id: 1, day: '2026-01-01', sent: 1, channel: 'a text longer than twenty characters' }]),
  ).toMatchObject({
    state: 'succeeded',
    ledger: { inserted: 1 },
  });
});

it('keys that repeat, views, tables of other letters and clear values under a rule are refused', async () => {
  await make(
    'twice',
    'id NUMBER, day DATE, sent NUMBER',
    `VALUES (40777, '2024-01-15', 1), (40777, '2024-01-15', 2), (NULL, '2024-01-15', 4)`,
  );
  const { error } = await run('twice', []);
  expect(error?.message).toContain(
    'cannot be merged into: 1 of its keys (id, day) stand in 2 rows, and 1 rows have none of (id, day)',
  );
  expect(JSON.stringify(error)).not.toContain('40777');
  expect(await columnsOf('twice')).toEqual(['ID', 'DAY', 'SENT']);
  await bench.query(`CREATE VIEW ${SCHEMA}.seen AS SELECT * FROM ${SCHEMA}.twice`);
  expect((await run('seen', [])).error?.message).toContain('is of kind VIEW');
  await bench.query(`CREATE TABLE ${SCHEMA}."quoted" (id NUMBER)`);
  expect((await run('quoted', [])).error).toMatchObject({ message: expect.stringContaining('by case alone') });
  expect((await run('none', [])).error?.message).toContain('there is none');
  await make('clear', 'id NUMBER, member VARCHAR', `VALUES (1, 'M-8231')`);
  const shape = { fields: fields('id integer', 'member string?'), key: ['id'] };
  const rules = { protect: { member: { tokenize: { key: new Uint8Array(32).fill(7), version: 1 } } } };
  expect((await run('clear', [], { ...adopt, rules }, shape)).error?.message).toContain('in the clear in "member"');
});

it('a look changes nothing, a run that was taken over neither; killed on the way the next one goes on; replaced are only rows of runs', async () => {
  await make('cut', 'id NUMBER, day DATE, sent NUMBER', `VALUES (1, '2024-01-15', 1)`);
  const [session, newer] = [await bench.session(), await bench.session()];
  const table = {
    connection: 'test',
    stream: 'cut',
    schema: SCHEMA,
    name: 'cut',
    fields: DAILY.fields,
    key: DAILY.key,
    keySources: DAILY.key,
    fromFiles: false,
    write: 'merge' as const,
    marks: [],
    adopt: true,
  };
  const added = fields('channel string?');
  try {
    await session.raiseFence({ id: randomUUID(), connection: 'test' });
    expect(await session.adopt!(table, added, { isDry: true })).toMatchObject({
      rows: 1,
      added: expect.arrayContaining(['"CHANNEL" VARCHAR']),
    });
    await newer.raiseFence({ id: randomUUID(), connection: 'test' });
    await expect(session.adopt!(table, added, { isDry: false })).rejects.toMatchObject({ kind: 'locked' });
    expect(await columnsOf('cut')).toEqual(['ID', 'DAY', 'SENT']);
    bench.account.faults.set({ on: /ADD COLUMN IF NOT EXISTS "_RUN_ID"/, kind: 'gone_session' });
    await expect(newer.adopt!(table, added, { isDry: false })).rejects.toMatchObject({ kind: 'transient' });
    expect((await newer.describe(table))?.origin).toBe('foreign');
    await newer.adopt!(table, added, { isDry: false });
    expect((await newer.describe(table))?.origin).toBe('adopted');
    await load(newer, table, [[{ id: 9, day: '2026-01-01', sent: 1 }]]);
    expect(
      await load(newer, table, [[{ id: 8, day: '2026-01-01', sent: 1 }]], { slice: 'next', replacesAll: true }),
    ).toMatchObject({ inserted: 1, deleted: 1 });
  } finally {
    await session.close();
    await newer.close();
  }
  expect(await bench.query(`SELECT id FROM ${SCHEMA}.cut ORDER BY id`)).toEqual([{ id: 1 }, { id: 8 }]);
});

it('months of a legacy file and days of an adopted table are one series with what is synced', async () => {
  const facts = factsIn(`
facts:
- from: files.members
  name: legacy
  origin: legacy
  grain: month
  as: { date: month, campaign_id: id, sent: sent }
- from: daily.series
  as: { date: day, campaign_id: campaign, sent: sent }
`);
  const into = (connection: string): NonNullable<RunWishes['request']> => ({
    schema: `raw_${connection}`,
    run: { id: randomUUID(), connection },
  });
  await bench.query('CREATE SCHEMA raw_daily');
  await bench.query('CREATE TABLE raw_daily.series (id NUMBER, day DATE, campaign VARCHAR, sent NUMBER)');
  await bench.query(
    `INSERT INTO raw_daily.series VALUES (1, '2024-05-06', 'spring', 70), (2, '2025-03-02', 'spring', 5)`,
  );
  const months = { fields: fields('month date', 'id string', 'sent integer'), key: ['month', 'id'] };
  const old = [{ month: '2023-03-01', id: 'spring', sent: 800 }];
  expect(await bench.run({ members: rows(months, old) }, { request: into('files') })).toMatchObject({
    state: 'succeeded',
  });
  const days = { fields: fields('id integer', 'day date', 'campaign string', 'sent integer') };
  const synced = [
    { id: 2, day: '2025-03-02', campaign: 'spring', sent: 6 },
    { id: 3, day: '2025-03-03', campaign: 'spring', sent: 4 },
  ];
  expect(await bench.run({ series: rows(days, synced) }, { ...adopt, request: into('daily') })).toMatchObject({
    state: 'succeeded',
  });
  const sql = await bench.sql();
  try {
    await buildMarts(sql, facts, { metadataSchema: 'tributary', now: new Date('2025-04-10T12:00:00Z') });
    expect(
      await sql.query(
        `SELECT CAST(month AS VARCHAR) AS month, origin, CAST(sent AS INTEGER) AS sent FROM report.campaign_monthly ORDER BY month`,
      ),
    ).toEqual([
      { month: '2023-03-01', origin: 'legacy', sent: 800 },
      { month: '2024-05-01', origin: 'synced', sent: 70 },
      { month: '2025-03-01', origin: 'synced', sent: 10 },
    ]);
  } finally {
    await sql.close();
  }
});
