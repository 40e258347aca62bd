import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { runConnection, type RunOutcome, type RunRequest, type StreamRequest } from '../../../core/engine/index.js';
import { expectationsOf, planChain, planColumns, type StreamRules } from '../../../core/middleware/index.js';
import type {
  DestinationSession,
  DirtyMark,
  EngineEvent,
  Field,
  FieldType,
  OpenSource,
  SourceStream,
  Window,
} from '../../../core/protocol/index.js';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { testDatabase, type TestDatabase } from '../../support/postgres.js';

export const CONNECTION = 'test';
export const SCHEMA = 'raw_test';

type Row = Record<string, unknown>;

/** Columns as `name type`, a `?` after the type where it may be null. */
export function fields(...columns: string[]): readonly Field[] {
  return columns.map((column) => {
    const [name = '', type = 'string'] = column.split(' ');
    return { name, type: type.replace('?', '') as FieldType, nullable: type.endsWith('?') };
  });
}

interface StreamShape {
  readonly fields: readonly Field[];
  readonly key?: readonly string[];
  readonly version?: string;
}

const catalogOf = (name: string, { fields: own, key = ['id'], version }: StreamShape) => ({
  name,
  summary: name,
  fields: own,
  primaryKey: key,
  syncModes: ['full_refresh', 'incremental'] as const,
  ...(version === undefined ? {} : { version }),
});

/** A stream that yields these pages, whatever is in them. */
export function pages(shape: StreamShape, read: (signal: AbortSignal) => unknown): SourceStream {
  return {
    kind: 'full_refresh',
    catalog: catalogOf('items', shape),
    read: ({ signal }: { signal: AbortSignal }) => read(signal),
  } as unknown as SourceStream;
}

/** Pages given as they are. */
export function rows(shape: StreamShape, ...given: readonly (readonly unknown[])[]): SourceStream {
  return pages(shape, async function* () {
    yield* given;
  });
}

/** A stream of windows; `read` says what a window holds. */
export function windows(
  shape: StreamShape,
  cursor: Extract<SourceStream, { kind: 'incremental' }>['cursor'],
  read: (window: Window) => readonly Row[],
): SourceStream {
  return {
    kind: 'incremental',
    catalog: catalogOf('items', shape),
    cursor,
    async *read({ slice }) {
      yield read(slice);
    },
  };
}

export interface RunWishes {
  /** Of all streams, or by the name of each. */
  readonly stream?: Partial<StreamRequest> | ((stream: string) => Partial<StreamRequest>);
  /** Of all streams, or by the name of each. */
  readonly rules?: Partial<StreamRules> | ((stream: string) => Partial<StreamRules>);
  readonly marksOf?: (stream: string) => readonly DirtyMark[];
  readonly request?: Partial<RunRequest>;
  /** Runs at a point of the load path. */
  readonly at?: Readonly<Record<string, () => unknown>>;
  /** Another way to the same database. */
  readonly url?: string;
}

export interface Bench {
  readonly database: TestDatabase;
  readonly events: EngineEvent[];
  /** One run of the streams; the clock does not wait. */
  run(streams: Readonly<Record<string, SourceStream>> | SourceStream, wishes?: RunWishes): Promise<RunOutcome>;
  /** A session of its own. */
  session(): Promise<DestinationSession>;
  query<R extends Row = Row>(sql: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

/** On a database of the newest server, or on the one that is given. */
export async function openBench(given?: TestDatabase): Promise<Bench> {
  const database = given ?? (await testDatabase());
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  const events: EngineEvent[] = [];
  return {
    database,
    events,
    run: (given, wishes = {}) =>
      runStreams(
        (probe) =>
          postgres.connect(
            { url: wishes.url ?? database.url, metadata_schema: 'tributary' },
            { signal: new AbortController().signal, baseFolder: '/', probe },
          ),
        events,
        given,
        wishes,
      ),
    session: () =>
      postgres.connect(
        { url: database.url, metadata_schema: 'tributary' },
        { signal: new AbortController().signal, baseFolder: '/' },
      ),
    query: async <R extends Row>(sql: string, values: unknown[] = []) => (await client.query<R>(sql, values)).rows,
    async close() {
      await client.end();
      await database.drop();
    },
  };
}

/** One run of the engine into whatever destination `connect` opens; the clock does not wait. */
export async function runStreams(
  connect: (probe: (point: string) => Promise<void>) => Promise<DestinationSession>,
  events: EngineEvent[],
  given: Readonly<Record<string, SourceStream>> | SourceStream,
  { stream, rules, marksOf, request, at = {} }: RunWishes,
): Promise<RunOutcome> {
  const streams = 'kind' in given ? { items: given as SourceStream } : given;
  const probe = async (point: string) => void (await at[point]?.());
  const session = await connect(probe);
  const source: OpenSource = {
    check: async () => undefined,
    streams: async () => streams,
    close: async () => undefined,
  };
  const rulesOf = (name: string): StreamRules => ({
    stream: name,
    map: [],
    expect: [],
    protect: {},
    ...(typeof rules === 'function' ? rules(name) : rules),
  });
  try {
    return await runConnection({
      run: { id: randomUUID(), connection: CONNECTION },
      source,
      destination: session,
      schema: SCHEMA,
      streams: Object.keys(streams).map((name) => ({
        name,
        sync: undefined,
        write: undefined,
        lookback: undefined,
        onSchemaChange: 'evolve',
        planColumns: (own, key) => planColumns(own, rulesOf(name), key),
        planConditions: (own, key) => planChain(own, rulesOf(name), key).conditions,
        expectations: expectationsOf(rulesOf(name).expect),
        marks: marksOf?.(name) ?? [],
        ...(typeof stream === 'function' ? stream(name) : stream),
      })),
      errorBudget: { share: 1, records: 1_000_000 },
      unstorableText: 'replace',
      startedAt: new Date('2026-03-10T12:00:00Z'),
      fullRefresh: false,
      signal: new AbortController().signal,
      clock: { now: () => new Date(), sleep: async () => undefined, id: randomUUID, random: () => 0 },
      on: (event) => events.push(event),
      probe,
      ...request,
    });
  } finally {
    await session.close();
  }
}

/** The staging tables that lie in the metadata schema. */
export async function stagingTables(bench: Bench): Promise<number> {
  const found = await bench.query(`SELECT 1 FROM pg_class WHERE relname LIKE 'stg\\_%' AND relkind = 'r'`);
  return found.length;
}
