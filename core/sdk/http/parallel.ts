type Items<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Calls `fn` for each item, at most `concurrency` at a time, and yields the results in the order of the items. No more than
 * `concurrency` items are taken ahead of the consumer, so memory stays bounded. The first failure, in that order, is thrown
 * once the calls in flight have ended; the signal that `fn` gets is aborted then, and also when the consumer leaves early
 * or `signal` is aborted, whose reason is thrown. `items` and `fn` are waited for: they must end on an abort. Items that are
 * fetched are given as a function, which gets the same signal.
 */
export async function* inParallel<T, R>(
  items: Items<T> | ((signal: AbortSignal) => Items<T>),
  concurrency: number,
  fn: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError('concurrency must be a positive whole number');
  signal?.throwIfAborted();
  const stop = new AbortController();
  const given = typeof items === 'function' ? items(stop.signal) : items;
  const iterator: AsyncIterator<T> | Iterator<T> =
    Symbol.asyncIterator in given ? given[Symbol.asyncIterator]() : given[Symbol.iterator]();
  const calls: Promise<R>[] = [];
  let changed = Promise.withResolvers<void>();
  const notify = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const onAbort = (): void => {
    stop.abort(signal?.reason);
    notify();
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  // It runs by itself, so that calls also start while the consumer is busy with a result.
  const input = { isEnded: false };
  const supply = async (): Promise<void> => {
    try {
      for (;;) {
        while (calls.length >= concurrency && !stop.signal.aborted) await changed.promise;
        if (stop.signal.aborted) return;
        const step = await iterator.next();
        if (step.done === true || stop.signal.aborted) return;
        calls.push(handled(Promise.resolve().then(() => fn(step.value, stop.signal))));
        notify();
      }
    } finally {
      input.isEnded = true;
      notify();
    }
  };
  const supplying = handled(supply());

  try {
    for (;;) {
      while (calls.length === 0 && !input.isEnded) await changed.promise;
      signal?.throwIfAborted();
      const [oldest] = calls;
      if (oldest === undefined) return await supplying;
      const result = await oldest;
      signal?.throwIfAborted();
      calls.shift();
      notify();
      yield result;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort(new DOMException('The other calls were stopped', 'AbortError'));
    notify();
    await Promise.allSettled([...calls, supplying]);
    await iterator.return?.();
  }
}

/** It is awaited when its turn comes; a rejection before that is not an unhandled one. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
