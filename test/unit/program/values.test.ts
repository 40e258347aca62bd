import { describe, expect, test } from '@jest/globals';
import type { FieldType, ParsingRules } from '../../../core/protocol/index.js';
import { column, field, oneFromBytes, oneFromObject, planOf } from './rows.js';

/** A text in a file or a value in a record, and what lands: its text, null, or `!reason`. */
type Case = readonly [unknown, string | null];

function both(
  type: FieldType,
  name: string,
  cases: readonly Case[],
  parsing: Partial<ParsingRules> = {},
  more = {},
): void {
  const plan = planOf([column('v', type, { target: field('v', type, more) })], { parsing });
  test.each(cases)(`${name} from bytes: %s`, (text, expected) => {
    expect(oneFromBytes(plan, text as string)).toBe(expected);
  });
  test.each(cases)(`${name} from an object: %s`, (text, expected) => {
    expect(oneFromObject(plan, text === '' || text === 'NULL' ? null : text)).toBe(expected);
  });
}

function objects(type: FieldType, cases: readonly Case[], parsing: Partial<ParsingRules> = {}): void {
  const plan = planOf([column('v', type)], { parsing });
  test.each(cases)(`a value of a record as ${type}: %p`, (value, expected) => {
    expect(oneFromObject(plan, value)).toBe(expected);
  });
}

const T = '!not_a_timestamp';

describe('integer', () => {
  both('integer', 'integer', [
    ['', null],
    ['NULL', null],
    ['0', '0'],
    ['-0', '0'],
    ['007', '7'],
    [' 12 ', '12'],
    ['+5', '5'],
    ['999999999999999', '999999999999999'],
    ['-999999999999999', '-999999999999999'],
    ['-4294967297', '-4294967297'],
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', '!out_of_range'],
    ['-9223372036854775809', '!out_of_range'],
    ['1.5', '!not_an_integer'],
    ['1e3', '!not_an_integer'],
    ['-', '!not_an_integer'],
    ['0x10', '!not_an_integer'],
    ['١٢', '!not_an_integer'],
    ['9'.repeat(2_000), '!not_an_integer'],
  ]);
  objects('integer', [
    [5, '5'],
    [0.0, '0'],
    [-0, '0'],
    [1.5, '!not_an_integer'],
    [2 ** 53 + 2, '9007199254740994'],
    [2 ** 63, '!out_of_range'],
    [9223372036854775807n, '9223372036854775807'],
    [9223372036854775808n, '!out_of_range'],
    [Number.NaN, '!not_an_integer'],
    [Infinity, '!not_an_integer'],
    [true, '!not_an_integer'],
    [{}, '!not_an_integer'],
    [undefined, null],
  ]);
});

describe('number', () => {
  both(
    'number',
    'number',
    [
      ['', null],
      ['0', '0'],
      ['-0', '-0'],
      ['0.1', '0.1'],
      ['.5', '0.5'],
      ['5.', '5'],
      ['-12.75', '-12.75'],
      ['1e3', '1000'],
      ['1.7976931348623157e308', '1.7976931348623157e+308'],
      ['5e-324', '5e-324'],
      ['0.30000000000000004', '0.30000000000000004'],
      ['9007199254740993', '9007199254740992'],
      ['1e400', '!not_a_number'],
      ['NaN', '!not_a_number'],
      ['Infinity', '!not_a_number'],
      ['.', '!not_a_number'],
      ['1,5', '!not_a_number'],
      ['0x1F', '!not_a_number'],
    ].filter(([text]) => text !== '1,5') as Case[],
  );
  objects('number', [
    [0.1, '0.1'],
    [7n, '7'],
    [Number.NaN, '!not_a_number'],
    [Infinity, '!not_a_number'],
    [false, '!not_a_number'],
    ['', '!not_a_number'],
  ]);
});

