import type { Field, RecordData } from '../../../../protocol/index.js';
import { canonical } from '../canonical.js';
import { mustBe, mustHoldRows } from '../checks.js';
import { columns } from '../columns.js';
import type { ConformanceCase, Trial } from '../subject.js';

/** What no column holds: it goes to quarantine with this reason. */
class Refused {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
/** What lands in place of a value. */
class Lands {
  readonly value: unknown;
  readonly isReplaced: boolean;
  constructor(value: unknown, isReplaced = true) {
    this.value = value;
    this.isReplaced = isReplaced;
  }
}
const refused = (reason: string) => new Refused(reason);

type Edge = readonly [value: unknown, outcome?: Refused | Lands];

/** Loads a value a row, twice, and looks at what became of each. */
async function edges(trial: Trial, type: string, given: readonly Edge[]): Promise<void> {
  const table = trial.table({ fields: columns('id integer', `v ${type}?`) });
  const [, field] = table.fields as readonly [Field, Field];
  const { session, load } = await trial.open();
  await session.create(table);
  const records = given.map(([v], id) => ({ id, v }));
  const ledger = await load(table, [records]);
  const bad = given.filter(([, outcome]) => outcome instanceof Refused);
  mustBe('Quarantined', ledger.quarantined, bad.length);
  const text = (value: unknown) => canonical(field.type, value);
  const landed: RecordData[] = given.flatMap(([v, outcome], id) => {
    if (outcome instanceof Refused) return [];
    return [{ id, v: outcome instanceof Lands ? outcome.value : v }];
  });
  mustHoldRows(
    `Of type ${type} the table`,
    await trial.rows(table),
    landed.map(({ id, v }) => JSON.stringify({ id: String(id), v: text(v) })),
  );
  const held = await session.quarantined(trial.connection, table.stream, { limit: 100 });
  mustBe(
    'Reasons in quarantine',
    held.map(({ reason }) => reason).toSorted(),
    bad.map(([, outcome]) => (outcome as Refused).reason).toSorted(),
  );
  mustBe(
    'Replaced',
    ledger.replaced,
    given.filter(([, outcome]) => outcome instanceof Lands && outcome.isReplaced).length,
  );
  if (!trial.capabilities.writeModes.includes('merge')) return;
  // What is read again is the same, so it must compare as the same.
  const again = await load(table, [landed], { slice: 'again' });
  mustBe('Unchanged when read again', again.unchanged, landed.length);
}

const edgeCase = (name: string, type: string, given: (trial: Trial) => readonly Edge[]): ConformanceCase => ({
  name,
  area: 'values',
  run: (trial) => edges(trial, type, given(trial)),
});

const LONG = 'ä'.repeat(500_000);
const deep = (depth: number): unknown => {
  let value: unknown = 1;
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? { deep: value } : [value];
  return value;
};

export const VALUES: readonly ConformanceCase[] = [
  edgeCase('integers keep every digit to the ends of 64 bits', 'integer', () => [
    [0],
    [-1],
    [2 ** 53 - 1],
    [9_007_199_254_740_992n],
    [9_007_199_254_740_993n],
    [-9_007_199_254_740_993n],
    [9_223_372_036_854_775_807n],
    [-9_223_372_036_854_775_808n],
    ['9223372036854775807'],
    [9_223_372_036_854_775_808n, refused('out_of_range')],
    [1.5, refused('not_an_integer')],
    ['', refused('not_an_integer')],
  ]),
  edgeCase('whole decimals keep 38 digits', 'decimal(38,0)', () => [
    ['99999999999999999999999999999999999999'],
    ['-99999999999999999999999999999999999999'],
    ['12345678901234567890123456789012345678'],
    ['0'],
    [-0],
    ['1e10'],
    [9_007_199_254_740_993n],
  ]),
  edgeCase('decimals keep every digit after the point', 'decimal(38,37)', () => [
    ['0.0000000000000000000000000000000000001'],
    ['-9.9999999999999999999999999999999999999'],
    ['1.1234567890123456789012345678901234567'],
    [0.1],
    ['1e-37'],
  ]),
  edgeCase('a decimal that its column cannot hold, and what is no number, goes to quarantine', 'decimal(10,2)', () => [
    ['12345678.25'],
    ['-0.01'],
    ['123456789.00', refused('out_of_range')],
    [Number.NaN, refused('not_a_decimal')],
    [Number.POSITIVE_INFINITY, refused('not_a_decimal')],
    ['abc', refused('not_a_decimal')],
  ]),
  edgeCase('numbers keep every bit, also the sign of zero; NaN and infinity go to quarantine', 'number', () => [
    [0],
    [-0],
    [0.1],
    [0.1 + 0.2],
    [5e-324],
    [-5e-324],
    [Number.MAX_VALUE],
    [-Number.MAX_VALUE],
    [2 ** 53 + 2],
    [1e21],
    [Number.NaN, refused('not_a_number')],
    [Number.POSITIVE_INFINITY, refused('not_a_number')],
    [Number.NEGATIVE_INFINITY, refused('not_a_number')],
    ['NaN', refused('not_a_number')],
    ['1e400', refused('not_a_number')],
  ]),
  edgeCase('booleans are true, false or null', 'boolean', () => [
    [true],
    [false],
    ['true'],
    ['false'],
    [null],
    ['maybe', refused('not_a_boolean')],
  ]),
  edgeCase('days keep from year 1 to 9999; 0000-00-00 and 30 February go to quarantine', 'date', () => [
    ['0001-01-01'],
    ['1582-10-10'],
    ['1969-12-31'],
    ['2000-02-29'],
    ['9999-12-31'],
    ['0000-00-00', refused('not_a_date')],
    ['2023-02-29', refused('not_a_date')],
    ['2024-02-30', refused('not_a_date')],
    ['10000-01-01', refused('not_a_date')],
  ]),
  edgeCase('times of day keep their microseconds', 'time', () => [
    ['00:00:00'],
    ['23:59:59.999999'],
    ['12:34:56.000001'],
    ['24:00:00', refused('not_a_time')],
    ['23:59:60', refused('not_a_time')],
  ]),
  edgeCase('times without a zone stay as they were written', 'timestamp', () => [
    ['0001-01-01T00:00:00'],
    ['1969-12-31T23:59:59.999999'],
    ['2024-03-10T02:30:00'],
    ['2024-01-01T00:00:00.000001'],
    ['9999-12-31T23:59:59.999999'],
    ['0000-00-00T00:00:00', refused('not_a_timestamp')],
    ['2016-12-31T23:59:60', refused('not_a_timestamp')],
    ['2024-01-01T00:00:00Z', refused('unexpected_zone')],
  ]),
  edgeCase(
    'instants stay the same instant; one without a zone and a leap second go to quarantine',
    'timestamptz',
    () => [
      ['0001-01-02T00:00:00Z'],
      ['1969-12-31T23:59:59.999999Z'],
      ['2024-03-10T02:30:00-06:00'],
      ['2024-01-01T00:00:00.000001+14:00'],
      ['9999-12-31T23:59:59.999999Z'],
      ['2024-01-01T00:00:00', refused('no_zone')],
      ['2016-12-31T23:59:60Z', refused('not_a_timestamp')],
      ['0000-00-00T00:00:00Z', refused('not_a_timestamp')],
    ],
  ),
  edgeCase('uuids are the same in both cases', 'uuid', () => [
    ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'],
    ['ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ['00000000-0000-0000-0000-000000000000'],
    ['a0eebc999c0b4ef8bb6d6bb9bd380a11', refused('not_a_uuid')],
  ]),
  edgeCase('texts keep every character; what cannot be held is replaced and counted', 'string', ({ capabilities }) => [
    [''],
    [' '],
    [' a\r\n\t"b",\'c\';\\d\\N\\.|\u0001\u007f\u0085\u2028'],
    ['NULL'],
    ['\\N'],
    ['null'],
    ['=1+1'],
    ['👩‍👩‍👧‍👦 🇺🇸 e\u0301 é'],
    ['שלום \u202eabc\u202c مرحبا'],
    ['\u200b\ufeff\ufffd\uffff\u{10ffff}'],
    ['a\u0000b', ...(capabilities.holdsNul ? [] : [new Lands('a\ufffdb')])] as unknown as Edge,
    ['\ud800', new Lands('\ufffd')],
    ['a\udc00b', new Lands('a\ufffdb')],
  ]),
  edgeCase('a text may begin with a byte order mark', 'string', () => [['\ufeffa'], ['a']]),
  edgeCase('texts of a megabyte land whole', 'string', () => [[LONG], [`${LONG}x`], ['short']]),
  edgeCase('JSON keeps its structure, its texts, and integers with all their digits', 'json', () => [
    [{ a: [1, { b: null }], c: 'é "quoted" \\ \n', '': 0, 'a b': true }],
    [[]],
    [{}],
    [[[[]]]],
    [{ emoji: '👩‍👩‍👧‍👦', rtl: 'שלום', line: '\u2028' }],
    [{ number: 9_007_199_254_740_993n }],
    ['text'],
    [false],
    [{ nan: Number.NaN }, refused('not_json')],
  ]),
  edgeCase('JSON may be two hundred levels deep', 'json', () => [[deep(200)]]),
  edgeCase('JSON may hold a text of a megabyte', 'json', () => [[{ text: LONG }]]),
];
