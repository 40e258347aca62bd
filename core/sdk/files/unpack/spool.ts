import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import yauzl from 'yauzl';

/** Bytes that lie on disk to be read in another order than they came. */
export interface Spool {
  readonly bytes: number;
  /** Fewer bytes than asked for only at the end. */
  read(from: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const CIPHER = 'aes-256-ctr';
const BLOCK = 16;

/**
 * A file of its own, without a name from the start and encrypted by a key that only this process has: nobody else can read it,
 * also not from the disk afterwards, and it is gone with the process however that ends.
 */
export async function spooled(chunks: AsyncIterable<Uint8Array>): Promise<Spool> {
  const path = join(tmpdir(), `tributary-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  const key = randomBytes(32);
  try {
    await unlink(path);
    // A key of its own for each file, so that counting may begin at zero.
    const cipher = createCipheriv(CIPHER, key, Buffer.alloc(BLOCK));
    let bytes = 0;
    for await (const chunk of chunks) {
      const sealed = cipher.update(chunk);
      for (let at = 0; at < sealed.length;) {
        const { bytesWritten } = await handle.write(sealed, at, sealed.length - at, bytes);
        at += bytesWritten;
        bytes += bytesWritten;
      }
    }
    return {
      bytes,
      async read(from, length) {
        const within = from % BLOCK;
        const { bytesRead, buffer } = await handle.read(
          Buffer.allocUnsafe(length + within),
          0,
          length + within,
          from - within,
        );
        const counter = Buffer.alloc(BLOCK);
        counter.writeBigUInt64BE(BigInt((from - within) / BLOCK), BLOCK - 8);
        return createDecipheriv(CIPHER, key, counter).update(buffer.subarray(0, bytesRead)).subarray(within);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const STRIDE = 65_536;

/** The archive that a spool holds. */
export function zipIn(spool: Spool): Promise<yauzl.ZipFile> {
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
  return yauzl.fromRandomAccessReaderPromise(new SpoolReader(spool), spool.bytes, options);
}

/** A class, since that is the only door that yauzl has for bytes that are no file of the system. */
class SpoolReader extends yauzl.RandomAccessReader {
  readonly #spool: Spool;

  constructor(spool: Spool) {
    super();
    this.#spool = spool;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const spool = this.#spool;
    return Readable.from(
      (async function* () {
        for (let at = start; at < end;) {
          const part = await spool.read(at, Math.min(STRIDE, end - at));
          if (part.length === 0) return;
          at += part.length;
          yield part;
        }
      })(),
      { objectMode: false },
    );
  }
}
