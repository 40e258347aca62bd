import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DestinationSession, Field, TableSpec } from '../../../../core/protocol/index.js';
import { openConnection } from '../../../../destinations/snowflake/connection.js';
import { retypeColumn } from '../../../../destinations/snowflake/retype.js';
import { snowflakeConfig } from '../../../../destinations/snowflake/snowflake.config.js';
import { CONNECTION, fields, rows } from '../../engine/runs.js';
import { openAccount, type AccountBench } from './account.js';

let bench: AccountBench;
beforeEach(async () => {
  bench = await openAccount();
});
afterEach(() => bench.close());

const PART = '2026-01-01..2026-01-31';
const FAILS = { code: '000603', sqlState: 'XX000', message: 'SQL execution internal error' };
const [ID, NUMBER, TEXT, LATE] = fields('id integer', 'v integer?', 'v string?', 'late string?') as [
  Field,
  Field,
  Field,
  Field,
];

const retyped = (type: string, v: unknown, ...more: string[]) =>
  rows({ fields: fields('id integer', `v ${type}?`, ...more) }, [{ id: 1, v }]);
const describeTable = () => bench.query('DESCRIBE TABLE raw_test.items');
const columns = async () =>
  (await describeTable())
    .map(({ name }) => String(name))
    .filter((name) => !name.startsWith('_'))
    .toSorted();
const tableOf = (...own: Field[]): TableSpec => ({
  connection: CONNECTION,
  stream: 'items',
  schema: 'raw_test',
  name: 'items',
  key: ['id'],
  keySources: ['id'],
  fromFiles: false,
  write: 'merge',
  marks: [],
  fields: own,
});
const toText = (...added: Field[]) => ({
  added,
  removed: [],
  loosened: [],
  retyped: [{ name: 'v', from: NUMBER, to: TEXT }],
});
/** With the fence of a part of a backfill, or of the connection. */
const withFence = async <T>(
  part: string | undefined,
  work: (session: DestinationSession) => Promise<T>,
): Promise<T> => {
  const session = await bench.session();
  try {
    await session.raiseFence({ id: randomUUID(), connection: CONNECTION, ...(part === undefined ? {} : { part }) });
    return await work(session);
  } finally {
    await session.close();
  }
};

it.each([
  ['before its new column has the name', /RENAME COLUMN/, 1],
  ['between the two names', /RENAME COLUMN/, 2],
  ['before the old column is gone', /DROP COLUMN/, 1],
] as const)('a column that a dead run was moving, %s, is set right, and moved by the next', async (_when, on, nth) => {
  await bench.run(retyped('integer', 5));
  bench.account.faults.set({ on, kind: 'error', error: FAILS, nth });
  expect(await bench.run(retyped('string', 'x'))).toMatchObject({ state: 'failed' });
  expect(bench.account.faults.waiting()).toEqual([]);
  expect((await columns()).length).toBe(3);
  expect(await bench.run(retyped('string', 'y'))).toMatchObject({ state: 'succeeded', ledger: { updated: 1 } });
  expect(await columns()).toEqual(['ID', 'V']);
  expect(await bench.query('SELECT v FROM raw_test.items')).toEqual([{ v: 'y' }]);
});

it('what a part of a backfill, whose fence is another, commits while a column is moved is moved too', async () => {
  await bench.run(retyped('integer', 5));
  const connection = await openConnection({ config: snowflakeConfig.parse(bench.config) });
  const fence = { run: { id: randomUUID(), connection: CONNECTION }, epoch: 9n };
  let steps = 0;
  await retypeColumn(tableOf(ID, TEXT), { name: 'v', from: NUMBER, to: TEXT }, fence, connection, async (action) => {
    steps += 1;
    if (steps === 2) {
      await bench.query('UPDATE raw_test.items SET v = 6 WHERE id = 1');
      await bench.query(
        `INSERT INTO raw_test.items (id, v, _loaded_at, _run_id) SELECT 2, 7, _loaded_at, _run_id FROM raw_test.items`,
      );
    }
    await connection.run(`ALTER TABLE raw_test.items ${action}`);
  });
  await connection.close();
  expect(await bench.query('SELECT id, v FROM raw_test.items ORDER BY id')).toEqual([
    { id: 1, v: '6' },
    { id: 2, v: '7' },
  ]);
});

