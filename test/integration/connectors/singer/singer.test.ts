import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { singer } from '../../../../connectors/singer/singer.source.js';
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

  test('replaces a table whole where the connection says so, and says where one should be', async () => {
    const streams = { orders: { sync: 'full_refresh', write: 'overwrite' } as const, people: {} };
    await site.sync({ tap: { streams: TWO, version: 1 }, streams });
    const outcome = await site.sync({
      tap: { streams: { orders: { rows: 2 }, people: { rows: 4 } }, version: 2 },
      streams,
    });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { deleted: 3, inserted: 1 } });
    expect([await countOf('orders'), await countOf('people')]).toEqual([2, 4]);
    expect(warnings()).toContainEqual(
      expect.stringContaining('The tap has written "people" anew; what is gone at the source stays in the table.'),
    );
    expect((await site.calls())[1]?.state).toEqual({ bookmarks: { people: { id: 3 } } });
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
    const fault = Object.assign(new Error('the connection was cut'), {
      name: 'ConnectorError',
      kind: 'transient',
      details: {},
    });
    const source = await open({ streams: TWO });
    const { orders, people } = await source.streams(() => undefined);
    const outcome = await bench.run(
      { orders: orders!, people: people! },
      {
        at: {
          after_staging: () => {
            times += 1;
            if (times === 1) throw fault;
          },
        },
      },
    );
    await source.close();
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 8, inserted: 8 } });
    expect([await countOf('orders'), await countOf('people')]).toEqual([5, 3]);
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
