import type { Bind } from 'snowflake-sdk';
import { ConnectorError, type Answer, type SqlSession } from '#sdk';
import { asObjects, shownName, type SnowflakeConnection } from './connection.js';
import { fromDriver, mistake } from './errors.js';
import { openPool } from './pool.js';
import { readQuery } from './query-reading.js';
import type { SnowflakeConfig } from './snowflake.config.js';

export interface SqlSessionOptions {
  readonly config: SnowflakeConfig;
  readonly readOnly: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Questions of `query`, marts and report. DDL within a transaction would commit what stands before it, so it goes by a session
 * of its own: what it makes is there at once, and stays if the transaction does not.
 */
export function openSqlSession({ config, readOnly, signal }: SqlSessionOptions): SqlSession {
  const pool = openPool({ config, signal });
  const run = (connection: SnowflakeConnection, sql: string, parameters: readonly unknown[] = []) => {
    if (readOnly) refuseWriting(sql);
    return connection.run(...positional(sql, parameters));
  };
  const rowsOf = async <R>(
    connection: SnowflakeConnection,
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<R[]> => {
    const result = await run(connection, sql, parameters);
    if (result.written !== undefined) return [{ n: result.written }] as R[];
    return asObjects(result) as R[];
  };
  const ask = async (connection: SnowflakeConnection, statement: string): Promise<Answer> => {
    try {
      const { columns, rows } = await run(connection, statement);
      return { columns: columns.map(shownName), rows };
    } catch (error) {
      throw mistake(error) ?? fromDriver(error, 'query');
    }
  };
  const inside = (connection: SnowflakeConnection): SqlSession => ({
    dialect: 'snowflake',
    query: (sql, parameters) =>
      isDdl(sql) ? pool.use('query', (beside) => rowsOf(beside, sql, parameters)) : rowsOf(connection, sql, parameters),
    ask: (statement) => ask(connection, statement),
    transaction: (work) => work(inside(connection)),
    close: async () => undefined,
  });
  return {
    dialect: 'snowflake',
    query: (sql, parameters) => pool.use('query', (connection) => rowsOf(connection, sql, parameters)),
    ask: (statement) => pool.use('query', (connection) => ask(connection, statement)),
    readQuery: (query) => {
      if (readOnly) refuseWriting(query);
      return readQuery(pool, query);
    },
    transaction: (work) => pool.transaction('transaction', (connection) => work(inside(connection))),
    close: () => pool.close(),
  };
}

/** `$1` of our statements as `?`, which is what Snowflake binds. */
function positional(sql: string, parameters: readonly unknown[]): [string, readonly Bind[]] {
  if (parameters.length === 0) return [sql, []];
  const binds: Bind[] = [];
  const text = sql.replaceAll(/\$(\d+)/g, (_, number: string) => {
    const value = parameters[Number(number) - 1];
    binds.push(typeof value === 'bigint' ? String(value) : ((value ?? null) as Bind));
    return '?';
  });
  return [text, binds];
}

const firstWord = (sql: string): string =>
  (/^(?:\s|--[^\n]*(?:\n|$)|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()*([A-Za-z]+)/.exec(sql)?.[1] ?? '').toUpperCase();

const DDL = new Set(['CREATE', 'DROP', 'ALTER', 'GRANT', 'REVOKE', 'TRUNCATE', 'COMMENT', 'UNDROP']);
const isDdl = (sql: string): boolean => DDL.has(firstWord(sql));

/** Statements that only read. What a SELECT calls may not write there; a procedure may, and needs CALL or is written behind WITH. */
const READING = new Set(['SELECT', 'WITH', 'SHOW', 'DESC', 'DESCRIBE', 'EXPLAIN', 'LIST', 'LS', 'VALUES']);

/** Comments, and what stands within quotes; of a name two dollars may be a part. */
const OPAQUE =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"]|"")*"|(?<![\w$])\$\$[\s\S]*?\$\$|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
/** A pipe, behind which any statement may stand, and a procedure without a name. */
const ANY_STATEMENT = /->>|\bAS\s+PROCEDURE\b/i;

function refuseWriting(sql: string): void {
  if (READING.has(firstWord(sql)) && !/\bSYSTEM\$/i.test(sql) && !ANY_STATEMENT.test(sql.replaceAll(OPAQUE, ' ')))
    return;
  throw new ConnectorError('config', 'The statement writes, and here it is only read.', {
    hint: 'Change data with a client of your account, such as Snowsight.',
  });
}
