import { closeSync, openSync, readSync } from 'node:fs';

/** The bytes of a file, in chunks. */
export function* chunksOf(path: string, bytes: number): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(bytes);
      const read = readSync(file, chunk);
      if (read === 0) return;
      yield chunk.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
}
