import { unknownFields } from '../../../core/engine/pages.js';

test('fields that the catalog does not name are told once, one as one and several as several', () => {
  const told: string[] = [];
  const look = unknownFields([{ name: 'id' }], (text) => told.push(text));
  look({ id: 1, a: 1 });
  look({ id: 2, a: 1, b: 1, c: 1 });
  look({ id: 3, c: 1 });
  expect(told).toEqual([
    'Records have "a", which the catalog does not name; it is not loaded.',
    'Records have "b", "c", which the catalog does not name; they are not loaded.',
  ]);
});
