/** Header names are in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The first value of a header. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

export interface LimitState {
  /** How many requests a window has. */
  readonly limit?: number;
  /** What `Retry-After` asks for. */
  readonly retryAfterMs?: number;
  /** How many requests are left until the reset. */
  readonly remaining?: number;
  /** Until the quota is renewed. */
  readonly resetMs?: number;
}

/** A reset that is larger than this is a point in time (epoch seconds), a smaller one a number of seconds. */
const SMALLEST_EPOCH_S = 1_000_000_000;
const SMALLEST_EPOCH_MS = 100_000_000_000;

/**
 * Reads `Retry-After` (seconds or date), `X-RateLimit-Remaining` and `-Reset` (epoch or seconds), and the two forms of the
 * IETF draft (`RateLimit-Remaining` with `RateLimit-Reset`, and `RateLimit: "name";r=0;t=30`). Points in time are compared
 * with the `Date` of the same response, so that a wrong clock on either side does no harm.
 */
export function limitStateOf(headers: ResponseHeaders, now: Date): LimitState {
  const sent = Date.parse(headerOf(headers, 'date') ?? '');
  const nowMs = Number.isNaN(sent) ? now.getTime() : sent;
  const combined = combinedLimit(headerOf(headers, 'ratelimit'));
  const remaining = countOf(
    headerOf(headers, 'x-ratelimit-remaining') ?? headerOf(headers, 'ratelimit-remaining') ?? combined?.remaining,
  );
  const resetMs = untilMs(
    headerOf(headers, 'x-ratelimit-reset') ?? headerOf(headers, 'ratelimit-reset') ?? combined?.reset,
    nowMs,
  );
  const retryAfterMs = untilMs(headerOf(headers, 'retry-after'), nowMs);
  const limit = countOf(headerOf(headers, 'x-ratelimit-limit') ?? headerOf(headers, 'ratelimit-limit'));
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  };
}

function untilMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number >= SMALLEST_EPOCH_MS) return Math.max(0, number - nowMs);
    return number >= SMALLEST_EPOCH_S ? Math.max(0, number * 1000 - nowMs) : number * 1000;
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** `1000, 1000;w=3600` of some gateways means the first number. */
function countOf(value: string | undefined): number | undefined {
  const match = /^\s*(\d+)/.exec(value ?? '');
  return match === null ? undefined : Number(match[1]);
}

function combinedLimit(value: string | undefined): { remaining?: string; reset?: string } | undefined {
  if (value === undefined) return undefined;
  const remaining = /[;,]\s*(?:r|remaining)=(\d+)/.exec(value)?.[1];
  const reset = /[;,]\s*(?:t|reset)=(\d+)/.exec(value)?.[1];
  return { ...(remaining === undefined ? {} : { remaining }), ...(reset === undefined ? {} : { reset }) };
}
