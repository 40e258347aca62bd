import { errors } from '../errors.js';
import type { Cursor } from './cursor.js';

/** A data type of Snowflake. `length` is in characters (TEXT) or bytes (BINARY). */
export type DataType =
  | { readonly name: 'FIXED'; readonly precision: number; readonly scale: number }
  | { readonly name: 'TEXT' | 'BINARY'; readonly length: number }
  | { readonly name: 'TIME' | 'TIMESTAMP_NTZ' | 'TIMESTAMP_LTZ' | 'TIMESTAMP_TZ'; readonly scale: number }
  | { readonly name: 'REAL' | 'BOOLEAN' | 'DATE' | 'VARIANT' | 'OBJECT' | 'ARRAY' };

/** docs.snowflake.com, "String & binary data types": 16 MB unless a length is given, and since 2025 up to 128 MB where it is. */
export const DEFAULT_TEXT = 16_777_216;
const MAX_TEXT = 134_217_728;
const DEFAULT_BINARY = 8_388_608;
const MAX_BINARY = 67_108_864;

export const fixed = (precision: number, scale: number): DataType => ({ name: 'FIXED', precision, scale });
export const text = (length = DEFAULT_TEXT): DataType => ({ name: 'TEXT', length });
export const plain = (name: 'REAL' | 'BOOLEAN' | 'DATE' | 'VARIANT' | 'OBJECT' | 'ARRAY'): DataType => ({ name });
export const timestamp = (name: 'TIME' | 'TIMESTAMP_NTZ' | 'TIMESTAMP_LTZ' | 'TIMESTAMP_TZ', scale = 9): DataType => ({
  name,
  scale,
});

const argumentsOf = (cursor: Cursor): number[] => {
  if (!cursor.take('(')) return [];
  const values = [cursor.integer()];
  while (cursor.take(',')) values.push(cursor.integer());
  cursor.expect(')');
  return values;
};

const ranged = (value: number | undefined, fallback: number, least: number, most: number, what: string): number => {
  const given = value ?? fallback;
  if (given < least || given > most)
    throw errors.invalid(`Invalid ${what}: ${given}. Must be between ${least} and ${most}.`);
  return given;
};

const INTEGERS = new Set(['INT', 'INTEGER', 'BIGINT', 'SMALLINT', 'TINYINT', 'BYTEINT']);
const REALS = new Set(['FLOAT', 'FLOAT4', 'FLOAT8', 'REAL']);

/** A type at the cursor, by any of its documented names. TIMESTAMP is TIMESTAMP_NTZ, the default of TIMESTAMP_TYPE_MAPPING. */
export const parseType = (cursor: Cursor): DataType => {
  const token = cursor.next();
  if (token.kind !== 'word') cursor.fail(token);
  const word = token.value;
  if (word === 'NUMBER' || word === 'DECIMAL' || word === 'NUMERIC' || word === 'DEC') {
    const [p, s] = argumentsOf(cursor);
    const precision = ranged(p, 38, 1, 38, 'precision');
    return fixed(precision, ranged(s, 0, 0, Math.min(precision, 37), 'scale'));
  }
  if (INTEGERS.has(word)) return fixed(38, 0);
  if (REALS.has(word)) return plain('REAL');
  if (word === 'DOUBLE') {
    cursor.take('PRECISION');
    return plain('REAL');
  }
  if (word === 'VARCHAR' || word === 'STRING' || word === 'TEXT' || word === 'NVARCHAR')
    return text(ranged(argumentsOf(cursor)[0], DEFAULT_TEXT, 1, MAX_TEXT, 'length'));
  if (word === 'CHAR' || word === 'CHARACTER' || word === 'NCHAR')
    return text(ranged(argumentsOf(cursor)[0], 1, 1, MAX_TEXT, 'length'));
  if (word === 'BINARY' || word === 'VARBINARY')
    return { name: 'BINARY', length: ranged(argumentsOf(cursor)[0], DEFAULT_BINARY, 1, MAX_BINARY, 'length') };
  if (word === 'BOOLEAN' || word === 'DATE' || word === 'VARIANT' || word === 'OBJECT' || word === 'ARRAY') {
    if (cursor.is('(')) throw errors.unsupported(`structured type ${word}`, token.place);
    return plain(word);
  }
  const scale = () => ranged(argumentsOf(cursor)[0], 9, 0, 9, 'scale');
  if (word === 'TIME') return timestamp('TIME', scale());
  if (word === 'TIMESTAMP' || word === 'DATETIME' || word === 'TIMESTAMP_NTZ' || word === 'TIMESTAMPNTZ')
    return timestamp('TIMESTAMP_NTZ', scale());
  if (word === 'TIMESTAMP_LTZ' || word === 'TIMESTAMPLTZ') return timestamp('TIMESTAMP_LTZ', scale());
  if (word === 'TIMESTAMP_TZ' || word === 'TIMESTAMPTZ') return timestamp('TIMESTAMP_TZ', scale());
  if (['GEOGRAPHY', 'GEOMETRY', 'VECTOR', 'MAP', 'FILE', 'UUID', 'DECFLOAT'].includes(word))
    throw errors.unsupported(`data type ${word}`, token.place);
  throw errors.invalid(`Unsupported data type '${word}'.`, token.place);
};

/** As SHOW and INFORMATION_SCHEMA write it. */
export const typeText = (type: DataType): string => {
  if (type.name === 'FIXED') return `NUMBER(${type.precision},${type.scale})`;
  if (type.name === 'TEXT') return `VARCHAR(${type.length})`;
  if (type.name === 'BINARY') return `BINARY(${type.length})`;
  if (type.name === 'REAL') return 'FLOAT';
  return 'scale' in type ? `${type.name}(${type.scale})` : type.name;
};

/** A TIMESTAMP_TZ keeps its offset (minutes), which no type of the engine does; microseconds are all that the engine has. */
const ENGINE: Readonly<Record<Exclude<DataType['name'], 'FIXED'>, string>> = {
  TEXT: 'VARCHAR',
  BINARY: 'BLOB',
  REAL: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP_NTZ: 'TIMESTAMP',
  TIMESTAMP_LTZ: 'TIMESTAMPTZ',
  TIMESTAMP_TZ: 'STRUCT(utc TIMESTAMP, "offset" SMALLINT)',
  VARIANT: 'JSON',
  OBJECT: 'JSON',
  ARRAY: 'JSON',
};
export const engineType = (type: DataType): string =>
  type.name === 'FIXED' ? `DECIMAL(${type.precision},${type.scale})` : ENGINE[type.name];
