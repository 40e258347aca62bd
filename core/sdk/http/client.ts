import { Agent } from 'undici';
import { guardedLookup } from './metadata-address.js';
import { ConnectorError } from '../errors.js';
import { addressOf, baseAddress, type Query } from './address.js';
import { anonymous, type Auth, type AuthContext } from './auth.js';
import { systemClock, type Clock } from './clock.js';
import { ACCEPTED_ENCODINGS } from './exchange.js';
import { writeJson } from './json.js';
import { pagesOf, type Paginator } from './paging.js';
import type { RateLimit } from './rate-budget.js';
import { DEFAULT_RETRY, type RetryOptions } from './retry.js';
import { sharedBudget } from './shared-budget.js';
import { send, type AnswerCheck, type BodyParser, type HttpResponse, type Transport } from './send.js';
import type { StatusKinds } from './status-kinds.js';

export interface HttpClientOptions {
  /** Address of the API; its path is put before every request's path. */
  readonly baseUrl: string;
  readonly auth?: Auth;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The API's documented limit; shared by all clients with the same origin and credential, those of other workers too. */
  readonly rateLimit?: RateLimit;
  readonly retry?: RetryOptions;
  /** Limits of one attempt. Defaults: 120 s in all, 30 s without a byte, 10 s to connect. */
  readonly timeouts?: { readonly totalMs?: number; readonly idleMs?: number; readonly connectMs?: number };
  /** The largest body, compressed and decompressed. Default 32 MiB. */
  readonly maxResponseBytes?: number;
  /** What single statuses mean at this API, where the default table is wrong. */
  readonly statusKinds?: StatusKinds;
  /** Called with every successful answer; throws a `ConnectorError` for an error inside it, which is then handled by its kind. */
  readonly check?: AnswerCheck;
  /** Reads bodies that are no JSON. */
  readonly parse?: BodyParser;
  readonly clock?: Clock;
  /** In `[0, 1)`, for the jitter of pauses. */
  readonly random?: () => number;
  /** Ends every request and every wait at once, with its reason. */
  readonly signal?: AbortSignal;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the client's, status by status. */
  readonly statusKinds?: StatusKinds;
  /** Declares that a POST or PATCH may be repeated when it is unknown whether it was done. */
  readonly idempotent?: boolean;
  /** For paths that the API counts apart: takes the place of the client's limit. */
  readonly rateLimit?: RateLimit;
  /** Beside the client's. */
  readonly signal?: AbortSignal;
}

export interface HttpRequest extends RequestOptions {
  readonly method: string;
  /** Below the base address, or an absolute URL on the same origin. */
  readonly path: string;
  readonly query?: Query;
  /** A form, a text as it stands, or anything else as JSON (`bigint` with all its digits). */
  readonly body?: unknown;
}

export interface PagesOptions extends RequestOptions {
  readonly paginate: Paginator;
  /** Dot path of the list in the body; left out where the body is the list. */
  readonly items?: string;
  readonly query?: Query;
}

/**
 * A client for one JSON API, made in a source's `connect` and used by all its streams, concurrently if they like.
 *
 * Every method waits for the rate limit, repeats what may pass, and otherwise throws a `ConnectorError` that names method
 * and address without any value: a source needs no retry loop and no `catch`. GET, HEAD, PUT, DELETE and OPTIONS are
 * repeated; POST and PATCH only when they have surely not been done, or are declared `idempotent`. When the signal is
 * aborted, its reason is thrown. Integers beyond 2^53 come as `bigint`, decimals longer than a double as text.
 */
export interface HttpClient {
  /** The parsed body. It is undefined for a status that `statusKinds` skips. */
  get<T = any>(path: string, query?: Query, options?: RequestOptions): Promise<T>;
  post<T = any>(path: string, body?: unknown, options?: RequestOptions): Promise<T>;
  request<T = any>(request: HttpRequest): Promise<HttpResponse<T>>;
  /** Reads a list page by page; the next page is fetched when it is asked for. Empty pages are not yielded. */
  pages<T = any>(path: string, options: PagesOptions): AsyncIterable<readonly T[]>;
  /** Closes all connections; requests in flight fail. Idle connections keep no process alive. */
  close(): Promise<void>;
}

