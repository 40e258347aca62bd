import type { Dispatcher } from 'undici';
import { unlessAborted } from '../../protocol/index.js';
import { ConnectorError, isConnectorError, type ErrorDetails, type ErrorKind } from '../errors.js';
import { shownAddress } from './address.js';
import { bodyOf } from './answer.js';
import type { Auth, AuthContext, Authorized } from './auth.js';
import { countedCall, type CountedCall } from './call-count.js';
import type { Clock } from './clock.js';
import { exchange, wasNotSent, type WireLimits, type WireResponse } from './exchange.js';
import { limitStateOf, type ResponseHeaders } from './limit-headers.js';
import { waitingForLimit } from './limit-waits.js';
import { secondsText, type RateBudget, type RateLimit } from './rate-budget.js';
import { backOffMs, refusalPauseMs, type RetryPolicy } from './retry.js';
import { meaningOf, type StatusKinds } from './status-kinds.js';
import { tracedExchange } from './trace.js';

export interface HttpResponse<T = unknown> {
  readonly status: number;
  /** Names are in lower case. */
  readonly headers: ResponseHeaders;
  /** The parsed body; undefined for an answer without one, and for a status that is skipped. */
  readonly body: T;
}

/** Throws a `ConnectorError` where an API hides an error in an answer that looks well. */
export type AnswerCheck = (body: any, response: HttpResponse) => void;

/**
 * Reads the body of an answer that is no JSON, in place of the client's own reader. What it throws is handled by its kind;
 * for `source`, a body that is no answer, a request that may be repeated is so once.
 */
export type BodyParser = (body: Uint8Array, response: Omit<HttpResponse, 'body'>) => unknown;

export interface Transport {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly limits: WireLimits;
  readonly parse?: BodyParser;
}

/** A request with all that decides about its repetition. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isIdempotent: boolean;
  readonly statusKinds?: StatusKinds;
  readonly check?: AnswerCheck;
  readonly auth: Auth;
  readonly budget: RateBudget;
  /** The limit that the budget keeps to. */
  readonly limit?: RateLimit;
  readonly signal?: AbortSignal;
}

/** How a failed attempt may be repeated: `once` is for an answer that is complete and yet no answer. */
type Repetition = 'never' | 'once' | 'back_off' | 'after_pause' | 'renewed';
interface Fault {
  readonly error: ConnectorError;
  readonly repetition: Repetition;
}

/** Sends a request until it is answered, refused for good, or has used up its attempts or its patience. */
export async function send(transport: Transport, call: Call, authContext: AuthContext): Promise<HttpResponse> {
  const { clock, random, retry } = transport;
  const { auth, budget, signal } = call;
  let waitedMs = 0;
  let isRenewed = false;
  const times: Record<Repetition, number> = { never: 0, once: 0, back_off: 0, after_pause: 0, renewed: 0 };

  const sleep = async (fault: Fault, ms: number): Promise<void> => {
    if (waitedMs + ms > retry.totalMs) {
      const { error, repetition } = fault;
      const told =
        repetition === 'after_pause'
          ? new ConnectorError(error.kind, `${error.message}, to be asked again in ${secondsText(ms)}`, error.details)
          : error;
      throw described(call, times, told, { retryAfterMs: Math.ceil(ms) });
    }
    await clock.sleep(ms, signal);
    waitedMs += ms;
  };

  for (;;) {
    const authorized: Authorized = {
      headers: { ...call.headers },
      query: new URLSearchParams(),
      ...(call.body === undefined ? {} : { body: call.body }),
    };
    try {
      waitedMs += await waitingForLimit(budget.take(clock, retry.totalMs - waitedMs, signal));
    } catch (error) {
      throw isConnectorError(error) ? described(call, times, error) : error;
    }
    await unlessAborted(auth.apply(authorized, authContext), signal);
    const count = countedCall(call.url, call.limit);
    const outcome = await attempt(transport, call, authorized, count, sentSoFar(times));
    if (!('error' in outcome)) return outcome;
    const { error, repetition } = outcome;
    if (error.kind === 'rate_limit') count.refused();
    times[repetition] += 1;
    if (error.kind === 'auth' && !isRenewed && auth.renew !== undefined) {
      isRenewed = true;
      if (await unlessAborted(auth.renew(authorized, authContext), signal)) continue;
    }
    switch (repetition) {
      case 'back_off':
        if (times.back_off >= retry.attempts) throw described(call, times, error);
        await sleep(outcome, Math.max(backOffMs(retry, times.back_off, random), error.details.retryAfterMs ?? 0));
        break;
      case 'after_pause': {
        // A refusal is no failure of the request: all who share the quota wait, and no attempt is used up.
        const pause = Math.max(refusalPauseMs(retry, times.after_pause, random), error.details.retryAfterMs ?? 0);
        budget.pause(clock, pause);
        await waitingForLimit(sleep(outcome, pause));
        break;
      }
      case 'once':
        if (times.once > 1) throw described(call, times, error);
        await sleep(outcome, backOffMs(retry, 1, random));
        break;
      default:
        throw described(call, times, error);
    }
  }
}

