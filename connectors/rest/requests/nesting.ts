import { ConnectorError } from '#sdk';

/** What opens a mapping, a list and an element. */
const [BRACE, BRACKET, ANGLE, SLASH] = [0x7b, 0x5b, 0x3c, 0x2f];
/** A value that holds others takes some 60 bytes in memory, however few it has in the answer. */
const BYTES_EACH = 8;

/** Throws `source` for what is so full of lists, mappings and elements that it takes many times its size in memory. */
export function assertFlat(answer: Uint8Array | string, mostBytes: number): void {
  const most = Math.floor(mostBytes / BYTES_EACH);
  if (answer.length < 2 * most) return;
  let count = 0;
  const isText = typeof answer === 'string';
  for (let at = 0; at < answer.length; at += 1) {
    const code = isText ? answer.charCodeAt(at) : answer[at];
    if (code === BRACE || code === BRACKET) count += 1;
    // The end of an element is none.
    else if (code === ANGLE && (isText ? answer.charCodeAt(at + 1) : answer[at + 1]) !== SLASH) count += 1;
  }
  if (count > most)
    throw new ConnectorError('source', `the answer has more than ${most} lists, mappings and elements`, {
      hint: 'Ask for smaller pages, or raise `max_response_bytes` of the source: an eighth of it is the limit.',
    });
}