const SAFE_TO_REPEAT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

export function httpClient(options: HttpClientOptions): HttpClient {
  const { auth = anonymous, clock = systemClock, random = Math.random } = options;
  const { totalMs = 120_000, idleMs = 30_000, connectMs = 10_000 } = options.timeouts ?? {};
  const base = baseAddress(options.baseUrl);
  const dispatcher = new Agent({ connect: { timeout: connectMs, lookup: guardedLookup } });
  const transport: Transport = {
    dispatcher,
    clock,
    random,
    retry: { ...DEFAULT_RETRY, ...options.retry },
    limits: {
      totalMs,
      idleMs,
      maxResponseBytes: options.maxResponseBytes ?? 32 * 2 ** 20,
      sizeOption: '`maxResponseBytes` of the client',
    },
  };
  const apiTransport = options.parse === undefined ? transport : { ...transport, parse: options.parse };
  const own = { accept: 'application/json', 'accept-encoding': ACCEPTED_ENCODINGS, 'user-agent': 'tributary' };
  const defaults = { ...own, ...lowerCased(options.headers) };

  const authContext: AuthContext = {
    clock,
    async postForm(address, form, headers) {
      const url = baseAddress(address);
      const answer = await send(
        transport,
        {
          method: 'POST',
          url,
          // The headers of the API may hold a key, which is no business of the token server.
          headers: { ...own, ...lowerCased(headers), 'content-type': FORM },
          body: form.toString(),
          isIdempotent: true,
          auth: anonymous,
          budget: sharedBudget(url.origin, auth.identity),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        },
        authContext,
      );
      return answer.body;
    },
  };

  const request = async <T>(wanted: HttpRequest): Promise<HttpResponse<T>> => {
    const method = wanted.method.toUpperCase();
    const body = encoded(wanted.body);
    const signals = [options.signal, wanted.signal].filter((signal) => signal !== undefined);
    const url = addressOf(base, wanted.path, wanted.query);
    const limit = wanted.rateLimit ?? options.rateLimit;
    const answer = await send(
      apiTransport,
      {
        method,
        url,
        headers: { ...defaults, ...body?.headers, ...lowerCased(wanted.headers) },
        isIdempotent: wanted.idempotent ?? SAFE_TO_REPEAT.has(method),
        statusKinds: { ...options.statusKinds, ...wanted.statusKinds },
        auth,
        budget: sharedBudget(base.origin, auth.identity, limit),
        ...(limit === undefined ? {} : { limit }),
        ...(body === undefined ? {} : { body: body.text }),
        ...(options.check === undefined ? {} : { check: options.check }),
        ...(signals.length === 0 ? {} : { signal: signals.length === 1 ? signals[0]! : AbortSignal.any(signals) }),
      },
      authContext,
    );
    return answer as HttpResponse<T>;
  };

  return {
    request,
    get: async <T>(path: string, query?: Query, more?: RequestOptions) =>
      (await request<T>({ ...more, method: 'GET', path, ...(query === undefined ? {} : { query }) })).body,
    post: async <T>(path: string, body?: unknown, more?: RequestOptions) =>
      (await request<T>({ ...more, method: 'POST', path, body })).body,
    pages: <T>(path: string, more: PagesOptions) => pagesOf<T>({ request, base }, path, more),
    async close() {
      await dispatcher.destroy();
    },
  };
}

const FORM = 'application/x-www-form-urlencoded';

function encoded(body: unknown): { readonly text: string; readonly headers: Record<string, string> } | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return { text: body, headers: {} };
  if (body instanceof URLSearchParams) return { text: body.toString(), headers: { 'content-type': FORM } };
  if (typeof body === 'function' || typeof body === 'symbol')
    throw new ConnectorError('internal', 'The body of a request is neither text nor data');
  return { text: writeJson(body), headers: { 'content-type': 'application/json' } };
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
