import type { PartitionRouter } from '../partitions/router.js';
import { partitionKey, storable, type Fields, type StreamSlice } from '../run/slice.js';
import { isComponent } from '../manifest/text.js';
import { Duration } from '../time/date-time.js';
import { isAbsent, type Cursor, type RecordFields, type State } from './cursor.js';
import type { Scale } from './scale.js';
import { withinTime, type WindowCursor } from './window-cursor.js';

/** With more partitions than this one cursor for all takes the place of one for each, as in the reference. */
const MOST_PARTITIONS = 10_000;
/** States that are kept; those of partitions that are gone leave first. */
const MOST_KEPT = 25_000;

export interface PartitionSettings {
  readonly field: string;
  readonly router: PartitionRouter;
  /** Makes the cursor of a partition; `lookback` comes on top of the manifest's. */
  readonly create: (state: State, lookback: Duration | undefined) => WindowCursor;
  readonly isGlobal: boolean;
  /** A partition that a state of each partition does not know begins at the start; otherwise at the newest of all, as in the reference. */
  readonly keepsAll: boolean;
  /** As that of its window cursors. */
  readonly latest: number | undefined;
  readonly now: () => number;
  readonly scale: Scale;
}

interface Partition {
  readonly fields: Fields;
  readonly cursor: WindowCursor;
  /** Slices of the reading before its first one; before that many are closed a state does not speak of it. */
  readonly after: number;
}

/** One window cursor for each partition, or one for all of them, with the state of the reference. */
export class PartitionCursor implements Cursor {
  readonly #settings: PartitionSettings;
  readonly #partitions = new Map<string, Partition>();
  readonly #seen = new Set<string>();
  readonly #oldest = this.#forgettable();
  /** Slices after which one cursor stands for all partitions. */
  #globalAfter: number;
  #global: State | undefined;
  #newGlobal: State | undefined;
  /** The place of that one. */
  #newest: number | undefined;
  #lookbackSeconds = 0;
  #parentState: unknown;
  #made = 0;
  #closed = 0;
  #isDone = false;
  /** What is known once all slices up to one are closed, in that order; slices may be made ahead of that. */
  readonly #afterwards: { readonly closed: number; readonly tell: () => void }[] = [];
  #started: number | undefined;
  #hasRecords = false;
  /** True where the state told of each partition. */
  #isEach = false;

