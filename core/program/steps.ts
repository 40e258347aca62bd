import type { PlannedColumn } from '../protocol/index.js';

/** The name under which protecting a column is counted. */
export const protectStep = ({ target, seal }: PlannedColumn): string =>
  `protect.${seal === undefined ? 'tokenize' : seal.kind}(${target.name})`;

/** How often one step of the chain has acted. */
export interface StepCount {
  count: number;
}

/** The counters of one row program, by the names of the steps. */
export interface StepCounts {
  of(step: string): StepCount;
  /** What was counted since the last call; steps that did nothing are left out. */
  drain(): Record<string, number>;
}

export function stepCounts(): StepCounts {
  const counts = new Map<string, StepCount>();
  return {
    of(step) {
      let found = counts.get(step);
      if (found === undefined) counts.set(step, (found = { count: 0 }));
      return found;
    },
    drain() {
      const drained: Record<string, number> = {};
      for (const [step, counter] of counts) {
        if (counter.count > 0) drained[step] = counter.count;
        counter.count = 0;
      }
      return drained;
    },
  };
}

export function addSteps(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>) {
  const sum: Record<string, number> = { ...a };
  for (const [step, count] of Object.entries(b)) sum[step] = (sum[step] ?? 0) + count;
  return sum;
}
