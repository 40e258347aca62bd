import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { folder, listed, openOnly, passThrough, recordsOf, signal, streamOf, typesOf } from './stream-support.js';

function withFile(content: string | Uint8Array, name = 'a.csv') {
  const place = folder();
  writeFileSync(join(place.path, name), content);
  return place;
}

test('the records of the header are no data, and types come from a sample', async () => {
  using place = withFile(
    '\uFEFFid,zip,paid,at,seen,note\r\n1,01234,9.50,2026-01-01,2026-01-01T00:00:00Z,"a,\n""b"""\r\n2,60601,,,,\r\n',
  );
  const stream = await streamOf(place.path, { primary_key: ['id'] });
  expect(typesOf(stream.catalog.fields)).toEqual({
    id: 'integer',
    zip: 'string',
    paid: 'decimal',
    at: 'date',
    seen: 'timestamptz',
    note: 'string',
  });
  expect(stream.catalog.fields.filter(({ nullable }) => !nullable).map(({ name }) => name)).toEqual(['id']);
  expect(stream.isInferred).toBe(true);
  const open = await openOnly(stream);
  expect(await recordsOf(open)).toEqual([
    ['1', '01234', '9.50', '2026-01-01', '2026-01-01T00:00:00Z', 'a,\n"b"'],
    ['2', '60601', '', '', '', ''],
  ]);
  expect(open.identity().bytes).toBe((await listed(stream))[0]?.bytes);
});

test('declared types win over frozen ones, and frozen ones over the sample', async () => {
  using place = withFile('a,b,c\n1,2,3\n');
  const frozen = ['a', 'b'].map((name) => ({ name, type: 'decimal' as const, nullable: true }));
  const stream = await streamOf(place.path, { columns: { a: { type: 'string', nullable: false } } }, frozen);
  expect(stream.catalog.fields).toEqual([
    { name: 'a', type: 'string', nullable: false },
    { name: 'b', type: 'decimal', nullable: true },
  ]);
  const open = await openOnly(stream);
  expect(typesOf(open.fields)).toEqual({ a: 'string', b: 'decimal', c: 'string' });
  await open.close();
});

test('a changed header is taken in the order of the file, new names as text columns', async () => {
  using place = withFile('b,new,a\n1,2,3\n');
  const frozen = ['a', 'b'].map((name) => ({ name, type: 'integer' as const, nullable: true }));
  const open = await openOnly(await streamOf(place.path, {}, frozen));
  expect(open.fields.map(({ name, type }) => [name, type])).toEqual([
    ['b', 'integer'],
    ['new', 'string'],
    ['a', 'integer'],
  ]);
  expect(await recordsOf(open)).toEqual([['1', '2', '3']]);
});

test.each([
  ['a,b,a\n1,2,3\n', 'the header has the column "a" twice'],
  ['a,,b\n1,2,3\n', 'column 2 of the header has no name'],
  ['a,"b"c\n1,2\n', 'the header cannot be cut into names (text after quote)'],
  ['a,"b\n1,2\n', 'the header cannot be cut into names (unclosed quote)'],
  ['a,_run_id\n1,2\n', 'the column "_run_id" starts with an underscore'],
  ['a,b\r1,2\r3,4', 'its lines end with CR alone'],
])('the header %j is refused by name', async (content, what) => {
  using place = withFile(content);
  await expect(streamOf(place.path, {})).rejects.toMatchObject({
    kind: 'schema',
    message: expect.stringContaining(`File "a.csv": ${what}`),
  });
});

test('a header that is no UTF-8 is refused by name', async () => {
  using place = withFile(Buffer.from('a,stra\xdfe\n1,2\n', 'latin1'));
  await expect(streamOf(place.path, {})).rejects.toMatchObject({
    kind: 'schema',
    message: expect.stringContaining('column 2'),
  });
});

test('a file of zero bytes, plain or packed, and one of a header alone hold no records', async () => {
  for (const [name, content, fields] of [
    ['a.csv', '', []],
    ['a.csv.gz', gzipSync(''), []],
    ['a.csv', 'a,b\n', ['a', 'b']],
    ['a.csv', '\uFEFFa,b', ['a', 'b']],
  ] as const) {
    using place = withFile(content, name);
    const open = await openOnly(await streamOf(place.path, {}, [{ name: 'a', type: 'integer', nullable: true }]));
    expect(open.fields.map((field) => field.name)).toEqual(fields);
    expect(await recordsOf(open)).toEqual([]);
    expect(open.identity().checksum).toMatch(/^[0-9a-f]{64}$/);
  }
});

test('types come from the newest file that has records, not from an empty one', async () => {
  using place = withFile('a,b\n1,x\n', '1.csv');
  writeFileSync(join(place.path, '2.csv'), 'a,b\n7,2026-01-01\n');
  writeFileSync(join(place.path, '3.csv'), 'a,b\n');
  writeFileSync(join(place.path, '4.csv'), '');
  expect(typesOf((await streamOf(place.path, {})).catalog.fields)).toEqual({ a: 'integer', b: 'date' });
});

test('a file without header has the declared columns in their order', async () => {
  using place = withFile('1,x\n\n2,y\n');
  const stream = await streamOf(place.path, { header: false, columns: { id: 'integer', name: 'string' } });
  expect(stream.isInferred).toBe(false);
  expect(await recordsOf(await openOnly(stream))).toEqual([
    ['1', 'x'],
    ['2', 'y'],
  ]);
  await expect(streamOf(place.path, { header: false })).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('without a header the columns must be declared'),
  });
});

test('in a file of one column an empty line is an empty value', async () => {
  using place = withFile('\nname\n\nb\n');
  expect(await recordsOf(await openOnly(await streamOf(place.path, {})))).toEqual([[''], ['b']]);
});

