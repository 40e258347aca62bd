import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { TableSpec } from '../../../core/protocol/index.js';
import { load } from '../../../core/sdk/testing/destination/loading.js';
import { fields, rows, SCHEMA, type Bench, type RunWishes } from '../engine/runs.js';

const DAILY = { fields: fields('id integer', 'day date', 'sent integer?', 'channel string?'), key: ['id', 'day'] };
const adopt = { stream: { adopt: true } } satisfies RunWishes;
const MARKS = [{ fact: 'raw_test.items', day: { column: 'day' }, campaign: null }] as const;
const OLD = `INSERT INTO ${SCHEMA}.items (id, day, sent, note) VALUES (1, '2024-01-15', 100, 'by hand'), (2, '2024-01-15', 7, NULL)`;

const tableOf = (own: TableSpec['fields'], more: Partial<TableSpec>): TableSpec => ({
  connection: 'test',
  stream: 'items',
  schema: SCHEMA,
  name: 'items',
  fields: own,
  key: DAILY.key,
  keySources: DAILY.key,
  fromFiles: false,
  write: 'merge',
  marks: [],
  ...more,
});

/** What becomes of tables that somebody else has made, on the server whose bench this is. */
export function describeAdoption(bench: () => Bench): void {
  const make = async (columns: string, old = '') => {
    await bench().query(`CREATE SCHEMA ${SCHEMA}`);
    await bench().query(`CREATE TABLE ${SCHEMA}.items (${columns})`);
    if (old !== '') await bench().query(old);
  };
  const run = (records: readonly unknown[], wishes: RunWishes = adopt, shape: Parameters<typeof rows>[0] = DAILY) =>
    bench().run(rows(shape, records), wishes);
  const columnsNow = async () =>
    (
      await bench().query<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = '${SCHEMA}.items'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      )
    ).map(({ name }) => name);

  describe('a table that somebody else has made', () => {
    const HISTORY = `id bigint, day date, sent bigint, note varchar(20), at timestamptz NOT NULL DEFAULT now(), UNIQUE (day, id)`;

    it('is refused as before, and what to set is named', async () => {
      await make(HISTORY, OLD);
      expect(await run([], {})).toMatchObject({
        state: 'failed',
        error: {
          kind: 'config',
          message: expect.stringContaining('was not made by Tributary'),
          hint: expect.stringContaining('`adopt: true`'),
        },
      });
    });

    it('is adopted: old rows are part of the series, its own columns, grants, views and identity stay', async () => {
      await make(HISTORY, OLD);
      await bench().query(`CREATE VIEW ${SCHEMA}.seen AS SELECT id, sent, note FROM ${SCHEMA}.items`);
      await bench().query(`GRANT SELECT ON ${SCHEMA}.items TO PUBLIC`);
      const identity = () =>
        bench().query(`SELECT oid, relacl::text FROM pg_class WHERE oid = '${SCHEMA}.items'::regclass`);
      const before = await identity();
      const records = [
        { id: 1, day: '2024-01-15', sent: 101, channel: 'email' },
        { id: 3, day: '2026-03-01', sent: 5, channel: 'sms' },
      ];
      const outcome = await run(records, { ...adopt, marksOf: () => MARKS });
      expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 1, updated: 1 } });
      expect(await identity()).toEqual(before);
      expect(await bench().query(`SELECT id::int, sent::int, note FROM ${SCHEMA}.seen ORDER BY id`)).toEqual([
        { id: 1, sent: 101, note: 'by hand' },
        { id: 2, sent: 7, note: null },
        { id: 3, sent: 5, note: null },
      ]);
      expect(
        await bench().query(
          `SELECT id::int, _run_id IS NULL AS old, _loaded_at IS NULL AS unloaded, channel FROM ${SCHEMA}.items ORDER BY id`,
        ),
      ).toEqual([
        { id: 1, old: false, unloaded: false, channel: 'email' },
        { id: 2, old: true, unloaded: true, channel: null },
        { id: 3, old: false, unloaded: false, channel: 'sms' },
      ]);
      expect(bench().events.find(({ type }) => type === 'table_adopted')).toEqual({
        type: 'table_adopted',
        stream: 'items',
        table: `${SCHEMA}.items`,
        rows: 2,
        added: ['"channel" text', '"_loaded_at" timestamp with time zone', '"_run_id" uuid'],
        kept: ['note', 'at'],
      });
      expect(
        await bench().query(`SELECT stream, slice, source, records::int FROM tributary.lineage ORDER BY id LIMIT 1`),
      ).toEqual([{ stream: 'items', slice: 'adoption', source: `table ${SCHEMA}.items as it was found`, records: 2 }]);
      // All days of what it feeds are built once more.
      expect(await bench().query(`SELECT fact, day FROM tributary.dirty WHERE day IS NULL`)).toEqual([
        { fact: 'raw_test.items', day: null },
      ]);
    });

    it('is adopted once: later runs go on, also without the option, and evolve it', async () => {
      await make(HISTORY, OLD);
      expect(await run([{ id: 2, day: '2024-01-15', sent: 7, channel: null }])).toMatchObject({
        state: 'succeeded',
        ledger: { unchanged: 1 },
      });
      bench().events.length = 0;
      const wider = { ...DAILY, fields: [...DAILY.fields, ...fields('opened integer?')] };
      for (const wishes of [adopt, {}])
        expect(await run([{ id: 2, day: '2024-01-15', sent: 8, opened: 1 }], wishes, wider)).toMatchObject({
          state: 'succeeded',
        });
      const told = bench().events.filter(({ type }) => type === 'table_adopted' || type === 'schema_changed');
      expect(told).toMatchObject([{ type: 'schema_changed', change: { added: [{ name: 'opened' }], removed: [] } }]);
      expect(await run([], { stream: { write: 'overwrite' } })).toMatchObject({
        state: 'failed',
        error: { kind: 'config', message: expect.stringContaining('would delete the rows that were in it before') },
      });
      expect(await bench().query(`SELECT count(*)::int AS n FROM ${SCHEMA}.items`)).toEqual([{ n: 2 }]);
    });

    it.each([{ key: ['id', 'day'] }, { key: [] }])(
      'keeps its old rows where the source replaces all that is its own ($key)',
      async ({ key }) => {
        await make('id bigint, day date, sent bigint, note text', OLD);
        const write = key.length === 0 ? ('append' as const) : ('merge' as const);
        const own = { id: 9, day: '2026-01-01', sent: 1 };
        expect(await run([own], { stream: { adopt: true, write } }, { ...DAILY, key })).toMatchObject({
          state: 'succeeded',
        });
        const session = await bench().session();
        try {
          await session.raiseFence({ id: randomUUID(), connection: 'test' });
          const spec = tableOf(DAILY.fields, { key, keySources: key, write });
          expect(await load(session, spec, [[{ ...own, id: 8 }]], { replacesAll: true })).toMatchObject({
            inserted: 1,
            deleted: 1,
          });
        } finally {
          await session.close();
        }
        expect(await bench().query(`SELECT id::int FROM ${SCHEMA}.items ORDER BY id`)).toEqual([
          { id: 1 },
          { id: 2 },
          { id: 8 },
        ]);
      },
    );

    it('is extended by what is appended; a table that is not there is not made', async () => {
      const append = { stream: { adopt: true, write: 'append' as const } };
      const keyless = { ...DAILY, key: [] };
      expect(await run([], append, keyless)).toMatchObject({
        state: 'failed',
        error: { kind: 'config', message: expect.stringContaining('there is none') },
      });
      await make('id bigint, day date, sent bigint, note text', `${OLD}, (2, '2024-01-15', 7, NULL)`);
      expect(await run([{ id: 2, day: '2024-01-15', sent: 7 }], append, keyless)).toMatchObject({
        state: 'succeeded',
        ledger: { inserted: 1 },
      });
      expect(await bench().query(`SELECT count(*)::int AS n, count(_run_id)::int AS own FROM ${SCHEMA}.items`)).toEqual(
        [{ n: 4, own: 1 }],
      );
    });

    it('of another case, narrower types, too many demands: all is refused at once, with the statement that settles it', async () => {
      await make(
        `id integer, day timestamptz, sent numeric(6,2), "Channel" text, owner text NOT NULL, tag char(2) NOT NULL DEFAULT '-', _run_id text, total bigint GENERATED ALWAYS AS (7) STORED`,
      );
      const before = await columnsNow();
      const shape = { ...DAILY, fields: [...DAILY.fields, ...fields('tag string?', 'total integer?')] };
      const { state, error } = await run([], adopt, shape);
      expect(state).toBe('failed');
      expect(error?.message).toBe(
        `Table "${SCHEMA}"."items" does not fit stream "items": "id" is integer, bigint is needed; "day" is timestamp with time zone, date is needed; ` +
          `"sent" is numeric(6,2), bigint is needed; "Channel" differs from the stream's "channel" by case alone; "tag" is character(2), text is needed; ` +
          `"total" is generated by the database, and the stream has values for it; "_run_id" is text, and Tributary has a column of that name (uuid); ` +
          `"owner" may not be null, has no default, and the stream has no such column.`,
      );
      expect(error?.hint).toContain(
        `ALTER TABLE "${SCHEMA}"."items" ALTER COLUMN "id" TYPE bigint USING "id"::bigint, ALTER COLUMN "day" TYPE date USING "day"::date`,
      );
      expect(error?.hint).toContain('ALTER COLUMN "owner" DROP NOT NULL');
      // `day` may stay as it is where the stream's is an instant too; a cast makes no whole number smaller.
      expect(error?.hint).toContain('by `map: [{ cast: { day: timestamptz } }]`');
      expect(error?.hint).not.toMatch(/cast: \{ (id|sent|tag)/);
      expect(await columnsNow()).toEqual(before);
      // What it names is what settles it.
      await bench().query(/`(ALTER TABLE .*?)`/.exec(error?.hint ?? '')![1]!);
      await bench().query(
        `ALTER TABLE ${SCHEMA}.items RENAME COLUMN "Channel" TO channel; ALTER TABLE ${SCHEMA}.items RENAME COLUMN _run_id TO run`,
      );
      await bench().query(`ALTER TABLE ${SCHEMA}.items ALTER COLUMN total DROP EXPRESSION`);
      expect(
        await run(
          [
            { id: 1, day: '2026-01-01', tag: 'long enough' },
            { id: 2, day: '2026-01-01' },
          ],
          adopt,
          shape,
        ),
      ).toMatchObject({
        state: 'succeeded',
        // What its owner has forbidden to be null stays so.
        ledger: { inserted: 1, quarantined: 1 },
      });
    });

    it('gets no column of the stream where that is frozen, and is refused for one where a change stops it', async () => {
      await make('id bigint, day date, sent bigint, PRIMARY KEY (id, day)', '');
      const record = { id: 1, day: '2026-01-01', sent: 5, channel: 'sms' };
      const stop = await run([record], { stream: { adopt: true, onSchemaChange: 'stop' } });
      expect(stop).toMatchObject({
        state: 'failed',
        error: { kind: 'schema', message: expect.stringContaining('"channel" is new') },
      });
      expect(await columnsNow()).toEqual(['id', 'day', 'sent']);
      const freeze = { stream: { adopt: true, onSchemaChange: 'freeze' as const } };
      expect(await run([record], freeze)).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
      expect(await columnsNow()).toEqual(['id', 'day', 'sent', '_loaded_at', '_run_id']);
    });

    it('with wider types and constraints keeps them', async () => {
      await make(`id numeric(30,0), day timestamp, sent text CHECK (sent <> '6'), PRIMARY KEY (id, day)`);
      const one = { id: 1, day: '2026-01-01', sent: 5 };
      for (const ledger of [{ inserted: 1 }, { unchanged: 1 }])
        expect(await run([one])).toMatchObject({ state: 'succeeded', ledger });
      expect(await bench().query(`SELECT id::text, day::text, sent FROM ${SCHEMA}.items`)).toEqual([
        { id: '1', day: '2026-01-01 00:00:00', sent: '5' },
      ]);
      const { error } = await run([{ ...one, id: 2, sent: 6 }]);
      expect(error).toMatchObject({ kind: 'destination', message: expect.stringContaining('items_sent_check') });
    });

    it('whose keys repeat or are null is not merged into, and no value is told', async () => {
      await make('id bigint, day date, sent bigint', '');
      await bench().query(
        `INSERT INTO ${SCHEMA}.items VALUES (40777, '2024-01-15', 1), (40777, '2024-01-15', 2), (40777, '2024-01-15', 3), (NULL, '2024-01-15', 4)`,
      );
      // Nor does it help that its owner makes an index, which could not be.
      const role = `loader_${randomUUID().replaceAll('-', '')}`;
      await bench().query(
        `CREATE ROLE ${role} LOGIN PASSWORD 'right'; CREATE SCHEMA tributary; GRANT USAGE, CREATE ON SCHEMA tributary TO ${role};
         GRANT USAGE ON SCHEMA ${SCHEMA} TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ${SCHEMA}.items TO ${role}`,
      );
      const own = new URL(bench().database.url);
      [own.username, own.password] = [role, 'right'];
      try {
        const told = (await run([], { ...adopt, url: own.href })).error;
        expect(told?.message).toContain('cannot be merged into');
        expect(told?.hint).not.toContain('CREATE UNIQUE INDEX');
      } finally {
        await bench().query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
      }
      const { error } = await run([]);
      expect(error?.message).toBe(
        `Table "${SCHEMA}"."items" cannot be merged into: 1 of its keys (id, day) stand in 3 rows, and 1 rows have none of (id, day).`,
      );
      expect(JSON.stringify(error)).not.toContain('40777');
      expect(await columnsNow()).toEqual(['id', 'day', 'sent']);
      await bench().query(`DELETE FROM ${SCHEMA}.items WHERE sent > 1`);
      expect(await run([{ id: 40777, day: '2024-01-15', sent: 9 }])).toMatchObject({
        state: 'succeeded',
        ledger: { updated: 1 },
      });
      expect(bench().events.find(({ type }) => type === 'table_adopted')).toMatchObject({
        index: `CREATE UNIQUE INDEX ON "${SCHEMA}"."items" ("id", "day")`,
      });
    });

    it('that has another key, is a view or a partition is refused by name', async () => {
      await make('id bigint PRIMARY KEY, day date, sent bigint');
      expect((await run([])).error?.message).toContain(`(id) is unique in it, and the stream's key is (id, day)`);
      await bench().query(
        `ALTER TABLE ${SCHEMA}.items RENAME TO base; CREATE VIEW ${SCHEMA}.items AS SELECT * FROM ${SCHEMA}.base`,
      );
      expect((await run([])).error?.message).toContain('is a view');
      await bench().query(
        `DROP VIEW ${SCHEMA}.items; CREATE TABLE ${SCHEMA}.all_items (id bigint, day date, sent bigint) PARTITION BY RANGE (day)`,
      );
      await bench().query(`CREATE TABLE ${SCHEMA}.items PARTITION OF ${SCHEMA}.all_items DEFAULT`);
      expect((await run([])).error?.message).toContain(`is a partition of ${SCHEMA}.all_items`);
      await bench().query(`DROP TABLE ${SCHEMA}.items; ALTER TABLE ${SCHEMA}.all_items RENAME TO items`);
      await bench().query(`CREATE TABLE ${SCHEMA}.rest PARTITION OF ${SCHEMA}.items DEFAULT`);
      await bench().query(`INSERT INTO ${SCHEMA}.items VALUES (1, '2024-01-15', 1)`);
      expect((await run([], adopt, { ...DAILY, key: ['id'] })).error?.message).toContain('it is partitioned by (day)');
      expect(await run([{ id: 1, day: '2024-01-15', sent: 2 }])).toMatchObject({
        state: 'succeeded',
        ledger: { updated: 1 },
      });
    });

    it.each([
      {
        may: 'nothing',
        columns: HISTORY,
        before: () => '',
        faults: ['may not SELECT, INSERT, UPDATE, DELETE in, nor use the schema of', 'cannot change table'],
      },
      {
        may: 'own it, in a schema where it may not make an index',
        columns: 'id bigint, day date, sent bigint, note text',
        before: (role: string) => `ALTER TABLE ${SCHEMA}.items OWNER TO ${role}`,
        faults: ['may not use the schema of', 'may make no index in the schema of'],
      },
    ])(
      'of which the role may $may tells what to run, after which it is adopted',
      async ({ columns, before, faults }) => {
        await make(columns, OLD);
        const role = `loader_${randomUUID().replaceAll('-', '')}`;
        await bench().query(`CREATE ROLE ${role} LOGIN PASSWORD 'right'; CREATE SCHEMA tributary`);
        await bench().query(`GRANT USAGE, CREATE ON SCHEMA tributary TO ${role}; ${before(role)}`);
        const own = new URL(bench().database.url);
        [own.username, own.password] = [role, 'right'];
        const as = { ...adopt, url: own.href };
        try {
          for (const fault of faults) {
            const { error } = await run([{ id: 1, day: '2024-01-15', sent: 1 }], as);
            expect(error).toMatchObject({ kind: 'auth', fault: 'permission', message: expect.stringContaining(fault) });
            await bench().query(/`(.*?)`/.exec(error?.hint ?? '')![1]!);
          }
          expect(await run([{ id: 1, day: '2024-01-15', sent: 1 }], as)).toMatchObject({
            state: 'succeeded',
            ledger: { updated: 1 },
          });
          expect(bench().events.find(({ type }) => type === 'table_adopted')).toMatchObject({ rows: 2 });
        } finally {
          await bench().query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
        }
      },
    );

    it('with values in the clear where a rule makes tokens is refused until they are gone', async () => {
      await make('id bigint PRIMARY KEY, member text', '');
      await bench().query(`INSERT INTO ${SCHEMA}.items VALUES (1, 'M-8231')`);
      const shape = { fields: fields('id integer', 'member string?') };
      const rules = { protect: { member: { tokenize: { key: new Uint8Array(32).fill(7), version: 1 } } } };
      const { error } = await run([{ id: 2, member: 'M-1' }], { ...adopt, rules }, shape);
      expect(error).toMatchObject({ kind: 'config', message: expect.stringContaining('in the clear in "member"') });
      expect(JSON.stringify(error)).not.toContain('8231');
      expect(await columnsNow()).toEqual(['id', 'member']);
      await bench().query(/`(UPDATE .*?)`/.exec(error?.hint ?? '')![1]!);
      expect(await run([{ id: 2, member: 'M-1' }], { ...adopt, rules }, shape)).toMatchObject({ state: 'succeeded' });
    });

    it('is left as it was by a look, and by a run that was taken over; adopted twice it is adopted once', async () => {
      await make(HISTORY, OLD);
      const session = await bench().session();
      const newer = await bench().session();
      const table = tableOf(DAILY.fields, { adopt: true });
      try {
        await session.raiseFence({ id: randomUUID(), connection: 'test' });
        const before = await columnsNow();
        expect(await session.adopt!(table, fields('channel string?'), { isDry: true })).toMatchObject({ rows: 2 });
        await newer.raiseFence({ id: randomUUID(), connection: 'test' });
        await expect(session.adopt!(table, fields('channel string?'), { isDry: false })).rejects.toMatchObject({
          kind: 'locked',
        });
        expect(await columnsNow()).toEqual(before);
        const twice = () => newer.adopt!(table, fields('channel string?'), { isDry: false });
        await twice();
        await twice();
        expect(await bench().query('SELECT count(*)::int AS n FROM tributary.lineage')).toEqual([{ n: 1 }]);
      } finally {
        await session.close();
        await newer.close();
      }
    });
  });
}
