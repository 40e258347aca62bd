import type { Writable } from 'node:stream';
import type { Bookmark, DestinationSession, Field, Ledger, TableSpec, Writer } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import { schemaOfFields, writeMessage } from '../../sdk/wire/singer/index.js';
import { RecordBatch } from '../bridges/record-batch.js';
import { STATE_MS, STATE_RECORDS, TOLD_TABLES, toldLedger, toldRejects, type Rejects } from '../bridges/told-tables.js';

/** What every record of a stream of files has beside its own fields. */
export const OF_FILES: readonly Field[] = [
  { name: '_sdc_source_file', type: 'string', nullable: false, description: 'The file that the record stands in' },
  {
    name: '_sdc_source_lineno',
    type: 'integer',
    nullable: false,
    description: 'Its place in the file, the first one is 1',
  },
];

const TOLD_NAMES: Readonly<Record<string, string>> = {
  _source_file: '_sdc_source_file',
  _source_row: '_sdc_source_lineno',
};

export interface TapOutput {
  /** Resolves when there is room for more. Throws once nobody reads any more. */
  send(lines: string): Promise<void>;
  flush(): Promise<void>;
  note(text: string): void;
}

/** Lines in the order in which they are given, no faster than they are taken. */
export function tapOutput(into: Writable, note: (text: string) => void): TapOutput {
  let gone: Error | undefined;
  let pending: Promise<void> = Promise.resolve();
  into.on('error', (cause) => {
    gone ??= new ConnectorError('destination', 'Nobody reads the messages any more.', { cause });
  });
  const settle = () =>
    pending.then(() => {
      if (gone !== undefined) throw gone;
    });
  return {
    send(lines) {
      pending = pending.then(async () => {
        if (gone !== undefined || into.write(lines)) return;
        await new Promise<void>((resolve) => {
          const done = () => {
            into.off('drain', done).off('error', done).off('close', done);
            resolve();
          };
          into.once('drain', done).once('error', done).once('close', done);
        });
      });
      return settle();
    },
    flush: settle,
    note,
  };
}

/** A destination whose tables are messages. */
export interface TapDestination extends DestinationSession {
  /** Tells what was committed and not told yet; of a table that was read whole also that it is. */
  endStream(stream: string, isComplete: boolean): Promise<void>;
}

interface Progress {
  /** The last SCHEMA message. */
  said: string | undefined;
  inserted: number;
  readonly rejects: Rejects;
}

export function tapDestination(output: TapOutput, state: unknown): TapDestination {
  const bookmarks = new Map<string, Bookmark>(bookmarksOf(state).map((bookmark) => [placeOf(bookmark), bookmark]));
  const progress = new Map<string, Progress>();
  /** One for the whole run: rows of an earlier one are older. */
  const version = Date.now();
  const whole = new Set<string>();
  let [since, stateAt, isNews] = [0, performance.now(), false];
  const of = (stream: string): Progress => {
    const found = progress.get(stream) ?? {
      said: undefined,
      inserted: 0,
      rejects: toldRejects((text) => output.note(`stream ${stream}: ${text}`)),
    };
    progress.set(stream, found);
    return found;
  };
  const tellState = async () => {
    [since, stateAt, isNews] = [0, performance.now(), false];
    const streams: Record<string, { partitions: Omit<Bookmark, 'stream'>[] }> = {};
    for (const { stream, ...rest } of bookmarks.values())
      (streams[stream] ??= { partitions: [] }).partitions.push(rest);
    await output.send(writeMessage({ type: 'STATE', value: { bookmarks: streams } }));
  };
  const tellSchema = async (table: TableSpec) => {
    const fields = [...(table.fromFiles ? OF_FILES : []), ...table.fields];
    const line = writeMessage({
      type: 'SCHEMA',
      stream: table.stream,
      schema: schemaOfFields(fields),
      key_properties: table.key.map((column) => TOLD_NAMES[column] ?? column),
    });
    const at = of(table.stream);
    if (at.said === line) return;
    at.said = line;
    await output.send(line);
  };
  const writer = (table: TableSpec, slice: string): Writer => {
    const { stream } = table;
    const at = of(stream);
    const file = table.fromFiles ? `"_sdc_source_file":${JSON.stringify(slice)},"_sdc_source_lineno":` : undefined;
    const head = `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`;
    const end = whole.has(stream) ? `,"version":${version}}\n` : '}\n';
    let sent = 0;
    return {
      batch: () => new RecordBatch(table.fields, 'text'),
      async stage(batch) {
        const records = (batch as RecordBatch).records();
        const lines = records.map(([json, position]) =>
          file === undefined
            ? head + json + end
            : `${head}{${file}${position}${json === '{}' ? '' : ','}${json.slice(1)}${end}`,
        );
        sent += records.length;
        since += records.length;
        await output.send(lines.join(''));
      },
      async quarantine(rejects) {
        at.rejects.tell(rejects, slice);
      },
      async checkpoint({ tally, bookmarks: moved }): Promise<Ledger> {
        for (const bookmark of moved) bookmarks.set(placeOf(bookmark), bookmark);
        at.inserted += sent;
        isNews ||= moved.length > 0;
        await output.flush();
        if (isNews && (since >= STATE_RECORDS || performance.now() - stateAt >= STATE_MS)) await tellState();
        return toldLedger(tally, sent);
      },
      abort: async () => undefined,
    };
  };
  return {
    ...TOLD_TABLES,
    bookmarks: async () => [...bookmarks.values()],
    create: tellSchema,
    evolve: tellSchema,
    async open(table, slice) {
      if (slice === 'all' && !table.fromFiles) whole.add(table.stream);
      await tellSchema(table);
      return writer(table, slice);
    },
    countRows: async ({ stream }) => of(stream).inserted,
    async endStream(stream, isComplete) {
      of(stream).rejects.end();
      if (isComplete && whole.has(stream))
        await output.send(writeMessage({ type: 'ACTIVATE_VERSION', stream, version }));
      if (isComplete || isNews) await tellState();
    },
  };
}

const placeOf = ({ stream, partition }: Bookmark) => JSON.stringify([stream, partition]);

/** The bookmarks in a state that a tap of ours has told. Throws a `config` error for any other. */
function bookmarksOf(state: unknown): readonly Bookmark[] {
  if (state === undefined || state === null || isEmpty(state)) return [];
  const { bookmarks } = state as { readonly bookmarks?: unknown };
  if (typeof bookmarks !== 'object' || bookmarks === null) throw foreign();
  return Object.entries(bookmarks).flatMap(([stream, own]) => {
    const { partitions } = (own ?? {}) as { readonly partitions?: unknown };
    if (!Array.isArray(partitions)) throw foreign();
    return (partitions as readonly Omit<Bookmark, 'stream'>[]).map(({ partition, position }) => {
      if (typeof partition !== 'string' || typeof position?.kind !== 'string') throw foreign();
      return { stream, partition, position };
    });
  });
}

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const foreign = () =>
  new ConnectorError('config', 'The state is none that this tap has handed out.', {
    hint: 'Give a state that `tributary tap` has written for the same source, or none to read everything.',
  });
