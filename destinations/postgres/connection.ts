import pg from 'pg';
import { ConnectorError, type ErrorKind } from '#sdk';
import { Client, type ClientConfig } from './client.js';

export interface ConnectionOptions {
  readonly url: string;
  /** Most connections that one session opens. */
  readonly max: number;
  readonly applicationName: string;
  /** Stops what the connections are doing; absent where what is in flight must be brought to its end. */
  readonly stopBy?: AbortSignal;
}

export const OID = {
  int8: 20,
  json: 114,
  numeric: 1700,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  time: 1083,
  jsonb: 3802,
} as const;
const AS_TEXT = new Set<number>([OID.numeric, OID.date, OID.timestamp, OID.time]);

/** Values keep every digit: numeric, dates and times come as text, integers as number where that is exact, else as bigint. */
export const types: pg.CustomTypesConfig = {
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

/** How long a server without room for another session is asked again, and how often. */
const ROOM_WITHIN_MS = 15_000;
const ROOM_PAUSE_MS = 250;

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void;

/** Waits for room where the server, or the role, has as many sessions as it may: others end, or give one back to this pool. */
class PatientPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(done: Connected): void;
  override connect(done?: Connected): Promise<pg.PoolClient> | void {
    const client = this.#patiently();
    if (done === undefined) return client;
    client.then(
      (own) => done(undefined, own, () => own.release()),
      (error: Error) => done(error, undefined, () => undefined),
    );
  }

  async #patiently(): Promise<pg.PoolClient> {
    const until = performance.now() + ROOM_WITHIN_MS;
    for (;;) {
      try {
        return await super.connect();
      } catch (error) {
        if ((error as { code?: string }).code !== '53300' || performance.now() >= until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, ROOM_PAUSE_MS));
    }
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
  };
  const pool = new PatientPool(config);
  // An idle connection that breaks is replaced by the next use; without a listener it would end the process.
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
  [
    /^57014$/,
    'destination',
    'The server ended the statement: raise `statement_timeout` of the role (`ALTER ROLE … SET statement_timeout`), or ask who cancelled it.',
  ],
  [/^25P04$/, 'destination', 'Raise `transaction_timeout` of the role, or set it to 0: a load is one transaction.'],
  [/^57P05$/, 'transient', 'Raise `idle_session_timeout` of the role: a session waits while its source answers.'],
  [
    /^53300$/,
    'transient',
    'Raise the limit (`CONNECTION LIMIT` of the role, `max_connections`, or what the pooler allows), or run fewer connections at once: a run takes up to 6 sessions.',
  ],
  [/^53400$/, 'destination', 'A limit that the server sets for the role is reached: raise it.'],
  [
    /^(40001|40P01|55P03|57P0[123]|25P03|08|53)/,
    'transient',
    'The database was busy or restarting; the run may be repeated.',
  ],
  [
    /^25006$/,
    'transient',
    'The server, or the role, only reads (a standby, or `default_transaction_read_only`): point the url at the one that writes, or wait until it does.',
  ],
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
  const { code, message, table, column, constraint, routine, syscall } = error as pg.DatabaseError & {
    readonly code?: string;
    readonly syscall?: string;
  };
  // The driver reads certificates when it is about to connect.
  if (syscall === 'open')
    return new ConnectorError('config', `Postgres, ${doing}: ${message}`, {
      hint: 'Correct `sslrootcert`, `sslcert` or `sslkey` in the url of the destination, or who may read the file.',
      cause: error,
    });
  // Messages come in the server's language; the routine that raised them does not.
  if (code === '23514' && routine === 'ExecFindPartition')
    return new ConnectorError('destination', `Postgres, ${doing}: table "${table}" has no partition for a row.`, {
      hint: 'Create the partition that is missing, or one for the rest (`PARTITION OF … DEFAULT`), and run again.',
      cause: error,
    });
  if (code === '08P01' && /unsupported startup parameter/.test(message))
    return new ConnectorError('config', `Postgres, ${doing}: ${message} [${code}]`, {
      hint: 'Leave `options` out of the url, or let the pooler pass it over (`ignore_startup_parameters`).',
      cause: error,
    });
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

/**
 * Begins a transaction. Whatever level is the role's default: who waits for a lock must then see what its holder has committed,
 * which a snapshot from before the wait does not hold.
 */
export const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/**
 * Begins one whose statements take as long as they take: merging millions of rows, waiting until another run has, a COPY whose
 * source is slow. `statement_timeout` of the role is meant for statements that got out of hand.
 */
export const BEGIN_LONG = `${BEGIN}; SET LOCAL statement_timeout = 0`;

/** Runs `work` in a transaction on a connection of its own; the reply of COMMIT is part of it. */
export async function inTransaction<T>(
  pool: pg.Pool,
  doing: string,
  work: (client: pg.PoolClient) => Promise<T>,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<T> {
  const client = await connect(pool, doing);
  let broken: Error | undefined;
  try {
    await client.query(readOnly ? `${BEGIN} READ ONLY` : BEGIN);
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
    return await pool.connect();
  } catch (error) {
    throw fromDriver(error, doing);
  }
}
