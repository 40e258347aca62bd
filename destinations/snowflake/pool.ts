import { fromDriver } from './errors.js';
import { openConnection, type ConnectOptions, type SnowflakeConnection } from './connection.js';

/** Sessions that are used again; a log-in takes a second. */
export interface Pool {
  /** Runs `work` on a session that nobody else uses meanwhile. */
  use<T>(doing: string, work: (connection: SnowflakeConnection) => Promise<T>): Promise<T>;
  /** In one explicit transaction; nothing in it may be DDL, which would commit what stands before it. */
  transaction<T>(doing: string, work: (connection: SnowflakeConnection) => Promise<T>, name?: string): Promise<T>;
  close(): Promise<void>;
}

export function openPool(options: ConnectOptions): Pool {
  const idle: SnowflakeConnection[] = [];
  const release = async (connection: SnowflakeConnection) => {
    if (connection.isUsable) idle.push(connection);
    else await connection.close();
  };
  const use: Pool['use'] = async (doing, work) => {
    const connection = idle.pop() ?? (await openConnection(options));
    try {
      return await work(connection);
    } catch (error) {
      throw options.signal?.aborted === true ? error : fromDriver(error, doing);
    } finally {
      await release(connection);
    }
  };
  return {
    use,
    transaction: (doing, work, name) =>
      use(doing, async (connection) => {
        await connection.run(name === undefined ? 'BEGIN TRANSACTION' : `BEGIN TRANSACTION NAME ${name}`);
        try {
          const result = await work(connection);
          await connection.run('COMMIT');
          return result;
        } catch (error) {
          await connection.run('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    async close() {
      await Promise.all(idle.splice(0).map((connection) => connection.close()));
    },
  };
}
