import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { stopTestServer } from '../../support/postgres.js';
import { fields, openBench, rows, type Bench } from '../engine/runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const strict = fields('id string?', 'n integer?');
const lax = fields('id string?', 'n string?');
const replay = { request: { replay: true } };

it.each([
  ['with a key', ['id']],
  ['without a key', []],
])('an overwritten table %s takes what it no longer holds out of quarantine', async (_what, key) => {
  const overwrite = { stream: { write: 'overwrite' as const } };
  await bench.run(
    rows({ fields: strict, key }, [
      { id: 'a', n: 1 },
      { id: 'b', n: 'x' },
      { id: 'c', n: 'x' },
    ]),
    overwrite,
  );
  // `b` is gone at the source, `c` is still bad, `d` is new and bad.
  await bench.run(
    rows({ fields: strict, key }, [
      { id: 'a', n: 1 },
      { id: 'c', n: 'x' },
      { id: 'd', n: 'x' },
    ]),
    overwrite,
  );
  expect(
    await bench.query(`SELECT payload ->> 'id' AS id FROM tributary.quarantine WHERE resolved_at IS NULL ORDER BY 1`),
  ).toEqual([{ id: 'c' }, { id: 'd' }]);
  const { ledger } = await bench.run(rows({ fields: lax, key }), {
    stream: { ...overwrite.stream, onSchemaChange: 'evolve' },
    ...replay,
  });
  expect(ledger).toMatchObject({ read: 2, inserted: 2, deleted: 0 });
  expect(await bench.query('SELECT id FROM raw_test.items ORDER BY id')).toEqual([
    { id: 'a' },
    { id: 'c' },
    { id: 'd' },
  ]);
});
