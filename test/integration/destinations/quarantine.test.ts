import { createHash } from 'node:crypto';
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

/** Text that no compression makes shorter. */
const garbage = (bytes: number) =>
  createHash('shake256', { outputLength: bytes }).update('garbage').digest('base64').slice(0, bytes);

it('a key that no index holds goes to quarantine, and its slice commits', async () => {
  const shape = { fields: fields('id string', 'more string', 'n integer?'), key: ['id', 'more'] };
  const long = garbage(6_000);
  const fits = { id: garbage(1_000), more: garbage(1_000), n: 1 };
  const records = [
    { id: long, more: 'a', n: 1 },
    { id: garbage(1_001), more: garbage(1_000), n: 1 },
    { id: 'x', more: long, n: 'bad' },
    fits,
  ];
  for (const times of [1, 2]) {
    const outcome = await bench.run(rows(shape, records));
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 4, quarantined: 3, staged: 1 } });
    expect(await bench.query('SELECT id, more, n::int FROM raw_test.items')).toEqual([fits]);
    expect(
      await bench.query('SELECT reason, times::int, resolved_at FROM tributary.quarantine ORDER BY reason, position'),
    ).toEqual(['key_too_long', 'key_too_long', 'key_too_long'].map((reason) => ({ reason, times, resolved_at: null })));
  }
  const replayed = await bench.run(rows(shape), replay);
  expect(replayed).toMatchObject({ state: 'succeeded', ledger: { read: 3, quarantined: 3 } });
});

it('a long key of a record that is bad in another field is known again', async () => {
  const long = { id: garbage(1_500), n: 'x' };
  const shape = { fields: fields('id string', 'n integer?') };
  for (const times of [1, 2]) {
    expect((await bench.run(rows(shape, [long]))).state).toBe('succeeded');
    expect(await bench.query('SELECT length(record_key) AS length, times::int FROM tributary.quarantine')).toEqual([
      { length: 64, times },
    ]);
  }
  await bench.run(rows(shape, [{ ...long, n: 1 }]));
  expect(await bench.query('SELECT 1 FROM tributary.quarantine WHERE resolved_at IS NULL')).toEqual([]);
});
