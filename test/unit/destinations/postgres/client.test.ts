import { once } from 'node:events';
import net from 'node:net';
import { expect, it } from '@jest/globals';
import { inTransaction, openPool } from '../../../../destinations/postgres/connection.js';

const message = (type: string, body: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const GREETING = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const FIELDS = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
const ENDED = message('E', Buffer.from(FIELDS));

/** Greets every client, and ends its session in the same breath, as a server does that is told to meanwhile. */
async function rudeServer() {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([GREETING, ENDED])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

it('a session that the server ends as it greets fails its statement, and not the process', async () => {
  const server = await rudeServer();
  const { port } = server.address() as net.AddressInfo;
  const pool = openPool({ url: `postgres://u@127.0.0.1:${port}/db`, max: 1, applicationName: 'test' });
  const uncaught: unknown[] = [];
  const keep = (error: unknown) => void uncaught.push(error);
  process.on('uncaughtException', keep);
  try {
    await expect(inTransaction(pool, 'asking', async () => undefined)).rejects.toMatchObject({ kind: 'transient' });
    expect(uncaught).toEqual([]);
  } finally {
    process.off('uncaughtException', keep);
    await pool.end();
    server.close();
  }
});
