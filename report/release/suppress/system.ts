import { FINEST, keyOf, type Breakdown, type Cell, type Count, type Dimension, type Layout } from '../breakdowns.js';
import type { Equation } from './bounds.js';

/** One count at one place, or several that are known to be the same. */
export interface Node {
  readonly id: number;
  readonly value: number;
  readonly places: Place[];
  /** A table that is not protected shows it. */
  isOpen: boolean;
  /** It follows from such tables alone. */
  isPublic: boolean;
  /** A protected table of an earlier version shows it. */
  wasShown: boolean;
  /** One of an earlier version hides it. */
  wasHidden: boolean;
  /** It stands in a protected table of the new version. */
  isNew: boolean;
  /** It stands in the finest table, which is shown to nobody. */
  isFinest: boolean;
  /** Not to be derived. */
  isSensitive: boolean;
  /** Hidden by the new version. */
  isHidden: boolean;
}

interface Place {
  readonly version: number;
  readonly count: Count;
  readonly key: string;
}

export interface System {
  readonly nodes: readonly Node[];
  /** By version (the new one last), count and place. */
  nodeAt(version: number, count: Count, key: string): Node | undefined;
  /** Nodes with their signs, which add up to nothing. */
  readonly sums: readonly (readonly (readonly [Node, number])[])[];
  /** The sums that a row of the finest table stands in. */
  readonly finestSums: ReadonlySet<number>;
  /** Which sums a node stands in. */
  readonly sumsOf: ReadonlyMap<number, readonly number[]>;
}

export type IsProtected = (breakdown: Breakdown) => boolean;

/** Nobody sees it, and it is not known from elsewhere. */
export const isUnknown = (node: Node): boolean =>
  !node.isOpen && !node.isPublic && !node.wasShown && (node.isNew ? node.isHidden : node.wasHidden);

/**
 * All that is published of a family of counts, in all versions, as unknowns and sums. Counts of a family that are equal in one
 * version are one node; those that are equal in two versions are one for a reader who knows that nothing moved there.
 */
export function systemOf(
  versions: readonly (readonly Cell[])[],
  family: readonly Count[],
  { layout, isProtected }: { readonly layout: Layout; readonly isProtected: IsProtected },
  knowsWhatStayed: boolean,
): System {
  const summed = largestParts(layout);
  const newest = versions.length - 1;
  const same = new Groups();
  const found: { readonly place: Place; readonly cell: Cell; readonly text: string; readonly group: number }[] = [];
  for (const [version, cells] of versions.entries())
    for (const cell of cells) {
      if (summed[cell.breakdown] === undefined) continue;
      const key = keyOf(cell);
      for (const count of family) {
        const text = cell.values[count];
        if (text === null || text === undefined) continue;
        const group = same.add(`${version} ${key}#${text}`);
        if (knowsWhatStayed) same.join(group, same.add(`${count} ${key}#${text}`));
        found.push({ place: { version, count, key }, cell, text, group });
      }
    }
  const nodes: Node[] = [];
  const byGroup = new Map<number, Node>();
  const places = versions.map(() => new Map<string, Node>());
  for (const { place, cell, text, group } of found) {
    const root = same.rootOf(group);
    let node = byGroup.get(root);
    if (node === undefined) {
      node = { id: nodes.length, value: Number(text), places: [], ...UNDECIDED };
      nodes.push(node);
      byGroup.set(root, node);
    }
    node.places.push(place);
    node.isFinest = cell.breakdown === FINEST;
    places[place.version]!.set(`${place.count} ${place.key}`, node);
    if (!isProtected(cell.breakdown)) node.isOpen = true;
    else if (place.version === newest) node.isNew = true;
    else if (cell.hidden.includes(place.count)) node.wasHidden = true;
    else node.wasShown = true;
  }
  const nodeAt = (version: number, count: Count, key: string) => places[version]?.get(`${count} ${key}`);
  // Counts that are the same everywhere say everything twice.
  const sums = eachOnce(
    versions.flatMap((cells, version) =>
      family.flatMap((count) =>
        sumsIn(cells, (cell) => nodeAt(version, count, keyOf(cell)), { layout, summed, isProtected }),
      ),
    ),
  );
  const sumsOf = new Map<number, number[]>();
  for (const [index, sum] of sums.entries())
    for (const [{ id }] of sum) {
      const known = sumsOf.get(id);
      if (known === undefined) sumsOf.set(id, [index]);
      else known.push(index);
    }
  const finestSums = new Set(sums.flatMap((sum, index) => (sum.some(([node]) => node.isFinest) ? [index] : [])));
  return { nodes, nodeAt, sums, finestSums, sumsOf };
}

