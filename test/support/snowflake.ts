import snowflake, { type Connection, type ConnectionOptions, type RowStatement } from 'snowflake-sdk';
import { defaultUser, type SnowflakeSimulator } from '../simulators/snowflake/server.js';

snowflake.configure({ logLevel: 'OFF' });

export interface Answer {
  readonly rows: Record<string, unknown>[];
  readonly updated: number;
  readonly queryId: string;
}

/** A session of the real driver. */
export interface SnowflakeSession {
  readonly connection: Connection;
  run(sql: string, binds?: ConnectionBinds): Promise<Answer>;
  /** The values of all rows, as texts, so that no digit is lost. */
  values(sql: string): Promise<(string | null)[][]>;
  close(): Promise<void>;
}
type ConnectionBinds = NonNullable<Parameters<Connection['execute']>[0]['binds']>;

export const connectSnowflake = async (
  simulator: SnowflakeSimulator,
  options: Partial<ConnectionOptions> = {},
): Promise<SnowflakeSession> => {
  const connection = snowflake.createConnection({
    account: simulator.account,
    accessUrl: simulator.url,
    username: defaultUser.name,
    password: defaultUser.password,
    database: 'ANALYTICS',
    schema: 'PUBLIC',
    warehouse: 'LOADING',
    role: 'SYSADMIN',
    representNullAsStringNull: false,
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  const execute = (
    sqlText: string,
    more: object,
  ): Promise<{ statement: RowStatement; rows: Record<string, unknown>[] }> =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        ...more,
        complete: (error, statement, rows) =>
          error
            ? reject(error)
            : resolve({ statement: statement as RowStatement, rows: (rows ?? []) as Record<string, unknown>[] }),
      });
    });
  return {
    connection,
    async run(sql, binds) {
      const { statement, rows } = await execute(sql, binds === undefined ? {} : { binds });
      return { rows, updated: statement.getNumUpdatedRows() ?? -1, queryId: statement.getQueryId() };
    },
    async values(sql) {
      const { rows } = await execute(sql, {
        fetchAsString: ['String', 'Boolean', 'Number', 'Date', 'JSON', 'Buffer'],
        rowMode: 'array',
      });
      return rows as unknown as (string | null)[][];
    },
    close: () =>
      new Promise((resolve) => {
        connection.destroy(() => resolve());
      }),
  };
};
