import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';

export type ClientConfig = pg.ClientConfig & {
  /** Ends the attempt to connect, or the statement that runs then. */
  readonly stopBy?: AbortSignal | undefined;
};

/** What the driver has and its types leave out. */
interface Inside {
  readonly connection: EventEmitter & {
    readonly stream: Socket;
    connect(portOrPath: number | string, host?: string): void;
    requestSsl(): void;
    cancel(processID: number, secretKey: number): void;
  };
  readonly processID: number | null;
  readonly secretKey: number | null;
  readonly host: string;
  readonly port: number;
  readonly ssl: unknown;
  readonly sslNegotiation: string;
  getStartupConf(): Readonly<Record<string, string>>;
}

/**
 * UTC on both sides, so that a text of a timestamp means the same instant whatever the server's default. Parameters of their
 * own, since poolers carry these from session to session and refuse `options`.
 */
const STARTUP = { TimeZone: 'UTC', DateStyle: 'ISO' };

/** SQL state of a statement that writes where it may not. */
const READ_ONLY = '25006';

/**
 * The driver leaves its socket open where it gives up during the log-in, as without a password; the process would then not
 * end, and the server would keep the session, until the server's own patience runs out. Nor does it know of signals.
 */
export class Client extends pg.Client {
  constructor({ stopBy, ...config }: ClientConfig = {}) {
    super(config);
    // A session that the server ends says so through its statement, or else by the next one. The pool listens only to those that
    // lie idle: one that ends in the moment of its greeting would otherwise end the process.
    this.on('error', () => undefined);
    const inside = this as unknown as Inside;
    // After a failover the session goes on reading from the server that writes no more, or under a default of before: the next
    // one is a new one.
    inside.connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
      if (code === READ_ONLY) this.end().catch(() => undefined);
    });
    const startup = inside.getStartupConf.bind(this);
    inside.getStartupConf = () => ({ ...startup(), ...STARTUP });
    const destroy = () => void inside.connection.stream.destroy();
    let isOpen = false;
    const stop = () => {
      // A server goes on with its statement, and holds its locks, where only the socket is gone.
      if (isOpen && inside.processID !== null) cancel(config, inside).catch(destroy);
      else destroy();
    };
    this.once('end', () => stopBy?.removeEventListener('abort', stop));
    const connect = this.connect.bind(this);
    // The pool connects by callback.
    this.connect = ((done: (error: Error | null) => void) => {
      stopBy?.addEventListener('abort', stop, { once: true });
      connect((error: Error | null) => {
        isOpen = error === null || error === undefined;
        if (!isOpen) destroy();
        done(error);
      });
    }) as typeof this.connect;
  }
}

/**
 * Asks the server to end what a session of ours is doing, if anything, by the protocol's own request: behind a pooler a
 * session has no process of the server for `pg_cancel_backend`. The server answers by closing the connection.
 */
async function cancel(config: pg.ClientConfig, { processID, secretKey }: Inside): Promise<void> {
  const { connection, host, port, ssl, sslNegotiation } = new pg.Client(config) as unknown as Inside;
  const late = setTimeout(() => connection.stream.destroy(new Error('timeout expired')), CANCEL_WITHIN_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = () => connection.cancel(processID ?? 0, secretKey ?? 0);
      connection.on('error', reject).once('end', resolve).once('sslconnect', ask);
      connection.once('connect', () => {
        if (ssl === false) ask();
        else if (sslNegotiation !== 'direct') connection.requestSsl();
      });
      if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
      else connection.connect(port, host);
    });
  } finally {
    clearTimeout(late);
  }
}

const CANCEL_WITHIN_MS = 5_000;
