import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { FieldType } from '../../../../core/protocol/index.js';
import { compileForObjects, compileForScanner } from '../../../../core/program/index.js';
import { csvScanner } from '../../../../core/sdk/files/csv.scanner.js';
import { COPY_HEADER, COPY_TRAILER, createBinaryBatch } from '../../../../destinations/postgres/binary-batch.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../../support/postgres.js';
import { column, field, planOf, seeded } from '../../program/rows.js';

/** What the encoder writes, a real server reads: texts in, COPY, and the server's own texts out. */
let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`SET timezone TO 'UTC'; SET extra_float_digits TO 1`);
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
  await stopTestServer();
});

const SQL: Readonly<Record<FieldType, string>> = {
  string: 'text',
  integer: 'bigint',
  number: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
  json: 'jsonb',
};

async function copied(encoded: Uint8Array, sqlType: string): Promise<(string | null)[]> {
  await client.query(`DROP TABLE IF EXISTS landed; CREATE TABLE landed (at bigint, v ${sqlType})`);
  const copy = client.query(copyFrom('COPY landed FROM STDIN (FORMAT binary)'));
  await pipeline([COPY_HEADER, encoded, COPY_TRAILER], copy);
  const { rows } = await client.query<{ v: string | null }>('SELECT v::text AS v FROM landed ORDER BY at');
  return rows.map(({ v }) => v);
}

async function throughBytes(type: FieldType, texts: readonly string[], sqlType = SQL[type], more = {}) {
  const plan = planOf([column('v', type, { target: field('v', type, more) })], { withPosition: true });
  const program = compileForScanner(plan, [field('v', type)]);
  const batch = createBinaryBatch(2, { targetBytes: 1 << 24 });
  const scanner = csvScanner();
  scanner.push(Buffer.from(texts.map((text) => `"${text.replaceAll('"', '""')}"\n`).join('')));
  scanner.end();
  program.run(scanner, batch);
  expect(program.drain().rejects).toEqual([]);
  return copied(batch.bytesView(), sqlType);
}

async function throughObjects(type: FieldType, values: readonly unknown[], sqlType = SQL[type]) {
  const program = compileForObjects(planOf([column('v', type)], { withPosition: true }));
  const batch = createBinaryBatch(2, { targetBytes: 1 << 24 });
  program.run(
    values.map((v) => ({ v })),
    0,
    batch,
  );
  expect(program.drain().rejects).toEqual([]);
  return copied(batch.bytesView(), sqlType);
}

/** The same texts as the server itself reads them. */
async function asServerReads(texts: readonly string[], sqlType: string): Promise<(string | null)[]> {
  const { rows } = await client.query<{ v: string }>(
    `SELECT v::${sqlType}::text AS v FROM unnest($1::text[]) WITH ORDINALITY AS t(v, at) ORDER BY at`,
    [texts],
  );
  return rows.map(({ v }) => v);
}

const EDGES: Readonly<Partial<Record<FieldType, readonly string[]>>> = {
  string: ['', 'a "quoted" text', 'line\nbreak', 'Grüße 😀', '\\N', '\\.', 'x'.repeat(100_000)],
  integer: ['0', '-1', '9223372036854775807', '-9223372036854775808', '4294967296', '-4294967297'],
  number: ['0', '-0', '0.1', '1e308', '5e-324', '-123.456', '9007199254740993', '0.30000000000000004'],
  decimal: [
    '0',
    '0.00',
    '1.50',
    '-1.5',
    '10000',
    '0.0001',
    '0.00010',
    '100000000',
    '99999999.99999999',
    '1e20',
    '1.5e-10',
    '1e999',
    '1e-999',
    `${'9'.repeat(16_000)}`,
    `0.${'0'.repeat(15_000)}1`,
  ],
  boolean: ['true', 'false'],
  date: ['0001-01-01', '1969-12-31', '2000-01-01', '2024-02-29', '9999-12-31'],
  time: ['00:00:00', '12:34:56.789', '23:59:59.999999'],
  timestamp: [
    '0001-01-01 00:00:00',
    '0001-01-01T00:00:00.000001',
    '1969-12-31 23:59:59.999999',
    '2024-02-29 12:00',
    '9999-12-31 23:59:59.999999',
  ],
  timestamptz: [
    '0001-01-01 00:00:00Z',
    '1715-01-01T00:00:00.000001+00',
    '2024-02-29T12:00:00+05:30',
    '9999-12-31 23:59:59.999999-00',
  ],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '0190a3f2-7c11-7d30-9b1e-00000000000f',
  ],
  json: [
    '{"b": 1, "a": [1.50, null, "é"]}',
    '"\\ud83d\\ude00"',
    '12345678901234567890.10',
    'null',
    '[]',
    `${'['.repeat(500)}${']'.repeat(500)}`,
    '1e999',
  ],
};

