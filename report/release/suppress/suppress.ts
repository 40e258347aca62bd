import { NOTHING_OWN } from '../../facts/own.js';
import {
  isByResponseType,
  isUnshown,
  keyOf,
  layoutOf,
  type Breakdown,
  type Cell,
  type Count,
  type Dimension,
  type Layout,
  type Value,
} from '../breakdowns.js';
import { knownTo, markPublic, pairsOf, toldBy, type Pair } from './audit.js';
import { complementOf } from './complement.js';
import {
  isUnknown,
  systemGround,
  systemOf,
  withoutType,
  type IsProtected,
  type Node,
  type Place,
  type Steps,
  type System,
  type SystemGround,
} from './system.js';

export interface Suppression {
  /** The least count above zero that is shown; 0: all are. */
  readonly threshold: number;
  /** Tables that are broken down by one of these are protected; all others are shown as they are. */
  readonly dimensions: readonly Dimension[];
}

export interface Masked {
  readonly cells: readonly Cell[];
  /**
   * Counts whose protected tables could not be shown anew without telling a small one: those tables stay as they were in the
   * version before, or are hidden where there is none.
   */
  readonly held: readonly Count[];
}

/** Those that are configured, and the user's own that tell of members. */
export function protectedBy({ dimensions }: Suppression, { breakdowns, own }: Layout): IsProtected {
  const all = new Set([...dimensions, ...own.dimensions.flatMap((one) => (one.isProtected ? [one.name] : []))]);
  return (breakdown: Breakdown) => (breakdowns[breakdown] ?? []).some((one) => all.has(one));
}

/** Whether anything is to be hidden at all. */
export const isSuppressing = (suppression: Suppression, layout: Layout): boolean =>
  suppression.threshold > 1 && Object.keys(layout.breakdowns).some(protectedBy(suppression, layout));

/** What two readers see: one who takes each version for itself, and one who knows which figures stayed between versions. */
interface Family {
  readonly counts: readonly Count[];
  readonly plain: System;
  readonly knowing: System;
  /** Whether one who knows what stayed could tell it before there was the new version. */
  readonly wasTold: (place: Place) => boolean;
}

/** `decide` in one go. */
export function suppress(...given: Parameters<typeof decide>): Masked {
  const steps = decide(...given);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** `decide`, between whose steps, of some tenths of a second, the process answers others. */
export async function suppressInTurns(...given: Parameters<typeof decide>): Promise<Masked> {
  const steps = decide(...given);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await new Promise(setImmediate);
  }
}

/**
 * Decides what a new version hides, given all that was published of the month before. Afterwards no small count, no small
 * remainder and no small difference between versions follows from what is shown, by whatever sums and differences of it.
 */
function* decide(
  cells: readonly Cell[],
  earlier: readonly (readonly Cell[])[],
  options: Suppression,
  layout: Layout = layoutOf(NOTHING_OWN),
): Steps<Masked> {
  const { threshold } = options;
  if (!isSuppressing(options, layout)) return { cells, held: [] };
  const versions = [...earlier, cells].map((version) => inOrder(version, layout));
  const ground: Ground = {
    layout,
    versions,
    newest: earlier.length,
    ...systemGround(versions, layout, protectedBy(options, layout)),
    isSmall: (value) => value > 0 && value < threshold,
  };
  const families: Family[] = [];
  for (const counts of layout.families) families.push(yield* familyOf(counts, ground));
  const ofCount = new Map(families.flatMap((family) => family.counts.map((count) => [count, family] as const)));
  const broken = markRemainders(ground, (count) => ofCount.get(count));
  const held: Count[] = [];
  for (const family of families)
    if (broken.has(family) || !(yield* hideEnough(family, ground))) held.push(...family.counts);
  const last = earlier.at(-1);
  const shown = last === undefined ? cells : withLent(cells, last, held, ground.isProtected);
  const masked = shown.map((cell): Cell => {
    if (!ground.isProtected(cell.breakdown)) return cell;
    const key = keyOf(cell);
    const hidden = (Object.keys(cell.values) as Value[]).filter((name) => {
      const isMeasured = cell.values[name] !== null;
      if (layout.amounts.includes(name) || isUnshown(cell.breakdown)) return isMeasured;
      const count: Count = name;
      if (held.includes(count)) return last === undefined ? isMeasured : cell.hidden.includes(count);
      return ofCount.get(count)!.plain.nodeAt(ground.newest, count, key)?.isHidden === true;
    });
    return { ...cell, hidden };
  });
  return { cells: masked, held };
}

/** Of counts that would do as well the first is hidden, and a warehouse gives the rows of a table in any order. */
function inOrder(cells: readonly Cell[], { breakdowns }: Layout): readonly Cell[] {
  const places = new Map(Object.keys(breakdowns).map((name, place) => [name, place]));
  const placeOf = ({ breakdown }: Cell) => places.get(breakdown) ?? places.size;
  return cells.toSorted((one, other) => placeOf(one) - placeOf(other) || (keyOf(one) < keyOf(other) ? -1 : 1));
}

