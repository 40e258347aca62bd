import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  type SchemaElement,
  type SchemaTree,
} from 'hyparquet';
import type { Field, FieldType, FileVersion, RecordData } from '../../protocol/index.js';
import { isConnectorError } from '../errors.js';
import { parseJson } from '../http/json.js';
import type { TableReader } from './spooled-records.js';
import { refused } from './unpack/faults.js';
import type { Spool } from './unpack/spool.js';

/** Writers make groups of 128 MB and less. */
const MAX_GROUP_BYTES = 256 << 20;
/**
 * Values (rows times columns) that are unpacked at once, 50 bytes each and more: a group of few bytes may hold millions that are
 * alike. A larger group is read in steps, each of which reads the pages of its rows and unpacks the dictionaries again. Lists and
 * structures can only be put together from a whole group, so that there `nested` is the most that one may have.
 */
const LIMITS = { step: 2 << 20, nested: 8 << 20 };
const PAGE_RECORDS = 2_000;

const COMPRESSORS: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
};

/** Opens a Parquet file; its schema gives the types. */
export async function parquetReader(spool: Spool, file: FileVersion, limits = LIMITS): Promise<TableReader> {
  const { bytes } = spool;
  const buffer: AsyncBuffer = {
    byteLength: bytes,
    async slice(start, end = bytes) {
      const from = start < 0 ? bytes + start : start;
      const length = Math.max(0, end - from);
      const read = await spool.read(from, length);
      return read.buffer.slice(read.byteOffset, read.byteOffset + read.length) as ArrayBuffer;
    },
  };
  const damaged = (cause: unknown) =>
    isConnectorError(cause)
      ? cause
      : refused(
          file,
          `is no Parquet file, is cut off or is damaged: ${cause instanceof Error ? cause.message : 'unknown fault'}`,
          'Deliver it again.',
          cause,
        );
  let metadata: FileMetaData;
  let columns: readonly Column[];
  try {
    metadata = await parquetMetadataAsync(buffer);
    columns = parquetSchema(metadata).children.map(columnOf);
  } catch (cause) {
    throw damaged(cause);
  }
  const isFlat = parquetSchema(metadata).children.every(
    ({ element, children }) => children.length === 0 && element.repetition_type !== 'REPEATED',
  );
  for (const group of metadata.row_groups) {
    const values = group.columns.reduce((sum, { meta_data: column }) => sum + Number(column?.num_values ?? 0), 0);
    if (!isFlat && values > limits.nested)
      throw refused(
        file,
        `has lists or structures and a group of rows with ${values} values, more than the ${limits.nested} that are unpacked at once`,
        'Let it be written with smaller groups of rows, or without lists and structures.',
      );
    if (Number(group.total_byte_size) > MAX_GROUP_BYTES)
      throw refused(
        file,
        `has a group of rows of ${group.total_byte_size} bytes, more than the ${MAX_GROUP_BYTES} that are read at once`,
        'Let it be written with smaller groups of rows.',
      );
  }
  return {
    fields: columns.map(({ field }) => field),
    async *pages() {
      let rowStart = 0;
      try {
        const scan = await parquetScan({
          file: buffer,
          metadata: withRawNumbers(metadata),
          compressors: COMPRESSORS,
          utf8: false,
          parsers: EXACT,
        });
        for (const group of metadata.row_groups) {
          const groupEnd = rowStart + Number(group.num_rows);
          const step = isFlat ? Math.max(PAGE_RECORDS, Math.floor(limits.step / columns.length)) : Infinity;
          while (rowStart < groupEnd) {
            const rowEnd = Math.min(rowStart + step, groupEnd);
            // One after the other, so that no more than one is held packed.
            const found: ArrayLike<unknown>[] = [];
            for (const { field } of columns)
              found.push(await scan.readColumn({ column: field.name, rowStart, rowEnd }));
            if (found.some(({ length }) => length !== rowEnd - rowStart))
              throw new Error('a group of rows has fewer than it says');
            for (let row = 0; row < rowEnd - rowStart; row += PAGE_RECORDS)
              yield recordsOf(found, columns, row, Math.min(row + PAGE_RECORDS, rowEnd - rowStart));
            rowStart = rowEnd;
          }
        }
        if (rowStart !== Number(metadata.num_rows)) throw new Error('its groups of rows hold fewer rows than it says');
      } catch (cause) {
        throw damaged(cause);
      }
    },
  };
}

interface Column {
  readonly field: Field;
  /** From what the library reads to what a record carries. */
  readonly read: (value: unknown) => unknown;
}

const instant = (micros: bigint, zone: string): string => {
  const part = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - part) / 1_000n));
  return Number.isNaN(date.getTime())
    ? String(micros)
    : `${date.toISOString().slice(0, -5)}.${String(part).padStart(6, '0')}${zone}`;
};

