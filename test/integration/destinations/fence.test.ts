import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { endOlderFirstLoads, markFirstLoad } from '../../../destinations/postgres/fence.js';
import { lockNumber, stagingName } from '../../../destinations/postgres/names.js';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { stopTestServer } from '../../support/postgres.js';
import { cuttingProxy } from '../engine/cutting-proxy.js';
import { CONNECTION, fields, openBench, rows, SCHEMA, type Bench } from '../engine/runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const ITEM = { fields: fields('id integer', 'name string?') };
/** What another run does first, without all that it does after. */
const takeOver = () =>
  bench.query('UPDATE tributary.fence SET epoch = epoch + 1, run_id = $1 WHERE connection = $2', [
    randomUUID(),
    CONNECTION,
  ]);

describe('a takeover', () => {
  it('after a COMMIT whose reply was lost does not make it undone', async () => {
    await bench.run(rows(ITEM, [{ id: 1 }]));
    const proxy = await cuttingProxy(bench.database.url);
    try {
      let seen = 0;
      const outcome = await bench.run(rows(ITEM, [{ id: 2 }]), {
        url: proxy.url,
        at: {
          before_commit: () => {
            seen += 1;
            proxy.arm('after', takeOver);
          },
        },
      });
      expect({ seen, cuts: proxy.cuts }).toEqual({ seen: 1, cuts: 1 });
      // The run has lost its fence; what it had committed by then is in its ledger.
      expect(outcome).toMatchObject({ ledger: { read: 1, inserted: 1 }, error: { kind: 'locked' } });
    } finally {
      await proxy.close();
    }
  });

  it('before a COMMIT that never arrived ends the run as locked', async () => {
    await bench.run(rows(ITEM, [{ id: 1 }]));
    const proxy = await cuttingProxy(bench.database.url);
    try {
      const outcome = await bench.run(rows(ITEM, [{ id: 2 }]), {
        url: proxy.url,
        at: { before_commit: () => proxy.arm('before', takeOver) },
      });
      expect(outcome).toMatchObject({ ledger: { inserted: 0 }, error: { kind: 'locked' } });
      expect(await bench.query('SELECT id::int FROM raw_test.items')).toEqual([{ id: 1 }]);
    } finally {
      await proxy.close();
    }
  });

  it('between the look at the fence and the mark of a first load is noticed before the table is made', async () => {
    const session = await postgres.connect(
      { url: bench.database.url, metadata_schema: 'tributary' },
      { signal: new AbortController().signal, baseFolder: '/' },
    );
    const other = new pg.Client({ connectionString: bench.database.url });
    await other.connect();
    try {
      await session.raiseFence({ id: randomUUID(), connection: CONNECTION });
      // Keeps the mark waiting, so that the takeover surely falls in between.
      await other.query('SELECT pg_advisory_lock($1, $2)', [0x6c6f_6164, lockNumber(CONNECTION)]);
      const opened = session.open(
        {
          connection: CONNECTION,
          stream: 'items',
          schema: SCHEMA,
          name: 'items',
          fields: ITEM.fields,
          key: ['id'],
          keySources: ['id'],
          fromFiles: true,
          write: 'merge',
          marks: [],
        },
        'a.csv',
        true,
      );
      opened.catch(() => undefined);
      const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
      while ((await bench.query(waiting)).length === 0) await new Promise((resolve) => setImmediate(resolve));
      await takeOver();
      await other.query('SELECT pg_advisory_unlock_all()');
      await expect(opened).rejects.toMatchObject({ kind: 'locked' });
      expect(await bench.query(`SELECT 1 FROM pg_class WHERE relname = 'items'`)).toEqual([]);
    } finally {
      await other.end();
      await session.close();
    }
  });
});

it('a run that was taken over ends no first load of its successor', async () => {
  const raise = async () => {
    const session = await bench.session();
    const run = { id: randomUUID(), connection: CONNECTION };
    const epoch = await session.raiseFence(run);
    await session.close();
    return { run, epoch };
  };
  const [older, newer] = [await raise(), await raise()];
  const pool = new pg.Pool({ connectionString: bench.database.url });
  const load = new pg.Client({ connectionString: bench.database.url });
  load.on('error', () => undefined);
  await load.connect();
  try {
    await load.query('BEGIN');
    await markFirstLoad(load, CONNECTION);
    await expect(endOlderFirstLoads(pool, 'tributary', older)).rejects.toMatchObject({ kind: 'locked' });
    await load.query('SELECT 1');
    await endOlderFirstLoads(pool, 'tributary', newer);
    await expect(load.query('SELECT 1')).rejects.toThrow();
  } finally {
    await load.end().catch(() => undefined);
    await pool.end();
  }
});

it('staging that a part of a backfill left is removed: of an older attempt at once, else when it has long been idle', async () => {
  const part = '2026-01-01..2026-01-31';
  const key = `${CONNECTION}#${part}`;
  const raise = async (run: { part?: string }) => {
    const session = await bench.session();
    await session.raiseFence({ id: randomUUID(), connection: CONNECTION, ...run });
    await session.close();
  };
  const left = () => bench.query(`SELECT relname AS name FROM pg_class WHERE relname LIKE 'stg\\_%' ORDER BY relname`);
  await raise({ part });
  await raise({ part });
  const [older, newest] = [1n, 2n].map((epoch) => stagingName(key, epoch, 'items', 'whole', 0));
  const foreign = stagingName('other', 1n, 'items', 'whole', 0);
  for (const name of [older, newest, foreign]) await bench.query(`CREATE TABLE tributary.${name} (id bigint)`);
  await raise({});
  expect(await left()).toEqual([newest, foreign].toSorted().map((name) => ({ name })));
  await bench.query(`UPDATE tributary.fence SET raised_at = raised_at - interval '8 days' WHERE connection = $1`, [
    key,
  ]);
  await raise({});
  expect(await left()).toEqual([{ name: foreign }]);
});
