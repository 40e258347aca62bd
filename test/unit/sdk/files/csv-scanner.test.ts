import { csvScanner } from '../../../../core/sdk/files/csv.scanner.js';
import { fieldsOf, rowsOf, seeded } from './csv-rows.js';

describe('the CSV scanner reads', () => {
  test('bare and quoted fields, and says which were quoted', () => {
    expect(rowsOf('a,"b",,""\n')).toEqual([{ row: 1, fields: ['a', 'b', '', ''], quotes: '."."' }]);
  });

  test('doubled quotes, delimiters and line ends in quotes as a part of the value', () => {
    expect(fieldsOf('"say ""hi""","a,b","line 1\nline 2\r\nline 3"\n')).toEqual([
      ['say "hi"', 'a,b', 'line 1\nline 2\r\nline 3'],
    ]);
    expect(fieldsOf('"""",""""""\n')).toEqual([['"', '""']]);
  });

  test('LF, CRLF and a last line without an end alike, also after a quote', () => {
    for (const text of ['a,b\nc,"d"\n', 'a,b\r\nc,"d"\r\n', 'a,b\r\nc,"d"', 'a,b\r\nc,"d"\r', 'a,"b"\nc,d'])
      expect(fieldsOf(text)).toEqual([
        ['a', 'b'],
        ['c', 'd'],
      ]);
  });

  test('a lone CR as a part of the value', () => {
    expect(fieldsOf('a\rb,c\n')).toEqual([['a\rb', 'c']]);
  });

  test('a quote inside a bare field as an ordinary character', () => {
    expect(fieldsOf('5" pipe,a"b"c\n')).toEqual([['5" pipe', 'a"b"c']]);
  });

  test('a file without its byte order mark, whatever the first chunk holds', () => {
    for (const size of [1, 2, 3, 100]) {
      expect(fieldsOf('\uFEFF"a",b\n1,2\n', {}, size)).toEqual([
        ['a', 'b'],
        ['1', '2'],
      ]);
      expect(fieldsOf('\uFEFF', {}, size)).toEqual([]);
    }
    expect(fieldsOf('a')).toEqual([['a']]);
  });

  test('nothing from a file of zero bytes or of line ends alone', () => {
    expect(fieldsOf('')).toEqual([]);
    expect(fieldsOf('\n\r\n\n')).toEqual([]);
  });

  test('past empty lines, except where a file of one column says that they are values', () => {
    expect(fieldsOf('a\n\nb\r\n\r\n')).toEqual([['a'], ['b']]);
    expect(fieldsOf('a\n\nb\n', { emptyLines: true })).toEqual([['a'], [''], ['b']]);
    expect(fieldsOf('a\n""\n')).toEqual([['a'], ['']]);
    expect(fieldsOf('\nname\n\nb\n', { emptyLines: true, skipRows: 1 })).toEqual([[''], ['b']]);
  });

  test('ragged rows with the number of fields they have', () => {
    expect(fieldsOf('a,b\n1\n1,2,3\n').map((fields) => fields.length)).toEqual([2, 1, 3]);
    expect(fieldsOf('a,b,\n')).toEqual([['a', 'b', '']]);
  });

  test('other delimiters, quotes, escapes and comments', () => {
    expect(fieldsOf("a\t'b\tc'\t'it''s'\n", { delimiter: '\t', quote: "'" })).toEqual([['a', 'b\tc', "it's"]]);
    expect(fieldsOf('a|"b|c"\n', { delimiter: '|', quote: '' })).toEqual([['a', '"b', 'c"']]);
    expect(fieldsOf('"a\\"b\\\\","c\\\n"\n', { escape: '\\' })).toEqual([['a"b\\', 'c\n']]);
    expect(fieldsOf('#x\n1,#2\n#"\n3,4\n#', { comment: '#' })).toEqual([
      ['1', '#2'],
      ['3', '4'],
    ]);
    expect(() => csvScanner({ delimiter: '"' })).toThrow('must differ');
    expect(() => csvScanner({ delimiter: '§' })).toThrow('one ASCII character');
  });

  test('records after those to skip, whose first is row 1', () => {
    expect(rowsOf('name,"x\ny"\n1,2\n3,4\n', { skipRows: 1 }).map(({ row, fields }) => [row, ...fields])).toEqual([
      [1, '1', '2'],
      [2, '3', '4'],
    ]);
  });

  test('more fields than it has room for at first', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => (index % 3 === 0 ? `"${index}"` : String(index)));
    expect(fieldsOf(`${many.join(',')}\n`, {}, 37)[0]).toEqual(Array.from({ length: 1_000 }, (_, i) => String(i)));
  });
});

