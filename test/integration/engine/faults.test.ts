import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ErrorDetails } from '../../../core/sdk/errors.js';
import { stopTestServer } from '../../support/postgres.js';
import { cuttingProxy } from './cutting-proxy.js';
import { fields, openBench, pages, rows, stagingTables, type Bench } from './runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const ITEM = { fields: fields('id integer', 'name string?') };
const count = async () => (await bench.query('SELECT count(*)::int AS n FROM raw_test.items'))[0]?.['n'];

/** Ends every session of the load path, as a restart of the server or a fault of the network would. */
const killSessions = () =>
  bench.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tributary'`);

/** Does it the first time only. */
function once(work: () => unknown) {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await work();
  };
}

const POINTS = ['after_fetch', 'mid_copy', 'after_staging', 'after_merge', 'before_commit'];

describe('sessions killed in mid-run', () => {
  it.each(POINTS)('at %s: the slice is read again and nothing is doubled', async (point) => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]));
    const outcome = await bench.run(rows(ITEM, [{ id: 1, name: 'A' }], [{ id: 2, name: 'b' }, { id: 'x' }]), {
      at: { [point]: once(killSessions) },
    });
    expect(outcome.error).toBeUndefined();
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 3, inserted: 1, updated: 1, quarantined: 1 } });
    expect(await count()).toBe(2);
    expect(await bench.query('SELECT times::int FROM tributary.quarantine')).toEqual([{ times: 1 }]);
    expect(await stagingTables(bench)).toBe(0);
  });

  it.each([
    ['before', 'had not happened, so the slice is read again', 1],
    ['after', 'had happened, so nothing is repeated', 0],
  ] as const)('%s COMMIT with its reply lost: it %s, also where rows are appended', async (when, _what, repeats) => {
    const proxy = await cuttingProxy(bench.database.url);
    try {
      proxy.arm(when);
      const outcome = await bench.run(
        rows({ ...ITEM, key: [] }, [
          { id: 1, name: 'a' },
          { id: 2, name: 'b' },
        ]),
        {
          stream: { write: 'append' },
          url: proxy.url,
        },
      );
      expect(proxy.cuts).toBe(1);
      expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 2, inserted: 2 } });
      expect(await count()).toBe(2);
      expect(bench.events.filter((event) => event.type === 'warning')).toHaveLength(repeats);
      expect(await stagingTables(bench)).toBe(0);
    } finally {
      await proxy.close();
    }
  });

  it('that stay down fail the run as transient, with the next step', async () => {
    const outcome = await bench.run(rows(ITEM, [{ id: 1 }]), { at: { after_merge: killSessions } });
    expect(outcome).toMatchObject({
      state: 'failed',
      exitCode: 5,
      error: { kind: 'transient', stream: 'items', slice: 'all' },
    });
    // Whichever comes first: what the server says as it ends a session, or the end of the connection.
    expect(outcome.error?.hint).toMatch(
      /^(Check that the server of the destination is up|The database was busy or restarting)/,
    );
    expect(await stagingTables(bench)).toBe(0);
  });
});

describe('staging', () => {
  it('that lost its rows is noticed, and the slice is read again', async () => {
    const outcome = await bench.run(rows(ITEM, [{ id: 1 }], [{ id: 2 }]), {
      at: {
        after_staging: once(async () => {
          const [found] = await bench.query(
            `SELECT relname AS name FROM pg_class WHERE relname LIKE 'stg\\_%' AND relkind = 'r'`,
          );
          await bench.query(`TRUNCATE tributary."${String(found?.['name'])}"`);
        }),
      },
    });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 2 } });
    expect(bench.events).toContainEqual(
      expect.objectContaining({ type: 'warning', message: expect.stringContaining('holds 0 rows instead of 2') }),
    );
  });

  it('of a dead run is removed by the next one', async () => {
    await bench.run(rows(ITEM, [{ id: 1 }]));
    await bench.run(rows(ITEM, [{ id: 2 }]), {
      at: {
        after_staging: async () => {
          const [found] = await bench.query(
            `SELECT relname AS name FROM pg_class WHERE relname LIKE 'stg\\_%' AND relkind = 'r'`,
          );
          const left = String(found?.['name']);
          await bench.query(`CREATE TABLE tributary."${left.slice(0, -4)}dead" ()`);
        },
      },
    });
    expect(await stagingTables(bench)).toBe(1);
    await bench.run(rows(ITEM, [{ id: 3 }]));
    expect(await stagingTables(bench)).toBe(0);
  });
});

