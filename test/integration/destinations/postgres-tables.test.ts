import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { asking, sayWhatIsSkipped, VERSIONS, type VersionedServer } from '../../support/postgres-versions.js';
import { describeAdoption } from './adopted-tables.js';
import { fields, openBench, rows, SCHEMA, type Bench } from '../engine/runs.js';

const DAILY = { fields: fields('id integer', 'day date', 'sent integer?'), key: ['id', 'day'] };
const day = (id: number, month: string, sent: number) => ({ id, day: `2026-${month}-15`, sent });
const overwrite = { stream: { write: 'overwrite' as const } };
const OWN = '_loaded_at timestamptz NOT NULL, _run_id uuid NOT NULL';
const MARKS = [{ fact: 'raw_test.items', day: { column: 'day' }, campaign: null }] as const;

sayWhatIsSkipped('partitions, views, readers and roles');

describe.each(VERSIONS)('on $name,', (version) => {
  let server: VersionedServer;
  let bench: Bench;
  beforeAll(async () => {
    server = await version.start();
  });
  beforeEach(async () => {
    bench = await openBench(await server.database());
  });
  afterEach(() => bench.close());
  afterAll(() => server.close());

  const inTable = () => bench.query(`SELECT id::int, day, sent::int FROM ${SCHEMA}.items ORDER BY id, day`);
  const landed = (...given: ReturnType<typeof day>[]) =>
    given.map(({ id, day: on, sent }) => ({ id, day: new Date(`${on}T00:00:00Z`), sent }));

  describe('a table that its owner has partitioned by month', () => {
    const partitioned = async (key: string) => {
      await bench.query(`CREATE SCHEMA ${SCHEMA}`);
      await bench.query(
        `CREATE TABLE ${SCHEMA}.items (id bigint NOT NULL, day date NOT NULL, sent bigint, ${OWN}${key}) PARTITION BY RANGE (day)`,
      );
      for (const [from, to] of [
        ['01', '02'],
        ['02', '03'],
      ])
        await bench.query(
          `CREATE TABLE ${SCHEMA}.items_${from} PARTITION OF ${SCHEMA}.items FOR VALUES FROM ('2026-${from}-01') TO ('2026-${to}-01')`,
        );
    };

    it('is merged into, overwritten and widened', async () => {
      await partitioned(', PRIMARY KEY (id, day)');
      const marksOf = () => MARKS;
      const first = [day(1, '01', 1), day(1, '02', 2), day(2, '01', 3)];
      expect(await bench.run(rows(DAILY, first), { marksOf })).toMatchObject({
        state: 'succeeded',
        ledger: { inserted: 3 },
      });
      const second = [day(1, '01', 1), day(1, '02', 5), day(3, '02', 7)];
      expect(await bench.run(rows(DAILY, second), { marksOf })).toMatchObject({
        state: 'succeeded',
        ledger: { inserted: 1, updated: 1, unchanged: 1 },
      });
      expect(await inTable()).toEqual(landed(day(1, '01', 1), day(1, '02', 5), day(2, '01', 3), day(3, '02', 7)));
      const wider = { ...DAILY, fields: [...DAILY.fields, ...fields('opened integer?')] };
      const third = [{ ...day(1, '01', 1), opened: 9 }, day(3, '02', 8)];
      expect(await bench.run(rows(wider, third), overwrite)).toMatchObject({
        state: 'succeeded',
        ledger: { inserted: 0, updated: 2, deleted: 2 },
      });
      expect(await bench.query(`SELECT opened::int FROM ${SCHEMA}.items_01`)).toEqual([{ opened: 9 }]);
    });

    it('takes what is appended without a key', async () => {
      await partitioned('');
      const append = { stream: { write: 'append' as const } };
      const stream = rows({ ...DAILY, key: [] }, [day(1, '01', 1), day(1, '02', 1)]);
      for (const inserted of [2, 2])
        expect(await bench.run(stream, append)).toMatchObject({ state: 'succeeded', ledger: { inserted } });
      expect(await inTable()).toHaveLength(4);
    });

    it('without the partition of a row says so, and nothing is half done', async () => {
      await partitioned(', PRIMARY KEY (id, day)');
      const outcome = await bench.run(rows(DAILY, [day(1, '01', 1), day(1, '07', 1)]));
      expect(outcome).toMatchObject({
        state: 'failed',
        error: {
          kind: 'destination',
          message: expect.stringContaining('table "items" has no partition for a row'),
          hint: expect.stringContaining('DEFAULT'),
        },
      });
      expect(await inTable()).toEqual([]);
    });

    it('whose key has the column of its partitions, and the stream has not, is refused by name', async () => {
      await partitioned(', PRIMARY KEY (id, day)');
      expect(await bench.run(rows({ ...DAILY, key: ['id'] }, [day(1, '01', 1)]))).toMatchObject({
        state: 'failed',
        error: { kind: 'schema', message: expect.stringContaining('has the key (id, day), the stream has (id)') },
      });
    });
  });

  describe('a view and an open reader', () => {
    const wider = { ...DAILY, fields: [...DAILY.fields, ...fields('opened integer?')] };
    const reading = (work: (ask: (sql: string) => Promise<unknown[]>) => Promise<void>) =>
      asking(bench.database.url, async (ask) => {
        await bench.run(rows(DAILY, [day(1, '01', 1)]));
        await bench.query(`CREATE VIEW ${SCHEMA}.seen AS SELECT id, sent FROM ${SCHEMA}.items`);
        await ask(`SET application_name = 'month report'`);
        await ask('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await ask(`SELECT * FROM ${SCHEMA}.seen`);
        await work(ask);
      });
    const waits = async () => {
      const waiting = `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.query LIKE 'ALTER TABLE%'`;
      while ((await bench.query(waiting)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    };

    it('do not hinder an overwrite, which the reader does not see before its end', async () => {
      await reading(async (ask) => {
        expect(await bench.run(rows(DAILY, [day(2, '01', 2)]), overwrite)).toMatchObject({
          state: 'succeeded',
          ledger: { inserted: 1, deleted: 1 },
        });
        expect(await ask(`SELECT id::int, sent::int FROM ${SCHEMA}.seen`)).toEqual([{ id: 1, sent: 1 }]);
      });
      expect(await bench.query(`SELECT id::int, sent::int FROM ${SCHEMA}.seen`)).toEqual([{ id: 2, sent: 2 }]);
    });

    it('keep a new column waiting until the reader has ended; the view stays', async () => {
      await reading(async (ask) => {
        const run = bench.run(rows(wider, [{ ...day(1, '01', 1), opened: 4 }]));
        await waits();
        await ask('COMMIT');
        expect(await run).toMatchObject({ state: 'succeeded', ledger: { updated: 1 } });
      });
      expect(await bench.query(`SELECT id::int, sent::int FROM ${SCHEMA}.seen`)).toEqual([{ id: 1, sent: 1 }]);
    });

    // Five seconds of patience, which one version is enough for.
    const isNewest = version === VERSIONS[0];
    if (isNewest)
      it('are told of where they do not end', async () => {
        await reading(async () => {
          const session = await bench.session();
          try {
            await session.raiseFence({ id: randomUUID(), connection: 'test' });
            const table = {
              connection: 'test',
              stream: 'items',
              schema: SCHEMA,
              name: 'items',
              fields: DAILY.fields,
              key: DAILY.key,
              keySources: DAILY.key,
              fromFiles: false,
              write: 'merge' as const,
              marks: [],
            };
            const change = { added: fields('opened integer?'), retyped: [], loosened: [] };
            await expect(session.evolve(table, change as never)).rejects.toMatchObject({
              kind: 'transient',
              message: expect.stringMatching(/in use by "month report" \(process \d+\)/),
            });
          } finally {
            await session.close();
          }
        });
      });
  });

  describeAdoption(() => bench);

  it('a role that may create in the schemas it was given, and nowhere else, loads, merges and evolves', async () => {
    const role = `loader_${randomUUID().replaceAll('-', '')}`;
    await bench.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right'`);
    await bench.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC`);
    await bench.query(`CREATE SCHEMA tributary; CREATE SCHEMA ${SCHEMA}`);
    await bench.query(`GRANT USAGE, CREATE ON SCHEMA tributary, ${SCHEMA} TO ${role}`);
    const own = new URL(bench.database.url);
    own.username = role;
    own.password = 'right';
    const as = { url: own.href };
    try {
      expect(await bench.run(rows(DAILY, [day(1, '01', 1), { id: 'no' }]), as)).toMatchObject({ state: 'succeeded' });
      const wider = { ...DAILY, fields: [...DAILY.fields, ...fields('opened integer?')] };
      expect(await bench.run(rows(wider, [{ ...day(1, '01', 2), opened: 1 }]), as)).toMatchObject({
        state: 'succeeded',
        ledger: { updated: 1 },
      });
      const elsewhere = { ...as, request: { schema: 'raw_other' } };
      expect(await bench.run(rows(DAILY, [day(1, '01', 1)]), elsewhere)).toMatchObject({
        state: 'failed',
        error: { kind: 'auth', message: expect.stringContaining('permission denied') },
      });
    } finally {
      await bench.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    }
  });
});
