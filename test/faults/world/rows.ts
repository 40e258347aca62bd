export type Cell = string | number | null;

/** What a table must hold, whatever was killed on the way. */
export interface TrueTable {
  /** SQL types by column, in order. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly Cell[])[];
}

/** The two states of the sources; the second follows the first. */
export type Version = 1 | 2;
export const VERSIONS: readonly Version[] = [1, 2];

export const DAY_MS = 86_400_000;
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** A number of `0..below`, always the same for the same `seed`. */
export function drawn(seed: number, below: number): number {
  let x = (seed + 0x9e37_79b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return ((x ^ (x >>> 16)) >>> 0) % below;
}

export const range = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + index);
