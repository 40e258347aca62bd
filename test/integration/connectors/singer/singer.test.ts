import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { singer } from '../../../../connectors/singer/singer.source.js';
import type { RunOutcome } from '../../../../core/engine/index.js';
import { files } from '../../../../destinations/files/files.destination.js';
import { openBench, type Bench } from '../../engine/runs.js';
import { stopTestServer } from '../../../support/postgres.js';
import { siteOf, TAP, type Site } from './syncing.js';

let bench: Bench;
let site: Site;
beforeEach(async () => {
  bench = await openBench();
  site = siteOf(bench);
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const open = (tap: object, options: object = {}) =>
  singer.open(singer.config.parse({ command: TAP, config: tap, ...options }), {
    signal: new AbortController().signal,
    baseFolder: process.cwd(),
  });
const warnings = () => bench.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const countOf = async (table: string) =>
  (await bench.query<{ n: number }>(`select count(*)::int n from raw_test.${table}`).catch(() => [{ n: 0 }]))[0]!.n;

const cut = () =>
  Object.assign(new Error('the connection was cut'), { name: 'ConnectorError', kind: 'transient', details: {} });

const TWO = { orders: { rows: 5 }, people: { rows: 3 } };
const BOTH = { orders: {}, people: {} };

describe('a tap as a source', () => {
  test('is checked by what it discovers, and its streams are those', async () => {
    const source = await open({ streams: { ...TWO, lists: { rows: 1, method: 'FULL_TABLE', key: [] } } });
    await source.check();
    const streams = await source.streams(() => undefined);
    await source.close();
    const typesOf = Object.values(streams).map(({ catalog }) => [catalog.name, catalog.primaryKey, catalog.syncModes]);
    expect(typesOf).toEqual([
      ['orders', ['id'], ['full_refresh', 'incremental']],
      ['people', ['id'], ['full_refresh', 'incremental']],
      ['lists', [], ['full_refresh']],
    ]);
    const { fields } = streams['orders']!.catalog;
    expect(fields.map(({ name, type, nullable }) => `${name} ${type}${nullable ? '?' : ''}`)).toEqual([
      'id integer',
      'name string?',
      'at timestamptz?',
      'big integer?',
      'price decimal?',
      'cents decimal?',
      'tags json?',
    ]);
  });

  test('is checked as it is discovered: a stream without its key is told, with the usual cause', async () => {
    const empty = { rows: 0, schema: { type: 'object', properties: { at: { type: 'string' } } } };
    const alone = await open({ streams: { empty } });
    await expect(alone.check()).rejects.toMatchObject({
      message: 'Stream "empty": its schema lacks the key property "id".',
      details: { hint: expect.stringContaining('a path or an option of its configuration that is wrong') },
    });
    await alone.close();
    const notes: string[] = [];
    const beside = await open({ streams: { ...TWO, empty } });
    await beside.check((text) => notes.push(text));
    await beside.close();
    expect(notes).toEqual([expect.stringContaining('Stream "empty": its schema lacks the key property "id".')]);
  });

  test('is run once for all its streams, and goes on from the state that was committed', async () => {
    const outcome = await site.sync({
      tap: { streams: TWO, state_every: 2 },
      options: { secrets: { 'credentials.token': 'tap-secret-1' }, environment: { TAP_ZONE: 'x' } },
      streams: BOTH,
    });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 8, inserted: 8 } });
    expect(
      await bench.query('select big::text, price::text, cents::text, at, tags from raw_test.orders where id = 5'),
    ).toEqual([
      {
        big: '9007199254740993',
        price: '12345678901234567890.10',
        cents: '0.1',
        at: new Date('2026-01-02T03:04:05Z'),
        tags: ['a'],
      },
    ]);
    const [first] = await site.calls();
    expect(first).toMatchObject({ argv: ['--config', '--catalog'], token: 'tap-secret-1', mode: '600', state: null });
    expect(first?.environment.filter((name) => !['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'].includes(name))).toEqual([
      'TAP_ZONE',
    ]);
    expect(existsSync(dirname(first!.folder))).toBe(false);

    const further = { tap: { streams: { orders: { rows: 7 }, people: { rows: 3 } } }, streams: BOTH };
    expect((await site.sync(further)).ledger).toMatchObject({ read: 2, inserted: 2 });
    const all = await site.calls();
    expect(all).toHaveLength(2);
    expect(all[1]?.state).toEqual({ bookmarks: { orders: { id: 5 }, people: { id: 3 } } });
    expect(warnings()).toContainEqual(
      expect.stringContaining('Records have "beyond", which the catalog does not name'),
    );
  });

  test('begins one stream anew when that one is reset, and reads on with the other', async () => {
    await site.sync({ tap: { streams: TWO }, streams: BOTH });
    const session = await bench.session();
    await session.raiseFence({ id: randomUUID(), connection: 'test' });
    await session.setBookmarks('test', [], [{ stream: 'orders' }]);
    await session.close();
    expect((await site.sync({ tap: { streams: TWO }, streams: BOTH })).ledger).toMatchObject({ read: 5, unchanged: 5 });
    expect((await site.calls())[1]?.state).toEqual({ bookmarks: { people: { id: 3 } } });
  });

  test('replaces a table whole where the connection says so', async () => {
    const streams = { orders: { sync: 'full_refresh', write: 'overwrite' } as const };
    await site.sync({ tap: { streams: TWO, version: 1 }, streams });
    const outcome = await site.sync({ tap: { streams: { orders: { rows: 2 } }, version: 2 }, streams });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { deleted: 3, inserted: 0 } });
    expect(await countOf('orders')).toBe(2);
  });

  test('hands records over in files, which are gone afterwards', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-batches-'));
    const outcome = await site.sync({ tap: { streams: TWO, batch_folder: folder }, streams: BOTH });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 8, inserted: 8 } });
    expect(await readdir(folder)).toEqual([]);
  });

  test('whose record does not fit its schema has it put aside, and the others land', async () => {
    const { ledger } = await site.sync({
      tap: {
        streams: TWO,
        lines: [
          '{"type":"SCHEMA","stream":"orders","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}',
          '{"type":"RECORD","stream":"orders","record":{"id":90,"cents":"dear"}}',
          '{"type":"RECORD","stream":"orders","record":{"name":"who"}}',
        ],
      },
      streams: BOTH,
    });
    expect(ledger).toMatchObject({ read: 10, quarantined: 2, inserted: 8 });
    expect(await bench.query('select reason, field from tributary.quarantine order by 1')).toEqual([
      { reason: 'not_a_decimal', field: 'cents' },
      { reason: 'not_null', field: 'id' },
    ]);
  });

  test('has a stream read on apart from the others where it could not be committed', async () => {
    let times = 0;
    const source = await open({ streams: TWO });
    const { orders, people } = await source.streams(() => undefined);
    const outcome = await bench.run(
      { orders: orders!, people: people! },
      {
        at: {
          after_staging: () => {
            times += 1;
            if (times === 1) throw cut();
          },
        },
      },
    );
    await source.close();
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 8, inserted: 8 } });
    expect([await countOf('orders'), await countOf('people')]).toEqual([5, 3]);
  });
});

