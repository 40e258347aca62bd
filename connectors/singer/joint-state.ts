import { isDeepStrictEqual } from 'node:util';
import type { JointStream } from '#sdk';

/** What one stream has committed: a state of the tap. */
export interface KeptState {
  /** The how many-eth it was of the readings of all the streams in `of`, so that the oldest of several is known. */
  readonly number: number;
  readonly value: unknown;
  /** Streams of the reading that it is of. */
  readonly of?: readonly string[];
  /** The value that the number tells of, where the stream has been read on without others of `of` since. */
  readonly floor?: unknown;
}

/** A stream as its tap calls it in states, and what of it was committed. */
export interface Member extends Pick<JointStream, 'sync'> {
  /** Names under which a state may hold what belongs to the stream. */
  readonly ids: readonly string[];
  readonly kept: KeptState | undefined;
}

export function keptState(state: unknown): KeptState | undefined {
  if (!isObject(state) || typeof state['number'] !== 'number' || !('value' in state)) return undefined;
  const { number, value, of, floor } = state;
  return {
    number,
    value,
    ...(Array.isArray(of) ? { of: of.map(String) } : {}),
    ...(floor === undefined ? {} : { floor }),
  };
}

/**
 * How the states of a reading are kept for each of its streams. One of all the streams that were read together before goes on counting.
 * One of a part of them does not: how far it is says nothing of the others, so that its streams keep the number that they have.
 */
export function keeping(names: readonly string[], kept: ReadonlyMap<string, KeptState | undefined>) {
  const known = [...kept.values()].flatMap((one) => one?.of ?? []);
  const isPart = known.some((name) => !names.includes(name));
  let number = Math.max(0, ...Array.from(kept.values(), (one) => one?.number ?? 0));
  return (value: unknown): ((name: string) => KeptState) => {
    number += 1;
    const next = { number, value, of: names };
    return (name) => {
      const own = kept.get(name);
      return isPart && own !== undefined ? { ...own, value, floor: floorOf(own) } : next;
    };
  };
}

const floorOf = ({ floor, value }: KeptState): unknown => floor ?? value;

/**
 * The state to start a tap with, so that no stream is begun beyond what it has committed. What belongs to one stream, by its name
 * in `bookmarks` or at the top, is taken from what that stream has committed, and is left out where it is to be read from its start.
 * All else comes from the oldest state. Undefined: from the start.
 */
export function jointState(members: readonly Member[]): unknown {
  const kept = members.flatMap((member) => (member.sync === 'incremental' && member.kept ? [member.kept] : []));
  const [first] = kept;
  if (first === undefined) return undefined;
  const oldest = kept.reduce((a, b) => (b.number < a.number ? b : a));
  const isOne = members.every(
    ({ sync, kept: own }) => sync === 'incremental' && own !== undefined && isDeepStrictEqual(own.value, first.value),
  );
  if (isOne) return first.value;
  const rest = floorOf(oldest);
  // Numbers of readings of other streams say nothing to each other.
  const isComparable = kept.every(({ of }) => isDeepStrictEqual(of, first.of));
  const inBookmarks = isObject(rest) && isObject(rest['bookmarks']);
  const place = (value: unknown) =>
    isObject(value) ? (inBookmarks ? (isObject(value['bookmarks']) ? value['bookmarks'] : {}) : value) : {};
  const known = members.map(({ ids, sync, kept: own }) => ({
    ids,
    entries: sync === 'incremental' ? ids.filter((id) => Object.hasOwn(place(own?.value), id)) : [],
    own,
    needsStart: sync === 'full_refresh' || own === undefined,
  }));
  // Of a state that is not by streams, none can be begun apart from the others.
  if (!inBookmarks && known.every(({ entries }) => entries.length === 0))
    return known.some(({ needsStart }) => needsStart) || !isComparable ? undefined : rest;
  const merged: Record<string, unknown> = { ...place(rest) };
  for (const { ids, entries, own } of known) {
    for (const id of ids) delete merged[id];
    for (const id of entries) merged[id] = place(own?.value)[id];
  }
  if (!inBookmarks) return merged;
  // Where it was interrupted, each stream says for itself.
  const others = Object.entries(rest as object).filter(([name]) => name !== 'currently_syncing');
  return { ...Object.fromEntries(others), bookmarks: merged };
}

/** Whether the tap begins a stream at its start, since nothing that it is given tells of an earlier reading. */
export function isFromStart({ ids, sync, kept }: Member): boolean {
  if (sync === 'full_refresh' || kept === undefined) return true;
  const { value } = kept;
  if (!isObject(value) || !isObject(value['bookmarks'])) return false;
  const { bookmarks } = value;
  return ids.every((id) => !Object.hasOwn(bookmarks, id));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
