import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inParallel } from '../../../../core/sdk/http/index.js';
import { failureOf } from './local-api.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

test('results come in the order of the items, whichever is ready first', async () => {
  const results = inParallel([5, 1, 3, 0, 2], 3, async (turns) => {
    for (let count = 0; count < turns; count += 1) await turn();
    return turns;
  });
  expect(await collect(results)).toEqual([5, 1, 3, 0, 2]);
});

test('no more run at once, and no more are taken ahead, than allowed', async () => {
  let running = 0;
  let most = 0;
  let taken = 0;
  const source = function* (): Generator<number> {
    for (let count = 0; count < 50; count += 1) {
      taken += 1;
      yield count;
    }
  };
  let consumed = 0;
  for await (const result of inParallel(source(), 4, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
    return item;
  })) {
    expect(result).toBe(consumed);
    consumed += 1;
    await turn();
    expect(taken - consumed).toBeLessThanOrEqual(4);
  }
  expect(consumed).toBe(50);
  expect(most).toBe(4);
});

test('a slow supply of items holds no finished result back', async () => {
  const second = Promise.withResolvers<string>();
  const source = async function* (): AsyncGenerator<string> {
    yield 'a';
    yield await second.promise;
  };
  const results = inParallel(source(), 4, async (item) => item);
  expect((await results.next()).value).toBe('a');
  second.resolve('b');
  expect(await collect(results)).toEqual(['b']);
});

test('a failure stops the others and closes the input', async () => {
  let isClosed = false;
  const stopped: number[] = [];
  const source = function* (): Generator<number> {
    try {
      for (let count = 0; ; count += 1) yield count;
    } finally {
      isClosed = true;
    }
  };
  const results = inParallel(source(), 4, async (item, signal) => {
    if (item === 1 || item === 3) throw new Error(`item ${item}`);
    if (item > 1)
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped.push(item);
          reject(signal.reason);
        }),
      );
    return item;
  });
  expect((await results.next()).value).toBe(0);
  // Items 1 and 3 fail while the consumer is busy.
  await turn();
  await turn();
  expect((await failureOf(collect(results))).message).toBe('item 1');
  await turn();
  expect(isClosed).toBe(true);
  expect(stopped).toContain(2);
});

test('a failure while the consumer is busy is no unhandled rejection', async () => {
  // In a process of its own: jest keeps these events from its tests.
  const program = `
    import { inParallel } from './core/sdk/http/parallel.ts';
    import { setTimeout as wait } from 'node:timers/promises';
    const results = inParallel([0, 1, 2], 3, async (item) => {
      if (item > 0) throw new Error('item ' + item);
      return item;
    });
    try {
      for await (const result of results) await wait(20);
    } catch (error) {
      console.log('caught ' + error.message);
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('../../../../', import.meta.url),
  });
  expect(stdout).toBe('caught item 1\n');
});

test('an abort ends it with its reason after the calls in flight have seen it', async () => {
  const stop = new AbortController();
  let ended = 0;
  const results = inParallel(
    [1, 2, 3, 4],
    2,
    (item, signal) =>
      new Promise<number>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended += 1;
          reject(signal.reason);
        });
        if (item === 2) setImmediate(() => stop.abort(new Error('Ctrl-C')));
      }),
    stop.signal,
  );
  expect((await failureOf(collect(results))).message).toBe('Ctrl-C');
  expect(ended).toBe(2);
});

test('a consumer that leaves early stops what is running', async () => {
  let stopped = 0;
  for await (const result of inParallel([0, 1, 2, 3], 3, (item, signal) =>
    item === 0
      ? Promise.resolve(item)
      : new Promise<number>((resolve) => {
          signal.addEventListener('abort', () => {
            stopped += 1;
            resolve(item);
          });
        }),
  )) {
    expect(result).toBe(0);
    break;
  }
  expect(stopped).toBeGreaterThan(0);
});

test('an input that fails is thrown', async () => {
  const source = async function* (): AsyncGenerator<number> {
    yield 1;
    throw new Error('no more');
  };
  expect((await failureOf(collect(inParallel(source(), 2, async (item) => item)))).message).toBe('no more');
});

test('a consumer that is busy with a result does not keep the next calls from starting', async () => {
  const started: number[] = [];
  const results = inParallel([0, 1, 2, 3, 4, 5], 3, async (item) => started.push(item));
  await results.next();
  await turn();
  expect(started).toEqual([0, 1, 2, 3]);
  await results.return();
});
