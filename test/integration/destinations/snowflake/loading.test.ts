import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CONNECTION, fields, rows, windows } from '../../engine/runs.js';
import { openAccount, type AccountBench } from './account.js';

let bench: AccountBench;
beforeAll(async () => {
  bench = await openAccount();
});
afterAll(() => bench.close());

const ITEM = { fields: fields('id integer', 'name string?') };

describe('a run', () => {
  it('loads, merges, leaves alone what is the same, and balances', async () => {
    const first = await bench.run(
      rows(ITEM, [
        { id: 1, name: 'a' },
        { id: 2, name: '' },
        { id: 3, name: null },
      ]),
    );
    expect(first).toMatchObject({ state: 'succeeded', ledger: { read: 3, staged: 3, inserted: 3 } });
    const second = await bench.run(
      rows(ITEM, [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
        { id: 4, name: 'x' },
        { id: 4, name: 'd' },
      ]),
    );
    expect(second).toMatchObject({
      state: 'succeeded',
      ledger: { read: 4, staged: 4, inserted: 1, updated: 1, unchanged: 1, superseded: 1 },
    });
    expect(await bench.query('SELECT id, name FROM raw_test.items ORDER BY id')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
      { id: 3, name: null },
      { id: 4, name: 'd' },
    ]);
  });
});

it('misses a table that was dropped by hand, and reads all of it again once the state is reset', async () => {
  const dated = { fields: fields('id integer', 'day date') };
  const read = () =>
    bench.run({
      days: windows(dated, { field: 'day', start: '2026-03-08' }, ({ from }) => [{ id: 1, day: from.slice(0, 10) }]),
    });
  expect(await read()).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
  const sql = await bench.sql();
  await sql.query('DROP TABLE raw_test.days');
  await sql.close();
  const missed = {
    state: 'failed',
    error: { kind: 'config', message: expect.stringMatching(/days is missing.* 1 row/) },
  };
  expect(await read()).toMatchObject(missed);
  expect(await read()).toMatchObject(missed);
  const session = await bench.session();
  await session.raiseFence({ id: randomUUID(), connection: CONNECTION });
  await session.setBookmarks(CONNECTION, [], [{ stream: 'days' }]);
  await session.close();
  expect(await read()).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
  expect(await read()).toMatchObject({ state: 'succeeded' });
});

it('depends on nothing that an account sets for its sessions', async () => {
  const odd = await openAccount({
    parameters: {
      AUTOCOMMIT: 'false',
      DATE_INPUT_FORMAT: 'DD/MM/YYYY',
      LOCK_TIMEOUT: '0',
      MULTI_STATEMENT_COUNT: '0',
      ROWS_PER_RESULTSET: '1',
      TIME_INPUT_FORMAT: 'HH12:MI AM',
      TIMESTAMP_INPUT_FORMAT: 'DD/MM/YYYY HH24:MI',
      TIMEZONE: 'Asia/Tokyo',
    },
  });
  try {
    const timed = { fields: fields('id integer', 'day date', 'at timestamptz') };
    const records = [1, 2].map((id) => ({ id, day: '2026-03-04', at: '2026-03-04T23:30:00Z' }));
    expect(await odd.run(rows(timed, records))).toMatchObject({ state: 'succeeded', ledger: { inserted: 2 } });
    expect(await odd.query('SELECT id, day, at FROM raw_test.items ORDER BY id')).toEqual(
      records.map((record) => ({ ...record, at: '2026-03-04T23:30:00.000Z' })),
    );
  } finally {
    await odd.close();
  }
});

describe('a database whose collation makes `a` and `A` one', () => {
  const folding = { config: { database: 'FOLDING' } };
  const named = { fields: fields('name string', 'state string?'), key: ['name'] };
  const records = [
    { name: 'a', state: 'new' },
    { name: 'A', state: 'new' },
  ];

  it('keeps keys and changes apart by their letters, also in a column that comes later', async () => {
    await bench.query(`CREATE DATABASE folding DEFAULT_DDL_COLLATION = 'en-ci'`);
    expect(await bench.run(rows(named, records), folding)).toMatchObject({ ledger: { inserted: 2, superseded: 0 } });
    const later = { ...named, fields: [...named.fields, ...fields('added string?')] };
    for (const added of ['x', 'X'])
      expect(
        await bench.run(
          rows(
            later,
            records.map((record) => ({ ...record, state: 'NEW', added })),
          ),
          folding,
        ),
      ).toMatchObject({ ledger: { updated: 2 } });
    expect(await bench.query('SELECT name, state, added FROM folding.raw_test.items ORDER BY name')).toEqual([
      { name: 'A', state: 'NEW', added: 'X' },
      { name: 'a', state: 'NEW', added: 'X' },
    ]);
  });

  it('has no part in the columns that come to a table which somebody else has made', async () => {
    await bench.query('CREATE TABLE folding.raw_test.theirs (id NUMBER(38,0))');
    for (const columns of [['state string?'], ['state string?', 'late string?']])
      expect(
        await bench.run(
          { theirs: rows({ fields: fields('id integer', ...columns) }, [{ id: 1, state: 'a', late: 'b' }]) },
          { ...folding, stream: { adopt: true } },
        ),
      ).toMatchObject({ state: 'succeeded' });
    const types = (await bench.query('DESCRIBE TABLE folding.raw_test.theirs')).map(({ type }) => String(type));
    expect(types.filter((type) => type.includes('COLLATE'))).toEqual([]);
  });

  it('refuses a table that has it, and says how to go on', async () => {
    await bench.query(
      `CREATE TABLE folding.raw_test.old (name VARCHAR NOT NULL, state VARCHAR, _loaded_at TIMESTAMP_TZ(6) NOT NULL, _run_id VARCHAR(36) NOT NULL, PRIMARY KEY (name))`,
    );
    expect(await bench.run({ old: rows(named, records) }, folding)).toMatchObject({
      state: 'failed',
      error: {
        kind: 'schema',
        message: expect.stringMatching(/"NAME".*"en-ci"/),
        hint: expect.stringContaining('drop the table'),
      },
    });
  });
});

