import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { BadRecord } from '../../../core/protocol/index.js';
import { column, field, fromBytes, fromObjects, oneFromBytes, oneFromObject, planOf } from './rows.js';

const key = Buffer.from('0123456789abcdef0123456789abcdef');
const tokenize = { key, version: 3 };
const token = (text: string) => `tok_3_${createHmac('sha256', key).update(text).digest('base64url')}`;

const member = column('member', 'string', { tokenize });
const sent = column('sent', 'integer', { required: true, min: 0, max: 100 });

describe('a record', () => {
  test('keeps its place in the file or in the slice, rejected neighbours and full batches notwithstanding', () => {
    const plan = planOf([column('n', 'integer')], { withPosition: true });
    const rows = [
      ['1', '10'],
      ['3', '30'],
      ['4', '40'],
    ];
    const bytes = fromBytes(plan, '10\nx\n30\n40\n', undefined, 1);
    expect(bytes.rows).toEqual(rows);
    expect(bytes.rejects.map(({ position }) => position)).toEqual([2]);
    const objects = fromObjects(plan, [{ n: 10 }, { n: 'x' }, { n: 30 }, { n: 40 }]);
    expect(objects.rows).toEqual(rows);
    expect(objects.rejects.map(({ position }) => position)).toEqual([2]);
    const steps = { 'validate.not_an_integer(n)': 1 };
    expect(objects.tally).toEqual({ read: 4, filtered: 0, quarantined: 1, encoded: 3, replaced: 0, steps });
    expect(bytes.tally).toEqual(objects.tally);
  });

  test('is null where the file lacks a field, and rejected where that field is required', () => {
    const fields = [field('b', 'integer')];
    expect(fromBytes(planOf([column('a', 'string'), column('b', 'integer')]), '7\n', fields).rows).toEqual([
      [null, '7'],
    ]);
    const required = planOf([column('a', 'string', { required: true }), column('b', 'integer')]);
    expect(fromBytes(required, '7\n', fields).rejects).toEqual([
      {
        position: 1,
        field: 'a',
        reason: 'not_null',
        detail: 'Field "a" is empty and must not be.',
        payload: { b: '7' },
      },
    ]);
    expect(fromObjects(required, [{ b: 7 }]).rejects).toMatchObject([
      { field: 'a', reason: 'not_null', payload: { b: 7 } },
    ]);
  });

  test('is read by the names of its fields and lands in the order of the columns', () => {
    const plan = planOf([column('c', 'string'), column('a', 'integer')]);
    const fields = [field('a', 'integer'), field('b', 'string'), field('c', 'string')];
    expect(fromBytes(plan, '1,x,z\n', fields).rows).toEqual([['z', '1']]);
  });

  test.each([
    ['-1', 'out_of_range'],
    ['101', 'out_of_range'],
    ['9223372036854775807', 'out_of_range'],
    ['9223372036854775808', 'out_of_range'],
    ['', 'not_null'],
    ['x', 'not_an_integer'],
  ])('with %j in a bounded, required column is rejected as %s on both paths', (text, reason) => {
    expect(fromBytes(planOf([sent, column('x', 'string')]), `${text},\n`).rejects).toMatchObject([
      { reason, field: 'sent' },
    ]);
    expect(fromObjects(planOf([sent]), [{ sent: text === '' ? null : text }]).rejects).toMatchObject([
      { reason, field: 'sent' },
    ]);
  });

  test.each(['number', 'decimal'] as const)('of type %s is held to its bounds, which count as inside', (type) => {
    const plan = planOf([column('v', type, { min: -1.5, max: 2 })]);
    expect(fromBytes(plan, '-1.5\n2\n-1.6\n2.0001\n').rows).toHaveLength(2);
    expect(fromObjects(plan, [{ v: -1.5 }, { v: 2 }, { v: -1.6 }, { v: '2.0001' }, { v: null }]).rows).toHaveLength(3);
  });

  test('that is rejected leaves nothing of itself in the batch and does not count as replaced', () => {
    const plan = planOf([column('t', 'string'), column('n', 'integer')]);
    const { rows, tally } = fromBytes(plan, 'a\0,x\nb\0,1\n', undefined, 10_000);
    expect(rows).toEqual([['b\ufffd', '1']]);
    expect(tally).toMatchObject({ read: 2, filtered: 0, quarantined: 1, encoded: 1, replaced: 1 });
    expect(
      fromObjects(plan, [
        { t: 'a\0', n: 'x' },
        { t: 'b\0', n: 1 },
      ]).tally,
    ).toEqual(tally);
  });
});

