import type { StreamSlice } from '../run/slice.js';

export type State = Readonly<Record<string, unknown>>;
export type RecordFields = Readonly<Record<string, unknown>>;

/** Cuts a stream into slices and knows how far it was read. One is made for each reading. */
export interface Cursor {
  /** What is to be read, in order; they are closed in that order too, and the next may be asked for before. */
  slices(): AsyncIterable<StreamSlice>;
  /** Looks at a record of a slice that is being read; false where it has a value that is none of the cursor. */
  observe(record: RecordFields, slice: StreamSlice): boolean;
  /** The slice was read to its end. */
  close(slice: StreamSlice): void;
  /** All slices were. */
  finish(): void;
  /** As the reference writes it; what it says was read is read. */
  readonly state: State;
  /** True where the record is one that an incremental reading wants. */
  isWanted(record: RecordFields, slice: StreamSlice): boolean;
  /** True where it lies before what is wanted, and so do those behind it of an API that answers from new to old. */
  isBefore(record: RecordFields, slice: StreamSlice): boolean;
  /** The rest of a slice after the newest record that was seen of it; the slice itself where there is none. */
  rest?(slice: StreamSlice, newest: RecordFields | undefined): StreamSlice;
  /** How far a reading is that came to this record. */
  placeOf?(record: RecordFields): number | undefined;
  /** Two halves of a slice; undefined where it cannot be made smaller. */
  halves?(slice: StreamSlice, smallest: number | undefined): readonly StreamSlice[] | undefined;
}

/** True for what an API writes where a record has no value of the cursor. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** For streams that are read whole, partition by partition. */
export function noCursor(slices: () => AsyncIterable<StreamSlice>): Cursor {
  return {
    slices,
    observe: () => true,
    close: () => undefined,
    finish: () => undefined,
    state: { __ab_no_cursor_state_message: true },
    isWanted: () => true,
    isBefore: () => false,
  };
}