describe.each(Object.entries(EDGES) as [FieldType, readonly string[]][])('%s', (type, texts) => {
  test('lands from bytes as the server itself reads it', async () => {
    const landed = await throughBytes(type, texts);
    expect(landed).toEqual(await asServerReads(texts, SQL[type]));
  });
  if (type !== 'json')
    test('lands from objects as the server itself reads it', async () => {
      expect(await throughObjects(type, texts)).toEqual(await asServerReads(texts, SQL[type]));
    });
});

test('JSON of records lands with every digit', async () => {
  const values = [{ b: 12345678901234567890n, a: ['é\0', '\ud83d'] }, 'text', 1.5, [null], '\\u0000'];
  expect(await throughObjects('json', values)).toEqual([
    '{"a": ["é\ufffd", "\ufffd"], "b": 12345678901234567890}',
    '"text"',
    '1.5',
    '[null]',
    '"\\\\u0000"',
  ]);
});

test('what jsonb refuses is replaced before it can spoil the batch', async () => {
  expect(await throughBytes('json', ['"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"\\\\u0000"'])).toEqual([
    '"a\ufffdb"',
    '"\ufffd"',
    '"\ufffd\ufffd"',
    '"\\\\u0000"',
  ]);
});

test('decimals that a bounded column takes are taken without rounding', async () => {
  const texts = ['999.99', '-999.99', '1.5000', '0', '99999e-2', '0.10'];
  const landed = await throughBytes('decimal', texts, 'numeric(5,2)', { precision: 5, scale: 2 });
  expect(landed).toEqual(await asServerReads(texts, 'numeric(5,2)'));
});

test('random decimals land digit by digit', async () => {
  const random = seeded(11);
  const digits = (count: number) => Array.from({ length: count }, () => random(10)).join('');
  const texts = Array.from({ length: 5_000 }, () => {
    const number = `${random(2) === 0 ? '-' : ''}${digits(random(24))}.${digits(1 + random(24))}`;
    return random(5) === 0 ? `${number}e${random(80) - 40}` : number;
  });
  expect(await throughBytes('decimal', texts)).toEqual(await asServerReads(texts, 'numeric'));
});

test('random instants and days land to the microsecond', async () => {
  const random = seeded(12);
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Array.from(
    { length: 5_000 },
    () => `${String(1 + random(9_999)).padStart(4, '0')}-${two(1 + random(12))}-${two(1 + random(28))}`,
  );
  const instants = days.map(
    (day) =>
      `${day} ${two(random(24))}:${two(random(60))}:${two(random(60))}.${String(random(1_000_000)).padStart(6, '0')}`,
  );
  expect(await throughBytes('date', days)).toEqual(await asServerReads(days, 'date'));
  expect(await throughBytes('timestamp', instants)).toEqual(await asServerReads(instants, 'timestamp'));
  const zoned = instants
    .filter((text) => text > '0002' && text < '9999')
    .map((text) => `${text}${random(2) === 0 ? '+' : '-'}${two(random(15))}:${two(random(60))}`);
  expect(await throughBytes('timestamptz', zoned)).toEqual(await asServerReads(zoned, 'timestamptz'));
});

test('clocks without zone land as the server reads them in that zone', async () => {
  const random = seeded(13);
  const two = (value: number) => String(value).padStart(2, '0');
  for (const timeZone of ['America/Chicago', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
    const texts = Array.from(
      { length: 3_000 },
      () =>
        `${1975 + random(60)}-${two(1 + random(12))}-${two(1 + random(28))} ${two(random(24))}:${two(random(60))}:${two(random(60))}`,
    );
    const plan = planOf([column('v', 'timestamptz')], { withPosition: true, parsing: { timeZone } });
    const program = compileForObjects(plan);
    const batch = createBinaryBatch(2, { targetBytes: 1 << 24 });
    program.run(
      texts.map((v) => ({ v })),
      0,
      batch,
    );
    const landed = await copied(batch.bytesView(), 'timestamptz');
    await client.query(`SET timezone TO '${timeZone}'`);
    // Shown in the zone itself an hour that the clock skips or repeats would hide a difference, so both are compared in UTC.
    const { rows } = await client.query<{ v: string; odd: boolean }>(
      `SELECT ((v::timestamp AT TIME ZONE $2) AT TIME ZONE 'UTC')::text || '+00' AS v,
              (v::timestamp - interval '3 hours') AT TIME ZONE $2 + interval '6 hours' <> (v::timestamp + interval '3 hours') AT TIME ZONE $2 AS odd
         FROM unnest($1::text[]) WITH ORDINALITY AS t(v, at) ORDER BY at`,
      [texts, timeZone],
    );
    await client.query(`SET timezone TO 'UTC'`);
    // Near a change of the clock the server's choice is another one than ours, which times.test.ts states.
    const near = rows.filter(({ odd }) => odd).length;
    expect(near).toBeLessThan(60);
    expect(landed.filter((_, index) => !rows[index]?.odd)).toEqual(rows.filter(({ odd }) => !odd).map(({ v }) => v));
  }
});
