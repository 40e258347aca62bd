import type { BadRecord, Field, ObjectScanner, RecordData } from '../../protocol/index.js';
import { spooled, type Spool } from './unpack/spool.js';

/** A format that is not read from its beginning to its end: its table of contents stands at the end, or in between. */
export interface TableReader {
  readonly fields: readonly Field[];
  pages(): AsyncIterable<readonly (RecordData | BadRecord)[]>;
}

/**
 * Puts the file on disk first and reads it there. `chunks` are empty and only say that there are further records, which the
 * scanner then hands out.
 */
export async function spooledRecords(
  chunks: AsyncIterable<Uint8Array>,
  open: (spool: Spool) => Promise<TableReader>,
): Promise<{
  readonly fields: readonly Field[];
  readonly scanner: ObjectScanner;
  readonly chunks: AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}> {
  const spool = await spooled(chunks);
  try {
    const reader = await open(spool);
    let ready: readonly (RecordData | BadRecord)[] = [];
    const take = () => {
      const taken = ready;
      ready = [];
      return taken;
    };
    return {
      fields: reader.fields,
      scanner: { push: take, end: take, late: [] },
      chunks: (async function* () {
        for await (const page of reader.pages()) {
          ready = page;
          yield new Uint8Array(0);
        }
      })(),
      close: () => spool.close(),
    };
  } catch (error) {
    await spool.close();
    throw error;
  }
}
