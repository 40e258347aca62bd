import { ConnectorError, type Batch, type Field } from '#sdk';
import { decimalText } from '../sql/decimal-text.js';
import { writeNumber, writeWhole } from './number-text.js';

export interface CsvBatch extends Batch {
  /** The encoded rows; valid until the next `begin` or `reset`. */
  bytesView(): Uint8Array;
  reset(): void;
}

/**
 * How the files are to be read. An empty bare field is null and a quoted one an empty text; within quotes everything stands as
 * it is, but for the quote, which stands twice. https://docs.snowflake.com/en/sql-reference/sql/create-file-format
 */
export const FILE_FORMAT = [
  'TYPE = CSV',
  'COMPRESSION = GZIP',
  `FIELD_DELIMITER = ','`,
  `RECORD_DELIMITER = '\\n'`,
  `FIELD_OPTIONALLY_ENCLOSED_BY = '"'`,
  'ESCAPE = NONE',
  'ESCAPE_UNENCLOSED_FIELD = NONE',
  'EMPTY_FIELD_AS_NULL = TRUE',
  'NULL_IF = ()',
  'TRIM_SPACE = FALSE',
  'SKIP_HEADER = 0',
  'ERROR_ON_COLUMN_COUNT_MISMATCH = TRUE',
  'REPLACE_INVALID_CHARACTERS = FALSE',
  `ENCODING = 'UTF8'`,
].join(' ');

/** Room that is always left before a value of bounded width, so that only texts need to ask. */
const SLACK = 64;
const SPARE = 65_536;
const COMMA = 0x2c;
const QUOTE = 0x22;
const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const SMALL_E = 0x65;
/** Four bytes at once, the first of them lowest: `true`, `fals`, `+00:`, and the two of `00`. */
const TRUE = 0x6575_7274;
const FALS = 0x736c_6166;
const PLUS_00 = 0x3a30_302b;
const ZERO_ZERO = 0x3030;
const SHORT_STRING = 40;
/** After so many texts from elsewhere the source has changed. */
const FOREIGN_IN_A_ROW = 32;
const DAY_SECONDS = 86_400;

/** The position comes first, then the fields. */
export const createCsvBatch = (fields: readonly Pick<Field, 'type'>[], targetBytes: number): CsvBatch =>
  new SnowflakeBatch([false, ...fields.map(({ type }) => type === 'timestamptz')], targetBytes);

/** Rows as CSV, in one buffer that is used again. A class, since the row program calls these methods millions of times. */
class SnowflakeBatch implements CsvBatch {
  rows = 0;
  #buffer: Buffer;
  #view: DataView;
  #source: Uint8Array | undefined;
  #from: DataView;
  #foreign = 0;
  #at = 0;
  #rowStart = 0;
  #column = 0;
  #lastDay = Number.NaN;
  #lastYear = 0;
  #lastMonth = 0;
  #lastDigits = 0;
  readonly #columns: number;
  readonly #isInstant: readonly boolean[];
  readonly #target: number;

