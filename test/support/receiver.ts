import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Emits `post` for each. */
  readonly posts: EventEmitter;
  /** What it answers from now on. */
  answer(status: number, body?: string, headers?: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

/** A real HTTP server that keeps what is posted to it. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const posts = new EventEmitter();
  let reply: [number, string, Readonly<Record<string, string>>] = [200, 'ok', {}];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      posts.emit('post');
      response.writeHead(reply[0], { ...reply[2], connection: 'close' }).end(reply[1]);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    posts,
    answer: (status, body = '', headers = {}) => void (reply = [status, body, headers]),
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
