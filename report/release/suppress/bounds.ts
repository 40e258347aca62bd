import type { Row } from './rank.js';

export interface Equation {
  readonly row: Row;
  /** What the row adds up to. */
  readonly sum: number;
}

/** More rounds tighten nothing in tables like ours. */
const ROUNDS = 30;

/** The unknowns whose value follows from the equations and from the fact that no count is below zero. */
export function forced(equations: readonly Equation[]): ReadonlySet<number> {
  const unknowns = new Set<number>();
  let last = 0;
  for (const { row } of equations)
    for (const unknown of row.keys()) {
      unknowns.add(unknown);
      last = Math.max(last, unknown);
    }
  const low = new Float64Array(last + 1);
  const high = new Float64Array(last + 1).fill(Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    let isTighter = false;
    for (const { row, sum } of equations) {
      // What the row may come to, an infinity counted apart so that one unknown can be taken out of it.
      let [most, least, endlessUp, endlessDown] = [0, 0, 0, 0];
      for (const [unknown, times] of row) {
        const from = times * (times > 0 ? low : high)[unknown]!;
        const to = times * (times > 0 ? high : low)[unknown]!;
        if (to === Infinity) endlessUp++;
        else most += to;
        if (from === -Infinity) endlessDown++;
        else least += from;
      }
      // Nothing follows where two others have no end.
      if (endlessUp > 1 && endlessDown > 1) continue;
      for (const [unknown, times] of row) {
        // times × unknown = sum − the others.
        const from = times * (times > 0 ? low : high)[unknown]!;
        const to = times * (times > 0 ? high : low)[unknown]!;
        const isOpenDown = from === -Infinity;
        const isOpenUp = to === Infinity;
        const upper = endlessDown > Number(isOpenDown) ? Infinity : sum - (isOpenDown ? least : least - from);
        const lower = endlessUp > Number(isOpenUp) ? -Infinity : sum - (isOpenUp ? most : most - to);
        const atLeast = (times > 0 ? lower : upper) / times;
        const atMost = (times > 0 ? upper : lower) / times;
        if (atLeast > low[unknown]!) {
          low[unknown] = atLeast;
          isTighter = true;
        }
        if (atMost < high[unknown]!) {
          high[unknown] = atMost;
          isTighter = true;
        }
      }
    }
    if (!isTighter) break;
  }
  return new Set([...unknowns].filter((unknown) => high[unknown] === low[unknown]));
}
