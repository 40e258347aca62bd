import { expect, test } from '@jest/globals';
import { tellingFaults } from '../../../core/app/source-faults.js';
import type { OpenSource } from '../../../core/protocol/index.js';

const fault = new Error('gone');
const refuses = async () => {
  throw fault;
};
const breaks = (): AsyncIterable<never> => ({ [Symbol.asyncIterator]: () => ({ next: refuses }) });
const request = { slice: { id: 'all' }, signal: AbortSignal.abort(), warn: () => undefined };

function watched(streams: object): { source: OpenSource; told: unknown[] } {
  const told: unknown[] = [];
  const source = { check: refuses, streams: async () => streams, close: async () => undefined };
  return { source: tellingFaults(source as unknown as OpenSource, (error) => told.push(error)), told };
}
const all = async (items: AsyncIterable<unknown>) => {
  for await (const item of items) expect(item).toBeDefined();
};

test('every fault of a source is told and passed on, those of its reader are not', async () => {
  const file = { chunks: breaks(), identity: () => 'i', close: async () => undefined };
  const { source, told } = watched({
    objects: { kind: 'full_refresh', read: breaks },
    days: {
      kind: 'incremental',
      async *read() {
        yield [{ day: 1 }];
      },
    },
    files: { kind: 'files', list: breaks, open: async () => file },
    locked: { kind: 'files', list: breaks, open: refuses },
  });
  const { objects, days, files, locked } = (await source.streams(() => undefined)) as any;
  const opened = await files.open();
  for (const work of [
    () => source.check(),
    () => all(objects.read(request)),
    () => all(files.list()),
    () => locked.open(),
    () => all(opened.chunks),
  ])
    await expect(work()).rejects.toBe(fault);
  expect(told).toEqual([fault, fault, fault, fault, fault]);
  const reading = (async () => {
    for await (const page of days.read(request))
      throw new Error(`the destination does not take ${JSON.stringify(page)}`);
  })();
  await expect(reading).rejects.toThrow('the destination does not take [{"day":1}]');
  expect([told.length, opened.identity()]).toEqual([5, 'i']);
});

test('what is no iterable is left to the engine to refuse', async () => {
  const { source } = watched({ wrong: { kind: 'full_refresh', read: () => 'pages' } });
  expect(((await source.streams(() => undefined)) as any).wrong.read(request)).toBe('pages');
});
