import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { local } from '../../../connectors/local/local.source.js';
import type { EngineEvent } from '../../../core/protocol/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { CONNECTION, openBench, stagingTables, type Bench, type RunWishes } from './runs.js';

let bench: Bench;
let folder: string;
beforeEach(async () => {
  bench = await openBench();
  folder = await mkdtemp(join(tmpdir(), 'tributary-files-'));
});
afterEach(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});
afterAll(stopTestServer);

let written = 0;
async function put(name: string, ...lines: string[]): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  // Every version of a file has a time of its own.
  const { mtimeMs } = await stat(path);
  await utimes(path, mtimeMs / 1000, mtimeMs / 1000 + ++written);
}

/** One run of a connection to the folder; streams are opened as the state has them. */
async function run(spec: Record<string, unknown> = {}, wishes: RunWishes = {}) {
  const config = local.config.parse({ files: [{ stream: 'items', path: '*.csv', format: 'csv', ...spec }] });
  const source = await local.open(config, { signal: new AbortController().signal, baseFolder: folder });
  const outcome = await bench.run({ items: undefined as never }, { ...wishes, request: { source, ...wishes.request } });
  await source.close();
  return outcome;
}

const KEYED = { primary_key: ['id'], columns: { id: 'integer', n: 'integer' } };
const table = () => bench.query('SELECT id::int, n::int FROM raw_test.items ORDER BY 1, 2');
const open = () =>
  bench.query(
    'SELECT record_key AS key, reason, times::int FROM tributary.quarantine WHERE resolved_at IS NULL ORDER BY 1',
  );

describe('a table that was dropped by hand', () => {
  const gone = (what: string, rows: number) => ({
    state: 'failed',
    error: {
      kind: 'config',
      message: expect.stringContaining(`raw_test.items is ${what}, although earlier runs put ${rows} row`),
      hint: expect.stringContaining('`tributary state reset test items`'),
    },
  });
  const reset = async () => {
    const session = await bench.session();
    await session.raiseFence({ id: randomUUID(), connection: CONNECTION });
    await session.setBookmarks(CONNECTION, [], [{ stream: 'items' }]);
    await session.close();
  };

  it('is missed before it is made anew, and read again as a whole once the state is reset', async () => {
    await put('a.csv', 'id,n', '1,10', '2,20');
    await run(KEYED);
    await bench.query('DROP TABLE raw_test.items');
    for (let times = 0; times < 2; times += 1) expect(await run(KEYED)).toMatchObject(gone('missing', 2));
    expect(await bench.query(`SELECT to_regclass('raw_test.items') AS found`)).toEqual([{ found: null }]);
    await reset();
    expect(await run(KEYED)).toMatchObject({ state: 'succeeded', ledger: { inserted: 2 } });
    await put('b.csv', 'id,n', '3,30');
    expect(await run(KEYED)).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
  });

  it('is missed where it stands empty again, but not where the source has nothing more', async () => {
    await put('a.csv', 'id,n', '1,10');
    await run(KEYED);
    await bench.query('TRUNCATE raw_test.items');
    expect(await run(KEYED)).toMatchObject(gone('empty', 1));
    await put('a.csv', 'id,n');
    await reset();
    for (let times = 0; times < 2; times += 1) expect(await run(KEYED)).toMatchObject({ state: 'succeeded' });
  });
});

