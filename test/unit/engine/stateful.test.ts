import { describe, expect, it } from '@jest/globals';
import { runConnection } from '../../../core/engine/index.js';
import { planColumns } from '../../../core/middleware/index.js';
import {
  SavedState,
  type JointReading,
  type JointStream,
  type SourceStream,
  type WriteMode,
} from '../../../core/protocol/index.js';
import { ConnectorError } from '../../../core/sdk/errors.js';
import { emptyStore, memoryDestination, type Store } from './memory-destination.js';

/** Ten records; a state after every third, and at the end. */
function source(asked: unknown[], failsAt: (id: number) => boolean, key: readonly string[]): SourceStream {
  return {
    kind: 'stateful',
    catalog: {
      name: 'items',
      summary: '',
      fields: [{ name: 'id', type: 'integer', nullable: false }],
      primaryKey: key,
      cursor: 'id',
      syncModes: ['full_refresh', 'incremental'],
    },
    async *read({ state, range }) {
      asked.push(range ?? state);
      for (let id = Number((state as { at?: number } | undefined)?.at ?? 0) + 1; id <= 10; id += 1) {
        if (failsAt(id)) throw new ConnectorError('transient', 'the API is away');
        yield [{ id }];
        if (id % 3 === 0 || id === 10) yield new SavedState({ at: id });
      }
    },
  };
}

async function run(
  store: Store,
  options: {
    failsAt?: (id: number) => boolean;
    write?: WriteMode;
    key?: readonly string[];
    fullRefresh?: boolean;
    range?: { from: string };
    streams?: Readonly<Record<string, SourceStream>>;
    at?: (point: string) => void;
  },
) {
  const asked: unknown[] = [];
  const destination = memoryDestination(store, options.at ?? (() => undefined));
  const streams = options.streams ?? {
    items: source(asked, options.failsAt ?? (() => false), options.key ?? ['id']),
  };
  const outcome = await runConnection({
    run: { id: '00000000-0000-4000-8000-000000000000', connection: 'test' },
    source: {
      check: async () => undefined,
      streams: async () => streams,
      close: async () => undefined,
    },
    destination,
    schema: 'raw',
    streams: Object.keys(streams).map((name) => ({
      name,
      sync: undefined,
      write: options.write,
      lookback: undefined,
      onSchemaChange: 'evolve',
      planColumns: (own, key) => planColumns(own, { stream: name, map: [], expect: [], protect: {} }, key),
      marks: [],
    })),
    errorBudget: { share: 1, records: 1000 },
    unstorableText: 'replace',
    fullRefresh: options.fullRefresh ?? false,
    ...(options.range === undefined ? {} : { range: options.range }),
    startedAt: new Date('2026-03-06T12:00:00Z'),
    clock: {
      id: () => crypto.randomUUID(),
      sleep: async () => undefined,
      now: () => new Date('2026-03-06T12:00:00Z'),
      random: () => 0.5,
    },
    signal: new AbortController().signal,
    on: () => undefined,
    probe: () => undefined,
  });
  return { outcome, asked };
}

const stateOf = (store: Store) =>
  store.bookmarks.map(({ position }) => (position.kind === 'state' ? position.state : position.kind));