  constructor(isInstant: readonly boolean[], target: number) {
    this.#columns = isInstant.length;
    this.#isInstant = isInstant;
    this.#target = target;
    this.#buffer = Buffer.allocUnsafeSlow(target + SPARE);
    this.#view = new DataView(this.#buffer.buffer);
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
    if (this.#buffer.length > 4 * (this.#target + SPARE)) this.#use(Buffer.allocUnsafeSlow(this.#target + SPARE));
    this.#at = 0;
    this.rows = 0;
  }

  begin(): void {
    this.#rowStart = this.#at;
    this.#column = 0;
    this.#reserve(this.#columns * 40);
  }

  commit(): void {
    this.#buffer[this.#at] = 0x0a;
    this.#at += 1;
    this.rows += 1;
  }

  rollback(): void {
    this.#at = this.#rowStart;
  }

  null(): void {
    this.#separate();
  }

  boolean(value: boolean): void {
    this.#separate();
    this.#view.setUint32(this.#at, value ? TRUE : FALS, true);
    this.#at += 4;
    if (!value) this.#buffer[this.#at++] = SMALL_E;
  }

  integer(value: number): void {
    this.#separate();
    this.#digits(value);
  }

  bigint(value: bigint): void {
    this.#ascii(String(value));
  }

  number(value: number): void {
    this.#separate();
    const end = writeNumber(this.#buffer, this.#at, value);
    if (end > 0) this.#at = end;
    else this.#put(Object.is(value, -0) ? '-0' : Number.isFinite(value) ? String(value) : (FLOATS.get(value) ?? 'NaN'));
  }

  decimal(bytes: Uint8Array, start: number, end: number): void {
    // A text of a number with an exponent, a sign too many or no digit before the point is not taken by every reader.
    for (let i = start; i < end; i += 1) {
      const code = bytes[i] as number;
      if (
        (code | 0x20) !== 0x65 &&
        code !== 0x2b &&
        !(code === POINT && (i === start || i + 1 === end || bytes[i - 1] === MINUS))
      )
        continue;
      const text = decimalText(Buffer.from(bytes.buffer, bytes.byteOffset).toString('latin1', start, end));
      this.#reserve(text.length + SLACK);
      this.#ascii(text);
      return;
    }
    this.#separate();
    this.#reserve(end - start + SLACK);
    const b = this.#buffer;
    let at = this.#at;
    for (let i = start; i < end; i += 1) b[at++] = bytes[i] as number;
    this.#at = at;
  }

  date(days: number): void {
    this.#separate();
    this.#day(days);
  }

  time(micros: number): void {
    this.#separate();
    this.#clock(Math.floor(micros / 1_000_000), micros % 1_000_000);
  }

  timestamp(seconds: number, micros: number): void {
    this.#separate();
    const days = Math.floor(seconds / DAY_SECONDS);
    this.#day(days);
    this.#buffer[this.#at++] = 0x20;
    this.#clock(seconds - days * DAY_SECONDS, micros);
    if (this.#isInstant[this.#column - 1] !== true) return;
    this.#view.setUint32(this.#at, PLUS_00, true);
    this.#view.setUint16(this.#at + 4, ZERO_ZERO, true);
    this.#at += 6;
  }

  uuid(bytes: Uint8Array, start: number, end: number): void {
    this.#separate();
    const b = this.#buffer;
    let at = this.#at;
    let i = start;
    // Snowflake compares them as texts, so one value has one form: small letters. Of digits and hyphens the bit is set already.
    if (this.#isSource(bytes))
      for (; i + 4 <= end; i += 4, at += 4) this.#view.setUint32(at, this.#from.getUint32(i, true) | 0x2020_2020, true);
    for (; i < end; i += 1) b[at++] = (bytes[i] as number) | 0x20;
    this.#at = at;
  }

  text(bytes: Uint8Array, start: number, end: number): void {
    this.#separate();
    this.#reserve(2 * (end - start) + SLACK);
    const b = this.#buffer;
    let at = this.#at;
    b[at++] = QUOTE;
    let i = start;
    if (this.#isSource(bytes)) {
      // Four at a time, until there is a quote among them.
      const from = this.#from;
      const to = this.#view;
      for (; i + 4 <= end; i += 4, at += 4) {
        const four = from.getUint32(i, true);
        const unlike = four ^ 0x2222_2222;
        if (((unlike - 0x0101_0101) & ~unlike & 0x8080_8080) !== 0) break;
        to.setUint32(at, four, true);
      }
    }
    for (; i < end; i += 1) {
      const code = bytes[i] as number;
      b[at++] = code;
      if (code === QUOTE) b[at++] = QUOTE;
    }
    b[at++] = QUOTE;
    this.#at = at;
  }

  string(value: string): void {
    this.#separate();
    const characters = value.length;
    this.#reserve(characters * 4 + SLACK);
    const b = this.#buffer;
    if (characters <= SHORT_STRING) {
      let at = this.#at;
      b[at++] = QUOTE;
      let i = 0;
      for (; i < characters; i += 1) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) break;
        b[at++] = code;
        if (code === QUOTE) b[at++] = QUOTE;
      }
      if (i === characters) {
        b[at++] = QUOTE;
        this.#at = at;
        return;
      }
    }
    b[this.#at++] = QUOTE;
    this.#at += b.write(value.includes('"') ? value.replaceAll('"', '""') : value, this.#at, 'utf8');
    b[this.#at++] = QUOTE;
  }

  json(value: string): void {
    this.string(value);
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

  #separate(): void {
    if (this.#column > 0) this.#buffer[this.#at++] = COMMA;
    this.#column += 1;
  }

  #ascii(text: string): void {
    this.#separate();
    this.#put(text);
  }

  #put(text: string): void {
    const b = this.#buffer;
    let at = this.#at;
    // A call of the buffer's own writer costs more than so few characters.
    for (let i = 0; i < text.length; i += 1) b[at++] = text.charCodeAt(i);
    this.#at = at;
  }

  #digits(value: number): void {
    const b = this.#buffer;
    if (value < 0 || value > 0x7fff_ffff) {
      this.#at += b.write(String(value), this.#at, 'latin1');
      return;
    }
    this.#at = writeWhole(b, this.#at, value);
  }

  #two(value: number): void {
    const tens = (value / 10) | 0;
    this.#buffer[this.#at] = ZERO + tens;
    this.#buffer[this.#at + 1] = ZERO + value - tens * 10;
    this.#at += 2;
  }

  /** Civil from days, after Howard Hinnant, https://howardhinnant.github.io/date_algorithms.html. */
  #day(days: number): void {
    const at = this.#at;
    const view = this.#view;
    // A row's dates are often of one day.
    if (days === this.#lastDay) {
      view.setUint32(at, this.#lastYear, true);
      view.setUint32(at + 4, this.#lastMonth, true);
      view.setUint16(at + 8, this.#lastDigits, true);
      this.#at = at + 10;
      return;
    }
    const z = days + 719_468;
    const era = Math.floor(z / 146_097);
    const ofEra = z - era * 146_097;
    const yearOfEra = ((ofEra - ((ofEra / 1_460) | 0) + ((ofEra / 36_524) | 0) - ((ofEra / 146_096) | 0)) / 365) | 0;
    const ofYear = ofEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
    const shifted = ((5 * ofYear + 2) / 153) | 0;
    const day = ofYear - (((153 * shifted + 2) / 5) | 0) + 1;
    const month = shifted < 10 ? shifted + 3 : shifted - 9;
    const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    if (year < 0 || year > 9_999) throw notADay(year);
    const century = (year / 100) | 0;
    this.#two(century);
    this.#two(year - century * 100);
    this.#buffer[this.#at++] = 0x2d;
    this.#two(month);
    this.#buffer[this.#at++] = 0x2d;
    this.#two(day);
    this.#lastDay = days;
    this.#lastYear = view.getUint32(at, true);
    this.#lastMonth = view.getUint32(at + 4, true);
    this.#lastDigits = view.getUint16(at + 8, true);
  }

  #clock(seconds: number, micros: number): void {
    const hours = (seconds / 3_600) | 0;
    const minutes = ((seconds - hours * 3_600) / 60) | 0;
    this.#two(hours);
    this.#buffer[this.#at++] = 0x3a;
    this.#two(minutes);
    this.#buffer[this.#at++] = 0x3a;
    this.#two(seconds - hours * 3_600 - minutes * 60);
    if (micros === 0) return;
    this.#buffer[this.#at++] = 0x2e;
    const pairs = (micros / 10_000) | 0;
    const rest = micros - pairs * 10_000;
    this.#two(pairs);
    this.#two((rest / 100) | 0);
    this.#two(rest % 100);
  }

  #use(buffer: Buffer<ArrayBuffer>): void {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
  }

  #reserve(bytes: number): void {
    // What follows a text in its row must find its room too.
    const needed = this.#at + bytes + this.#columns * 40 + SLACK;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#use(grown);
  }
}

const FLOATS: ReadonlyMap<number, string> = new Map([
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
]);

/** https://docs.snowflake.com/en/sql-reference/data-types-datetime: years 0 to 9999. */
const notADay = (year: number) =>
  new ConnectorError('data', `A day of the year ${year} cannot be loaded: Snowflake has the years 0 to 9999.`, {
    hint: 'Put such records aside by an expectation: `expect: { STREAM: [{ range: … }] }`, or load the column as text.',
  });
