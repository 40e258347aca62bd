import type { Socket } from 'node:net';
import pg from 'pg';

export type ClientConfig = pg.ClientConfig & {
  /** Ends the attempt to connect, or the statement that runs then. */
  readonly stopBy?: AbortSignal | undefined;
};

/** What the driver has and its types leave out. */
interface Inside {
  readonly connection: { readonly stream: Socket };
  readonly processID: number | null;
}

/**
 * The driver leaves its socket open where it gives up during the log-in, as without a password; the process would then not
 * end, and the server would keep the session, until the server's own patience runs out. Nor does it know of signals.
 */
export class Client extends pg.Client {
  constructor({ stopBy, ...config }: ClientConfig = {}) {
    super(config);
    const inside = this as unknown as Inside;
    const destroy = () => void inside.connection.stream.destroy();
    let isOpen = false;
    const stop = () => {
      // A server goes on with its statement, and holds its locks, where only the socket is gone.
      if (isOpen && inside.processID !== null) cancel(config, inside.processID).catch(destroy);
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

/** Asks the server to end what a session of ours is doing, if anything. */
async function cancel(config: pg.ClientConfig, session: number): Promise<void> {
  const client = new Client({ ...config, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      client.connect((error: Error | null) => (error === null || error === undefined ? resolve() : reject(error)));
    });
    await client.query('SELECT pg_cancel_backend($1)', [session]);
  } finally {
    await client.end();
  }
}
