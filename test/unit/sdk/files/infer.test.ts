import { guessType, inferObjects } from '../../../../core/sdk/files/infer.js';

const typeOf = (...texts: string[]) => {
  const guess = guessType();
  for (const text of texts) guess.see(text);
  return guess.type;
};

test.each([
  ['integer', ['0', '-7', '123456789012345678']],
  ['string', ['01234', '60601']], // a ZIP code
  ['decimal', ['1234567890123456789', '1']],
  ['decimal', ['1', '2.50', '-0.1']],
  ['string', ['1.5', '1,5']],
  ['string', ['1e5']],
  ['boolean', ['true', 'FALSE']],
  ['string', ['yes', 'no']],
  ['integer', ['0', '1']],
  ['date', ['2024-02-29', '2025-12-31']],
  ['string', ['2023-02-29']],
  ['string', ['03/14/2026']],
  ['timestamp', ['2026-03-14 09:26:53', '2026-03-14T09:26']],
  ['timestamptz', ['2026-03-14T09:26:53.589Z', '2026-03-14 09:26:53+05:30']],
  ['string', ['2026-03-14T09:26:53Z', '2026-03-14T09:26:53']],
  ['string', ['2026-03-14 25:00:00']],
  ['uuid', ['0190A3F2-7c11-7d30-9b1e-000000000001']],
  ['string', ['2026-03-14', '2026-03-14 09:26:53']],
  ['string', []],
])('infers %s from %j', (type, texts) => {
  expect(typeOf(...(texts as string[]))).toBe(type);
});

test('JSON values keep their type; texts are days or identifiers only where all of them are', () => {
  const fields = inferObjects(
    [
      {
        id: 1,
        price: 1.5,
        big: 9007199254740993n,
        day: '2026-01-01',
        zip: '60601',
        ok: true,
        tags: ['a'],
        mixed: 1,
        none: null,
      },
      {
        id: 2,
        price: 2,
        big: 1,
        day: '2026-01-02',
        zip: '1',
        ok: false,
        tags: {},
        mixed: 'x',
        exact: '1234567890123456.78',
      },
      { id: 3, exact: 0.5, huge: 99999999999999999999n, late: '2026-01-01T00:00:00Z' },
    ],
    ['id'],
  );
  expect(Object.fromEntries(fields.map(({ name, type }) => [name, type]))).toEqual({
    id: 'integer',
    price: 'decimal',
    big: 'integer',
    day: 'date',
    zip: 'string',
    ok: 'boolean',
    tags: 'json',
    mixed: 'string',
    none: 'string',
    exact: 'decimal',
    huge: 'decimal',
    late: 'timestamptz',
  });
  expect(fields.filter(({ nullable }) => !nullable).map(({ name }) => name)).toEqual(['id']);
});