/** Rows with the run that loaded them, the runs in their order. */
const rowsOf = async (table: string) =>
  (
    await bench.query<{ id: number; run: number }>(
      `select id::int, dense_rank() over (order by first)::int run from raw_test.${table} t
         join (select run_id, min(committed_at) first from tributary.ledger group by 1) l on l.run_id = t._run_id order by 1`,
    )
  ).map(({ id, run }) => [id, run]);
const versionOf = async (stream: string) =>
  (
    await bench.query<{ state: unknown }>(
      `select position->'state' state from tributary.bookmark where stream = $1 and partition = '#version'`,
      [stream],
    )
  )[0]?.state;
const ledgerOf = ({ ledger: { inserted, updated, unchanged, deleted } }: RunOutcome) => [
  inserted,
  updated,
  unchanged,
  deleted,
];
const NOT_KNOWN = expect.stringContaining('it is not known which rows are of that version');

describe('a tap that numbers the versions of its tables', () => {
  const orders = { orders: {} };
  const tap = (version: number, rows: number, more: object = {}) => ({
    streams: { orders: { rows } },
    version,
    ...more,
  });

  test('has rows removed that a new version lacks, and only those', async () => {
    expect(ledgerOf(await site.sync({ tap: tap(1, 5), streams: orders }))).toEqual([5, 0, 0, 0]);
    // Of the same version only what is new comes, and what came before stays.
    expect(ledgerOf(await site.sync({ tap: tap(1, 7), streams: orders }))).toEqual([2, 0, 0, 0]);
    const replaced = await site.sync({ tap: tap(2, 3, { state_every: 1 }), streams: orders });
    expect(replaced).toMatchObject({ state: 'succeeded', ledger: { read: 3 } });
    expect(ledgerOf(replaced)).toEqual([0, 0, 3, 4]);
    // Rows that are the same were not touched.
    expect(await rowsOf('orders')).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(await versionOf('orders')).toEqual({ version: '2', is_whole: true });
    expect(ledgerOf(await site.sync({ tap: tap(2, 4), streams: orders }))).toEqual([1, 0, 0, 0]);
    expect(await site.calls()).toMatchObject([
      { state: null },
      { state: { bookmarks: { orders: { id: 5 } } } },
      { state: { bookmarks: { orders: { id: 7 } } } },
      { state: { bookmarks: { orders: { id: 3, version: 2 } } } },
    ]);
    expect(warnings().filter((text) => text.includes('version'))).toEqual([]);
  });

  test('and dies in a new one leaves the table as it was, with its bookmark', async () => {
    await site.sync({ tap: tap(1, 5), streams: orders });
    const dying = tap(2, 9, { state_every: 1, fault: { after: 2, what: 'kill' } });
    expect((await site.sync({ tap: dying, streams: orders })).state).toBe('failed');
    expect([await countOf('orders'), await versionOf('orders')]).toEqual([5, { version: '1', is_whole: true }]);
    expect(ledgerOf(await site.sync({ tap: tap(3, 2), streams: orders }))).toEqual([0, 0, 2, 3]);
    const [, , third] = await site.calls();
    expect(third?.state).toEqual({ bookmarks: { orders: { id: 5, version: 1 } } });
  });

  test('has the new one read again, and the rest removed once, where its checkpoint fails', async () => {
    await site.sync({ tap: tap(1, 5), streams: orders });
    let times = 0;
    const at = { before_commit: () => (++times === 1 ? Promise.reject(cut()) : undefined) };
    const outcome = await site.sync({ tap: tap(2, 3), streams: orders, at });
    expect(outcome.state).toBe('succeeded');
    expect(ledgerOf(outcome)).toEqual([0, 0, 3, 2]);
    expect(await countOf('orders')).toBe(3);
    expect(times).toBeGreaterThan(1);
  });

  test('has nothing removed where it is not known what it had read before, and all that is to go by reading from the start', async () => {
    await site.sync({ tap: { streams: { orders: { rows: 5 } } }, streams: orders });
    // Now versions come, in the middle: those five may be of this one.
    await site.sync({ tap: { streams: { orders: { rows: 6 } }, version: 4, late: true }, streams: orders });
    expect([await countOf('orders'), await versionOf('orders')]).toEqual([6, { version: '4', is_whole: false }]);
    expect(warnings()).toContainEqual(NOT_KNOWN);
    const session = await bench.session();
    await session.raiseFence({ id: randomUUID(), connection: 'test' });
    await session.setBookmarks('test', [], [{ stream: 'orders' }]);
    await session.close();
    expect(ledgerOf(await site.sync({ tap: tap(4, 2), streams: orders }))).toEqual([0, 0, 2, 4]);
    expect(await versionOf('orders')).toEqual({ version: '4', is_whole: true });
  });

  test('and begins a new one while it is read has the one before committed apart', async () => {
    await site.sync({ tap: tap(1, 3), streams: orders });
    const lines = [
      '{"type":"SCHEMA","stream":"orders","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}',
      '{"type":"RECORD","stream":"orders","record":{"id":90},"version":1}',
      '{"type":"STATE","value":{"bookmarks":{"orders":{"id":90,"version":1}}}}',
    ];
    expect(ledgerOf(await site.sync({ tap: tap(2, 2, { lines }), streams: orders }))).toEqual([1, 0, 2, 2]);
    expect((await rowsOf('orders')).map(([id]) => id)).toEqual([1, 2]);
  });

  test('has its table replaced by a full refresh that merges, and goes on from its state afterwards', async () => {
    await site.sync({ tap: tap(1, 5), streams: orders });
    const whole = { orders: { sync: 'full_refresh', write: 'merge' } as const };
    expect(ledgerOf(await site.sync({ tap: tap(7, 2), streams: whole }))).toEqual([0, 0, 2, 3]);
    // The state is still that of version 1, which goes on.
    expect(ledgerOf(await site.sync({ tap: tap(1, 6), streams: orders }))).toEqual([1, 0, 0, 0]);
    expect(await countOf('orders')).toBe(3);
  });

  test('cannot have rows removed where the destination removes none, and each is told by its next step', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-files-'));
    const config = files.config.parse({ local: true, folder, format: 'jsonl' });
    const connect = () => files.connect(config, { signal: new AbortController().signal, baseFolder: '/' });
    for (const version of [1, 2]) await site.sync({ tap: tap(version, 3), streams: orders, connect });
    const delivered = (await readdir(join(folder, 'orders'))).filter((name) => name.endsWith('.jsonl'));
    expect(delivered).toHaveLength(2);
    expect(warnings().filter((text) => text.includes('anew'))).toEqual([
      'The source has written its table anew (version 2); what is gone there stays here, since the destination removes no rows. ' +
        'Read it by `sync: full_refresh` with `write: overwrite` to have it taken away.',
    ]);
  });
});

