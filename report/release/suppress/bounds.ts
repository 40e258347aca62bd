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
  for (let round = 0; round < ROUNDS; round++) {
    let isTighter = false;
    for (const { row, sum } of equations)
      for (const [unknown, times] of row) {
        // times × unknown = sum − the others.
        let [least, most] = [sum, sum];
        for (const [other, own] of row) {
          if (other === unknown) continue;
          most -= own > 0 ? own * lowOf(other) : own * highOf(other);
          least -= own > 0 ? own * highOf(other) : own * lowOf(other);
        }
        const [from, to] = times > 0 ? [least / times, most / times] : [most / times, least / times];
        if (from > lowOf(unknown)) {
          low.set(unknown, from);
          isTighter = true;
        }
        if (to < highOf(unknown)) {
          high.set(unknown, to);
          isTighter = true;
        }
      }
    if (!isTighter) break;
  }
  return new Set([...high].flatMap(([unknown, most]) => (most === lowOf(unknown) ? [unknown] : [])));
}