describe('a first load', () => {
  it('goes straight into the new table, with key, file and row', async () => {
    await put('a.csv', 'id,n', '2,20', '1,10', '2,21');
    const outcome = await run(KEYED, {
      // No staging is made on the way.
      at: { after_staging: async () => expect(await stagingTables(bench)).toBe(0) },
    });
    expect(outcome.error).toBeUndefined();
    expect(outcome.ledger).toMatchObject({ read: 3, staged: 3, inserted: 2, superseded: 1 });
    expect(
      await bench.query('SELECT id::int, n::int, _source_file, _source_row::int FROM raw_test.items ORDER BY 1'),
    ).toEqual([
      { id: 1, n: 10, _source_file: 'a.csv', _source_row: 2 },
      { id: 2, n: 21, _source_file: 'a.csv', _source_row: 3 },
    ]);
    const defaults = await bench.query(
      `SELECT column_default FROM information_schema.columns WHERE table_name = 'items' AND column_default IS NOT NULL`,
    );
    expect(defaults).toEqual([]);
    expect((await run(KEYED)).ledger).toMatchObject({ read: 0 });
  });

  it.each(['mid_copy', 'after_staging', 'after_merge', 'before_commit'])(
    'killed at %s leaves no table behind and is done again, directly',
    async (point) => {
      await put('a.csv', 'id,n', '1,10', 'x,1', '2,20');
      let kills = 0;
      const outcome = await run(KEYED, {
        at: {
          [point]: async () => {
            kills += 1;
            if (kills > 1) return expect(await stagingTables(bench)).toBe(1); // that of the quarantine
            return bench.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tributary'`,
            );
          },
        },
      });
      expect(outcome.error).toBeUndefined();
      expect(outcome.ledger).toMatchObject({ read: 3, quarantined: 1, inserted: 2 });
      expect(kills).toBe(2);
      expect(await table()).toHaveLength(2);
      expect(await stagingTables(bench)).toBe(0);
    },
  );

  it('does not keep a newer run out: the older one is ended', async () => {
    await put('a.csv', 'id,n', '1,10');
    let second: Awaited<ReturnType<typeof run>> | undefined;
    const first = await run(KEYED, {
      at: {
        after_staging: async () => {
          second ??= await run(KEYED);
        },
      },
    });
    expect(second).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
    expect(first).toMatchObject({ exitCode: 8, error: { kind: 'locked' }, ledger: { inserted: 0 } });
  });

  it('over the error budget leaves nothing but the quarantine', async () => {
    await put('a.csv', 'id,n', '1,10', 'x,1', 'y,2');
    const outcome = await run(KEYED, { request: { errorBudget: { share: 0.1, records: 1000 } } });
    expect(outcome).toMatchObject({ exitCode: 7, error: { kind: 'data' } });
    expect(await open()).toHaveLength(2);
    expect(await bench.query(`SELECT to_regclass('raw_test.items') AS t`)).toEqual([{ t: null }]);
  });
});

describe('files without key', () => {
  const spec = { columns: { n: 'integer' } };
  const lines = () =>
    bench.query('SELECT _source_file AS file, _source_row::int AS row, n::int FROM raw_test.items ORDER BY 1, 2');

  it.each(['merge', 'append', undefined] as const)(
    'are told apart by file and row, and a new version replaces its own (%s)',
    async (write) => {
      await put('a.csv', 'n', '1', '2', '3');
      await put('b.csv', 'n', '1');
      const first = await run(spec, { stream: { write } });
      expect(first.error).toBeUndefined();
      expect(first.ledger).toMatchObject({ inserted: 4 });
      await put('a.csv', 'n', '1', '5');
      const outcome = await run(spec, { stream: { write } });
      expect(outcome.error).toBeUndefined();
      expect(outcome.ledger).toMatchObject({ read: 2, unchanged: 1, updated: 1, deleted: 1 });
      expect(await lines()).toEqual([
        { file: 'a.csv', row: 1, n: 1 },
        { file: 'a.csv', row: 2, n: 5 },
        { file: 'b.csv', row: 1, n: 1 },
      ]);
    },
  );
});

