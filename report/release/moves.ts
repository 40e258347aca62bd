import { ratiosOf, sideOf, SIDES } from '../facts/own.js';
import { isUnshown, keyOf, type Breakdown, type Cell, type Dimension, type Layout, type Value } from './breakdowns.js';

/** A figure that differs between a release and the one before it, as far as both may be shown. */
export interface Move {
  readonly breakdown: Breakdown;
  readonly at: Readonly<Record<Dimension, string>>;
  readonly name: string;
  readonly figure: Value;
  readonly before: string | null;
  readonly after: string | null;
}

export type ChangedRow = Cell & { readonly isGone: boolean };

/** The rows of a new version that are to be written: new ones, other ones, and those that are gone. */
export function changedRows(before: readonly Cell[], after: readonly Cell[]): readonly ChangedRow[] {
  const known = new Map(before.map((cell) => [keyOf(cell), cell]));
  const changed: ChangedRow[] = [];
  for (const cell of after) {
    const key = keyOf(cell);
    const old = known.get(key);
    known.delete(key);
    if (old === undefined || contentOf(old) !== contentOf(cell)) changed.push({ ...cell, isGone: false });
  }
  return [...changed, ...[...known.values()].map((cell) => ({ ...cell, isGone: true }))];
}

const contentOf = ({ name, values, hidden }: Cell): string =>
  JSON.stringify([name, measuredIn(values), [...hidden].sort()]);

/** What is not measured is left out, so that a measure which came later differs where it has something. */
const measuredIn = (values: Cell['values']) =>
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .sort(([one], [other]) => (one < other ? -1 : 1));

/** What a reader is told, in an order that no database gives. That a hidden figure moved is not told either. */
export function movesOf(before: readonly Cell[], rows: readonly ChangedRow[], layout: Layout): readonly Move[] {
  const told = layout.values.filter((name) => !isSide(name, layout));
  const known = new Map(before.map((cell) => [keyOf(cell), cell]));
  const places = [...new Set(rows.map(({ breakdown }) => breakdown))];
  const inOrder = rows
    .map((row) => ({ row, place: places.indexOf(row.breakdown), key: keyOf(row) }))
    .toSorted((one, other) => one.place - other.place || (one.key < other.key ? -1 : 1));
  return inOrder.flatMap(({ row }) => {
    if (isUnshown(row.breakdown)) return [];
    const old = known.get(keyOf(row));
    const at = Object.fromEntries(Object.entries(row.at).filter(([, value]) => value !== ''));
    return told.flatMap((figure): readonly Move[] => {
      const was = old?.values[figure] ?? null;
      const is = row.isGone ? null : (row.values[figure] ?? null);
      const isHidden = old?.hidden.includes(figure) === true || row.hidden.includes(figure);
      if (was === is || isHidden) return [];
      return [{ breakdown: row.breakdown, at, name: row.name, figure, before: was, after: is }];
    });
  });
}

/** The sides of rates repeat what the others say. */
const isSide = (name: Value, { own }: Layout): boolean =>
  /^(opened|responded)_of_sent$|^sent_with_/.test(name) ||
  ratiosOf(own).some((ratio) => SIDES.some((side) => sideOf(ratio, side) === name));
