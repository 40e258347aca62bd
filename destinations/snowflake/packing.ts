import { ConnectorError } from '#sdk';
import type { CsvBatch } from './csv-batch.js';
import type { SpoolFile, SpoolFolder } from './spool.js';

/**
 * So many batches are packed at once, each into a file of its own and by a thread of its own. One thread alone stands still
 * whenever the encoding keeps this one from giving it the next batch.
 */
export const LANES = 2;

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
  /** Takes over a file that is full, or the last of its lane; it is not ended yet. */
  onFull(packed: PackedFile): Promise<void>;
}

/** Packs batches into files. A source that brings one batch at a time fills one file after the other. */
export interface Packing {
  /** How many files were opened. */
  readonly opened: number;
  /** Resolves when the batch may be used again; `LANES` of them may go on at once. */
  write(batch: CsvBatch): Promise<void>;
  /** Hands over the files that are open. */
  end(): Promise<void>;
  /** Removes them instead. */
  remove(): Promise<void>;
}

export function openPacking({ spool, maxFileBytes, nameOf, onFull }: PackingOptions): Packing {
  interface Lane {
    isBusy: boolean;
    current: { readonly file: SpoolFile; readonly name: string; rows: number } | undefined;
  }
  const lanes = Array.from({ length: LANES }, (): Lane => ({ isBusy: false, current: undefined }));
  let opened = 0;
  const handOver = async (lane: Lane) => {
    const full = lane.current;
    lane.current = undefined;
    if (full !== undefined) await onFull(full);
  };
  return {
    get opened() {
      return opened;
    },
    async write(batch) {
      const lane = lanes.find(({ isBusy }) => !isBusy);
      if (lane === undefined) throw new ConnectorError('internal', `More than ${LANES} batches are packed at once.`);
      lane.isBusy = true;
      try {
        if (lane.current === undefined) {
          const name = nameOf((opened += 1));
          lane.current = { file: await spool.open(name), name, rows: 0 };
        }
        await lane.current.file.write(batch.bytesView());
        lane.current.rows += batch.rows;
        if (lane.current.file.bytes >= maxFileBytes) await handOver(lane);
      } finally {
        lane.isBusy = false;
      }
    },
    async end() {
      for (const lane of lanes) await handOver(lane);
    },
    async remove() {
      for (const lane of lanes) {
        await lane.current?.file.remove();
        lane.current = undefined;
      }
    },
  };
}