/** The library's own parsers round to milliseconds and give dates of the wrong kind; these keep what is there. */
const EXACT = {
  timestampFromMilliseconds: (millis: bigint) => millis * 1_000n,
  timestampFromMicroseconds: (micros: bigint) => micros,
  timestampFromNanoseconds: (nanos: bigint) => nanos / 1_000n,
  dateFromDays: (days: number) => days,
  jsonFromBytes: (bytes: Uint8Array) => text(bytes),
  stringFromBytes: (bytes: Uint8Array) => text(bytes),
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const text = (bytes: unknown) => (bytes instanceof Uint8Array ? utf8.decode(bytes) : bytes);

/** Decimals as the whole numbers that they are stored as: the library would make them doubles. */
function withRawNumbers(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element): SchemaElement => {
    if (element.converted_type !== 'DECIMAL' && element.logical_type?.type !== 'DECIMAL') return element;
    const raw = { ...element };
    delete raw.converted_type;
    delete raw.logical_type;
    return raw;
  });
  return { ...metadata, schema };
}

const FLOATS = new Set(['FLOAT', 'DOUBLE']);

function columnOf({ element, children }: SchemaTree): Column {
  const { name } = element;
  const nullable = element.repetition_type !== 'REQUIRED';
  const column = (type: FieldType, read: Column['read'], bounds: Partial<Field> = {}): Column => ({
    field: { name, type, nullable, ...bounds },
    read: (value) => (value === null || value === undefined ? null : read(value)),
  });
  const { type, converted_type: converted, logical_type: logical, scale = 0, precision } = element;
  if (children.length > 0 || element.repetition_type === 'REPEATED') return column('json', plain);
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const digits =
      logical?.type === 'DECIMAL'
        ? { precision: logical.precision, scale: logical.scale }
        : { precision: precision ?? 38, scale };
    return column('decimal', (value) => decimalText(value, digits.scale), digits);
  }
  if (converted === 'DATE' || logical?.type === 'DATE')
    return column('date', (days) => new Date(Number(days) * 86_400_000).toISOString().slice(0, 10));
  if (logical?.type === 'TIMESTAMP') {
    const zone = logical.isAdjustedToUTC ? 'Z' : '';
    return column(logical.isAdjustedToUTC ? 'timestamptz' : 'timestamp', (micros) => instant(micros as bigint, zone));
  }
  // Without the newer annotation nobody says whether it is an instant; the format's own reading is that it is.
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS')
    return column('timestamptz', (micros) => instant(micros as bigint, 'Z'));
  if (type === 'INT96') return column('timestamp', (micros) => instant(micros as bigint, ''));
  if (converted === 'TIME_MILLIS' || converted === 'TIME_MICROS' || logical?.type === 'TIME') {
    const unit = logical?.type === 'TIME' ? logical.unit : converted === 'TIME_MILLIS' ? 'MILLIS' : 'MICROS';
    return column('time', (value) => {
      const count = BigInt(value as number | bigint);
      const micros = unit === 'MILLIS' ? count * 1_000n : unit === 'NANOS' ? count / 1_000n : count;
      return instant(micros, '').slice(11);
    });
  }
  if (logical?.type === 'UUID') return column('uuid', (value) => value);
  if (converted === 'JSON' || logical?.type === 'JSON')
    return column('json', (value) => parseJson(String(text(value))));
  if (type === 'BOOLEAN') return column('boolean', (value) => value);
  if (type === 'INT32' || type === 'INT64') return column('integer', wholeNumber);
  if (FLOATS.has(String(type)) || logical?.type === 'FLOAT16') return column('number', (value) => value);
  const isText = converted === 'UTF8' || converted === 'ENUM' || logical?.type === 'STRING' || logical?.type === 'ENUM';
  // Bytes of which nobody says that they are text, where they are none, land as base64, as those of Avro do.
  return column('string', (value) => {
    if (!(value instanceof Uint8Array)) return String(value);
    return isText ? text(value) : isUtf8(value) ? text(value) : Buffer.from(value).toString('base64');
  });
}

const wholeNumber = (value: unknown) =>
  typeof value === 'bigint' && BigInt.asIntN(54, value) === value ? Number(value) : value;

function decimalText(value: unknown, scale: number): string {
  let unscaled: bigint;
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value).toString('hex');
    unscaled = hex === '' ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${hex}`));
  } else unscaled = BigInt(value as number | bigint);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

/** Lists and structures as JSON can say them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return text(value);
  if (typeof value === 'bigint') return wholeNumber(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  return value;
}

function recordsOf(
  found: readonly ArrayLike<unknown>[],
  columns: readonly Column[],
  from: number,
  to: number,
): RecordData[] {
  return Array.from({ length: to - from }, (_, at) => {
    const record: Record<string, unknown> = {};
    columns.forEach(({ field, read }, index) => {
      record[field.name] = read(found[index]?.[from + at]);
    });
    return record;
  });
}
