import { DAY_US, type Duration } from '../time/date-time.js';
import { EMPTY_SLICE, type StreamSlice } from '../run/slice.js';
import { isAbsent, type Cursor, type RecordFields, type State } from './cursor.js';
import type { Clamp, Scale } from './scale.js';

export interface WindowSettings {
  readonly field: string;
  readonly scale: Scale;
  /** The first value that is read at all. */
  readonly start: number;
  /** The last one, as of now. */
  readonly end: () => number;
  /** The last one of a record that is wanted, where that is later: a day that is asked for whole ends with its last moment. */
  readonly reach?: () => number;
  /** So far outside a record may lie and is wanted all the same: an API counts days in a zone of its own, and what is read twice is merged. */
  readonly slack?: number;
  /** True where a person's days are asked for whole: what the API tells of them is wanted, by whatever date it goes. */
  readonly isOfApi?: boolean;
  readonly step: Duration | undefined;
  readonly granularity: Duration | undefined;
  readonly lookback: Duration | undefined;
  /** Names that a slice has its bounds under; absent: the state moves with the records alone. */
  readonly bounds: readonly [string, string] | undefined;
  readonly clamp: Clamp | undefined;
  readonly comparesStrictly: boolean;
  /** A record of a later time moves no state, so that a date by mistake does not end the stream; undefined: it does, as in the reference. */
  readonly latest: number | undefined;
}

/** A span that was read, and the newest cursor value in it. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly newest: number | undefined;
}

const FALLBACK_BOUNDS = ['start', 'end'] as const;

/** A cursor whose values are cut into windows, with the state of the reference: what was read is spans that grow together. */
export class WindowCursor implements Cursor {
  readonly #settings: WindowSettings;
  readonly #legacy: State;
  #spans: Span[];
  /** Where this reading begins, lookback aside. */
  readonly #from: number;
  readonly #newest = new Map<string, { readonly place: number; readonly value: unknown }>();

  constructor(settings: WindowSettings, state: State = {}) {
    this.#settings = settings;
    this.#legacy = state;
    const { scale, start, field } = settings;
    const saved = spansOf(state, scale);
    if (saved !== undefined) {
      this.#spans = saved;
      this.#from = saved[0]?.newest ?? saved[0]?.end ?? start;
      return;
    }
    const frontier = withinTime(scale.parse(state[field]), settings);
    scale.keepZone(state[field]);
    this.#from = frontier !== undefined && frontier >= start ? frontier : start;
    this.#spans = [{ start, end: this.#from, newest: this.#from }];
  }

  async *slices(): AsyncIterable<StreamSlice> {
    for (const slice of this.cut()) yield slice;
  }

