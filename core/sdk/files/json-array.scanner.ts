import { BadRecord, type FileVersion, type ObjectScanner, type RecordData } from '../../protocol/index.js';
import { jsonLinesScanner } from './jsonl.scanner.js';
import { refused } from './unpack/faults.js';

const LF = 10;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const isBlank = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * The records of one JSON array, which is the whole file, or which `path` names in it (`data.items`). Each element is handed to the
 * scanner of JSON lines once it is whole, so that memory holds one of them and not the array. A file that ends within it is refused.
 */
export function jsonArrayScanner(
  { maxRecordBytes, path }: { readonly maxRecordBytes: number; readonly path: readonly string[] },
  file: FileVersion,
): Omit<ObjectScanner, 'late'> {
  const lines = jsonLinesScanner({ maxRecordBytes });
  /** How many brackets are open. */
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let text: number[] | undefined;
  /** By depth: the last name that stood there, and whether the object is on the way to the array. */
  const names: string[] = [];
  const onWay: boolean[] = [true];
  let inArray = false;
  let wasFound = false;
  /** Bytes since the comma or bracket before, blanks left out. */
  let hasElement = false;
  let isAfterComma = false;

  const damaged = (what: string) =>
    refused(
      file,
      `is no JSON that can be read: ${what}`,
      'Deliver it again; for one object per line set `format: jsonl`.',
    );

  function push(given: Uint8Array): readonly (RecordData | BadRecord)[] {
    const found: (RecordData | BadRecord)[] = [];
    const chunk = Buffer.from(given);
    let from = inArray ? 0 : -1;
    const flush = (to: number, isWhole: boolean) => {
      found.push(...lines.push(chunk.subarray(from, to)));
      if (isWhole) found.push(...lines.push(Uint8Array.of(LF)));
    };
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
        if (isText && text !== undefined) text.push(byte);
        // JSON has no bare line end in a text; the element stays one, and is none that can be read.
        if (byte === LF) chunk[at] = 1;
        continue;
      }
      // A line end between two tokens must not end the element.
      if (byte === LF) chunk[at] = 0x20;
      if (isBlank(byte)) continue;
      if (byte === QUOTE) {
        isText = true;
        hasElement = true;
        text = inArray ? undefined : [];
      } else if (byte === 0x3a && !inArray) {
        names[depth] = Buffer.from(text ?? []).toString('utf8');
      } else if (OPEN.has(byte)) {
        const isRight = depth === 0 || (onWay[depth] === true && names[depth] === path[depth - 1]);
        if (!inArray && byte === 0x5b && depth === path.length && isRight) {
          if (wasFound) throw damaged('it has the array twice');
          inArray = wasFound = true;
          hasElement = isAfterComma = false;
          from = at + 1;
          depth += 1;
          continue;
        }
        hasElement = true;
        depth += 1;
        onWay[depth] = byte === 0x7b && isRight;
      } else if (CLOSE.has(byte)) {
        depth -= 1;
        if (depth < 0) throw damaged('a bracket closes that was not opened');
        if (inArray && depth === path.length) {
          if (byte !== 0x5d || (isAfterComma && !hasElement)) throw damaged('the array does not end as one');
          flush(at, hasElement);
          inArray = false;
          from = -1;
        }
      } else if (byte === 0x2c && inArray && depth === path.length + 1) {
        if (!hasElement) throw damaged('the array has an empty element');
        flush(at, true);
        from = at + 1;
        hasElement = false;
        isAfterComma = true;
      } else if (depth === 0 && !isMark(byte))
        throw damaged('it begins with no bracket, or has something behind its end');
      else hasElement = true;
    }
    if (from >= 0) flush(chunk.length, false);
    return found;
  }

  return {
    push,
    end() {
      const rest = lines.end();
      if (wasFound && depth === 0 && !isText) return rest;
      if (depth === 0 && !wasFound && path.length > 0) throw damaged(`it has no array "${path.join('.')}"`);
      throw damaged(wasFound || depth > 0 ? 'it is cut off' : 'it has no array');
    },
  };
}

/** Of a byte order mark. */
const isMark = (byte: number) => byte === 0xef || byte === 0xbb || byte === 0xbf;