describe('a tap that fails', () => {
  test.each([
    ['exit', /"node" ended with exit code 3\. It said last:\nINFO about to fail\nERROR the vendor is away/],
    ['kill', /"node" was ended by SIGKILL\. It said last:/],
    [
      'garbage',
      /"node" cannot be read: line 15 of its output is no JSON; it begins with: Traceback: it was a dark night\./,
    ],
    ['hang', /"node" has written nothing for 1 s and was ended\./],
  ])('by %s is told with its last words, and what came before its last state is committed', async (what, words) => {
    const failing = { streams: { orders: { rows: 20 } }, state_every: 3, fault: { after: 10, what } };
    const { state, error } = await site.sync({
      tap: failing,
      options: { timeout: '1s' },
      streams: { orders: {} },
    });
    expect(state).toBe('failed');
    expect(error?.kind).toBe('source');
    expect(error?.message).toMatch(words);
    expect(await countOf('orders')).toBe(10);
    const again = await site.sync({ tap: { streams: { orders: { rows: 20 } } }, streams: { orders: {} } });
    expect(again).toMatchObject({ state: 'succeeded', ledger: { read: 11, unchanged: 1, inserted: 10 } });
    expect((await site.calls())[1]?.state).toMatchObject({ bookmarks: { orders: { id: 9 } } });
  });

  test.each([
    [
      'a record before its schema',
      '{"type":"RECORD","stream":"orders","record":{"id":1}}',
      'The tap writes a record of stream "orders" before its schema.',
    ],
    [
      'a schema without properties',
      '{"type":"SCHEMA","stream":"orders","schema":{"type":"object"},"key_properties":[]}',
      'Stream "orders": its schema has no `properties`.',
    ],
    [
      'a key that is no property',
      '{"type":"SCHEMA","stream":"orders","schema":{"properties":{"a":{}}},"key_properties":["id"]}',
      'Stream "orders": its schema lacks the key property "id".',
    ],
    [
      'a key that is another than in its catalog',
      '{"type":"SCHEMA","stream":"orders","schema":{"properties":{"a":{}}},"key_properties":["a"]}',
      'The key of stream "orders" is "a" in its SCHEMA message, and "id" in the catalog.',
    ],
    ['an unknown message', '{"type":"GREETING"}', 'line 1 of its output is a message of the unknown type "GREETING"'],
  ])('by %s is refused by name', async (_what, line, words) => {
    const { error } = await site.sync({ tap: { streams: TWO, lines: [line] }, streams: { orders: {} } });
    expect(error?.message).toContain(words);
    if (words.includes('before its schema'))
      expect(error?.hint).toBe('Tell the author of the tap: a stream begins with a SCHEMA message.');
    expect(await countOf('orders')).toBe(0);
  });

  test('by silence about one stream fails that stream, not the others', async () => {
    const outcome = await site.sync({ tap: { streams: TWO, unsaid: ['people'] }, streams: BOTH });
    expect(outcome.state).toBe('partial');
    expect(outcome.error?.message).toBe('The tap has ended without a word about stream "people".');
    expect(await countOf('orders')).toBe(5);
  });

  test('because it is not there, or knows no such stream, is a fault of the configuration', async () => {
    const nowhere = await open({}, { command: ['/nowhere/tap-x'] });
    await expect(nowhere.check()).rejects.toMatchObject({
      kind: 'config',
      message: 'The program "/nowhere/tap-x" is not there.',
    });
    await nowhere.close();
    const other = await open({ streams: TWO }, { cursors: { invoices: 'id' } });
    await expect(other.check()).rejects.toThrow('config.cursors.invoices: The tap offers no stream "invoices"');
    await other.close();
  });
});
