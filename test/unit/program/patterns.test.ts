import { expect, test } from '@jest/globals';
import { RE2JS } from '@bufbuild/re2';
import { patternOf } from '../../../core/program/patterns.js';
import { seeded } from './rows.js';

const PATTERNS = [
  'M[0-9]{9}',
  '[A-Z]{2}',
  '(a|b)*c',
  'a?b+c*',
  '^ab$',
  '^a|b$',
  '.*',
  '[^@]+@[^@]+',
  '(?i)abc',
  'x{2,4}',
  '\\d+(\\.\\d+)?',
  '',
];

test.each(PATTERNS)('the table of %s says of bytes what RE2 says of texts', (pattern) => {
  const judge = patternOf(pattern);
  const whole = RE2JS.compile(`(?:${pattern})`);
  const random = seeded(7);
  const alphabet = 'abcABC01x@.M$^\n';
  const wrong: string[] = [];
  for (let round = 0; round < 1_000; round += 1) {
    const text = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join('');
    const expected = whole.testExact(text);
    if (judge.matches(text) !== expected) wrong.push(text);
    const bytes = Buffer.from(`<${text}>`);
    const byBytes = judge.ofBytes?.(bytes, 1, bytes.length - 1) ?? Number(expected);
    if (byBytes !== Number(expected)) wrong.push(text);
  }
  expect(wrong).toEqual([]);
});

test('most patterns have a table; what needs to look around, or has too many states, has none', () => {
  expect(patternOf('M[0-9]{9}').ofBytes).toBeDefined();
  expect(patternOf('^M[0-9]{9}$').ofBytes).toBeDefined();
  expect(patternOf('\\bM').ofBytes).toBeUndefined();
  expect(patternOf('(a|b)*a(a|b){12}').ofBytes).toBeUndefined();
});

test('text beyond ASCII is left to RE2', () => {
  expect(patternOf('.+').ofBytes?.(Buffer.from('é'), 0, 2)).toBe(-1);
});
