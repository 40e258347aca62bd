import { Agent } from 'undici';
import { ConnectorError, isConnectorError, type ErrorKind } from '#sdk';
import { ACCEPTED_ENCODINGS, limitStateOf, oneRequest, type HttpClock } from '#sdk/http';
import { guarded, guardedLookup, type AddressGuard } from './address-guard.js';
import { Answer, Headers, shownAddress, type WireParts } from './answer.js';
import type { ApiBudget } from './api-budget.js';
import type { Action, ErrorHandler, Resolution } from './error-handler.js';
import { assertFlat } from './nesting.js';

/** One exchange as `connectors try` shows it and `--record` keeps it. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answer: Uint8Array;
}

export interface ApiClientOptions {
  readonly guard: AddressGuard;
  readonly clock: HttpClock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly maxResponseBytes: number;
  readonly budget: ApiBudget;
  readonly onExchange: ((exchange: Exchange) => void) | undefined;
  /** Told before each wait for another attempt, in one line. */
  readonly onRetry: ((text: string) => void) | undefined;
  /** What an answer that is a fault says of itself, as it may be told; nothing where it may not. */
  readonly faultText: (body: unknown) => string;
  /** Answers in place of the network, for replays. */
  readonly answers: ((request: WireParts) => Answer | undefined) | undefined;
}

/** What of a request a credential may stand in. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Wanted extends Sent {
  readonly method: string;
  /** The same with the credential as it is now: the one of a request that had to wait may be over. */
  readonly signed?: (() => Promise<Sent>) | undefined;
  /** True where a credential is for one request, and all its attempts. */
  readonly isSignedOnce?: boolean;
  /** Texts of its address that no error may show. */
  readonly hidden?: () => readonly string[];
  readonly handler: ErrorHandler;
  /** Fetches another credential in place of the one in these headers, which was refused. */
  readonly renew?: ((refused: Sent['headers']) => Promise<void>) | undefined;
  /** What the answer is kept under; undefined where it is not kept. */
  readonly cachedAs?: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly onIgnored?: ((answer: Answer) => void) | undefined;
}

/** What an API answered to a request, where that is a fault. */
export class AnswerError extends ConnectorError {
  readonly status: number;
  constructor(status: number, ...given: ConstructorParameters<typeof ConnectorError>) {
    super(...given);
    this.status = status;
  }
}

/** Something that an error handler says of a page, and the retriever acts on. */
export class PageSignal extends Error {
  readonly action: 'RESET_PAGINATION' | 'REDUCE_PAGE_SIZE' | 'SPLIT_REQUEST_WINDOW';
  constructor(action: PageSignal['action'], message: string) {
    super(message);
    this.action = action;
  }
}

export interface ApiClient {
  /** The answer, after what may be repeated was; undefined where the manifest says to ignore one that is no success. */
  send(wanted: Wanted): Promise<Answer | undefined>;
  /** Asks again for what a kept answer came from, since it turned out to be none. */
  forget(answer: Answer): void;
  close(): Promise<void>;
}

/** Of every request, those for tokens too: some servers refuse one without a name. */
const USUAL_HEADERS = { accept: '*/*', 'accept-encoding': ACCEPTED_ENCODINGS, 'user-agent': 'tributary' };
const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** As quotas are often per hour. */
const MOST_WAITING_MS = 65 * 60_000;
/** A request that waited so long is signed anew. */
const STALE_MS = 1000;
const MOST_CACHED_BYTES = 64 * 2 ** 20;
const CONNECT_MS = 10_000;
const TOTAL_MS = 300_000;
const IDLE_MS = 60_000;

