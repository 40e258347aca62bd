import pg from 'pg';
import { ConnectorError, type ErrorKind } from '#sdk';
import { Client, type ClientConfig } from './client.js';

export interface ConnectionOptions {
  readonly url: string;
  /** Most connections that one session opens. */
  readonly max: number;
  readonly applicationName: string;
  readonly readOnly?: boolean;
  /** Stops what the connections are doing; absent where what is in flight must be brought to its end. */
  readonly stopBy?: AbortSignal;
}

const OID = { int8: 20, numeric: 1700, date: 1082, timestamp: 1114, timestamptz: 1184, time: 1083 } as const;
const AS_TEXT = new Set<number>([OID.numeric, OID.date, OID.timestamp, OID.time]);

/** Values keep every digit: numeric, dates and times come as text, integers as number where that is exact, else as bigint. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (AS_TEXT.has(oid)) return (text: string) => text;
    if (oid === OID.int8) return (text: string) => (text.length < 16 ? Number(text) : exactInteger(text));
    if (oid === OID.timestamptz) return (text: string) => new Date(text).toISOString();
    return pg.types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

function exactInteger(text: string): number | bigint {
  const value = BigInt(text);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
}

/**
 * False where the driver could not read the url, or would take what follows a `/`, `?` or `#` in the password for something
 * else than the password.
 */
export function isReadableUrl(url: string): boolean {
  const behindHost = url.replace(/^\w+:\/\/[^/?#]*/, '');
  if (behindHost.includes('#') || /^[^=]*@/.test(behindHost)) return false;
  try {
    return new pg.Client({ connectionString: url }).host !== undefined;
  } catch (error) {
    // Files of certificates that are not there are told by whoever connects.
    return !/^(TypeError|URIError)$/.test((error as Error).name);
  }
}

export function openPool(options: ConnectionOptions): pg.Pool {
  const config: pg.PoolConfig & ClientConfig = {
    Client,
    stopBy: options.stopBy,
    connectionString: options.url,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: 15_000,
    // A server that is gone without a word is noticed within a minute instead of two hours.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    types,
    // UTC on both sides, so that a text of a timestamp means the same instant whatever the server's default.
    options: `-c TimeZone=UTC -c DateStyle=ISO${options.readOnly === true ? ' -c default_transaction_read_only=on' : ''}`,
  };
  const pool = new pg.Pool(config);
  // An idle connection that breaks is reopened by the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

const KIND_BY_SQLSTATE: readonly (readonly [RegExp, ErrorKind, string])[] = [
  [/^28/, 'auth', 'Check user and password of the destination.'],
  [/^42501$/, 'auth', 'Grant the role the right that the message names.'],
  [/^3D000$/, 'config', 'Create the database, or correct its name in the url.'],
  [
    /^53100$/,
    'destination',
    'Free space on the database server; nothing was lost, the next run goes on from its bookmark.',
  ],
  [/^57014$/, 'destination', 'The server ended the statement: raise `statement_timeout` for the role.'],
  [/^53400$/, 'destination', 'A limit that the server sets for the role is reached: raise it.'],
  [
    /^(40001|40P01|55P03|57P0[1235]|25P0[34]|08|53)/,
    'transient',
    'The database was busy or restarting; the run may be repeated.',
  ],
  [/^25006$/, 'transient', 'The server is read-only, perhaps after a failover.'],
];

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ECONNABORTED',
  'ERR_STREAM_DESTROYED',
]);

/** How driver, pool and streams say that a connection is gone; they have no codes for it. Whole sentences, since words are in others too. */
const CLOSED =
  /^(Connection terminated( unexpectedly| due to connection timeout)?|Client (has encountered a connection error and|was closed and) is not queryable|timeout expired|timeout exceeded when trying to connect|Premature close)$/i;

function disconnected(cause: unknown, doing: string, code: string): ConnectorError {
  return new ConnectorError('transient', `Postgres, ${doing}: the connection failed (${code}).`, {
    hint: 'Check that the server of the destination is up and can be reached from here.',
    cause,
  });
}

/**
 * Makes a driver's error ours. The server's `detail` quotes values of records, so only its message, state and the named
 * table, column or constraint go on.
 */
export function fromDriver(error: unknown, doing: string): Error {
  if (error instanceof Error && error.name === 'ConnectorError') return error;
  const { code, message, table, column, constraint } = error as pg.DatabaseError & { code?: string };
  // EPIPE has five letters too: what the network says is looked at first.
  if (code !== undefined && NETWORK_CODES.has(code)) return disconnected(error, doing, code);
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    const rule = KIND_BY_SQLSTATE.find(([pattern]) => pattern.test(code));
    const place = [table, column, constraint].filter((part) => part !== undefined).join('.');
    const quoted = /^22|^23/.test(code) ? 'a value does not fit' : message;
    return new ConnectorError(
      rule?.[1] ?? 'destination',
      `Postgres, ${doing}: ${quoted}${place === '' ? '' : ` (${place})`} [${code}]`,
      {
        hint: rule?.[2] ?? "See the server's log for the whole message.",
        cause: error,
        ...(code === '53100' ? { fault: 'disk_full' as const } : {}),
      },
    );
  }
  // The driver finds this one out itself: the server asks for a password, and the url has none.
  if (/client password must be a string/.test(message ?? ''))
    return new ConnectorError('auth', `Postgres, ${doing}: the server asks for a password.`, {
      hint: 'Give the url of the destination a password.',
      cause: error,
    });
  if (/does not support SSL|self-signed|certificate/i.test(`${message} ${code}`))
    return new ConnectorError('config', `Postgres, ${doing}: ${message}`, {
      hint: 'Correct `sslmode` and certificates in the url of the destination.',
      cause: error,
    });
  if (CLOSED.test(message ?? '')) return disconnected(error, doing, code ?? 'closed');
  return new ConnectorError('internal', `Postgres, ${doing}: ${message ?? String(error)}`, { cause: error });
}

/** Runs `work` in a transaction on a connection of its own; the reply of COMMIT is part of it. */
export async function inTransaction<T>(
  pool: pg.Pool,
  doing: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connect(pool, doing);
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = fromDriver(error, doing);
    await client.query('ROLLBACK').catch(() => {
      broken = new Error('connection lost');
    });
    throw fromDriver(error, doing);
  } finally {
    client.release(broken?.message === 'connection lost' ? broken : undefined);
  }
}

export async function connect(pool: pg.Pool, doing: string): Promise<pg.PoolClient> {
  try {
    const client = await pool.connect();
    // A connection that breaks while it is checked out says so through the query in flight, and here once more.
    if (client.listenerCount('error') === 0) client.on('error', () => undefined);
    return client;
  } catch (error) {
    throw fromDriver(error, doing);
  }
}