it('puts a text aside that is longer than a column holds, and loads the rest', async () => {
  const wide = { fields: fields('id integer', 'text string?') };
  const records = [
    { id: 1, text: 'x'.repeat(16_777_217) },
    { id: 2, text: 'short' },
  ];
  expect(
    await bench.run({ wide: rows(wide, records) }, { request: { errorBudget: { share: 1, records: 2 } } }),
  ).toMatchObject({ state: 'succeeded', ledger: { read: 2, quarantined: 1, inserted: 1 } });
  expect(await bench.query('SELECT reason, field FROM tributary.quarantine_test')).toEqual([
    { reason: 'text_too_long', field: 'text' },
  ]);
});

it('keeps grants and views of a table that an overwrite fills anew, and grants also where a column moves to another type', async () => {
  const overwrite = { stream: { sync: 'full_refresh', write: 'overwrite' } } as const;
  await bench.run({ shown: rows({ fields: fields('id integer', 'v integer?') }, [{ id: 1, v: 1 }]) }, overwrite);
  await bench.query('CREATE VIEW raw_test.seen AS SELECT v FROM raw_test.shown');
  await bench.query('GRANT SELECT ON TABLE raw_test.shown TO ROLE PUBLIC');
  for (const [type, v, seen] of [
    ['integer', 2, /^2$/],
    ['string', 'x', /^x$/],
  ] as const) {
    const next = { shown: rows({ fields: fields('id integer', `v ${type}?`) }, [{ id: 2, v }]) };
    expect((await bench.run(next, overwrite)).error).toBeUndefined();
    expect(await bench.query('SELECT CAST(v AS VARCHAR) AS v FROM raw_test.shown')).toEqual([
      { v: expect.stringMatching(seen) },
    ]);
    if (type === 'integer') expect(await bench.query('SELECT v FROM raw_test.seen')).toEqual([{ v }]);
    expect(await bench.query('SHOW GRANTS ON TABLE raw_test.shown')).toMatchObject([
      { privilege: 'SELECT', grantee_name: 'PUBLIC' },
    ]);
  }
});

describe('a session that only reads', () => {
  const DELETING = 'DELETE FROM raw_test.items';
  it.each([
    ['a statement that writes', DELETING],
    ['one behind a pipe', `SHOW TABLES ->> ${DELETING}`],
    ['one behind a pipe that a comment and a text hide', `SELECT '--' /* ' */ ->> ${DELETING} -- '`],
    ['one between names that end in dollars', `SELECT 1 AS a$$ ->> ${DELETING} ->> SELECT 2 AS b$$`],
    [
      'a procedure without a name',
      `WITH gone AS /* */ PROCEDURE () RETURNS VARCHAR LANGUAGE SQL AS $$BEGIN ${DELETING}; END$$ CALL gone()`,
    ],
    ['a function that acts', 'SELECT SYSTEM$ABORT_TRANSACTION(1)'],
  ])('does not send %s', async (_what, statement) => {
    const session = await bench.sql(true);
    try {
      bench.statements();
      await expect(session.ask(statement)).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringContaining('only read'),
      });
      expect(bench.statements()).not.toContain(statement);
    } finally {
      await session.close();
    }
  });

  it('takes such words within texts and names', async () => {
    const session = await bench.sql(true);
    try {
      const { rows: found } = await session.ask(
        String.raw`SELECT '->> CALL as procedure' AS "As Procedure", 'it''s \\' -- ->>
           FROM raw_test.items LIMIT 1`,
      );
      expect(found).toEqual([['->> CALL as procedure', String.raw`it's \ `.trim()]]);
    } finally {
      await session.close();
    }
  });
});