async function attempt(
  transport: Transport,
  call: Call,
  authorized: Authorized,
  count: CountedCall,
  resends: number,
): Promise<HttpResponse | Fault> {
  const { dispatcher, limits, clock, parse } = transport;
  const url = new URL(call.url);
  for (const [name, value] of authorized.query) url.searchParams.set(name, value);
  const unsent = { method: call.method, url, headers: authorized.headers };
  const wire = call.body === undefined ? unsent : { ...unsent, body: call.body };
  let response: WireResponse;
  try {
    const sent = authorized.body === undefined ? wire : { ...wire, body: authorized.body };
    response = await tracedExchange(wire, resends, () => exchange(dispatcher, sent, limits, call.signal));
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    const mayRepeat = error.kind === 'transient' && (call.isIdempotent || wasNotSent(error));
    return { error, repetition: mayRepeat ? 'back_off' : 'never' };
  }

  const { status, headers } = response;
  const state = limitStateOf(headers, clock.now());
  count.answered(state);
  if (state.remaining !== undefined) call.budget.remaining(clock, state.remaining);
  if (state.remaining === 0 && state.resetMs !== undefined) call.budget.pause(clock, state.resetMs);

  const { kind, hint, fault } = meaningOf(status, call.statusKinds);
  if (kind === 'skip') return { status, headers, body: undefined };
  if (kind !== 'ok') {
    // A refusal with requests left has another reason than the quota, so the reset says nothing about it.
    const resetMs = kind === 'rate_limit' && (state.remaining ?? 0) === 0 ? state.resetMs : undefined;
    const retryAfterMs = state.retryAfterMs ?? resetMs;
    const details = {
      ...(hint === undefined ? {} : { hint }),
      ...(fault === undefined ? {} : { fault }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    return faultOf(call, new ConnectorError(kind, `answered ${status}`, details));
  }
  let body: unknown;
  try {
    body = parse === undefined ? bodyOf(call.method, response) : parse(response.body, { status, headers });
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    if (error.kind !== 'source') return faultOf(call, error);
    return { error, repetition: call.isIdempotent ? 'once' : 'never' };
  }
  const answer: HttpResponse = { status, headers, body };
  try {
    call.check?.(body, answer);
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    return faultOf(call, error);
  }
  return answer;
}

const REPETITIONS: Partial<Record<ErrorKind, Repetition>> = { rate_limit: 'after_pause', transient: 'back_off' };

function faultOf(call: Call, error: ConnectorError): Fault {
  const repetition = REPETITIONS[error.kind] ?? 'never';
  return { error, repetition: repetition === 'back_off' && !call.isIdempotent ? 'never' : repetition };
}

const sentSoFar = (times: Readonly<Record<Repetition, number>>): number =>
  Object.values(times).reduce((sum, count) => sum + count, 0);

/** Says which request it was, without any value that may be secret. */
function described(
  call: Call,
  times: Readonly<Record<Repetition, number>>,
  error: ConnectorError,
  more: ErrorDetails = {},
): ConnectorError {
  const sent = sentSoFar(times);
  const attempts = sent > 1 ? ` (${sent} attempts)` : '';
  return new ConnectorError(error.kind, `${call.method} ${shownAddress(call.url)}: ${error.message}${attempts}`, {
    ...error.details,
    ...more,
  });
}