export function apiClient(options: ApiClientOptions): ApiClient {
  const { guard, clock, signal, budget } = options;
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS, lookup: guardedLookup(guard.allowed) } });
  const cache = new Map<string, Answer>();
  let cachedBytes = 0;

  /** Of slashes that a path begins with one is sent, as by the reference: a base that ends in one is met by a path that begins so. */
  const addressOf = (text: string, hidden: WireParts['hidden']): URL => {
    const url = guarded(text, guard, hidden);
    if (url.pathname.startsWith('//')) url.pathname = url.pathname.replace(/^\/+/, '/');
    return url;
  };

  const exchange = async (parts: WireParts, resends: number, timeoutMs: number | undefined): Promise<Answer> => {
    const replayed = options.answers?.(parts);
    if (replayed !== undefined) return replayed;
    const { method, url, headers, body } = parts;
    const response = await oneRequest(
      dispatcher,
      { method, url, headers, ...(body === undefined ? {} : { body }) },
      {
        totalMs: timeoutMs ?? TOTAL_MS,
        idleMs: timeoutMs ?? IDLE_MS,
        maxResponseBytes: options.maxResponseBytes,
        sizeOption: '`max_response_bytes` of the source',
      },
      { resends, signal },
    );
    assertFlat(response.body, options.maxResponseBytes);
    const answer = new Answer(response.status, new Headers(response.headers), response.body, parts);
    options.onExchange?.({
      method,
      url: url.href,
      headers,
      body,
      status: answer.status,
      answerHeaders: Object.fromEntries(answer.headers.entries() as [string, string][]),
      answer: answer.body,
    });
    return answer;
  };

  /**
   * Follows redirects as fetch does: 307 and 308 keep method and body, 303 and what answers a POST make a GET. Each address is
   * judged like the first one, so a body goes to no host that is not named; another origin gets no header with a credential.
   */
  const once = async (wanted: Wanted, now: () => Promise<Sent>, resends: number): Promise<Answer> => {
    const hidden = wanted.hidden ?? NOTHING;
    const partsOf = ({ url, headers, body }: Sent): WireParts => ({
      method: wanted.method,
      url: addressOf(url, hidden),
      headers: { ...USUAL_HEADERS, ...headers },
      body,
      hidden,
    });
    let parts = partsOf(await now());
    for (let hop = 0; ; hop += 1) {
      await budget.take(parts, signal);
      if (hop === 0) parts = partsOf(await now());
      const answer = await exchange(parts, resends, wanted.timeoutMs);
      budget.answered(parts, answer);
      const location = answer.headers.get('location');
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
      if (hop >= MOST_REDIRECTS)
        throw new ConnectorError('source', `${shown(parts)} leads from one address to the next without end`, {
          hint: 'Look at the address of the API.',
        });
      const url = addressOf(new URL(location, parts.url).href, hidden);
      const isSame = url.origin === parts.url.origin;
      const becomesGet =
        answer.status === 303 || (answer.status !== 307 && answer.status !== 308 && parts.method === 'POST');
      parts = {
        url,
        hidden,
        method: becomesGet && parts.method !== 'HEAD' ? 'GET' : parts.method,
        headers: headersAfter(parts.headers, { isSame, becomesGet }),
        body: becomesGet ? undefined : parts.body,
      };
    }
  };

  const failed = (...[wanted, outcome, resolution, attempt]: Parameters<typeof failure>): ConnectorError => {
    const told = outcome instanceof Error || resolution.message !== '' ? undefined : options.faultText(outcome.json());
    return failure(wanted, outcome, told === undefined ? resolution : { ...resolution, message: told }, attempt);
  };

  return {
    async send(wanted) {
      const key = wanted.method === 'GET' ? wanted.cachedAs : undefined;
      const kept = key === undefined ? undefined : cache.get(key);
      if (kept !== undefined) return kept;
      const answer = await retried(wanted);
      if (key !== undefined && answer?.isOk === true && cachedBytes + answer.body.length <= MOST_CACHED_BYTES) {
        cachedBytes += answer.body.length;
        cache.set(key, answer);
      }
      return answer;
    },
    forget(answer) {
      for (const [key, kept] of cache) {
        if (kept !== answer) continue;
        cache.delete(key);
        cachedBytes -= answer.body.length;
      }
    },
    close: () => dispatcher.destroy(),
  };

  async function retried(wanted: Wanted): Promise<Answer | undefined> {
    const { signed } = wanted;
    let sent: Sent | undefined = signed === undefined ? wanted : undefined;
    let signedAt = 0;
    /** A fault of the credential, which was repeated already where it could pass. */
    let unsigned: unknown;
    const now = async (): Promise<Sent> => {
      const isGood = signed === undefined || wanted.isSignedOnce || clock.now().getTime() - signedAt < STALE_MS;
      if (sent !== undefined && isGood) return sent;
      sent = await signed!().catch((error: unknown) => {
        unsigned = error;
        throw error;
      });
      signedAt = clock.now().getTime();
      return sent;
    };
    let waitedMs = 0;
    let isRefreshed = false;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      let outcome: Answer | ConnectorError;
      try {
        outcome = await once(wanted, now, attempt - 1);
      } catch (error) {
        signal.throwIfAborted();
        if (error === unsigned || !isConnectorError(error)) throw error;
        outcome = error;
      }
      const answer = outcome instanceof Error ? undefined : outcome;
      const resolution = wanted.handler.interpret(outcome);
      switch (resolution.action) {
        case 'SUCCESS':
        case 'IGNORE':
          if (answer?.isOk === true) return answer;
          if (answer !== undefined) wanted.onIgnored?.(answer);
          return undefined;
        case 'FAIL':
          throw failed(wanted, outcome, resolution, attempt);
        case 'RESET_PAGINATION':
        case 'REDUCE_PAGE_SIZE':
        case 'SPLIT_REQUEST_WINDOW':
          throw new PageSignal(resolution.action, resolution.message);
      }
      if (resolution.action === 'REFRESH_TOKEN_THEN_RETRY') {
        if (isRefreshed) throw failed(wanted, outcome, { ...resolution, failure: 'config_error' }, attempt);
        isRefreshed = true;
        await wanted.renew?.(sent?.headers ?? {});
        if (signed !== undefined) sent = undefined;
      }
      if (attempt > wanted.handler.maxRetries) throw failed(wanted, outcome, resolution, attempt);
      const pause = pauseMs(wanted.handler, answer, attempt, resolution.action);
      if (waitedMs + pause > MOST_WAITING_MS) {
        const message = `${resolution.message} to be asked again in ${Math.ceil(pause / 1000)} s`.trim();
        const { kind, message: text, details } = failed(wanted, outcome, { ...resolution, message }, attempt);
        // Whoever would try again knows when.
        throw new ConnectorError(kind, text, { ...details, retryAfterMs: pause });
      }
      options.onRetry?.(
        `${failed(wanted, outcome, { ...resolution, message: '' }, 1).message}; again in ${secondsOf(pause)} s (${attempt} of ${wanted.handler.maxRetries} repeats)`,
      );
      await clock.sleep(pause, signal);
      waitedMs += pause;
    }
  }

  function pauseMs(handler: ErrorHandler, answer: Answer | undefined, attempt: number, action: Action): number {
    for (const backOff of handler.backOffs) {
      const seconds = backOff(answer, attempt, options.random);
      if (seconds !== undefined && seconds > 0) return seconds * 1000;
    }
    const { headers } = answer ?? {};
    const told = { 'retry-after': headers?.get('retry-after'), date: headers?.get('date') };
    const asked = limitStateOf(told, clock.now()).retryAfterMs;
    if (asked !== undefined && asked > 0) return asked;
    // An API that it is too much for is given all the time that the reference gives it.
    const part = action === 'RATE_LIMITED' ? 1 : 0.5 + options.random() / 2;
    return 2 ** (attempt - 1) * 1000 * part;
  }
}

