import { deviationOf, median } from '../protocol/index.js';
import type { EndedRun } from './incident.js';

/** Fewer weeks say nothing about a weekday. */
const LEAST_WEEKS = 4;
/** How many robust deviations from the median are strange. */
const STRANGE = 5;

export interface Anomaly {
  readonly read: number;
  readonly usual: number;
  readonly weeks: number;
}

/**
 * Compares what a stream read with the runs of the same weekday and hour in the weeks before. A run that makes up for another, or follows one
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
  const read = outcome.ledger['read'] ?? 0;
  const { usual, deviations } = deviationOf(read, reads);
  return deviations > STRANGE ? { read, usual, weeks: reads.length } : undefined;
}

function isUsualSpan(run: EndedRun, earlier: readonly EndedRun[], isComplete: (each: EndedRun) => boolean): boolean {
  const ends = [run, ...earlier.filter(isComplete)].map(({ endedAt }) => Date.parse(endedAt));
  const gaps = ends.slice(1).map((end, index) => (ends[index] ?? end) - end);
  const [last, ...before] = gaps;
  if (last === undefined || before.length === 0) return true;
  const usual = median(before);
  return last >= usual / 2 && last <= usual * 1.5;
}
