import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Field } from '#sdk';
import { addTo, newSum, type Sum } from '#sdk/files';
import type { FilesConfig } from './files.config.js';
import type { FileBatch, FileFormat } from './file-format.js';
import { decimalText } from '../sql/decimal-text.js';

const BATCH_BYTES = 1 << 20;
/** A group of rows is what a reader reads at once, and what lies in memory until it is written. */
const GROUP_ROWS = 65_536;
const GROUP_BYTES = 16 << 20;

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

const CODECS = { none: 'SNAPPY', gzip: 'GZIP', zstd: 'ZSTD' } as const;

export function parquetFormat({ compression }: FilesConfig): FileFormat {
  return {
    batch: (fields, totals) => new ParquetBatch(fields, totals),
    encoder(fields) {
      const writer = new ByteWriter();
      const file = new ParquetWriter({
        writer,
        schema: [{ name: 'root', num_children: fields.length }, ...fields.map(elementOf)],
        codec: CODECS[compression],
        compressors: { GZIP: (bytes) => gzipSync(bytes), ZSTD: (bytes) => zstdCompressSync(bytes) },
        createdBy: 'Tributary',
      });
      let columns: unknown[][] = fields.map(() => []);
      let rows = 0;
      let bytes = 0;
      const taken = () => {
        const written = Uint8Array.from(writer.getBytes());
        writer.index = 0;
        return written;
      };
      const endGroup = () => {
        if (rows > 0)
          // It writes at once, since nothing here is asynchronous.
          void file.write({
            columnData: columns.map((data, index) => ({ name: (fields[index] as Field).name, data })),
            rowGroupSize: rows,
          });
        columns = fields.map(() => []);
        rows = bytes = 0;
      };
      return {
        head: taken,
        add(batch) {
          const { values, rows: added, bytes: size } = batch as ParquetBatch;
          for (const [index, column] of values.entries()) for (const value of column) columns[index]?.push(value);
          rows += added;
          bytes += size;
          if (rows >= GROUP_ROWS || bytes >= GROUP_BYTES) endGroup();
          return taken();
        },
        end() {
          endGroup();
          void file.finish();
          return taken();
        },
      };
    },
  };
}

/** A decimal of up to 18 digits is a number there; any other keeps its digits as text, as JSON does. */
const isNumber = ({ type, precision = 99 }: Field) => type === 'decimal' && precision <= 18;

function elementOf(field: Field): SchemaElement {
  const { name, type, precision, scale = 0, nullable } = field;
  const base = { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED' } as const;
  switch (type) {
    case 'integer':
      return { ...base, type: 'INT64' };
    case 'number':
      return { ...base, type: 'DOUBLE' };
    case 'boolean':
      return { ...base, type: 'BOOLEAN' };
    case 'date':
      return { ...base, type: 'INT32', converted_type: 'DATE' };
    case 'time':
      return { ...base, type: 'INT64', converted_type: 'TIME_MICROS' };
    case 'timestamp':
    case 'timestamptz':
      return {
        ...base,
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: type === 'timestamptz', unit: 'MICROS' },
      };
    case 'uuid':
      return { ...base, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } };
    case 'decimal':
      if (isNumber(field))
        return { ...base, type: 'INT64', converted_type: 'DECIMAL', precision: precision as number, scale };
      return { ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'string':
    case 'json':
      return { ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}

/** Rows by column. A class, since the row program calls these methods millions of times. */
class ParquetBatch implements FileBatch {
  rows = 0;
  bytes = 0;
  values: unknown[][];
  sums: Sum[];
  #row: unknown[] = [];
  #rowBytes = 0;
  #column = -1;
  readonly #fields: readonly Field[];
  readonly #summed: readonly number[];

  constructor(fields: readonly Field[], totals: readonly string[]) {
    this.#fields = fields;
    this.#summed = fields.map(({ name }) => totals.indexOf(name));
    this.values = fields.map(() => []);
    this.sums = totals.map(newSum);
  }

  get full(): boolean {
    return this.bytes >= BATCH_BYTES;
  }

  reset(): void {
    this.rows = this.bytes = 0;
    this.values = this.#fields.map(() => []);
    this.sums = this.sums.map(newSum);
  }

  begin(): void {
    this.#column = -1;
    this.#row = [];
    this.#rowBytes = 0;
  }

  commit(): void {
    for (const [column, value] of this.#row.entries()) {
      this.values[column]?.push(value);
      const sum = this.#summed[column] as number;
      if (sum >= 0 && value !== undefined) addTo(this.sums[sum] as Sum, this.#text(column, value));
    }
    this.rows += 1;
    this.bytes += this.#rowBytes;
  }

  rollback(): void {
    this.#row = [];
  }

  null(): void {
    this.#put(undefined, 1);
  }

  boolean(value: boolean): void {
    this.#put(value, 1);
  }

  integer(value: number): void {
    if (this.#column < 0) this.#column = 0;
    else this.#put(BigInt(value), 8);
  }

  bigint(value: bigint): void {
    this.#put(value, 8);
  }

  number(value: number): void {
    this.#put(value, 8);
  }

  decimal(bytes: Uint8Array, start: number, end: number): void {
    const text = decimalText(Buffer.from(bytes.buffer, bytes.byteOffset).toString('latin1', start, end));
    const field = this.#fields[this.#column] as Field;
    this.#put(isNumber(field) ? unscaled(text, field.scale ?? 0) : text, isNumber(field) ? 8 : text.length);
  }

  date(days: number): void {
    this.#put(days, 4);
  }

  time(micros: number): void {
    this.#put(BigInt(micros), 8);
  }

  timestamp(seconds: number, micros: number): void {
    this.#put(BigInt(seconds) * 1_000_000n + BigInt(micros), 8);
  }

  uuid(bytes: Uint8Array, start: number, end: number): void {
    this.#put(Buffer.from(bytes.buffer, bytes.byteOffset).toString('latin1', start, end), 16);
  }

  text(bytes: Uint8Array, start: number, end: number): void {
    this.#put(Buffer.from(bytes.buffer, bytes.byteOffset).toString('utf8', start, end), end - start);
  }

  string(value: string): void {
    this.#put(value, value.length);
  }

  json(value: string): void {
    this.#put(value, value.length);
  }

  #put(value: unknown, bytes: number): void {
    this.#row[this.#column] = value;
    this.#column += 1;
    this.#rowBytes += bytes;
  }

  #text(column: number, value: unknown): string {
    const { scale = 0 } = this.#fields[column] as Field;
    if (typeof value !== 'bigint' || !isNumber(this.#fields[column] as Field)) return decimalText(String(value));
    return decimalText(`${value}e-${scale}`);
  }
}

/** The digits as a whole number of the smallest unit; the column has room for all of them. */
function unscaled(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
}