describe('two runs at once', () => {
  it('the older loses with `locked` and commits nothing more', async () => {
    let second: Awaited<ReturnType<Bench['run']>> | undefined;
    const first = await bench.run(rows(ITEM, [{ id: 1, name: 'first' }]), {
      at: {
        after_staging: async () => {
          second = await bench.run(
            rows(ITEM, [
              { id: 1, name: 'second' },
              { id: 2, name: 'second' },
            ]),
          );
        },
      },
    });
    expect(second).toMatchObject({ state: 'succeeded', ledger: { inserted: 2 } });
    expect(first).toMatchObject({ state: 'failed', exitCode: 8, error: { kind: 'locked' }, ledger: { inserted: 0 } });
    expect(await bench.query('SELECT DISTINCT name FROM raw_test.items')).toEqual([{ name: 'second' }]);
    expect(await bench.query('SELECT count(*)::int AS n FROM tributary.ledger')).toEqual([{ n: 1 }]);
    expect(await stagingTables(bench)).toBe(0);
  });

  it('the newer waits for a commit in flight', async () => {
    const order: string[] = [];
    let second: Promise<unknown> | undefined;
    const first = await bench.run(rows(ITEM, [{ id: 1, name: 'first' }]), {
      at: {
        before_commit: async () => {
          second = bench.run(rows(ITEM, [{ id: 1, name: 'second' }])).then((outcome) => {
            order.push('second');
            expect(outcome).toMatchObject({ state: 'succeeded', ledger: { updated: 1 } });
          });
          // The raise is waiting for the row now; the commit lets it pass.
          for (let waiting = 0; waiting === 0;)
            waiting = (await bench.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).length;
          order.push('first');
        },
      },
    });
    await second;
    // It has committed; only that its stream ended well it could no longer prove.
    expect(first).toMatchObject({ error: { kind: 'locked' }, ledger: { inserted: 1 } });
    expect(order).toEqual(['first', 'second']);
  });
});

describe('a stop', () => {
  it.each(['after_fence', 'after_fetch', 'mid_copy', 'after_staging'])(
    'at %s ends the run as cancelled',
    async (point) => {
      const stop = new AbortController();
      await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]));
      const outcome = await bench.run(
        { items: rows(ITEM, [{ id: 1, name: 'b' }]), more: rows(ITEM, [{ id: 1 }]) },
        {
          request: { signal: stop.signal },
          at: { [point]: () => stop.abort() },
        },
      );
      expect(outcome).toMatchObject({ state: 'cancelled', exitCode: 130 });
      expect(outcome.error).toBeUndefined();
      expect(outcome.streams.at(-1)).toMatchObject({ stream: 'more', state: 'skipped' });
      // Before the checkpoint nothing of it stays, from there on it is finished.
      const isFinished = outcome.ledger.updated === 1;
      expect(await bench.query('SELECT name FROM raw_test.items')).toEqual([{ name: isFinished ? 'b' : 'a' }]);
      if (point !== 'mid_copy') expect(isFinished).toBe(point === 'after_staging');
      expect(await stagingTables(bench)).toBe(0);
    },
  );

  it('does not wait for a source that hangs', async () => {
    const stop = new AbortController();
    const hanging = pages(ITEM, async function* () {
      yield [{ id: 1 }];
      stop.abort();
      await new Promise(() => undefined);
    });
    const outcome = await bench.run(hanging, { request: { signal: stop.signal } });
    expect(outcome.state).toBe('cancelled');
    expect(await stagingTables(bench)).toBe(0);
  });
});

