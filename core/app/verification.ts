import { randomUUID } from 'node:crypto';
import { runConnection, type StreamRequest } from '../engine/index.js';
import type { EventListener, OpenSource, SourceStream, SqlSession, TableSpec } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Days } from '../scheduler/backfill-store.js';
import { dialectOf } from '../../destinations/sql/index.js';
import { compareTables, type ComparedStream, type ReadTable } from './comparison.js';
import { clock } from './connection-run.js';
import { probe, type Installation } from './installation.js';
import { firstKeptDay, olderThan } from './stream-retention.js';
import { streamRequests } from './stream-requests.js';
import { createVerification, dropVerification, takeVerification, verificationSchema } from './verification-schema.js';

export interface VerifyWish {
  readonly connection: string;
  /** Empty: all that the connection names. */
  readonly streams: readonly string[];
  /** Days of the streams' cursors, both of them read; absent: all that the source has. */
  readonly range?: Days;
  readonly signal: AbortSignal;
  readonly on: EventListener;
}

/** What the source has now, in a schema that nobody else uses. It is dropped by `close`. */
export interface Verification {
  readonly tables: readonly ReadTable[];
  /** As the warehouse is now; may be asked again after a repair. */
  compare(): Promise<readonly ComparedStream[]>;
  close(): Promise<void>;
}

/**
 * Reads a window at the source by the rules of the connection into a schema of its own, which has its own fence, bookmarks,
 * ledger and quarantine: a run that is on its way hears nothing of it, and files are neither archived nor deleted. Throws what
 * a run would end with.
 */
export async function openVerification(installation: Installation, wish: VerifyWish): Promise<Verification> {
  const { connection: name, signal } = wish;
  const { destination } = installation.configuration.connection(name);
  const schema = verificationSchema(name);
  const release = await takeVerification(installation, name);
  let sql: SqlSession | undefined;
  const close = async () => {
    try {
      await sql?.close();
      // After a stop too, when that session takes no statement any more.
      const last = await installation.sql(destination, { readOnly: false, signal: new AbortController().signal });
      await dropVerification(last, name).finally(() => last.close());
    } finally {
      await release();
    }
  };
  try {
    const session = await installation.sql(destination, { readOnly: false, signal });
    sql = session;
    await dropVerification(session, name);
    await createVerification(session, name);
    const [now] = await session.query<{ at: string }>(`SELECT CAST(${dialectOf(session).now} AS text) AS at`);
    const tables = await readApart(installation, wish, schema);
    const before = now?.at as string;
    return { tables, compare: () => compareTables(session, tables, before), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

async function readApart(
  installation: Installation,
  { connection: name, streams: wanted, range, signal, on }: VerifyWish,
  schema: string,
): Promise<readonly ReadTable[]> {
  const { configuration } = installation;
  const connection = configuration.connection(name);
  // Expectations are of the whole table, and were judged by the run that wrote it; and the tables apart are made.
  const requests = streamRequests(configuration, name, wanted).map(
    ({ expectations: _, adopt: __, ...request }) => request,
  );
  const offered: Record<string, SourceStream> = {};
  const specs = new Map<string, TableSpec>();
  const rejected = new Map<string, number>();
  const startedAt = new Date();
  const source = await installation.source(connection.source, signal);
  try {
    const there = await installation.destination(connection.destination, signal);
    try {
      const apart = await installation.destination(connection.destination, signal, schema);
      try {
        const outcome = await runConnection({
          // A part reads what can be cut by days, and nothing else.
          run: { id: randomUUID(), connection: name, ...(range === undefined ? {} : { part: 'verify' }) },
          source: watched(source, offered),
          destination: {
            ...apart,
            // Of a stream whose fields were inferred once, they are those that the table has.
            bookmarks: async (own) => (await there.bookmarks(own)).filter(({ position }) => position.kind === 'schema'),
            describe: (table) => {
              specs.set(table.stream, table);
              return apart.describe(table);
            },
          },
          schema,
          streams: requests,
          errorBudget: { share: 1, records: Number.POSITIVE_INFINITY },
          unstorableText: connection.unstorable_text,
          startedAt,
          fullRefresh: false,
          ...(range === undefined ? {} : { range }),
          signal,
          clock,
          on,
          probe,
        });
        signal.throwIfAborted();
        const isComparable = ({ name: stream }: StreamRequest) =>
          (offered[stream]?.kind ?? 'incremental') === 'incremental';
        if (range !== undefined && !requests.some(isComparable)) throw nothingToCompare(name);
        const { error } = outcome;
        if (error !== undefined) throw new ConnectorError(error.kind, error.message, { ...error, connection: name });
        for (const { stream, ledger } of outcome.streams) rejected.set(stream, ledger.quarantined);
      } finally {
        await apart.close();
      }
    } finally {
      await there.close();
    }
  } finally {
    await source.close();
  }
  const timeZone = configuration.settings.project.timezone;
  return requests.flatMap((request) => {
    const [apart, stream] = [specs.get(request.name), offered[request.name]];
    if (apart === undefined || stream === undefined) return [];
    const { retention } = connection.streams[request.name] ?? {};
    const spec = { ...apart, schema: connection.schema };
    const tables = {
      spec,
      apart,
      rejected: rejected.get(request.name) ?? 0,
      ...(retention === undefined ? {} : { retention: tooOld(retention, spec.marks, timeZone) }),
    };
    if (stream.kind !== 'incremental') return [tables];
    const { field, start, timeZone: zone } = stream.cursor;
    const { catalog } = stream;
    const planned = request.planColumns(catalog.fields, catalog.primaryKey).find(({ source: from }) => from === field);
    if (planned === undefined) return [tables];
    const cursor = { column: planned.target.name, timeZone: zone, from: range?.from ?? start };
    return [{ ...tables, cursor: { ...cursor, to: range?.to, startedAt: startedAt.toISOString() } }];
  });
}

/** What retention has deleted is no difference. */
function tooOld(
  { by, keep }: { readonly by: string; readonly keep: string },
  marks: TableSpec['marks'],
  timeZone: string,
): NonNullable<ReadTable['retention']> {
  const keptFrom = firstKeptDay(keep, timeZone, new Date());
  return { column: by, older: (dialect, type) => olderThan(dialect, { by, type, marks, timeZone, keptFrom }) };
}

/** The source as it is, except that nothing there is archived or deleted, and that its streams are kept. */
const watched = (source: OpenSource, offered: Record<string, SourceStream>): OpenSource => ({
  check: (note) => source.check(note),
  async streams(frozen, only, onFault) {
    const streams = await source.streams(frozen, only, onFault);
    const calm = Object.entries(streams).map(([name, stream]): [string, SourceStream] => [
      name,
      stream.kind === 'files' ? unsettled(stream) : stream.kind === 'stateful' ? undivided(stream) : stream,
    ]);
    return Object.assign(offered, Object.fromEntries(calm));
  },
  close: () => source.close(),
});

/**
 * What goes on from a state of its own is compared whole: which rows of the table its API takes for a day is not known, and a repair
 * deletes rows that the source does not have.
 */
const undivided = ({ readsDays: _, ...rest }: Extract<SourceStream, { kind: 'stateful' }>): SourceStream => rest;

/** A connection of which nothing is compared where a person gave days. */
function nothingToCompare(connection: string): ConnectorError {
  return new ConnectorError('config', `Connection "${connection}" has no stream whose days can be compared.`, {
    connection,
    hint: `\`tributary verify ${connection}\` without days compares all that its source has.`,
  });
}

const unsettled = ({ settle: _, ...rest }: Extract<SourceStream, { kind: 'files' }>): SourceStream => rest;
