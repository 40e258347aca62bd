import { isAscii } from 'node:buffer';
import type { FileVersion } from '../../protocol/index.js';
import { refused } from './unpack/faults.js';

export const ENCODINGS = ['utf-8', 'utf-16', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * The same text in UTF-8. What is UTF-8 passes as it is, since the scanners judge it record by record; of the others bytes
 * that mean nothing refuse the file, as they show that it is written in another encoding than is said.
 */
export function inUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  file: FileVersion,
): AsyncIterable<Uint8Array> {
  if (encoding === 'utf-8') return chunks;
  if (encoding === 'latin1' || encoding === 'windows-1252') return fromOneByte(chunks, encoding, file);
  return fromUtf16(chunks, encoding, file);
}

const asBuffer = (chunk: Uint8Array) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);

const invalid = (file: FileVersion, encoding: Encoding, offset: number, what: string) =>
  refused(
    file,
    `is not ${encoding}: ${what} at byte ${offset} of what it holds`,
    'Set `encoding` to what it is written in, or deliver it again.',
  );

/** Bytes that Windows-1252 gives no meaning; decoders of the web take them for control characters. */
const UNDEFINED = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

async function* fromOneByte(
  chunks: AsyncIterable<Uint8Array>,
  encoding: 'latin1' | 'windows-1252',
  file: FileVersion,
): AsyncIterable<Uint8Array> {
  // The decoder that the web calls iso-8859-1 is one of Windows-1252 too.
  const windows = new TextDecoder('windows-1252');
  let offset = 0;
  for await (const chunk of chunks) {
    const bytes = asBuffer(chunk);
    if (offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
      throw invalid(file, encoding, 0, 'the mark of UTF-8');
    if (isAscii(bytes)) yield bytes;
    else if (encoding === 'latin1') yield Buffer.from(bytes.toString('latin1'), 'utf8');
    else {
      const at = Math.min(...UNDEFINED.map((byte) => bytes.indexOf(byte) >>> 0));
      if (at < bytes.length) throw invalid(file, encoding, offset + at, `0x${bytes[at]?.toString(16)}`);
      yield Buffer.from(windows.decode(bytes), 'utf8');
    }
    offset += bytes.length;
  }
}

async function* fromUtf16(
  chunks: AsyncIterable<Uint8Array>,
  encoding: 'utf-16' | 'utf-16le' | 'utf-16be',
  file: FileVersion,
): AsyncIterable<Uint8Array> {
  let isBig = encoding === 'utf-16be';
  let isAtStart = true;
  /** Where `rest`, which no whole character has taken yet, begins. */
  let offset = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let bytes = Buffer.concat([rest, chunk]);
    if (bytes.length < 2) {
      rest = bytes;
      continue;
    }
    if (isAtStart) {
      isAtStart = false;
      const mark = bytes.readUInt16BE(0);
      if (encoding === 'utf-16') {
        if (mark !== 0xfeff && mark !== 0xfffe)
          throw invalid(file, encoding, 0, 'no byte order mark (without one, say `utf-16le` or `utf-16be`)');
        isBig = mark === 0xfeff;
      } else if (mark === (isBig ? 0xfffe : 0xfeff))
        throw invalid(file, encoding, 0, 'the mark of the other byte order');
      if (mark === 0xfeff || mark === 0xfffe) {
        bytes = bytes.subarray(2);
        offset = 2;
      }
    }
    // The half of a character waits for its other half.
    let length = bytes.length & ~1;
    const last = length < 2 ? 0 : isBig ? bytes.readUInt16BE(length - 2) : bytes.readUInt16LE(length - 2);
    if (last >= 0xd800 && last < 0xdc00) length -= 2;
    const whole = Buffer.from(bytes.subarray(0, length));
    if (isBig) whole.swap16();
    const text = whole.toString('utf16le');
    if (!text.isWellFormed()) throw invalid(file, encoding, offset + 2 * loneAt(text), 'half a character');
    offset += length;
    rest = bytes.subarray(length);
    if (text !== '') yield Buffer.from(text, 'utf8');
  }
  if (rest.length > 0) throw invalid(file, encoding, offset, 'half a character');
}

function loneAt(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) as number;
    if (code >= 0xd800 && code <= 0xdfff) return at;
    if (code > 0xffff) at += 1;
  }
  return -1;
}
