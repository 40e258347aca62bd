import {
  ConnectorError,
  defineSource,
  optionError,
  toConnectorError,
  type SourceStream,
  type StatefulRequest,
  type StreamOf,
  type SyncMode,
} from '#sdk';
import { chosen, fieldsOfSchema, rootMetadata, type CatalogEntry } from '#sdk/wire/singer';
import { keptState } from './joint-state.js';
import { startReading, type ReadStream, type Reading } from './reading.js';
import { singerConfig, type SingerConfig } from './singer.config.js';
import { GUIDE } from './singer.guide.js';
import { openTap, type Tap } from './tap.js';

interface Singer {
  readonly config: SingerConfig;
  readonly tap: Tap;
  readonly signal: AbortSignal;
}

export const singer = defineSource({
  name: 'singer',
  summary: 'Any tap of the Singer specification, run as a program of its own.',
  guide: GUIDE,
  config: singerConfig,
  connect: ({ config, signal, baseFolder }): Singer => ({ config, signal, tap: openTap(config, signal, baseFolder) }),
  async check({ config, tap }, note) {
    const catalog = await tap.catalog();
    checkNames(config, catalog);
    if (catalog.length === 0) note('The tap offers no stream.');
    const faults: [stream: string, error: unknown][] = [];
    const plans = plansOf(catalog, config, (stream, error) => faults.push([stream, error]));
    if (plans.size === 0 && faults.length > 0) throw faults[0]![1];
    for (const [stream, error] of faults) {
      const { message, details } = toConnectorError(error, { stream });
      note(`It can be read without "${stream}". ${[message, details.hint].filter(Boolean).join(' ')}`);
    }
  },
  async streams(_kind, { config, client, isWanted, leaveOut }) {
    const catalog = await client.tap.catalog();
    checkNames(config, catalog);
    const wanted = catalog.filter(({ stream }) => isWanted(stream));
    const plans = plansOf(wanted, config, leaveOut);
    const together = jointReading(client, catalog, plans);
    return Object.fromEntries(
      [...plans].map(([name, planned]): [string, StreamOf<SingerConfig, Singer>] => {
        const stream = sourceStream(planned, together);
        return [name, () => stream];
      }),
    );
  },
  close: ({ tap }) => tap.close(),
});

/** A stream of the catalog with what the configuration says of it. */
interface Planned extends Pick<ReadStream, 'name' | 'id' | 'fields' | 'key'> {
  readonly method: string | undefined;
  readonly replicationKey: string | undefined;
}

/** The streams that can be read, by name; what is wrong with the others is told to `leaveOut`. */
function plansOf(
  catalog: readonly CatalogEntry[],
  config: SingerConfig,
  leaveOut: (stream: string, error: unknown) => void,
): ReadonlyMap<string, Planned> {
  const plans = new Map<string, Planned>();
  for (const entry of catalog) {
    try {
      if (plans.has(entry.stream)) throw twice(entry.stream);
      plans.set(entry.stream, plan(entry, config));
    } catch (error) {
      leaveOut(entry.stream, error);
    }
  }
  return plans;
}

function plan(entry: CatalogEntry, { primary_keys, replication_methods, cursors }: SingerConfig): Planned {
  const { stream: name, tap_stream_id: id, schema } = entry;
  const root = rootMetadata(entry);
  const said =
    entry.key_properties ?? namesIn(root['table-key-properties']) ?? namesIn(root['view-key-properties']) ?? [];
  const key = primary_keys[name] ?? said;
  const method =
    replication_methods[name] ??
    textIn(root['forced-replication-method'], root['replication-method'], entry.replication_method);
  const replicationKey = cursors[name] ?? textIn(root['replication-key'], entry.replication_key);
  return { name, id, fields: fieldsOfSchema(name, schema, key), key, method, replicationKey };
}

const namesIn = (value: unknown) => (Array.isArray(value) ? value.map(String) : undefined);
const textIn = (...values: readonly unknown[]) => values.find((value) => typeof value === 'string');