describe('garbage from a plugin', () => {
  it.each([
    ['an object in place of a page', [{ id: 1 }], 'an object'],
    ['nothing in place of a page', [undefined], 'nothing'],
    ['a text in place of a page', ['abc'], 'a string'],
  ])('%s is a fault of the source, by name', async (_name, given, word) => {
    const outcome = await bench.run(
      pages(ITEM, async function* () {
        yield* given as unknown[];
      }),
    );
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 5, error: { kind: 'source', stream: 'items' } });
    expect(outcome.error?.message).toContain(word);
  });

  it('`read` that returns nothing is a fault of the source', async () => {
    expect((await bench.run(pages(ITEM, () => undefined))).error).toMatchObject({ kind: 'source' });
  });

  it('records that are none go to quarantine, and the good ones land', async () => {
    const outcome = await bench.run(
      rows(ITEM, [null, 5, 'x', [1], { id: 1 }, { id: {} }, { id: 2, name: Symbol('s') }]),
    );
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 7, quarantined: 6, inserted: 1 } });
    const reasons = await bench.query(
      'SELECT reason, count(*)::int AS n FROM tributary.quarantine GROUP BY 1 ORDER BY 1',
    );
    expect(reasons.map(({ reason }) => reason)).toEqual(['not_a_record', 'not_a_string', 'not_an_integer']);
  });

  it('an unknown field is told once and not loaded', async () => {
    await bench.run(rows(ITEM, [{ id: 1 }, { id: 2, colour: 'red' }], [{ id: 3, colour: 'blue' }]));
    const told = bench.events.filter((event) => event.type === 'warning');
    expect(told).toEqual([expect.objectContaining({ message: expect.stringContaining('"colour"') })]);
  });

  it('whatever `read` throws has the stream and the slice, and what was rejected stays visible', async () => {
    const outcome = await bench.run(
      pages(ITEM, async function* () {
        yield [{ id: 'bad' }];
        throw undefined;
      }),
    );
    expect(outcome).toMatchObject({ exitCode: 1, error: { kind: 'internal', stream: 'items', slice: 'all' } });
    expect(await bench.query('SELECT reason FROM tributary.quarantine')).toEqual([{ reason: 'not_an_integer' }]);
  });
});

describe('several streams', () => {
  const failing = (kind: string, details: ErrorDetails = {}) =>
    pages(ITEM, async function* () {
      yield [];
      throw Object.assign(new Error(`a fault of kind ${kind}`), { name: 'ConnectorError', kind, details });
    });
  it('one that fails does not stop the others: partial', async () => {
    const outcome = await bench.run({ a: failing('source'), b: rows(ITEM, [{ id: 1 }]) });
    expect(outcome).toMatchObject({ state: 'partial', exitCode: 7 });
    expect(outcome.streams.map(({ state }) => state)).toEqual(['failed', 'complete']);
  });
  it('all failed: the code of the first', async () => {
    expect(await bench.run({ a: failing('source'), b: failing('auth') })).toMatchObject({
      state: 'failed',
      exitCode: 5,
    });
  });
  it('a wrong key ends the run', async () => {
    const outcome = await bench.run({ a: failing('auth'), b: rows(ITEM, [{ id: 1 }]) });
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 4 });
    expect(outcome.streams.map(({ state }) => state)).toEqual(['failed', 'skipped']);
  });
  it('a right that a good key lacks for one stream does not stop the others', async () => {
    const lacking = failing('auth', { fault: 'permission', hint: 'Grant the right.' });
    const outcome = await bench.run({ a: lacking, b: rows(ITEM, [{ id: 1 }]) });
    expect(outcome).toMatchObject({ state: 'partial', exitCode: 7 });
    expect(outcome.streams).toMatchObject([
      { state: 'failed', error: { kind: 'auth', fault: 'permission', hint: 'Grant the right.', stream: 'a' } },
      { state: 'complete', ledger: { inserted: 1 } },
    ]);
    expect(await bench.run({ a: lacking })).toMatchObject({ state: 'failed', exitCode: 4 });
  });
});
