import { unlessAborted } from '../protocol/index.js';

/** The same items, ended by the signal even where the iterator does not listen to it. */
export function abortable<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]();
      return {
        next: () => unlessAborted(iterator.next(), signal),
        return: async () => {
          await leave(iterator, signal);
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** Lets an iterator close what it has opened; after a stop without waiting, since it may be what hangs. */
export async function leave(iterator: AsyncIterator<unknown>, signal: AbortSignal): Promise<void> {
  const left = Promise.resolve(iterator.return?.());
  if (signal.aborted) left.catch(() => undefined);
  else await left;
}
