import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fields, rows } from '../../engine/runs.js';
import { openAccount, type AccountBench } from './account.js';

let bench: AccountBench;
beforeAll(async () => {
  bench = await openAccount();
});
afterAll(() => bench.close());

const ITEM = { fields: fields('id integer', 'name string?') };

describe('a run', () => {
  it('loads, merges, leaves alone what is the same, and balances', async () => {
    const first = await bench.run(
      rows(ITEM, [
        { id: 1, name: 'a' },
        { id: 2, name: '' },
        { id: 3, name: null },
      ]),
    );
    expect(first).toMatchObject({ state: 'succeeded', ledger: { read: 3, staged: 3, inserted: 3 } });
    const second = await bench.run(
      rows(ITEM, [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
        { id: 4, name: 'x' },
        { id: 4, name: 'd' },
      ]),
    );
    expect(second).toMatchObject({
      state: 'succeeded',
      ledger: { read: 4, staged: 4, inserted: 1, updated: 1, unchanged: 1, superseded: 1 },
    });
    expect(await bench.query('SELECT id, name FROM raw_test.items ORDER BY id')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
      { id: 3, name: null },
      { id: 4, name: 'd' },
    ]);
  });
});
