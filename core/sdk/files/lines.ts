const LF = 10;

/**
 * A text without its first and last lines, which are no records: a title above the header, a total below the rows. They
 * are taken as lines, whatever quotes they hold. A line end at the end of the text begins no further line.
 */
export async function* withoutLines(
  chunks: AsyncIterable<Uint8Array>,
  first: number,
  last: number,
): AsyncIterable<Uint8Array> {
  let toSkip = first;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (toSkip > 0 && bytes.length > 0) {
      const at = bytes.indexOf(LF);
      if (at >= 0) toSkip -= 1;
      bytes = at < 0 ? Buffer.alloc(0) : bytes.subarray(at + 1);
    }
    if (bytes.length === 0) continue;
    if (last === 0) {
      yield bytes;
      continue;
    }
    // The lines that may be the last ones are held back; with them the end of the line before, which may end the text.
    held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
    const from = lastLines(held, last + 1);
    if (from > 0) {
      yield held.subarray(0, from);
      held = Buffer.from(held.subarray(from));
    }
  }
  const from = lastLines(held, last);
  if (from > 0) yield held.subarray(0, from);
}

/** Where the last lines begin; 0 where there are no more. */
function lastLines(bytes: Buffer, count: number): number {
  let at = bytes.length;
  if (bytes[at - 1] === LF) at -= 1;
  for (let line = 0; line < count; line += 1) {
    const before = at === 0 ? -1 : bytes.lastIndexOf(LF, at - 1);
    if (before < 0) return 0;
    at = before;
  }
  return at + 1;
}