describe('a row that cannot be cut into its fields', () => {
  const plain = planOf([column('a', 'string'), column('b', 'string')]);
  test('is ragged, and quarantine shows its fields', () => {
    expect(fromBytes(plain, '1,2\n1\n1,2,3\n').rejects).toEqual([
      { position: 2, reason: 'ragged_row', detail: expect.any(String), payload: { _field_count: 1, _fields: ['1'] } },
      {
        position: 3,
        reason: 'ragged_row',
        detail: expect.any(String),
        payload: { _field_count: 3, _fields: ['1', '2', '3'] },
      },
    ]);
  });
  test('carries the fault of the scanner and its bytes as they came', () => {
    expect(fromBytes(plain, '1,"2" x\n1,2\n3,"4\n').rejects).toMatchObject([
      { position: 1, reason: 'text_after_quote', payload: { _record: '1,"2" x' } },
      { position: 3, reason: 'unclosed_quote', payload: { _record: '3,"4' } },
    ]);
  });
  test.each([
    ['dropped', planOf([column('a', 'string')])],
    ['tokenized', planOf([column('a', 'string'), column('b', 'string', { tokenize })])],
  ])('shows nothing of itself where a column is %s', (_name, plan) => {
    const { rejects } = fromBytes(plan, 'secret\n"secret" x,\n', [field('a', 'string'), field('b', 'string')]);
    expect(rejects).toHaveLength(2);
    expect(JSON.stringify(rejects)).not.toContain('secret');
  });
});

describe('protection', () => {
  test('turns a value into the same keyed token on both paths and leaves null alone', () => {
    const plan = planOf([member]);
    const expected = [[token('M1')], [null], [token('Grüße')]];
    expect(fromBytes(plan, 'M1\nNULL\nGrüße\n').rows).toEqual(expected);
    expect(fromObjects(plan, [{ member: 'M1' }, { member: null }, { member: 'Grüße' }]).rows).toEqual(expected);
  });

  test('of an empty text is an empty text: nobody is not a member', () => {
    const plan = planOf([member]);
    expect(oneFromBytes(plan, '""')).toBe('');
    expect(oneFromObject(plan, '')).toBe('');
  });

  test('gives one value one token however it is written', () => {
    const integer = planOf([{ ...column('id', 'integer', { tokenize }), target: field('id', 'string') }]);
    expect(fromBytes(integer, '7\n007\n+7\n').rows).toEqual([[token('7')], [token('7')], [token('7')]]);
    expect(fromObjects(integer, [{ id: 7 }, { id: 7n }, { id: '007' }]).rows).toEqual([
      [token('7')],
      [token('7')],
      [token('7')],
    ]);
    const uuid = '0190a3f2-7c11-7d30-9b1e-00000000000f';
    const ids = planOf([{ ...column('id', 'uuid', { tokenize }), target: field('id', 'string') }]);
    expect(fromBytes(ids, `${uuid.toUpperCase()}\n`).rows).toEqual([[token(uuid)]]);
    expect(fromObjects(ids, [{ id: uuid.toUpperCase() }]).rows).toEqual([[token(uuid)]]);
  });

  test('judges a value before it is a token', () => {
    const plan = planOf([{ ...column('id', 'integer', { tokenize, required: true }), target: field('id', 'string') }]);
    expect(fromBytes(plan, 'x,\n', [field('id', 'integer'), field('z', 'string')]).rejects).toMatchObject([
      { reason: 'not_an_integer' },
    ]);
    expect(fromObjects(plan, [{ id: 'x' }, { id: null }]).rejects).toMatchObject([
      { reason: 'not_an_integer' },
      { reason: 'not_null' },
    ]);
  });

  test('holds in quarantine: tokens for tokenized columns, nothing of dropped ones', () => {
    const plan = planOf([member, column('n', 'integer')]);
    const fields = [field('email', 'string'), field('member', 'string'), field('n', 'integer')];
    const expected = { member: token('M1'), n: 'x' };
    expect(fromBytes(plan, 'a@b.org,M1,x\n', fields).rejects[0]?.payload).toEqual(expected);
    expect(fromObjects(plan, [{ email: 'a@b.org', member: 'M1', n: 'x' }]).rejects[0]?.payload).toEqual(expected);
  });

  test('shows a broken line only where every field lands as it is', () => {
    const line = new BadRecord('invalid_json', 'The line is not JSON.', { _line: '{"email":"a@b.org"' });
    const email = field('email', 'string');
    const open = fromObjects(planOf([column('email', 'string')]), [line], [email]);
    expect(open.rejects).toEqual([
      { position: 1, reason: 'invalid_json', detail: line.detail, payload: { ...line.payload, _not_a_record: true } },
    ]);
    const hidden = { _hidden: true, _position: 1 };
    expect(fromObjects(planOf([column('email', 'string')]), [line]).rejects[0]?.payload).toEqual(hidden);
    expect(fromObjects(planOf([column('n', 'integer')]), [line], [email]).rejects[0]?.payload).toEqual(hidden);
    expect(fromObjects(planOf([column('email', 'string', { tokenize })]), [line], [email]).rejects[0]?.payload).toEqual(
      hidden,
    );
    expect(open.tally).toMatchObject({ read: 1, filtered: 0, quarantined: 1, encoded: 0, replaced: 0 });
  });
});

