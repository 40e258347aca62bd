import type { Batch } from '#sdk';
import { writeNumeric } from './binary-numeric.js';

/** Signature, flags and header extension of binary COPY, once per COPY. */
export const COPY_HEADER: Uint8Array = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
/** The tuple count -1 that ends a binary COPY. */
export const COPY_TRAILER: Uint8Array = Buffer.from([0xff, 0xff]);

export interface BinaryBatch extends Batch {
  /** The encoded rows; valid until the next `begin` or `reset`. */
  bytesView(): Uint8Array;
  reset(): void;
}

export interface BinaryBatchOptions {
  /** The batch calls itself full from this size on; a single row may go beyond. */
  readonly targetBytes: number;
}

/** Room that is always left before a value of fixed width, so that only texts need to ask. */
const SLACK = 64;
/** Room behind the target for the row that reaches it. */
const SPARE = 65_536;
/** 2000-01-01 in days and seconds since 1970-01-01: where Postgres counts from. */
const EPOCH_DAYS = 10_957;
const EPOCH_SECONDS = 946_684_800;
/** Up to these lengths a loop is faster than a call (measured with `bench/program`). */
const SHORT_COPY = 128;
const SHORT_STRING = 40;
/** After so many texts from elsewhere the source has changed. */
const FOREIGN_IN_A_ROW = 32;
/** Value of a hexadecimal digit. */
const NIBBLE = new Uint8Array(256);
for (const digit of '0123456789abcdefABCDEF') NIBBLE[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

export function createBinaryBatch(columns: number, options: BinaryBatchOptions): BinaryBatch {
  return new PostgresBatch(columns, options.targetBytes);
}

/**
 * Rows in Postgres's binary COPY format, in one buffer that is used again. A class, since the row program calls these
 * methods millions of times and one hidden class keeps the calls direct.
 */
class PostgresBatch implements BinaryBatch {
  rows = 0;
  #buffer: Buffer;
  #view: DataView;
  #source: Uint8Array | undefined;
  #from: DataView;
  #foreign = 0;
  #at = 0;
  #rowStart = 0;
  readonly #columns: number;
  readonly #target: number;

  constructor(columns: number, target: number) {
    this.#columns = columns;
    this.#target = target;
    this.#allocate();
    this.#from = this.#view;
  }

  get bytes(): number {
    return this.#at;
  }

  get full(): boolean {
    return this.#at >= this.#target;
  }

  bytesView(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  reset(): void {
    // One huge row must not keep its room for the rest of the run.
    if (this.#buffer.length > 4 * (this.#target + SPARE)) this.#allocate();
    this.#at = 0;
    this.rows = 0;
  }

  begin(): void {
    this.#rowStart = this.#at;
    this.#reserve(2 + this.#columns * 24);
    this.#buffer[this.#at] = this.#columns >> 8;
    this.#buffer[this.#at + 1] = this.#columns & 0xff;
    this.#at += 2;
  }

  commit(): void {
    this.rows += 1;
  }

  rollback(): void {
    this.#at = this.#rowStart;
  }

  null(): void {
    const b = this.#buffer;
    const at = this.#at;
    b[at] = b[at + 1] = b[at + 2] = b[at + 3] = 0xff;
    this.#at = at + 4;
  }

  boolean(value: boolean): void {
    this.#length(1);
    this.#buffer[this.#at] = value ? 1 : 0;
    this.#at += 1;
  }

  integer(value: number): void {
    const b = this.#buffer;
    const at = this.#at;
    b[at] = b[at + 1] = b[at + 2] = 0;
    b[at + 3] = 8;
    const high = Math.floor(value / 4_294_967_296);
    const low = value >>> 0;
    b[at + 4] = high >> 24;
    b[at + 5] = high >> 16;
    b[at + 6] = high >> 8;
    b[at + 7] = high;
    b[at + 8] = low >>> 24;
    b[at + 9] = low >>> 16;
    b[at + 10] = low >>> 8;
    b[at + 11] = low;
    this.#at = at + 12;
  }

  bigint(value: bigint): void {
    this.#length(8);
    this.#view.setBigInt64(this.#at, value);
    this.#at += 8;
  }

  number(value: number): void {
    this.#length(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  decimal(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start + SLACK);
    const lengthAt = this.#at;
    const after = writeNumeric(this.#view, lengthAt + 4, bytes, start, end);
    this.#view.setInt32(lengthAt, after - lengthAt - 4);
    this.#at = after;
  }

  date(days: number): void {
    const b = this.#buffer;
    const at = this.#at;
    const value = days - EPOCH_DAYS;
    b[at] = b[at + 1] = b[at + 2] = 0;
    b[at + 3] = 4;
    b[at + 4] = value >> 24;
    b[at + 5] = value >> 16;
    b[at + 6] = value >> 8;
    b[at + 7] = value;
    this.#at = at + 8;
  }

  time(micros: number): void {
    this.integer(micros);
  }

  timestamp(seconds: number, micros: number): void {
    const since = seconds - EPOCH_SECONDS;
    // Beyond ±285 years from 2000 microseconds leave the safe integers.
    if (since > -8_900_000_000 && since < 8_900_000_000) this.integer(since * 1_000_000 + micros);
    else this.bigint(BigInt(since) * 1_000_000n + BigInt(micros));
  }

  uuid(bytes: Uint8Array, start: number, end: number): void {
    const b = this.#buffer;
    let at = this.#at;
    b[at] = b[at + 1] = b[at + 2] = 0;
    b[at + 3] = 16;
    at += 4;
    for (let i = start; i < end; i += 2) {
      if (bytes[i] === 0x2d) i += 1;
      b[at] = ((NIBBLE[bytes[i] as number] as number) << 4) | (NIBBLE[bytes[i + 1] as number] as number);
      at += 1;
    }
    this.#at = at;
  }

  text(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(length + SLACK);
    this.#length(length);
    let at = this.#at;
    this.#at = at + length;
    if (length > SHORT_COPY) {
      this.#buffer.set(bytes.subarray(start, end), at);
      return;
    }
    const b = this.#buffer;
    const to = this.#view;
    let i = start;
    if (this.#isSource(bytes)) {
      const from = this.#from;
      for (; i + 4 <= end; i += 4, at += 4) to.setUint32(at, from.getUint32(i, true), true);
    }
    for (; i < end; i += 1, at += 1) b[at] = bytes[i] as number;
  }

  string(value: string): void {
    const characters = value.length;
    this.#reserve(characters * 3 + SLACK);
    const b = this.#buffer;
    const at = this.#at + 4;
    let length = characters;
    if (characters <= SHORT_STRING) {
      for (let i = 0; i < characters; i += 1) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) {
          length = b.write(value, at, 'utf8');
          break;
        }
        b[at + i] = code;
      }
    } else length = b.write(value, at, 'utf8');
    this.#length(length);
    this.#at += length;
  }

  json(value: string): void {
    this.#reserve(value.length * 3 + SLACK);
    // jsonb in binary starts with its version.
    const length = this.#buffer.write(value, this.#at + 5, 'utf8') + 1;
    this.#length(length);
    this.#buffer[this.#at] = 1;
    this.#at += length;
  }

  /**
   * The scanner's buffer is the same for many rows, so its view is kept. Values from elsewhere come in between (of a lookup
   * table, say); a view of those would cost more than it saves.
   */
  #isSource(bytes: Uint8Array): boolean {
    if (bytes === this.#source) {
      this.#foreign = 0;
      return true;
    }
    this.#foreign += 1;
    if (this.#foreign < FOREIGN_IN_A_ROW && this.#source !== undefined) return false;
    this.#source = bytes;
    this.#from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return true;
  }

  #allocate(): void {
    this.#buffer = Buffer.allocUnsafeSlow(this.#target + SPARE);
    this.#view = new DataView(this.#buffer.buffer);
  }

  #length(length: number): void {
    const b = this.#buffer;
    const at = this.#at;
    b[at] = length >>> 24;
    b[at + 1] = length >>> 16;
    b[at + 2] = length >>> 8;
    b[at + 3] = length;
    this.#at = at + 4;
  }

  #reserve(bytes: number): void {
    // What follows a text in its row must find its room too.
    const needed = this.#at + bytes + this.#columns * 24 + SLACK;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}
