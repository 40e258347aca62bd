import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { lockNumber } from '../../../destinations/postgres/names.js';
import { openPool } from '../../../destinations/postgres/connection.js';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { noOldServer, startOldServer } from '../../support/old-postgres.js';
import { asking, sayWhatIsSkipped, VERSIONS, type VersionedServer } from '../../support/postgres-versions.js';
import { CONNECTION, fields, openBench, rows, SCHEMA, type Bench } from '../engine/runs.js';

const ITEM = { fields: fields('id integer', 'name string?') };
const items = (...names: string[]) => names.map((name, at) => ({ id: at + 1, name }));
const context = { signal: new AbortController().signal, baseFolder: '/' };
const table = {
  connection: CONNECTION,
  stream: 'items',
  schema: SCHEMA,
  name: 'items',
  fields: ITEM.fields,
  key: ['id'],
  keySources: ['id'],
  fromFiles: false,
  write: 'merge' as const,
  marks: [],
};

/** Does it the first time only. */
function once(work: () => unknown) {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await work();
  };
}

sayWhatIsSkipped('what servers, roles and other sessions do');

describe.each(VERSIONS)('on $name,', ({ start }) => {
  let server: VersionedServer;
  let bench: Bench;
  beforeAll(async () => {
    server = await start();
  });
  beforeEach(async () => {
    bench = await openBench(await server.database());
  });
  afterEach(() => bench.close());
  afterAll(() => server.close());

  const inTable = () => bench.query(`SELECT id::int, name FROM ${SCHEMA}.items ORDER BY id`);
  const warnings = () => bench.events.filter(({ type }) => type === 'warning');
  const byDefault = (setting: string) =>
    bench.query(`ALTER DATABASE ${new URL(bench.database.url).pathname.slice(1)} SET ${setting}`);
  /** Until a session waits for another one. */
  const somebodyWaits = async (what = '') => {
    const waiting = `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.query LIKE $1`;
    while ((await bench.query(waiting, [`%${what}%`])).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
  };

  it('a deadlock with another session: the slice is read again, and nothing is lost or doubled', async () => {
    await byDefault(`deadlock_timeout = '50ms'`);
    await bench.run(rows(ITEM, items('a', 'b')));
    await asking(bench.database.url, async (ask) => {
      let hand: Promise<unknown> | undefined;
      const outcome = await bench.run(rows(ITEM, items('A', 'B', 'C')), {
        at: {
          after_staging: once(async () => {
            // It waits for ever, so that it is ours that the server ends.
            await ask(`SET deadlock_timeout = '1h'`);
            await ask('BEGIN');
            await ask('LOCK TABLE tributary.ledger IN EXCLUSIVE MODE');
          }),
          after_merge: once(async () => {
            hand = ask(`UPDATE ${SCHEMA}.items SET name = 'by hand' WHERE id = 1`).then(() => ask('COMMIT'));
            await somebodyWaits('by hand');
          }),
        },
      });
      await hand;
      expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 1, updated: 2 } });
    });
    expect(warnings()).toEqual([expect.objectContaining({ message: expect.stringContaining('[40P01]') })]);
    expect(await inTable()).toEqual(items('A', 'B', 'C'));
  });

  it('a default of SERIALIZABLE does not fail a merge that waits for another session', async () => {
    await byDefault(`default_transaction_isolation = 'serializable'`);
    await bench.run(rows(ITEM, items('a', 'b')));
    await asking(bench.database.url, async (ask) => {
      let hand: Promise<unknown> | undefined;
      const outcome = await bench.run(rows(ITEM, items('A', 'B')), {
        at: {
          after_staging: once(async () => {
            await ask('BEGIN');
            await ask(`UPDATE ${SCHEMA}.items SET name = 'by hand' WHERE id = 1`);
            hand = somebodyWaits(`${SCHEMA}"."items`).then(() => ask('COMMIT'));
          }),
        },
      });
      await hand;
      expect(outcome).toMatchObject({ state: 'succeeded', ledger: { updated: 2 } });
    });
    expect(warnings()).toEqual([]);
    expect(await inTable()).toEqual(items('A', 'B'));
  });

  it('a default of REPEATABLE READ does not hide what another run has merged while ours waited', async () => {
    await byDefault(`default_transaction_isolation = 'repeatable read'`);
    await bench.run(rows(ITEM, items('a')));
    await asking(bench.database.url, async (ask) => {
      let hand: Promise<unknown> | undefined;
      const outcome = await bench.run(rows(ITEM, items('a', 'b')), {
        at: {
          after_staging: once(async () => {
            await ask('BEGIN ISOLATION LEVEL READ COMMITTED');
            await ask('SELECT pg_advisory_xact_lock($1, $2)', [0x6d65_7267, lockNumber(`${SCHEMA}.items`)]);
            await ask(`INSERT INTO ${SCHEMA}.items (id, name, _loaded_at, _run_id) VALUES (2, 'b', now(), $1)`, [
              randomUUID(),
            ]);
            hand = somebodyWaits('pg_advisory_xact_lock').then(() => ask('COMMIT'));
          }),
        },
      });
      await hand;
      expect(outcome.ledger).toMatchObject({ staged: 2, inserted: 0, unchanged: 2 });
    });
    expect(await inTable()).toEqual(items('a', 'b'));
  });

  it('a server that only reads is named, and once it writes again no session of before is used', async () => {
    await bench.run(rows(ITEM, items('a')));
    await byDefault('default_transaction_read_only = on');
    expect(await bench.run(rows(ITEM, items('b')))).toMatchObject({
      state: 'failed',
      error: {
        kind: 'transient',
        message: expect.stringContaining('[25006]'),
        hint: expect.stringContaining('only reads'),
      },
    });
    const pool = openPool({ url: bench.database.url, max: 1, applicationName: 'test' });
    try {
      await expect(pool.query('CREATE TABLE t ()')).rejects.toMatchObject({ code: '25006' });
      await asking(server.adminUrl, (ask) =>
        ask(`ALTER DATABASE ${new URL(bench.database.url).pathname.slice(1)} RESET default_transaction_read_only`),
      );
      await pool.query('CREATE TABLE t ()');
    } finally {
      await pool.end();
    }
    expect(await bench.run(rows(ITEM, items('b')))).toMatchObject({ state: 'succeeded' });
  });

  it('`statement_timeout` ends no COPY whose source is slow, and what it ends names it', async () => {
    await byDefault(`statement_timeout = '200ms'`);
    const session = await bench.session();
    try {
      await session.raiseFence({ id: randomUUID(), connection: CONNECTION });
      const file = { ...table, fromFiles: true };
      await session.create(file);
      const writer = await session.open(file, 'a.csv', false);
      const copies = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'`;
      await writer.stage(writer.batch());
      while ((await bench.query(copies)).length === 0) await new Promise((resolve) => setImmediate(resolve));
      await asking(bench.database.url, (ask) =>
        ask(`SET statement_timeout = 0`).then(() => ask('SELECT pg_sleep(0.5)')),
      );
      expect(await bench.query(copies)).toHaveLength(1);
      await writer.abort();
    } finally {
      await session.close();
    }
    const config = { url: bench.database.url, metadata_schema: 'tributary' };
    const sql = await postgres.sql!(config, { readOnly: true, ...context });
    try {
      await expect(sql.query('SELECT pg_sleep(5)')).rejects.toMatchObject({
        kind: 'destination',
        details: { hint: expect.stringContaining('`statement_timeout`') },
      });
    } finally {
      await sql.close();
    }
  });

  describe('a role with few sessions', () => {
    const role = 'few';
    let url: string;
    beforeEach(async () => {
      await bench.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right' CONNECTION LIMIT 2`);
      await bench.query(`GRANT CREATE ON DATABASE ${new URL(bench.database.url).pathname.slice(1)} TO ${role}`);
      const own = new URL(bench.database.url);
      own.username = role;
      own.password = 'right';
      url = own.href;
    });
    afterEach(async () => {
      jest.restoreAllMocks();
      await bench.query(`DROP OWNED BY ${role} CASCADE`);
      await bench.query(`DROP ROLE ${role}`);
    });
    const config = () => ({ url, metadata_schema: 'tributary' });

    it('does with two, and waits for them', async () => {
      const other = await postgres.sql!(config(), { readOnly: false, ...context });
      await other.transaction(async () => {
        const inner = new pg.Client({ connectionString: url });
        inner.on('error', () => undefined);
        await inner.connect();
        // The first refusal ends what stands in the way.
        const ask = pg.Pool.prototype.connect as () => Promise<pg.PoolClient>;
        const asked = jest.spyOn(pg.Pool.prototype, 'connect').mockImplementation(function (this: pg.Pool) {
          return ask.call(this).catch(async (error: unknown) => {
            await inner.end();
            throw error;
          });
        } as never);
        await postgres.check(config(), context);
        expect(asked.mock.calls.length).toBeGreaterThan(1);
      });
      await other.close();
      const streams = { one: rows(ITEM, items('a'), [{ id: 'no' }]), two: rows(ITEM, items('b'), items('c')) };
      expect(await bench.run(streams, { url })).toMatchObject({ state: 'succeeded', ledger: { inserted: 2 } });
    });

    it('is told what to raise where no room comes', async () => {
      const holders = [0, 1].map(() => new pg.Client({ connectionString: url }));
      for (const holder of holders) await holder.connect();
      let now = 0;
      jest.spyOn(performance, 'now').mockImplementation(() => (now += 5_000));
      await expect(postgres.check(config(), context)).rejects.toMatchObject({
        kind: 'transient',
        details: { hint: expect.stringContaining('CONNECTION LIMIT') },
      });
      for (const holder of holders) await holder.end();
    });
  });
});

if (noOldServer === undefined)
  it('a run that finds a standby goes on once that is promoted', async () => {
    const server = await startOldServer();
    const database = { url: server.url, drop: async () => undefined };
    let bench = await openBench(database);
    try {
      await bench.run(rows(ITEM, items('a')));
      let attempts = 0;
      const outcome = await bench.run(rows(ITEM, items('A', 'b')), {
        at: { after_staging: once(() => server.demote()) },
        request: {
          clock: {
            now: () => new Date(),
            id: randomUUID,
            random: () => 0,
            // Between two attempts; the first may meet the restart.
            sleep: async () => {
              attempts += 1;
              if (attempts === 2) await asking(server.url, (ask) => ask('SELECT pg_promote()'));
            },
          },
        },
      });
      expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 1, updated: 1 } });
      expect(bench.events).toContainEqual(
        expect.objectContaining({ type: 'warning', message: expect.stringContaining('[25006]') }),
      );
      await bench.close();
      bench = await openBench(database);
      expect(await bench.query(`SELECT id::int, name FROM ${SCHEMA}.items ORDER BY id`)).toEqual(items('A', 'b'));
    } finally {
      await bench.close();
      await server.close();
    }
  });
