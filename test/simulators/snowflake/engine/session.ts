import type { Catalog, Namespace, Stage, StoredDatabase, Table } from './catalog.js';
import type { Database } from './database.js';
import type { Locks } from './locks.js';
import type { Result } from './results.js';
import type { Transaction, Transactions } from './transactions.js';

/** Parameters of a session that the double acts on, with Snowflake's defaults; ALTER SESSION takes those of `ACCEPTED` too. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  ABORT_DETACHED_QUERY: 'false',
  AUTOCOMMIT: 'true',
  BINARY_OUTPUT_FORMAT: 'HEX',
  CLIENT_RESULT_CHUNK_SIZE: '160',
  CLIENT_SESSION_KEEP_ALIVE: 'false',
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: '3600',
  // By it the Node driver decides when to send binds as a file, which it cannot do to a local stage; 0 would mean always.
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: '65280',
  DATE_INPUT_FORMAT: 'AUTO',
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  JS_TREAT_INTEGER_AS_BIGINT: 'false',
  LOCK_TIMEOUT: '43200',
  MULTI_STATEMENT_COUNT: '1',
  QUERY_CONTEXT_CACHE_SIZE: '5',
  QUERY_TAG: '',
  ROWS_PER_RESULTSET: '0',
  STATEMENT_TIMEOUT_IN_SECONDS: '172800',
  TIME_INPUT_FORMAT: 'AUTO',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
  TIMESTAMP_INPUT_FORMAT: 'AUTO',
  TIMESTAMP_LTZ_OUTPUT_FORMAT: '',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_TZ_OUTPUT_FORMAT: '',
  TIMEZONE: 'America/Los_Angeles',
  TRANSACTION_ABORT_ON_ERROR: 'false',
};
/** Of these the double knows one value each; under another it refuses every statement but ALTER SESSION. */
export const KNOWN_VALUE: Readonly<Record<string, string>> = {
  DATE_INPUT_FORMAT: 'AUTO',
  MULTI_STATEMENT_COUNT: '1',
  TIME_INPUT_FORMAT: 'AUTO',
  TIMESTAMP_INPUT_FORMAT: 'AUTO',
};
/** Known and without an effect here. */
export const ACCEPTED = new Set([
  'GCS_USE_DOWNSCOPED_CREDENTIAL',
  'CLIENT_REQUEST_MFA_TOKEN',
  'CLIENT_STORE_TEMPORARY_CREDENTIAL',
  'STATEMENT_QUEUED_TIMEOUT_IN_SECONDS',
  'USE_CACHED_RESULT',
  'ERROR_ON_NONDETERMINISTIC_MERGE',
  'TIMESTAMP_TYPE_MAPPING',
  'TRANSACTION_DEFAULT_ISOLATION_LEVEL',
  'WEEK_START',
  'WEEK_OF_YEAR_POLICY',
]);

export interface Session {
  readonly id: number;
  readonly user: string;
  role: string;
  warehouse: string | null;
  namespace: Namespace;
  readonly parameters: Map<string, string>;
  /** Temporary tables and stages, by database, schema and name. */
  readonly temporary: Map<string, Table>;
  readonly temporaryStages: Map<string, Stage>;
  transaction?: Transaction;
  lastQueryId: string | null;
  /** Results of its last statements, for RESULT_SCAN. */
  readonly results: Map<string, Result>;
  isClosed: boolean;
}

/** What all sessions share. */
export interface Account {
  readonly name: string;
  readonly databases: Map<string, StoredDatabase>;
  readonly database: Database;
  readonly locks: Locks;
  readonly transactions: Transactions;
  readonly sessions: Map<number, Session>;
  readonly warehouses: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** Where files of stages lie. */
  readonly folder: string;
  /** A new name of the engine. */
  relation(): string;
}

export const catalogOf = (account: Account, session: Session): Catalog => ({
  databases: account.databases,
  temporary: session.temporary,
});
export const parameter = (session: Session, name: string): string =>
  session.parameters.get(name) ?? DEFAULTS[name] ?? '';

/** One statement while it runs. */
export interface Running {
  readonly account: Account;
  readonly session: Session;
  readonly queryId: string;
  readonly signal: AbortSignal;
}