interface Ground extends SystemGround {
  readonly layout: Layout;
  readonly versions: readonly (readonly Cell[])[];
  readonly newest: number;
  readonly isSmall: (value: number) => boolean;
}

function* familyOf(counts: readonly Count[], ground: Ground): Steps<Family> {
  const { versions, isSmall } = ground;
  const readBy = function* (knowsWhatStayed: boolean): Steps<System> {
    yield;
    const system = systemOf(versions, counts, ground, knowsWhatStayed);
    yield;
    markPublic(system);
    for (const node of system.nodes) node.isSensitive = isSmall(node.value) && (node.isNew || node.wasHidden);
    return system;
  };
  const plain = yield* readBy(false);
  // Of a first version there is nothing that could have stayed: both readers are one.
  const knowing = versions.length === 1 ? plain : yield* readBy(true);
  let isTold: ((place: Place) => boolean) | undefined;
  const wasTold = (place: Place) => (isTold ??= toldBefore(counts, ground))(place);
  return { counts, plain, knowing, wasTold };
}

/** What the versions before tell. Should the new one keep these figures as they were, it tells no more of what stayed. */
function toldBefore(
  counts: readonly Count[],
  { versions, newest, totals, ...ground }: Ground,
): (place: Place) => boolean {
  const before = { ...ground, totals: [...totals.slice(0, newest), []] };
  const system = systemOf([...versions.slice(0, newest), []], counts, before, true);
  markPublic(system);
  const isKnown = knownTo(system);
  return ({ version, count, key }) => {
    const node = system.nodeAt(version, count, key);
    return node !== undefined && isKnown(node);
  };
}

/** A side of a remainder, as each of the two readers has it. */
interface Side {
  readonly family: Family;
  readonly place: Place;
  readonly nodes: readonly [Node, Node];
}

/**
 * A small remainder must not be told: the part is hidden, or the whole where the part is known. Neither: that side is broken by which the
 * new version would tell it.
 */
function markRemainders(
  { layout, versions, isProtected, isSmall }: Ground,
  familyWith: (count: Count) => Family | undefined,
) {
  const broken = new Set<Family>();
  // Messages are not sent by type of response: the whole are those of the place.
  const withoutTypes = new Map(
    Object.entries(layout.breakdowns).flatMap(([name, dimensions]) =>
      isByResponseType(dimensions) ? [[name, withoutType(name, layout.breakdowns)] as const] : [],
    ),
  );
  const sideAt = (place: Place): Side | undefined => {
    const family = familyWith(place.count);
    const { version, count, key } = place;
    const [one, other] = [family?.plain.nodeAt(version, count, key), family?.knowing.nodeAt(version, count, key)];
    return one === undefined || other === undefined ? undefined : { family: family!, place, nodes: [one, other] };
  };
  for (const [version, cells] of versions.entries())
    for (const cell of cells) {
      if (!isProtected(cell.breakdown)) continue;
      const key = keyOf(cell);
      const untyped = withoutTypes.get(cell.breakdown);
      const wholeKey =
        untyped === undefined ? key : keyOf({ breakdown: untyped, at: { ...cell.at, response_type: '' } });
      for (const [whole, parts] of Object.entries(layout.parts))
        for (const part of parts) {
          const all = sideAt({ version, count: whole, key: wholeKey });
          const some = sideAt({ version, count: part, key });
          if (all === undefined || some === undefined || !isSmall(all.nodes[0].value - some.nodes[0].value)) continue;
          for (const family of markRemainder(all, some)) broken.add(family);
        }
    }
  return broken;
}

/** The family that is broken, if any, by each of the readers: what is public to one may be none to the other. */
function markRemainder(all: Side, some: Side): readonly Family[] {
  const wasTold = ({ family, place }: Side) => family.wasTold(place);
  return ([0, 1] as const).flatMap((reader) => {
    const canHide = ({ nodes }: Side) =>
      !nodes[reader].isPublic && !nodes[1].wasShown && (nodes[reader].isNew || nodes[reader].wasHidden);
    // A whole that was told before is no secret any more.
    const secret = canHide(some) ? some : canHide(all) && !wasTold(all) ? all : undefined;
    if (secret !== undefined) secret.nodes[reader].isSensitive = true;
    else if (!all.nodes[reader].isPublic || !some.nodes[reader].isPublic) {
      const telling = [some, all].find((side) => !wasTold(side));
      if (telling !== undefined) return [telling.family];
    }
    return [];
  });
}

