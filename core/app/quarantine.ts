import type { SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';

export interface QuarantineEntry {
  /** Short name of the record and reason, for `show`. */
  readonly id: string;
  readonly stream: string;
  readonly reason: string;
  readonly field: string | null;
  readonly detail: string;
  readonly slice: string;
  readonly position: number;
  readonly times: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly resolved_at: string | null;
}

export interface QuarantineFilter {
  readonly connection: string;
  readonly stream?: string;
  readonly limit: number;
  readonly withResolved: boolean;
  readonly signal: AbortSignal;
}

const ID = `left(encode(sha256(convert_to(concat_ws(E'\\x1f', stream, record_key, reason), 'UTF8')), 'hex'), 12)`;
const COLUMNS = `${ID} AS id, stream, reason, field, detail, slice, position, times, first_seen, last_seen, resolved_at`;

/** The latest seen first; without payloads. */
export function listQuarantine(
  installation: Installation,
  { connection, stream, limit, withResolved, signal }: QuarantineFilter,
): Promise<readonly QuarantineEntry[]> {
  return reading(installation, connection, signal, (sql, table) =>
    sql.query<QuarantineEntry & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM ${table}
        WHERE connection = $1 AND ($2::text IS NULL OR stream = $2) AND ($3 OR resolved_at IS NULL)
        ORDER BY last_seen DESC, stream, position LIMIT $4`,
      [connection, stream ?? null, withResolved, limit],
    ),
  );
}

/** One record as it came, protected columns left out or tokenized. */
export async function readQuarantined(
  installation: Installation,
  { connection, id, signal }: { readonly connection: string; readonly id: string; readonly signal: AbortSignal },
): Promise<QuarantineEntry & { readonly payload: unknown }> {
  const [found] = await reading(installation, connection, signal, (sql, table) =>
    sql.query<QuarantineEntry & { payload: unknown } & Record<string, unknown>>(
      `SELECT ${COLUMNS}, payload FROM ${table} WHERE connection = $1 AND ${ID} = $2`,
      [connection, id],
    ),
  );
  if (found !== undefined) return found;
  throw new ConnectorError('config', `The quarantine of connection "${connection}" has no record "${id}".`, {
    hint: `See \`tributary quarantine list ${connection}\`.`,
  });
}

async function reading<T>(
  installation: Installation,
  connection: string,
  signal: AbortSignal,
  work: (sql: SqlSession, table: string) => Promise<T[]>,
): Promise<T[]> {
  const { destination } = installation.configuration.connection(connection);
  const schema = await installation.metadataSchema(destination);
  const sql = await installation.sql(destination, { readOnly: true, signal });
  try {
    const table = `"${schema.replaceAll('"', '""')}".quarantine`;
    const [{ found } = { found: null }] = await sql.query('SELECT to_regclass($1) AS found', [table]);
    // Before the first run there is no table yet, and so nothing in it.
    return found === null ? [] : await work(sql, table);
  } finally {
    await sql.close();
  }
}
