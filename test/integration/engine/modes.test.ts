import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { stopTestServer } from '../../support/postgres.js';
import { fields, openBench, pages, rows, windows, type Bench } from './runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const ITEM = { fields: fields('id integer', 'name string?') };
const table = () => bench.query('SELECT id::int, name FROM raw_test.items ORDER BY id, name');
const overwrite = { stream: { write: 'overwrite' as const } };
const append = { stream: { write: 'append' as const } };

describe('full_refresh + overwrite', () => {
  it('keeps the table itself, its view and its grants, and deletes what was not seen', async () => {
    await bench.run(
      rows(ITEM, [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ]),
      overwrite,
    );
    const identity = `SELECT 'raw_test.items'::regclass::oid AS oid`;
    const [before] = await bench.query(identity);
    await bench.query('CREATE VIEW raw_test.seen AS SELECT * FROM raw_test.items');
    const outcome = await bench.run(
      rows(ITEM, [
        { id: 2, name: 'b' },
        { id: 3, name: 'c' },
      ]),
      overwrite,
    );
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 1, unchanged: 1, deleted: 1 } });
    expect(await bench.query(identity)).toEqual([before]);
    expect(await bench.query('SELECT id::int FROM raw_test.seen ORDER BY 1')).toEqual([{ id: 2 }, { id: 3 }]);
  });

  it('shows a reader the old content until the commit', async () => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'old' }]), overwrite);
    const reader = new pg.Client({ connectionString: bench.database.url });
    await reader.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const read = async () => (await reader.query('SELECT name FROM raw_test.items')).rows;
    expect(await read()).toEqual([{ name: 'old' }]);
    const seen: unknown[] = [];
    const outcome = await bench.run(rows(ITEM, [{ id: 2, name: 'new' }]), {
      ...overwrite,
      at: { before_commit: async () => seen.push(...(await table())) },
    });
    expect(outcome.state).toBe('succeeded');
    expect(seen).toEqual([{ id: 1, name: 'old' }]);
    expect(await read()).toEqual([{ name: 'old' }]);
    await reader.end();
    expect(await table()).toEqual([{ id: 2, name: 'new' }]);
  });

  it('without key deletes all and inserts all; a source without records empties the table and says so', async () => {
    const keyless = { ...ITEM, key: [] };
    await bench.run(rows(keyless, [{ id: 1 }, { id: 1 }]), overwrite);
    expect((await bench.run(rows(keyless, [{ id: 5 }]), overwrite)).ledger).toMatchObject({ inserted: 1, deleted: 2 });
    expect((await bench.run(rows(keyless), overwrite)).ledger).toMatchObject({ read: 0, deleted: 1 });
    expect(bench.events).toContainEqual(
      expect.objectContaining({ type: 'warning', message: expect.stringContaining('emptied') }),
    );
  });

  it('takes the version that the source says now, be it older than the one in the table', async () => {
    const dated = { ...ITEM, fields: fields('id integer', 'name string?', 'at date?'), version: 'at' };
    await bench.run(rows(dated, [{ id: 1, name: 'a mistake', at: '2026-02-02' }]), overwrite);
    const restored = await bench.run(rows(dated, [{ id: 1, name: 'restored', at: '2026-02-01' }]), overwrite);
    expect(restored.ledger).toMatchObject({ updated: 1, superseded: 0 });
  });

  it('makes a table again that was dropped by hand', async () => {
    await bench.run(rows(ITEM, [{ id: 1 }, { id: 2 }]), overwrite);
    await bench.query('DROP TABLE raw_test.items');
    expect(await bench.run(rows(ITEM, [{ id: 1 }]), overwrite)).toMatchObject({ state: 'succeeded' });
    expect(await bench.run(rows(ITEM, [{ id: 3 }]), overwrite)).toMatchObject({ ledger: { inserted: 1, deleted: 1 } });
  });

  it('that fails half way changes nothing', async () => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'old' }]), overwrite);
    const broken = pages(ITEM, async function* () {
      yield [{ id: 2, name: 'new' }];
      throw new Error('the source is gone');
    });
    expect((await bench.run(broken, overwrite)).state).toBe('failed');
    expect(await table()).toEqual([{ id: 1, name: 'old' }]);
  });
});

