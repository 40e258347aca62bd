import { describe, expect, test } from '@jest/globals';
import { column, oneFromBytes, oneFromObject, planOf } from './rows.js';
import { both, objects, type Case } from './value-cases.js';

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
