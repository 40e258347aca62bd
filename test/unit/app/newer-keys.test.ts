import { expect, test } from '@jest/globals';
import { newerKeys } from '../../../core/app/newer-keys.js';

const PRESENT = { keys: { a: 'a2', b: 'b1' }, former_keys: { a: { '1': 'a1' } } };

test('a key may get further versions, and others may come', () => {
  const newer = { keys: { a: 'a4', b: 'b1', c: 'c1' }, former_keys: { a: { '1': 'a1', '2': 'a2', '3': 'a3' } } };
  expect(newerKeys(PRESENT, newer)).toEqual({ ...newer, changed: ['a', 'c'] });
  expect(newerKeys(PRESENT, PRESENT).changed).toEqual([]);
});

test('one that is gone from the file stays for the rules that name it', () => {
  expect(newerKeys(PRESENT, { keys: { b: 'b1' }, former_keys: {} })).toEqual({ ...PRESENT, changed: [] });
});

test.each([
  [
    'another key in place of the present one',
    { keys: { a: 'x', b: 'b1' }, former_keys: PRESENT.former_keys },
    '2',
    'a',
  ],
  ['another one as a former version', { keys: { a: 'a2' }, former_keys: { a: { '1': 'x' } } }, '1', 'a'],
  ['a new one whose predecessor was not kept', { keys: { b: 'b2' }, former_keys: {} }, '1', 'b'],
  ['an older one', { keys: { a: 'a1' }, former_keys: {} }, '2', 'a'],
])('%s is refused', (_, newer, version, name) => {
  expect(() => newerKeys(PRESENT, newer)).toThrow(`Version ${version} of the key "${name}" is another`);
});
