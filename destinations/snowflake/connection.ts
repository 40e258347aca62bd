import { createPrivateKey } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Bind, Column, Connection, ConnectionOptions, RowStatement, SnowflakeError } from 'snowflake-sdk';
import { ConnectorError } from '#sdk';
import { fromDriver, isConnectionGone } from './errors.js';
import type { SnowflakeConfig } from './snowflake.config.js';
import { valueReader } from './values.js';

/** What a statement gave: rows in the order of columns; `written` where it was one that writes. */
export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Rows inserted, updated and deleted; undefined for a statement that writes none. */
  readonly written: number | undefined;
}

/** One session with the account. One statement at a time. */
export interface SnowflakeConnection {
  readonly isUsable: boolean;
  run(sql: string, binds?: readonly Bind[]): Promise<Result>;
  /** Rows as objects; names of columns in small letters, as they are written in our statements. */
  query<R extends Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Promise<R[]>;
  /** The rows of a statement as the driver gives them, of which it holds a few chunks at a time. */
  stream(sql: string): Promise<{ readonly columns: readonly Column[]; readonly rows: Readable }>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly config: SnowflakeConfig;
  readonly signal?: AbortSignal | undefined;
  /** For how long a statement waits for a lock of another transaction. */
  readonly lockTimeoutSeconds?: number;
}

/** One of the address forms; `https://…` is taken as it is. */
const isAddress = (account: string) => /^https?:/.test(account);

/** The driver is large, and most runs need none. */
async function driver() {
  const { default: sdk } = (await import('snowflake-sdk')) as unknown as { default: typeof import('snowflake-sdk') };
  // Its log would hold statements, and its default writes a file into the working folder.
  sdk.configure({
    logLevel: 'OFF',
    additionalLogToConsole: false,
    // Its own reading rounds numbers, and runs as a program what is no JSON; ours gets the text.
    jsonColumnVariantParser: (text) => text,
  });
  return sdk;
}

/** What each session is set to, so that nothing depends on what account or user have as their defaults. */
const PARAMETERS = (lockTimeoutSeconds: number) => ({
  TIMEZONE: `'UTC'`,
  // Weeks begin on Mondays.
  WEEK_START: '1',
  AUTOCOMMIT: 'TRUE',
  // A transaction in which a statement failed cannot be committed by mistake.
  TRANSACTION_ABORT_ON_ERROR: 'TRUE',
  ERROR_ON_NONDETERMINISTIC_MERGE: 'TRUE',
  LOCK_TIMEOUT: String(lockTimeoutSeconds),
  MULTI_STATEMENT_COUNT: '1',
  // An account can cut every result, and have the files of a COPY and the texts of a comparison read in its own way.
  ROWS_PER_RESULTSET: '0',
  DATE_INPUT_FORMAT: `'AUTO'`,
  TIME_INPUT_FORMAT: `'AUTO'`,
  TIMESTAMP_INPUT_FORMAT: `'AUTO'`,
  DATE_OUTPUT_FORMAT: `'YYYY-MM-DD'`,
  TIME_OUTPUT_FORMAT: `'HH24:MI:SS.FF6'`,
  TIMESTAMP_NTZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF6'`,
  TIMESTAMP_TZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM'`,
  TIMESTAMP_LTZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM'`,
});

/** As the driver takes them; exported for the tests that pin what is handed over. */
export function connectionOptions({ config }: ConnectOptions): ConnectionOptions {
  const { account, endpoint, username, role, warehouse, database, query_tag, keep_alive } = config;
  const address = endpoint ?? (isAddress(account) ? account : undefined);
  return {
    account: isAddress(account) ? (new URL(account).hostname.split('.')[0] as string) : account,
    ...(address === undefined ? {} : { accessUrl: address.replace(/\/$/, '') }),
    ...(username === undefined ? {} : { username }),
    ...loginOf(config),
    ...(role === undefined ? {} : { role }),
    warehouse,
    database,
    queryTag: query_tag,
    application: 'tributary',
    clientSessionKeepAlive: keep_alive,
    fetchAsString: ['Number', 'Date'],
    rowMode: 'array',
    // A null fetched as text would be the text NULL.
    representNullAsStringNull: false,
    // Values are never sent through a stage of the driver's own, which would need the right to make one.
    arrayBindingThreshold: 1_000_000,
    // No files of tokens, and no check of role or warehouse before we can say which is wrong.
    clientStoreTemporaryCredential: false,
  };
}