describe('a column that a file lacks', () => {
  const seen = () => bench.events.filter(({ type }: EngineEvent) => type === 'schema_changed');

  it('keeps its values where rows are merged by a key', async () => {
    await put('a.csv', 'id,n', '1,10');
    await run(KEYED);
    await put('b.csv', 'id', '1', '2');
    expect((await run(KEYED)).error).toBeUndefined();
    expect(await table()).toEqual([
      { id: 1, n: 10 },
      { id: 2, n: null },
    ]);
    expect(seen()).toMatchObject([{ change: { removed: ['n'] } }]);
  });

  it('keeps nothing of another record: in a new version of a file without key', async () => {
    await put('a.csv', 'id,n', '1,10');
    await run();
    await put('a.csv', 'id', '7');
    expect((await run()).error).toBeUndefined();
    expect(await table()).toEqual([{ id: 7, n: null }]);
    expect(seen()).toMatchObject([{ change: { removed: ['n'] } }]);
  });

  it('keeps nothing where the table is overwritten', async () => {
    const wishes: RunWishes = { stream: { sync: 'full_refresh', write: 'overwrite' } };
    await put('a.csv', 'id,n', '1,10');
    await run({ primary_key: ['id'] }, wishes);
    await put('a.csv', 'id', '1');
    expect((await run({ primary_key: ['id'] }, wishes)).error).toBeUndefined();
    expect(await table()).toEqual([{ id: 1, n: null }]);
  });

  it('may be one that a fact uses: its days are all stale then', async () => {
    const marks = [{ fact: 'f', day: { column: 'day' }, campaign: null }];
    const spec = { primary_key: ['id'], columns: { id: 'integer', n: 'integer', day: 'date' } };
    await put('a.csv', 'id,n,day', '1,10,2026-01-01');
    await run(spec, { stream: { marks } });
    await bench.query('DELETE FROM tributary.dirty');
    await put('b.csv', 'id,n', '1,11');
    expect((await run(spec, { stream: { marks } })).error).toBeUndefined();
    expect(await bench.query('SELECT id::int, n::int, day::text FROM raw_test.items')).toEqual([
      { id: 1, n: 11, day: '2026-01-01' },
    ]);
    expect(await bench.query('SELECT DISTINCT day FROM tributary.dirty')).toEqual([{ day: null }]);
  });
});

it('an overwrite whose files are gone is a fault of the source, and the table stays', async () => {
  const wishes: RunWishes = { stream: { sync: 'full_refresh', write: 'overwrite' } };
  await put('a.csv', 'id,n', '1,10');
  await run(KEYED, wishes);
  await rm(join(folder, 'a.csv'));
  const outcome = await run(KEYED, wishes);
  expect(outcome).toMatchObject({ state: 'failed', exitCode: 5, error: { kind: 'source' } });
  expect(outcome.error?.hint).toContain('path');
  expect(await table()).toEqual([{ id: 1, n: 10 }]);
});

it('a field that a later file adds under a name of the destination is refused by that name', async () => {
  const spec = { path: '*.jsonl', format: 'jsonl', primary_key: ['id'] };
  await put('a.jsonl', '{"id":1}');
  await run(spec);
  for (const name of ['_run_id', '_pos']) {
    await put('b.jsonl', JSON.stringify({ id: 2, [name]: 'x' }));
    const outcome = await run(spec);
    expect(outcome).toMatchObject({ exitCode: 3, error: { kind: 'config' } });
    expect(outcome.error?.message).toContain(`"${name}"`);
  }
});

describe('quarantine', () => {
  it('is upserted by key and reason, and a later good version resolves it', async () => {
    await put('a.csv', 'id,n', '1,bad', '2,2', ',3');
    await run(KEYED);
    expect(await open()).toEqual([
      { key: '1', reason: 'not_an_integer', times: 1 },
      { key: expect.stringMatching(/^[0-9a-f]{64}$/), reason: 'not_null', times: 1 },
    ]);
    await put('a.csv', 'id,n', '1,still bad');
    await run(KEYED);
    expect(await open()).toContainEqual({ key: '1', reason: 'not_an_integer', times: 2 });
    await put('a.csv', 'id,n', '01,7');
    expect((await run(KEYED)).error).toBeUndefined();
    expect((await open()).map(({ reason }) => reason)).toEqual(['not_null']);
  });

  it('stays open where the good version came first, and is resolved where it came last', async () => {
    await put('a.csv', 'id,n', '0,0');
    await run(KEYED);
    await put('b.csv', 'id,n', '1,10', '1,bad', '2,bad', '2,20');
    await run(KEYED);
    expect(await open()).toEqual([{ key: '1', reason: 'not_an_integer', times: 1 }]);
  });

  it('knows a record by its key also where the key column is renamed', async () => {
    const rules = { map: [{ rename: { id: 'number' } }] };
    await put('a.csv', 'id,n', '1,bad');
    await run(KEYED, { rules });
    await put('a.csv', 'id,n', '1,7');
    expect((await run(KEYED, { rules })).error).toBeUndefined();
    expect(await open()).toEqual([]);
  });

  it('of a first load after a failed one is resolved too', async () => {
    await put('a.csv', 'id,n', '1,bad', '2,2');
    await run(KEYED, { request: { errorBudget: { share: 0.1, records: 1000 } } });
    expect(await open()).toHaveLength(1);
    await put('a.csv', 'id,n', '1,1', '2,2');
    await run(KEYED);
    expect(await open()).toEqual([]);
  });

  it('resolves by file and row where there is no key', async () => {
    await put('a.csv', 'n', '1', 'bad');
    await run({ columns: { n: 'integer' } });
    expect(await open()).toHaveLength(1);
    await put('a.csv', 'n', '1', '2');
    expect((await run({ columns: { n: 'integer' } })).error).toBeUndefined();
    expect(await open()).toEqual([]);
  });
});

