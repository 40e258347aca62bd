import type { Cursor } from './cursor.js';
import { parseList } from './expressions.js';
import type { Options, OptionValue } from './statement.js';

const parseValue = (cursor: Cursor): OptionValue => {
  if (cursor.take('(')) {
    const values = cursor.is(')') ? [] : parseList(cursor, () => parseOne(cursor));
    cursor.expect(')');
    return values;
  }
  return parseOne(cursor);
};

const parseOne = (cursor: Cursor): string => {
  const token = cursor.next();
  if (token.kind !== 'word' && token.kind !== 'name' && token.kind !== 'text' && token.kind !== 'number')
    cursor.fail(token);
  let value = token.value;
  while (token.kind !== 'text' && cursor.take('.')) value += `.${cursor.next().value}`;
  // SKIP_FILE_10% is the only value that ends in a sign.
  if (token.kind === 'word' && cursor.take('%')) value += '%';
  return value;
};

/** `KEY = value` as long as one of the known keys follows; with commas or without. Any other word is left where it is. */
export const parseOptions = (cursor: Cursor, known: ReadonlySet<string>): Options => {
  const options: Record<string, OptionValue> = {};
  for (;;) {
    const before = cursor.is(',');
    const key = cursor.peek(before ? 1 : 0);
    if (key.kind !== 'word' || !known.has(key.value) || cursor.peek(before ? 2 : 1).value !== '=') return options;
    if (before) cursor.next();
    cursor.next();
    cursor.expect('=');
    if (options[key.value] !== undefined) cursor.fail(key);
    options[key.value] = parseValue(cursor);
  }
};

/** As `( KEY = value … )`; an unknown key is a syntax error, as it is in Snowflake. */
export const parseOptionList = (cursor: Cursor, known: ReadonlySet<string>): Options => {
  cursor.expect('(');
  const options = parseOptions(cursor, known);
  cursor.expect(')');
  return options;
};

/** Of CSV and JSON (docs.snowflake.com, "CREATE FILE FORMAT"). */
export const FORMAT_KEYS = new Set(
  `TYPE FORMAT_NAME COMPRESSION RECORD_DELIMITER FIELD_DELIMITER FILE_EXTENSION PARSE_HEADER SKIP_HEADER SKIP_BLANK_LINES DATE_FORMAT TIME_FORMAT
  TIMESTAMP_FORMAT BINARY_FORMAT ESCAPE ESCAPE_UNENCLOSED_FIELD TRIM_SPACE FIELD_OPTIONALLY_ENCLOSED_BY NULL_IF
  ERROR_ON_COLUMN_COUNT_MISMATCH REPLACE_INVALID_CHARACTERS EMPTY_FIELD_AS_NULL SKIP_BYTE_ORDER_MARK ENCODING MULTI_LINE
  ENABLE_OCTAL ALLOW_DUPLICATE STRIP_OUTER_ARRAY STRIP_NULL_VALUES IGNORE_UTF8_ERRORS`.split(/\s+/),
);
export const COPY_KEYS = new Set(
  `ON_ERROR SIZE_LIMIT PURGE RETURN_FAILED_ONLY MATCH_BY_COLUMN_NAME ENFORCE_LENGTH TRUNCATECOLUMNS FORCE LOAD_UNCERTAIN_FILES`.split(
    /\s+/,
  ),
);
