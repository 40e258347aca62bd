import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { unusualVolume } from '../../../core/app/expectations.js';
import type { RunRecord, RunStore } from '../../../core/persistence/index.js';
import { median } from '../../../core/protocol/index.js';
import { createWorld } from '../../simulators/braze/world.js';

/**
 * The rule `volume: weekly_pattern` over a company's year: streams of events that are read once a day, with weekdays that differ by a factor
 * of four, campaigns that come and go, and growth. It learns from eight weeks, and is judged on the thirty that follow.
 */

const DAY = 86_400_000;
const FIRST = Date.UTC(2025, 9, 6);
const [LEARNING, JUDGED] = [56, 210];
const MEASURES = ['sent', 'unique_opens', 'unique_clicks'] as const;
type Measure = (typeof MEASURES)[number];

/** Records of each day, as an export of single events would hold them. */
const series: Record<Measure, number[]> = { sent: [], unique_opens: [], unique_clicks: [] };

beforeAll(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'performance'] });
  const world = createWorld({ now: '2026-08-01T00:00:00Z', campaigns: 60, seed: 5 });
  const days = new Map<string, Record<string, number>>();
  for (const cell of world.truth('2026-08-01T00:00:00Z').cells) {
    const of = days.get(cell.date) ?? {};
    for (const measure of MEASURES) of[measure] = (of[measure] ?? 0) + Number(cell[measure] ?? 0);
    days.set(cell.date, of);
  }
  for (let at = 0; at < LEARNING + JUDGED; at++) {
    const date = new Date(FIRST + at * DAY).toISOString().slice(0, 10);
    for (const measure of MEASURES) series[measure].push(days.get(date)?.[measure] ?? 0);
  }
});

afterAll(() => void jest.useRealTimers());

const run = (at: number, read: number): RunRecord =>
  ({
    id: `run-${at}`,
    connection: 'daily',
    trigger: 'schedule',
    state: 'succeeded',
    startedAt: new Date(FIRST + (at + 1) * DAY + 5 * 3_600_000).toISOString(),
    endedAt: new Date(FIRST + (at + 1) * DAY + 5 * 3_600_000 + 60_000).toISOString(),
    streams: { events: { state: 'complete', ledger: { read } } },
  }) as never;

/** What the rule says of a day that brought so many records, after all that were as they were. */
function judged(measure: Measure, at: number, read: number) {
  const before = series[measure].slice(0, at).map((each, day) => run(day, each));
  const store = {
    list: async ({ since }: { since: string }) => before.filter(({ startedAt }) => startedAt >= since).toReversed(),
  } as unknown as RunStore;
  jest.setSystemTime(new Date(run(at, read).endedAt!));
  return unusualVolume(store, run(at, read), 'events', { read } as never);
}
const days = Array.from({ length: JUDGED }, (_, at) => LEARNING + at);

async function told(measure: Measure, as: (read: number, at: number) => number): Promise<number> {
  let found = 0;
  for (const at of days)
    if ((await judged(measure, at, Math.round(as(series[measure][at]!, at)))) !== undefined) found++;
  return found;
}

/** What came in place of the day, and how often of the 630 days that shall and may be told at least and at most. */
const CASES: readonly [string, (measure: Measure) => (read: number, at: number) => number, number, number][] = [
  // Each of these is a false alarm: 20.
  ['what there was', () => (read) => read, 0, 25],
  ['nothing', () => () => 0, 580, 630],
  ['twice as much', () => (read) => read * 2, 570, 630],
  // Of a stream that goes up and down by half from week to week, half a day is a usual one.
  ['half of it', () => (read) => read / 2, 320, 630],
  ['the day before once more', (measure) => (_, at) => series[measure][at - 1]!, 175, 630],
];

test('the days of a week differ by a factor of four and more', () => {
  const of = (weekday: number) => median(series.sent.filter((_, at) => at % 7 === weekday));
  expect(of(1) / of(6)).toBeGreaterThan(4);
});

test.each(CASES)('a day that brings %s is told as often as the guide says', async (_, fault, least, most) => {
  let count = 0;
  for (const measure of MEASURES) count += await told(measure, fault(measure));
  expect(count).toBeGreaterThanOrEqual(least);
  expect(count).toBeLessThanOrEqual(most);
});

test('nothing is told before four weeks are known', async () => {
  expect(await judged('sent', 27, 0)).toBeUndefined();
  expect(await judged('sent', 28, 0)).toEqual(expect.objectContaining({ usual: expect.any(Number) }));
});