describe('append', () => {
  it('of a full refresh makes a copy per run, told apart by the run', async () => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]), append);
    expect((await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]), append)).ledger).toMatchObject({ inserted: 1 });
    const runs = await bench.query('SELECT _run_id, count(*)::int AS n FROM raw_test.items GROUP BY 1');
    expect(runs.map(({ n }) => n)).toEqual([1, 1]);
  });

  it('of a full refresh in windows is one checkpoint', async () => {
    const stream = windows(
      { fields: fields('id integer', 'day date'), key: [] },
      { field: 'day', start: '2026-03-08', window: '1d' },
      ({ from }) => [{ id: 1, day: from }],
    );
    const outcome = await bench.run(stream, { stream: { write: 'append', sync: 'full_refresh' } });
    expect(outcome.ledger).toMatchObject({ read: 3, inserted: 3 });
    expect(bench.events.filter(({ type }) => type === 'checkpoint_committed')).toHaveLength(1);
  });

  it('of increments with a lookback is refused, unless a key deduplicates', async () => {
    const of = (key: string[]) =>
      windows({ fields: fields('id integer', 'day date'), key }, { field: 'day', start: '2026-03-09' }, () => [
        { id: 1, day: '2026-03-09' },
      ]);
    const wishes = { stream: { write: 'append' as const, lookback: '2d' } };
    expect(await bench.run(of([]), wishes)).toMatchObject({ exitCode: 3, error: { kind: 'config' } });
    expect((await bench.run(of(['id']), wishes)).ledger).toMatchObject({ inserted: 1 });
    expect((await bench.run(of(['id']), wishes)).ledger).toMatchObject({ inserted: 0, superseded: 1 });
  });

  it('of daily increments without key reads a day only when it is over, so that none is read twice', async () => {
    const stream = windows(
      { fields: fields('id integer', 'day date'), key: [] },
      { field: 'day', start: '2026-03-08', window: '1d' },
      ({ from }) => [{ id: 1, day: from }],
    );
    const at = (day: string) => ({ ...append, request: { startedAt: new Date(`${day}T12:00:00Z`) } });
    await bench.run(stream, at('2026-03-10'));
    await bench.run(stream, at('2026-03-10'));
    await bench.run(stream, at('2026-03-11'));
    expect(await bench.query('SELECT day, count(*)::int AS n FROM raw_test.items GROUP BY 1 ORDER BY 1')).toMatchObject(
      [{ n: 1 }, { n: 1 }, { n: 1 }],
    );
  });
});

describe('what cannot be right is refused before anything is read', () => {
  const unread = pages(ITEM, () => {
    throw new Error('was read');
  });
  const daily = windows({ fields: fields('id integer', 'day date') }, { field: 'day', start: '2026-03-09' }, () => []);
  it.each([
    ['incremental without cursor', unread, { stream: { sync: 'incremental' as const } }, 'Use `sync: full_refresh`.'],
    [
      'incremental with overwrite',
      daily,
      { stream: { sync: 'incremental' as const, write: 'overwrite' as const } },
      'Use `write: merge`, or `sync: full_refresh`.',
    ],
    [
      'merge without key',
      rows({ ...ITEM, key: [] }),
      { stream: { write: 'merge' as const } },
      'Use `write: append` or `write: overwrite`.',
    ],
    [
      'a range with overwrite',
      daily,
      {
        stream: { sync: 'full_refresh' as const, write: 'overwrite' as const },
        request: { range: { from: '2026-03-09', to: '2026-03-09' } },
      },
      'A range needs `write: merge`.',
    ],
    [
      'a range that holds nothing',
      daily,
      { request: { range: { from: '2026-03-09', to: '2026-03-01' } } },
      'Give a start before the end; the day of the end is read too.',
    ],
    [
      'a mark on a column that is not loaded',
      unread,
      {
        stream: { marks: [{ fact: 'f', day: { column: 'nowhere' }, campaign: null }] },
      },
      'Columns of the table: id, name.',
    ],
  ])('%s', async (_name, stream, wishes, hint) => {
    const outcome = await bench.run(stream, wishes);
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 3, error: { kind: 'config' } });
    expect(outcome.error?.hint).toBe(hint);
  });
});

