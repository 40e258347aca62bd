import { isUtf8 } from 'node:buffer';
import { ConnectorError } from '../errors.js';
import type { CsvScanner } from './csv.scanner.js';
import type { FileSpec } from './file-spec.js';

const LF = 10;
const CR = 13;
const BLANK = 0x20;

/** Where a field lies in its line, in characters. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Places by `width`, one after the other, or from `position` (1 is the first character) on. */
export function placesOf({ stream, columns }: FileSpec): readonly Place[] {
  let next = 0;
  return Object.entries(columns).map(([name, column]) => {
    const { position, width } = typeof column === 'string' ? {} : column;
    if (width === undefined)
      throw new ConnectorError('config', `Stream "${stream}": column "${name}" has no \`width\`.`, {
        stream,
        hint: 'Of `format: fixed_width` every column says how many characters it has.',
      });
    const from = position === undefined ? next : position - 1;
    next = from + width;
    return { start: from, end: next };
  });
}

/**
 * One record per line, its fields by their places, blanks around them left out. A line that ends before a field begins has fewer
 * fields, one with more text behind the last has one more: such rows are ragged. Widths are of characters, also of those
 * that have several bytes.
 */
export function fixedWidthScanner(
  places: readonly Place[],
  { maxRecordBytes, skipRows }: { readonly maxRecordBytes: number; readonly skipRows: number },
): CsvScanner {
  const lineEnd = Math.max(0, ...places.map(({ end }) => end));
  const starts = new Int32Array(places.length + 1);
  const ends = new Int32Array(places.length + 1);
  let buffer = Buffer.alloc(0);
  let at = 0;
  let isEnded = false;
  let isAtStart = true;
  let toSkip = skipRows;

  function cut(from: number, to: number): void {
    const isAscii = !hasHighByte(buffer, from, to);
    const offsets = isAscii ? undefined : characterOffsets(buffer, from, to);
    const length = offsets === undefined ? to - from : offsets.length - 1;
    const place = (character: number) =>
      from + (offsets === undefined ? Math.min(character, length) : (offsets[Math.min(character, length)] as number));
    let count = 0;
    for (const { start, end } of places) {
      if (start >= length && !(start === 0 && length === 0)) break;
      let s = place(start);
      let e = place(end);
      while (s < e && buffer[s] === BLANK) s += 1;
      while (e > s && buffer[e - 1] === BLANK) e -= 1;
      starts[count] = s;
      ends[count] = e;
      count += 1;
    }
    let behind = place(lineEnd);
    while (behind < to && buffer[behind] === BLANK) behind += 1;
    if (behind < to && count === places.length) {
      starts[count] = behind;
      ends[count] = to;
      count += 1;
    }
    own.fieldCount = count;
    const line = buffer.subarray(from, to);
    own.clean = isUtf8(line) && !line.includes(0);
  }

  function next(): boolean {
    for (;;) {
      if (isAtStart && (buffer.length >= 3 || isEnded)) {
        if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) at = 3;
        isAtStart = false;
      }
      if (isAtStart) return false;
      const found = buffer.indexOf(LF, at);
      if (found < 0 && buffer.length - at > maxRecordBytes)
        throw new ConnectorError('source', `A line is longer than ${maxRecordBytes} bytes.`, {
          fault: 'integrity',
          hint: 'Raise `max_record_bytes` if that is right; or the file is none of lines.',
        });
      if (found < 0 && (!isEnded || at >= buffer.length)) return false;
      const from = at;
      let to = found < 0 ? buffer.length : found;
      at = found < 0 ? buffer.length : found + 1;
      while (to > from && buffer[to - 1] === CR) to -= 1;
      // Blank lines hold nothing.
      if (isBlankLine(buffer, from, to)) continue;
      if (toSkip > 0) {
        toSkip -= 1;
        continue;
      }
      own.row += 1;
      cut(from, to);
      return true;
    }
  }

  const own = {
    get buffer() {
      return buffer as Uint8Array;
    },
    starts,
    ends,
    quoted: new Uint8Array(places.length + 1),
    fieldCount: 0,
    row: 0,
    clean: true,
    fault: undefined,
    push(chunk: Uint8Array) {
      buffer = Buffer.concat([buffer.subarray(at), chunk]);
      at = 0;
    },
    end() {
      isEnded = true;
    },
    next,
    rest: () => buffer.subarray(at),
  };
  return own as unknown as CsvScanner;
}

function hasHighByte(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if ((bytes[i] as number) > 127) return true;
  return false;
}

function isBlankLine(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (bytes[i] !== BLANK) return false;
  return true;
}

/** Where each character begins, and where the last one ends. */
function characterOffsets(bytes: Uint8Array, from: number, to: number): readonly number[] {
  const offsets: number[] = [];
  for (let i = from; i < to; i += 1) if (((bytes[i] as number) & 0xc0) !== 0x80) offsets.push(i - from);
  offsets.push(to - from);
  return offsets;
}
