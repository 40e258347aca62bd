import { keyOf, type Cell, type Count } from '../breakdowns.js';
import { forced } from './bounds.js';
import type { Row } from './rank.js';
import { equationsOf, isUnknown, type IsProtected, type Node, type Steps, type System } from './system.js';

/** Two counts at one place that are a little apart: of two versions, or the sides of a rate that leave some out. */
export type Pair = readonly [Node, Node];

/** What a reader of a system can tell. */
interface Reader {
  knows(nodes: readonly Node[]): boolean;
}

/**
 * What follows from the sums and from no count being below zero, each by what the other has found: a count that is forced is known
 * to the sums, and one that they fix narrows the others. A count that follows has the value that it has.
 */
function readerOf(system: System, isUnseen: (node: Node) => boolean, without?: ReadonlySet<number>): Reader {
  const known = new Set<number>();
  const isLeft = (node: Node) => isUnseen(node) && !known.has(node.id);
  for (;;) {
    const equations = equationsOf(system, isLeft, without);
    const solutions = system.solve(equations.map(({ row }) => row));
    const isForced = forced(equations);
    const unknowns = new Set<number>();
    for (const { row } of equations) for (const id of row.keys()) unknowns.add(id);
    const found = [...unknowns].filter((id) => isForced.has(id) || solutions.fixesOne(id));
    if (found.length === 0)
      return {
        knows(nodes) {
          const unseen = nodes.filter(isLeft);
          const sum: Row = new Map(unseen.map((node) => [node.id, node === nodes[0] ? 1 : -1]));
          return solutions.fixes(sum);
        },
      };
    for (const id of found) known.add(id);
  }
}

/** Marks what the tables that are not protected tell by themselves: to hide it elsewhere would hide nothing. */
export function markPublic(system: System): void {
  const reader = readerOf(system, ({ isOpen }) => !isOpen);
  const found = system.nodes.filter((node) => !node.isOpen && reader.knows([node]));
  for (const node of found) node.isPublic = true;
}

/** What follows from all that is shown. */
export function knownTo(system: System): (node: Node) => boolean {
  const reader = readerOf(system, isUnknown);
  return (node) => reader.knows([node]);
}

/** The pairs that are not told by such tables alone. */
export function pairsOf(
  system: System,
  versions: readonly (readonly Cell[])[],
  family: readonly Count[],
  { isProtected, isSmall }: { readonly isProtected: IsProtected; readonly isSmall: (value: number) => boolean },
): readonly Pair[] {
  const keys = new Set(versions.flat().flatMap((cell) => (isProtected(cell.breakdown) ? [keyOf(cell)] : [])));
  const found: Pair[] = [];
  for (const key of keys) {
    const nodes = versions.flatMap((_, version) =>
      family.flatMap((count) => {
        const node = system.nodeAt(version, count, key);
        return node === undefined ? [] : [{ version, count, node }];
      }),
    );
    const seen = new Set<string>();
    for (const [index, one] of nodes.entries())
      for (const other of nodes.slice(index + 1)) {
        const isRelated = one.count === other.count || one.version === other.version;
        const id = `${one.node.id} ${other.node.id}`;
        if (!isRelated || seen.has(id) || !isSmall(Math.abs(one.node.value - other.node.value))) continue;
        seen.add(id);
        found.push([one.node, other.node]);
      }
  }
  const open = readerOf(system, ({ isOpen }) => !isOpen);
  return found.filter((pair) => !open.knows(pair));
}

/**
 * The secrets that follow from what is shown. Most of them follow from the tables by themselves, which is found out in no time; only
 * where none does the finest rows are reckoned with.
 */
export function* toldBy(system: System, pairs: readonly Pair[]): Steps<readonly (readonly Node[])[]> {
  yield;
  const told = toldTo(readerOf(system, isUnknown, system.finestSums), system, pairs);
  if (told.length > 0) return told;
  yield;
  return toldTo(readerOf(system, isUnknown), system, pairs);
}

function toldTo(reader: Reader, system: System, pairs: readonly Pair[]): readonly (readonly Node[])[] {
  const single = system.nodes.filter((node) => node.isSensitive && isUnknown(node) && reader.knows([node]));
  const apart = pairs.filter((pair) => pair.some(isUnknown) && reader.knows(pair));
  return [...single.map((node) => [node]), ...apart];
}