type Together = NonNullable<Extract<SourceStream, { kind: 'stateful' }>['together']> & {
  read(planned: Planned, request: StatefulRequest): ReturnType<Extract<SourceStream, { kind: 'stateful' }>['read']>;
};

function sourceStream(planned: Planned, together: Together): SourceStream {
  const { name, fields, key, method, replicationKey } = planned;
  const isWhole = method === 'FULL_TABLE';
  return {
    kind: 'stateful',
    catalog: {
      name,
      summary: 'A stream of the tap',
      fields,
      primaryKey: key,
      ...(replicationKey === undefined || isWhole ? {} : { cursor: replicationKey }),
      syncModes: isWhole ? ['full_refresh'] : ['full_refresh', 'incremental'],
    },
    together,
    read: (request) => together.read(planned, request),
  };
}

/** One run of the tap for all streams of a run of ours; a stream that is read apart from them, or once more, has a run of its own. */
function jointReading(
  { config, tap, signal }: Singer,
  catalog: readonly CatalogEntry[],
  plans: ReadonlyMap<string, Planned>,
): Together {
  let waiting: readonly ReadStream[] = [];
  let joint: Reading | undefined;
  const started = new Set<string>();
  const begin = (streams: readonly ReadStream[], warn: (message: string) => void) => {
    const names = new Set(streams.map(({ name }) => name));
    const { replication_methods: methods, cursors } = config;
    const entries = catalog.map((entry) => {
      const { [entry.stream]: method } = methods;
      const { [entry.stream]: replicationKey } = cursors;
      return chosen(entry, names.has(entry.stream), {
        ...(method === undefined ? {} : { method }),
        ...(replicationKey === undefined ? {} : { replicationKey }),
      });
    });
    return startReading({ streams, warn, start: (state, onNote) => tap.start(entries, state, onNote) });
  };
  const streamOf = (planned: Planned, sync: SyncMode, state: unknown): ReadStream => ({
    ...planned,
    sync,
    kept: keptState(state),
  });
  return {
    begin(streams) {
      waiting = streams.map(({ stream, sync, state }) => streamOf(plans.get(stream)!, sync, state));
      joint = undefined;
      started.clear();
    },
    leave(stream) {
      waiting = waiting.filter(({ name }) => name !== stream);
      joint?.lanes.get(stream)?.leave();
    },
    async *read(planned, { state, range, sync, warn }) {
      const { name } = planned;
      if (range !== undefined)
        throw new ConnectorError(
          'config',
          `Stream "${name}" cannot be read by days: a tap reads on from its own state.`,
          {
            stream: name,
            hint: `To read it all again: \`tributary sync CONNECTION --stream ${name} --full-refresh\`.`,
          },
        );
      const own = waiting.find((one) => one.name === name);
      const isJoint = own !== undefined && !started.has(name);
      if (isJoint) joint ??= begin(waiting, warn);
      started.add(name);
      const reading = isJoint ? joint! : begin([streamOf(planned, sync, state)], warn);
      const lane = reading.lanes.get(name)!;
      try {
        yield* lane.read(signal);
      } finally {
        lane.leave();
      }
    },
  };
}

function checkNames(config: SingerConfig, catalog: readonly CatalogEntry[]): void {
  const known = new Set(catalog.map(({ stream }) => stream));
  for (const option of ['replication_methods', 'cursors', 'primary_keys'] as const) {
    const unknown = Object.keys(config[option]).filter((name) => !known.has(name));
    if (unknown.length > 0)
      throw optionError(
        unknown.map((name) => ({ path: [option, name], message: `The tap offers no stream "${name}"` })),
        { hint: `It offers: ${[...known].join(', ')}.` },
      );
  }
}

const twice = (stream: string) =>
  new ConnectorError('source', `The tap's catalog has stream "${stream}" twice.`, { stream });