  /** The windows that are not read yet, oldest first. */
  *cut(): Iterable<StreamSlice> {
    const { start, end, granularity, scale, lookback } = this.#settings;
    this.#spans = this.#merged();
    const spans = this.#spans;
    const first = spans[0]!;
    if (start < first.start) yield* this.#windows(start, first.start, false);
    for (let at = 0; at < spans.length - 1; at += 1) {
      const from = spans[at]!.end;
      yield* this.#windows(
        granularity === undefined ? from : scale.plus(from, granularity),
        spans[at + 1]!.start,
        false,
      );
    }
    const last = spans.at(-1)!.end;
    yield* this.#windows(lookback === undefined ? last : scale.plus(last, lookback.negated()), end(), true);
  }

  *#windows(from: number, to: number, isLast: boolean): Iterable<StreamSlice> {
    const { start, step, granularity, scale, clamp = (value: number) => value, comparesStrictly } = this.#settings;
    const isNothing = (lower: number, upper: number) => lower > upper || (lower === upper && granularity === undefined);
    if (isNothing(from, to) || to < start) return;
    let lower = clamp(Math.max(from, start), true);
    if (lower > to || (lower === to && (comparesStrictly || !isLast))) return;
    const lessOne = (value: number) => (granularity === undefined ? value : scale.plus(value, granularity.negated()));
    if (step === undefined || scale.plus(lower, step) >= to) {
      const upper = isLast && granularity !== undefined ? to : clamp(to, true);
      yield this.#slice(lower, isLast ? upper : lessOne(upper));
      return;
    }
    for (;;) {
      const upper = Math.min(scale.plus(lower, step), to);
      const edge = upper === to ? upper : clamp(upper, true);
      const isEnd = upper >= to || edge === to;
      lower = clamp(lower, true);
      if (lower >= edge) return;
      yield this.#slice(lower, isLast && isEnd ? edge : lessOne(edge));
      if (isEnd) return;
      lower = edge;
    }
  }

  get #bounds(): readonly [string, string] {
    return this.#settings.bounds ?? FALLBACK_BOUNDS;
  }

  #slice(from: number, to: number, of: StreamSlice = EMPTY_SLICE): StreamSlice {
    const { scale } = this.#settings;
    const [first, last] = this.#bounds;
    return of.withCursor({ [first]: scale.format(from), [last]: scale.format(to) });
  }

  placeOf(record: RecordFields): number | undefined {
    return this.#settings.scale.reached(record[this.#settings.field]);
  }

  observe(record: RecordFields, slice: StreamSlice): boolean {
    const { field, scale } = this.#settings;
    const value = record[field];
    const place = scale.reached(value);
    if (place === undefined) return isAbsent(value);
    if (place > (this.#settings.latest ?? Number.POSITIVE_INFINITY)) return true;
    const key = keyOf(slice);
    const newest = this.#newest.get(key);
    if (newest === undefined || newest.place < place) this.#newest.set(key, { place, value });
    return true;
  }

  close(slice: StreamSlice): void {
    const { place: newest, value } = this.#newest.get(keyOf(slice)) ?? {};
    this.#newest.delete(keyOf(slice));
    const { bounds, scale } = this.#settings;
    scale.keepZone(value);
    if (bounds === undefined) {
      if (newest === undefined) return;
      this.#spans = [...this.#spans, { start: this.#from, end: newest, newest }];
    } else {
      const [start, end] = bounds.map((name) => scale.parse(slice.cursorSlice[name]));
      if (start === undefined || end === undefined) return;
      this.#spans = [...this.#spans, { start, end, newest }];
    }
    this.#spans = this.#merged();
  }

  finish(): void {
    this.#newest.clear();
  }

  get state(): State {
    const { scale, field } = this.#settings;
    const first = this.#merged()[0]!;
    const rest = 'slices' in this.#legacy ? {} : this.#legacy;
    return { ...rest, [field]: scale.format(first.newest ?? first.start) };
  }

  isWanted(record: RecordFields): boolean {
    const { field, scale, end, reach = end, slack = 0, isOfApi = false } = this.#settings;
    if (isOfApi) return true;
    const value = scale.parse(record[field]);
    return value === undefined || (this.#lowest <= value && value <= reach() + slack);
  }

  isBefore(record: RecordFields): boolean {
    if (this.#settings.isOfApi === true) return false;
    const value = this.#settings.scale.parse(record[this.#settings.field]);
    return value !== undefined && value < this.#lowest;
  }

  get #lowest(): number {
    const { lookback, scale, start, slack = 0 } = this.#settings;
    const from =
      lookback === undefined
        ? this.#from
        : Math.max(scale.plus(this.#from, lookback.negated()), Math.min(this.#from, start));
    return from - slack;
  }

  rest(slice: StreamSlice, newest: RecordFields | undefined): StreamSlice {
    const { field, scale } = this.#settings;
    const from = newest && this.placeOf(newest);
    const to = scale.parse(slice.cursorSlice[this.#bounds[1]]);
    if (newest === undefined || from === undefined || to === undefined) return slice;
    scale.keepZone(newest[field]);
    return this.#slice(from, to, slice);
  }

  halves(slice: StreamSlice, smallest: number | undefined): readonly StreamSlice[] | undefined {
    const { granularity, scale } = this.#settings;
    if (granularity === undefined || granularity.months !== 0) return undefined;
    const [from, to] = this.#bounds.map((name) => scale.parse(slice.cursorSlice[name]));
    if (from === undefined || to === undefined || from >= to || (smallest !== undefined && to - from <= smallest))
      return undefined;
    const units = Math.floor((to - from) / granularity.micros) + 1;
    if (units <= 1) return undefined;
    const end = from + (Math.floor(units / 2) - 1) * granularity.micros;
    return [this.#slice(from, end, slice), this.#slice(end + granularity.micros, to, slice)];
  }

  #merged(): Span[] {
    const { scale } = this.#settings;
    const sorted = this.#spans.toSorted((a, b) => a.start - b.start || a.end - b.end);
    const merged: Span[] = [];
    for (const span of sorted) {
      const last = merged.at(-1);
      if (last === undefined || scale.next(last.end) < span.start) merged.push(span);
      else
        merged[merged.length - 1] = {
          start: last.start,
          end: Math.max(last.end, span.end),
          newest:
            last.newest === undefined
              ? span.newest
              : span.newest === undefined
                ? last.newest
                : Math.max(last.newest, span.newest),
        };
    }
    return merged;
  }
}

/** A state that lies well after now was written by a date by mistake, and is none; clocks differ by less. */
export const withinTime = (
  frontier: number | undefined,
  { latest }: { readonly latest: number | undefined },
): number | undefined =>
  frontier !== undefined && latest !== undefined && frontier > latest + DAY_US ? undefined : frontier;

const keyOf = (slice: StreamSlice): string => JSON.stringify(slice.cursorSlice);

/** Spans as a state of the concurrent kind holds them. */
export function spansOf(state: State, scale: Scale): Span[] | undefined {
  if (state['state_type'] !== 'date-range' && state['state_type'] !== 'integer') return undefined;
  if (!Array.isArray(state['slices'])) return undefined;
  const spans = (state['slices'] as readonly Record<string, unknown>[]).flatMap((slice) => {
    for (const name of ['start', 'end', 'most_recent_cursor_value']) scale.keepZone(slice[name]);
    const [start, end] = [scale.parse(slice['start']), scale.parse(slice['end'])];
    return start === undefined || end === undefined
      ? []
      : [{ start, end, newest: scale.parse(slice['most_recent_cursor_value']) }];
  });
  return spans.length === 0 ? undefined : spans;
}
