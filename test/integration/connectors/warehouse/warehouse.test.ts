import { warehouse } from '../../../../connectors/warehouse/warehouse.source.js';
import { openSqlSession } from '../../../../destinations/postgres/sql-session.js';
import type { RecordData, SqlSession } from '../../../../core/sdk/index.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../../support/postgres.js';
import { openAccount, type AccountBench } from '../../destinations/snowflake/account.js';

const { signal } = new AbortController();
let account: AccountBench;
let database: TestDatabase;

beforeAll(async () => {
  [account, database] = await Promise.all([openAccount({ firstRows: 100, chunkRows: 400 }), testDatabase()]);
});
afterAll(async () => {
  await account.close();
  await database.drop();
  await stopTestServer();
});

const places = {
  Postgres: (readOnly: boolean) => openSqlSession(database.url, { readOnly }),
  Snowflake: (readOnly: boolean) => account.sql(readOnly),
};

/** The source on a place, with the statements that write there. */
async function reading(
  place: keyof typeof places,
  streams: object,
  work: (own: Readonly<Record<string, any>>, write: (sql: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const writer: SqlSession = await places[place](false);
  const source = await warehouse.open(warehouse.config.parse({ destination: 'warehouse', streams }), {
    signal,
    baseFolder: '/',
    sql: async () => places[place](true),
  });
  try {
    await work(await source.streams(() => undefined), (sql) => writer.query(sql));
  } finally {
    await source.close();
    await writer.close();
  }
}

const pagesOf = async (stream: { read(request: object): AsyncIterable<readonly RecordData[]> }) => {
  const pages: (readonly RecordData[])[] = [];
  for await (const page of stream.read({})) pages.push(page);
  return pages;
};

const DIGITS = '12345678901234567890123456789012345678';
const INSTANT = '2026-03-01 10:00:00.123456';

/** One row with values at the edges and one of nulls, and how each place writes it. */
const EDGES = {
  Postgres: `SELECT 9007199254740993::bigint AS whole, ${DIGITS}::numeric AS digits, 0.1234567890123456789::numeric(30,19) AS fraction,
      1e300::float8 AS real, true AS yes, 'ü''"' AS word, date '9999-12-31' AS day, time '23:59:59.000001' AS clock,
      timestamp '${INSTANT}' AS wall, timestamptz '${INSTANT}+02' AS instant,
      '{"n": 12345678901234567890, "text": "undefined", "list": [1, null, 0.5]}'::jsonb AS said
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
  Snowflake: `SELECT CAST('9007199254740993' AS NUMBER(18,0)) AS whole, CAST('${DIGITS}' AS NUMBER(38,0)) AS digits,
      CAST('0.1234567890123456789' AS NUMBER(30,19)) AS fraction, 1e300::FLOAT AS real, TRUE AS yes, 'ü''"' AS word, DATE '9999-12-31' AS day,
      TIME '23:59:59.000001' AS clock, '${INSTANT}'::TIMESTAMP_NTZ(6) AS wall, '${INSTANT} +0200'::TIMESTAMP_TZ(6) AS instant,
      PARSE_JSON('{"n": 12345678901234567890, "text": "undefined", "list": [1, null, 0.5]}') AS said
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
};
const TYPES = [
  ['whole', 'integer'],
  ['digits', 'decimal'],
  ['fraction', 'decimal'],
  ['real', 'number'],
  ['yes', 'boolean'],
  ['word', 'string'],
  ['day', 'date'],
  ['clock', 'time'],
  ['wall', 'timestamp'],
  ['instant', 'timestamptz'],
  ['said', 'json'],
];

describe.each(['Postgres', 'Snowflake'] as const)('in %s', (place) => {
  test('every type is read without the loss of a digit, and null as null', () =>
    reading(place, { edges: { query: EDGES[place] } }, async ({ edges }) => {
      expect(edges.catalog).toMatchObject({ syncModes: ['full_refresh'], primaryKey: [] });
      expect(edges.catalog.fields.map(({ name, type }: any) => [name, type])).toEqual(TYPES);
      const [[row, empty]] = (await pagesOf(edges)) as any;
      expect({ ...row, digits: String(row.digits) }).toEqual({
        whole: 9_007_199_254_740_993n,
        digits: DIGITS,
        fraction: '0.1234567890123456789',
        real: 1e300,
        yes: true,
        word: `ü'"`,
        day: '9999-12-31',
        clock: '23:59:59.000001',
        wall: INSTANT,
        instant: '2026-03-01T08:00:00.123456Z',
        said: { n: 12_345_678_901_234_567_890n, text: 'undefined', list: [1, null, 0.5] },
      });
      expect(new Set(Object.values(empty))).toEqual(new Set([null]));
    }));

  test('a table is read whole, by pages, as it was when the reading began', async () => {
    const writer = await places[place](false);
    await writer.query('CREATE SCHEMA shop');
    await writer.query('CREATE TABLE shop.orders (id bigint, amount numeric(18, 2))');
    const numbers = Array.from({ length: 2_500 }, (_, id) => `(${id}, ${id}.25)`).join(', ');
    await writer.query(`INSERT INTO shop.orders VALUES ${numbers}`);
    await writer.close();
    await reading(place, { orders: { table: 'shop.orders', primary_key: ['id'] } }, async ({ orders }, write) => {
      expect(orders.catalog).toMatchObject({ primaryKey: ['id'], fields: [{ nullable: false }, { nullable: true }] });
      const ids: number[] = [];
      let pages = 0;
      for await (const page of orders.read({})) {
        if (pages++ === 0) await write('DELETE FROM shop.orders');
        for (const { id, amount } of page) {
          expect(amount).toBe(`${id}.25`);
          ids.push(Number(id));
        }
      }
      expect([pages, ids.length, new Set(ids).size]).toEqual([3, 2_500, 2_500]);
      // One that is given up half way gives its session back.
      await write(`INSERT INTO shop.orders VALUES ${numbers}`);
      for await (const page of orders.read({})) {
        expect(page.length).toBe(1_000);
        break;
      }
      expect((await pagesOf(orders)).flat().length).toBe(2_500);
    });
  });

  test('what cannot be a stream is refused with its place and what to do', async () => {
    for (const [query, message] of [
      ['SELECT 1 AS a, 2 AS a', 'its query has two columns "a"'],
      ['SELECT nothing FROM nowhere', /nowhere|nothing/i],
      ['DELETE FROM shop.orders', /syntax|writes/i],
      ['SELECT 1 AS a; SELECT 2 AS b', /syntax/i],
    ] as const)
      await expect(reading(place, { bad: { query } }, async () => undefined)).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringMatching(message),
        details: { hint: expect.any(String) },
      });
    await expect(
      reading(place, { bad: { query: 'SELECT 1 AS a', primary_key: ['b'] } }, async () => undefined),
    ).rejects.toThrow('primary_key names "b", which is no column');
  });

  test('one that cannot be read is named, and the others are offered', async () => {
    const source = await warehouse.open(
      warehouse.config.parse({
        destination: 'warehouse',
        streams: { nope: { table: 'report.nope' }, good: { query: 'SELECT 1 AS a' } },
      }),
      { signal, baseFolder: '/', sql: async () => places[place](true) },
    );
    try {
      const faults: unknown[] = [];
      const offered = await source.streams(
        () => undefined,
        undefined,
        (...fault) => faults.push(fault),
      );
      const named = { kind: 'config', message: expect.stringMatching(/^Stream "nope": /), details: { stream: 'nope' } };
      expect(faults).toMatchObject([['nope', named]]);
      expect((await pagesOf(offered['good'] as any)).flat().length).toBe(1);
      await expect(source.streams(() => undefined)).rejects.toMatchObject(named);
      expect(Object.keys(await source.streams(() => undefined, 'good'))).toEqual(['good']);
    } finally {
      await source.close();
    }
  });
});

