import { BadRecord, type RecordData } from '../../../../core/protocol/index.js';
import { jsonLinesScanner } from '../../../../core/sdk/files/jsonl.scanner.js';

function read(data: string | Uint8Array, { size = 1 << 16, max = 1 << 20 } = {}): (RecordData | string)[] {
  const bytes = Buffer.from(data as string);
  const scanner = jsonLinesScanner({ maxRecordBytes: max });
  const pages: (readonly (RecordData | BadRecord)[])[] = [];
  for (let at = 0; at < bytes.length; at += size)
    pages.push(scanner.push(Uint8Array.from(bytes.subarray(at, at + size))));
  pages.push(scanner.end());
  return pages.flat().map((record) => (record instanceof BadRecord ? record.reason : record));
}

test('reads one object per line, past blank lines, CRLF, a byte order mark and a missing last line end', () => {
  expect(read('\uFEFF{"a":1}\r\n\n  \n{"a":"ü\\n","b":[{}]}\n{"a":null}')).toEqual([
    { a: 1 },
    { a: 'ü\n', b: [{}] },
    { a: null },
  ]);
  expect(read('')).toEqual([]);
});

test('keeps every digit of numbers that a double would round', () => {
  expect(
    read(
      '{"id":9007199254740993,"x":{"y":-12345678901234567890},"price":1234567890123456.78,"n":1.5,"t":"9007199254740993"}',
    ),
  ).toEqual([
    {
      id: 9007199254740993n,
      x: { y: -12345678901234567890n },
      price: '1234567890123456.78',
      n: 1.5,
      t: '9007199254740993',
    },
  ]);
});

test('makes a bad record of what is no JSON, no object or no UTF-8, and reads the next line', () => {
  const bytes = Buffer.concat([
    Buffer.from('{"a":1\n[1]\n7\n"x"\nnull\n<html>\n{"a":"'),
    Buffer.from([0xe4]),
    Buffer.from('"}\n{"a":2}\n{"cut":'),
  ]);
  expect(read(bytes)).toEqual([
    'invalid_json',
    'not_an_object',
    'not_an_object',
    'not_an_object',
    'not_an_object',
    'invalid_json',
    'invalid_utf8',
    { a: 2 },
    'invalid_json',
  ]);
});

test('finds the same in chunks of every size from 1 to 50', () => {
  const text = '\uFEFF{"a":"äöü€𝄞"}\n\n{"b":2}\nbad\n{"long":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}\n{"c":3}\r\n{"d":4}';
  const whole = read(text, { max: 30 });
  expect(whole).toEqual([{ a: 'äöü€𝄞' }, { b: 2 }, 'invalid_json', 'record_too_long', { c: 3 }, { d: 4 }]);
  for (let size = 1; size <= 50; size += 1) expect(read(text, { size, max: 30 })).toEqual(whole);
});

test('refuses a line over its limit once, however long it is, and reads the next', () => {
  const text = `{"a":1}\n{"x":"${'y'.repeat(100_000)}"}\n{"a":2}\n`;
  for (const size of [100, 1_000, 1 << 20])
    expect(read(text, { size, max: 1_000 })).toEqual([{ a: 1 }, 'record_too_long', { a: 2 }]);
});

test('takes a chunk of very many short lines', () => {
  expect(read('{}\n'.repeat(300_000), { size: 1 << 20 })).toHaveLength(300_000);
});

test('refuses UTF-16 by name', () => {
  expect(() => read(Buffer.from('\uFEFF{}\n', 'utf16le'))).toThrow('UTF-16');
});
