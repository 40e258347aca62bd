import { parseJson, writeJson } from '../../../../core/sdk/http/index.js';
import { valueAt } from '../../../../core/sdk/http/json.js';

test.each<[string, unknown]>([
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', 9007199254740993n],
  ['-9223372036854775808', -9223372036854775808n],
  ['123456789012345678901234567890', 123456789012345678901234567890n],
  ['0.30000000000000004', 0.30000000000000004],
  ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
  ['123456789.123456789', '123456789.123456789'],
  ['1234567890.12', 1234567890.12],
  ['1.500000000000000000', 1.5],
  ['1000000000000000.0', 1000000000000000],
  ['10000000000000001.0', '10000000000000001.0'],
  ['12345678901234567e3', '12345678901234567e3'],
  ['1e21', 1e21],
])('%s keeps every digit', (text, value) => {
  expect(parseJson(`{"a":[${text}]}`)).toEqual({ a: [value] });
});

test('an integer of more digits than any column takes is the text that was sent', () => {
  expect(parseJson('1'.repeat(1000))).toBe(BigInt('1'.repeat(1000)));
  expect(parseJson('1'.repeat(1001))).toBe('1'.repeat(1001));
});

test('a long number is found wherever it stands', () => {
  for (let shift = 0; shift < 40; shift += 1) {
    expect(parseJson(`{"${'x'.repeat(shift)}":[1,9007199254740993]}`)).toEqual({
      ['x'.repeat(shift)]: [1, 9007199254740993n],
    });
    expect(parseJson(`${' '.repeat(shift)}9007199254740993`)).toBe(9007199254740993n);
  }
});

test('text of digits stays text, also beside a long number', () => {
  expect(parseJson('{"a":"9007199254740993","b":9007199254740993}')).toEqual({
    a: '9007199254740993',
    b: 9007199254740993n,
  });
});

test('what was read is written back with all its digits', () => {
  const text = '{"a":9007199254740993,"b":[123456789012345678901234567890,null,"x"]}';
  expect(writeJson(parseJson(text))).toBe(text);
});

test('a dot path finds own properties only', () => {
  const body = { a: { b: [{ c: 1 }] } };
  expect(valueAt(body, 'a.b.0.c')).toBe(1);
  expect(valueAt(body, 'a.x.c')).toBeUndefined();
  expect(valueAt(body, 'a.constructor.name')).toBeUndefined();
  expect(valueAt(body, '')).toBe(body);
});