test('a chunk whose address is refused is asked for anew, and a session that is lost while it is read is told as such', () =>
  reading('Snowflake', { orders: { table: 'shop.orders' } }, async ({ orders }) => {
    account.account.faults.set({ on: 'chunk', kind: '403', nth: 2 });
    expect((await pagesOf(orders)).flat().length).toBe(2_500);
    expect(account.account.faults.waiting()).toEqual([]);
    account.account.faults.set({ on: /^SELECT/, kind: 'gone_session' });
    await expect(pagesOf(orders)).rejects.toMatchObject({ kind: 'transient' });
    expect((await pagesOf(orders)).flat().length).toBe(2_500);
  }));

test('what Snowflake alone has is read too, or its type is named', () =>
  reading(
    'Snowflake',
    {
      own: {
        query: `SELECT '2026-03-01 10:00:00.000001 -0730'::TIMESTAMP_TZ AS west, ARRAY_CONSTRUCT(1, 'undefined') AS list, 7 AS "Mixed"`,
      },
    },
    async ({ own }) => {
      expect((await pagesOf(own)).flat()).toEqual([
        { west: '2026-03-01T17:30:00.000001Z', list: [1, 'undefined'], Mixed: 7 },
      ]);
      await expect(
        reading('Snowflake', { raw: { query: `SELECT TO_BINARY('00') AS bytes` } }, async () => undefined),
      ).rejects.toThrow('its column "bytes" is binary');
    },
  ));
