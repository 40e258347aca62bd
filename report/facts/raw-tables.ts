import { ConnectorError, type FieldType, type SqlSession } from '#sdk';
import type { SqlDialect } from '../../destinations/sql/index.js';
import type { CompiledFact } from './fact.js';

/** The columns of a raw table and their types; undefined for a type that we do not load. */
export type RawColumns = ReadonlyMap<string, FieldType | undefined>;

/** The raw tables of a fact that are there: a stream that was never synced has none yet. */
export type RawTables = ReadonlyMap<string, RawColumns>;

/** The stream of a fact, and those that it joins. */
export const streamsOf = ({ stream, fact }: CompiledFact): readonly string[] => [stream, ...Object.keys(fact.join)];

export async function readRawTables(sql: SqlSession, dialect: SqlDialect, fact: CompiledFact): Promise<RawTables> {
  const tables = streamsOf(fact);
  const rows = await sql.query<{ table_name: string; column_name: string; type_name: string }>(
    `SELECT table_name, column_name, ${dialect.typeNameColumn} AS type_name FROM information_schema.columns
      WHERE table_schema = ${dialect.literal(fact.schema)} AND table_name IN (${tables.map(dialect.literal).join(', ')})
      ORDER BY ordinal_position`,
  );
  const found = new Map<string, Map<string, FieldType | undefined>>();
  for (const row of rows) {
    const columns = found.get(row.table_name) ?? new Map();
    found.set(row.table_name, columns.set(row.column_name, dialect.fieldType(row.type_name)));
  }
  return found;
}

/** A key that is there twice would find two rows, and everything would be counted twice. */
export async function checkJoins(
  sql: SqlSession,
  dialect: SqlDialect,
  fact: CompiledFact,
  tables: RawTables,
): Promise<void> {
  for (const [stream, on] of Object.entries(fact.fact.join)) {
    if (!tables.has(stream)) continue;
    const key = Object.values(on).map(dialect.quote);
    const repeated = await sql.query(
      `SELECT 1 FROM ${dialect.quote(fact.schema)}.${dialect.quote(stream)}
        WHERE ${key.map((column) => `${column} IS NOT NULL`).join(' AND ')}
        GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`,
    );
    if (repeated.length > 0)
      throw new ConnectorError(
        'config',
        `Fact "${fact.name}" joins "${stream}" by (${Object.values(on).join(', ')}), which finds several rows for one.`,
        {
          connection: fact.connection,
          stream,
          hint: 'Join by the columns of its key, or the figures would be counted more than once.',
        },
      );
  }
}
