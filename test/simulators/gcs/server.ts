import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One bucket behind the requests of the JSON API that a reader, mover and writer of objects sends. */
export interface GcsSimulator {
  readonly url: string;
  readonly bucket: string;
  put(name: string, body: string | Uint8Array): void;
  names(): readonly string[];
  /** The next bodies break off after so many bytes each. */
  breakAfter(...bytes: number[]): void;
  /** The next requests are answered by these statuses. */
  failWith(...statuses: number[]): void;
  close(): Promise<void>;
}

interface Stored {
  readonly body: Buffer;
  readonly generation: string;
  readonly updated: string;
}

const PAGE = 2;

export async function startGcsSimulator(bucket = 'exports'): Promise<GcsSimulator> {
  const objects = new Map<string, Stored>();
  const uploads = new Map<string, { readonly name: string; body: Buffer }>();
  const breaks: number[] = [];
  const faults: number[] = [];
  let generation = 1_000;
  const put = (name: string, body: string | Uint8Array) => {
    generation += 1;
    objects.set(name, { body: Buffer.from(body), generation: String(generation), updated: new Date().toISOString() });
  };
  const shown = (name: string) => {
    const { body, generation: version, updated } = objects.get(name)!;
    return { name, size: String(body.length), generation: version, updated };
  };
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://storage');
    const body = await bodyOf(request);
    const fault = faults.shift();
    if (fault !== undefined) return response.writeHead(fault).end();
    const [, root, , , , inBucket = '', , encoded, action, , , , target] = (
      url.pathname.startsWith('/upload') ? url.pathname : `/${url.pathname}`
    ).split('/');
    if (decodeURIComponent(inBucket) !== bucket) return response.writeHead(404).end();
    const query = url.searchParams;
    if (root === 'upload') return upload(request, response, query, body);
    const name = decodeURIComponent(encoded ?? '');
    if (encoded === undefined) return json(response, listed(query));
    const found = objects.get(name);
    if (found === undefined) return response.writeHead(404).end();
    if (action === 'rewriteTo') {
      const to = decodeURIComponent(target ?? '');
      if (query.get('ifGenerationMatch') === '0' && objects.has(to)) return response.writeHead(412).end();
      put(to, found.body);
      return json(response, { done: true, resource: shown(to) });
    }
    if (request.method === 'DELETE') {
      objects.delete(name);
      return response.writeHead(204).end();
    }
    if (query.get('alt') !== 'media') return json(response, shown(name));
    if (query.get('generation') !== found.generation) return response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = found.body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': part.length });
    const limit = breaks.shift();
    if (limit === undefined) return response.end(part);
    return response.write(part.subarray(0, limit), () => response.destroy());
  };
  const upload = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams, body: Buffer) => {
    const id = query.get('upload_id');
    const name = query.get('name') ?? uploads.get(id ?? '')?.name ?? '';
    if (query.get('ifGenerationMatch') === '0' && objects.has(name)) return response.writeHead(412).end();
    if (query.get('uploadType') === 'media') {
      put(name, body);
      return json(response, shown(name));
    }
    if (id === null) {
      const started = `upload-${uploads.size + 1}`;
      uploads.set(started, { name, body: Buffer.alloc(0) });
      const location = `http://${request.headers.host}${request.url?.split('?')[0]}?upload_id=${started}`;
      return response.writeHead(200, { location }).end();
    }
    const open = uploads.get(id);
    const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? '') ?? [];
    if (open === undefined || total === undefined) return response.writeHead(400).end();
    // A piece that comes again takes the place of the one before.
    open.body = Buffer.concat([open.body.subarray(0, Number(from ?? open.body.length)), body]);
    if (total === '*') {
      if (body.length % (256 * 1024) !== 0) return response.writeHead(400).end();
      return response.writeHead(308, { range: `bytes=0-${open.body.length - 1}` }).end();
    }
    if (open.body.length !== Number(total)) return response.writeHead(400).end();
    put(name, open.body);
    uploads.delete(id);
    return json(response, shown(name));
  };
  const listed = (query: URLSearchParams) => {
    const after = query.get('pageToken') ?? '';
    const names = [...objects.keys()]
      .filter((name) => name.startsWith(query.get('prefix') ?? '') && name > after)
      .toSorted();
    const page = names.slice(0, PAGE);
    return { items: page.map(shown), ...(page.length < names.length ? { nextPageToken: page.at(-1) } : {}) };
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket,
    put,
    names: () => [...objects.keys()].toSorted(),
    breakAfter: (...bytes) => void breaks.push(...bytes),
    failWith: (...statuses) => void faults.push(...statuses),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function json(response: ServerResponse, value: unknown) {
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
