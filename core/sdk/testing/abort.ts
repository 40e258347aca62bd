import type { SourceStream } from '../../protocol/index.js';
import { isConnectorError } from '../errors.js';
import { wholeWindows } from './windows.js';
import type { Trial } from './source-contract.js';

const MOST_MS = 1_000;

/** A read that is told to stop ends, or throws, within a second; and so does `close` after it. */
export async function checkAbort(trial: Trial): Promise<void> {
  const names = await streamNames(trial);
  for (const name of names) {
    const stop = new AbortController();
    const source = await trial.open(stop.signal);
    try {
      const stream = (await source.streams(() => undefined))[name];
      const pending = readAll(stream, trial, stop.signal);
      setImmediate(() => stop.abort());
      const end = await withinASecond(pending);
      if (end === 'late')
        trial.report('abort', 'the read goes on for more than a second after it was told to stop', name);
      else if (end instanceof Error) {
        trial.sawError(end);
        if (isConnectorError(end) && end.kind !== 'internal')
          trial.report('abort', `ends as an error of kind "${end.kind}", as if something were wrong`, name);
      }
    } finally {
      stop.abort();
      if ((await withinASecond(source.close())) === 'late')
        trial.report('abort', 'close takes more than a second', name);
    }
  }
}

async function streamNames(trial: Trial): Promise<readonly string[]> {
  const stop = new AbortController();
  const source = await trial.open(stop.signal);
  try {
    const offered = Object.keys(await source.streams(() => undefined));
    return trial.streams ?? offered;
  } finally {
    await source.close();
  }
}

async function readAll(stream: SourceStream | undefined, trial: Trial, signal: AbortSignal): Promise<void> {
  if (stream === undefined) return;
  const warn = () => undefined;
  if (stream.kind === 'files') {
    for await (const file of stream.list(signal)) {
      const opened = await stream.open(file, signal);
      await drain(opened.chunks, signal);
      await opened.close();
    }
    return;
  }
  if (stream.kind === 'full_refresh') {
    await drain(stream.read({ slice: { id: 'all' }, signal, warn }), signal);
    return;
  }
  if (stream.kind === 'stateful') {
    await drain(stream.read({ slice: { id: 'all' }, sync: 'full_refresh', signal, warn }), signal);
    return;
  }
  for (const slice of wholeWindows(stream, trial.until)) await drain(stream.read({ slice, signal, warn }), signal);
}

/** Reads on until the end, or, as the engine does, until the step during which it was told to stop. */
async function drain(steps: AsyncIterable<unknown>, signal: AbortSignal): Promise<void> {
  const iterator = steps[Symbol.asyncIterator]();
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
    if (signal.aborted) {
      await iterator.return?.();
      return;
    }
}

async function withinASecond(work: Promise<void>): Promise<'late' | undefined | Error> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((tell) => {
    timer = setTimeout(() => tell('late'), MOST_MS);
  });
  try {
    return (await Promise.race([work, late])) ?? undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}