describe('a replay', () => {
  const loose = { primary_key: ['id'], columns: { id: 'integer', n: 'string' } };
  const replay: RunWishes = { request: { replay: true } };

  it('lands what passes now, leaves what does not, and never overwrites a newer version', async () => {
    await put('a.csv', 'id,n', '1,one', '2,two', '3,3', ',4');
    await run(KEYED);
    await put('b.csv', 'id,n', '2,22');
    await run(KEYED);
    // Only 1 and the one without key are open; 2 came well later. The table takes texts now.
    await bench.query('ALTER TABLE raw_test.items ALTER n TYPE text');
    await bench.query(`UPDATE tributary.quarantine SET resolved_at = NULL`);
    const bookmarks = await bench.query('SELECT * FROM tributary.bookmark ORDER BY partition');
    const outcome = await run(loose, replay);
    expect(outcome.error).toBeUndefined();
    expect(outcome.ledger).toMatchObject({ read: 3, quarantined: 1, inserted: 1, superseded: 1, deleted: 0 });
    expect(await bench.query('SELECT id::int, n, _source_row::int AS row FROM raw_test.items ORDER BY 1')).toEqual([
      { id: 1, n: 'one', row: 1 },
      { id: 2, n: '22', row: 1 },
      { id: 3, n: '3', row: 3 },
    ]);
    expect((await open()).map(({ reason }) => reason)).toEqual(['not_null']);
    expect(await bench.query('SELECT * FROM tributary.bookmark ORDER BY partition')).toEqual(bookmarks);
    expect((await run(loose, replay)).ledger).toMatchObject({ read: 1, quarantined: 1, inserted: 0 });
  });

  it('of files without key puts a row at its place, and of rows that are appended adds them once', async () => {
    await put('a.csv', 'n', '1', 'two', '3');
    await run({ columns: { n: 'integer' } });
    await bench.query('ALTER TABLE raw_test.items ALTER n TYPE text');
    const outcome = await run({ columns: { n: 'string' } }, replay);
    expect(outcome.error).toBeUndefined();
    expect(
      await bench.query('SELECT _source_file AS file, _source_row::int AS row, n FROM raw_test.items ORDER BY 2'),
    ).toEqual([
      { file: 'a.csv', row: 1, n: '1' },
      { file: 'a.csv', row: 2, n: 'two' },
      { file: 'a.csv', row: 3, n: '3' },
    ]);
    expect((await run({ columns: { n: 'string' } }, replay)).ledger).toMatchObject({ read: 0 });
  });
});

