import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { recordRun } from '../../../core/app/run-recorder.js';
import type { RunEvent, RunStore } from '../../../core/persistence/run-store.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('during a slice without end, progress is in the store within ten seconds, and no batch by itself', async () => {
  const stored: RunEvent[] = [];
  const store: Pick<RunStore, 'begin' | 'append' | 'heartbeat'> = {
    begin: () => Promise.resolve(),
    heartbeat: () => Promise.resolve(),
    async append(events) {
      stored.push(...events);
    },
  };
  const run = { id: 'r', connection: 'daily', trigger: 'manual', startedAt: new Date() };
  const recorder = await recordRun(store as RunStore, run, () => undefined);
  recorder.on({ type: 'slice_started', stream: 's', slice: '1', bytes: 1_000 });
  for (let second = 1; second <= 30; second += 1) {
    for (let batch = 0; batch < 100; batch += 1)
      recorder.on({ type: 'batch_staged', stream: 's', slice: '1', rows: 1, bytes: 1, sourceBytes: second * 10 });
    await jest.advanceTimersByTimeAsync(1_000);
    if (second < 10) continue;
    const { streams } = stored.findLast(({ type }) => type === 'progress')!.data as {
      streams: { s: { rows: number } };
    };
    expect(streams.s.rows).toBeGreaterThan((second - 10) * 100);
  }
  expect(stored.map(({ type }) => type)).toEqual(['slice_started', ...Array.from({ length: 5 }, () => 'progress')]);
  expect(stored.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(stored.at(-1)!.data).toEqual({ streams: { s: { rows: 2_600, bytes: 260, total_bytes: 1_000 } } });
});
