import { errors, SnowflakeError } from '../errors.js';
import type { Options, OptionValue } from '../sql/statement.js';

export interface CsvFormat {
  readonly delimiter: string;
  readonly record: string;
  readonly skip: number;
  readonly skipBlank: boolean;
  readonly quote: string;
  readonly escape: string;
  readonly escapeUnenclosed: string;
  readonly nullIf: ReadonlySet<string>;
  readonly emptyIsNull: boolean;
  readonly trims: boolean;
  readonly checksCount: boolean;
  readonly replacesInvalid: boolean;
}

const isTrue = (value: OptionValue | undefined, fallback: boolean): boolean =>
  value === undefined ? fallback : String(value).toUpperCase() === 'TRUE';
const character = (value: OptionValue | undefined, fallback: string): string => {
  const given = value === undefined ? fallback : String(value);
  return given.toUpperCase() === 'NONE' ? '' : given;
};

/** With Snowflake's defaults. Throws for options of which the double does not know what they would do. */
export const csvFormat = (options: Options): CsvFormat => {
  for (const key of ['PARSE_HEADER', 'MULTI_LINE'] as const)
    if (options[key] !== undefined && isTrue(options[key], false) !== (key === 'MULTI_LINE'))
      throw errors.unsupported(`file format option ${key}`);
  for (const key of ['DATE_FORMAT', 'TIME_FORMAT', 'TIMESTAMP_FORMAT'])
    if (options[key] !== undefined && String(options[key]).toUpperCase() !== 'AUTO')
      throw errors.unsupported(`file format option ${key}`);
  if (options.BINARY_FORMAT !== undefined && String(options.BINARY_FORMAT).toUpperCase() !== 'HEX')
    throw errors.unsupported('file format option BINARY_FORMAT');
  if (options.ENCODING !== undefined && !/^utf-?8$/i.test(String(options.ENCODING)))
    throw errors.unsupported('file format option ENCODING');
  const nullIf =
    options.NULL_IF === undefined
      ? ['\\N']
      : Array.isArray(options.NULL_IF)
        ? (options.NULL_IF as readonly string[])
        : [String(options.NULL_IF)];
  return {
    delimiter: character(options.FIELD_DELIMITER, ','),
    record: character(options.RECORD_DELIMITER, '\n'),
    skip: Number(options.SKIP_HEADER ?? 0),
    skipBlank: isTrue(options.SKIP_BLANK_LINES, false),
    quote: character(options.FIELD_OPTIONALLY_ENCLOSED_BY, ''),
    escape: character(options.ESCAPE, ''),
    escapeUnenclosed: character(options.ESCAPE_UNENCLOSED_FIELD, '\\'),
    nullIf: new Set(nullIf),
    emptyIsNull: isTrue(options.EMPTY_FIELD_AS_NULL, true),
    trims: isTrue(options.TRIM_SPACE, false),
    checksCount: isTrue(options.ERROR_ON_COLUMN_COUNT_MISMATCH, true),
    replacesInvalid: isTrue(options.REPLACE_INVALID_CHARACTERS, false),
  };
};

