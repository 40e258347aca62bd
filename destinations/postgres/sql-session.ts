import type pg from 'pg';
import type { SqlSession } from '#sdk';
import { ask } from './ask.js';
import { fromDriver, inTransaction, openPool } from './connection.js';
import { readQuery } from './query-reading.js';

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
    readQuery: (query) => readQuery(pool, query),
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
