import type { CsvBatch } from './csv-batch.js';
import type { SpoolFile, SpoolFolder } from './spool.js';

export interface PackedFile {
  readonly file: SpoolFile;
  readonly name: string;
  readonly rows: number;
}

interface PackingOptions {
  readonly spool: SpoolFolder;
  readonly maxFileBytes: number;
  /** The name of the n-th file, from 1 on. */
  nameOf(n: number): string;
  /** Takes over a file that is full, or the last one; it is not ended yet. */
  onFull(packed: PackedFile): Promise<void>;
}

/** Packs batches into one file after the other. */
export interface Packing {
  /** How many files were opened. */
  readonly opened: number;
  /** Resolves when the batch may be used again; one at a time. What fails behind it is thrown by a later call. */
  write(batch: CsvBatch): Promise<void>;
  /** Hands over the file that is open. */
  end(): Promise<void>;
  /** Removes it instead. */
  remove(): Promise<void>;
}

export function openPacking({ spool, maxFileBytes, nameOf, onFull }: PackingOptions): Packing {
  let current: { readonly file: SpoolFile; readonly name: string; rows: number } | undefined;
  let opened = 0;
  const handOver = async () => {
    const full = current;
    current = undefined;
    if (full !== undefined) await onFull(full);
  };
  const open = () => {
    const name = nameOf((opened += 1));
    return { file: spool.open(name), name, rows: 0 };
  };
  return {
    get opened() {
      return opened;
    },
    async write(batch) {
      const into = (current ??= open());
      into.rows += batch.rows;
      await into.file.write(batch.bytesView());
      if (into.file.bytes >= maxFileBytes) await handOver();
    },
    end: handOver,
    async remove() {
      await current?.file.remove();
      current = undefined;
    },
  };
}
