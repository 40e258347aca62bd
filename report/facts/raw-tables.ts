import { ConnectorError, type FieldType, type SqlSession } from '#sdk';
import type { SqlDialect } from '../../destinations/sql/index.js';
import { schemaOf, streamsOf, type CompiledFact } from './fact.js';

/** The columns of a raw table, by the names that the database holds them under, and their types; undefined for a type that we do not load. */
export type RawColumns = ReadonlyMap<string, FieldType | undefined>;

/** The raw tables of a fact that are there, by the name that the fact gives them: a stream that was never synced has none yet. */
export type RawTables = ReadonlyMap<string, RawColumns>;

export async function readRawTables(sql: SqlSession, dialect: SqlDialect, fact: CompiledFact): Promise<RawTables> {
  const { literal, storedName } = dialect;
  const found = new Map<string, Map<string, FieldType | undefined>>();
  for (const [connection, streams] of Map.groupBy(streamsOf(fact), (each) => each.connection)) {
    const rows = await sql.query<{ table_name: string; column_name: string; type_name: string }>(
      `SELECT table_name, column_name, ${dialect.typeNameColumn} AS type_name FROM information_schema.columns
        WHERE table_schema = ${literal(storedName(schemaOf(fact, connection)))}
          AND table_name IN (${streams.map(({ stream }) => literal(storedName(stream))).join(', ')})
        ORDER BY ordinal_position`,
    );
    for (const row of rows)
      for (const { name } of streams.filter(({ stream }) => storedName(stream) === row.table_name)) {
        const columns = found.get(name) ?? new Map();
        found.set(name, columns.set(row.column_name, dialect.fieldType(row.type_name)));
      }
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
  const joins = fact.parts.flatMap((part) => part.joins);
  const distinct = new Map(joins.map((join) => [JSON.stringify([join.name, join.on]), join]));
  for (const { name, connection, stream, on } of distinct.values()) {
    if (!tables.has(name)) continue;
    const key = Object.values(on).map(dialect.quote);
    const repeated = await sql.query(
      `SELECT 1 FROM ${dialect.quote(schemaOf(fact, connection))}.${dialect.quote(stream)}
        WHERE ${key.map((column) => `${column} IS NOT NULL`).join(' AND ')}
        GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`,
    );
    if (repeated.length > 0)
      throw new ConnectorError(
        'config',
        `Fact "${fact.name}" joins "${name}" by (${Object.values(on).join(', ')}), which finds several rows for one.`,
        {
          connection,
          stream,
          hint: 'Join by the columns of its key, or the figures would be counted more than once.',
        },
      );
  }
}
