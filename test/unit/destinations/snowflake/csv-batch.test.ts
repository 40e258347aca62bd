import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { createCsvBatch } from '../../../../destinations/snowflake/csv-batch.js';
import { spoolFolder, type SpoolFolder } from '../../../../destinations/snowflake/spool.js';

/** Files as they are staged, read by a program that we did not write. */
let engine: DuckDBConnection;
let folder: SpoolFolder;
beforeAll(async () => {
  engine = await (await DuckDBInstance.create(':memory:')).connect();
  folder = await spoolFolder();
});
afterAll(async () => {
  await folder.remove();
  engine.closeSync();
});

type Batch = ReturnType<typeof createCsvBatch>;
const bytesOf = (text: string) => Buffer.from(text, 'utf8');

/** What a reader makes of the values of one column, one row each. */
async function read(type: string, fieldType: 'string' | 'timestamptz', puts: readonly ((batch: Batch) => void)[]) {
  const batch = createCsvBatch([{ type: fieldType }], 1 << 20);
  for (const [position, put] of puts.entries()) {
    batch.begin();
    batch.integer(position);
    put(batch);
    batch.commit();
  }
  const file = folder.open(`${randomUUID()}.csv.gz`);
  await file.write(batch.bytesView());
  await file.end();
  try {
    const result = await engine.runAndReadAll(
      `SELECT CAST(v AS VARCHAR) FROM read_csv('${file.path}', compression = 'gzip', header = false, auto_detect = false, quote = '"', escape = '"',
         delim = ',', nullstr = [''], allow_quoted_nulls = false, new_line = '\\n', columns = {'p': 'BIGINT', 'v': '${type}'}) ORDER BY p`,
    );
    return result.getRows().map(([value]) => value);
  } finally {
    await file.remove();
  }
}

describe('a file for COPY', () => {
  it('tells null from an empty text, and keeps every text as it is', async () => {
    const texts = [
      '',
      ' ',
      'a,b',
      '"',
      '""',
      'line\nend\r\n',
      '\\',
      '\\N',
      'NULL',
      'ä€👩‍👩‍👧‍👦',
      'שלום \u202e',
      'x'.repeat(70_000),
      `"${'ü'.repeat(50)}`,
    ];
    const found = await read('VARCHAR', 'string', [
      (batch) => batch.null(),
      ...texts.map((text) => (batch: Batch) => batch.string(text)),
      ...texts.map((text) => (batch: Batch) => batch.text(bytesOf(`..${text}.`), 2, 2 + Buffer.byteLength(text))),
    ]);
    expect(found).toEqual([null, ...texts, ...texts]);
  });

  it('keeps every digit of numbers', async () => {
    expect(
      await read('HUGEINT', 'string', [
        (batch) => batch.integer(0),
        (batch) => batch.integer(7),
        (batch) => batch.integer(-1),
        (batch) => batch.integer(2_147_483_647),
        (batch) => batch.integer(2_147_483_648),
        (batch) => batch.integer(2 ** 53 - 1),
        (batch) => batch.bigint(-9_223_372_036_854_775_808n),
      ]),
    ).toEqual(['0', '7', '-1', '2147483647', '2147483648', '9007199254740991', '-9223372036854775808']);
    const decimal = '-12345678901234567890.123456789012345678';
    expect(
      await read('DECIMAL(38,18)', 'string', [(batch) => batch.decimal(bytesOf(decimal), 0, decimal.length)]),
    ).toEqual([decimal]);
    const odd = ['+1.5', '.5', '-.5', '5.', '1e10', '-1.25E-3', '00012'];
    expect(
      await read(
        'VARCHAR',
        'string',
        odd.map((text) => (batch: Batch) => batch.decimal(bytesOf(`,${text},`), 1, 1 + text.length)),
      ),
    ).toEqual(['1.5', '0.5', '-0.5', '5', '10000000000', '-0.00125', '00012']);
    const floats = [
      0.1,
      5e-324,
      1.7976931348623157e308,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    const found = await read(
      'DOUBLE',
      'string',
      floats.map((value) => (batch: Batch) => batch.number(value)),
    );
    expect(found.map((text) => Number(String(text).replace('inf', 'Infinity')))).toEqual(floats);
  });

  it('writes days and times from the first year to the last, and an instant with its zone', async () => {
    const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
    const days = [
      '0000-01-01',
      '0001-01-01',
      '1582-10-15',
      '1969-12-31',
      '1970-01-01',
      '2000-02-29',
      '2024-12-31',
      '9999-12-31',
      '9999-12-31',
    ];
    expect(
      await read(
        'VARCHAR',
        'string',
        days.map((text) => (batch: Batch) => batch.date(day(text))),
      ),
    ).toEqual(days);
    expect(
      await read('VARCHAR', 'string', [
        (batch) => batch.time(0),
        (batch) => batch.time(86_399_999_999),
        (batch) => batch.time(3_600_000_001),
      ]),
    ).toEqual(['00:00:00', '23:59:59.999999', '01:00:00.000001']);
    const stamps = (batch: Batch) => batch.timestamp(-1, 5);
    expect(await read('VARCHAR', 'string', [stamps])).toEqual(['1969-12-31 23:59:59.000005']);
    expect(await read('VARCHAR', 'timestamptz', [stamps])).toEqual(['1969-12-31 23:59:59.000005+00:00']);
  });

  it('refuses a day that Snowflake has not', () => {
    const batch = createCsvBatch([{ type: 'date' }], 1_000);
    batch.begin();
    batch.integer(1);
    expect(() => batch.date(3_000_000)).toThrow(/years 0 to 9999/);
  });

  it('leaves nothing of a row that is taken back', async () => {
    const batch = createCsvBatch([{ type: 'string' }], 1_000);
    for (const isGood of [true, false, true]) {
      batch.begin();
      batch.integer(1);
      batch.string('x'.repeat(100_000));
      if (isGood) batch.commit();
      else batch.rollback();
    }
    expect(batch.rows).toBe(2);
    expect(Buffer.from(batch.bytesView()).toString()).toBe(`1,"${'x'.repeat(100_000)}"\n`.repeat(2));
  });
});

it('has files that are gone with the process, since their names are links to what it holds open', async () => {
  if (process.platform !== 'linux') return;
  const file = folder.open('named.csv.gz');
  await file.write(bytesOf('1,"secret"\n'));
  await file.end();
  expect((await stat(file.path)).nlink).toBe(0);
  await file.remove();
  await rm(file.path, { force: true });
});