/** A record of a file, or why it is none. `line` counts from 1 and is where it begins. */
export interface CsvRecord {
  readonly fields: readonly (string | null)[];
  readonly line: number;
  readonly error?: SnowflakeError;
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', 0: '\0' };

/** Reads records from decoded pieces of a file, in bounded memory. */
export async function* readCsv(pieces: AsyncIterable<string>, format: CsvFormat): AsyncGenerator<CsvRecord[]> {
  const { delimiter, quote } = format;
  const newline = format.record === '\n' || format.record === '\r\n';
  let rest = '';
  let line = 1;
  let skipped = 0;
  /** One record at `at`, or undefined if the text ends before it does. */
  const parse = (
    text: string,
    at: number,
    isLast: boolean,
  ): { record: CsvRecord; next: number; lines: number } | undefined => {
    const fields: (string | null)[] = [];
    let error: SnowflakeError | undefined;
    let index = at;
    let lines = 0;
    for (;;) {
      let raw = '';
      let value = '';
      let isEnclosed = false;
      if (quote !== '' && text.startsWith(quote, index)) {
        isEnclosed = true;
        index += 1;
        for (;;) {
          if (index >= text.length) {
            if (!isLast) return undefined;
            error ??= new SnowflakeError('100079', '22000', 'End of record reached while expected to parse column');
            break;
          }
          const char = text[index];
          if (format.escape !== '' && char === format.escape && format.escape !== quote) {
            if (index + 1 >= text.length && !isLast) return undefined;
            const after = text[index + 1] ?? '';
            value += ESCAPED[after] ?? after;
            raw += char + after;
            index += 2;
          } else if (char === quote) {
            if (index + 1 >= text.length && !isLast) return undefined;
            if (text[index + 1] !== quote) {
              index += 1;
              break;
            }
            value += quote;
            raw += quote;
            index += 2;
          } else {
            const stop = nextOf(text, index, quote, format.escape);
            const piece = text.slice(index, stop);
            lines += count(piece, '\n');
            value += piece;
            raw += piece;
            index = stop;
          }
        }
      } else {
        for (;;) {
          if (index >= text.length) {
            if (!isLast) return undefined;
            break;
          }
          const char = text[index];
          if (format.escapeUnenclosed !== '' && char === format.escapeUnenclosed) {
            if (index + 1 >= text.length && !isLast) return undefined;
            const after = text[index + 1] ?? '';
            value += ESCAPED[after] ?? after;
            raw += char + after;
            index += 2;
          } else if ((delimiter !== '' && text.startsWith(delimiter, index)) || ends(text, index)) break;
          else {
            value += char;
            raw += char;
            index += 1;
          }
        }
        if (format.trims) value = value.trim();
      }
      const isNull =
        format.nullIf.has(raw) || format.nullIf.has(value) || (!isEnclosed && value === '' && format.emptyIsNull);
      fields.push(isNull ? null : value);
      if (index < text.length && delimiter !== '' && text.startsWith(delimiter, index)) {
        index += delimiter.length;
        continue;
      }
      if (index >= text.length) return isLast ? { record: { fields, line, error }, next: index, lines } : undefined;
      // A record delimiter of \n takes a \r before it along.
      if (newline && text[index] === '\r' && index + 1 >= text.length && !isLast) return undefined;
      const end = ends(text, index);
      if (end > 0) return { record: { fields, line, error }, next: index + end, lines: lines + 1 };
      error ??= new SnowflakeError(
        '100016',
        '22000',
        `Found character '${text[index]}' instead of field delimiter '${delimiter}'`,
      );
      index = skipLine(text, index);
      if (index === -1) {
        if (!isLast) return undefined;
        index = text.length;
      }
    }
  };
  const ends = (text: string, index: number): number => {
    if (newline) return text[index] === '\n' ? 1 : text[index] === '\r' && text[index + 1] === '\n' ? 2 : 0;
    return text.startsWith(format.record, index) ? format.record.length : 0;
  };
  const skipLine = (text: string, index: number): number => text.indexOf(newline ? '\n' : format.record, index);
  let isFirst = true;
  const drain = (isLast: boolean): CsvRecord[] => {
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < rest.length) {
      const found = parse(rest, at, isLast);
      if (found === undefined) break;
      at = found.next;
      line += found.lines;
      if (skipped < format.skip) skipped += 1;
      else if (!(format.skipBlank && found.record.fields.length === 1 && found.record.fields[0] === null))
        records.push(found.record);
    }
    rest = rest.slice(at);
    return records;
  };
  for await (const piece of pieces) {
    rest += isFirst && piece.startsWith('\uFEFF') ? piece.slice(1) : piece;
    isFirst = false;
    yield drain(false);
  }
  yield drain(true);
}

const count = (text: string, char: string): number => text.split(char).length - 1;
/** Where the next quote or escape stands, or the end. */
const nextOf = (text: string, from: number, quote: string, escape: string): number => {
  const a = text.indexOf(quote, from);
  const b = escape === '' || escape === quote ? -1 : text.indexOf(escape, from);
  const found = [a, b].filter((one) => one !== -1);
  return found.length === 0 ? text.length : Math.min(...found);
};
