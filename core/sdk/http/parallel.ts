/**
 * Calls `fn` for each item, at most `concurrency` at a time, and yields the results in the order of the items. No more than
 * `concurrency` items are taken ahead of the consumer, so memory stays bounded. The first failure, in that order, is thrown
 * once the calls in flight have ended; the signal that `fn` gets is aborted then, and also when the consumer leaves early
 * or `signal` is aborted, whose reason is thrown.
 */
export async function* inParallel<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  fn: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError('concurrency must be a positive whole number');
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const iterator: AsyncIterator<T> | Iterator<T> =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const running: Promise<R>[] = [];
  let asked: Promise<IteratorResult<T>> | undefined;
  let isExhausted = false;
  try {
    for (;;) {
      if (!isExhausted && asked === undefined && running.length < concurrency)
        asked = handled(Promise.resolve(iterator.next()));
      const [oldest] = running;
      if (oldest === undefined && asked === undefined) return;
      // A slow supply of items must not hold back a result that is there already.
      const isResult = await Promise.race([
        ...(oldest === undefined ? [] : [oldest.then(() => true)]),
        ...(asked === undefined ? [] : [asked.then(() => false)]),
      ]);
      signal?.throwIfAborted();
      if (isResult) {
        const result = await running.shift()!;
        yield result;
        signal?.throwIfAborted();
        continue;
      }
      const step = await asked!;
      asked = undefined;
      if (step.done === true) isExhausted = true;
      else running.push(handled(Promise.resolve().then(() => fn(step.value, stop.signal))));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort(new DOMException('The other calls were stopped', 'AbortError'));
    await Promise.allSettled(running);
    if (!isExhausted) await iterator.return?.();
  }
}

/** It is awaited when its turn comes; a rejection before that is not an unhandled one. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
