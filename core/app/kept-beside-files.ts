import { createHash } from 'node:crypto';
import type { LineageEntry, LineageFilter, QuarantinedEntry, StreamBookmark, StreamLedger } from '../api/index.js';
import { addSteps } from '../program/index.js';
import {
  addLedgers,
  imbalances,
  type CommittedCheckpoint,
  type DestinationSession,
  type HeldRecord,
} from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';

/**
 * What the tables of a SQL destination tell of a connection, of one that speaks no SQL: its session tells it. Undefined where the
 * destination speaks SQL. Nothing is committed and no run is disturbed.
 */
export async function askSession<T>(
  installation: Installation,
  { connection, signal }: { readonly connection: string; readonly signal: AbortSignal },
  work: (session: DestinationSession) => Promise<T>,
): Promise<T | undefined> {
  const { destination } = installation.configuration.connection(connection);
  const { plugin } = await installation.destinationPlugin(destination);
  if (plugin.sql !== undefined) return undefined;
  const session = await installation.destination(destination, signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

const tellsNothing = (connection: string, what: string) =>
  new ConnectorError('config', `The destination of connection "${connection}" speaks no SQL and tells no ${what}.`, {
    connection,
    hint: 'Look where it keeps its state; its documentation says where that is.',
  });

/** The latest seen first. */
export async function heldRecords(session: DestinationSession, connection: string): Promise<readonly HeldRecord[]> {
  if (session.held === undefined) throw tellsNothing(connection, 'quarantine');
  const found = await session.held(connection);
  return found.toSorted((a, b) => Date.parse(b.lastSeen) - Date.parse(a.lastSeen) || a.position - b.position);
}

/** As `rowId` of a SQL destination makes it. */
const idOf = ({ stream, key, reason }: HeldRecord): string =>
  createHash('sha256').update([stream, key, reason].join('\u001F')).digest('hex').slice(0, 12);

export function heldEntry(record: HeldRecord): QuarantinedEntry {
  const { stream, reason, field, detail, slice, position, times, firstSeen, lastSeen } = record;
  const [first_seen, last_seen] = [instantOf(firstSeen), instantOf(lastSeen)];
  const place = { stream, reason, field, detail, slice, position };
  return { id: idOf(record), ...place, times, first_seen, last_seen, resolved_at: null };
}

const instantOf = (text: string): string => new Date(text).toISOString();

function commitsOf(session: DestinationSession, connection: string, before?: number) {
  if (session.commits === undefined) throw tellsNothing(connection, 'lineage');
  return session.commits(connection, before);
}

/** The latest first. A run's commits follow each other, so that no more is read than is asked for. */
async function* ofRun(commits: AsyncIterable<CommittedCheckpoint>, run: string | undefined) {
  let isFound = false;
  for await (const commit of commits) {
    if (run === undefined || commit.run === run) {
      isFound = true;
      yield commit;
    } else if (isFound) return;
  }
}

export async function committedLineage(
  session: DestinationSession,
  { connection, run, stream, before, limit }: LineageFilter,
): Promise<readonly LineageEntry[]> {
  const found: LineageEntry[] = [];
  for await (const commit of ofRun(commitsOf(session, connection, before), run)) {
    if (commit.lineage === undefined || (stream !== undefined && commit.stream !== stream)) continue;
    const { source, version = null, checksum = null, bytes = null, records } = commit.lineage;
    found.push({
      id: commit.number,
      run: commit.run,
      stream: commit.stream,
      table: commit.target,
      kind: checksum === null ? 'window' : 'file',
      source,
      slice: commit.slice,
      version,
      checksum,
      bytes,
      records,
      committed_at: commit.committedAt,
    });
    if (found.length >= limit) break;
  }
  return found;
}

export async function committedLedger(
  session: DestinationSession,
  { connection, run }: { readonly connection: string; readonly run: string },
): Promise<readonly StreamLedger[]> {
  const streams = new Map<string, CommittedCheckpoint & { readonly checkpoints: number }>();
  for await (const commit of ofRun(commitsOf(session, connection), run)) {
    const later = streams.get(commit.stream);
    streams.set(
      commit.stream,
      later === undefined
        ? { ...commit, checkpoints: 1 }
        : {
            ...later,
            checkpoints: later.checkpoints + 1,
            ledger: addLedgers(later.ledger, commit.ledger),
            steps: addSteps(later.steps, commit.steps),
          },
    );
  }
  return [...streams.values()]
    .toSorted((a, b) => (a.stream < b.stream ? -1 : 1))
    .map(({ stream, checkpoints, committedAt, ledger, steps }) => ({
      stream,
      checkpoints,
      committed_at: committedAt,
      ledger: { ...ledger },
      steps,
      imbalances: imbalances(ledger),
    }));
}

export async function heldBookmarks(
  session: DestinationSession,
  connection: string,
): Promise<Readonly<Record<string, StreamBookmark>>> {
  const found: Record<string, StreamBookmark> = {};
  for (const { stream, position } of await session.bookmarks(connection)) {
    const { frontier, files } = found[stream] ?? { frontier: null, files: 0 };
    found[stream] = {
      frontier: position.kind === 'frontier' && position.frontier > (frontier ?? '') ? position.frontier : frontier,
      files: files + (position.kind === 'file' ? 1 : 0),
    };
  }
  return found;
}
