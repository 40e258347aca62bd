import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { campaignRoutes } from './campaign-routes.js';
import { canvasRoutes } from './canvas-routes.js';
import { answerControl } from './control-routes.js';
import { createFaultPlan, type Fault, type FaultPlan } from './faults.js';
import { Refusal } from './parameters.js';
import { createRateLimiter, defaultRateLimits, type RateLimits } from './rate-limit.js';
import { fatal, replaces, writeFault, writeReply, type Reply } from './replies.js';
import { createRequestLog, loggedQuery, type RequestLog } from './request-log.js';
import type { Quirks } from './series.js';
import { workspaceRoutes } from './workspace-routes.js';
import { createUserExports } from './user-export.js';
import { createWorld, instantOf, type BrazeWorld, type WorldOptions } from './world.js';

export interface ApiKey {
  /** Stands in the request log. */
  readonly name: string;
  readonly key: string;
  /** Such as `campaigns.list`, `campaigns.details`, `campaigns.data_series`. */
  readonly scopes: readonly string[];
}

export interface BrazeSimulatorOptions extends WorldOptions {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Default: one key, `defaultApiKey`, that may read everything. */
  readonly keys?: readonly ApiKey[];
  readonly rateLimits?: Partial<RateLimits>;
  readonly quirks?: Quirks;
  readonly faults?: readonly Fault[];
  /** The clock of the rate limits and of the `Date` of each answer, in ms. */
  readonly wallClock?: () => number;
  /** Called when the clock was moved over HTTP; the answer waits for it. */
  readonly onClock?: () => Promise<void> | void;
}

export interface BrazeSimulator {
  readonly url: string;
  readonly world: BrazeWorld;
  readonly faults: FaultPlan;
  readonly requests: RequestLog;
  now(): string;
  /** Moves the simulated clock, which stands still otherwise. */
  setNow(now: string | number): void;
  close(): Promise<void>;
}

/** Every endpoint, by its path. */
export const routes = { ...campaignRoutes, ...canvasRoutes, ...workspaceRoutes };

export const defaultApiKey: ApiKey = {
  name: 'reporting',
  key: 'simulated-rest-api-key',
  scopes: Object.values(routes).map(({ scope }) => scope),
};

/** Undefined for what is no JSON. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

/** Starts a Braze of its own world on a local port. */
export const startBrazeSimulator = async (options: BrazeSimulatorOptions): Promise<BrazeSimulator> => {
  const world = createWorld(options);
  const faults = createFaultPlan();
  faults.set(...(options.faults ?? []));
  const requests = createRequestLog();
  const keys = new Map((options.keys ?? [defaultApiKey]).map((each) => [each.key, each]));
  const limiter = createRateLimiter({ ...defaultRateLimits, ...options.rateLimits });
  const { quirks = {}, wallClock = Date.now } = options;
  const users = createUserExports(options.seed ?? 1, () => address, wallClock);
  let address = '';
  const closing = new AbortController();
  let now = instantOf(options.now);
  const setNow = (to: string | number): void => {
    now = instantOf(to);
  };

  const keyOf = (request: IncomingMessage): ApiKey | undefined => {
    const match = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '');
    return match === null ? undefined : keys.get(match[1]);
  };

  /** The answer of a healthy Braze. */
  const answer = (method: string, url: URL, key: ApiKey | undefined, body: unknown): Reply => {
    const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
    if (route === undefined) return fatal(404, 'Not found');
    const allow = route.method ?? 'GET';
    if (method !== allow) return fatal(405, 'Method not allowed', { allow });
    if (url.searchParams.has('api_key')) return fatal(401, 'Send the API key in the Authorization header');
    if (key === undefined) return fatal(401, 'Invalid API key');
    if (!key.scopes.includes(route.scope)) return fatal(403, `This key lacks the permission ${route.scope}`);
    const { isAllowed, headers } = limiter.take(route.bucket, wallClock());
    if (!isAllowed) return fatal(429, 'Rate limit exceeded', headers);
    try {
      return { status: 200, body: route.answer(url.searchParams, { world, quirks, now, users, body }), headers };
    } catch (error) {
      if (error instanceof Refusal) return fatal(error.status, error.message, headers);
      throw error;
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const method = request.method ?? '';
    if (url.pathname.startsWith('/_simulator/'))
      return answerControl(request, response, url, {
        world,
        faults,
        requests,
        now: () => now,
        setNow,
        onClock: options.onClock ?? (() => undefined),
      });
    if (url.pathname.startsWith('/_archives/')) {
      const { status, headers, bytes } = await users.archive(url.pathname, request.headers.range);
      requests.add({
        method,
        path: '/_archives',
        query: {},
        status,
        key_name: keyOf(request)?.name ?? null,
        fault: null,
      });
      const isCut = faults.next('/_archives', url.searchParams)?.kind === 'disconnect';
      response.writeHead(status, { ...headers, 'content-length': bytes.length });
      if (!isCut) return void response.end(bytes);
      return void response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
    }
    const body = method === 'POST' ? await jsonOf(request) : request.resume() && undefined;
    const key = keyOf(request);
    const fault = faults.next(url.pathname, url.searchParams);
    const log = (status: number): void =>
      requests.add({
        method,
        path: url.pathname,
        query: loggedQuery(url.searchParams),
        status,
        key_name: key?.name ?? null,
        fault: fault?.kind ?? null,
      });
    // A request that is never answered is logged when it comes, or nobody could wait for it.
    if (fault?.kind === 'timeout') return log(0);
    if (fault?.kind === 'duplicate_page')
      url.searchParams.set('page', `${Number(url.searchParams.get('page') ?? 0) - 1}`);
    const reply = answer(method, url, key, body);
    // A damaged answer needs a real one: a refusal goes out as it is.
    if (fault === undefined || (!replaces(fault) && reply.status !== 200)) {
      log(reply.status);
      return writeReply(response, reply);
    }
    log(await writeFault(response, fault, reply, wallClock(), closing.signal));
  };

  const server = createServer((request, response) => {
    response.setHeader('date', new Date(wallClock()).toUTCString());
    serve(request, response).catch((error: unknown) => {
      process.stderr.write(`Braze simulator: ${(error as Error).stack}\n`);
      if (!response.headersSent) writeReply(response, fatal(500, 'The simulator itself failed'));
      else response.destroy();
    });
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  address = `http://${host}:${port}`;
  return {
    url: address,
    world,
    faults,
    requests,
    now: () => new Date(now).toISOString(),
    setNow,
    close: () => {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
};