/** Hides what is sensitive, and then more, until nothing sensitive follows. False where that cannot be done. */
function* hideEnough(family: Family, ground: Ground): Steps<boolean> {
  const { plain, knowing, counts } = family;
  const { versions, newest } = ground;
  const twin = (node: Node) => {
    const place = node.places.find(({ version }) => version === newest);
    const find = (system: System) => system.nodeAt(newest, place!.count, place!.key)!;
    return place === undefined ? undefined : ([find(plain), find(knowing)] as const);
  };
  const isCandidate = (node: Node) => {
    const both = twin(node);
    return both !== undefined && both[0].isNew && !both[0].isPublic && !both[1].isPublic && !both[1].wasShown;
  };
  const hide = (node: Node) => {
    for (const one of twin(node) ?? []) one.isHidden = true;
  };
  const systems: { readonly system: System; readonly pairs: readonly Pair[] }[] = [];
  for (const system of new Set([plain, knowing])) {
    yield;
    systems.push({ system, pairs: pairsOf(system, versions, counts, ground) });
  }
  // The last of the readers is the one that knows what stayed.
  if (systems.at(-1)!.pairs.some((pair) => isToldNow(pair, family))) return false;
  // Of two that are a little apart, the new one is a secret where the other one was shown.
  for (const { pairs } of systems) for (const pair of pairs) markFresh(pair, twin);
  for (const node of plain.nodes) {
    const both = node.isNew ? twin(node) : undefined;
    if (both === undefined || both[0].isPublic) continue;
    // One that was public before and is not any more is no less small for having been shown.
    if (both[1].wasShown && !ground.isSmall(node.value)) continue;
    if (node.isFinest || both.some(({ isSensitive, wasHidden }) => isSensitive || wasHidden)) hide(node);
  }
  for (;;) {
    let isTold = false;
    for (const { system, pairs } of systems) {
      const told = yield* toldBy(system, pairs);
      isTold ||= told.length > 0;
      if (!hideBeside(system, told, isCandidate, hide)) return false;
    }
    if (!isTold) return true;
  }
}

const isOpenly = ({ isOpen, isPublic }: Node): boolean => isOpen || isPublic;
const isSeen = (node: Node): boolean => isOpenly(node) || node.wasShown;

/** One is known since the new version's totals are, the other was shown: nothing is left to hide. */
const isToldNow = (pair: Pair, { wasTold }: Family): boolean =>
  pair.every(isSeen) && !pair.every(isOpenly) && !pair.every(({ places }) => places.some(wasTold));

function markFresh([one, other]: Pair, twin: (node: Node) => readonly Node[] | undefined): void {
  for (const [fresh, before] of [
    [one, other],
    [other, one],
  ] as const)
    if (fresh.isNew && !isSeen(fresh) && isSeen(before)) for (const node of twin(fresh) ?? []) node.isSensitive = true;
}

/** One more for each secret that is told. False where there is none to hide. */
function hideBeside(
  system: System,
  told: readonly (readonly Node[])[],
  isCandidate: (node: Node) => boolean,
  hide: (node: Node) => void,
): boolean {
  const hiddenIn = system.sums.map((sum) => sum.filter(([node]) => isUnknown(node)).length);
  // Sums that got another hidden count just now: what they still tell the next round will see.
  const isDone = new Set<number>();
  // What protects the tables that are shown mostly protects the finest rows too.
  const first = told.filter((secret) => !secret.some(({ isFinest }) => isFinest));
  for (const secret of first.length > 0 ? first : told) {
    if (secret.flatMap(({ id }) => system.sumsOf.get(id) ?? []).some((sum) => isDone.has(sum))) continue;
    const more = complementOf(system, secret, isCandidate, hiddenIn);
    if (more === undefined) return false;
    hide(more);
    for (const sum of system.sumsOf.get(more.id) ?? []) {
      hiddenIn[sum]!++;
      isDone.add(sum);
    }
  }
  return true;
}

/** The protected tables of these counts as they were in the last version. */
function withLent(
  cells: readonly Cell[],
  last: readonly Cell[],
  held: readonly Count[],
  isProtected: IsProtected,
): readonly Cell[] {
  if (held.length === 0) return cells;
  const before = new Map(last.map((cell) => [keyOf(cell), cell]));
  const lend = (cell: Cell, from: Cell | undefined): Cell => ({
    ...cell,
    values: { ...cell.values, ...Object.fromEntries(held.map((count) => [count, from?.values[count] ?? null])) },
    hidden: held.filter((count) => from === undefined || from.hidden.includes(count)),
  });
  const lent = cells.map((cell) => (isProtected(cell.breakdown) ? lend(cell, before.get(keyOf(cell))) : cell));
  const present = new Set(cells.map(keyOf));
  const gone = last.filter((cell) => isProtected(cell.breakdown) && !present.has(keyOf(cell)));
  const nothing = (cell: Cell): Cell => ({
    ...cell,
    values: Object.fromEntries(Object.keys(cell.values).map((name) => [name, null])) as Cell['values'],
  });
  return [...lent, ...gone.map((cell) => lend(nothing(cell), cell))];
}
