import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, openOnly, passThrough, recordsOf, streamOf } from './stream-support.js';

async function opened<T>(
  content: string | Uint8Array,
  spec: Record<string, unknown>,
  use: (open: Awaited<ReturnType<typeof openOnly>>) => Promise<T>,
): Promise<T> {
  using place = folder();
  writeFileSync(join(place.path, 'x'), content);
  // Nothing is sampled, so that an error comes from the one reading.
  const open = await openOnly(await streamOf(place.path, spec, []));
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}

const read = (content: string | Uint8Array, spec: Record<string, unknown> = {}) =>
  opened(content, spec, async (open) => ({
    names: open.fields.map(({ name }) => name),
    records: await recordsOf(open),
  }));

const be = (text: string) => Buffer.from(text, 'utf16le').swap16();

/** The cases of the public corpora and of the RFC, in files of our own: name, text, rows with the header first. */
const WELL_FORMED: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
  [
    'plain',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'plain with CRLF',
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'no line end at the end',
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a comma in quotes',
    'who,city\n"Doe, J.",Lyon\n',
    [
      ['who', 'city'],
      ['Doe, J.', 'Lyon'],
    ],
  ],
  [
    'empty values, bare and quoted',
    'a,b,c\n,"",\n"","",3\n',
    [
      ['a', 'b', 'c'],
      ['', '', ''],
      ['', '', '3'],
    ],
  ],
  [
    'empty values with CRLF',
    'a,b,c\r\n1,"",""\r\n2,,\r\n',
    [
      ['a', 'b', 'c'],
      ['1', '', ''],
      ['2', '', ''],
    ],
  ],
  [
    'doubled quotes',
    'a,b\n1,"ha ""ha"" ha"\n2,""""\n',
    [
      ['a', 'b'],
      ['1', 'ha "ha" ha'],
      ['2', '"'],
    ],
  ],
  [
    'JSON in a field',
    'k,v\n1,"{""at"": [1, ""x,y""]}"\n',
    [
      ['k', 'v'],
      ['1', '{"at": [1, "x,y"]}'],
    ],
  ],
  [
    'coordinates',
    'id,at\n1,"1.5, -2.25"\n',
    [
      ['id', 'at'],
      ['1', '1.5, -2.25'],
    ],
  ],
  [
    'line ends in quotes',
    'a,b\n1,"two\nlines"\n"three\n\nlines",2\n',
    [
      ['a', 'b'],
      ['1', 'two\nlines'],
      ['three\n\nlines', '2'],
    ],
  ],
  [
    'CRLF in quotes',
    'a,b\r\n1,"two\r\nlines"\r\n',
    [
      ['a', 'b'],
      ['1', 'two\r\nlines'],
    ],
  ],
  [
    'quotes and line ends',
    'a,b\n1,"say ""go""\nthen ""stop"""\n',
    [
      ['a', 'b'],
      ['1', 'say "go"\nthen "stop"'],
    ],
  ],
  [
    'UTF-8',
    'a,b\nñandú,日本 🎈\n',
    [
      ['a', 'b'],
      ['ñandú', '日本 🎈'],
    ],
  ],
  [
    'a byte order mark',
    '\ufeffa,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a byte order mark before quotes',
    '\ufeff"a",b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'quoted names',
    '"a ""x""","b,c"\n1,2\n',
    [
      ['a "x"', 'b,c'],
      ['1', '2'],
    ],
  ],
  [
    'spaces, which are part of a value',
    'a,b\n 1 , 2\n',
    [
      ['a', 'b'],
      [' 1 ', ' 2'],
    ],
  ],
  [
    'empty lines',
    'a,b\n\n1,2\n\n\n3,4\n\n',
    [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  [
    'a quote within a bare value',
    'a,b\n5" pipe,2\n',
    [
      ['a', 'b'],
      ['5" pipe', '2'],
    ],
  ],
  [
    'a lone CR within a value',
    'a,b\n1\r2,3\n',
    [
      ['a', 'b'],
      ['1\r2', '3'],
    ],
  ],
];

test.each(WELL_FORMED)('%s', async (_, text, [names, ...records]) => {
  expect(await read(text)).toEqual({ names, records });
});

test.each([
  ['text after a closing quote', 'a,b\n"1"x,2\n3,4\n', ['text_after_quote']],
  ['a space before an opening quote, and a comma in it', 'a,b\n1, "2,3"\n3,4\n', ['ragged_row']],
  ['a quote that never closes', 'a,b\n"1,2\n3,4\n', ['unclosed_quote']],
  ['too few fields', 'a,b\n1\n3,4\n', ['ragged_row']],
  ['too many fields, by a delimiter without quotes', 'a,b\n1,2,3\n3,4\n', ['ragged_row']],
  ['a record over the limit', `a,b\n1,${'x'.repeat(100)}\n3,4\n`, ['record_too_long']],
])('%s is one bad record, and its neighbour is read', async (_, text, reasons) => {
  const { encoded, rejects } = await opened(text, { max_record_bytes: 50 }, passThrough);
  expect(rejects.map(({ reason }) => reason)).toEqual(reasons);
  expect(encoded).toBe(1);
});

test.each([
  ['two equal names', 'a,b,a\n1,2,3\n', 'the header has the column "a" twice'],
  ['no name', 'a,,c\n1,2,3\n', 'column 2 of the header has no name'],
  ['a name with an underscore of ours', 'a,_b\n1,2\n', 'the column "_b" starts with an underscore'],
  ['lines that end with CR alone', 'a,b\r1,2\r', 'its lines end with CR alone'],
  ['a name that is no UTF-8', Buffer.from([0x61, 0x2c, 0xe9, 0x0a]), 'the name of column 2 is not valid UTF-8'],
  ['a quote that never closes', '"a,b\n1,2\n', 'the header cannot be cut into names'],
])('a header with %s is an error that says so', async (_, text, message) => {
  await expect(read(text)).rejects.toMatchObject({ kind: 'schema', message: expect.stringContaining(message) });
});

test('a header is repaired where that is asked for, and no name takes that of another column', async () => {
  const { names, records } = await read('a,,a,a_2,a,column_2\n1,2,3,4,5,6\n', { repair_header: true });
  expect(names).toEqual(['a', 'column_2_2', 'a_3', 'a_2', 'a_4', 'column_2']);
  expect(records).toEqual([['1', '2', '3', '4', '5', '6']]);
  expect((await read('a,b,\n1,2,\n', { repair_header: true })).names).toEqual(['a', 'b', 'column_3']);
});

test('other delimiters, quotes, escapes and comments', async () => {
  expect(await read("a;b\n# no record\n'x;y';2\n", { delimiter: ';', quote: "'", comment: '#' })).toEqual({
    names: ['a', 'b'],
    records: [['x;y', '2']],
  });
  expect((await read('a\tb\n"1\t2\n', { delimiter: '\t', quote: '' })).records).toEqual([['"1', '2']]);
  expect((await read('a|b\n"x\\"|\\\\y"|2\n', { delimiter: '|', escape: '\\' })).records).toEqual([['x"|\\y', '2']]);
});

test('without a header the declared columns are those of the file', async () => {
  const spec = { header: false, columns: { a: 'string', b: 'integer' } };
  expect(await read('1,2\n3,4\n', spec)).toEqual({
    names: ['a', 'b'],
    records: [
      ['1', '2'],
      ['3', '4'],
    ],
  });
});

test('titles above the header, units below it and totals at the end are no records', async () => {
  const text = 'Report "of May\n\nid,cost\n-,USD\n1,2\n3,"4\n5"\nTotal,"9\n';
  const spec = { skip_lines: 2, skip_rows: 1, skip_footer_lines: 1 };
  const wanted = {
    names: ['id', 'cost'],
    records: [
      ['1', '2'],
      ['3', '4\n5'],
    ],
  };
  expect(await read(text, spec)).toEqual(wanted);
  expect(await read(text.slice(0, -1), spec)).toEqual(wanted);
  expect((await read('id\n1\n2\n3\n', { skip_footer_lines: 2 })).records).toEqual([['1']]);
  expect((await read('id\n1\n', { skip_footer_lines: 5 })).records).toEqual([]);
  expect((await read('{"a":1}\n{"a":2}\nrows: 2', { format: 'jsonl', skip_footer_lines: 1 })).records).toEqual([
    { a: 1 },
    { a: 2 },
  ]);
});

test('footers are found in a file of many chunks', async () => {
  const rows = Array.from({ length: 150_000 }, (_, row) => `${row},${'x'.repeat(row % 9)}`);
  const { records } = await read(`id,note\n${rows.join('\n')}\nend 1\nend 2\n`, { skip_footer_lines: 2 });
  expect(records).toHaveLength(rows.length);
  expect(records.at(-1)).toEqual(rows.at(-1)?.split(','));
});

test('ragged rows are padded or refuse the file, as the file says', async () => {
  const text = 'a,b,c\n1\n1,2,3,,\n1,2,3,4\n';
  const padded = await opened(text, { ragged_rows: 'pad' }, passThrough);
  expect(padded.encoded).toBe(2);
  expect(padded.rejects.map(({ reason, position }) => [reason, position])).toEqual([['ragged_row', 3]]);
  expect((await read('a,b,c\n1\n', { ragged_rows: 'pad' })).records).toEqual([['1', '', '']]);
  const wide = Array.from({ length: 200 }, (_, column) => `c${column}`).join(',');
  expect((await read(`${wide}\n1\n2,3\n`, { ragged_rows: 'pad' })).records).toMatchObject([
    { length: 200 },
    { 1: '3' },
  ]);
  await expect(read('a,b\n1,2\n3\n', { ragged_rows: 'refuse' })).rejects.toMatchObject({
    kind: 'source',
    message: 'File "x" has 1 fields in row 2, and 2 columns.',
  });
});

const EURO = 'id,note\n1,Ċafé €“x”\n2,🎈\n';

test.each([
  ['utf-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(EURO, 'utf16le')])],
  ['utf-16', Buffer.concat([Buffer.from([0xfe, 0xff]), be(EURO)])],
  ['utf-16le', Buffer.from(EURO, 'utf16le')],
  ['utf-16be', be(`\ufeff${EURO}`)],
  ['utf-8', Buffer.from(`\ufeff${EURO}`)],
])('%s is read, also where a character has the byte of a line end (%#)', async (encoding, bytes) => {
  expect((await read(bytes, { encoding })).records).toEqual([
    ['1', 'Ċafé €“x”'],
    ['2', '🎈'],
  ]);
});

test('a large UTF-16 file is read whole, wherever chunks cut a character', async () => {
  const text = `id,note\n${'1,🎈é\n'.repeat(90_000)}`;
  for (const shift of ['', '2,x\n'])
    expect(
      (
        await read(Buffer.from(`${shift}${text}`, 'utf16le'), {
          encoding: 'utf-16le',
          header: false,
          columns: { a: 'string', b: 'string' },
        })
      ).records,
    ).toHaveLength(90_001 + (shift === '' ? 0 : 1));
});

test('Latin-1 and Windows-1252 differ where one has control characters', async () => {
  const bytes = Buffer.concat([Buffer.from('id,note\n1,'), Buffer.from([0xe9, 0xdf, 0x80, 0x93, 0x0a])]);
  expect((await read(bytes, { encoding: 'windows-1252' })).records).toEqual([['1', 'éß€“']]);
  expect((await read(bytes, { encoding: 'latin1' })).records).toEqual([['1', 'éß\u0080\u0093']]);
});

test.each([
  ['windows-1252', Buffer.from([0x61, 0x0a, 0x31, 0x81, 0x0a]), 'not windows-1252: 0x81 at byte 3'],
  ['latin1', Buffer.from('\ufeffa\n1\n'), 'not latin1: the mark of UTF-8 at byte 0'],
  ['utf-16', Buffer.from('a\n1\n', 'utf16le'), 'not utf-16: no byte order mark'],
  ['utf-16le', be('\ufeffa\n'), 'not utf-16le: the mark of the other byte order at byte 0'],
  ['utf-16le', Buffer.from('a\n1\ud800x\n', 'utf16le'), 'not utf-16le: half a character at byte 6'],
  ['utf-16le', Buffer.from('a\n1\n', 'utf16le').subarray(0, 7), 'not utf-16le: half a character at byte 6'],
  ['utf-16be', Buffer.concat([be('a\n1'), Buffer.from([0xd8, 0x00])]), 'not utf-16be: half a character at byte 6'],
])('%s that is something else refuses the file with the place (%#)', async (encoding, bytes, message) => {
  await expect(read(bytes, { encoding })).rejects.toMatchObject({
    kind: 'source',
    details: { fault: 'integrity' },
    message: expect.stringContaining(message),
  });
});

test('UTF-16 that is not declared is an error that names the option', async () => {
  await expect(read(Buffer.from('\ufeffa\n1\n', 'utf16le'))).rejects.toMatchObject({
    kind: 'source',
    details: { hint: 'Set `encoding: utf-16`.' },
  });
});
