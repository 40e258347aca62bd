import { solveLong } from './long-rows.js';
import { drawing, inverse, modulo, PRIME } from './residues.js';

/** A sparse row: which unknown stands in it, and how often. */
export type Row = ReadonlyMap<number, number>;

/** What a system of equations leaves open. */
export interface Solutions {
  /** True where the equations fix the value of this sum of unknowns. */
  fixes(sum: Row): boolean;
  /** The same of one unknown. */
  fixesOne(unknown: number): boolean;
}

/**
 * Finds out what equations fix, over the integers modulo a large prime. A sum of unknowns is fixed if and only if it comes to
 * nothing in every solution of the equations with zeros on their right sides. One such solution is made, whose free unknowns are
 * drawn at random: a sum that is not fixed comes to nothing in it once in 67 million times, and then more is hidden than need be,
 * never less.
 */
export function solutionsOf(equations: Iterable<Row>): Solutions {
  const system = new Elimination(equations);
  system.eliminate();
  const values = system.solution();
  return {
    fixes: (sum) => {
      let total = 0;
      for (const [unknown, times] of sum) total = modulo(total + modulo(times) * values(unknown));
      return total === 0;
    },
    fixesOne: (unknown) => values(unknown) === 0,
  };
}

/** How many systems are remembered: that of all that is unknown, and that of what is left when what was found is taken out. */
const REMEMBERED = 4;

/** `solutionsOf`, which finds out once what several counts, and several rounds of hiding, ask for one after the other. */
export function solver(): (equations: readonly Row[]) => Solutions {
  let known: { readonly equations: readonly Row[]; readonly solutions: Solutions }[] = [];
  return (equations) => {
    const found = known.find((one) => isSame(one.equations, equations)) ?? {
      equations,
      solutions: solutionsOf(equations),
    };
    known = [found, ...known.filter((one) => one !== found)].slice(0, REMEMBERED);
    return found.solutions;
  };
}

function isSame(some: readonly Row[], others: readonly Row[]): boolean {
  if (some.length !== others.length) return false;
  return some.every((row, index) => {
    const other = others[index]!;
    if (row.size !== other.size) return false;
    for (const [unknown, times] of row) if (other.get(unknown) !== times) return false;
    return true;
  });
}

interface Pivot {
  readonly unknown: number;
  readonly row: ReadonlyMap<number, number>;
}

/** Rows of more unknowns than this are solved together. */
const LONG = 100;

/** Rows are taken out one by one, each with an unknown that it gives once the others are known. */
class Elimination {
  private readonly rows: (Map<number, number> | undefined)[] = [];
  /** Which rows hold an unknown. */
  private readonly holders = new Map<number, Set<number>>();
  private readonly pivots: Pivot[] = [];
  private readonly zeros = new Set<number>();
  /** Rows by how many unknowns they had when they were put there. */
  private readonly bySize: number[][] = [];
  /** Unknowns that one row holds, and rows with one unknown, as far as they are known. */
  private lonely: number[] = [];
  private single: number[] = [];

  constructor(equations: Iterable<Row>) {
    for (const equation of equations) {
      const row = new Map<number, number>();
      for (const [unknown, times] of equation) {
        const residue = modulo(times);
        if (residue !== 0) row.set(unknown, residue);
      }
      if (row.size === 0) continue;
      const index = this.rows.push(row) - 1;
      for (const unknown of row.keys()) {
        const held = this.holders.get(unknown);
        if (held === undefined) this.holders.set(unknown, new Set([index]));
        else held.add(index);
      }
    }
    for (const [index, row] of this.rows.entries()) this.sized(index, row!);
    for (const [unknown, held] of this.holders) if (held.size === 1) this.lonely.push(unknown);
  }

  /** Most of such systems falls apart by itself; what is left is eliminated, the shortest row first, until all are long. */
  eliminate(): void {
    for (;;) {
      this.peel();
      const shortest = this.shortest();
      if (shortest === undefined || this.rows[shortest]!.size > LONG) return;
      this.takeOut(shortest);
    }
  }

