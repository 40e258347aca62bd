import { describe, expect, test } from '@jest/globals';
import { decrypted, planColumns, type StreamRules } from '../../../core/middleware/index.js';
import type { FieldType } from '../../../core/protocol/index.js';
import { field, fromBytes, fromObjects, planOf, type Outcome } from '../program/rows.js';

const KEY = { key: Buffer.alloc(32, 7), version: 1 };
const columnsFor = (type: FieldType, rules: Partial<StreamRules>, more: readonly string[] = []) =>
  planColumns(
    [field('v', type), ...more.map((name) => field(name, 'string'))],
    { stream: 's', map: [], expect: [], protect: {}, ...rules },
    [],
  );

/** What becomes of one value: from a file and from an API alike. */
function both(rules: Partial<StreamRules>, value: string, type: FieldType = 'string'): string | null {
  const columns = columnsFor(type, rules);
  const plan = planOf(columns);
  const said = ({ rows, rejects }: Outcome) =>
    rejects[0] === undefined ? (rows[0]?.[0] as string | null) : `!${rejects[0].reason}`;
  const fromFile = said(fromBytes(plan, `"${value}"\n`, [field('v', type)]));
  expect(said(fromObjects(plan, [{ v: value }], [field('v', type)]))).toBe(fromFile);
  return fromFile;
}

describe('map changes values', () => {
  const lookup = (otherwise: 'quarantine' | 'keep' | 'null') => ({
    map: [{ lookup: { v: { values: { E: 'email', S: 'sms' }, otherwise } } }],
  });
  test.each<[string, Partial<StreamRules>, string, string | null]>([
    ['trims', { map: [{ trim: ['v'] }] }, '  West ', 'West'],
    ['lowers', { map: [{ case: { v: 'lower' } }] }, 'WeÄst', 'weäst'],
    ['raises', { map: [{ case: { v: 'upper' } }] }, 'ca', 'CA'],
    ['knows words for null', { map: [{ nulls: { v: ['N/A', '-'] } }] }, 'N/A', null],
    ['in the order of the steps', { map: [{ trim: ['v'] }, { nulls: { v: ['-'] } }] }, ' - ', null],
    ['judges null last', { map: [{ nulls: { v: ['-'] } }], expect: [{ not_null: ['v'] }] }, '-', '!not_null'],
    ['looks up', lookup('quarantine'), 'E', 'email'],
    ['rejects what is in no table', lookup('quarantine'), 'X', '!not_in_lookup'],
    ['keeps it', lookup('keep'), 'X', 'X'],
    ['empties it', lookup('null'), 'X', null],
    ['casts after a change', { map: [{ trim: ['v'] }, { cast: { v: 'date' } }] }, ' 2026-03-14 ', '2026-03-14'],
    ['casts', { map: [{ cast: { v: 'integer' } }] }, '0012', '12'],
    ['rejects what cannot be cast', { map: [{ cast: { v: 'integer' } }] }, '1.5', '!not_an_integer'],
    [
      'reads times in their zone',
      { map: [{ cast: { v: 'timestamptz' } }, { time_zone: { v: 'America/Chicago' } }] },
      '2026-07-01T10:00:00',
      '2026-07-01 15:00:00',
    ],
  ])('%s', (_, rules, value, outcome) => {
    expect(both(rules, value)).toBe(outcome);
  });
  test('an inherited name is in no lookup table', () => {
    expect(both(lookup('quarantine'), 'constructor')).toBe('!not_in_lookup');
  });
});

