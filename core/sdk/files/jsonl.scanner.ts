import { isUtf8 } from 'node:buffer';
import { BadRecord, type ObjectScanner, type RecordData } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import { parseJson } from '../http/json.js';

const LF = 10;
/** As much of a bad line as quarantine shows. */
const SHOWN_BYTES = 8_192;

/**
 * One JSON object per line; blank lines are skipped. Integers beyond 2^53 come as `bigint`, decimals that a double would
 * round as text. A line that is no object, or longer than `maxRecordBytes`, comes as a `BadRecord`, and the next ones are read.
 */
export function jsonLinesScanner({ maxRecordBytes }: { readonly maxRecordBytes: number }): Omit<ObjectScanner, 'late'> {
  /** A line that is not yet whole, as it came; put together once, when its end is there. */
  let pieces: Uint8Array[] = [];
  let pending = 0;
  let isAtStart = true;
  let isDropping = false;

  function linesOf(bytes: Buffer): (RecordData | BadRecord)[] {
    const found: (RecordData | BadRecord)[] = [];
    const isValid = isUtf8(bytes);
    for (let from = 0; from < bytes.length;) {
      const at = bytes.indexOf(LF, from);
      const to = at < 0 ? bytes.length : at;
      const line = bytes.subarray(from, to);
      const record = line.length > maxRecordBytes ? tooLong(line) : recordOf(line, isValid);
      if (record !== undefined) found.push(record);
      from = to + 1;
    }
    return found;
  }

  function whole(): Buffer {
    let bytes: Buffer = Buffer.concat(pieces);
    pieces = [];
    pending = 0;
    if (isAtStart) bytes = withoutMark(bytes);
    isAtStart = false;
    return bytes;
  }

  function tooLong(line: Buffer): BadRecord {
    return new BadRecord(
      'record_too_long',
      `The line is longer than ${maxRecordBytes} bytes.`,
      shown(line.subarray(0, maxRecordBytes)),
    );
  }

  return {
    push(chunk) {
      let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (isDropping) {
        const at = bytes.indexOf(LF);
        if (at < 0) return [];
        isDropping = false;
        bytes = bytes.subarray(at + 1);
      }
      const end = bytes.lastIndexOf(LF) + 1;
      let found: (RecordData | BadRecord)[] = [];
      if (end > 0) {
        pieces.push(bytes.subarray(0, end));
        found = linesOf(whole());
      }
      if (end < bytes.length) {
        pieces.push(Buffer.from(bytes.subarray(end)));
        pending += bytes.length - end;
      }
      // A mark of three bytes may stand before the first line.
      if (pending > maxRecordBytes + 3) {
        found.push(tooLong(whole()));
        isDropping = true;
      }
      return found;
    },
    end: () => linesOf(whole()),
  };
}

function withoutMark(bytes: Buffer): Buffer {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new ConnectorError('source', 'The file is UTF-16, not UTF-8.', { hint: 'Set `encoding: utf-16`.' });
  return bytes;
}

const shown = (line: Buffer) => ({ _line: line.subarray(0, SHOWN_BYTES).toString('utf8') });

function recordOf(line: Buffer, isValid: boolean): RecordData | BadRecord | undefined {
  if (!isValid && !isUtf8(line)) return new BadRecord('invalid_utf8', 'The line is not valid UTF-8.', shown(line));
  const text = line.toString('utf8');
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    if (text.trim() === '') return undefined;
    return new BadRecord('invalid_json', 'The line is not JSON.', shown(line));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new BadRecord('not_an_object', 'The line holds no JSON object.', shown(line));
  return value as RecordData;
}