describe('the payload of a rejected record', () => {
  test('says null where the rules say so, shows texts of a file as they stand there, and keeps all digits', () => {
    const plan = planOf([column('a', 'string'), column('q', 'string'), column('j', 'json'), column('n', 'integer')]);
    expect(fromBytes(plan, 'NULL,"","{""k"":[1]}",x\n').rejects[0]?.payload).toEqual({
      a: null,
      q: '',
      j: '{"k":[1]}',
      n: 'x',
      _quoted: ['q', 'j'],
    });
    const record = { a: 5n, q: Number.NaN, j: { k: [12345678901234567890n] }, n: 'x' };
    expect(
      fromObjects(planOf([column('a', 'integer'), column('q', 'json'), column('j', 'json'), column('n', 'integer')]), [
        record,
      ]).rejects[0]?.payload,
    ).toEqual({
      a: '5',
      q: 'NaN',
      j: { k: [12345678901234567890n] },
      n: 'x',
      _not_json: ['q'],
    });
  });

  test('is cut where a text is too long, and says how long it was', () => {
    const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const plan = planOf([...names.map((name) => column(name, 'string')), column('n', 'integer')]);
    const long = '😀'.repeat(10_000);
    const bytes = fromBytes(plan, `${names.map(() => long).join(',')},x\n`).rejects[0]?.payload ?? {};
    expect(bytes['c0']).toBe('😀'.repeat(4_096));
    expect((bytes['_cut'] as Record<string, number>)['c11']).toBe(20_000);
    expect(JSON.stringify(bytes).length).toBeLessThan(70_000);
    const record = { ...Object.fromEntries(names.map((name) => [name, long])), n: 'x' };
    expect(fromObjects(plan, [record]).rejects[0]?.payload).toEqual(bytes);
  });
});

describe('a text that is longer than the destination can hold', () => {
  const plan = planOf([column('a', 'string'), column('j', 'json')], { maxTextBytes: 6 });
  test('is rejected by its bytes, as JSON by those of its text', () => {
    const lines = ['aaaaaa,1234', 'aaaaaaa,1', 'äää,1', 'äääa,1', 'a,1234567'];
    const records = lines.map((line) => ({ a: line.split(',')[0], j: Number(line.split(',')[1]) }));
    for (const { rejects, rows } of [fromBytes(plan, `${lines.join('\n')}\n`), fromObjects(plan, records)]) {
      expect(rejects.map(({ position, field, reason }) => [position, field, reason])).toEqual([
        [2, 'a', 'text_too_long'],
        [4, 'a', 'text_too_long'],
        [5, 'j', 'text_too_long'],
      ]);
      expect(rows).toHaveLength(2);
    }
  });
});

describe('a key that is longer than the destination can hold', () => {
  const plan = planOf([column('a', 'string'), column('n', 'integer'), column('b', 'string'), column('c', 'string')], {
    key: { sources: ['a', 'b', 'n'], maxBytes: 10 },
  });
  test('is rejected by the bytes of all its columns together, row by row', () => {
    const lines = ['aaaaa,1,bbbbb,c', 'aaaaa,1,bbbbbb,c', 'äääää,1,,cccccccccccc', 'äääääa,1,b,c', ',12345678901,b,c'];
    const records = lines.map((line) => {
      const [a, n, b, c] = line.split(',');
      return { a: a || null, n, b: b || null, c };
    });
    const faults = [
      { position: 2, field: 'b', reason: 'key_too_long' },
      { position: 4, field: 'a', reason: 'key_too_long' },
    ];
    for (const outcome of [fromBytes(plan, `${lines.join('\n')}\n`), fromObjects(plan, records)]) {
      expect(outcome.rejects).toMatchObject(faults);
      expect(outcome.rejects).toHaveLength(2);
      expect(outcome.rows).toHaveLength(3);
    }
  });
});

describe('hostile names', () => {
  const names = [
    `"]; throw new Error('run'); //`,
    "'); process.exit(9); ('",
    '`${globalThis.pwned = true}`',
    '*/ globalThis.pwned = true /*',
    'a\nglobalThis.pwned = true',
    '\u2028globalThis.pwned = true',
    '\\',
    '__proto__',
    'constructor',
    'toString',
  ];
  test.each(names)('%j is a name and never code', (name) => {
    const record = (value: unknown) =>
      JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`) as Record<string, unknown>;
    const hostile = { nulls: [name], trueTexts: [name], falseTexts: ["'"], timeZone: 'UTC' };
    const plan = planOf([column(name, 'integer')], { parsing: hostile });
    expect(fromBytes(plan, '5\n', [field(name, 'integer')]).rows).toEqual([['5']]);
    expect(fromObjects(plan, [record(5), {}]).rows).toEqual([['5'], [null]]);
    const reject = { field: name, reason: 'not_an_integer' };
    for (const { rejects } of [fromBytes(plan, 'x\n'), fromObjects(plan, [record('x')])]) {
      expect(rejects).toMatchObject([reject]);
      expect(Object.entries(rejects[0]?.payload ?? {})).toEqual([[name, 'x']]);
    }
    const bool = planOf([column(name, 'boolean')], { parsing: { ...hostile, nulls: [] } });
    expect(fromObjects(bool, [record(name)]).rows).toEqual([['t']]);
    expect((globalThis as { pwned?: boolean }).pwned).toBeUndefined();
  });
});
