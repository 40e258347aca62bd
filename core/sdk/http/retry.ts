export interface RetryOptions {
  /** How often a request is sent when it meets faults that may pass (a 429 does not count). Default 5. */
  readonly attempts?: number;
  /** The first pause is a random part of this; it doubles with each. Default 500. */
  readonly baseMs?: number;
  /** The longest pause of our own choice. Default 30,000. */
  readonly capMs?: number;
  /** The most that one request may wait altogether, rate limits included. Default 65 minutes: quotas are often per hour. */
  readonly totalMs?: number;
}

export type RetryPolicy = Required<RetryOptions>;

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, baseMs: 500, capMs: 30_000, totalMs: 65 * 60_000 };

/** Full jitter: anything up to the doubled pause, so that clients that failed together do not come back together. */
export function backOffMs(policy: RetryPolicy, failures: number, random: () => number): number {
  return random() * Math.min(policy.capMs, policy.baseMs * 2 ** (failures - 1));
}

/** At least half of the pause, so that an API that says "retry at once" for ever is given up within the total limit. */
export function refusalPauseMs(policy: RetryPolicy, refusals: number, random: () => number): number {
  const pause = Math.min(policy.capMs, policy.baseMs * 2 ** (refusals - 1));
  return pause / 2 + (random() * pause) / 2;
}
