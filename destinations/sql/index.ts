import { ConnectorError, type SqlSession } from '#sdk';
import type { SqlDialect } from './dialect.js';
import { postgresDialect } from './postgres.dialect.js';

export type { ColumnDefinition, ColumnType, SqlDialect, TableDefinition } from './dialect.js';

const DIALECTS: Partial<Record<SqlSession['dialect'], SqlDialect>> = { postgres: postgresDialect };

export function dialectOf(session: SqlSession): SqlDialect {
  const dialect = DIALECTS[session.dialect];
  if (dialect === undefined)
    throw new ConnectorError('config', `The report cannot be built in ${session.dialect} yet.`, {
      hint: 'Give the report a Postgres destination.',
    });
  return dialect;
}
