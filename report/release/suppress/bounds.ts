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
  const low = new Map<number, number>();
  const high = new Map<number, number>();
  const lowOf = (unknown: number) => low.get(unknown) ?? 0;
  const highOf = (unknown: number) => high.get(unknown) ?? Infinity;
  const spanOf = (unknown: number, times: number): readonly [number, number] => {
    const [one, other] = [times * lowOf(unknown), times * highOf(unknown)];
    return times > 0 ? [one, other] : [other, one];
  };
  for (let round = 0; round < ROUNDS; round++) {
    let isTighter = false;
    for (const { row, sum } of equations) {
      // What the row may come to, an infinity counted apart so that one unknown can be taken out of it.
      let [most, least, endlessUp, endlessDown] = [0, 0, 0, 0];
      for (const [unknown, own] of row) {
        const [from, to] = spanOf(unknown, own);
        if (to === Infinity) endlessUp++;
        else most += to;
        if (from === -Infinity) endlessDown++;
        else least += from;
      }
      for (const [unknown, times] of row) {
        // times × unknown = sum − the others.
        const [from, to] = spanOf(unknown, times);
        const isOpenDown = from === -Infinity;
        const isOpenUp = to === Infinity;
        const upper = endlessDown > Number(isOpenDown) ? Infinity : sum - (isOpenDown ? least : least - from);
        const lower = endlessUp > Number(isOpenUp) ? -Infinity : sum - (isOpenUp ? most : most - to);
        const [atLeast, atMost] = times > 0 ? [lower / times, upper / times] : [upper / times, lower / times];
        if (atLeast > lowOf(unknown)) {
          low.set(unknown, atLeast);
          isTighter = true;
        }
        if (atMost < highOf(unknown)) {
          high.set(unknown, atMost);
          isTighter = true;
        }
      }
    }
    if (!isTighter) break;
  }
  return new Set([...high].flatMap(([unknown, most]) => (most === lowOf(unknown) ? [unknown] : [])));
}