describe('a field that comes late in a file of JSON lines', () => {
  const spec = { path: '*.jsonl', format: 'jsonl', primary_key: ['id'] };
  const seen = () => bench.events.filter(({ type }: EngineEvent) => type === 'schema_changed');
  /** Far more than the first chunk; the last records have a field more, and another one still. */
  const late = (from: number) => [
    ...Array.from({ length: 12_000 }, (_, at) => JSON.stringify({ id: from + at, note: 'x'.repeat(40) })),
    `{"id":"no number ${from}"}`,
    JSON.stringify({ id: from + 20_000, late: 7 }),
    JSON.stringify({ id: from + 20_001, late: 8, later: { a: 1 } }),
  ];
  const loaded = () => bench.query('SELECT count(*)::int AS n FROM raw_test.items');
  beforeEach(async () => {
    await put('a.jsonl', '{"id":1,"note":"a"}');
    await run(spec);
    bench.events.splice(0);
  });

  it('gets a column of its type before the file lands, and the next file finds it there', async () => {
    await put('b.jsonl', ...late(100));
    await put('c.jsonl', ...late(100_000));
    const outcome = await run(spec);
    expect(outcome.error).toBeUndefined();
    expect(outcome.ledger).toMatchObject({ read: 24_006, quarantined: 2, inserted: 24_004 });
    expect(
      await bench.query('SELECT id::int, late::int, later FROM raw_test.items WHERE late IS NOT NULL ORDER BY 1'),
    ).toEqual([
      { id: 20_100, late: 7, later: null },
      { id: 20_101, late: 8, later: { a: 1 } },
      { id: 120_000, late: 7, later: null },
      { id: 120_001, late: 8, later: { a: 1 } },
    ]);
    expect(seen()).toMatchObject([{ change: { added: [{ name: 'late', type: 'integer' }, { name: 'later' }] } }]);
    // Only the first of the two files was begun without the columns.
    expect(bench.events.filter(({ type }) => type === 'slice_started')).toHaveLength(3);
    expect((await open()).map(({ times }) => times)).toEqual([1, 1]);
    expect(await stagingTables(bench)).toBe(0);
    await put('d.jsonl', '{"id":2,"late":9}');
    bench.events.splice(0);
    expect((await run(spec)).error).toBeUndefined();
    expect(seen()).toEqual([]);
  });

  it('is told and left out where the table is frozen', async () => {
    await put('b.jsonl', ...late(100));
    expect((await run(spec, { stream: { onSchemaChange: 'freeze' } })).ledger).toMatchObject({ inserted: 12_002 });
    expect(seen()).toMatchObject([{ applied: false, change: { added: [{ name: 'late' }, { name: 'later' }] } }]);
  });

  it('stops the stream where that is asked for, and nothing of the file lands', async () => {
    await put('b.jsonl', ...late(100));
    const outcome = await run(spec, { stream: { onSchemaChange: 'stop' } });
    expect(outcome).toMatchObject({ exitCode: 3, error: { kind: 'schema', slice: 'b.jsonl' } });
    expect(outcome.error?.message).toContain('"late" is new');
    expect(await loaded()).toEqual([{ n: 1 }]);
  });
});

describe('inferred columns', () => {
  it('are frozen with the first file, and a column that a later file adds is frozen with that file', async () => {
    await put('a.csv', 'id,n', '1,10');
    await run({ primary_key: ['id'] });
    await put('b.csv', 'id,n,extra', '2,20,x');
    expect((await run({ primary_key: ['id'] })).error).toBeUndefined();
    await put('c.csv', 'id,n', '3,30');
    bench.events.splice(0);
    expect((await run({ primary_key: ['id'] })).error).toBeUndefined();
    expect(bench.events.filter(({ type }: EngineEvent) => type === 'schema_changed')).toMatchObject([
      { change: { added: [], removed: ['extra'], retyped: [], loosened: [] } },
    ]);
    expect(await bench.query('SELECT id::int, extra FROM raw_test.items ORDER BY 1')).toEqual([
      { id: 1, extra: null },
      { id: 2, extra: 'x' },
      { id: 3, extra: null },
    ]);
    const frozen = await bench.query(
      `SELECT f->>'name' AS name FROM tributary.bookmark, jsonb_array_elements(position->'fields') f WHERE partition = '#schema'`,
    );
    expect(frozen.map(({ name }) => name)).toEqual(['id', 'n', 'extra']);
  });

  it('a file that lacks the key is refused, and the files before it stay', async () => {
    await put('a.csv', 'id,n', '1,10');
    await run({ primary_key: ['id'] });
    await put('b.csv', 'n', '20');
    expect(await run({ primary_key: ['id'] })).toMatchObject({ exitCode: 3, error: { kind: 'schema' } });
    expect(await table()).toEqual([{ id: 1, n: 10 }]);
  });
});