describe('bookmarks', () => {
  const shape = { fields: fields('id integer', 'day date') };
  const read: string[] = [];
  const stream = windows(shape, { field: 'day', start: '2026-03-01', lookback: '2d', window: '4d' }, ({ id, from }) => {
    read.push(id);
    return [{ id: Number(from.slice(8)), day: from }];
  });
  const frontier = async () =>
    (await bench.query(`SELECT position->>'frontier' AS at FROM tributary.bookmark`)).map(({ at }) => at);
  beforeEach(() => void read.splice(0));

  it('move to the end of a window, capped by the start of the run; lookback comes off when reading', async () => {
    await bench.run(stream);
    expect(read).toEqual(['2026-03-01..2026-03-05', '2026-03-05..2026-03-09', '2026-03-09..2026-03-11']);
    expect(await frontier()).toEqual(['2026-03-10']);
    read.splice(0);
    await bench.run(stream, { request: { startedAt: new Date('2026-03-11T00:00:00Z') } });
    expect(read).toEqual(['2026-03-08..2026-03-12']);
    expect(await frontier()).toEqual(['2026-03-11']);
  });

  it('wait for a start that lies in the future, and each run says so', async () => {
    const early = { request: { startedAt: new Date('2026-02-20T00:00:00Z') } };
    expect(await bench.run(stream, early)).toMatchObject({ state: 'succeeded', ledger: { read: 0 } });
    expect(bench.events).toContainEqual({
      type: 'warning',
      stream: 'items',
      message: 'Nothing was read: its start, 2026-03-01, lies in the future.',
    });
    expect(read).toEqual([]);
  });

  it('stay at the last complete window when a later one fails', async () => {
    const failing = windows(shape, { field: 'day', start: '2026-03-01', window: '4d' }, ({ from }) => {
      if (from === '2026-03-05') throw new Error('gone');
      return [{ id: 1, day: from }];
    });
    await bench.run(failing);
    expect(await frontier()).toEqual(['2026-03-05']);
  });

  it('do not go back where a run fails within the lookback', async () => {
    await bench.run(stream);
    const failing = windows(shape, { field: 'day', start: '2026-03-01', lookback: '5d', window: '1d' }, ({ from }) => {
      if (from === '2026-03-07') throw new Error('gone');
      return [{ id: Number(from.slice(8)), day: from }];
    });
    expect((await bench.run(failing)).exitCode).not.toBe(0);
    expect(await frontier()).toEqual(['2026-03-10']);
  });

  it('are not moved by a range, nor by a full refresh', async () => {
    await bench.run(stream);
    read.splice(0);
    await bench.run(stream, { request: { range: { from: '2026-02-01', to: '2026-02-03' } } });
    expect(read).toEqual(['2026-02-01..2026-02-04']);
    await bench.run(stream, { request: { fullRefresh: true, startedAt: new Date('2026-03-20T00:00:00Z') } });
    expect(await frontier()).toEqual(['2026-03-10']);
  });
});

