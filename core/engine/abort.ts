/** Waits for a promise, but no longer than the signal lets it: a source that hangs must not hold up a stop. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      promise.catch(() => undefined); // nobody waits for it any more
      reject(signal.reason);
      return;
    }
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

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