it('a stream whose files cannot be read fails alone', async () => {
  await put('good.csv', 'id,n', '1,10');
  await put('bad.csv', 'id,', '1,10');
  const config = local.config.parse({
    files: ['bad', 'none', 'good'].map((stream) => ({ stream, path: `${stream}.csv`, format: 'csv' })),
  });
  const source = await local.open(config, { signal: new AbortController().signal, baseFolder: folder });
  const streams = { bad: undefined as never, none: undefined as never, good: undefined as never };
  const outcome = await bench.run(streams, { request: { source } });
  expect(outcome).toMatchObject({ state: 'partial', exitCode: 7 });
  expect(outcome.streams).toMatchObject([
    { stream: 'bad', state: 'failed', error: { kind: 'schema', stream: 'bad' } },
    { stream: 'none', state: 'failed', error: { kind: 'config', stream: 'none' } },
    { stream: 'good', state: 'complete', ledger: { inserted: 1 } },
  ]);
  // What is not asked for cannot be in the way.
  expect(await bench.run({ good: undefined as never }, { request: { source } })).toMatchObject({ exitCode: 0 });
});

it('several files in one checkpoint are refused before the first is read', async () => {
  await put('a.csv', 'id,n', '1,10');
  await put('b.csv', 'id,n', '2,20');
  const outcome = await run(KEYED, { stream: { write: 'overwrite', sync: 'full_refresh' } });
  expect(outcome).toMatchObject({ exitCode: 3, error: { kind: 'config' } });
  expect(await bench.query(`SELECT to_regclass('raw_test.items') AS t`)).toEqual([{ t: null }]);
});

describe('a table that somebody else has made', () => {
  const adopt = { stream: { adopt: true } };
  const all = () =>
    bench.query(
      `SELECT id::int, n::int, note, _source_file, _source_row::int FROM raw_test.items ORDER BY id, n, note`,
    );
  const make = (columns: string) =>
    bench.query(
      `CREATE SCHEMA raw_test; CREATE TABLE raw_test.items (${columns}); INSERT INTO raw_test.items VALUES (1, 10, 'old')`,
    );

  it('is extended by files without a key, which replace their own rows alone', async () => {
    await make('id text, n bigint, note text');
    const keyless = { columns: { n: 'integer' } };
    await put('a.csv', 'id,n', '1,10', '2,20');
    expect(await run(keyless, adopt)).toMatchObject({ state: 'succeeded', ledger: { inserted: 2 } });
    await put('a.csv', 'id,n', '1,11');
    expect(await run(keyless, adopt)).toMatchObject({ state: 'succeeded', ledger: { updated: 1, deleted: 1 } });
    expect(await all()).toEqual([
      { id: 1, n: 10, note: 'old', _source_file: null, _source_row: null },
      { id: 1, n: 11, note: null, _source_file: 'a.csv', _source_row: 1 },
    ]);
  });

  it('keeps what may not be null: a file that lacks such a column is put aside, record by record', async () => {
    await make('id bigint PRIMARY KEY, n bigint NOT NULL, note text');
    await put('a.csv', 'id,n,note', '2,20,x');
    expect(await run(KEYED, adopt)).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
    await put('b.csv', 'id,note', '1,new', '3,y');
    const lacking = { ...KEYED, columns: { ...KEYED.columns, note: 'string' } };
    expect(await run(lacking, adopt)).toMatchObject({ state: 'succeeded', ledger: { read: 2, quarantined: 2 } });
    expect(await all()).toMatchObject([
      { id: 1, n: 10, note: 'old' },
      { id: 2, n: 20, note: 'x' },
    ]);
  });
});
