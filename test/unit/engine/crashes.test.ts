import { describe, expect, it } from '@jest/globals';
import { runConnection, type RunOutcome } from '../../../core/engine/index.js';
import { planColumns } from '../../../core/middleware/index.js';
import type { EngineEvent, SourceStream } from '../../../core/protocol/index.js';
import { ConnectorError } from '../../../core/sdk/errors.js';
import { emptyStore, memoryDestination, type Store } from './memory-destination.js';

const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06'];
/** Two records a day and one that cannot be loaded, in three windows of two days. */
const TRUTH = DAYS.flatMap((day, at) => [`${at}a ${day}`, `${at}b ${day}`]);

function source(at: (point: string) => void): SourceStream {
  return {
    kind: 'incremental',
    catalog: {
      name: 'items',
      summary: '',
      fields: [
        { name: 'id', type: 'string', nullable: false },
        { name: 'day', type: 'date', nullable: false },
      ],
      primaryKey: ['id'],
      syncModes: ['full_refresh', 'incremental'],
    },
    cursor: { field: 'day', start: '2026-03-01', window: '2d' },
    async *read({ slice }) {
      at('read');
      for (const [index, day] of DAYS.entries()) {
        if (day < slice.from || day >= slice.to) continue;
        yield [
          { id: `${index}a`, day },
          { id: `${index}x`, day: 'no day' },
        ];
        at('page');
        yield [{ id: `${index}b`, day }];
      }
      at('end of read');
    },
  };
}

interface Script {
  readonly store: Store;
  /** Called with the name and number of each call of source and destination. */
  readonly at?: (point: string, count: number) => void;
  readonly signal?: AbortSignal;
  readonly now?: string;
}

async function run({ store, at, signal, now = '2026-03-06T12:00:00Z' }: Script) {
  const events: EngineEvent[] = [];
  const waits: number[] = [];
  let count = 0;
  const tell = (point: string) => {
    count += 1;
    at?.(point, count);
  };
  let time = Date.parse(now);
  const outcome: RunOutcome = await runConnection({
    run: { id: '00000000-0000-4000-8000-000000000000', connection: 'test' },
    source: {
      check: async () => undefined,
      streams: async () => ({ items: source(tell) }),
      close: async () => undefined,
    },
    destination: memoryDestination(store, tell),
    schema: 'raw',
    streams: [
      {
        name: 'items',
        sync: undefined,
        write: undefined,
        lookback: undefined,
        onSchemaChange: 'evolve',
        planColumns: (own, key) => planColumns(own, { stream: 'items', map: [], expect: [], protect: {} }, key),
        marks: [],
      },
    ],
    errorBudget: { share: 1, records: 1000 },
    unstorableText: 'replace',
    startedAt: new Date(now),
    fullRefresh: false,
    signal: signal ?? new AbortController().signal,
    clock: {
      now: () => new Date(time),
      async sleep(ms, until) {
        until.throwIfAborted();
        waits.push(ms);
        time += ms;
      },
      id: () => `checkpoint ${count}`,
      random: () => 0.5,
    },
    on: (event) => events.push(event),
    probe: () => undefined,
  });
  return { outcome, events, waits, calls: count };
}

const DAY_MS = 86_400_000;
const held = (store: Store) =>
  [...store.rows.values()]
    .map(([id, day]) => `${String(id)} ${new Date(Number(day) * DAY_MS).toISOString().slice(0, 10)}`)
    .toSorted();