describe('decimal', () => {
  both('decimal', 'decimal', [
    ['', null],
    ['0', '0'],
    ['-0.00', '0.00'],
    ['1.50', '1.50'],
    ['+1.5', '1.5'],
    [' 1.5 ', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0.0001', '0.0001'],
    ['0.00001', '0.00001'],
    ['10000', '10000'],
    ['99999999', '99999999'],
    ['100000000.0001', '100000000.0001'],
    ['9007199254740993', '9007199254740993'],
    ['-12345678901234567890.123456789012345678901', '-12345678901234567890.123456789012345678901'],
    ['1e5', '100000'],
    ['1.5e-3', '0.0015'],
    ['1.50E+1', '15.0'],
    ['1e9999', '!out_of_range'],
    [`1e${'0'.repeat(400)}`, '!out_of_range'],
    [`0.${'1'.repeat(16_400)}`, '!out_of_range'],
    [`0.${'0'.repeat(16_400)}`, '!out_of_range'],
    ['1e', '!not_a_decimal'],
    ['e5', '!not_a_decimal'],
    ['.', '!not_a_decimal'],
    ['-', '!not_a_decimal'],
    ['1.2.3', '!not_a_decimal'],
    ['NaN', '!not_a_decimal'],
  ]);
  both(
    'decimal',
    'decimal(5,2)',
    [
      ['999.99', '999.99'],
      ['-999.99', '-999.99'],
      ['0001.500', '1.500'],
      ['99999e-2', '999.99'],
      ['1000', '!out_of_range'],
      ['1e3', '!out_of_range'],
      ['0.001', '!out_of_range'],
      ['1e-3', '!out_of_range'],
    ],
    {},
    { precision: 5, scale: 2 },
  );
  objects('decimal', [
    [1.5, '1.5'],
    [1e21, '1000000000000000000000'],
    [12345678901234567890n, '12345678901234567890'],
    [Number.NaN, '!not_a_decimal'],
    [Infinity, '!not_a_decimal'],
    [true, '!not_a_decimal'],
  ]);
});

describe('boolean', () => {
  both('boolean', 'boolean', [
    ['', null],
    ['true', 't'],
    ['TRUE', 't'],
    ['True', 't'],
    ['tRuE', 't'],
    ['yes', 't'],
    ['1', 't'],
    ['No', 'f'],
    ['0', 'f'],
    ['2', '!not_a_boolean'],
    ['truee', '!not_a_boolean'],
    ['\u0011', '!not_a_boolean'],
  ]);
  objects('boolean', [
    [true, 't'],
    [false, 'f'],
    [1, 't'],
    [2, '!not_a_boolean'],
    [{}, '!not_a_boolean'],
  ]);
});

describe('date', () => {
  both('date', 'date', [
    ['', null],
    ['1970-01-01', '1970-01-01'],
    ['2000-02-29', '2000-02-29'],
    ['2024-02-29', '2024-02-29'],
    ['0001-01-01', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
    ['1900-02-29', '!not_a_date'],
    ['2023-02-30', '!not_a_date'],
    ['2023-04-31', '!not_a_date'],
    ['2023-13-01', '!not_a_date'],
    ['2023-00-10', '!not_a_date'],
    ['0000-00-00', '!not_a_date'],
    ['10000-01-01', '!not_a_date'],
    ['2023-1-1', '!not_a_date'],
    ['2023-01-01T00:00:00Z', '!not_a_date'],
    ['20230101', '!not_a_date'],
  ]);
  const formats: readonly (readonly [string, readonly Case[]])[] = [
    [
      'MM/DD/YYYY',
      [
        ['02/29/2024', '2024-02-29'],
        ['2/29/2024', '!not_a_date'],
        ['29/02/2024', '!not_a_date'],
        ['02-29-2024', '!not_a_date'],
      ],
    ],
    [
      'DD.MM.YYYY',
      [
        ['31.12.1999', '1999-12-31'],
        ['31.11.1999', '!not_a_date'],
        ['31.12.1999 ', '!not_a_date'],
      ],
    ],
    [
      'YYYYMMDD',
      [
        ['20240229', '2024-02-29'],
        ['20230229', '!not_a_date'],
        ['2024022', '!not_a_date'],
        ['202402291', '!not_a_date'],
      ],
    ],
    [
      'M/D/YYYY',
      [
        ['1/2/2024', '2024-01-02'],
        ['11/22/2024', '2024-11-22'],
        ['011/2/2024', '!not_a_date'],
        ['//2024', '!not_a_date'],
      ],
    ],
  ];
  for (const [format, cases] of formats) both('date', format, cases, { formats: { v: format } });
  objects('date', [
    [20240229, '!not_a_date'],
    [true, '!not_a_date'],
    ['２024-01-01', '!not_a_date'],
  ]);
  objects('date', [[20240229, '2024-02-29']], { formats: { v: 'YYYYMMDD' } });
  test.each(['MM/DD', 'YYYY-MM-DD HH', 'MDYYYY', 'YYYY-MM-DD-DD', 'DD/MMM/YYYY', ''])(
    'refuses the format "%s"',
    (format) => {
      const plan = planOf([column('v', 'date')], { parsing: { formats: { v: format } } });
      expect(() => oneFromBytes(plan, '1')).toThrow(/format .* of field "v" is unknown/);
    },
  );
});

describe('time', () => {
  both('time', 'time', [
    ['', null],
    ['00:00', '00:00:00'],
    ['23:59:59.999999', '23:59:59.999999'],
    ['12:34:56.1234567', '12:34:56.123456'],
    ['24:00:00', '!not_a_time'],
    ['12:60:00', '!not_a_time'],
    ['12:00:60', '!not_a_time'],
    ['12', '!not_a_time'],
    ['12:00:00Z', '!not_a_time'],
  ]);
});

describe('timestamp', () => {
  both('timestamp', 'timestamp', [
    ['', null],
    ['2024-02-29', '2024-02-29 00:00:00'],
    ['2024-02-29T23:59:59', '2024-02-29 23:59:59'],
    ['2024-02-29 23:59', '2024-02-29 23:59:00'],
    ['1969-12-31T23:59:59.999999', '1969-12-31 23:59:59.999999'],
    ['0001-01-01T00:00:00.000001', '0001-01-01 00:00:00.000001'],
    ['9999-12-31T23:59:59.999999', '9999-12-31 23:59:59.999999'],
    ['2024-01-01T00:00:00.123456789', '2024-01-01 00:00:00.123456'],
    ['2024-01-01T00:00:00Z', '!unexpected_zone'],
    ['2024-01-01T00:00:60', T],
    ['2024-02-30T00:00:00', T],
    ['0000-00-00 00:00:00', T],
    ['2024-01-01T', T],
    ['2024-01-01T00', T],
    ['2024-01-01x00:00:00', T],
    ['2024-01-01T00:00:00.', T],
    ['2024-01-01T00:00:00.0123456789', T],
  ]);
  both('timestamp', 'a widened day', [['02/29/2024', '2024-02-29 00:00:00']], { formats: { v: 'MM/DD/YYYY' } });
});

describe('timestamptz', () => {
  both('timestamptz', 'timestamptz', [
    ['2024-02-29T23:59:59.5Z', '2024-02-29 23:59:59.5'],
    ['2024-03-01T01:00:00+02:00', '2024-02-29 23:00:00'],
    ['2024-03-01T01:00:00 +0530', '2024-02-29 19:30:00'],
    ['2024-02-29T20:00:00-05', '2024-03-01 01:00:00'],
    ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00'],
    ['0001-01-01T00:00:00+01:00', T],
    ['9999-12-31T23:59:59Z', '9999-12-31 23:59:59'],
    ['9999-12-31T23:59:59-01:00', T],
    ['2016-12-31T23:59:60Z', T],
    ['2024-01-01T00:00:00+1', T],
    ['2024-01-01T00:00:00+05:', T],
    ['2024-01-01T00:00:00+05:3', T],
    ['2024-01-01T00:00:00+19:00', T],
    ['2024-01-01T00:00:00Zulu', T],
    ['2024-01-01T00:00:00', '!no_zone'],
    ['2024-01-01', '!no_zone'],
  ]);
  both(
    'timestamptz',
    'a clock in Chicago',
    [
      ['2024-01-15T12:00:00', '2024-01-15 18:00:00'],
      ['2024-07-15 12:00:00', '2024-07-15 17:00:00'],
      ['2024-03-10T01:59:59', '2024-03-10 07:59:59'],
      ['2024-03-10T02:30:00', '2024-03-10 08:30:00'],
      ['2024-03-10T03:00:00', '2024-03-10 08:00:00'],
      ['2024-11-03T00:59:59', '2024-11-03 05:59:59'],
      ['2024-11-03T01:30:00', '2024-11-03 06:30:00'],
      ['2024-11-03T02:00:00', '2024-11-03 08:00:00'],
      ['2024-07-15T12:00:00Z', '2024-07-15 12:00:00'],
    ],
    { timeZone: 'America/Chicago' },
  );
  both('timestamptz', 'Kathmandu, by quarters of an hour', [['2024-01-15T12:00:00', '2024-01-15 06:15:00']], {
    timeZone: 'Asia/Kathmandu',
  });
  both(
    'timestamptz',
    'epoch_seconds',
    [
      ['0', '1970-01-01 00:00:00'],
      ['1700000000', '2023-11-14 22:13:20'],
      ['1700000000.123456789', '2023-11-14 22:13:20.123456'],
      ['-0.5', '1969-12-31 23:59:59.5'],
      ['-1', '1969-12-31 23:59:59'],
      ['253402300799.999999', '9999-12-31 23:59:59.999999'],
      ['253402300800', T],
      ['1700000000000', T],
      ['1e9', T],
      ['.5', T],
      ['1.', T],
      ['-', T],
    ],
    { formats: { v: 'epoch_seconds' } },
  );
  both(
    'timestamptz',
    'epoch_millis',
    [
      ['1700000000123', '2023-11-14 22:13:20.123'],
      ['1700000000123.4567', '2023-11-14 22:13:20.123456'],
      ['-1', '1969-12-31 23:59:59.999'],
      ['12a', T],
    ],
    { formats: { v: 'epoch_millis' } },
  );
  objects(
    'timestamptz',
    [
      [1_700_000_000.25, '2023-11-14 22:13:20.25'],
      [1_700_000_000n, '2023-11-14 22:13:20'],
      ['', T],
      [[], T],
      [true, T],
    ],
    {
      formats: { v: 'epoch_seconds' },
    },
  );
  objects('timestamptz', [
    [1_700_000_000, T],
    [new Date(0), T],
  ]);
  test('refuses a time zone and a format that nobody knows', () => {
    const zone = planOf([column('v', 'timestamptz')], { parsing: { timeZone: 'Mars/Olympus' } });
    expect(() => oneFromBytes(zone, '1')).toThrow(/time zone "Mars\/Olympus" is unknown/);
    const format = planOf([column('v', 'timestamptz')], { parsing: { formats: { v: 'stardate' } } });
    expect(() => oneFromObject(format, '1')).toThrow(/format "stardate" of field "v" is unknown/);
  });
});

describe('uuid', () => {
  const uuid = '0190a3f2-7c11-7d30-9b1e-00000000000f';
  both('uuid', 'uuid', [
    ['', null],
    [uuid, uuid],
    [uuid.toUpperCase(), uuid],
    [uuid.replaceAll('-', ''), '!not_a_uuid'],
    [`{${uuid}}`, '!not_a_uuid'],
    [uuid.replace('f', 'g'), '!not_a_uuid'],
    [`${uuid.slice(0, 35)}g`, '!not_a_uuid'],
    [uuid.replace('-', '0'), '!not_a_uuid'],
    [`${uuid.slice(0, 9)}-${uuid.slice(10)}`, '!not_a_uuid'],
    [uuid.replace('f', 'Ŧ'), '!not_a_uuid'],
  ]);
});

describe('json', () => {
  const cases: readonly Case[] = [
    ['{"a":[1,null,"é"]}', '{"a":[1,null,"é"]}'],
    ['12345678901234567890.5', '12345678901234567890.5'],
    ['[1e2]', '[1e2]'],
    [String.raw`"\ud83d\ude00"`, String.raw`"\ud83d\ude00"`],
    [String.raw`"\ud83d!"`, String.raw`"\ufffd!"`],
    [String.raw`"a\u0000b"`, String.raw`"a\ufffdb"`],
    [String.raw`"a\\u0000b"`, String.raw`"a\\u0000b"`],
    [String.raw`"\\\u0000"`, String.raw`"\\\ufffd"`],
    ['"1e99999"', '"1e99999"'],
    ['[1e99999]', '!not_json'],
    ['{"a":1', '!not_json'],
    ['nul', '!not_json'],
    ['['.repeat(400) + ']'.repeat(400), '['.repeat(400) + ']'.repeat(400)],
    ['['.repeat(9_000) + ']'.repeat(9_000), '!not_json'],
  ];
  test.each(cases)('json from bytes: %s', (text, expected) => {
    const quoted = `"${(text as string).replaceAll('"', '""')}"`;
    expect(oneFromBytes(planOf([column('v', 'json')]), quoted)).toBe(expected);
  });
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  objects('json', [
    [{ a: [1, null, 'é'] }, '{"a":[1,null,"é"]}'],
    [{ big: 12345678901234567890n }, '{"big":12345678901234567890}'],
    ['text', '"text"'],
    [false, 'false'],
    ['a\0b', String.raw`"a\ufffdb"`],
    ['\ud83d!', String.raw`"\ufffd!"`],
    ['😀', '"😀"'],
    [String.raw`\u0000`, String.raw`"\\u0000"`],
    [{ a: Number.NaN }, '!not_json'],
    [circle, '!not_json'],
    [() => 1, '!not_json'],
  ]);
});

describe('string', () => {
  const plan = planOf([column('v', 'string')]);
  test.each([
    ['', null],
    ['NULL', null],
    ['""', ''],
    ['"NULL"', 'NULL'],
    ['null', 'null'],
    [' a ', ' a '],
    ['"a ""b"", c"', 'a "b", c'],
    ['"line\nbreak"', 'line\nbreak'],
    ['Grüße 😀', 'Grüße 😀'],
    ['a\0b', 'a\ufffdb'],
    ['x'.repeat(70_000), 'x'.repeat(70_000)],
  ])('string from bytes: %j', (text, expected) => {
    expect(oneFromBytes(plan, text)).toBe(expected);
  });
  test.each([
    ['a byte of no meaning', [0x61, 0xff]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a character cut off', [0x61, 0xe2, 0x82]],
  ])('rejects %s as invalid UTF-8', (_name, bytes) => {
    expect(oneFromBytes(plan, Uint8Array.from(bytes))).toBe('!invalid_utf8');
    const tokenized = planOf([column('v', 'string', { tokenize: { key: Buffer.alloc(32), version: 1 } })]);
    expect(oneFromBytes(tokenized, Uint8Array.from(bytes))).toBe('!invalid_utf8');
  });
  objects('string', [
    ['', ''],
    ['NULL', 'NULL'],
    [5, '5'],
    [12345678901234567890n, '12345678901234567890'],
    [true, 'true'],
    ['Grüße 😀', 'Grüße 😀'],
    ['é'.repeat(5_000), 'é'.repeat(5_000)],
    ['a\0b\ud83d', 'a\ufffdb\ufffd'],
    [Number.NaN, '!not_a_string'],
    [{}, '!not_a_string'],
    [[1], '!not_a_string'],
  ]);
  test('rejects what the destination cannot hold where the rule says quarantine', () => {
    const strict = planOf([column('v', 'string')], { unstorableText: 'quarantine' });
    expect(oneFromBytes(strict, 'a\0b')).toBe('!unstorable_text');
    expect(oneFromObject(strict, 'a\0b')).toBe('!unstorable_text');
    expect(oneFromObject(strict, '\ud83d')).toBe('!unstorable_text');
    const json = planOf([column('v', 'json')], { unstorableText: 'quarantine' });
    expect(oneFromBytes(json, String.raw`"""\u0000"""`)).toBe('!unstorable_text');
    expect(oneFromObject(json, '\0')).toBe('!unstorable_text');
  });
  test('leaves NUL alone where the destination holds it', () => {
    const lax = planOf([column('v', 'string')], { holdsNul: true });
    expect(oneFromBytes(lax, 'a\0b')).toBe('a\0b');
    expect(oneFromObject(lax, 'a\0b\ud83d')).toBe('a\0b\ufffd');
  });
});
