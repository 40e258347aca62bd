/** As large as what transports give: each chunk costs the layers above a step and the collector a buffer, whatever its size. */
const CHUNK_BYTES = 1 << 18;

/** The same bytes in chunks of one size, but the last; what is smaller is held back until then. */
export async function* gathered(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let room = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let filled = 0;
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.byteLength;) {
      const length = Math.min(CHUNK_BYTES - filled, chunk.byteLength - at);
      room.set(chunk.subarray(at, at + length), filled);
      filled += length;
      at += length;
      if (filled < CHUNK_BYTES) continue;
      yield room;
      room = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      filled = 0;
    }
  if (filled > 0) yield room.subarray(0, filled);
}