describe('a schema that changes', () => {
  it('evolves: a new column, a wider one, one that is gone', async () => {
    await bench.run(rows({ fields: fields('id integer', 'n integer', 'old string') }, [{ id: 1, n: 1, old: 'x' }]));
    const outcome = await bench.run(
      rows({ fields: fields('id integer', 'n decimal', 'more json?') }, [{ id: 2, n: '1.25', more: { a: [1] } }]),
    );
    expect(outcome.error).toBeUndefined();
    expect(await bench.query('SELECT id::int, n::text, old, more FROM raw_test.items ORDER BY 1')).toEqual([
      { id: 1, n: '1', old: 'x', more: null },
      { id: 2, n: '1.25', old: null, more: { a: [1] } },
    ]);
    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'schema_changed', applied: true }));
  });

  it('frozen: new columns are left out; stopped: the stream fails', async () => {
    await bench.run(rows(ITEM, [{ id: 1 }]));
    const more = rows({ fields: fields('id integer', 'name string?', 'more string?') }, [{ id: 2, more: 'm' }]);
    expect((await bench.run(more, { stream: { onSchemaChange: 'freeze' } })).ledger).toMatchObject({ inserted: 1 });
    const stopped = await bench.run(more, { stream: { onSchemaChange: 'stop' } });
    expect(stopped).toMatchObject({
      exitCode: 3,
      error: { kind: 'schema', message: expect.stringContaining('"more"') },
    });
  });

  it('lets a column be null that was never before; frozen, the record without value is rejected', async () => {
    await bench.run(rows({ fields: fields('id integer', 'n integer') }, [{ id: 1, n: 1 }]));
    const loose = (...records: object[]) => rows({ fields: fields('id integer', 'n integer?') }, records);
    const frozen = await bench.run(loose({ id: 2 }, { id: 3, n: 3 }), { stream: { onSchemaChange: 'freeze' } });
    expect(frozen).toMatchObject({ state: 'succeeded', ledger: { inserted: 1, quarantined: 1 } });
    const stopped = await bench.run(loose({ id: 2 }), { stream: { onSchemaChange: 'stop' } });
    expect(stopped.error).toMatchObject({ kind: 'schema', message: expect.stringContaining('"n" may be null') });
    expect(await bench.run(loose({ id: 2 }))).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
  });

  it('keeps every digit of a decimal that gets longer; frozen, what would be rounded is rejected', async () => {
    const decimal = (precision: number, scale: number, ...records: object[]) =>
      rows(
        { fields: [...fields('id integer'), { name: 'n', type: 'decimal', nullable: true, precision, scale }] },
        records,
      );
    await bench.run(decimal(6, 2, { id: 1, n: '1234.56' }));
    const frozen = await bench.run(decimal(8, 4, { id: 2, n: '1.2345' }, { id: 3, n: '1.5' }), {
      stream: { onSchemaChange: 'freeze' },
    });
    expect(frozen.ledger).toMatchObject({ inserted: 1, quarantined: 1 });
    await bench.run(decimal(5, 4, { id: 2, n: '1.2345' }));
    expect((await bench.run(decimal(5, 4, { id: 2, n: '1.2345' }))).ledger).toMatchObject({ unchanged: 1 });
    expect((await bench.run(decimal(6, 2, { id: 4, n: '9999.99' }))).ledger).toMatchObject({ inserted: 1 });
    expect(await bench.query('SELECT id::int, n FROM raw_test.items WHERE id <> 3 ORDER BY id')).toEqual([
      { id: 1, n: '1234.5600' },
      { id: 2, n: '1.2345' },
      { id: 4, n: '9999.9900' },
    ]);
  });

  it('does not give up a range where the table has text', async () => {
    await bench.run(rows({ fields: fields('id integer', 'n string') }, [{ id: 1, n: 'x' }]));
    const ranged = await bench.run(rows({ fields: fields('id integer', 'n integer') }, [{ id: 2, n: -1 }]), {
      rules: { expect: [{ range: { n: { min: 0 } } }] },
    });
    expect(ranged.error).toMatchObject({ kind: 'schema', message: expect.stringContaining('"n" has a range') });
  });

  it('blocked by a view names the view and changes nothing', async () => {
    await bench.run(rows({ fields: fields('id integer', 'n integer') }, [{ id: 1, n: 1 }]));
    await bench.query('CREATE VIEW raw_test.dependent AS SELECT n FROM raw_test.items');
    const outcome = await bench.run(rows({ fields: fields('id integer', 'n decimal') }, [{ id: 2, n: '1.5' }]));
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 3, error: { kind: 'schema' } });
    expect(outcome.error?.message).toContain('dependent');
    expect(await bench.query('SELECT count(*)::int AS n FROM raw_test.items')).toEqual([{ n: 1 }]);
  });

  it('a table that is not ours is not touched', async () => {
    await bench.query('CREATE SCHEMA raw_test; CREATE TABLE raw_test.items (id bigint)');
    expect(await bench.run(rows(ITEM, [{ id: 1 }]))).toMatchObject({ exitCode: 3, error: { kind: 'config' } });
  });

  it('a name that Postgres would cut is refused', async () => {
    const long = 'x'.repeat(64);
    const outcome = await bench.run(rows({ fields: fields('id integer', `${long} string?`) }, [{ id: 1 }]));
    expect(outcome).toMatchObject({ exitCode: 3, error: { kind: 'config' } });
  });
});

describe('dirty marks', () => {
  const shape = { fields: fields('id integer', 'day date?', 'campaign string', 'n integer') };
  const marked = (write: 'merge' | 'overwrite' = 'merge') => ({
    stream: { write, marks: [{ fact: 'f', day: { column: 'day' }, campaign: { column: 'campaign' } }] },
  });
  const marks = async () => {
    const found = await bench.query('DELETE FROM tributary.dirty RETURNING day::text, campaign');
    return found.map(({ day, campaign }) => `${String(day)} ${String(campaign)}`).toSorted();
  };
  const row = (id: number, day: string | null, n = 1) => ({ id, day, campaign: 'c', n });

  it('name the days of rows inserted and changed, the old and the new one where a date moved, and nothing else', async () => {
    await bench.run(rows(shape, [row(1, '2026-01-01'), row(2, '2026-01-02'), row(3, '2026-01-03')]), marked());
    expect(await marks()).toEqual(['2026-01-01 c', '2026-01-02 c', '2026-01-03 c']);
    await bench.run(rows(shape, [row(1, '2026-01-01'), row(2, '2026-01-09'), row(3, '2026-01-03', 2)]), marked());
    expect(new Set(await marks())).toEqual(new Set(['2026-01-02 c', '2026-01-09 c', '2026-01-03 c']));
    await bench.run(rows(shape, [row(1, '2026-01-01')]), marked());
    expect(await marks()).toEqual([]);
  });

  it('name the days of deleted rows', async () => {
    await bench.run(rows(shape, [row(1, '2026-01-01'), row(2, '2026-01-02')]), marked('overwrite'));
    await marks();
    await bench.run(rows(shape, [row(1, '2026-01-01')]), marked('overwrite'));
    expect(await marks()).toEqual(['2026-01-02 c']);
  });
});
