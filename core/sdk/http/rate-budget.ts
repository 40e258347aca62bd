import { parseDuration } from '../../protocol/duration.js';
import { ConnectorError } from '../errors.js';
import type { Clock } from './clock.js';

export interface RateLimit {
  /** The most requests that the API allows per window. */
  readonly requests: number;
  /** The window, such as `1m` or `1h`. */
  readonly per: string;
  /** Names a quota of its own, where an API counts some of its paths apart. */
  readonly share?: string;
}

/** What all clients with the same origin and credential share. */
export interface RateBudget {
  /** Waits for a request's turn and says how long that took; throws `rate_limit` if it would be longer than `maxWaitMs`. */
  take(clock: Clock, maxWaitMs: number, signal?: AbortSignal): Promise<number>;
  /** Lets nobody start a request for this long. */
  pause(clock: Clock, ms: number): void;
  /** The API says how many requests are left: others may use the same quota, so it is believed when it is fewer. */
  remaining(clock: Clock, count: number): void;
}

interface Bucket {
  readonly size: number;
  readonly perMs: number;
  level: number;
  filledAt: number;
}

/** A fifth may be taken at once and four fifths are spread over the window, so that no window sees more than allowed. */
const BURST = 0.2;

/** A reset that a faulty API puts in the far future must not stop a host that runs for months. */
export const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** A budget of this process alone. */
export function rateBudget(limit?: RateLimit): RateBudget {
  const bucket = limit === undefined ? undefined : bucketOf(limit);
  let pausedUntil = 0;

  const refill = (now: number): void => {
    if (bucket === undefined) return;
    // A clock that was set back must not empty the bucket.
    const passed = Math.max(0, now - bucket.filledAt);
    bucket.level = Math.min(bucket.size, bucket.level + passed * bucket.perMs);
    bucket.filledAt = now;
  };

  return {
    async take(clock, maxWaitMs, signal) {
      signal?.throwIfAborted();
      const start = clock.now().getTime();
      let turn = start;
      if (bucket !== undefined) {
        refill(start);
        bucket.level -= 1;
        if (bucket.level < 0) turn += -bucket.level / bucket.perMs;
      }
      let waited = 0;
      try {
        for (;;) {
          const now = clock.now().getTime();
          const wait = Math.ceil(Math.max(turn, pausedUntil) - now);
          if (wait <= 0) return waited;
          if (waited + wait > maxWaitMs) throw tooLong(wait);
          await clock.sleep(wait, signal);
          waited += wait;
        }
      } catch (error) {
        if (bucket !== undefined) bucket.level += 1;
        throw error;
      }
    },
    pause(clock, ms) {
      pausedUntil = Math.max(pausedUntil, clock.now().getTime() + Math.min(ms, LONGEST_PAUSE_MS));
    },
    remaining(clock, count) {
      refill(clock.now().getTime());
      if (bucket !== undefined && bucket.level > count) bucket.level = count;
    },
  };
}

function bucketOf(limit: RateLimit): Bucket {
  const windowMs = windowMsOf(limit);
  const { requests } = limit;
  const size = Math.max(1, Math.floor(requests * BURST));
  return { size, perMs: Math.max(requests - size, requests / 2) / windowMs, level: size, filledAt: 0 };
}

/** Throws `internal` for a limit that makes no sense. */
export function windowMsOf({ requests, per }: RateLimit): number {
  const windowMs = parseDuration(per);
  if (windowMs === undefined || windowMs === 0 || !Number.isFinite(requests) || requests < 1)
    throw new ConnectorError('internal', `A rate limit of ${requests} requests per "${per}" makes no sense`, {
      hint: 'Give a number of requests and a window such as 30s, 1m or 1h.',
    });
  return windowMs;
}

export function tooLong(waitMs: number): ConnectorError {
  return new ConnectorError('rate_limit', `The rate limit would let the next request start in ${secondsText(waitMs)}`, {
    retryAfterMs: waitMs,
    hint: 'Run at another time, or ask the vendor for a higher limit.',
  });
}

export const secondsText = (ms: number): string => `${Math.ceil(ms / 1000).toLocaleString('en-US')} s`;
