import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const WEB = fileURLToPath(new URL('../../dist/web/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  html: 'text/html',
};

/** What a server answers to a question of a page: JSON, with the status 404 where there is none. */
export type Answering = (pathname: string) => object | undefined;

export interface BuiltPages {
  readonly url: string;
  /** Files of the pages that were sent, packed. */
  readonly sent: readonly { readonly path: string; readonly bytes: number }[];
  close(): void;
}

/** The built pages as a host serves them, with answers that no host gives so easily. */
export async function startBuiltPages(answering: Answering): Promise<BuiltPages> {
  const files = new Set(await readdir(WEB, { recursive: true }));
  const sent: { path: string; bytes: number }[] = [];
  const server = createServer(async ({ url: asked = '/' }, response) => {
    const { pathname } = new URL(asked, 'http://here');
    const answer = answering(pathname);
    if (answer !== undefined || pathname.startsWith('/api/')) {
      response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer ?? { rows: [] }));
      return;
    }
    const file = files.has(pathname.slice(1)) ? pathname.slice(1) : 'index.html';
    const packed = gzipSync(await readFile(WEB + file), { level: 9 });
    sent.push({ path: file, bytes: packed.length });
    response.writeHead(200, { 'Content-Type': TYPES[file.split('.').at(-1)!], 'Content-Encoding': 'gzip' });
    response.end(packed);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
