import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { noPgbouncer, startPgbouncer, type Pooler } from '../../support/pgbouncer.js';
import { sayWhatIsSkipped, VERSIONS, type VersionedServer } from '../../support/postgres-versions.js';
import { fields, openBench, rows, SCHEMA, stagingTables, type Bench } from '../engine/runs.js';

const ITEM = { fields: fields('id integer', 'at timestamptz?', 'name string?') };
const context = { signal: new AbortController().signal, baseFolder: '/' };

sayWhatIsSkipped('pgbouncer in transaction mode');
if (noPgbouncer !== undefined) it.skip(`pgbouncer in transaction mode: ${noPgbouncer}`, () => undefined);
else
  describe.each(VERSIONS)('pgbouncer in transaction mode before $name', ({ start }) => {
    let server: VersionedServer;
    let bench: Bench;
    let pooler: Pooler;
    beforeAll(async () => {
      server = await start();
    });
    beforeEach(async () => {
      bench = await openBench(await server.database());
      // A default of the database that is not ours: what a session was told once is gone with its transaction.
      await bench.query(`ALTER DATABASE ${new URL(bench.database.url).pathname.slice(1)} SET DateStyle = 'SQL, DMY'`);
      pooler = await startPgbouncer(bench.database.url, { size: 3 });
    });
    afterEach(async () => {
      await pooler.close();
      await bench.close();
    });
    afterAll(() => server.close());

    it('loads, merges, overwrites and evolves: no session is relied on', async () => {
      const { url } = pooler;
      const at = '2026-03-10T05:30:00-06:00';
      const first = rows(ITEM, [{ id: 1, at, name: 'a' }], [{ id: 2, at, name: 'b' }, { id: 'no' }]);
      expect(await bench.run(first, { url })).toMatchObject({
        state: 'succeeded',
        ledger: { inserted: 2, quarantined: 1 },
      });
      const wider = { fields: [...ITEM.fields, ...fields('more decimal?')] };
      const second = rows(
        wider,
        [
          { id: 1, at, name: 'a', more: '1.50' },
          { id: 3, at },
        ],
        [{ id: 4 }],
      );
      const all = { stream: { write: 'overwrite' as const }, url };
      expect(await bench.run(second, all)).toMatchObject({
        state: 'succeeded',
        ledger: { inserted: 2, updated: 1, deleted: 1 },
      });
      expect(
        await bench.query(`SELECT id::int, extract(epoch FROM at)::int AS at FROM ${SCHEMA}.items ORDER BY 1`),
      ).toEqual([
        { id: 1, at: Date.parse(at) / 1000 },
        { id: 3, at: Date.parse(at) / 1000 },
        { id: 4, at: null },
      ]);
      expect(await stagingTables(bench)).toBe(0);
    });

    it('several streams at once, each in turn of the few sessions that the pooler has', async () => {
      const stream = (n: number) => rows(ITEM, ...[0, 1, 2].map((page) => [{ id: n * 10 + page, name: `${n}` }]));
      const streams = Object.fromEntries([1, 2, 3, 4].map((n) => [`s${n}`, stream(n)]));
      expect(await bench.run(streams, { url: pooler.url })).toMatchObject({
        state: 'succeeded',
        ledger: { inserted: 12 },
      });
    });

    it('answers questions with times as ISO in UTC, and refuses to write where it only reads', async () => {
      const config = { url: pooler.url, metadata_schema: 'tributary' };
      const sql = await postgres.sql!(config, { readOnly: true, ...context });
      try {
        expect(await sql.query("SELECT timestamptz '2026-03-10 12:00+02' AS at")).toEqual([
          { at: '2026-03-10T10:00:00.000Z' },
        ]);
        expect(await sql.query('SELECT $1::int + 1 AS n', [1])).toEqual([{ n: 2 }]);
        await expect(sql.query('CREATE TABLE t ()')).rejects.toMatchObject({ details: { cause: { code: '25006' } } });
        await expect(sql.transaction((own) => own.query('CREATE TABLE t ()'))).rejects.toMatchObject({
          details: { cause: { code: '25006' } },
        });
        await expect(sql.ask!('CREATE TABLE t ()')).rejects.toMatchObject({ kind: 'config' });
        expect(await sql.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
      } finally {
        await sql.close();
      }
    });

    it('a stop ends what the server does, though the session is not known by its process', async () => {
      const stop = new AbortController();
      const config = { url: pooler.url, metadata_schema: 'tributary' };
      const sql = await postgres.sql!(config, { ...context, readOnly: true, signal: stop.signal });
      const sleeping = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'`;
      try {
        const asked = sql.query('SELECT pg_sleep(600)');
        asked.catch(() => undefined);
        while ((await bench.query(sleeping)).length === 0) await new Promise((resolve) => setImmediate(resolve));
        stop.abort();
        await expect(asked).rejects.toMatchObject({ details: { cause: { code: '57014' } } });
        expect(await bench.query(sleeping)).toEqual([]);
      } finally {
        await sql.close();
      }
    });

    it('a parameter that the pooler refuses is named', async () => {
      const url = `${pooler.url}?options=-csearch_path%3Dx`;
      await expect(postgres.check({ url, metadata_schema: 'tributary' }, context)).rejects.toMatchObject({
        kind: 'config',
        details: { hint: expect.stringContaining('ignore_startup_parameters') },
      });
    });
  });
