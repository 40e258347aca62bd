import { isUtf8 } from 'node:buffer';
import type { RowScanner } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';

export interface CsvDialect {
  readonly delimiter: string;
  /** Empty: quotes have no meaning. */
  readonly quote: string;
  readonly maxRecordBytes: number;
}

export interface CsvScanner extends RowScanner {
  /** Says that the header has been read: the next record is row 1. With one column an empty line is an empty value. */
  startBody(columns: number): void;
}

const LF = 0x0a;
const CR = 0x0d;
const SPARE = 16;

/**
 * Scans RFC 4180 CSV with LF or CRLF, one record at a time, over bytes that come in any pieces. A quote doubles to stand for
 * itself; line ends in quotes belong to the value. A lone CR ends no line. A quote that never closes would swallow the rest
 * of the file, so it is a `source` error that names the row.
 */
export function csvScanner(dialect: CsvDialect): CsvScanner {
  return new BytesScanner(dialect);
}

/** A class, since `next` runs once per record and one hidden class keeps it fast. */
class BytesScanner implements CsvScanner {
  buffer = Buffer.allocUnsafeSlow(1 << 19);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  quoted = new Uint8Array(64);
  fieldCount = 0;
  row = 0;
  clean = true;
  readonly maxRecordBytes: number;
  #at = 0;
  #limit = 0;
  #ended = false;
  #first = true;
  #skipsEmpty = true;
  readonly #delimiter: number;
  readonly #quote: number;

  constructor({ delimiter, quote, maxRecordBytes }: CsvDialect) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    this.maxRecordBytes = maxRecordBytes;
    this.buffer[0] = LF;
  }

  startBody(columns: number): void {
    this.row = 0;
    this.#skipsEmpty = columns > 1;
  }

  push(chunk: Uint8Array): void {
    const rest = this.#limit - this.#at;
    if (rest > this.maxRecordBytes) throw this.#tooLong(rest);
    const needed = rest + chunk.length + SPARE;
    if (needed > this.buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(grown, 0, this.#at, this.#limit);
      this.buffer = grown;
    } else if (rest > 0) this.buffer.copyWithin(0, this.#at, this.#limit);
    this.buffer.set(chunk, rest);
    this.#at = 0;
    this.#limit = rest + chunk.length;
    if (this.#first && this.#limit >= 3) this.#skipMark();
    this.buffer[this.#limit] = LF; // ends the search for a delimiter without a test for the buffer's end
    this.clean = this.#isClean();
  }

  end(): void {
    this.#ended = true;
    this.clean = this.#isClean();
  }

  next(): boolean {
    const { buffer: b } = this;
    const limit = this.#limit;
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    for (;;) {
      const start = this.#at;
      if (start >= limit) return false;
      let { starts, ends, quoted } = this;
      let i = start;
      let count = 0;
      let escapes = false;
      let broken = false;
      for (;;) {
        if (count === starts.length) ({ starts, ends, quoted } = this.#grow());
        if (b[i] === quote && i < limit) {
          let k = i + 1;
          let mark = 1;
          for (;;) {
            while (k < limit && b[k] !== quote) k += 1;
            if (k >= limit) return this.#incomplete(start, true);
            if (k + 1 === limit && !this.#ended) return false;
            if (b[k + 1] !== quote || k + 1 >= limit) break;
            mark = 2;
            escapes = true;
            k += 2;
          }
          starts[count] = i + 1;
          ends[count] = k;
          quoted[count] = mark;
          count += 1;
          i = k + 1;
          if (i < limit && b[i] === CR) {
            if (i + 1 === limit && !this.#ended) return false;
            if (i + 1 >= limit || b[i + 1] === LF) i += 1;
          }
          if (i >= limit) {
            if (!this.#ended) return false;
            break;
          }
          const c = b[i];
          if (c === delimiter) {
            i += 1;
            continue;
          }
          if (c === LF) break;
          broken = true;
          while (b[i] !== LF) i += 1;
          if (i >= limit && !this.#ended) return false;
          break;
        }
        const from = i;
        let c = b[i];
        while (c !== delimiter && c !== LF) {
          i += 1;
          c = b[i];
        }
        starts[count] = from;
        ends[count] = i;
        quoted[count] = 0;
        if (c === delimiter && i < limit) {
          count += 1;
          i += 1;
          continue;
        }
        if (i >= limit && !this.#ended) return this.#incomplete(start, false);
        if (i > from && b[i - 1] === CR) ends[count] = i - 1;
        count += 1;
        break;
      }
      this.#at = i < limit ? i + 1 : limit;
      if (count === 1 && this.#skipsEmpty && quoted[0] === 0 && starts[0] === ends[0]) continue;
      if (escapes) this.#unescape(count);
      this.fieldCount = broken ? -1 : count;
      this.row += 1;
      return true;
    }
  }

  /** False: more bytes are needed. At the end of the file an open quote is a fault. */
  #incomplete(start: number, inQuote: boolean): boolean {
    if (this.#ended && inQuote)
      throw new ConnectorError('source', `Row ${this.row + 1} opens a quote that never closes.`, {
        hint: 'The file is cut off, or a quote inside a value is not doubled. Nothing of it was loaded.',
      });
    if (this.#limit - start > this.maxRecordBytes) throw this.#tooLong(this.#limit - start);
    return false;
  }

  #tooLong(bytes: number): ConnectorError {
    return new ConnectorError(
      'source',
      `Row ${this.row + 1} is longer than ${this.maxRecordBytes} bytes (${bytes} so far).`,
      {
        hint: 'A quote before it probably never closes, or the delimiter or line end is another one. Nothing of the file was loaded.',
      },
    );
  }

  #grow() {
    const size = this.starts.length * 2;
    const grow = <T extends Int32Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.starts = grow(this.starts, new Int32Array(size));
    this.ends = grow(this.ends, new Int32Array(size));
    this.quoted = grow(this.quoted, new Uint8Array(size));
    return { starts: this.starts, ends: this.ends, quoted: this.quoted };
  }

  #unescape(count: number): void {
    const { buffer: b, starts, ends, quoted } = this;
    const quote = this.#quote;
    for (let field = 0; field < count; field += 1) {
      if (quoted[field] !== 2) continue;
      quoted[field] = 1;
      const end = ends[field] as number;
      let to = starts[field] as number;
      for (let from = to; from < end; from += 1) {
        const c = b[from] as number;
        b[to] = c;
        to += 1;
        if (c === quote) from += 1;
      }
      ends[field] = to;
    }
  }

  #skipMark(): void {
    this.#first = false;
    const b = this.buffer;
    if (b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf) this.#at = 3;
    else if ((b[0] === 0xff && b[1] === 0xfe) || (b[0] === 0xfe && b[1] === 0xff))
      throw new ConnectorError('source', 'The file is UTF-16, not UTF-8.', { hint: 'Export it as UTF-8.' });
  }

  /** A character that the end of the bytes cuts is judged when the rest is there. */
  #isClean(): boolean {
    let to = this.#limit;
    if (!this.#ended) {
      let back = 0;
      while (back < 3 && to - back > this.#at && ((this.buffer[to - back - 1] as number) & 0xc0) === 0x80) back += 1;
      const lead = this.buffer[to - back - 1] as number;
      if (lead >= 0xc0 && to - back - 1 >= this.#at) to -= back + 1;
    }
    const bytes = this.buffer.subarray(this.#at, to);
    return !bytes.includes(0) && isUtf8(bytes);
  }
}
