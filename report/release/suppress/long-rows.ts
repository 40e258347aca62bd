import type { Row } from './rank.js';
import { inverse, modulo, PRIME } from './residues.js';

/** How many unknowns are kept open for a row. */
const OPEN_FOR_ROW = 4;

/**
 * A random solution of few rows that hold many unknowns, with zeros on their right sides. Most unknowns are free: they are drawn
 * first, and the rows are solved for a sample of the others, which takes time by the square of the rows and not by the unknowns.
 * Where the sample is too small to make up for what was drawn, which shows, it is taken larger.
 */
export function solveLong(rows: readonly Row[], drawn: () => number): ReadonlyMap<number, number> {
  const unknowns = shuffled([...new Set(rows.flatMap((row) => [...row.keys()]))], drawn);
  for (let size = OPEN_FOR_ROW * rows.length; ; size *= OPEN_FOR_ROW) {
    const open = unknowns.slice(0, size);
    const values = new Map(unknowns.slice(size).map((unknown) => [unknown, drawn()]));
    if (solveFor(rows, open, values, drawn)) return values;
  }
}

/** The unknowns of one region or campaign stand together otherwise. */
function shuffled(all: number[], drawn: () => number): readonly number[] {
  for (let last = all.length - 1; last > 0; last--) {
    const other = drawn() % (last + 1);
    [all[last], all[other]] = [all[other]!, all[last]!];
  }
  return all;
}

/** Adds the values of the open unknowns; false where the others admit none. */
function solveFor(
  rows: readonly Row[],
  open: readonly number[],
  values: Map<number, number>,
  drawn: () => number,
): boolean {
  const places = new Map(open.map((unknown, place) => [unknown, place]));
  const width = open.length;
  const lines = rows.map((row) => {
    // What the drawn ones come to stands at the end.
    const line = new Float64Array(width + 1);
    for (const [unknown, times] of row) {
      const place = places.get(unknown);
      if (place === undefined) line[width] = modulo(line[width]! + times * values.get(unknown)!);
      else line[place] = times;
    }
    return line;
  });
  const pivots: { readonly line: Float64Array; readonly place: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const place = line.findIndex((times) => times !== 0);
    if (place === -1) continue;
    if (place === width) return false;
    pivots.push({ line, place });
    const scale = inverse(line[place]!);
    for (const target of lines.slice(index + 1)) {
      if (target[place] === 0) continue;
      const times = PRIME - modulo(target[place]! * scale);
      for (let at = place; at <= width; at++) target[at] = modulo(target[at]! + times * line[at]!);
    }
  }
  const isGiven = new Set(pivots.map(({ place }) => place));
  for (const [place, unknown] of open.entries()) if (!isGiven.has(place)) values.set(unknown, drawn());
  for (const { line, place } of pivots.toReversed()) {
    let total = line[width]!;
    for (let at = 0; at < width; at++)
      if (line[at] !== 0 && at !== place) total = modulo(total + line[at]! * values.get(open[at]!)!);
    values.set(open[place]!, modulo(-total * inverse(line[place]!)));
  }
  return true;
}
