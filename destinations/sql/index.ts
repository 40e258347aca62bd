import type { SqlSession } from '#sdk';
import type { SqlDialect } from './dialect.js';
import { postgresDialect } from './postgres.dialect.js';
import { snowflakeDialect } from './snowflake.dialect.js';

export type { ColumnDefinition, ColumnType, MetadataTable, SqlDialect, TableDefinition } from './dialect.js';

const DIALECTS: Readonly<Record<SqlSession['dialect'], SqlDialect>> = {
  postgres: postgresDialect,
  snowflake: snowflakeDialect,
};

/** Whether all of these tables are there. */
export async function hasTables(sql: SqlSession, schema: string, names: readonly string[]): Promise<boolean> {
  const { literal, storedName } = dialectOf(sql);
  const list = names.map((name) => literal(storedName(name))).join(', ');
  const found = await sql.query(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ${literal(storedName(schema))} AND table_name IN (${list})`,
  );
  return found.length === names.length;
}

export const dialectOf = (session: Pick<SqlSession, 'dialect'>): SqlDialect => DIALECTS[session.dialect];
