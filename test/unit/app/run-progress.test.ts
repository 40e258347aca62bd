import { expect, test } from '@jest/globals';
import { PROGRESS_MS, runProgress } from '../../../core/app/run-progress.js';
import type { EngineEvent } from '../../../core/protocol/index.js';

const begins = (stream: string, slice: string, bytes?: number): EngineEvent => ({
  type: 'slice_started',
  stream,
  slice,
  ...(bytes === undefined ? {} : { bytes }),
});
/** `sourceBytes` counts from the start of the slice. */
const staged = (stream: string, slice: string, rows: number, sourceBytes: number): EngineEvent => ({
  type: 'batch_staged',
  stream,
  slice,
  rows,
  bytes: 1,
  sourceBytes,
});

test('sums up the batches of each stream, and tells what moved every five seconds at most', () => {
  const progress = runProgress();
  expect(progress.due(0)).toBeUndefined();
  for (const event of [begins('a', '1', 100), staged('a', '1', 5, 40), staged('a', '1', 5, 100), begins('b', '1')])
    progress.on(event);
  expect(progress.due(PROGRESS_MS - 1)).toBeUndefined();
  expect(progress.due(PROGRESS_MS)).toEqual({ streams: { a: { rows: 10, bytes: 100, total_bytes: 100 } } });
  for (const event of [begins('a', '2', 50), staged('a', '2', 1, 20), staged('b', '1', 2, 7)]) progress.on(event);
  expect(progress.due(2 * PROGRESS_MS - 1)).toBeUndefined();
  expect(progress.due(2 * PROGRESS_MS)).toEqual({
    streams: { a: { rows: 11, bytes: 120, total_bytes: 150 }, b: { rows: 2, bytes: 7 } },
  });
  expect(progress.due(9 * PROGRESS_MS)).toBeUndefined();
});

test('a total that is not known of every slice is not told', () => {
  const progress = runProgress();
  progress.due(0);
  for (const event of [begins('a', '1'), staged('a', '1', 1, 10), begins('a', '2', 50), staged('a', '2', 1, 20)])
    progress.on(event);
  expect(progress.due(PROGRESS_MS)).toEqual({ streams: { a: { rows: 2, bytes: 30 } } });
});

test('of files the total is known from the beginning, and with it the time that is left', () => {
  const progress = runProgress();
  progress.due(1_000);
  for (const event of [
    { type: 'files_listed', stream: 'a', files: 2, bytes: 1_000 } as const,
    begins('a', '1', 400),
    staged('a', '1', 5, 250),
  ])
    progress.on(event);
  expect(progress.due(1_000 + PROGRESS_MS)).toEqual({
    streams: { a: { rows: 5, bytes: 250, total_bytes: 1_000, seconds_left: 15 } },
  });
  // Read again after a fault: it counts again, and no time below nothing is told.
  for (const event of [
    staged('a', '1', 1, 400),
    begins('a', '2', 600),
    staged('a', '2', 1, 600),
    begins('a', '2', 600),
    staged('a', '2', 1, 600),
  ])
    progress.on(event);
  expect(progress.due(1_000 + 2 * PROGRESS_MS)).toEqual({
    streams: { a: { rows: 8, bytes: 1_600, total_bytes: 1_000, seconds_left: 0 } },
  });
});
