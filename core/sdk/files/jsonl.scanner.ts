import { isUtf8 } from 'node:buffer';
import { BadRecord, type ObjectScanner, type RecordData } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';

const LF = 0x0a;
/** Numbers that a double may not hold exactly have at least this many digits in a row. */
const LONG_DIGITS = /\d{16}/;

/** One JSON object per line; blank lines are skipped. Integers beyond 2^53 come as bigint, long decimals as text. */
export function jsonLinesScanner(options: { readonly maxRecordBytes: number }): ObjectScanner {
  let rest: Buffer = Buffer.alloc(0);
  let first = true;
  const take = (bytes: Buffer): (RecordData | BadRecord)[] => {
    const found: (RecordData | BadRecord)[] = [];
    const valid = isUtf8(bytes);
    for (let from = 0; from < bytes.length;) {
      const at = bytes.indexOf(LF, from);
      const to = at < 0 ? bytes.length : at;
      const record = recordOf(bytes.subarray(from, to), valid);
      if (record !== undefined) found.push(record);
      from = to + 1;
    }
    return found;
  };
  return {
    push(chunk) {
      let bytes =
        rest.length === 0
          ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
          : Buffer.concat([rest, chunk]);
      if (first && bytes.length >= 3) {
        first = false;
        if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
      }
      const end = bytes.lastIndexOf(LF) + 1;
      rest = Buffer.from(bytes.subarray(end));
      if (rest.length > options.maxRecordBytes)
        throw new ConnectorError('source', `A line is longer than ${options.maxRecordBytes} bytes.`, {
          hint: 'JSON lines have one object per line; an array or indented JSON is another format.',
        });
      return take(bytes.subarray(0, end));
    },
    end() {
      const last = rest;
      rest = Buffer.alloc(0);
      return take(last);
    },
  };
}

function recordOf(line: Buffer, valid: boolean): RecordData | BadRecord | undefined {
  const text = line.toString('utf8');
  if (text.trim() === '') return undefined;
  const payload = { _line: text.slice(0, 8_192) };
  if (!valid && !isUtf8(line)) return new BadRecord('invalid_utf8', 'The line is not valid UTF-8.', {});
  let value: unknown;
  try {
    value = LONG_DIGITS.test(text) ? JSON.parse(text, exactNumber as never) : JSON.parse(text);
  } catch {
    return new BadRecord('invalid_json', 'The line is not JSON.', payload);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new BadRecord('not_an_object', 'The line holds no JSON object.', payload);
  return value as RecordData;
}

function exactNumber(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  return source.replace(/[eE].*|[-.]/g, '').length > 15 ? source : value;
}