describe('expect', () => {
  test('set and pattern judge the changed value', () => {
    const rules = (rule: StreamRules['expect'][number]) => ({
      map: [{ case: { v: 'upper' as const } }],
      expect: [rule],
    });
    expect(both(rules({ set: { v: ['CA', 'TX'] } }), 'ca')).toBe('CA');
    expect(both(rules({ set: { v: ['CA', 'TX'] } }), 'ny')).toBe('!not_in_set');
    expect(both(rules({ pattern: { v: '[A-Z]{2}' } }), 'ny')).toBe('NY');
    expect(both(rules({ pattern: { v: '[A-Z]{2}' } }), 'nyc')).toBe('!no_match');
  });
  test('a pattern that would hang a backtracking matcher takes no time', () => {
    const started = performance.now();
    expect(both({ expect: [{ pattern: { v: '(a+)+' } }] }, `${'a'.repeat(5_000)}b`)).toBe('!no_match');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
  test('a pattern that RE2 has not is refused', () => {
    expect(() => columnsFor('string', { expect: [{ pattern: { v: '(?=a)a' } }] })).toThrow(/no pattern of RE2/);
  });
});

describe('protect', () => {
  const protect = (rule: StreamRules['protect'][string], more: Partial<StreamRules> = {}) => ({
    protect: { v: rule },
    ...more,
  });
  test.each<[string, StreamRules['protect'][string], string, string | null]>([
    ['masks', { mask: 4 }, '555-12-9876', '****9876'],
    ['masks short values whole', { mask: 4 }, '9876', '****'],
    ['leaves the year of a date', { generalise: 'date' }, '2026-03-14', '2026'],
    ['takes no other form for a date', { generalise: 'date' }, '14.03.2026', '!cannot_generalise'],
    ['leaves three digits of a ZIP', { generalise: 'zip' }, '60614-1234', '606'],
    ['hides small ZIP areas', { generalise: 'zip' }, '03601', '000'],
    ['takes no other form for a ZIP', { generalise: 'zip' }, '6061', '!cannot_generalise'],
    ['leaves ages to 89', { generalise: 'age' }, '89', '89'],
    ['groups higher ones', { generalise: 'age' }, '90', '90+'],
  ])('%s', (_, rule, value, outcome) => {
    expect(both(protect(rule), value)).toBe(outcome);
  });
  test('a year of birth that would tell an age above 89 is grouped', () => {
    const year = 2026;
    expect(both(protect({ generalise: 'birth_date' }, { year }), '1937-01-01', 'date')).toBe('1937');
    expect(both(protect({ generalise: 'birth_date' }, { year }), '1936-12-31', 'date')).toBe('1936 or before');
    expect(both(protect({ generalise: 'birth_date' }, { year }), '1901-12-31', 'date')).toBe('1936 or before');
  });
  test('encrypts the same value to the same text, and only key, table and column together open it', () => {
    const rules = protect({ encrypt: KEY }, { table: 'raw.s' });
    const sealed = both(rules, 'Ada Lovelace') as string;
    expect(sealed).toMatch(/^enc_1_[\w-]+$/);
    expect(both(rules, 'Ada Lovelace')).toBe(sealed);
    expect(both(rules, 'Ada Lovelacf')?.slice(0, 22)).not.toBe(sealed.slice(0, 22));
    const place = { table: 'raw.s', column: 'v' };
    const other = { key: Buffer.alloc(32, 8), version: 2 };
    expect(decrypted(sealed, [other, KEY], place)).toBe('Ada Lovelace');
    expect(decrypted(sealed, [other], place)).toBeUndefined();
    expect(decrypted(sealed, [KEY], { ...place, table: 'raw.t' })).toBeUndefined();
    expect(decrypted(sealed, [KEY], { ...place, column: 'w' })).toBeUndefined();
    expect(decrypted(`${sealed.slice(0, -2)}AA`, [KEY], place)).toBeUndefined();
  });
  test('hashes alike in every table', () => {
    const hashed = both(protect({ hash: KEY }, { table: 'a' }), 'm-1');
    expect(hashed).toMatch(/^[0-9a-f]{64}$/);
    expect(both(protect({ hash: KEY }, { table: 'b' }), 'm-1')).toBe(hashed);
  });
  test('refuses to make keys alike, and short keys', () => {
    const keyed = (rule: StreamRules['protect'][string]) => () =>
      planColumns([field('v', 'string')], { stream: 's', map: [], expect: [], ...protect(rule) }, ['v']);
    expect(keyed({ mask: 2 })).toThrow(/makes values of the key column "v" alike/);
    expect(keyed({ generalise: 'zip' })).toThrow(/alike/);
    expect(keyed({ encrypt: { key: Buffer.from('short'), version: 1 } })).toThrow(/encrypts "v" with a key/);
    expect(keyed({ hash: KEY })).not.toThrow();
  });

  test('a field that stands in the name of the file is changed, judged and protected as one of its records', () => {
    const named = (state: string) => {
      const fields = [field('v', 'string'), field('n', 'integer')];
      const rules: StreamRules = {
        stream: 's',
        map: [{ case: { v: 'upper' } }],
        expect: [{ set: { v: ['CA'] } }],
        protect: { v: { mask: 1 } },
      };
      return fromBytes(planOf(planColumns(fields, rules, []), { named: { v: state } }), '1\n2\n', fields.slice(1));
    };
    expect(named('ca').rows).toEqual([
      ['****A', '1'],
      ['****A', '2'],
    ]);
    const { rejects } = named('nevada');
    expect(rejects.map(({ reason }) => reason)).toEqual(['not_in_set', 'not_in_set']);
    expect(JSON.stringify(rejects)).not.toMatch(/nevada/i);
  });

  const secret = 'Jane Q. Canary';
  test.each<[string, StreamRules['protect'][string]]>([
    ['encrypted', { encrypt: KEY }],
    ['hashed', { hash: KEY }],
    ['masked', { mask: 0 }],
    ['generalised', { generalise: 'zip' }],
    ['tokenized', { tokenize: KEY }],
  ])('a value that is %s is never shown by quarantine', (_, rule) => {
    const fields = [field('v', 'string'), field('n', 'integer')];
    const rules = { stream: 's', map: [], expect: [], ...protect(rule) };
    const plan = planOf(planColumns(fields, rules, []));
    const outcomes = [
      fromBytes(plan, `${secret},none\n${secret}\n"${secret}"x,1\n`, fields),
      fromObjects(plan, [{ v: secret, n: 'none' }], fields),
    ];
    expect(outcomes.map(({ rejects }) => rejects.length)).toEqual([3, 1]);
    expect(JSON.stringify(outcomes)).not.toContain('Canary');
  });
});

describe('a stream of PHI', () => {
  const phi = (protect: StreamRules['protect']) => () => columnsFor('string', { phi: true, protect }, ['note']);
  test('is stopped by a column that nobody has classified', () => {
    expect(phi({ v: 'keep' })).toThrow(/marked `phi`, and nobody has said what becomes of: note/);
    expect(phi({ v: 'keep', note: 'drop' })).not.toThrow();
  });
  test('takes columns that map has dropped', () => {
    expect(() =>
      columnsFor('string', { phi: true, map: [{ drop: ['note'] }], protect: { v: 'keep' } }, ['note']),
    ).not.toThrow();
  });
});
