import { expect, test } from '@jest/globals';
import { planColumns, type StreamRules } from '../../../core/middleware/index.js';
import { field, fromBytes, fromObjects, planOf, seeded } from '../program/rows.js';

const KEY = { key: Buffer.alloc(32, 7), version: 1 };
const FIELDS = [field('state', 'string'), field('n', 'integer'), field('channel', 'string'), field('id', 'string')];
const RULES: StreamRules = {
  stream: 's',
  map: [
    { trim: ['state', 'n', 'id'] },
    { case: { state: 'upper', id: 'lower' } },
    { nulls: { state: ['N/A', '-'], n: ['none'] } },
    { lookup: { channel: { values: { E: 'email', S: 'sms' }, otherwise: 'keep' } } },
  ],
  expect: [
    { set: { state: ['CA', 'TX', 'ÄÖ'] } },
    { pattern: { id: '[a-z0-9 äé]*' } },
    { not_null: ['channel'] },
    { not_null: ['n'], severity: 'warn' },
    { range: { n: { max: 50 } }, severity: 'warn' },
    { pattern: { channel: '[a-z]+' }, severity: 'warn' },
  ],
  protect: { id: { tokenize: KEY } },
};

/** Bytes are changed and judged without a string where they are ASCII; that must say what the functions on texts say. */
test('values from a file and from an API become the same, and are counted alike', () => {
  const random = seeded(11);
  const oneOf = (values: readonly string[]) => values[random(values.length)] as string;
  const records = Array.from({ length: 3_000 }, () => ({
    state: oneOf(['ca', ' Tx ', 'N/A', '-', 'ny', '\u00a0ca\u00a0', 'äö', '\tCA', 'ß', ' ']),
    n: oneOf(['1', ' 2 ', 'none', '77', 'x', ' ', '-4']),
    channel: oneOf(['E', 'S', 'push', 'Email', 'é', 'constructor']),
    id: oneOf(['M1', ' m1 ', 'MÉ', 'é', '?', ' ', 'x'.repeat(2_000), 'İ']),
  }));
  const plan = planOf(planColumns(FIELDS, RULES, []), { parsing: { nulls: [] } });
  const csv = records
    .map((record) =>
      Object.values(record)
        .map((text) => `"${text}"`)
        .join(','),
    )
    .join('\n');
  const bytes = fromBytes(plan, `${csv}\n`, FIELDS);
  const objects = fromObjects(plan, records, FIELDS);
  expect(bytes.rows).toEqual(objects.rows);
  const told = ({ rejects }: typeof bytes) =>
    rejects.map(({ position, reason, field: at, rule }) => [position, reason, at, rule]);
  expect(told(bytes)).toEqual(told(objects));
  expect(bytes.tally).toEqual(objects.tally);
  expect(bytes.rows.length).toBeGreaterThan(500);
  expect(bytes.tally.steps).toMatchObject({
    'map.nulls(state)': expect.any(Number),
    'map.lookup(channel)': expect.any(Number),
    'expect.set(state)': expect.any(Number),
    'expect.not_null(n)': expect.any(Number),
    'protect.tokenize(id)': bytes.rows.filter((row) => row[3] !== null).length,
  });
});

test('of an expectation with `fail` the record says that its stream must stop', () => {
  const rules: StreamRules = { ...RULES, expect: [{ set: { channel: ['email'] }, severity: 'fail' }], protect: {} };
  const plan = planOf(planColumns(FIELDS, rules, []));
  const [reject] = fromBytes(plan, 'ca,1,E,x\nca,1,S,x\n', FIELDS).rejects;
  expect(reject).toMatchObject({ position: 2, reason: 'not_in_set', rule: 'expect.set(channel)', fails: true });
  expect(fromObjects(plan, [{ state: 'ca', n: 1, channel: 'S', id: 'x' }], FIELDS).rejects[0]).toMatchObject({
    fails: true,
  });
});
