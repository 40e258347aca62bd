import type { EndedRun } from './incident.js';

/** Fewer weeks say nothing about a weekday. */
const LEAST_WEEKS = 4;
/** How many robust deviations from the median are strange. */
const STRANGE = 5;
/** Makes the median absolute deviation comparable with a standard deviation. */
const MAD_SCALE = 1.4826;

export interface Anomaly {
  readonly read: number;
  readonly usual: number;
  readonly weeks: number;
}

/**
 * Compares what a stream read with the runs of the same weekday and hour in the weeks before. The scale is never below a tenth
 * of the median nor the noise of counting, so that a steady stream may vary. A run that makes up for another, or follows one
 * closely, reads another span than they did and is not judged.
 */
export function anomalyOf(
  stream: string,
  run: EndedRun,
  earlier: readonly EndedRun[],
  weekly: readonly EndedRun[],
): Anomaly | undefined {
  const outcome = run.streams[stream];
  if (outcome?.state !== 'complete') return undefined;
  const isComplete = (each: EndedRun) => each.streams[stream]?.state === 'complete';
  if (!isUsualSpan(run, earlier, isComplete)) return undefined;
  const reads = weekly.filter(isComplete).map((each) => each.streams[stream]?.ledger['read'] ?? 0);
  if (reads.length < LEAST_WEEKS) return undefined;
  const usual = median(reads);
  const spread = MAD_SCALE * median(reads.map((each) => Math.abs(each - usual)));
  const scale = Math.max(spread, usual / 10, Math.sqrt(usual), 1);
  const read = outcome.ledger['read'] ?? 0;
  return Math.abs(read - usual) > STRANGE * scale ? { read, usual, weeks: reads.length } : undefined;
}

function isUsualSpan(run: EndedRun, earlier: readonly EndedRun[], isComplete: (each: EndedRun) => boolean): boolean {
  const ends = [run, ...earlier.filter(isComplete)].map(({ endedAt }) => Date.parse(endedAt));
  const gaps = ends.slice(1).map((end, index) => (ends[index] ?? end) - end);
  const [last, ...before] = gaps;
  if (last === undefined || before.length === 0) return true;
  const usual = median(before);
  return last >= usual / 2 && last <= usual * 1.5;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
