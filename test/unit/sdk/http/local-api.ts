import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  httpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpClock,
} from '../../../../core/sdk/http/index.js';

export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers the nth request, counted from 1. */
export type Answer = (seen: Seen, response: ServerResponse, nth: number) => void | Promise<void>;

export interface LocalApi {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** A client whose pauses take no time, with all else as in life. */
  client(options?: Partial<HttpClientOptions>): HttpClient;
  readonly clock: FakeClock;
}

export interface FakeClock extends HttpClock {
  readonly slept: readonly number[];
  readonly sleptMs: () => number;
}

export const START = Date.parse('2026-11-24T12:00:00Z');

/** Sleeping moves it on at once. */
export function fakeClock(): FakeClock {
  let nowMs = START;
  const slept: number[] = [];
  return {
    slept,
    sleptMs: () => slept.reduce((sum, ms) => sum + ms, 0),
    now: () => new Date(nowMs),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      nowMs += ms;
      await new Promise(setImmediate);
    },
  };
}

export const json = (
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string> = {},
  status = 200,
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

/** Runs a test against a real server of its own on this machine; its `Date` is the fake clock's. */
export async function withApi(answer: Answer, run: (api: LocalApi) => Promise<void>): Promise<void> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const clients: HttpClient[] = [];
  const clock = fakeClock();
  let failure: unknown;
  const server = createServer((request, response) => {
    response.setHeader('date', clock.now().toUTCString());
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Seen = {
        method: request.method ?? '',
        url: new URL(request.url ?? '', 'http://api'),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      Promise.resolve()
        .then(() => answer(one, response, seen.length))
        .catch((error: unknown) => {
          failure = error;
          response.destroy();
        });
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await run({
      url,
      seen,
      clock,
      client(options) {
        const client = httpClient({ baseUrl: url, clock, random: () => 0.5, ...options });
        clients.push(client);
        return client;
      },
    });
    if (failure !== undefined) throw failure;
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The error that a call must end with. */
export async function failureOf(call: Promise<unknown>): Promise<any> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call was expected to fail');
}

export async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[][]> {
  const read: T[][] = [];
  for await (const page of pages) read.push([...page]);
  return read;
}
