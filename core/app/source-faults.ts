import type { OpenFile, OpenSource, ReadRequest, SourceStream, StatefulRequest, Window } from '../protocol/index.js';

/**
 * The same source, with every fault of it told: an error alone does not say whether it came from the source or the destination.
 * Faults pass on unchanged.
 */
export function tellingFaults(source: OpenSource, onFault: (error: unknown) => void): OpenSource {
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      onFault(error);
      throw error;
    }
  };
  const toldNow = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      onFault(error);
      throw error;
    }
  };
  const toldAll = <T>(items: AsyncIterable<T>): AsyncIterable<T> => {
    // What is no iterable, the engine refuses.
    if (typeof items?.[Symbol.asyncIterator] !== 'function') return items;
    return (async function* () {
      try {
        yield* items;
      } catch (error) {
        onFault(error);
        throw error;
      }
    })();
  };
  const fileOf = (file: OpenFile): OpenFile => ({
    scanner: file.scanner,
    fields: file.fields,
    isPacked: file.isPacked,
    parsing: file.parsing,
    ...(file.named === undefined ? {} : { named: file.named }),
    ...(file.verify === undefined ? {} : { verify: () => toldNow(() => file.verify?.()) }),
    chunks: toldAll(file.chunks),
    identity: () => file.identity(),
    close: () => file.close(),
  });
  const streamOf = (stream: SourceStream): SourceStream => {
    if (stream.kind === 'full_refresh')
      return { ...stream, read: (request: ReadRequest) => toldAll(stream.read(request)) };
    if (stream.kind === 'incremental')
      return { ...stream, read: (request: ReadRequest<Window>) => toldAll(stream.read(request)) };
    if (stream.kind === 'stateful')
      return { ...stream, read: (request: StatefulRequest) => toldAll(stream.read(request)) };
    return {
      ...stream,
      list: (signal, listing) => toldAll(stream.list(signal, listing)),
      open: async (file, signal) => fileOf(await told(() => stream.open(file, signal))),
    };
  };
  return {
    check: (note) => told(() => source.check(note)),
    async streams(frozen, only, skip) {
      const streams = await told(() => source.streams(frozen, only, skip));
      return Object.fromEntries(Object.entries(streams).map(([name, stream]) => [name, streamOf(stream)]));
    },
    close: () => source.close(),
  };
}
