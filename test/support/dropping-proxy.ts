import { once } from 'node:events';
import net from 'node:net';

/** A proxy before a server that breaks a connection off once it has brought so many bytes to the client. */
export interface DroppingProxy {
  readonly port: number;
  /** Bytes that came from the server, over all connections. */
  readonly bytes: number;
  readonly connections: number;
  /** The next connections are dropped after these many bytes each, one after the other. */
  dropAfter(...bytes: number[]): void;
  /** Breaks off all that are open. */
  dropAll(): void;
  close(): Promise<void>;
}

export async function droppingProxy(port: number): Promise<DroppingProxy> {
  const limits: number[] = [];
  const open = new Set<net.Socket>();
  let bytes = 0;
  let connections = 0;
  const server = net.createServer({ noDelay: true }, (client) => {
    connections += 1;
    const upstream = net.connect({ port, host: '127.0.0.1', noDelay: true });
    const limit = limits.shift() ?? Number.POSITIVE_INFINITY;
    let here = 0;
    const cut = () => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(socket);
          cut();
        });
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      bytes += chunk.length;
      here += chunk.length;
      if (here > limit) cut();
      else if (!client.write(chunk)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    get bytes() {
      return bytes;
    },
    get connections() {
      return connections;
    },
    dropAfter: (...after) => void limits.push(...after),
    dropAll: () => [...open].forEach((socket) => socket.destroy()),
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