describe('the CSV scanner at fault', () => {
  test('hands out text after a closing quote as a bad record and goes on at the next line', () => {
    expect(rowsOf('1,2\n"a"b,3\n4,5\n')).toEqual([
      { row: 1, fields: ['1', '2'], quotes: '..' },
      { row: 2, fields: ['"a"b,3'], quotes: '', fault: 'text_after_quote' },
      { row: 3, fields: ['4', '5'], quotes: '..' },
    ]);
    expect(fieldsOf('"a"\rb\n1\n')).toEqual([['!text_after_quote', '"a"\rb'], ['1']]);
  });

  test('loses the line of an unclosed quote and no other', () => {
    expect(fieldsOf('1,2\n3,"open\n4,5\n6,7\n')).toEqual([
      ['1', '2'],
      ['!unclosed_quote', '3,"open'],
      ['4', '5'],
      ['6', '7'],
    ]);
    expect(fieldsOf('1,2\n3,"cut o')).toEqual([
      ['1', '2'],
      ['!unclosed_quote', '3,"cut o'],
    ]);
    expect(fieldsOf('"')).toEqual([['!unclosed_quote', '"']]);
  });

  test('loses one line where a stray quote meets the next quoted field', () => {
    expect(fieldsOf('1,"stray\n2,x\n3,"y"\n4,z\n')).toEqual([
      ['!text_after_quote', '1,"stray'],
      ['2', 'x'],
      ['3', 'y'],
      ['4', 'z'],
    ]);
  });

  test('keeps the lines of earlier quoted fields with the bad record', () => {
    expect(fieldsOf('"two\nlines","bad"x\n1,2\n')).toEqual([
      ['!text_after_quote', '"two\nlines","bad"x'],
      ['1', '2'],
    ]);
  });

  test('shows a bad record as it came, escapes included', () => {
    expect(fieldsOf('"say ""hi""","x"y\n')).toEqual([['!text_after_quote', '"say ""hi""","x"y']]);
  });

  test('refuses a record that is longer than its limit and reads the next', () => {
    const options = { maxRecordBytes: 10 };
    expect(fieldsOf('12345,7890\n12345,78901\n1,2\n', options)).toEqual([
      ['12345', '7890'],
      ['!record_too_long', '12345,7890'],
      ['1', '2'],
    ]);
    expect(fieldsOf('"1234567890\n1,2\n"\n3,4\n', options)).toEqual([
      ['!unclosed_quote', '"123456789'],
      ['1', '2'],
      ['!unclosed_quote', '"'],
      ['3', '4'],
    ]);
  });

  test('counts each fault as one row, so that positions stay the same in every run', () => {
    expect(rowsOf('a"\n"b"c\nd\n"e').map(({ row }) => row)).toEqual([1, 2, 3, 4]);
  });

  test('refuses UTF-16 by name', () => {
    expect(() => rowsOf(Buffer.from('\uFEFFa,b\n', 'utf16le'))).toThrow('UTF-16');
  });
});

