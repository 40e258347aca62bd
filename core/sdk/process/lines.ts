import { ConnectorError } from '../errors.js';

/** Longer than any record that a destination takes, and short enough to be held in memory. */
export const MAX_LINE_BYTES = 64 * 2 ** 20;
const LF = 10;

/**
 * The lines of a stream of bytes, without their ends, all that one chunk completes together; the next chunk is asked for when they
 * are done with. Throws a `source` error where a line is longer than `most` bytes or is not UTF-8; `whose` names the writer in it.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  whose: string,
  most: number = MAX_LINE_BYTES,
): AsyncIterable<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const taken = (end: Uint8Array): string => {
    const bytes = held.length === 0 ? end : Buffer.concat([...held, end]);
    held = [];
    heldBytes = 0;
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw new ConnectorError('source', `${whose} has written bytes that are no UTF-8.`, {
        cause: error,
        hint: 'Set its encoding by its environment, such as `PYTHONIOENCODING: utf-8`.',
      });
    }
  };
  const checked = (bytes: number) => {
    if (bytes <= most) return;
    throw new ConnectorError(
      'source',
      `${whose} has written a line of more than ${most.toLocaleString('en-US')} bytes.`,
      {
        hint: 'One line is one message. Look at what it writes to stdout.',
      },
    );
  };
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(LF);
    if (last >= 0) {
      checked(heldBytes + chunk.indexOf(LF));
      const lines = taken(chunk.subarray(0, last)).split('\n');
      yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    }
    const rest = chunk.subarray(last + 1);
    if (rest.length === 0) continue;
    held.push(Uint8Array.from(rest));
    heldBytes += rest.length;
    checked(heldBytes);
  }
  if (held.length > 0) yield [taken(new Uint8Array())];
}
