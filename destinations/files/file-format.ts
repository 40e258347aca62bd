import type { Batch, Field } from '#sdk';
import type { Sum } from '#sdk/files';

/** A batch of rows for a file; sums are those of the control totals, in their order. */
export interface FileBatch extends Batch {
  readonly sums: readonly Sum[];
  reset(): void;
}

/** Turns batches into the bytes of one file; what it gives may be used at will. */
export interface FileEncoder {
  head(): Uint8Array;
  /** The bytes that are due by now; the batch is free afterwards. */
  add(batch: FileBatch): Uint8Array;
  end(): Uint8Array;
}

export interface FileFormat {
  batch(fields: readonly Field[], totals: readonly string[]): FileBatch;
  encoder(fields: readonly Field[]): FileEncoder;
}
