import { afterAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { stopTestServer } from '../../support/postgres.js';
import { fields, openBench, rows, stagingTables, type Bench } from './runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const ITEM = { fields: fields('id integer', 'name string?', 'at date?') };
const table = () => bench.query('SELECT id, name FROM raw_test.items ORDER BY id, name');

describe('merge', () => {
  it('inserts, updates, leaves what is the same, and counts each', async () => {
    const first = await bench.run(
      rows(
        ITEM,
        [
          { id: 1, name: 'a' },
          { id: 2, name: 'b' },
        ],
        [{ id: 3, name: null }],
      ),
    );
    expect(first).toMatchObject({ state: 'succeeded', exitCode: 0, ledger: { read: 3, staged: 3, inserted: 3 } });
    const [before] = await bench.query('SELECT _run_id, _loaded_at FROM raw_test.items WHERE id = 1');
    const second = await bench.run(
      rows(ITEM, [{ id: 1, name: 'a' }, { id: 2, name: 'B' }, { id: 3, name: null }, { id: 4 }]),
    );
    expect(second.ledger).toMatchObject({ read: 4, staged: 4, inserted: 1, updated: 1, unchanged: 2, superseded: 0 });
    expect(await bench.query('SELECT _run_id, _loaded_at FROM raw_test.items WHERE id = 1')).toEqual([before]);
    expect(await table()).toEqual([
      { id: '1', name: 'a' },
      { id: '2', name: 'B' },
      { id: '3', name: null },
      { id: '4', name: null },
    ]);
    expect(await stagingTables(bench)).toBe(0);
  });

  it('keeps the last version of a key within a page and across pages', async () => {
    const outcome = await bench.run(
      rows(
        ITEM,
        [
          { id: 1, name: 'old' },
          { id: 1, name: 'newer' },
        ],
        [
          { id: 2, name: 'x' },
          { id: 1, name: 'last' },
        ],
      ),
    );
    expect(outcome.ledger).toMatchObject({ read: 4, staged: 4, inserted: 2, superseded: 2 });
    expect(await table()).toEqual([
      { id: '1', name: 'last' },
      { id: '2', name: 'x' },
    ]);
  });

  it('orders versions by the version column, in the slice and against the table; null is the oldest', async () => {
    const shape = { ...ITEM, version: 'at' };
    await bench.run(
      rows(shape, [
        { id: 1, name: 'new', at: '2026-02-02' },
        { id: 1, name: 'old', at: '2026-02-01' },
        { id: 2, name: 'none', at: null },
      ]),
    );
    const second = await bench.run(
      rows(shape, [
        { id: 1, name: 'older', at: '2026-01-01' },
        { id: 2, name: 'dated', at: '2026-01-01' },
      ]),
    );
    expect(second.ledger).toMatchObject({ superseded: 1, updated: 1 });
    const third = await bench.run(rows(shape, [{ id: 2, name: 'undated', at: null }]));
    expect(third.ledger).toMatchObject({ superseded: 1, updated: 0 });
    expect(await table()).toEqual([
      { id: '1', name: 'new' },
      { id: '2', name: 'dated' },
    ]);
  });

  it.each([
    ['numeric', 'decimal', ['1.10', '12345678901234567890123456789012345678.5']],
    ['uuid', 'uuid', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
    ['text', 'string', ['Ünïcödé 🎉', "it's"]],
    ['timestamptz', 'timestamptz', ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000001Z']],
    ['boolean', 'boolean', [true, false]],
  ])('merges by a key of type %s', async (_name, type, keys) => {
    const shape = { fields: fields(`id ${type}`, 'n integer') };
    const page = (n: number) => keys.map((id) => ({ id, n }));
    expect((await bench.run(rows(shape, page(1)))).ledger).toMatchObject({ inserted: 2 });
    expect((await bench.run(rows(shape, page(1)))).ledger).toMatchObject({ unchanged: 2 });
    expect((await bench.run(rows(shape, page(2)))).ledger).toMatchObject({ updated: 2 });
  });

  it('merges by a composite key, and when every column is of the key', async () => {
    const shape = { fields: fields('a integer', 'b string'), key: ['a', 'b'] };
    const page = [
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
    ];
    expect((await bench.run(rows(shape, page))).ledger).toMatchObject({ inserted: 2 });
    expect((await bench.run(rows(shape, page))).ledger).toMatchObject({ unchanged: 2 });
  });

  it('refuses a key of json, and a column with a name of ours', async () => {
    const json = await bench.run(rows({ fields: fields('id json') }, [{ id: 1 }]));
    expect(json).toMatchObject({ state: 'failed', exitCode: 3, error: { kind: 'config' } });
    const own = await bench.run(rows({ fields: fields('id integer', '_run_id string') }, [{ id: 1, _run_id: 'x' }]));
    expect(own.error?.message).toContain('"_run_id"');
  });

  it('takes columns of odd names, and those that begin with an underscore', async () => {
    const shape = { fields: fields('_id integer', 'Se"lect string?', 'user string?'), key: ['_id'] };
    const page = [{ _id: 1, 'Se"lect': "o'\\n", user: 'u' }];
    await bench.run(rows(shape, page));
    const again = await bench.run(rows(shape, page));
    expect(again).toMatchObject({ state: 'succeeded', ledger: { unchanged: 1 } });
  });

  it('puts a record without key into quarantine', async () => {
    const outcome = await bench.run(rows(ITEM, [{ id: null, name: 'a' }, { name: 'b' }, { id: 1, name: 'c' }]));
    expect(outcome.ledger).toMatchObject({ read: 3, quarantined: 2, inserted: 1 });
    expect(await bench.query('SELECT reason, field FROM tributary.quarantine')).toEqual([
      { reason: 'not_null', field: 'id' },
      { reason: 'not_null', field: 'id' },
    ]);
  });
});
