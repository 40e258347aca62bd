import {
  FINEST,
  isByResponseType,
  isUnshown,
  keyOf,
  OTHER_TYPES,
  PRIMARY_TYPES,
  type Breakdown,
  type Cell,
  type Count,
  type Dimension,
  type Layout,
} from '../breakdowns.js';
import type { Equation } from './bounds.js';
import { solver, type Row, type Solutions } from './rank.js';

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
  /** It stands in one of the finest tables, which are shown to nobody. */
  isFinest: boolean;
  /** Not to be derived. */
  isSensitive: boolean;
  /** Hidden by the new version. */
  isHidden: boolean;
}

export interface Place {
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
  /** The sums that a row of a finest table stands in. */
  readonly finestSums: ReadonlySet<number>;
  /** Which sums a node stands in. */
  readonly sumsOf: ReadonlyMap<number, readonly number[]>;
  readonly solve: Solve;
}

/** What equations fix. */
export type Solve = (equations: readonly Row[]) => Solutions;

/** A pause, in which whoever runs it may do something else. */
export type Steps<T> = Generator<undefined, T>;

export type IsProtected = (breakdown: Breakdown) => boolean;

/** Nobody sees it, and it is not known from elsewhere. */
export const isUnknown = (node: Node): boolean =>
  !node.isOpen && !node.isPublic && !node.wasShown && (node.isNew ? node.isHidden : node.wasHidden);

/** What the systems of all families are made from. */
export interface SystemGround {
  /** Those that add up. */
  readonly tables: ReadonlySet<Breakdown>;
  /** Of each version. */
  readonly totals: readonly (readonly Total[])[];
  readonly isProtected: IsProtected;
  readonly solve: Solve;
}

/** A row that is the sum of others. */
interface Total {
  readonly whole: Cell;
  readonly parts: readonly Cell[];
}

export function systemGround(
  versions: readonly (readonly Cell[])[],
  layout: Layout,
  isProtected: IsProtected,
): SystemGround {
  const { tables, additions } = additionsOf(layout);
  const totals = versions.map((cells) => totalsIn(cells, additions, { layout, isProtected }));
  return { tables, totals, isProtected, solve: solver() };
}

/**
 * All that is published of a family of counts, in all versions, as unknowns and sums. Counts of a family that are equal in one
 * version are one node; those that are equal in two versions are one for a reader who knows that nothing moved there.
 */