describe('streams that keep a state of their own', () => {
  it('are read whole where they offer nothing else, and are not read incrementally', async () => {
    const whole = source([], () => false, ['id']);
    const streams = { items: { ...whole, catalog: { ...whole.catalog, syncModes: ['full_refresh'] } } as SourceStream };
    const store = emptyStore();
    expect((await run(store, { streams })).outcome).toMatchObject({ state: 'succeeded', ledger: { read: 10 } });
    expect(store.bookmarks).toEqual([]);
  });

  it('commits a state with the records before it, and goes on from it', async () => {
    const store = emptyStore();
    const { outcome, asked } = await run(store, {});
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 10, inserted: 10 } });
    expect(asked).toEqual([undefined]);
    expect(stateOf(store)).toEqual([{ at: 10 }]);
    expect((await run(store, {})).asked).toEqual([{ at: 10 }]);
  });

  it('reads on from the last state that was committed when it fails on the way', async () => {
    const store = emptyStore();
    let failures = 0;
    const { outcome, asked } = await run(store, { failsAt: (id) => id === 5 && ++failures <= 2 });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 10, inserted: 10 } });
    expect(asked).toEqual([undefined, { at: 3 }, { at: 3 }]);
  });

  it.each(['stage', 'before checkpoint'])('reads again what it had read when it fails in %s', async (place) => {
    const store = emptyStore();
    let times = 0;
    const at = (point: string) => {
      if (point === place && ++times === 2) throw new ConnectorError('transient', 'the connection is cut');
    };
    const { outcome, asked } = await run(store, { at });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 10, inserted: 10 } });
    expect(store.rows.size).toBe(10);
    expect(asked).toHaveLength(2);
    expect(stateOf(store)).toEqual([{ at: 10 }]);
  });

  it('keeps what was committed when it fails for good', async () => {
    const store = emptyStore();
    const { outcome } = await run(store, { failsAt: (id) => id === 8 });
    expect(outcome).toMatchObject({ state: 'failed', ledger: { inserted: 6 } });
    expect(stateOf(store)).toEqual([{ at: 6 }]);
  });

  it('is one checkpoint, without a state, where it replaces the table', async () => {
    const store = emptyStore();
    const { outcome } = await run(store, { write: 'overwrite', fullRefresh: true });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 10 } });
    expect(stateOf(store)).toEqual([]);
  });

  it('hands the days of a person on, and leaves the state alone', async () => {
    const store = emptyStore();
    await run(store, {});
    const { asked } = await run(store, { range: { from: '2026-01-01' } });
    expect(asked).toEqual([{ from: '2026-01-01' }]);
    expect(stateOf(store)).toEqual([{ at: 10 }]);
  });

  it('is not appended without a key, since what is read again would be doubled', async () => {
    const { outcome } = await run(emptyStore(), { write: 'append', key: [] });
    expect(outcome.error?.message).toContain('it has no key, and its source may read a record again');
  });

  it('says that nothing tells its columns where it declares none and had no records', async () => {
    const items = source([], () => false, ['id']);
    const unknown = { ...items, catalog: { ...items.catalog, fields: [] } } as SourceStream;
    const { outcome } = await run(emptyStore(), { streams: { items: unknown } });
    expect(outcome.error?.message).toBe(
      'Stream "items": its columns are not known: it declares none, and there were no records to tell them by.',
    );
    expect(outcome.error?.hint).toContain('`fields`');
  });
});

/**
 * Streams whose records come in turn out of one reading, which goes on only when the record before was taken: read one after
 * the other they would wait for each other for ever.
 */
function jointStreams(names: readonly string[], keyless: readonly string[] = []) {
  const told: string[] = [];
  const begun: JointStream[] = [];
  const wanted = new Set<string>();
  let turn = 0;
  let wake = Promise.withResolvers<void>();
  const next = () => {
    do turn += 1;
    while (turn < 1_000 && !wanted.has(names[turn % names.length]!));
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const together: JointReading = {
    begin: (streams) => {
      begun.push(...streams);
      for (const { stream } of streams) wanted.add(stream);
      if (!wanted.has(names[0]!)) next();
    },
    leave: (stream) => {
      told.push(`${stream} left`);
      wanted.delete(stream);
      if (names[turn % names.length] === stream) next();
    },
  };
  const streams = names.map((name, place): [string, SourceStream] => [
    name,
    {
      kind: 'stateful',
      catalog: {
        name,
        summary: '',
        fields: [{ name: 'id', type: 'integer', nullable: false }],
        primaryKey: keyless.includes(name) ? [] : ['id'],
        syncModes: ['full_refresh', 'incremental'],
      },
      together,
      async *read() {
        for (let n = 0; n < 4; n += 1) {
          while (turn % names.length !== place) await wake.promise;
          yield [{ id: names.length * n + place }];
          next();
        }
        yield new SavedState({ name });
      },
    },
  ]);
  return { streams: Object.fromEntries(streams), told, begun };
}

describe('streams that come out of one reading', () => {
  it('are read at the same time, each with a state of its own', async () => {
    const store = emptyStore();
    const joint = jointStreams(['a', 'b', 'c']);
    const { outcome } = await run(store, { streams: joint.streams });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 12 } });
    expect(joint.begun).toEqual(['a', 'b', 'c'].map((stream) => ({ stream, sync: 'incremental' })));
    expect(joint.told.toSorted()).toEqual(['a left', 'b left', 'c left']);
    expect(stateOf(store)).toHaveLength(3);
    const again = jointStreams(['a', 'b', 'c']);
    await run(store, { streams: again.streams });
    expect(again.begun[1]).toEqual({ stream: 'b', sync: 'incremental', state: { name: 'b' } });
  });

  it('do not wait for one that cannot be read', async () => {
    const joint = jointStreams(['a', 'b', 'c'], ['a']);
    const { outcome } = await run(emptyStore(), { streams: joint.streams });
    expect(outcome).toMatchObject({ state: 'partial', ledger: { read: 8 } });
    expect(outcome.streams.map(({ state }) => state)).toEqual(['failed', 'complete', 'complete']);
    expect(joint.begun.map(({ stream }) => stream)).toEqual(['b', 'c']);
  });
});
