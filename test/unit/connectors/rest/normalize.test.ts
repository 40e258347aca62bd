import { normalize } from '../../../../connectors/rest/records/normalize.js';

/** As the reference casts them, but for what would lose digits. */
test.each([
  ['integer', '9007199254740993', 9_007_199_254_740_993n],
  ['integer', ' -12 ', -12],
  ['integer', '0x10', '0x10'],
  ['integer', 1.7, 1],
  ['integer', 12_345_678_901_234_567_890n, 12_345_678_901_234_567_890n],
  ['number', '1e3', 1000],
  ['number', '0x10', '0x10'],
  ['number', '12345678901234567.25', '12345678901234567.25'],
  ['number', '+007.50', 7.5],
  ['number', '.5', 0.5],
  ['number', '-0', -0],
  ['number', '5.', 5],
  ['integer', '000', 0],
  ['number', '', ''],
  ['boolean', ' Yes ', true],
  ['boolean', [], false],
  ['boolean', 'maybe', 'maybe'],
  ['string', 7, '7'],
])('as %s the value %j is %s', (type, value, cast) => {
  const record = { field: value as unknown };
  normalize(record, { type: 'object', properties: { field: { type: ['null', type] } } });
  expect(record.field).toBe(cast);
});
