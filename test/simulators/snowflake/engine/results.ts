import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { errors } from '../errors.js';
import { DEFAULT_TEXT, fixed, plain, text, timestamp, type DataType } from '../sql/types.js';
import type { Answer } from './database.js';
import type { OutputColumn } from './queries.js';

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  readonly type: DataType;
  readonly nullable?: boolean;
}
/** A result as it goes over the wire: every value is a text in the form that Snowflake's JSON rowset has for its type. */
export interface Result {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export const textColumn = (name: string): ResultColumn => ({ name, type: text() });
export const numberColumn = (name: string): ResultColumn => ({ name, type: fixed(19, 0) });
export const messageResult = (message: string): Result => ({ columns: [textColumn('status')], rows: [[message]] });
/** Counts of rows, as DML answers with. */
export const countResult = (counts: Readonly<Record<string, number>>): Result => ({
  columns: Object.keys(counts).map(numberColumn),
  rows: [Object.values(counts).map(String)],
});
export type Cell = string | number | boolean | Date | null;
/** A table of texts, for SHOW and its like; null stays null. */
export const textResult = (names: readonly string[], rows: readonly (readonly Cell[])[]): Result => ({
  columns: names.map((name) =>
    name === 'created_on' ? { name, type: timestamp('TIMESTAMP_LTZ', 3) } : textColumn(name),
  ),
  rows: rows.map((row) =>
    row.map((value) =>
      value === null ? null : value instanceof Date ? (value.getTime() / 1000).toFixed(9) : String(value),
    ),
  ),
});

const MICROS = 1_000_000n;
/** Seconds with nine digits after the point; before 1970 the whole number is negative. */
const seconds = (micros: bigint): string => {
  const sign = micros < 0n ? '-' : '';
  const absolute = micros < 0n ? -micros : micros;
  return `${sign}${absolute / MICROS}.${String(absolute % MICROS).padStart(6, '0')}000`;
};

const real = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
};

export const wire = (value: DuckDBValue): string | null => {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return real(value);
  if (typeof value === 'bigint' || typeof value === 'string') return String(value);
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBDateValue) return String(value.days);
  if (value instanceof DuckDBTimeValue) return seconds(value.micros);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return seconds(value.micros);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex').toUpperCase();
  if (value instanceof DuckDBStructValue) {
    // A TIMESTAMP_TZ: the offset in minutes, moved by a day so that it is never negative.
    const { utc, offset } = value.entries as { utc: DuckDBTimestampValue; offset: number };
    return `${seconds(utc.micros)} ${Number(offset) + 1440}`;
  }
  throw errors.unsupported(`a result of the engine's type ${value.constructor.name}`);
};

const INTEGERS: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  HUGEINT: 38,
  UTINYINT: 3,
  USMALLINT: 5,
  UINTEGER: 10,
  UBIGINT: 20,
};

/** What the engine says, where the translation could not tell or the engine's number is narrower. */
const typeOf = (engine: string, known: DataType | null): DataType => {
  const decimal = /^DECIMAL\((\d+),\s?(\d+)\)$/.exec(engine);
  if (known !== null && known.name !== 'FIXED') return known;
  if (decimal !== null) return fixed(Number(decimal[1]), Number(decimal[2]));
  if (INTEGERS[engine] !== undefined) return known ?? fixed(INTEGERS[engine], 0);
  if (engine === 'DOUBLE' || engine === 'FLOAT') return plain('REAL');
  if (engine === 'JSON') return plain('VARIANT');
  if (engine === 'BOOLEAN' || engine === 'DATE') return plain(engine);
  if (engine === 'TIMESTAMP') return timestamp('TIMESTAMP_NTZ');
  if (engine === 'TIMESTAMP WITH TIME ZONE') return timestamp('TIMESTAMP_LTZ');
  if (engine === 'TIME') return timestamp('TIME');
  if (engine === 'BLOB') return { name: 'BINARY', length: 8_388_608 };
  if (engine.startsWith('STRUCT(utc') || engine.startsWith('STRUCT("utc"')) return timestamp('TIMESTAMP_TZ');
  if (engine === 'VARCHAR' || engine === '"NULL"' || engine === 'SQLNULL') return text(DEFAULT_TEXT);
  throw errors.unsupported(`a result of the engine's type ${engine}`);
};

/** A whole number that the engine gave as a real one (a DOUBLE where a FIXED was told) is not cut: the engine's word stands. */
export const resultOf = (answer: Answer, columns: readonly OutputColumn[]): Result => ({
  columns: columns.map(({ name, type }, index) => {
    const isReal = answer.types[index] === 'DOUBLE' && type?.name === 'FIXED';
    return { name, type: isReal ? plain('REAL') : typeOf(answer.types[index], type) };
  }),
  rows: answer.rows.map((row) => row.map(wire)),
});
