import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import avro, { type Schema } from 'avsc';
import type { Field } from '../../../../core/protocol/index.js';
import { folder, openOnly, recordsOf, streamOf, typesOf } from './stream-support.js';

const EVENT = {
  type: 'record',
  name: 'Open',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'time', type: 'int' },
    { name: 'campaign_id', type: ['null', 'string'], default: null },
    { name: 'machine_open', type: ['null', 'boolean'], default: null },
  ],
} as const;

/** A container file as the library of others writes it; `pack` is one codec more than it knows. */
function written(
  schema: unknown,
  records: readonly unknown[],
  codec = 'null',
  pack?: (block: Buffer, done: (error: Error | null, packed?: Buffer) => void) => void,
): Promise<Buffer> {
  const encoder = new avro.streams.BlockEncoder(
    schema as Schema,
    {
      codec,
      blockSize: 2_000,
      ...(pack === undefined ? {} : { codecs: { [codec]: pack } }),
    } as never,
  );
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
    encoder.on('end', () => resolve(Buffer.concat(chunks)));
    encoder.on('error', reject);
    for (const record of records) encoder.write(record);
    encoder.end();
  });
}

async function read(bytes: Uint8Array, spec: Record<string, unknown> = {}, frozen?: readonly Field[]) {
  using place = folder();
  writeFileSync(join(place.path, 'x.avro'), bytes);
  const stream = await streamOf(place.path, { format: 'avro', ...spec }, frozen);
  const open = await openOnly(stream);
  try {
    return { catalog: stream.catalog.fields, records: (await recordsOf(open)) as Record<string, unknown>[] };
  } finally {
    await open.close();
  }
}

const events = Array.from({ length: 2_000 }, (_, row) => ({
  id: `e${row}`,
  time: 1_780_000_000 + row,
  campaign_id: row % 3 === 0 ? null : `c${row % 7}`,
  machine_open: row % 2 === 0 ? null : true,
}));

/** Snappy as it may be written too: all literals, so that no second implementation is needed to make it. */
function snappy(block: Buffer, done: (error: Error | null, packed?: Buffer) => void): void {
  const length: number[] = [];
  for (let rest = block.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest < 128) break;
  }
  const head = Buffer.from([...length, 61 << 2, (block.length - 1) & 255, (block.length - 1) >> 8]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crcOf(block));
  done(null, Buffer.concat([head, block, sum]));
}

