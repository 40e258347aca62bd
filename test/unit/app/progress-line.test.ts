import { expect, test } from '@jest/globals';
import { progressLine } from '../../../core/app/cli/progress.js';
import type { Output } from '../../../core/app/cli/output.js';

test('a terminal is told which file of how many is read, bytes of all, and the time that is left', () => {
  const lines: string[] = [];
  const line = progressLine({
    isTerminal: true,
    progress: (text: string) => void lines.push(text),
    note: () => undefined,
  } as unknown as Output);
  const staged = (slice: string, rows: number, sourceBytes: number) =>
    line.on({ type: 'batch_staged', stream: 's', slice, rows, bytes: 1, sourceBytes });
  line.on({ type: 'stream_started', stream: 's', sync: 'incremental', write: 'merge' });
  line.on({ type: 'files_listed', stream: 's', files: 2, bytes: 3_000_000 });
  line.on({ type: 'slice_started', stream: 's', slice: 'a.csv', bytes: 1_000_000 });
  staged('a.csv', 10, 1_000_000);
  line.on({ type: 'slice_completed', stream: 's', slice: 'a.csv' });
  line.on({ type: 'slice_started', stream: 's', slice: 'b.csv', bytes: 2_000_000 });
  staged('b.csv', 5, 500_000);
  // It failed, and begins again.
  line.on({ type: 'slice_started', stream: 's', slice: 'b.csv', bytes: 2_000_000 });
  line.end();
  expect(lines.some((text) => text.includes('waiting'))).toBe(false);
  expect(lines[2]).toMatch(/^s a\.csv \(file 1 of 2, 0 of 3 MB, 0 %\): /);
  expect(lines.at(-2)).toMatch(/^s b\.csv \(file 2 of 2, 1 of 3 MB, 33 %(, \d+ s left)?\): 15 rows/);
});

test('where calls wait for their turn, the line says so', () => {
  const lines: string[] = [];
  const output = { isTerminal: true, progress: (text: string) => void lines.push(text), note: () => undefined };
  const line = progressLine(output as unknown as Output, () => true);
  line.on({ type: 'stream_started', stream: 's', sync: 'incremental', write: 'merge' });
  line.end();
  expect(lines[0]).toMatch(/rows\/s, waiting for the limit of calls…$/);
});
