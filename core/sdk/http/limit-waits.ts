import { AsyncLocalStorage } from 'node:async_hooks';

/** Sees whether calls that are made within its `during` wait for their turn under a limit, whichever client makes them. */
export interface LimitWatch {
  during<T>(work: () => T): T;
  /** True where one has waited for a second by now; a turn that comes at once is no wait. */
  isWaiting(): boolean;
}

const WORTH_TELLING_MS = 1_000;

const watching = new AsyncLocalStorage<Set<{ readonly since: number }>>();

export function watchLimits(): LimitWatch {
  const waits = new Set<{ readonly since: number }>();
  return {
    during: (work) => watching.run(waits, work),
    isWaiting: () => [...waits].some(({ since }) => Date.now() - since >= WORTH_TELLING_MS),
  };
}

export async function waitingForLimit<T>(wait: Promise<T>): Promise<T> {
  const waits = watching.getStore();
  if (waits === undefined) return wait;
  const own = { since: Date.now() };
  waits.add(own);
  try {
    return await wait;
  } finally {
    waits.delete(own);
  }
}
