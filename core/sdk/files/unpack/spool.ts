import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file of its own for bytes that must be read in another order than they come. It has no name from the start: only this
 * process can read it, and it is gone with the process however that ends.
 */
export async function spooled(chunks: AsyncIterable<Uint8Array>): Promise<{ handle: FileHandle; bytes: number }> {
  const path = join(tmpdir(), `tributary-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    let bytes = 0;
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) {
        const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, bytes);
        at += bytesWritten;
        bytes += bytesWritten;
      }
    }
    return { handle, bytes };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