function loginOf({ private_key, passphrase, oauth_token, password }: SnowflakeConfig): ConnectionOptions {
  if (oauth_token !== undefined) return { authenticator: 'OAUTH', token: oauth_token };
  if (private_key === undefined) return { authenticator: 'SNOWFLAKE', password: password ?? '' };
  try {
    const key = createPrivateKey({ key: private_key, ...(passphrase === undefined ? {} : { passphrase }) });
    return { authenticator: 'SNOWFLAKE_JWT', privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
  } catch (error) {
    const isEncrypted = /ENCRYPTED/.test(private_key);
    throw new ConnectorError('config', 'Snowflake: `private_key` cannot be read.', {
      hint:
        isEncrypted && passphrase === undefined
          ? 'It is encrypted: give its `passphrase`.'
          : 'Give the whole text of an RSA key in PEM, `-----BEGIN …` to `-----END …`, and the right `passphrase` where it has one.',
      cause: error,
    });
  }
}

export const LOCK_TIMEOUT_SECONDS = 60;

export async function openConnection(options: ConnectOptions): Promise<SnowflakeConnection> {
  const { signal, lockTimeoutSeconds = LOCK_TIMEOUT_SECONDS } = options;
  const sdk = await driver();
  signal?.throwIfAborted();
  let connection: Connection;
  try {
    connection = sdk.createConnection(connectionOptions(options));
    // `connectAsync` resolves before the log-in is over.
    await unlessStopped(
      signal,
      new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error === undefined || error === null ? resolve() : reject(error)));
      }),
    );
  } catch (error) {
    throw signal?.aborted === true ? error : fromDriver(error, 'logging in');
  }
  const session = sessionOf(connection, signal);
  try {
    const parameters = Object.entries(PARAMETERS(lockTimeoutSeconds)).map(([name, value]) => `${name} = ${value}`);
    await session.run(`ALTER SESSION SET ${parameters.join(', ')}`);
    return session;
  } catch (error) {
    await session.close();
    throw fromDriver(error, 'setting the session');
  }
}

function sessionOf(connection: Connection, signal: AbortSignal | undefined): SnowflakeConnection {
  let isUsable = true;
  const execute = async <T>(
    options: { readonly sqlText: string; readonly binds?: Bind[]; readonly streamResult?: boolean },
    take: (statement: RowStatement, rows: readonly unknown[]) => T,
  ): Promise<T> => {
    signal?.throwIfAborted();
    let statement: RowStatement | undefined;
    const cancel = () => statement?.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<T>((resolve, reject) => {
        statement = connection.execute({
          ...options,
          complete: (error: SnowflakeError | undefined, done, rows) => {
            if (error !== undefined && error !== null) return reject(error);
            try {
              resolve(take(done, rows ?? []));
            } catch (failure) {
              // Whatever is thrown here the driver keeps to itself.
              reject(failure as Error);
            }
          },
        });
      });
    } catch (error) {
      if (isConnectionGone(error)) isUsable = false;
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  };
  const run = (sql: string, binds: readonly Bind[] = []): Promise<Result> =>
    execute({ sqlText: sql, ...(binds.length === 0 ? {} : { binds: [...binds] }) }, resultOf);
  return {
    get isUsable() {
      return isUsable;
    },
    run,
    async query<R extends Record<string, unknown>>(sql: string, binds?: readonly Bind[]) {
      return asObjects(await run(sql, binds)) as R[];
    },
    stream: (sql) =>
      execute({ sqlText: sql, streamResult: true }, (statement) => ({
        columns: statement.getColumns() ?? [],
        rows: statement.streamRows() as Readable,
      })),
    close: () => new Promise((resolve) => void connection.destroy(() => resolve())),
  };
}

/** Columns that say how many rows a statement wrote. */
const WRITTEN = /^number of rows (inserted|updated|deleted)$/i;

function resultOf(statement: RowStatement, rows: readonly unknown[]): Result {
  const columns = statement.getColumns() ?? [];
  const names = columns.map((column) => column.getName());
  const readers = columns.map(valueReader);
  const read = rows.map((row) => readers.map((reader, at) => reader((row as readonly unknown[])[at])));
  const counts = names.flatMap((name, at) => (WRITTEN.test(name) ? [at] : []));
  const written =
    counts.length === 0
      ? undefined
      : read.reduce((sum, row) => sum + counts.reduce((all, at) => all + Number(row[at]), 0), 0);
  return { columns: names, rows: read, written };
}

/** Names that stand in capitals were written without quotes. */
export const shownName = (name: string): string => (/[a-z]/.test(name) ? name : name.toLowerCase());

export function asObjects({ columns, rows }: Result): Record<string, unknown>[] {
  const names = columns.map(shownName);
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
}

async function unlessStopped<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