/** The check sum of zip, bit by bit. */
function crcOf(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test.each([
  ['null', undefined],
  ['deflate', undefined],
  ['snappy', snappy],
  [
    'zstandard',
    (block: Buffer, done: (error: Error | null, packed?: Buffer) => void) => done(null, zstdCompressSync(block)),
  ],
])('files of the codec %s are read, typed by their schema', async (codec, pack) => {
  const { catalog, records } = await read(await written(EVENT, events, codec, pack), { primary_key: ['id'] });
  expect(records.map((record) => ({ ...record }))).toEqual(events);
  expect(typesOf(catalog)).toEqual({ id: 'string', time: 'integer', campaign_id: 'string', machine_open: 'boolean' });
  expect(catalog.map(({ nullable }) => nullable)).toEqual([false, false, true, true]);
});

test('logical types keep their value and every digit', async () => {
  const logical = (type: string, logicalType: string, more = {}) => ({ type, logicalType, ...more });
  const schema = {
    type: 'record',
    name: 'Row',
    fields: [
      { name: 'day', type: logical('int', 'date') },
      { name: 'at', type: ['null', logical('long', 'timestamp-millis')] },
      { name: 'exact', type: logical('long', 'timestamp-micros') },
      { name: 'clock', type: logical('int', 'time-millis') },
      { name: 'cost', type: logical('bytes', 'decimal', { precision: 20, scale: 2 }) },
      { name: 'loss', type: logical('bytes', 'decimal', { precision: 5, scale: 3 }) },
      { name: 'raw', type: 'bytes' },
      { name: 'tags', type: { type: 'array', items: 'string' } },
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
      { name: 'either', type: ['string', 'int'] },
      { name: 'who', type: logical('string', 'uuid') },
    ],
  };
  const row = {
    day: 20_500,
    at: 1_780_000_000_123,
    exact: -1_500_001,
    clock: 3_723_004,
    // 12345678901234567.89 and -0.005, as two's complement.
    cost: Buffer.from('112210f47de98115', 'hex'),
    loss: Buffer.from([0xfb]),
    raw: Buffer.from([1, 2, 255]),
    tags: ['x', 'y'],
    kind: 'B',
    either: 'text',
    who: '0d5f7c0e-3c1f-4f0b-9a51-1d2e3f405162',
  };
  const { catalog, records } = await read(await written(schema, [row]));
  expect({ ...records[0] }).toEqual({
    ...row,
    day: '2026-02-16',
    at: '2026-05-28T20:26:40.123000Z',
    exact: '1969-12-31T23:59:58.499999Z',
    clock: '01:02:03.004000',
    cost: '12345678901234567.89',
    loss: '-0.005',
    raw: 'AQL/',
  });
  expect(typesOf(catalog)).toEqual({
    day: 'date',
    at: 'timestamptz',
    exact: 'timestamptz',
    clock: 'time',
    cost: 'decimal',
    loss: 'decimal',
    raw: 'string',
    tags: 'json',
    kind: 'string',
    either: 'json',
    who: 'uuid',
  });
  expect(catalog.find(({ name }) => name === 'cost')).toMatchObject({ precision: 20, scale: 2 });
});

test('a long beyond 2^53 keeps every digit', async () => {
  const schema = { type: 'record', name: 'Row', fields: [{ name: 'n', type: 'long' }] };
  const bytes = await written(schema, [{ n: 1 }, { n: 2 }]);
  // 2^53 + 1 in zigzag instead of the two records' one byte each, in a block of two bytes less and eight more.
  const sync = bytes.subarray(-16);
  const head = bytes.subarray(0, bytes.indexOf(sync) + 16);
  const big = Buffer.from([0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
  const { records } = await read(Buffer.concat([head, Buffer.from([2, big.length * 2]), big, sync]));
  expect(records[0]?.['n']).toBe(9_007_199_254_740_993n);
});

test('what is declared or frozen wins over the schema, and a new column is told', async () => {
  const columns = { time: { type: 'timestamptz', format: 'epoch_seconds' } };
  const { catalog } = await read(await written(EVENT, events), { columns });
  expect(typesOf(catalog)).toMatchObject({ time: 'timestamptz', id: 'string' });
});

test('a file that is cut off anywhere, damaged or no Avro is refused', async () => {
  const bytes = await written(EVENT, events.slice(0, 120), 'deflate');
  const refusal = (message: RegExp) => ({
    kind: 'source',
    details: { fault: 'integrity' },
    message: expect.stringMatching(message),
  });
  const sync = bytes.subarray(-16);
  const ends = new Set<number>();
  for (let at = bytes.indexOf(sync); at >= 0; at = bytes.indexOf(sync, at + 1)) ends.add(at + 16);
  expect(ends.size).toBeGreaterThan(1);
  for (let length = 0; length < bytes.length; length += 7)
    if (!ends.has(length) && length > 0)
      await expect(read(bytes.subarray(0, length), {}, [])).rejects.toMatchObject(
        refusal(/cut off|does not begin as one/),
      );
  for (const at of [0, bytes.length - 1, bytes.length - 30]) {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 1;
    await expect(read(flipped, {}, [])).rejects.toMatchObject(refusal(/is no Avro file or is damaged/));
  }
  const strange = await written(EVENT, events.slice(0, 2), 'xz', (block, done) => done(null, block));
  await expect(read(strange, {}, [])).rejects.toMatchObject(refusal(/packed by the codec "xz"/));
});
