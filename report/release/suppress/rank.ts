/** A sparse row: which unknown stands in it, and how often. */
export type Row = ReadonlyMap<number, number>;

/** Below 2^26, so that a product of two residues is exact. A larger one would need slower arithmetic. */
const PRIME = 67_108_859;

/** The reduced row echelon form of a system of equations, over the integers modulo a large prime. */
export interface Echelon {
  /** True where the equations fix the value of this sum of unknowns. */
  fixes(sum: Row): boolean;
}

/** Only which sums are fixed is asked, and not to what value: so the right sides are left out. */
export function echelonOf(equations: Iterable<Row>): Echelon {
  const rows = new Map<number, Map<number, number>>();
  // Which pivots' rows hold an unknown.
  const holders = new Map<number, Set<number>>();
  const hold = (unknown: number, pivot: number) => {
    const known = holders.get(unknown);
    if (known === undefined) holders.set(unknown, new Set([pivot]));
    else known.add(pivot);
  };
  for (const equation of equations) {
    const row = reduced(equation, rows);
    const pivot = rarest(row, holders);
    if (pivot === undefined) continue;
    const leading = row.get(pivot)!;
    const scale = inverse(leading);
    for (const [unknown, times] of row) row.set(unknown, (times * scale) % PRIME);
    for (const other of holders.get(pivot) ?? []) {
      const target = rows.get(other)!;
      const times = target.get(pivot)!;
      for (const [unknown, own] of row) {
        const left = modulo((target.get(unknown) ?? 0) - ((times * own) % PRIME));
        if (left === 0) {
          target.delete(unknown);
          holders.get(unknown)?.delete(other);
        } else {
          target.set(unknown, left);
          hold(unknown, other);
        }
      }
    }
    rows.set(pivot, row);
    for (const unknown of row.keys()) hold(unknown, pivot);
  }
  return { fixes: (sum) => reduced(sum, rows).size === 0 };
}

/** The unknown that the fewest rows hold, from which it must be taken. */
function rarest(row: Row, holders: ReadonlyMap<number, ReadonlySet<number>>): number | undefined {
  let [best, least] = [undefined as number | undefined, Infinity];
  for (const unknown of row.keys()) {
    const held = holders.get(unknown)?.size ?? 0;
    if (held < least) [best, least] = [unknown, held];
    if (held === 0) break;
  }
  return best;
}

/** A row without the pivots of the others. */
function reduced(row: Row, rows: ReadonlyMap<number, Row>): Map<number, number> {
  const left = new Map<number, number>();
  const add = (unknown: number, times: number) => {
    const sum = modulo((left.get(unknown) ?? 0) + times);
    if (sum === 0) left.delete(unknown);
    else left.set(unknown, sum);
  };
  for (const [unknown, times] of row) {
    const pivotRow = rows.get(unknown);
    if (pivotRow === undefined) add(unknown, modulo(times));
    // No other pivot stands in a reduced row, so one pass is enough.
    else for (const [other, own] of pivotRow) if (other !== unknown) add(other, -((modulo(times) * own) % PRIME));
  }
  return left;
}

const modulo = (value: number): number => ((value % PRIME) + PRIME) % PRIME;

/** By the extended algorithm of Euclid. */
function inverse(value: number): number {
  let [left, right] = [PRIME, value];
  let [before, now] = [0, 1];
  while (right !== 0) {
    const quotient = Math.floor(left / right);
    [left, right] = [right, left - quotient * right];
    [before, now] = [now, before - quotient * now];
  }
  return modulo(before);
}
