import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as a scripted API has seen it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is a text or bytes. */
  readonly body?: unknown;
}

export type Script = (request: SeenRequest, seen: readonly SeenRequest[]) => ScriptedAnswer | Promise<ScriptedAnswer>;

export interface ScriptedApi {
  readonly url: string;
  readonly seen: SeenRequest[];
  script: Script;
  close(): Promise<void>;
}

/** A server on loopback that answers as a script says, and keeps what it was asked. */
export async function scriptedApi(script: Script): Promise<ScriptedApi> {
  const seen: SeenRequest[] = [];
  const api = { seen, script } as { seen: SeenRequest[]; script: Script };
  const server: Server = createServer((request, response) => {
    void (async () => {
      const asked = await seenOf(request);
      const answering = api.script(asked, seen);
      seen.push(asked);
      const answer = await answering;
      const { status = 200, headers = {}, body = {} } = answer;
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      response.writeHead(status, { ...(isRaw ? {} : { 'content-type': 'application/json' }), ...headers });
      response.end(isRaw ? body : JSON.stringify(body));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(api, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function seenOf(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(`http://api${request.url ?? '/'}`);
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: [...url.searchParams],
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString(),
  };
}
