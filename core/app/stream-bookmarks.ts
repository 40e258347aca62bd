import type { StreamBookmark } from '../api/index.js';
import { askSession, heldBookmarks } from './kept-beside-files.js';
import { readMetadata } from './read-metadata.js';
import type { Installation } from './installation.js';

/** Where each stream of a connection goes on, as its destination has it; files, of which there may be thousands, are counted. */
export async function streamBookmarks(
  installation: Installation,
  connection: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, StreamBookmark>>> {
  const held = await askSession(installation, { connection, signal }, (session) => heldBookmarks(session, connection));
  if (held !== undefined) return held;
  const found = await readMetadata(installation, { connection, table: 'bookmark', signal }, (sql, table, dialect) => {
    const [kind, frontier] = ['kind', 'frontier'].map((field) => dialect.metadataField('position', field));
    return sql.query<{ stream: string; frontier: string | null; files: unknown }>(
      `SELECT stream, max(CASE WHEN ${kind} = 'frontier' THEN ${frontier} END) AS frontier,
              sum(CASE WHEN ${kind} = 'file' THEN 1 ELSE 0 END) AS files
         FROM ${table} WHERE connection = $1 GROUP BY stream`,
      [connection],
    );
  });
  return Object.fromEntries(
    found.map(({ stream, frontier, files }) => [stream, { frontier, files: Number(files) }] as const),
  );
}