it('a column without its name, which a run of another fence was moving, is not taken for one that is missing', async () => {
  await bench.run(retyped('integer', 5));
  bench.account.faults.set({ on: /RENAME COLUMN/, kind: 'error', error: FAILS, nth: 2 });
  await bench.run(retyped('string', 'x'));
  const between = await columns();
  await withFence(PART, async (session) => {
    await expect(session.describe(tableOf(ID, TEXT))).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringMatching(/^Column "V" of "RAW_TEST"."ITEMS" is being moved to another type by run \S+\.$/),
      details: { hint: expect.stringMatching(/If that run is dead, run "test" again, or: ALTER TABLE .* TO "V"$/) },
    });
  });
  expect(await columns()).toEqual(between);
  await withFence(undefined, (session) => session.describe(tableOf(ID, TEXT)));
  expect(await bench.query('SELECT v FROM raw_test.items')).toEqual([{ v: 5 }]);
});

it('what a part of a backfill may still be moving is left to it, until another attempt has its fence', async () => {
  await bench.run(retyped('integer', 5));
  for (let n = 0; n < 3; n += 1) await withFence(undefined, async () => undefined);
  bench.account.faults.set({ on: /RENAME COLUMN/, kind: 'error', error: FAILS });
  await withFence(PART, (session) => expect(session.evolve(tableOf(ID, TEXT), toText())).rejects.toThrow());
  const between = await columns();
  expect(between.length).toBe(3);
  const look = () => withFence(undefined, (session) => session.describe(tableOf(ID, NUMBER)));
  expect(await look()).toMatchObject({ fields: [{ name: 'id' }, { name: 'v', type: 'integer' }] });
  expect(await columns()).toEqual(between);
  await withFence(PART, async () => undefined);
  await look();
  expect(await columns()).toEqual(['ID', 'V']);
});

it('a column that a part of a backfill has left without its name gets it back once the part is surely dead', async () => {
  await bench.run(retyped('integer', 5));
  bench.account.faults.set({ on: /RENAME COLUMN/, kind: 'error', error: FAILS, nth: 2 });
  await withFence(PART, (session) => expect(session.evolve(tableOf(ID, TEXT), toText())).rejects.toThrow());
  const look = () => withFence(undefined, (session) => session.describe(tableOf(ID, NUMBER)));
  await expect(look()).rejects.toMatchObject({ kind: 'locked' });
  await bench.query(
    `UPDATE tributary.fence_test SET raised_at = DATEADD('DAY', -8, raised_at), held_at = DATEADD('DAY', -8, held_at) WHERE connection <> '${CONNECTION}'`,
  );
  await look();
  expect(await columns()).toEqual(['ID', 'V']);
  expect(await bench.query('SELECT v FROM raw_test.items')).toEqual([{ v: 5 }]);
});

it('a column under a masking policy is left, and nothing is changed, until the policy is off', async () => {
  await bench.run(retyped('integer', 5));
  await bench.query('CREATE MASKING POLICY raw_test.hidden AS (val NUMBER) RETURNS NUMBER -> 0');
  await bench.query('ALTER TABLE raw_test.items ALTER COLUMN v SET MASKING POLICY raw_test.hidden');
  const before = await describeTable();
  expect(await bench.run(retyped('string', 'x', 'late string?'))).toMatchObject({
    state: 'failed',
    error: {
      kind: 'schema',
      message: expect.stringMatching(
        /^Column "v" of "RAW_TEST"."ITEMS" is under the masking policy "HIDDEN", and cannot become VARCHAR/,
      ),
      hint: expect.stringContaining('Nothing was changed.'),
    },
  });
  expect(await describeTable()).toEqual(before);
  await bench.query('ALTER TABLE raw_test.items ALTER COLUMN v UNSET MASKING POLICY');
  expect(await bench.run(retyped('string', 'x', 'late string?'))).toMatchObject({ state: 'succeeded' });
  expect(await bench.query('SELECT v FROM raw_test.items')).toEqual([{ v: 'x' }]);
});

it('a column of a table of which not every row may be seen is left, and nothing is changed', async () => {
  await bench.run(retyped('integer', 5));
  await bench.query('CREATE ROW ACCESS POLICY raw_test.regional AS (val NUMBER) RETURNS BOOLEAN -> val > 1');
  await bench.query('ALTER TABLE raw_test.items ADD ROW ACCESS POLICY raw_test.regional ON (id)');
  const before = await describeTable();
  await withFence(undefined, (session) =>
    expect(session.evolve(tableOf(ID, TEXT, LATE), toText(LATE))).rejects.toMatchObject({
      kind: 'schema',
      message: expect.stringMatching(/^"RAW_TEST"."ITEMS", and with it column "v", is under the row access policy/),
    }),
  );
  expect(await describeTable()).toEqual(before);
});
