import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiCalls } from '../../protocol/index.js';
import type { LimitState } from './limit-headers.js';
import type { RateLimit } from './rate-budget.js';

/** Counts the calls that are made within its `during`, by host and quota, whichever client makes them. */
export interface CallCount {
  during<T>(work: () => T): T;
  /** So far, in the order of the first call. */
  calls(): readonly ApiCalls[];
}

type Count = { -readonly [K in keyof ApiCalls]: ApiCalls[K] };

const counting = new AsyncLocalStorage<Map<string, Count>>();

export function countCalls(): CallCount {
  const counts = new Map<string, Count>();
  return {
    during: (work) => counting.run(counts, work),
    calls: () => [...counts.values()].map((count) => ({ ...count })),
  };
}

export interface CountedCall {
  answered(state: LimitState): void;
  /** There were too many. */
  refused(): void;
}

/** One attempt goes out now. */
export function countedCall({ host }: URL, limit?: RateLimit): CountedCall {
  const counts = counting.getStore();
  const { share, requests, per } = limit ?? {};
  const key = JSON.stringify([host, share, requests, per]);
  const count: Count = counts?.get(key) ?? {
    host,
    ...(share === undefined ? {} : { share }),
    sent: 0,
    refused: 0,
    ...(requests === undefined || per === undefined ? {} : { budget: { requests, per } }),
  };
  counts?.set(key, count);
  count.sent += 1;
  return {
    answered({ limit: allowed, remaining }) {
      if (allowed !== undefined) count.limit = allowed;
      if (remaining !== undefined) count.remaining = remaining;
    },
    refused() {
      count.refused += 1;
    },
  };
}