describe('a run', () => {
  it('tells what it does in order', async () => {
    const { outcome, events } = await run({ store: emptyStore() });
    expect(outcome).toMatchObject({
      state: 'succeeded',
      ledger: { read: 18, quarantined: 6, staged: 12, inserted: 12 },
    });
    const slice = [
      'slice_started',
      'batch_staged',
      'batch_staged',
      'records_quarantined',
      'checkpoint_committed',
      'slice_completed',
    ];
    expect(events.map(({ type }) => type)).toEqual([
      'run_started',
      'stream_started',
      ...slice,
      ...slice,
      ...slice,
      'stream_ended',
      'run_ended',
    ]);
  });

  it.each([
    ['a fault of nobody knows what', () => new Error('crash'), 'internal'],
    ['a fault that stays', () => new ConnectorError('source', 'gone'), 'source'],
    ['a fault that passes, once', () => new ConnectorError('transient', 'busy'), undefined],
  ])('struck at any point by %s leaves nothing lost and nothing doubled after a rerun', async (_name, fault, kind) => {
    const { calls } = await run({ store: emptyStore() });
    expect(calls).toBeGreaterThan(40);
    for (let crash = 1; crash <= calls; crash += 1) {
      const store = emptyStore();
      let struck = '';
      const first = await run({
        store,
        at: (point, count) => {
          if (count !== crash) return;
          struck = point;
          throw fault();
        },
      });
      // What the bookmark claims is there.
      const frontier = store.bookmarks[0]?.position.kind === 'frontier' ? store.bookmarks[0].position.frontier : '';
      const claimed = TRUTH.filter((record) => record.slice(3) < frontier);
      expect(held(store)).toEqual(expect.arrayContaining(claimed));
      if (kind !== undefined)
        expect([struck, first.outcome.error?.kind ?? 'none']).toEqual([
          struck,
          struck === 'abort' ? expect.anything() : kind,
        ]);
      else if (!['raise', 'bookmarks', 'after checkpoint'].includes(struck))
        expect([struck, first.outcome.state]).toEqual([struck, 'succeeded']);
      const second = await run({ store });
      expect([struck, second.outcome.state]).toEqual([struck, 'succeeded']);
      expect(held(store)).toEqual(TRUTH);
      expect(store.rejects.size).toBe(6);
    }
  });

  it('stopped at any point is cancelled, or done, and a rerun brings the rest', async () => {
    const { calls } = await run({ store: emptyStore() });
    for (let point = 1; point <= calls; point += 1) {
      const store = emptyStore();
      const stop = new AbortController();
      const { outcome } = await run({
        store,
        signal: stop.signal,
        at: (_point, count) => {
          if (count === point) stop.abort();
        },
      });
      expect(['cancelled', 'succeeded']).toContain(outcome.state);
      expect(outcome.exitCode).toBe(outcome.state === 'cancelled' ? 130 : 0);
      expect(outcome.error).toBeUndefined();
      await run({ store });
      expect(held(store)).toEqual(TRUTH);
    }
  });
});

describe('a fault that passes', () => {
  const failingReads = (fault: () => Error) => ({
    store: emptyStore(),
    at: (point: string) => {
      if (point === 'read') throw fault();
    },
  });

  it('is tried five times with growing waits, then fails the run', async () => {
    const { outcome, waits } = await run(failingReads(() => new ConnectorError('transient', 'busy')));
    expect(outcome).toMatchObject({
      state: 'failed',
      exitCode: 5,
      error: { kind: 'transient', slice: '2026-03-01..2026-03-03' },
    });
    expect(waits).toEqual([500, 1500, 4500, 13_500]);
  });

  it('waits as long as the source says, but not beyond the deadline', async () => {
    const limited = (retryAfterMs: number) => () => new ConnectorError('rate_limit', 'slow', { retryAfterMs });
    expect((await run(failingReads(limited(60_000)))).waits).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect((await run(failingReads(limited(31 * 60_000)))).waits).toEqual([]);
  });
});

it('a bookmark from the future does not end reading', async () => {
  const store = emptyStore();
  store.bookmarks = [
    { stream: 'items', partition: '', position: { kind: 'frontier', frontier: '2099-01-01', completed: [] } },
  ];
  const { outcome } = await run({ store });
  expect(outcome.state).toBe('succeeded');
  await run({ store, now: '2026-03-07T12:00:00Z' });
  expect(store.bookmarks[0]?.position).toMatchObject({ frontier: '2026-03-07' });
});
