import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import yazl from 'yazl';
import { folder, openOnly, passThrough, recordsOf, streamOf, typesOf } from './stream-support.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/tables/${name}`, import.meta.url));

async function opened<T>(
  content: string | Uint8Array,
  { frozen, ...spec }: Record<string, unknown>,
  use: (open: Awaited<ReturnType<typeof openOnly>>) => Promise<T>,
  name = 'x',
): Promise<T> {
  using place = folder();
  writeFileSync(join(place.path, name), content);
  // Nothing is sampled then, so that an error comes from the one reading.
  const stream = await streamOf(place.path, spec, frozen === true ? [] : undefined);
  const open = await openOnly(stream);
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}

const read = (content: string | Uint8Array, spec: Record<string, unknown>, name?: string) =>
  opened(content, spec, async (open) => ({ types: typesOf(open.fields), records: await recordsOf(open) }), name);

describe('a JSON array', () => {
  test('gives its objects, whatever stands between and in them', async () => {
    const text = `\uFEFF [ {"id": 1, "note": "a,]}\\"\\n"} ,\n\n {"id":9007199254740993,"tags":["x",{"y":[1]}]},{\n"id": 3\n}\n]\n`;
    expect(await read(text, { format: 'json' })).toEqual({
      types: { id: 'integer', note: 'string', tags: 'json' },
      records: [{ id: 1, note: 'a,]}"\n' }, { id: 9007199254740993n, tags: ['x', { y: [1] }] }, { id: 3 }],
    });
  });

  test('is found where `records_in` says, and by nothing else of that name', async () => {
    const text = `{"items": [1], "meta": {"items": [{"id": 0}]}, "data": {"count": 2, "items": [{"id": 1}, {"id": 2}], "next": null}}`;
    expect((await read(text, { format: 'json', records_in: 'data.items' })).records).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('may be empty, and comes in pieces of any size', async () => {
    expect((await read('[]', { format: 'json', columns: { id: 'integer' } })).records).toEqual([]);
    const many = JSON.stringify(Array.from({ length: 40_000 }, (_, id) => ({ id, note: `n"${id}` })));
    const { records } = await read(gzipSync(many), { format: 'json' });
    expect(records.length).toBe(40_000);
    expect(records.at(-1)).toEqual({ id: 39_999, note: 'n"39999' });
  });

  test('puts an element aside that is no object or no JSON, and reads the others', async () => {
    const text = `[{"id":1}, 7, {"id":nope}, {"id":"a\nb"}, null, {"id":2}]`;
    const spec = { format: 'json', frozen: true };
    expect((await read(text, spec)).records).toEqual([
      { id: 1 },
      '!not_an_object',
      '!invalid_json',
      '!invalid_json',
      '!not_an_object',
      { id: 2 },
    ]);
  });

  test.each([
    ['cut off', '[{"id":1},{"id":2}', 'cut off'],
    ['cut off in a text', '[{"id":"1', 'cut off'],
    ['no array', '{"id":1}', 'no array'],
    ['something behind it', '[{"id":1}] x', 'behind its end'],
    ['a comma too many', '[{"id":1},]', 'does not end as one'],
    ['an element that is missing', '[{"id":1},,{"id":2}]', 'empty element'],
    ['nothing', ' ', 'no array'],
  ])('is refused whole: %s', async (_, text, reason) => {
    await expect(read(text, { format: 'json', frozen: true })).rejects.toMatchObject({
      kind: 'source',
      details: { fault: 'integrity' },
      message: expect.stringContaining(reason),
    });
  });

  test('without the array that `records_in` names it is refused', async () => {
    await expect(
      read('{"data":{"rows":[]}}', { format: 'json', records_in: 'data.items', frozen: true }),
    ).rejects.toThrow('has no array "data.items"');
  });
});

describe('fixed width', () => {
  const columns = {
    id: { type: 'integer', width: 4 },
    name: { type: 'string', width: 6 },
    sent: { type: 'date', width: 8, format: 'YYYYMMDD', position: 13 },
  };
  const spec = { format: 'fixed_width', columns };

  test('takes fields by their places, in characters, without the blanks around them', async () => {
    const text = '\uFEFF  1 Zoë   ..20260301\r\n22  naïve ..20260302\n\n333 日本    ..20260303';
    expect(await read(text, spec)).toEqual({
      types: { id: 'integer', name: 'string', sent: 'date' },
      records: [
        ['1', 'Zoë', '20260301'],
        ['22', 'naïve', '20260302'],
        ['333', '日本', '20260303'],
      ],
    });
  });

  test('puts rows aside that are too short, too long or of another encoding', async () => {
    const text = Buffer.concat([
      Buffer.from('1   a     ..20260301\n2   short\n3   long  ..20260301 more\n'),
      Buffer.from('4   '),
      Buffer.from([0xff]),
      Buffer.from('     ..20260301\n5   b     ..2026\n'),
    ]);
    const { encoded, rejects } = await opened(text, spec, passThrough);
    expect(encoded).toBe(1);
    expect(rejects.map(({ position, reason }) => [position, reason])).toEqual([
      [2, 'ragged_row'],
      [3, 'ragged_row'],
      [4, 'invalid_utf8'],
      [5, 'not_a_date'],
    ]);
  });

  test('with `pad` a line whose blanks at the end were cut has nulls there; title, units and total are skipped', async () => {
    const text = 'REPORT\nunit--------\n1   a\n2   b     ..20260301\nTOTAL 2\n';
    const { encoded, rejects } = await opened(
      text,
      { ...spec, ragged_rows: 'pad', skip_lines: 1, skip_rows: 1, skip_footer_lines: 1 },
      passThrough,
    );
    expect([encoded, rejects]).toEqual([2, []]);
  });

  test('a column without a width is a fault of the configuration', async () => {
    await expect(read('1', { format: 'fixed_width', columns: { id: 'integer' } })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('has no `width`'),
    });
  });
});

describe('numbers as other countries write them', () => {
  const german = { decimal_separator: ',', thousands_separator: '.' };
  const text = 'id;cost;count\n1;1.234.567,89;1.000\n2;-0,5;7\n3;12,50-;12\n';

  test('are inferred and read', async () => {
    const open = { ...german, delimiter: ';' };
    expect((await read(text, open)).types).toEqual({ id: 'integer', cost: 'decimal', count: 'integer' });
    const { encoded, rejects } = await opened(text, open, passThrough);
    expect([encoded, rejects]).toEqual([3, []]);
  });

  test.each([
    [german, '1.5'],
    [german, '1.2345,0'],
    [german, '12.34,5'],
    [{ decimal_separator: ',' }, '1.5'],
    [{ decimal_separator: ',' }, '1.234,5'],
    [{ thousands_separator: ',' }, '1,5'],
    [german, '1,5,5'],
    [german, '--5'],
    [german, '-5-'],
  ])('with %j `%s` is no number', async (format, value) => {
    const columns = { cost: 'decimal', note: 'string' };
    const { encoded, rejects } = await opened(
      `cost;note\n${value};x\n`,
      { ...format, delimiter: ';', columns },
      passThrough,
    );
    expect(encoded).toBe(0);
    expect(rejects).toMatchObject([{ field: 'cost', reason: 'not_a_decimal', payload: { cost: value } }]);
  });

  test.each([
    [{ decimal_separator: ',', thousands_separator: ' ' }, '1\u202F234\u202F567,5'],
    [{ thousands_separator: "'" }, "1'234.5"],
    [{ thousands_separator: ',' }, '1,234,567.25'],
    [german, '1234567,5'],
  ])('with %j `%s` is one', async (format, value) => {
    const { rejects } = await opened(
      `cost;n\n"${value}";1\n`,
      { ...format, delimiter: ';', columns: { cost: 'decimal' } },
      passThrough,
    );
    expect(rejects).toEqual([]);
  });

  test('one separator cannot be both', async () => {
    await expect(read(text, { decimal_separator: ',', thousands_separator: ',' })).rejects.toMatchObject({
      kind: 'config',
    });
  });
});

describe('Parquet', () => {
  test.each(['snappy', 'gzip', 'zstd'])(
    'as others write it, packed by %s, keeps types and every digit',
    async (codec) => {
      expect(await read(readFileSync(fixture(`events.${codec}.parquet`)), { format: 'parquet' })).toEqual({
        types: {
          id: 'integer',
          small: 'integer',
          name: 'string',
          cost: 'decimal',
          rate: 'number',
          day: 'date',
          at: 'timestamptz',
          local_at: 'timestamp',
          clock: 'time',
          ok: 'boolean',
          tags: 'json',
          raw: 'string',
        },
        records: [
          {
            id: 9007199254740993n,
            small: 1,
            name: 'a',
            cost: '1234567890123456789.12',
            rate: 0.1,
            day: '2026-03-01',
            at: '2026-03-01T01:02:03.456789Z',
            local_at: '2026-03-01T01:02:03.000000',
            clock: '08:30:00.000005',
            ok: true,
            tags: ['x', 'y'],
            raw: '/wA=',
          },
          {
            id: 2,
            small: null,
            name: 'Ünï',
            cost: '-0.01',
            rate: null,
            day: null,
            at: null,
            local_at: null,
            clock: null,
            ok: null,
            tags: null,
            raw: null,
          },
          {
            id: 3,
            small: -3,
            name: null,
            cost: null,
            rate: 2.5,
            day: '1969-12-31',
            at: '1969-12-31T23:59:59.000001Z',
            local_at: null,
            clock: null,
            ok: false,
            tags: [],
            raw: 'text',
          },
        ],
      });
    },
  );

  test.each([
    ['is empty', () => Buffer.alloc(0)],
    ['is something else', () => Buffer.from('id,name\n1,a\n')],
    ['is cut off', () => readFileSync(fixture('events.snappy.parquet')).subarray(0, 900)],
    [
      'is damaged within',
      () => {
        const bytes = readFileSync(fixture('events.gzip.parquet'));
        bytes.fill(0x55, 10, 60);
        return bytes;
      },
    ],
  ])('is refused whole where it %s', async (_, content) => {
    await expect(
      read(content(), { format: 'parquet', columns: { id: 'integer' }, frozen: true }),
    ).rejects.toMatchObject({ kind: 'source', details: { fault: 'integrity' } });
  });
});

describe('XLSX', () => {
  const spec = { format: 'xlsx', sheet: 'Results', skip_lines: 2 };

  test('as others write it gives days, instants, times, truths and texts, and skips empty rows', async () => {
    expect(await read(readFileSync(fixture('results.xlsx')), spec, 'results.xlsx')).toEqual({
      types: {
        id: 'integer',
        day: 'date',
        sent_at: 'timestamp',
        cost: 'decimal',
        name: 'string',
        opted_in: 'boolean',
        at: 'string',
        share: 'decimal',
      },
      records: [
        {
          id: 1,
          day: '2026-03-01',
          sent_at: '2026-03-01T13:45:30',
          cost: 12.5,
          name: 'Flu shot',
          opted_in: true,
          at: '08:30:00',
          share: 0.25,
        },
        {
          id: 2,
          day: '1900-01-01',
          sent_at: '2026-03-02T00:00:00',
          cost: 1234567.89,
          name: 'Ünïcode "q", <b>',
          opted_in: false,
          at: '23:59:59',
          share: null,
        },
        { id: 3, day: null, sent_at: null, cost: null, name: '=1+1 is text', opted_in: null, at: null, share: 1 },
      ],
    });
  });

  test('the first sheet is read unless another is named, and one that is not there is told', async () => {
    expect((await read(readFileSync(fixture('results.xlsx')), { format: 'xlsx' })).types).toEqual({
      'Campaign results': 'string',
    });
    await expect(
      read(readFileSync(fixture('results.xlsx')), { format: 'xlsx', sheet: 'Nope', frozen: true }),
    ).rejects.toMatchObject({ details: { hint: expect.stringContaining('Cover, Results') } });
  });

  test('a packed workbook is unpacked first', async () => {
    const content = gzipSync(readFileSync(fixture('results.xlsx')));
    expect((await read(content, spec, 'results.xlsx.gz')).records.length).toBe(3);
  });

  const book = (sheet: string, more: Readonly<Record<string, string | Readable>> = {}): Promise<Buffer> => {
    const zip = new yazl.ZipFile();
    const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
    const parts: Record<string, string | Readable> = {
      'xl/workbook.xml': `<workbook ${main} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId7"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels':
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId7" Target="worksheets/sheet1.xml"/></Relationships>',
      'xl/worksheets/sheet1.xml': `<worksheet ${main}><sheetData>${sheet}</sheetData></worksheet>`,
      ...more,
    };
    for (const [name, part] of Object.entries(parts))
      if (typeof part === 'string') zip.addBuffer(Buffer.from(part), name);
      else zip.addReadStream(part, name, { compressionLevel: 1 });
    zip.end();
    const chunks: Buffer[] = [];
    return new Promise((resolve) => {
      zip.outputStream.on('data', (chunk: Buffer) => chunks.push(chunk));
      zip.outputStream.on('end', () => resolve(Buffer.concat(chunks)));
    });
  };
  const text = (value: string) => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  const head = `<row r="1">${text('id')}${text('note')}</row>`;

  test('shared texts of more than 128 MB are refused before they are unpacked, with another way', async () => {
    const megabyte = Buffer.alloc(1 << 20, 'x');
    const texts = (megabytes: number) =>
      Readable.from(
        (function* () {
          yield Buffer.from('<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>');
          for (let count = 0; count < megabytes; count += 1) yield megabyte;
          yield Buffer.from('</t></si></sst>');
        })(),
      );
    const row = '<row r="1"><c t="s"><v>0</v></c></row>';
    const content = await book(row, { 'xl/sharedStrings.xml': texts(128) });
    expect(content.length).toBeLessThan(4 << 20);
    await expect(read(content, { format: 'xlsx', max_ratio: 2_000 })).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringMatching(/has a part "xl\/sharedStrings.xml" of 1342\d+ bytes/),
      details: { hint: expect.stringContaining('deliver it as CSV') },
    });
  });

  test('cells by their places, entities, errors of formulas, and a row that has more cells than the header', async () => {
    const rows = `${head}<row r="2"><c r="B2" t="str"><v>a &amp; b</v></c></row><row r="3"><c r="A3"><f>1/0</f><v>4</v></c><c r="B3" t="e"><v>#N/A</v></c></row><row r="4">${text('1')}${text('x')}${text('beyond')}</row>`;
    expect((await read(await book(rows), { format: 'xlsx', frozen: true })).records).toEqual([
      { id: null, note: 'a & b' },
      { id: 4, note: '#N/A' },
      '!ragged_row',
    ]);
  });

  test.each([
    ['is no workbook', async () => Buffer.from('id,note\n'), 'no XLSX'],
    ['is another archive', async () => gzipSync('x'), 'no XLSX'],
    ['is cut off', async () => readFileSync(fixture('results.xlsx')).subarray(0, 3_000), 'no XLSX'],
    [
      'swells by entities',
      () => book(`<!DOCTYPE x [<!ENTITY a "aaaa">]>${head}<row><c t="str"><v>&a;</v></c></row>`),
      'no XLSX',
    ],
    ['names a shared text that is not there', () => book(`${head}<row><c t="s"><v>9</v></c></row>`), 'shared text'],
    ['has a column twice', () => book(`<row>${text('id')}${text('id')}</row>`), 'twice'],
    ['has XML that is not well formed', () => book(`${head}<row><c></row>`), 'no XLSX'],
    ['has a cell far to the right', () => book(`${head}<row><c r="ZZZZ9"><v>1</v></c></row>`), 'columns'],
    [
      'is a bomb',
      () => book(head, { 'xl/sharedStrings.xml': `<sst><si><t>${'a'.repeat(70 << 20)}</t></si></sst>` }),
      'a part "xl/sharedStrings.xml"',
    ],
  ])('is refused whole where it %s', async (_, content, reason) => {
    await expect(read(await content(), { format: 'xlsx', frozen: true, compression: 'none' })).rejects.toMatchObject({
      message: expect.stringContaining(reason),
    });
  });
});

test('a file of a format with a schema gets columns that only a later file has', async () => {
  using place = folder();
  copyFileSync(fixture('events.zstd.parquet'), join(place.path, 'x.parquet'));
  const stream = await streamOf(place.path, { format: 'parquet', primary_key: ['id'] }, [
    { name: 'id', type: 'integer', nullable: false },
  ]);
  const open = await openOnly(stream);
  expect(open.fields.length).toBe(12);
  await open.close();
});

test('a manifest may be a table, and what it says of a file must hold', async () => {
  using place = folder();
  writeFileSync(join(place.path, 'a.csv'), 'id;cost\n1;1.000,50\n2;0,5\n');
  const spec = {
    path: 'a.csv',
    delimiter: ';',
    decimal_separator: ',',
    thousands_separator: '.',
    integrity: { manifest: 'list.csv' },
  };
  const verified = async (row: string) => {
    writeFileSync(join(place.path, 'list.csv'), `name,records,total_cost\n${row}\n`);
    const open = await openOnly(await streamOf(place.path, spec, []));
    await recordsOf(open);
    open.verify?.();
    await open.close();
  };
  await verified('a.csv,2,1001.0');
  await verified('"a.csv",2,');
  await expect(verified('a.csv,2,1000.50')).rejects.toThrow('control total of "cost" is 1001.00 and should be 1000.50');
  await expect(verified('a.csv,3,')).rejects.toThrow('number of records is 2 and should be 3');
  await expect(verified('b.csv,2,')).rejects.toThrow('names it 0 times');
});
