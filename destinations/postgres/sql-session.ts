import type pg from 'pg';
import { ConnectorError, type Answer, type SqlSession } from '#sdk';
import { fromDriver, inTransaction, openPool } from './connection.js';

export interface SqlSessionOptions {
  readonly readOnly: boolean;
  readonly signal?: AbortSignal;
}

/** Questions of `query`, marts and report. With `readOnly` the server itself refuses every write: by the transaction, since a pooler carries no default of a session. */
export function openSqlSession(url: string, { readOnly, signal }: SqlSessionOptions): SqlSession {
  const stopBy = signal === undefined ? {} : { stopBy: signal };
  const pool = openPool({ url, max: 4, applicationName: 'tributary-sql', ...stopBy });
  const run = async <R>(
    client: pg.Pool | pg.PoolClient,
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<R[]> => {
    // A stop ends the statement that runs, and no other may follow it.
    signal?.throwIfAborted();
    try {
      const { rows } = await client.query(sql, [...parameters]);
      return rows as R[];
    } catch (error) {
      throw fromDriver(error, 'query');
    }
  };
  const inside = (client: pg.PoolClient): SqlSession => ({
    dialect: 'postgres',
    query: (sql, parameters) => run(client, sql, parameters),
    ask: (statement) => ask(client, statement, readOnly),
    transaction: (work) => work(inside(client)),
    close: async () => undefined,
  });
  return {
    dialect: 'postgres',
    query: (sql, parameters) =>
      readOnly
        ? inTransaction(pool, 'query', (client) => run(client, sql, parameters), { readOnly })
        : run(pool, sql, parameters),
    ask(statement) {
      signal?.throwIfAborted();
      // In a transaction a person's statement can neither set the session free to write nor begin another one.
      return inTransaction(pool, 'query', (client) => ask(client, statement, readOnly), { readOnly });
    },
    transaction: (work) =>
      inTransaction(
        pool,
        'transaction',
        async (client) => {
          // A process that freezes in the middle must not keep its locks, such as that of the one builder of the marts.
          await client.query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
          return work(inside(client));
        },
        { readOnly },
      ),
    close: () => pool.end(),
  };
}

/** By the extended protocol, in which the server takes one statement and no more. */
async function ask(client: pg.PoolClient, statement: string, readOnly: boolean): Promise<Answer> {
  try {
    const extended: pg.QueryArrayConfig & { queryMode: string } = {
      text: statement,
      rowMode: 'array',
      queryMode: 'extended',
    };
    const { fields, rows } = await client.query(extended);
    return { columns: fields.map(({ name }) => name), rows };
  } catch (error) {
    const { code, routine } = error as pg.DatabaseError;
    // The message comes in the server's language; a mistake within one statement is found elsewhere.
    if (code === '42601' && routine === 'exec_parse_message')
      throw new ConnectorError('config', 'These are several statements, and only one is taken.', {
        hint: 'Give them one by one; what belongs together can be one statement by `WITH`.',
        cause: error,
      });
    if (readOnly && code === '25006')
      throw new ConnectorError('config', 'The statement writes, and here it is only read.', {
        hint: 'Change data with a client of your database, such as psql.',
        cause: error,
      });
    // 42501 is a missing right; the rest of the class are mistakes such as a table that is not there.
    if (/^42(?!501)/.test(code ?? ''))
      throw new ConnectorError('config', fromDriver(error, 'query').message, {
        hint: 'Correct the statement.',
        cause: error,
      });
    throw fromDriver(error, 'query');
  }
}
