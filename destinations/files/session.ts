import { posix } from 'node:path';
import {
  ConnectorError,
  isConnectorError,
  type DestinationCapabilities,
  type DestinationSession,
  type Field,
  type RunIdentity,
  type TableSpec,
} from '#sdk';
import type { WritableTransport } from '#sdk/files';
import { csvFormat } from './csv.format.js';
import type { FileFormat } from './file-format.js';
import type { FilesConfig } from './files.config.js';
import { jsonLinesFormat } from './jsonl.format.js';
import { openLog, type Log } from './log.js';
import { stateFolder } from './place.js';
import { withBookmarks } from './state.js';
import { refuseTotals } from './text-batch.js';
import { filesWriter, settle } from './writer.js';

export interface SessionOptions {
  readonly config: FilesConfig;
  readonly place: WritableTransport;
  readonly signal: AbortSignal;
  readonly probe: (point: string) => Promise<void> | void;
}

const CAPABILITIES: DestinationCapabilities = {
  writeModes: ['append', 'overwrite'],
  keepsKeys: false,
  holdsNul: false,
  maxKeyBytes: Number.MAX_SAFE_INTEGER,
};

/** One run's session. The state of a connection is the log of its commits, which lies beside the files. */
export async function openSession({ config, place, signal, probe }: SessionOptions): Promise<DestinationSession> {
  const format = await formatOf(config);
  const home = stateFolder(config);
  /** By stream: its columns as this run has changed them; the log has them from the next commit on. */
  const fields = new Map<string, readonly Field[]>();
  let log: Log | undefined;
  let raised:
    | { readonly run: RunIdentity; readonly epoch: bigint; readonly before: Readonly<Record<string, number>> }
    | undefined;
  let sequence = 0;
  /** Commits have numbers, which their files may be called by: one after the other, though streams are written beside each other. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const fenced = () => {
    if (log === undefined || raised === undefined)
      throw new ConnectorError('internal', 'The fence has not been raised.');
    return { log, ...raised };
  };
  const stateOf = async (connection: string) =>
    raised?.run.connection === connection
      ? fenced().log.state
      : saying(() => openLog(place, home, connection, signal).read());
  return {
    capabilities: CAPABILITIES,
    raiseFence: (run) =>
      saying(async () => {
        if (run.part !== undefined) throw noParts(run);
        log = openLog(place, home, run.connection, signal);
        const epoch = await log.raise(run);
        const { streams, unsettled } = log.state;
        await settle(place, unsettled, signal);
        await dropStaged(run.connection, epoch);
        const before = Object.fromEntries(Object.entries(streams).map(([name, { records }]) => [name, records]));
        raised = { run, epoch, before };
        return epoch;
      }),
    bookmarks: async (connection) => (await stateOf(connection)).bookmarks,
    async describe({ connection, stream }) {
      const found = fields.get(stream) ?? (await stateOf(connection)).streams[stream]?.fields;
      return found === undefined ? undefined : { fields: found };
    },
    async create(table) {
      if (!fields.has(table.stream)) fields.set(table.stream, table.fields);
    },
    async evolve({ stream }, { added, retyped, loosened }) {
      const present = fields.get(stream) ?? fenced().log.state.streams[stream]?.fields ?? [];
      const changed = present.map((field) => ({
        ...(retyped.find(({ name }) => name === field.name)?.to ?? field),
        nullable: field.nullable || loosened.includes(field.name),
      }));
      fields.set(stream, [...changed, ...added]);
    },
    async open(table, slice) {
      const { log: open, run, epoch } = fenced();
      refuseUnnumbered(table);
      refuseTotals(table.fields, config.control_totals, table.stream);
      sequence += 1;
      const staging = posix.join(home, table.connection, 'staging', `${epoch}_${sequence}`);
      const writer = filesWriter({ config, place, log: open, format, table, run, staging, probe, signal }, slice);
      return {
        ...writer,
        stage: (batch) => saying(() => writer.stage(batch)),
        checkpoint: (checkpoint) => inTurn(() => saying(() => unlessTakenOver(open, writer.checkpoint(checkpoint)))),
        abort: (options) => saying(() => writer.abort(options)),
      };
    },
    async countRows({ stream }) {
      const { log: open, before } = fenced();
      return (open.state.streams[stream]?.records ?? 0) - (before[stream] ?? 0);
    },
    async quarantined(connection, stream, { limit, after }) {
      const held = (await stateOf(connection)).quarantine
        .filter((record) => record.stream === stream)
        .toSorted((a, b) => (a.lastSeen === b.lastSeen ? b.position - a.position : a.lastSeen < b.lastSeen ? 1 : -1));
      const from = held.findIndex(({ key, reason }) => key === after?.key && reason === after.reason) + 1;
      return held.slice(from, from + limit);
    },
    held: async (connection) => (await stateOf(connection)).quarantine,
    commits: (connection, before) => openLog(place, home, connection, signal).commits(before),
    setBookmarks: (_connection, set, remove) =>
      saying(async () => {
        const { log: open } = fenced();
        const kept = open.state.bookmarks.filter(
          ({ stream, partition }) =>
            !remove.some((gone) => gone.stream === stream && (gone.partition ?? partition) === partition),
        );
        await open.add({ kind: 'bookmarks', bookmarks: withBookmarks(kept, set) });
      }),
    async close() {
      place.close();
    },
  };

  /** What older epochs wrote and never committed. What such a one still writes can count no more, and goes with the next run. */
  async function dropStaged(connection: string, epoch: bigint): Promise<void> {
    const folder = posix.join(home, connection, 'staging');
    await place.claim(
      posix.join(folder, 'about-this-folder.txt'),
      Buffer.from('Files that are not whole yet.\n'),
      signal,
    );
    for await (const { name } of place.list(posix.join(folder, '*_*'), signal))
      if (BigInt(/^(\d+)_/.exec(posix.basename(name))?.[1] ?? epoch) < epoch) await place.remove(name, signal);
  }

  function refuseUnnumbered({ write, stream }: TableSpec): void {
    if (write !== 'append' || config.file_name.includes('{number}')) return;
    throw new ConnectorError('config', `Stream "${stream}" is appended, and \`file_name\` has no {number}.`, {
      stream,
      hint: 'Each commit needs names of its own: add {number}; or use `write: overwrite`.',
    });
  }
}

async function formatOf(config: FilesConfig): Promise<FileFormat> {
  if (config.format === 'csv') return csvFormat(config);
  if (config.format === 'jsonl') return jsonLinesFormat;
  return (await import('./parquet.format.js')).parquetFormat(config);
}

const noParts = ({ connection }: RunIdentity) =>
  new ConnectorError(
    'config',
    `Connection "${connection}" delivers files, and a backfill in parts would double them.`,
    {
      connection,
      hint: 'Set the bookmark back by `tributary state set`, then run `tributary sync`.',
    },
  );

/** The next run removes what older ones have staged: that a file is gone is then no fault of the place. */
async function unlessTakenOver<T>(log: Log, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'destination') throw error;
    throw (await log.takenOver().catch(() => undefined)) ?? error;
  }
}

/** What a transport calls a fault of its source is one of the destination here. */
async function saying<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'source') throw error;
    throw new ConnectorError('destination', error.message, { ...error.details, cause: error.cause });
  }
}
