import { dialectOf, hasTables, type MetadataTable, type SqlDialect } from '../../destinations/sql/index.js';
import type { SqlSession } from '../protocol/index.js';
import type { Installation } from './installation.js';

export interface MetadataQuestion {
  readonly connection: string;
  readonly table: Extract<MetadataTable, 'quarantine' | 'bookmark' | 'lineage' | 'ledger'>;
  readonly signal: AbortSignal;
}

/** Asks a table of the destination's metadata schema, without creating or changing anything there. */
export async function readMetadata<T>(
  installation: Installation,
  { connection, table, signal }: MetadataQuestion,
  work: (sql: SqlSession, table: string, dialect: SqlDialect) => Promise<T[]>,
): Promise<T[]> {
  const { destination } = installation.configuration.connection(connection);
  const schema = await installation.metadataSchema(destination);
  const sql = await installation.sql(destination, { readOnly: true, signal });
  try {
    const dialect = dialectOf(sql);
    const name = dialect.metadataTable(table, connection);
    // Before the first run there is no table yet, and so nothing in it.
    if (!(await hasTables(sql, schema, [name]))) return [];
    return await work(sql, `${dialect.quote(schema)}.${dialect.quote(name)}`, dialect);
  } finally {
    await sql.close();
  }
}

/** A column that tables of an earlier version of Tributary lack: null there. */
export const laterColumn = ({ name }: SqlDialect, alias: string, column: string): string =>
  name === 'postgres' ? `to_jsonb(${alias}) -> '${column}'` : `${alias}.${column}`;

/** JSON of a metadata table, which comes as text where the database keeps it so. */
export const jsonOf = (value: unknown): unknown => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value);
