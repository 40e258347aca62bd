import type { BadRecord } from '#sdk';
import type { Cursor } from '../cursors/cursor.js';
import type { SelectedRecord } from '../records/selector.js';
import type { RequestParts } from '../requests/request-option.js';
import type { StreamSlice } from '../run/slice.js';

/** More are handed on in several. */
export const PAGE_RECORDS = 10_000;

export interface RetrievedPage {
  readonly records: SelectedRecord[];
  readonly bad: readonly BadRecord[];
}

/** Reads one slice of a stream, page by page. */
export interface Retriever {
  pages(slice: StreamSlice, cursor: Cursor): AsyncIterable<RetrievedPage>;
}

/** What cursor and partition add to the requests of a slice. */
export type SliceParts = (slice: StreamSlice) => readonly RequestParts[];
