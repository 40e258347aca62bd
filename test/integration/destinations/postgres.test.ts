import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import net from 'node:net';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { stopTestServer, testServer } from '../../support/postgres.js';
import { fields, openBench, rows, stagingTables, type Bench } from '../engine/runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const ITEM = { fields: fields('id integer', 'name string?') };
const context = { signal: new AbortController().signal, baseFolder: '/' };
const check = (url: string) => postgres.check({ url, metadata_schema: 'tributary' }, context);

/** Keeps every digit: what Postgres says of a value, as text. */
async function landed(type: string, values: readonly unknown[]): Promise<readonly (string | null)[]> {
  const outcome = await bench.run(
    rows(
      { fields: fields('id integer', `v ${type}?`) },
      values.map((v, id) => ({ id, v })),
    ),
  );
  expect(outcome.error).toBeUndefined();
  const found = await bench.query<{ id: number; v: string | null }>(
    'SELECT id::int, v::text AS v FROM raw_test.items ORDER BY id',
  );
  return values.map((_value, id) => found.find((row) => row.id === id)?.v ?? null);
}

describe('every type at its edges, through COPY and merge', () => {
  const long = 'ä'.repeat(500_000);
  it.each([
    [
      'integer',
      [2 ** 53 - 1, 2n ** 53n + 1n, '-9223372036854775808', 9223372036854775807n, 0],
      ['9007199254740991', '9007199254740993', '-9223372036854775808', '9223372036854775807', '0'],
    ],
    [
      'decimal',
      ['12345678901234567890123456789012345678', '-0.00000000000000000000000000000000000001', '1e10', 0.1],
      ['12345678901234567890123456789012345678', '-0.00000000000000000000000000000000000001', '10000000000', '0.1'],
    ],
    ['number', [0.1, 5e-324, 1.7976931348623157e308, -1], ['0.1', '5e-324', '1.7976931348623157e+308', '-1']],
    ['date', ['0001-01-01', '9999-12-31', '2024-02-29'], ['0001-01-01', '9999-12-31', '2024-02-29']],
    [
      'timestamptz',
      ['2016-12-31T23:59:60Z', '2024-03-10T02:30:00-06:00', '9999-12-31T23:59:59.999999Z'],
      [null, '2024-03-10 08:30:00+00', '9999-12-31 23:59:59.999999+00'],
    ],
    [
      'timestamp',
      ['0001-01-01T00:00:00', '2024-01-01T00:00:00.000001'],
      ['0001-01-01 00:00:00', '2024-01-01 00:00:00.000001'],
    ],
    [
      'string',
      ['', 'a\u0000b', '\ud800', '👩‍👩‍👧‍👦', 'שלום \u202e', long],
      ['', 'a\ufffdb', '\ufffd', '👩‍👩‍👧‍👦', 'שלום \u202e', long],
    ],
    [
      'json',
      [{ a: [1, { b: null }] }, '"text"', 12345678901234567890n],
      ['{"a": [1, {"b": null}]}', null, '12345678901234567890'],
    ],
    ['boolean', [true, false, 'true'], ['true', 'false', 'true']],
    ['uuid', ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'], ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
  ] as const)('%s', async (type, values, expected) => {
    const found = await landed(type, values);
    if (type === 'timestamptz') expect(found.slice(1)).toEqual(expected.slice(1));
    else if (type === 'json') expect([found[0], found[2]]).toEqual([expected[0], expected[2]]);
    else expect(found).toEqual(expected);
  });

  it('counts texts in which something was replaced, and refuses what is no number', async () => {
    const shape = { fields: fields('id integer', 't string?', 'n number?') };
    const outcome = await bench.run(
      rows(shape, [
        { id: 1, t: 'a\u0000' },
        { id: 2, n: Number.NaN },
        { id: 3, n: Number.POSITIVE_INFINITY },
      ]),
    );
    expect(outcome.ledger).toMatchObject({ inserted: 1, quarantined: 2, replaced: 1 });
    expect(await bench.query('SELECT DISTINCT reason FROM tributary.quarantine')).toEqual([{ reason: 'not_a_number' }]);
  });

  it('keeps a deep value of JSON', async () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 500; depth += 1) deep = { deep };
    expect((await landed('json', [deep]))[0]).toHaveLength(500 * '{"deep": }'.length + 1);
  });
});