export function systemOf(
  versions: readonly (readonly Cell[])[],
  family: readonly Count[],
  { tables, totals, isProtected, solve }: SystemGround,
  knowsWhatStayed: boolean,
): System {
  const newest = versions.length - 1;
  const same = new Groups();
  const found: { readonly place: Place; readonly cell: Cell; readonly text: string; readonly group: number }[] = [];
  for (const [version, cells] of versions.entries())
    for (const cell of cells) {
      if (!tables.has(cell.breakdown)) continue;
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
  const places = versions.map(() => new Map(family.map((count) => [count, new Map<string, Node>()])));
  for (const { place, cell, text, group } of found) {
    const root = same.rootOf(group);
    let node = byGroup.get(root);
    if (node === undefined) {
      node = { id: nodes.length, value: Number(text), places: [], ...UNDECIDED };
      nodes.push(node);
      byGroup.set(root, node);
    }
    node.places.push(place);
    node.isFinest = isUnshown(cell.breakdown);
    places[place.version]!.get(place.count)!.set(place.key, node);
    if (!isProtected(cell.breakdown)) node.isOpen = true;
    else if (place.version === newest) node.isNew = true;
    else if (cell.hidden.includes(place.count)) node.wasHidden = true;
    else node.wasShown = true;
  }
  const nodeAt = (version: number, count: Count, key: string) => places[version]?.get(count)?.get(key);
  // Counts that are the same everywhere say everything twice.
  const sums = eachOnce(
    totals.flatMap((ofVersion, version) =>
      family.flatMap((count) => sumsOfNodes(ofVersion, (cell) => nodeAt(version, count, keyOf(cell)))),
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
  return { nodes, nodeAt, sums, finestSums, sumsOf, solve };
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

/** A table whose rows are sums of those of others. */
interface Addition {
  readonly whole: Breakdown;
  readonly parts: readonly Breakdown[];
  /** Only of these types of response, which make up `responded`. */
  readonly isOfPrimary?: true;
}

/** Tables by type of response beside those that are not by it. */
interface Additions {
  readonly tables: ReadonlySet<Breakdown>;
  readonly additions: readonly Addition[];
}

/** Of each table the next smaller ones in the list; what has no part that is protected, such as days, is left out. */
function additionsOf({ breakdowns }: Layout): Additions {
  const isOf = (type: boolean) => (name: Breakdown) => isByResponseType(breakdowns[name]!) === type;
  const within = (finest: Breakdown) => (name: Breakdown) =>
    breakdowns[name]!.every((one) => breakdowns[finest]!.includes(one));
  const names = Object.keys(breakdowns);
  const plain = names.filter(isOf(false)).filter(within(FINEST));
  const byType = names.filter(isOf(true)).filter(within(PRIMARY_TYPES));
  const isSmaller = (small: Breakdown, large: Breakdown) =>
    breakdowns[small]!.length < breakdowns[large]!.length && within(large)(small);
  const steps = (tables: readonly Breakdown[]) =>
    tables.flatMap((large): readonly Addition[] => {
      if (large === OTHER_TYPES) return [];
      const smaller = tables.filter((small) => isSmaller(small, large));
      const parts = large === PRIMARY_TYPES ? [PRIMARY_TYPES, OTHER_TYPES] : [large];
      return smaller
        .filter((small) => !smaller.some((middle) => isSmaller(small, middle)))
        .map((whole) => ({ whole, parts }));
    });
  const ofPrimary = byType.flatMap((name): readonly Addition[] => {
    const whole = withoutType(name, breakdowns);
    return name === OTHER_TYPES || whole === undefined ? [] : [{ whole, parts: [name], isOfPrimary: true }];
  });
  return { tables: new Set([...plain, ...byType]), additions: [...steps(plain), ...steps(byType), ...ofPrimary] };
}

/** The table that a table by type of response would be without the type. */
export function withoutType(name: Breakdown, breakdowns: Layout['breakdowns']): Breakdown | undefined {
  const rest = breakdowns[name]!.filter((one) => one !== 'response_type');
  return Object.keys(breakdowns).find(
    (other) => breakdowns[other]!.length === rest.length && rest.every((one) => breakdowns[other]!.includes(one)),
  );
}

function totalsIn(
  cells: readonly Cell[],
  additions: readonly Addition[],
  { layout: { breakdowns }, isProtected }: { readonly layout: Layout; readonly isProtected: IsProtected },
): readonly Total[] {
  const byBreakdown = Map.groupBy(cells, ({ breakdown }) => breakdown);
  const typesIn = (breakdown: Breakdown) => new Set(byBreakdown.get(breakdown)?.map(({ at }) => at.response_type));
  const others = typesIn(OTHER_TYPES);
  const isMixed = [...typesIn(PRIMARY_TYPES)].some((type) => others.has(type));
  return additions.flatMap(({ whole, parts, isOfPrimary }) => {
    // Where nothing may be hidden nothing can be derived.
    if (!parts.some(isProtected)) return [];
    const isByPrimary = isOfPrimary === true && !parts.includes(PRIMARY_TYPES);
    // A type that is primary in some campaigns only stands in the tables together with what it is in the others.
    if (isByPrimary && isMixed) return [];
    const all = parts.flatMap((part) => byBreakdown.get(part) ?? []);
    // A version that was published before there was such a table.
    if (all.length === 0) return [];
    const dimensions: readonly Dimension[] = breakdowns[whole]!;
    const place = ({ at }: Cell) => JSON.stringify(dimensions.map((dimension) => at[dimension] ?? ''));
    const added = Map.groupBy(isByPrimary ? all.filter(({ at }) => !others.has(at.response_type)) : all, place);
    return (byBreakdown.get(whole) ?? []).map((cell) => ({ whole: cell, parts: added.get(place(cell)) ?? [] }));
  });
}

function sumsOfNodes(totals: readonly Total[], nodeOf: (cell: Cell) => Node | undefined): readonly Sum[] {
  return totals.flatMap(({ whole, parts }) => {
    const total = nodeOf(whole);
    if (total === undefined) return [];
    const sum: (readonly [Node, number])[] = [[total, -1]];
    let left = -total.value;
    for (const part of parts) {
      const node = nodeOf(part);
      if (node === undefined) continue;
      sum.push([node, 1]);
      left += node.value;
    }
    // Of responses by type there are no other counts. Figures that an older version lends do not add up to the newer total.
    return sum.length > 1 && left === 0 ? [sum] : [];
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
