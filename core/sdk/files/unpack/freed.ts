/**
 * Gives the memory of a chunk back that nobody reads any more. The collector knows chunks by their small handles only: it
 * lets some 30 MB of them gather, and each of its rounds goes through the whole heap.
 */
export function free({ buffer }: Uint8Array): void {
  // Node cuts small ones from a buffer of this size.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}

/** The same chunks; each has served when one of another buffer comes, for several may lie in one buffer. */
export async function* freeing(chunks: AsyncIterable<Uint8Array>, mayFree: () => boolean): AsyncGenerator<Uint8Array> {
  let last: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (last !== undefined && last.buffer !== chunk.buffer && mayFree()) free(last);
    yield chunk;
    last = chunk;
  }
}
