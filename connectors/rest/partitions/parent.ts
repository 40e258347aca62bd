import type { Cursor, RecordFields, State } from '../cursors/cursor.js';
import type { StreamSlice } from '../run/slice.js';

export interface ParentRecord {
  readonly record: RecordFields;
  readonly slice: StreamSlice;
}

/** A stream as one that depends on it reads it. */
export interface ParentStream {
  records(): AsyncIterable<ParentRecord>;
  state(): State;
}

/** The same as what depends on it opens it. */
export interface OpenedParent extends ParentStream {
  /** A record of it, in which a value is looked for along a path. */
  sight(record: RecordFields, path: readonly string[]): void;
}

/**
 * Reads a parent with its own cursor. A slice of it is closed when its last record is handed out, not before: its state never says
 * more than its children have been told.
 */
export function parentStream(
  cursor: Cursor,
  pages: (slice: StreamSlice) => AsyncIterable<readonly RecordFields[]>,
): ParentStream {
  return {
    state: () => cursor.state,
    async *records() {
      let held: ParentRecord | undefined;
      for await (const slice of cursor.slices()) {
        if (held !== undefined) {
          yield held;
          held = undefined;
        }
        for await (const page of pages(slice))
          for (const record of page) {
            cursor.observe(record, slice);
            if (held !== undefined) yield held;
            held = { record, slice };
          }
        cursor.close(slice);
      }
      cursor.finish();
      if (held !== undefined) yield held;
    },
  };
}
