import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './faults.js';

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;
}

export const fatal = (status: number, message: string, headers: Record<string, string> = {}): Reply => ({
  status,
  body: { message, errors: [message] },
  headers,
});

const json = { 'content-type': 'application/json; charset=utf-8' };

export const writeReply = (response: ServerResponse, { status, body, headers }: Reply): void => {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...json, ...headers, 'content-length': bytes.length }).end(bytes);
};

const proxyPage =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Network sign-in required</h1></body></html>';
const busy = 'Service is temporarily unavailable';

/** Replies that a fault gives in place of the real one; the others damage the real one on its way. */
const plainReply = (fault: Fault, headers: Record<string, string>, nowMs: number): Reply | undefined => {
  const reset = Math.ceil(nowMs / 1000) + (fault.reset_s ?? 1);
  switch (fault.kind) {
    case '429':
      return fatal(429, 'Rate limit exceeded', {
        ...headers,
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(reset),
      });
    case '500':
      return fatal(500, 'Internal server error');
    case '503':
      return fatal(503, busy);
    case 'expired401':
      return fatal(401, 'Invalid API key');
    case 'forbidden403':
      return fatal(403, 'This key has no permission for this');
    case 'queued202':
      return { status: 202, body: { message: 'queued' }, headers };
    case 'error200':
      return { status: 200, body: { message: busy, errors: [busy] }, headers };
    default:
      return undefined;
  }
};

/** True where the fault decides without a look at the real answer. */
export const replaces = (fault: Fault): boolean =>
  !['truncated', 'disconnect', 'slow', 'warned200', 'duplicate_page'].includes(fault.kind);

/**
 * Does what the fault says and tells which status the client has seen (0: none). `real` is the answer that would
 * have been given.
 */
export const writeFault = async (
  response: ServerResponse,
  fault: Fault,
  real: Reply,
  nowMs: number,
  closing: AbortSignal,
): Promise<number> => {
  const plain = plainReply(fault, real.headers, nowMs);
  if (plain !== undefined) {
    writeReply(response, plain);
    return plain.status;
  }
  const bytes = Buffer.from(JSON.stringify(real.body));
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const headers = { ...json, ...real.headers };
  switch (fault.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return 0;
    case 'html200':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(proxyPage);
      return 200;
    case 'truncated':
      // A well-formed HTTP message whose JSON ends early: only parsing shows it.
      response.writeHead(real.status, { ...headers, 'content-length': half.length }).end(half);
      return real.status;
    case 'disconnect':
      response.writeHead(real.status, { ...headers, 'content-length': bytes.length });
      response.write(half, () => response.socket?.destroy());
      return real.status;
    case 'duplicate_page':
      // The server has answered for the page before.
      writeReply(response, real);
      return real.status;
    case 'warned200':
      writeReply(response, { ...real, body: { ...real.body, errors: ['Some results could not be read'] } });
      return real.status;
    case 'slow': {
      response.writeHead(real.status, { ...headers, 'content-length': bytes.length });
      const pieces = 10;
      const size = Math.ceil(bytes.length / pieces);
      for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
        await wait((fault.delay_ms ?? 1_000) / pieces, undefined, { signal: closing }).catch(() => response.destroy());
        if (!response.destroyed) response.write(bytes.subarray(at, at + size));
      }
      response.end();
      return real.status;
    }
    default:
      // timeout: the request is taken and never answered, until the client or the simulator gives up.
      return 0;
  }
};
