import type pg from 'pg';
import type { SqlSession } from '#sdk';
import { fromDriver, inTransaction, openPool } from './connection.js';

/** Questions of `query`, marts and report. With `readOnly` the server itself refuses every write. */
export function openSqlSession(url: string, options: { readonly readOnly: boolean }): SqlSession {
  const pool = openPool({ url, max: 4, applicationName: 'tributary-sql', readOnly: options.readOnly });
  const run = async <R>(
    client: pg.Pool | pg.PoolClient,
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<R[]> => {
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
    transaction: (work) => work(inside(client)),
    close: async () => undefined,
  });
  return {
    dialect: 'postgres',
    query: (sql, parameters) => run(pool, sql, parameters),
    transaction: (work) =>
      inTransaction(pool, 'transaction', async (client) => {
        // A process that freezes in the middle must not keep its locks, such as that of the one builder of the marts.
        await client.query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
        return work(inside(client));
      }),
    close: () => pool.end(),
  };
}
