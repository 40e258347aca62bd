import type { QuarantineCount, QuarantinedEntry } from '../api/index.js';
import type { SqlDialect } from '../../destinations/sql/index.js';
import { jsonText, verbatimJson } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';
import { askSession, heldEntry, heldRecords } from './kept-beside-files.js';
import { readMetadata } from './read-metadata.js';

export interface QuarantineFilter {
  readonly connection: string;
  readonly stream?: string;
  readonly limit: number;
  readonly withResolved: boolean;
  readonly signal: AbortSignal;
}

const idIn = ({ rowId }: SqlDialect) => rowId(['stream', 'record_key', 'reason']);
const columnsIn = (dialect: SqlDialect) =>
  `${idIn(dialect)} AS id, stream, reason, field, detail, slice, position, times, first_seen, last_seen, resolved_at`;

/** The latest seen first; without payloads. A destination without SQL keeps only what is not resolved. */
export async function listQuarantine(
  installation: Installation,
  { connection, stream, limit, withResolved, signal }: QuarantineFilter,
): Promise<readonly QuarantinedEntry[]> {
  const held = await askSession(installation, { connection, signal }, (session) => heldRecords(session, connection));
  if (held !== undefined)
    return held
      .filter((record) => stream === undefined || record.stream === stream)
      .slice(0, limit)
      .map(heldEntry);
  const found = await readMetadata(installation, { connection, table: 'quarantine', signal }, (sql, table, dialect) =>
    sql.query<Record<string, unknown>>(
      `SELECT ${columnsIn(dialect)} FROM ${table}
        WHERE connection = $1${stream === undefined ? '' : ' AND stream = $2'}${withResolved ? '' : ' AND resolved_at IS NULL'}
        ORDER BY last_seen DESC, stream, position LIMIT ${limit}`,
      stream === undefined ? [connection] : [connection, stream],
    ),
  );
  return found.map(entryOf);
}

function entryOf(row: Readonly<Record<string, unknown>>): QuarantinedEntry {
  const { position, times, first_seen, last_seen, resolved_at } = row;
  return {
    ...(row as unknown as QuarantinedEntry),
    position: Number(position),
    times: Number(times),
    first_seen: instantOf(first_seen),
    last_seen: instantOf(last_seen),
    resolved_at: resolved_at === null ? null : instantOf(resolved_at),
  };
}

/** How many records wait, by stream and reason; nothing of the records themselves. */
export async function countQuarantine(
  installation: Installation,
  connection: string,
  signal: AbortSignal,
): Promise<readonly QuarantineCount[]> {
  const held = await askSession(installation, { connection, signal }, (session) => heldRecords(session, connection));
  if (held !== undefined) return countsOf(held.map(heldEntry));
  return readMetadata(installation, { connection, table: 'quarantine', signal }, async (sql, table) => {
    const found = await sql.query<Record<'stream' | 'reason' | 'records' | 'first_seen' | 'last_seen', unknown>>(
      `SELECT stream, reason, count(*) AS records, min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM ${table}
        WHERE connection = $1 AND resolved_at IS NULL GROUP BY stream, reason ORDER BY stream, reason`,
      [connection],
    );
    return found.map(({ stream, reason, records, first_seen, last_seen }) => ({
      stream: String(stream),
      reason: String(reason),
      records: Number(records),
      first_seen: instantOf(first_seen),
      last_seen: instantOf(last_seen),
    }));
  });
}

function countsOf(entries: readonly QuarantinedEntry[]): readonly QuarantineCount[] {
  const counts = new Map<string, QuarantineCount>();
  for (const { stream, reason, first_seen, last_seen } of entries) {
    const id = `${stream}\u001F${reason}`;
    const { records, first_seen: first, last_seen: last } = counts.get(id) ?? { records: 0, first_seen, last_seen };
    counts.set(id, {
      stream,
      reason,
      records: records + 1,
      first_seen: first < first_seen ? first : first_seen,
      last_seen: last > last_seen ? last : last_seen,
    });
  }
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

const instantOf = (value: unknown): string => new Date(value as string | Date).toISOString();

interface QuarantinePlace {
  readonly connection: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

/** One record as it came, protected columns left out or tokenized; undefined where there is none. */
export async function findQuarantined(
  installation: Installation,
  { connection, id, signal }: QuarantinePlace,
): Promise<(QuarantinedEntry & { readonly payload: unknown }) | undefined> {
  const held = await askSession(installation, { connection, signal }, (session) => heldRecords(session, connection));
  if (held !== undefined)
    return held
      .map((record) => ({ ...heldEntry(record), payload: verbatimJson(jsonText(record.payload) as string) }))
      .find((entry) => entry.id === id);
  const [found] = await readMetadata(installation, { connection, table: 'quarantine', signal }, (sql, table, dialect) =>
    sql.query<{ payload: string } & Record<string, unknown>>(
      `SELECT ${columnsIn(dialect)}, CAST(payload AS text) AS payload FROM ${table} WHERE connection = $1 AND ${idIn(dialect)} = $2`,
      [connection, id],
    ),
  );
  return found === undefined ? undefined : { ...entryOf(found), payload: verbatimJson(found.payload) };
}

/** The same, which must be there. */
export async function readQuarantined(
  installation: Installation,
  place: QuarantinePlace,
): Promise<QuarantinedEntry & { readonly payload: unknown }> {
  const found = await findQuarantined(installation, place);
  if (found !== undefined) return found;
  const { connection, id } = place;
  throw new ConnectorError('config', `The quarantine of connection "${connection}" has no record "${id}".`, {
    hint: `See \`tributary quarantine list ${connection}\`.`,
  });
}
