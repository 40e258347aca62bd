import { expect, test } from '@jest/globals';
import { explainChain } from '../../../core/middleware/index.js';

const key = { key: Buffer.alloc(32), version: 1 };

test('the steps of a chain stand in one list, in the order in which they act, with what becomes of a record', () => {
  const steps = explainChain({
    map: [
      { rename: { a: 'b' } },
      { where: 'b != "x"' },
      {
        lookup: {
          b: { values: { E: 'email' }, otherwise: 'quarantine' },
          c: { values: { E: 'email' }, otherwise: 'keep' },
        },
      },
      { set: { d: 'b' } },
    ],
    expect: [{ not_null: ['b'], severity: 'warn' }, { compare: 'b < c' }, { min_rows: 1, severity: 'fail' }],
    protect: { b: { tokenize: key }, c: 'keep' },
    phi: true,
  });
  expect(steps.map(({ step, otherwise }) => `${step} ${otherwise}`)).toEqual([
    'map.rename(a) null',
    'map.where(b != "x") filter',
    'map.lookup(b) quarantine',
    'map.lookup(c) null',
    'map.set(d) quarantine',
    'validate (types, and what may not be null) quarantine',
    'expect.not_null(b) warn',
    'expect.compare(b < c) quarantine',
    'expect.min_rows(1) fail',
    'protect.tokenize(b) null',
    'protect.keep(c) null',
    'phi: a column without a rule fail',
  ]);
});
