/** The unit of reading and of checkpointing: one call of `read` reads one slice to its end. */
export interface Slice {
  /** Unique in its stream and the same in every run that reads the same window or file. */
  readonly id: string;
}

/** A slice of an incremental stream: the half-open span of cursor values `[from, to)`. */
export interface Window extends Slice {
  /** First cursor value to read: a day (`YYYY-MM-DD`) or an instant (ISO 8601, UTC), as the cursor field is typed. */
  readonly from: string;
  /** First cursor value not to read. */
  readonly to: string;
  /** Calendar days that the window touches. */
  readonly days: number;
}

/**
 * One version of a file at the source. `version` tells versions of one name apart cheaply (size and time of change, an
 * ETag); the checksum is known only after the file was read.
 */
export interface FileVersion {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: string;
  readonly version: string;
}

/**
 * A saved position. Kept in the destination, one row per connection, stream and partition, and moved only by the
 * transaction that also commits the records before it.
 */
export interface Bookmark {
  readonly stream: string;
  readonly partition: string;
  readonly position: BookmarkPosition;
}

export type BookmarkPosition =
  /** Windows: everything before `frontier` is committed, and so are the completed windows beyond it. */
  | { readonly kind: 'frontier'; readonly frontier: string; readonly completed: readonly (readonly [string, string])[] }
  /** One file: the version that was read, and what it held. */
  | {
      readonly kind: 'file';
      readonly version: string;
      readonly checksum: string;
      readonly bytes: number;
      readonly records: number;
    }
  /** What a stream that keeps a state of its own handed out last, or the version of its table; JSON. */
  | { readonly kind: 'state'; readonly state: unknown }
  /** The field types that were inferred once and hold from then on. */
  | { readonly kind: 'schema'; readonly fields: readonly import('./schema.js').Field[] };

/** Partition names: one space, so that no file name can collide with a stream's own position. */
export const FRONTIER_PARTITION = '';
export const STATE_PARTITION = '#state';
export const SCHEMA_PARTITION = '#schema';
export const VERSION_PARTITION = '#version';
export const filePartition = (name: string): string => `file:${name}`;
