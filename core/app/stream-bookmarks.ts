import type { StreamBookmark } from '../api/index.js';
import { readMetadata } from './read-metadata.js';
import type { Installation } from './installation.js';

/** Where each stream of a connection goes on, as its destination has it; files, of which there may be thousands, are counted. */
export async function streamBookmarks(
  installation: Installation,
  connection: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, StreamBookmark>>> {
  const found = await readMetadata(installation, { connection, table: 'bookmark', signal }, (sql, table) =>
    sql.query<{ stream: string; frontier: string | null; files: unknown }>(
      `SELECT stream, max(position ->> 'frontier') FILTER (WHERE position ->> 'kind' = 'frontier') AS frontier,
              count(*) FILTER (WHERE position ->> 'kind' = 'file') AS files
         FROM ${table} WHERE connection = $1 GROUP BY stream`,
      [connection],
    ),
  );
  return Object.fromEntries(
    found.map(({ stream, frontier, files }) => [stream, { frontier, files: Number(files) }] as const),
  );
}
