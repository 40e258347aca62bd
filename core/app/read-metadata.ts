import type { SqlSession } from '../protocol/index.js';
import type { Installation } from './installation.js';

export interface MetadataQuestion {
  readonly connection: string;
  readonly table: 'quarantine' | 'bookmark' | 'lineage' | 'ledger';
  readonly signal: AbortSignal;
}

/** Asks a table of the destination's metadata schema, without creating or changing anything there. */
export async function readMetadata<T>(
  installation: Installation,
  { connection, table: name, signal }: MetadataQuestion,
  work: (sql: SqlSession, table: string) => Promise<T[]>,
): Promise<T[]> {
  const { destination } = installation.configuration.connection(connection);
  const schema = await installation.metadataSchema(destination);
  const sql = await installation.sql(destination, { readOnly: true, signal });
  try {
    const table = `"${schema.replaceAll('"', '""')}".${name}`;
    const [{ found } = { found: null }] = await sql.query('SELECT to_regclass($1) AS found', [table]);
    // Before the first run there is no table yet, and so nothing in it.
    return found === null ? [] : await work(sql, table);
  } finally {
    await sql.close();
  }
}