  /** A solution with zeros on the right sides; free unknowns are drawn from a fixed seed. */
  solution(): (unknown: number) => number {
    const drawn = drawing();
    const values = new Map(
      solveLong(
        this.rows.filter((row) => row !== undefined),
        drawn,
      ),
    );
    const valueOf = (unknown: number): number => {
      if (this.zeros.has(unknown)) return 0;
      let value = values.get(unknown);
      if (value === undefined) values.set(unknown, (value = drawn()));
      return value;
    };
    for (const { unknown, row } of this.pivots.toReversed()) {
      let total = 0;
      for (const [other, times] of row) if (other !== unknown) total = modulo(total + times * valueOf(other));
      values.set(unknown, modulo(-total * inverse(row.get(unknown)!)));
    }
    return valueOf;
  }

  private peel(): void {
    for (;;) {
      const index = this.single.pop();
      if (index !== undefined) {
        const row = this.rows[index];
        const [unknown] = row?.size === 1 ? row.keys() : [];
        if (unknown !== undefined) this.setZero(unknown);
        continue;
      }
      const unknown = this.lonely.pop();
      if (unknown === undefined) return;
      const held = this.holders.get(unknown);
      const [only] = held?.size === 1 ? held : [];
      if (only !== undefined) this.remove(only, unknown);
    }
  }

  /** What is nothing in every solution stands in no row any more. */
  private setZero(unknown: number): void {
    this.zeros.add(unknown);
    for (const index of this.holders.get(unknown) ?? []) {
      const row = this.rows[index]!;
      row.delete(unknown);
      this.sized(index, row);
    }
    this.holders.delete(unknown);
  }

  private remove(index: number, unknown: number): void {
    const row = this.rows[index]!;
    this.pivots.push({ unknown, row });
    this.rows[index] = undefined;
    for (const other of row.keys()) this.letGo(other, index);
  }

  private letGo(unknown: number, index: number): void {
    const held = this.holders.get(unknown)!;
    held.delete(index);
    if (held.size === 1) this.lonely.push(unknown);
  }

  private shortest(): number | undefined {
    for (let size = 2; size < this.bySize.length; size++) {
      const list = this.bySize[size] ?? [];
      for (let index = list.pop(); index !== undefined; index = list.pop())
        // It may have changed since, and stands elsewhere too then.
        if (this.rows[index]?.size === size) return index;
    }
    return undefined;
  }

  /** By the unknown that the fewest rows hold, from which it must be taken. */
  private takeOut(index: number): void {
    const row = this.rows[index]!;
    let [pivot, fewest] = [-1, Infinity];
    for (const unknown of row.keys()) {
      const { size } = this.holders.get(unknown)!;
      if (size < fewest) [pivot, fewest] = [unknown, size];
    }
    const scale = inverse(row.get(pivot)!);
    // Each lets go of the pivot on the way.
    for (const target of Array.from(this.holders.get(pivot)!))
      if (target !== index) this.subtract(target, row, pivot, scale);
    this.remove(index, pivot);
  }

  private subtract(index: number, row: ReadonlyMap<number, number>, pivot: number, scale: number): void {
    const target = this.rows[index]!;
    const times = PRIME - modulo(target.get(pivot)! * scale);
    for (const [unknown, own] of row) {
      const left = modulo((target.get(unknown) ?? 0) + times * own);
      if (left === 0) {
        if (target.delete(unknown)) this.letGo(unknown, index);
      } else {
        if (!target.has(unknown)) this.holders.get(unknown)!.add(index);
        target.set(unknown, left);
      }
    }
    this.sized(index, target);
  }

  private sized(index: number, { size }: ReadonlyMap<number, number>): void {
    if (size === 0) this.rows[index] = undefined;
    else if (size === 1) this.single.push(index);
    else (this.bySize[size] ??= []).push(index);
  }
}