describe('a server that cannot be used', () => {
  const urlWith = (change: (url: URL) => void) => {
    const url = new URL(bench.database.url);
    change(url);
    return url.href;
  };

  it('refuses a wrong password as auth', async () => {
    const server = await testServer();
    const url = new URL(server.adminUrl);
    await bench.query(`DROP ROLE IF EXISTS stranger`);
    await bench.query(`CREATE ROLE stranger LOGIN PASSWORD 'right'`);
    const wrong = urlWith((own) => {
      own.username = 'stranger';
      own.password = 'wrong';
    });
    await expect(check(wrong)).rejects.toMatchObject({ kind: 'auth', details: { hint: expect.any(String) } });
    const none = urlWith((own) => {
      own.username = 'stranger';
      own.password = '';
    });
    await expect(check(none)).rejects.toMatchObject({ kind: 'auth' });
    expect(url.password).not.toBe('');
  });

  it('says that the role may not create what it must, and works with schemas that it was given', async () => {
    await bench.query(`DROP ROLE IF EXISTS loader`);
    await bench.query(`CREATE ROLE loader LOGIN PASSWORD 'right'`);
    const url = urlWith((own) => {
      own.username = 'loader';
      own.password = 'right';
    });
    await expect(bench.run(rows(ITEM, [{ id: 1 }]), { url })).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('permission denied'),
    });
    await bench.query('CREATE SCHEMA tributary AUTHORIZATION loader; CREATE SCHEMA raw_test AUTHORIZATION loader');
    expect(await bench.run(rows(ITEM, [{ id: 1 }]), { url })).toMatchObject({ state: 'succeeded' });
    await bench.query('DROP OWNED BY loader CASCADE; DROP ROLE loader');
  });

  it('is config where the database is missing, transient where nobody listens', async () => {
    await expect(check(urlWith((url) => (url.pathname = '/nowhere')))).rejects.toMatchObject({ kind: 'config' });
    const free = await new Promise<number>((resolve) => {
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as net.AddressInfo;
        server.close(() => resolve(port));
      });
    });
    await expect(check(`postgres://u:p@127.0.0.1:${free}/x`)).rejects.toMatchObject({
      kind: 'transient',
      details: { hint: expect.any(String) },
    });
  });

  it('whose limits are reached in mid-load ends the run as destination, with nothing half done', async () => {
    await bench.run(rows(ITEM, [{ id: 1 }]));
    // A merge that is stopped by the server for good: what a full disk or a limit of the role does.
    await bench.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`,
    );
    await bench.query('CREATE TRIGGER refuse BEFORE INSERT ON raw_test.items EXECUTE FUNCTION refuse()');
    const outcome = await bench.run({ items: rows(ITEM, [{ id: 2 }]), more: rows(ITEM, [{ id: 1 }]) });
    expect(outcome).toMatchObject({
      state: 'failed',
      exitCode: 6,
      error: { kind: 'destination', hint: expect.stringContaining('Free space') },
    });
    expect(outcome.streams.map(({ state }) => state)).toEqual(['failed', 'skipped']);
    expect(await bench.query('SELECT id::int FROM raw_test.items')).toEqual([{ id: 1 }]);
    expect(await stagingTables(bench)).toBe(0);
  });

  it('never quotes a value of a record in an error', async () => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'x' }]));
    await bench.query(`ALTER TABLE raw_test.items ADD CONSTRAINT short CHECK (length(name) < 5)`);
    const outcome = await bench.run(rows(ITEM, [{ id: 2, name: 'a secret of a patient' }]));
    expect(outcome).toMatchObject({ exitCode: 6, error: { kind: 'destination' } });
    expect(JSON.stringify(outcome)).not.toContain('secret of');
    expect(outcome.error?.message).toContain('short');
  });
});

describe('a server that restarts', () => {
  it('with staging full: the slice is read again', async () => {
    const server = await testServer();
    await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]));
    let restarts = 0;
    const outcome = await bench.run(rows(ITEM, [{ id: 1, name: 'b' }], [{ id: 2 }, { id: 'bad' }]), {
      at: {
        after_staging: async () => {
          restarts += 1;
          if (restarts > 1) return;
          await server.stopNow();
          await server.restart();
        },
      },
    });
    expect(outcome.error).toBeUndefined();
    expect(outcome.ledger).toMatchObject({ read: 3, inserted: 1, updated: 1, quarantined: 1 });
    await bench.close();
    bench = await openBench();
  });
});

it('makes a schema for several streams at once', async () => {
  const session = await bench.session();
  try {
    await session.raiseFence({ id: '00000000-0000-4000-8000-000000000000', connection: 'test' });
    const tables = [1, 2, 3, 4, 5].flatMap((turn) =>
      ['a', 'b', 'c'].map((name) => ({
        connection: 'test',
        stream: name,
        schema: `raw_${turn}`,
        name,
        fields: fields('id integer'),
        key: ['id'],
        keySources: ['id'],
        fromFiles: false,
        write: 'merge' as const,
        marks: [],
      })),
    );
    await Promise.all(tables.map((table) => session.create(table)));
    const found = await bench.query(`SELECT 1 FROM pg_tables WHERE schemaname LIKE 'raw\\_%'`);
    expect(found).toHaveLength(15);
  } finally {
    await session.close();
  }
});
