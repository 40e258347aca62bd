import { ConnectorError, type Field } from '#sdk';
import { createCsvBatch, type CsvBatch } from './csv-batch.js';
import type { Fence } from './fence.js';
import { fenceKey, runFolder, stageOf } from './names.js';
import { openPacking, type PackedFile } from './packing.js';
import type { Pool } from './pool.js';
import type { SpoolFolder } from './spool.js';
import { copyFiles, putFile, type StagedFile } from './staging.js';

/** Batches of this size keep the packing busy and stay in the cache of a processor. */
const BATCH_BYTES = 1 << 20;
/** So many closed files may be on their way to the stage while the next one is written. */
const UPLOADS = 2;

export interface LoaderContext {
  readonly pool: Pool;
  readonly spool: SpoolFolder;
  readonly metadata: string;
  readonly fence: Fence;
  readonly stream: string;
  readonly maxFileBytes: number;
  readonly probe: (point: string) => Promise<void> | void;
}

/** Brings rows into a staging table: as gzip'd files on disk, on the stage, and by one COPY at the end. */
export interface Loader {
  batch(): CsvBatch;
  /** Resolves when the batch may be used again; one at a time. */
  write(batch: CsvBatch): Promise<void>;
  /** Loads what was written, and gives the server's own count. */
  finish(): Promise<number>;
  /** Removes the files, here and on the stage. */
  clear(): Promise<void>;
}

/** `name` is that of the staging table, which is new and empty; the files lie in a folder of that name. */
export function openLoader(
  context: LoaderContext,
  name: string,
  table: string,
  fields: readonly Pick<Field, 'type'>[],
): Loader {
  const { pool, spool, metadata, fence, stream, maxFileBytes, probe } = context;
  const folder = `${stageOf(metadata)}/${runFolder(fenceKey(fence.run), fence.epoch)}/${name}/`;
  const files: StagedFile[] = [];
  const uploads = new Set<Promise<void>>();
  let failure: unknown;

  const upload = async ({ file, name: fileName, rows }: PackedFile) => {
    try {
      await file.end();
      await pool.use('uploading', (connection) => putFile(connection, file.path, folder));
      files.push({ name: fileName, rows });
    } finally {
      await file.remove();
    }
  };
  const packing = openPacking({
    spool,
    maxFileBytes,
    nameOf: (n) => `${name}_${String(n).padStart(6, '0')}.csv.gz`,
    async onFull(packed) {
      while (uploads.size >= UPLOADS) await Promise.race(uploads);
      const going = upload(packed)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => uploads.delete(going));
      uploads.add(going);
    },
  });
  return {
    batch: () => createCsvBatch(fields, BATCH_BYTES),
    async write(batch) {
      if (failure !== undefined) throw failure;
      await packing.write(batch);
      await probe('mid_copy');
    },
    async finish() {
      await packing.end();
      await Promise.all(uploads);
      if (failure !== undefined) throw failure;
      await probe('after_upload');
      if (files.length === 0) return 0;
      return pool.use('loading', (connection) =>
        copyFiles(connection, {
          staging: table,
          folder,
          files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
          stream,
        }),
      );
    },
    async clear() {
      await packing.remove();
      await Promise.all(uploads);
      // What cannot be removed now is removed by the next run, which knows it by its epoch.
      if (packing.opened > 0)
        await pool.use('clean-up', (connection) => connection.run(`REMOVE ${folder}`)).catch(() => undefined);
    },
  };
}

export function stagingLost(stream: string, slice: string, expected: number, found: number): ConnectorError {
  return new ConnectorError(
    'transient',
    `The staging table of "${stream}" holds ${found} rows instead of ${expected}.`,
    {
      stream,
      slice,
      hint: 'The slice is read again. If it comes back, somebody else writes into the metadata schema.',
    },
  );
}
