import { readingsOf } from '../../../core/app/readings.js';
import type { RunOutcome } from '../../../core/engine/index.js';

const startedAt = new Date('2026-03-19T06:10:00Z');
const outcome = {
  streams: [
    { stream: 'campaigns', state: 'complete' },
    { stream: 'series', state: 'failed' },
    { stream: 'details', state: 'skipped' },
  ],
} as unknown as RunOutcome;

test('only a stream that came to its end was read, as of the start of the run', () => {
  expect(readingsOf({ connection: 'daily', trigger: 'manual', startedAt }, outcome)).toEqual([
    { connection: 'daily', stream: 'campaigns', readAt: startedAt },
  ]);
});

test('a backfill of chosen days and a replay of the quarantine are no reading of the source', () => {
  for (const trigger of ['backfill', 'replay'] as const)
    expect(readingsOf({ connection: 'daily', trigger, startedAt }, outcome)).toEqual([]);
});