test('a declared column that only an older file has is a column of the stream, and what a file holds tells its size or not', async () => {
  using place = withFile('id,n\n1,10\n');
  writeFileSync(join(place.path, 'b.csv.gz'), gzipSync('id\n2\n'));
  const stream = await streamOf(place.path, { path: '*.csv*', columns: { id: 'integer', n: 'integer' } });
  expect(typesOf(stream.catalog.fields)).toEqual({ id: 'integer', n: 'integer' });
  const packed = await Promise.all(
    (await listed(stream)).map(async (file) => {
      const open = await stream.open(file, signal());
      await open.close();
      return [file.name, open.isPacked];
    }),
  );
  expect(packed).toEqual([
    ['a.csv', false],
    ['b.csv.gz', true],
  ]);
});

test('a declared column or a key that the file does not have is an error that lists its columns', async () => {
  using place = withFile('a,b\n1,2\n');
  await expect(streamOf(place.path, { columns: { zipcode: 'string' } })).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('"zipcode"'),
    details: { hint: 'Columns of the newest file: a, b.' },
  });
  await expect(streamOf(place.path, { primary_key: ['id'] })).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('"id"'),
  });
});

test('a quoted text that means null elsewhere counts as a text for the type', async () => {
  using place = withFile('a,b\nNULL,"NULL"\n1,2\n');
  expect(typesOf((await streamOf(place.path, { nulls: ['', 'NULL'] })).catalog.fields)).toEqual({
    a: 'integer',
    b: 'string',
  });
});

test('a header and a first record that reach over many chunks are read whole', async () => {
  const names = Array.from({ length: 60_000 }, (_, index) => `column_number_${index}`);
  using place = withFile(`${names.join(',')}\n${names.map((_, index) => index).join(',')}\n`);
  const open = await openOnly(await streamOf(place.path, {}));
  expect(open.fields).toHaveLength(60_000);
  expect(((await recordsOf(open))[0] as string[])[59_999]).toBe('59999');
});

test('JSON lines are typed by their values, and a name that is new in a file is a new column', async () => {
  using place = withFile('{"id":1,"at":"2026-01-01","o":{"x":1}}\n{"id":2,"extra":9007199254740993}', 'a.jsonl');
  const spec = { format: 'jsonl', primary_key: ['id'] };
  const stream = await streamOf(place.path, spec);
  expect(typesOf(stream.catalog.fields)).toEqual({ id: 'integer', at: 'date', o: 'json', extra: 'integer' });
  const open = await openOnly(await streamOf(place.path, spec, stream.catalog.fields.slice(0, 3)));
  expect(typesOf(open.fields)['extra']).toBe('integer');
  expect(await recordsOf(open)).toEqual([
    { id: 1, at: '2026-01-01', o: { x: 1 } },
    { id: 2, extra: 9007199254740993n },
  ]);
});

test('the real campaign data has 64,000 records, sane types and quoted commas', async () => {
  const stream = await streamOf(join(process.cwd(), 'config/data'), { path: 'hillstrom*.csv.gz' });
  expect(typesOf(stream.catalog.fields)).toEqual({
    recency: 'integer',
    history_segment: 'string',
    history: 'decimal',
    mens: 'integer',
    womens: 'integer',
    zip_code: 'string',
    newbie: 'integer',
    channel: 'string',
    treatment: 'string',
    conversion: 'integer',
    visit: 'integer',
    spend: 'decimal',
  });
  const rows = (await recordsOf(await openOnly(stream))) as string[][];
  expect(rows).toHaveLength(64_000);
  expect(rows.every((row) => row.length === 12)).toBe(true);
  expect(new Set(rows.map((row) => row[1]))).toContain('7) $1,000 +');
  expect(await passThrough(await openOnly(stream))).toEqual({ encoded: 64_000, rejects: [] });
});

test('what is inferred from a file, the row program reads from it without a reject', async () => {
  const texts = {
    id: ['1', '-2', '123456789012345678'],
    amount: ['1234567890123456789012', '0.50', '-7'],
    flag: ['true', 'FALSE', 'True'],
    day: ['2024-02-29', '0001-01-01', '9999-12-31'],
    local: ['2026-03-14 09:26', '2026-03-14T23:59:59.123456789', '2026-03-14T00:00:00'],
    instant: ['2026-03-14T09:26:53Z', '2026-03-14 09:26:53.5+0530', '2026-03-14T09:26:53-05'],
    key: ['0190a3f2-7c11-7d30-9b1e-000000000001', '0190A3F2-7C11-7D30-9B1E-000000000002', ''],
    text: ['01234', '"NULL"', '"a,""b"""'],
  };
  const lines = [0, 1, 2].map((row) =>
    Object.values(texts)
      .map((column) => column[row])
      .join(','),
  );
  using place = withFile(`${Object.keys(texts).join(',')}\n${lines.join('\n')}\n`);
  const open = await openOnly(await streamOf(place.path, {}));
  const types = ['integer', 'decimal', 'boolean', 'date', 'timestamp', 'timestamptz', 'uuid', 'string'];
  expect(open.fields.map(({ type }) => type)).toEqual(types);
  expect(await passThrough(open)).toEqual({ encoded: 3, rejects: [] });
});

test('an abort ends the reading', async () => {
  using place = withFile(`a\n${'1\n'.repeat(1 << 20)}`);
  const stream = await streamOf(place.path, {});
  const [file] = await listed(stream);
  const stop = new AbortController();
  const open = await stream.open(file!, stop.signal);
  stop.abort();
  await expect(recordsOf(open)).rejects.toThrow('aborted');
  await open.close();
  expect(signal().aborted).toBe(false);
});
