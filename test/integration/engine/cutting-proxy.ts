import net from 'node:net';

/**
 * A proxy before the database that loses the reply of one COMMIT. `before`: the COMMIT never reaches the server. `after`: the
 * server has committed, and the client does not learn it.
 */
export interface CuttingProxy {
  readonly url: string;
  /** The next COMMIT of a session that has written to the ledger is cut, once `meanwhile` is done. */
  arm(when: 'before' | 'after', meanwhile?: () => Promise<unknown>): void;
  readonly cuts: number;
  close(): Promise<void>;
}

export async function cuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const port = Number(target.port);
  const folder = target.searchParams.get('host');
  let armed: 'before' | 'after' | undefined;
  let between: () => Promise<unknown> = async () => undefined;
  let cuts = 0;
  const open = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = folder === null ? net.connect(port, target.hostname) : net.connect(`${folder}/.s.PGSQL.${port}`);
    let hasWritten = false;
    let cutsReply = false;
    const cut = async () => {
      cuts += 1;
      isCut = true;
      upstream.destroy();
      await between();
      client.destroy();
    };
    let isCut = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        if (isCut) return;
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      hasWritten ||= text.includes('INSERT INTO "tributary".ledger');
      if (armed !== undefined && hasWritten && text.endsWith('COMMIT\0')) {
        const when = armed;
        armed = undefined;
        if (when === 'before') return void cut();
        cutsReply = true;
      }
      return upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (cutsReply && bytes.toString('latin1').includes('COMMIT')) return void cut();
      return client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(databaseUrl);
  own.searchParams.delete('host');
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as net.AddressInfo).port);
  return {
    url: own.href,
    arm(when, meanwhile = async () => undefined) {
      armed = when;
      between = meanwhile;
    },
    get cuts() {
      return cuts;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