describe('the CSV scanner judges bytes', () => {
  const cleanOf = (chunks: Uint8Array[]): boolean[] => {
    const scanner = csvScanner();
    const seen: boolean[] = [];
    for (const chunk of chunks) {
      scanner.push(chunk);
      while (scanner.next()) seen.push(scanner.clean);
    }
    scanner.end();
    while (scanner.next()) seen.push(scanner.clean);
    return seen;
  };

  test('as clean where a chunk cuts a character', () => {
    const bytes = Buffer.from('äöü,€\n𝄞,x\nlast,ß', 'utf8');
    for (let cut = 1; cut < bytes.length; cut += 1)
      expect(cleanOf([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual([true, true, true]);
  });

  test('as not clean where a record holds NUL, Latin-1 or a cut character at the end of the file', () => {
    expect(cleanOf([Buffer.from('a\0b\n')])).toEqual([false]);
    expect(cleanOf([Buffer.from('Zo\xeb,1\n', 'latin1')])).toEqual([false]);
    expect(cleanOf([Buffer.from('\xff\nab', 'latin1'), Buffer.from('c\nd\n')])).toEqual([false, true, true]);
    expect(cleanOf([Buffer.from('ab\0'), Buffer.from('c'), Buffer.from('d\ne\n')])).toEqual([false, false]);
    expect(cleanOf([Buffer.from('abc\n'), Buffer.from([0x61, 0xe2, 0x82])])).toEqual([true, false]);
  });
});

/** The simplest parser that can be right: one character at a time over the whole text, good files only. */
function reference(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endRow = () => {
    row.push(field);
    if (row.length > 1 || field !== '' || isQuoted) rows.push(row);
    row = [];
    field = '';
    isQuoted = false;
  };
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"' && field === '' && !isQuoted) {
      isQuoted = true;
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        if (text[at] === '"') at += 1;
        field += text[at];
      }
    } else if (text[at] === ',') {
      row.push(field);
      field = '';
      isQuoted = false;
    } else if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n')) {
      if (text[at] === '\r') at += 1;
      endRow();
    } else field += text[at];
  }
  if (field !== '' || isQuoted || row.length > 0) endRow();
  return rows;
}

const PIECES = ['a', 'bc', ' ', '7', '""', ',', '\n', '\r\n', '""""', ';', '\r'];

function goodFile(seed: number): string {
  const below = seeded(seed);
  const line = () =>
    Array.from({ length: 1 + below(5) }, () => {
      const pieces = Array.from({ length: below(6) }, () => PIECES[below(PIECES.length)] as string).join('');
      return below(2) === 0 ? `"${pieces}"` : pieces.replace(/[",\r\n]/g, '');
    }).join(',');
  const end = below(2) === 0 ? '\n' : '\r\n';
  const lines = Array.from({ length: 1 + below(12) }, line);
  return lines.join(end) + (below(2) === 0 ? end : '');
}

/** Any sequence of the characters that matter. */
function anyFile(seed: number): string {
  const below = seeded(seed);
  const letters = ['a', 'b', '"', '"', ',', '\n', '\r', '\r\n', ',"', '",', '"\n'];
  return Array.from({ length: below(60) }, () => letters[below(letters.length)] as string).join('');
}

describe('the CSV scanner on seeded random files', () => {
  test('finds what a trivially simple parser finds', () => {
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const text = goodFile(seed);
      expect({ seed, rows: fieldsOf(text) }).toEqual({ seed, rows: reference(text) });
    }
  });

  test('finds the same records in chunks of every size from 1 to 50', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const text = goodFile(seed);
      const whole = rowsOf(text);
      for (let size = 1; size <= 50; size += 1) expect(rowsOf(text, {}, size)).toEqual(whole);
    }
  });

  test('says the same of broken files and of records over the limit in chunks of every size', () => {
    for (let seed = 1; seed <= 120; seed += 1) {
      const text = anyFile(seed);
      for (const options of [{}, { maxRecordBytes: 7 }, { maxRecordBytes: 4, escape: '\\', comment: 'b' }]) {
        const whole = rowsOf(text, options);
        for (let size = 1; size <= 50; size += size < 12 ? 1 : 7)
          expect({ seed, options, rows: rowsOf(text, options, size) }).toEqual({ seed, options, rows: whole });
      }
    }
  });

  test('loses no byte: records and faults together hold every letter of a broken file', () => {
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const text = anyFile(seed);
      const found = fieldsOf(text).map((fields) => (fields[0]?.startsWith('!') === true ? fields.slice(1) : fields));
      const letters = (value: string) => value.replace(/[^ab]/g, '');
      expect({ seed, letters: letters(found.flat().join('')) }).toEqual({ seed, letters: letters(text) });
    }
  });

  test('reads a long record that comes in small chunks in linear time', () => {
    const text = `1,"${'x'.repeat(8 << 20)}"\n2,y\n`;
    const started = performance.now();
    expect(fieldsOf(text, {}, 1024).map((fields) => fields[1]?.length)).toEqual([8 << 20, 1]);
    // Scanning it again with every chunk would be 8,192 × 4 MB, which takes half a minute.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
