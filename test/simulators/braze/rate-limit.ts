export interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

/** Braze's defaults per workspace, shared by all its keys: the series by the minute, lists of events and products together, everything else by the hour. */
export const defaultRateLimits = {
  data_series: { requests: 50_000, windowMs: 60_000 },
  shared: { requests: 250_000, windowMs: 3_600_000 },
  catalog: { requests: 1_000, windowMs: 3_600_000 },
} as const satisfies Record<string, RateLimit>;

export type RateLimits = Readonly<Record<keyof typeof defaultRateLimits, RateLimit>>;

export interface RateLimiter {
  /** Counts one request against a bucket. The clock is the real one, since clients sleep by it. */
  take(
    bucket: keyof RateLimits,
    nowMs: number,
  ): { readonly isAllowed: boolean; readonly headers: Record<string, string> };
}

export const createRateLimiter = (limits: RateLimits): RateLimiter => {
  const used = new Map<string, { window: number; count: number }>();
  return {
    take: (bucket, nowMs) => {
      const { requests, windowMs } = limits[bucket];
      // Windows are cut by the clock (whole minutes, whole hours) and do not roll.
      const window = Math.floor(nowMs / windowMs);
      const state = used.get(bucket);
      const count = (state?.window === window ? state.count : 0) + 1;
      used.set(bucket, { window, count: Math.min(count, requests + 1) });
      return {
        isAllowed: count <= requests,
        headers: {
          'x-ratelimit-limit': String(requests),
          'x-ratelimit-remaining': String(Math.max(0, requests - count)),
          'x-ratelimit-reset': String(Math.ceil(((window + 1) * windowMs) / 1000)),
        },
      };
    },
  };
};
