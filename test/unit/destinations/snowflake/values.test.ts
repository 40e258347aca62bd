import type { Column } from 'snowflake-sdk';
import { valueReader } from '../../../../destinations/snowflake/values.js';

test('numbers within JSON keep their digits where it is written again', () => {
  const read = valueReader({ getType: () => 'VARIANT' } as Column);
  const stored = '{"id":9007199254740993,"price":0.12345678901234567891,"sent":7}';
  expect(JSON.stringify(read(stored))).toBe(stored);
  expect(read('[1,undefined,{"a":1.5}]')).toEqual([1, null, { a: 1.5 }]);
  expect(read(null)).toBeNull();
});