/** A key may have any name, so what every client sends is all that another origin gets. */
export const PUBLIC_HEADERS: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'user-agent', 'content-type']);

function headersAfter(
  headers: Readonly<Record<string, string>>,
  { isSame, becomesGet }: { readonly isSame: boolean; readonly becomesGet: boolean },
): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => (isSame || PUBLIC_HEADERS.has(name)) && !(becomesGet && name.startsWith('content-')),
  );
  return Object.fromEntries(kept);
}

const secondsOf = (pauseMs: number): string => (pauseMs / 1000).toFixed(pauseMs < 10_000 ? 1 : 0);

const NOTHING = (): readonly string[] => [];

const shown = ({
  method,
  url,
  hidden = NOTHING,
}: Pick<Wanted, 'method' | 'hidden'> & { readonly url: URL | string }) => {
  const parsed = typeof url === 'string' ? URL.parse(url) : url;
  return parsed === null ? method : `${method} ${shownAddress({ url: parsed, hidden })}`;
};

function failure(
  wanted: Wanted,
  outcome: Answer | ConnectorError,
  resolution: Resolution,
  attempt: number,
): ConnectorError {
  const attempts = attempt > 1 ? ` (${attempt} attempts)` : '';
  const said = resolution.message === '' ? '' : ` ${resolution.message.slice(0, 300)}`;
  if (outcome instanceof Error) {
    if (outcome.kind === 'config' || outcome.kind === 'auth') return outcome;
    return new ConnectorError(
      outcome.kind,
      `${shown(wanted)}: ${outcome.message}${attempts}${said && `.${said}`}`,
      outcome.details,
    );
  }
  const kind = kindOf(outcome.status, resolution);
  return new AnswerError(
    outcome.status,
    kind,
    `${shown(wanted)}: answered ${outcome.status}${attempts}${said && `.${said}`}`,
    {
      hint:
        resolution.hint ??
        (outcome.status === 404 && (wanted.hidden ?? NOTHING)().length > 0 ? OF_RECORDS : undefined) ??
        HINTS[kind] ??
        'Look at what the API says: `tributary connectors try` shows it. A manifest may say by an `error_handler` what is to be done.',
      ...(outcome.status === 403 ? { fault: 'permission' } : {}),
    },
  );
}

function kindOf(status: number, { failure: declared, action }: Resolution): ErrorKind {
  if (declared === 'auth_error') return 'auth';
  if (status === 429 || action === 'RATE_LIMITED') return 'rate_limit';
  if (status === 401 || status === 403) return 'auth';
  if (declared === 'transient_error' || status >= 500) return 'transient';
  return declared === 'config_error' || status === 404 ? 'config' : 'source';
}

/** Of an address that records of another stream have a part in. */
const OF_RECORDS =
  'Check the `path` of the stream. Where it is right for others, what a record of the other stream stands for is gone: a declarative manifest can pass over it by an `error_handler` (docs/custom-api.md).';
const HINTS: Partial<Record<ErrorKind, string>> = {
  auth: 'Check the credential in the configuration, and its rights.',
  rate_limit:
    'Run at another time, or keep to what the API allows: `rate_limit` of the short form, `api_budget` of a manifest.',
  transient: 'The API has a fault of its own. Try again later.',
  config: 'Check the `path` of the stream, and the configuration that it reads.',
};