type Sum = readonly (readonly [Node, number])[];

function eachOnce(sums: readonly Sum[]): readonly Sum[] {
  const known = new Set<string>();
  return sums.filter((sum) => {
    const text = sum.map(([{ id }, sign]) => (sign < 0 ? ~id : id)).join();
    if (known.has(text)) return false;
    known.add(text);
    return true;
  });
}

const UNDECIDED = {
  isOpen: false,
  isPublic: false,
  wasShown: false,
  wasHidden: false,
  isNew: false,
  isFinest: false,
  isSensitive: false,
  isHidden: false,
};

/** Names that stand for the same. */
class Groups {
  private readonly numbers = new Map<string, number>();
  private readonly parents: number[] = [];

  add(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.parents.length);
    return this.parents.push(this.parents.length) - 1;
  }

  rootOf(group: number): number {
    let root = group;
    while (this.parents[root] !== root) root = this.parents[root]!;
    this.parents[group] = root;
    return root;
  }

  join(one: number, other: number): void {
    this.parents[this.rootOf(one)] = this.rootOf(other);
  }
}

type Summed = Readonly<Partial<Record<Breakdown, readonly Breakdown[]>>>;

/** Of each table the next smaller ones in the list, whose rows are sums of its own. */
function largestParts({ breakdowns }: Layout): Summed {
  // What has other dimensions, such as days or overlapping types of responses, has no part that is protected.
  const all = breakdowns[FINEST]!;
  const names = Object.keys(breakdowns).filter((name) => breakdowns[name]!.every((one) => all.includes(one)));
  const isWithin = (small: Breakdown, large: Breakdown) =>
    small !== large && breakdowns[small]!.every((one) => breakdowns[large]!.includes(one));
  return Object.fromEntries(
    names.map((large) => {
      const within = names.filter((small) => isWithin(small, large));
      return [large, within.filter((small) => !within.some((middle) => isWithin(small, middle)))];
    }),
  );
}

function sumsIn(
  cells: readonly Cell[],
  nodeOf: (cell: Cell) => Node | undefined,
  {
    layout: { breakdowns },
    summed,
    isProtected,
  }: { readonly layout: Layout; readonly summed: Summed; readonly isProtected: IsProtected },
) {
  const byBreakdown = Map.groupBy(cells, ({ breakdown }) => breakdown);
  return Object.entries(summed).flatMap(([large, smaller = []]) => {
    // Where nothing may be hidden nothing can be derived.
    if (!isProtected(large)) return [];
    return smaller.flatMap((small) => {
      const dimensions: readonly Dimension[] = breakdowns[small]!;
      const place = ({ at }: Cell) => JSON.stringify(dimensions.map((dimension) => at[dimension] ?? ''));
      const parts = Map.groupBy(byBreakdown.get(large) ?? [], place);
      return (byBreakdown.get(small) ?? []).flatMap((whole) => {
        const total = nodeOf(whole);
        if (total === undefined) return [];
        const sum: (readonly [Node, number])[] = [[total, -1]];
        for (const part of parts.get(place(whole)) ?? []) {
          const node = nodeOf(part);
          if (node !== undefined) sum.push([node, 1]);
        }
        // Figures that an older version lends do not add up to the newer total, and tell nothing of it.
        return sum.reduce((left, [node, sign]) => left + sign * node.value, 0) === 0 ? [sum] : [];
      });
    });
  });
}

/** What the sums say of the nodes that nobody sees; `without` leaves some of the sums out. */
export function equationsOf(
  { sums }: System,
  isUnseen: (node: Node) => boolean,
  without: ReadonlySet<number> = new Set(),
): readonly Equation[] {
  const equations: Equation[] = [];
  for (const [index, sum] of sums.entries()) {
    if (without.has(index)) continue;
    const row = new Map<number, number>();
    let known = 0;
    for (const [node, sign] of sum)
      if (isUnseen(node)) row.set(node.id, (row.get(node.id) ?? 0) + sign);
      else known += sign * node.value;
    for (const [id, times] of row) if (times === 0) row.delete(id);
    if (row.size > 0) equations.push({ row, sum: -known });
  }
  return equations;
}
