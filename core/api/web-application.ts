import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { NextFunction, Request, Response } from 'express';

/** Paths that the browser application draws itself; whatever else there is not, stays not found. */
const PAGES =
  /^\/($|(connections|backfills|runs|requests|schedules|alerts|quarantine|performance|sources|audit|access)(\/|$))/;

/** It loads from this host alone, and no style or script stands in the page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
};

interface BuiltFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly etag: string;
}

export interface WebApplication {
  /** Answers what is asked of it, and leaves the rest to others. */
  serve(request: Request, response: Response, next: NextFunction): void;
  /** Tells whoever reads pages that there is none at an address; false where a program asks, or where it was not built. */
  tellMissing(request: Request, response: Response, status: number): boolean;
}

/**
 * Serves what `vite build` made of `web/`: its files are few and small, so they are kept, and nothing of a request ever names a
 * file. Where it was not built, the root leads to the report.
 */
export function webApplication(folder: string | undefined): WebApplication {
  const files = folder === undefined ? undefined : builtFiles(folder);
  return {
    serve(request, response, next) {
      if (!isReading(request)) return next();
      const { path } = request;
      if (files === undefined) return path === '/' ? response.redirect(302, '/report') : next();
      const isPage = PAGES.test(path);
      const file = files.get(isPage ? '/index.html' : path);
      if (file === undefined) return next();
      // For the log and the metrics, which tell the pattern and never the path.
      (request as { route?: unknown }).route = { path: isPage ? '/(page)' : '/assets/:file' };
      // The names of assets hold a hash of what is in them.
      const isKept = path.startsWith('/assets/');
      response.setHeader('Cache-Control', isKept ? 'public, max-age=31536000, immutable' : 'no-cache');
      response.setHeader('ETag', file.etag);
      send(file, request, response);
    },
    tellMissing(request, response, status) {
      const page = files?.get('/index.html');
      const isProgram = request.path.startsWith('/api/') || request.accepts(['json', 'html']) !== 'html';
      if (page === undefined || isProgram || !isReading(request)) return false;
      response.status(status).setHeader('Cache-Control', 'no-store');
      send(page, request, response);
      return true;
    },
  };
}

const isReading = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

function send(file: BuiltFile, request: Request, response: Response): void {
  response.setHeader('Content-Security-Policy', POLICY);
  response.vary('Accept-Encoding');
  response.type(file.type);
  const isPacked = request.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (isPacked) response.setHeader('Content-Encoding', 'gzip');
  response.send(isPacked ? file.gzip : file.plain);
}

/** Undefined where there is no such build. */
export function builtWeb(...places: readonly string[]): string | undefined {
  return places.find((place) => existsSync(join(place, 'assets')));
}

function builtFiles(folder: string): ReadonlyMap<string, BuiltFile> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) in TYPES);
  return new Map(
    names.map((name) => {
      const plain = readFileSync(join(folder, name));
      const etag = `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`;
      return [
        `/${name.replaceAll('\\', '/')}`,
        { type: TYPES[extname(name)]!, plain, gzip: gzipSync(plain, { level: 9 }), etag },
      ];
    }),
  );
}