  constructor(settings: PartitionSettings, state: State = {}) {
    this.#settings = settings;
    this.#globalAfter = settings.isGlobal ? 0 : Number.POSITIVE_INFINITY;
    if (Object.keys(state).length === 0) return;
    if (!('states' in state) && !('state' in state)) this.#setGlobal(state);
    else {
      this.#isEach = Array.isArray(state['states']);
      if (state['use_global_cursor'] === true) this.#globalAfter = 0;
      this.#lookbackSeconds = Number(state['lookback_window'] ?? 0);
      for (const { partition, cursor } of (state['states'] ?? []) as readonly { partition: Fields; cursor: State }[])
        this.#partitions.set(partitionKey(partition), {
          fields: partition,
          cursor: settings.create(cursor, undefined),
          after: -1,
        });
      if (isComponent(state['state'])) this.#setGlobal(state['state']);
    }
    if (isComponent(state['parent_state'])) this.#parentState = state['parent_state'];
  }

  #setGlobal(state: State): void {
    const value = state[this.#settings.field];
    if (withinTime(this.#settings.scale.parse(value), this.#settings) !== undefined)
      this.#newer(value, Number.POSITIVE_INFINITY);
    this.#global = this.#newGlobal;
  }

  async *slices(): AsyncIterable<StreamSlice> {
    const { router, now } = this.#settings;
    this.#started = now();
    for await (const partition of router.slices()) {
      const parentState = structuredClone(router.state());
      const key = partitionKey(partition.partition);
      // A parent may name one twice.
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      if (this.#globalAfter > this.#made && this.#partitions.size > MOST_PARTITIONS) this.#globalAfter = this.#made;
      const { cursor } = this.#partitionOf(key, partition.partition);
      this.#forgetOldest();
      for (const { cursorSlice } of cursor.cut()) {
        this.#made += 1;
        yield partition.withCursor(cursorSlice);
      }
      this.#afterwards.push({
        closed: this.#made,
        tell: () => {
          this.#parentState = parentState;
          if (!this.#isGlobal) this.#newer(cursor.state[this.#settings.field]);
        },
      });
    }
  }

  #tellWhatIsClosed(): void {
    while (this.#afterwards[0] !== undefined && this.#afterwards[0].closed <= this.#closed)
      this.#afterwards.shift()!.tell();
  }

  get #isGlobal(): boolean {
    return this.#closed >= this.#globalAfter;
  }

  #partitionOf(key: string, fields: Fields): Partition {
    const known = this.#partitions.get(key);
    if (known !== undefined) return known;
    const isNew = this.#settings.keepsAll && this.#isEach && this.#globalAfter === Number.POSITIVE_INFINITY;
    const cursor = isNew ? this.#settings.create({}, undefined) : this.#fromGlobal();
    const made = { fields: storable(fields) as Fields, cursor, after: this.#made };
    this.#partitions.set(key, made);
    return made;
  }

  /** A partition that has no state of its own goes on from the global one, less the time that the run before took. */
  #fromGlobal(): WindowCursor {
    const lookback = this.#global === undefined ? 0 : this.#lookbackSeconds;
    return this.#settings.create(this.#global ?? {}, lookback === 0 ? undefined : new Duration(lookback * 1_000_000));
  }

  #forgetOldest(): void {
    while (this.#partitions.size > MOST_KEPT) this.#partitions.delete(this.#oldest.next().value!);
  }

  /** The next ones to forget. It goes on from where it was: whoever was met by then stays so, and those that come are met. */
  *#forgettable(): Generator<string, undefined> {
    for (const key of this.#partitions.keys()) if (!this.#seen.has(key)) yield key;
    yield* this.#partitions.keys();
  }

  observe(record: RecordFields, slice: StreamSlice): boolean {
    const { field } = this.#settings;
    if (isAbsent(record[field])) return true;
    if (!this.#newer(record[field])) return false;
    this.#hasRecords = true;
    if (!this.#isGlobal) this.#partitions.get(partitionKey(slice.partition))?.cursor.observe(record, slice);
    return true;
  }

  /** False for what is no value of the cursor. Texts are not compared: `31/01/2024` is before `01/02/2024`. */
  #newer(value: unknown, latest = this.#settings.latest ?? Number.POSITIVE_INFINITY): boolean {
    const { field, scale } = this.#settings;
    const place = scale.reached(value);
    if (place === undefined) return false;
    if (place > latest || (this.#newest !== undefined && place <= this.#newest)) return true;
    this.#newest = place;
    this.#newGlobal = { [field]: scale.written(value) };
    return true;
  }

  close(slice: StreamSlice): void {
    this.#tellWhatIsClosed();
    if (!this.#isGlobal) this.#partitions.get(partitionKey(slice.partition))?.cursor.close(slice);
    this.#closed += 1;
  }

  finish(): void {
    const { router, now } = this.#settings;
    this.#tellWhatIsClosed();
    this.#isDone = true;
    if (this.#hasRecords) {
      this.#global = this.#newGlobal;
      this.#lookbackSeconds = Math.max(1, Math.ceil((now() - (this.#started ?? now())) / 1000));
    }
    this.#parentState = structuredClone(router.state());
  }

  get state(): State {
    return {
      use_global_cursor: this.#isGlobal,
      ...(this.#isGlobal
        ? {}
        : {
            states: [...this.#partitions.values()]
              .filter(({ after }) => this.#isDone || after < this.#closed)
              .map(({ fields, cursor }) => ({ partition: fields, cursor: cursor.state })),
          }),
      ...(this.#global === undefined ? {} : { state: this.#global }),
      lookback_window: this.#lookbackSeconds,
      ...(this.#parentState === undefined ? {} : { parent_state: this.#parentState }),
    };
  }

  isWanted(record: RecordFields, slice: StreamSlice): boolean {
    return this.#ofSlice(slice).isWanted(record);
  }

  isBefore(record: RecordFields, slice: StreamSlice): boolean {
    return this.#ofSlice(slice).isBefore(record);
  }

  #ofSlice(slice: StreamSlice): WindowCursor {
    const own = this.#isGlobal ? undefined : this.#partitions.get(partitionKey(slice.partition))?.cursor;
    return own ?? this.#fromGlobal();
  }

  placeOf(record: RecordFields): number | undefined {
    return this.#fromGlobal().placeOf(record);
  }

  rest(slice: StreamSlice, newest: RecordFields | undefined): StreamSlice {
    return this.#fromGlobal().rest(slice, newest);
  }

  halves(slice: StreamSlice, smallest: number | undefined): readonly StreamSlice[] | undefined {
    return this.#fromGlobal().halves(slice, smallest);
  }
}

/**
 * A state in which each partition that it knows has this cursor. Of the parents it says nothing more, since they are to be read from
 * there too. A partition that such a state does not know has not been read, and goes on as it would have.
 */
export function stateOfAll(cursor: State, state: State, isPartitioned: boolean): State {
  const { states, state: ofAll, use_global_cursor } = state;
  const known = Array.isArray(states) ? (states as readonly { readonly partition: Fields }[]) : [];
  if (!isPartitioned || (known.length === 0 && !isComponent(ofAll))) return cursor;
  return {
    use_global_cursor: use_global_cursor === true,
    ...(Array.isArray(states) ? { states: known.map(({ partition }) => ({ partition, cursor })) } : {}),
    // Where there was none, the others have not been read, and it would be where they begin.
    ...(isComponent(ofAll) ? { state: cursor, lookback_window: 0 } : {}),
  };
}
