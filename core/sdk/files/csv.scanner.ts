import { isUtf8 } from 'node:buffer';
import type { RowScanner } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';

export interface CsvOptions {
  /** One ASCII character; default `,`. */
  readonly delimiter?: string;
  /** One ASCII character; default `"`. An empty text: nothing quotes. */
  readonly quote?: string;
  /** What makes the next character stand for itself, in quotes. Default: the quote, doubled. */
  readonly escape?: string;
  /** Lines that begin with this character are no records. */
  readonly comment?: string;
  /** Default 16 MB. */
  readonly maxRecordBytes?: number;
  /** Records before the one that is row 1, e.g. 1 for a header. */
  readonly skipRows?: number;
  /** Empty lines are skipped, but in a file of one column an empty line is an empty value: then say true. */
  readonly emptyLines?: boolean;
}

/** Why a record cannot be cut into fields. */
export type CsvFault = 'text_after_quote' | 'unclosed_quote' | 'record_too_long';

/**
 * Scans RFC 4180 CSV with LF or CRLF, one record at a time, over bytes that come in any pieces. A byte order mark is left
 * out. A quote in a field that does not begin with one is an ordinary character; a lone CR ends no line.
 *
 * A record at fault is handed out too, so that it is counted and kept: `fieldCount` is -1, `fault` says why, and its bytes,
 * as they came, lie in `buffer[starts[0], ends[0])`. It ends with the line in which the quote at fault was opened, and
 * scanning goes on at the next line: a stray quote costs its own line, not the rest of the file. What a chunk holds never
 * decides over a record, only the record's bytes do.
 */
export interface CsvScanner extends RowScanner {
  readonly fault: CsvFault | undefined;
  /** A copy of the bytes that no record has taken yet. */
  rest(): Uint8Array;
}

export function csvScanner(options: CsvOptions = {}): CsvScanner {
  return new BytesScanner(options);
}

const LF = 10;
const CR = 13;
const NONE = -1;
const DEFAULT_MAX_RECORD_BYTES = 16 << 20;
/** Room behind the bytes: the line end that the last line may lack, and two sentinels. */
const SPARE = 3;

/** A class with one long loop, since that is what runs per byte: as closures it was slower by half. */
class BytesScanner implements CsvScanner {
  buffer = Buffer.allocUnsafeSlow(1 << 19);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** In a record that is not yet whole 2 says that the field has escapes. */
  quoted = new Uint8Array(64);
  fieldCount = 0;
  row = 0;
  clean = true;
  fault: CsvFault | undefined = undefined;
  readonly maxRecordBytes: number;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #comment: number;
  readonly #emptyLines: boolean;
  #toSkip: number;
  #limit = 0;
  /** Up to here the encoding has been judged. */
  #judged = 0;
  #isAtStart = true;
  #isEnded = false;
  /** The current record: where it begins, and how far it was scanned, so that a long one is not scanned again per chunk. */
  #record = 0;
  #count = 0;
  #field = 0;
  #here = 0;
  #isOpen = false;
  #hasEscapes = false;
  /** Set while the end of the line of a record at fault is looked for. */
  #tail: CsvFault | undefined = undefined;
  #isProbing = false;
  /** What follows up to the end of the line belongs to no record. */
  #isDropping = false;

  constructor(options: CsvOptions) {
    this.#delimiter = byteOf('delimiter', options.delimiter ?? ',');
    this.#quote = options.quote === '' ? NONE : byteOf('quote', options.quote ?? '"');
    this.#escape = options.escape === undefined ? this.#quote : byteOf('escape', options.escape);
    this.#comment = options.comment === undefined ? NONE : byteOf('comment', options.comment);
    if ([this.#quote, this.#escape, this.#comment].includes(this.#delimiter))
      throw new ConnectorError('config', 'The delimiter must differ from quote, escape and comment.');
    if (this.#comment !== NONE && this.#comment === this.#quote)
      throw new ConnectorError('config', 'A comment must begin with another character than a quote.');
    this.maxRecordBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    this.#emptyLines = options.emptyLines ?? false;
    this.#toSkip = options.skipRows ?? 0;
  }

  push(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.buffer.set(chunk, this.#limit);
    this.#limit += chunk.length;
    this.#received();
  }

  end(): void {
    this.#isEnded = true;
    this.#makeRoom(0);
    if (this.#limit > 0 && this.buffer[this.#limit - 1] !== LF) this.buffer[this.#limit++] = LF;
    this.#received();
  }

  rest(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, this.#record, this.#limit);
  }

  next(): boolean {
    if (this.#isAtStart) return false;
    for (;;) {
      if (this.#isDropping && !this.#drop()) return false;
      if (this.#comment !== NONE && this.#isComment()) {
        this.#isDropping = true;
        continue;
      }
      if (!(this.#tail === undefined ? this.#scan() : this.#endTail())) return false;
      if (this.#isEmptyLine()) continue;
      if (this.#toSkip > 0) {
        this.#toSkip -= 1;
        continue;
      }
      this.row += 1;
      return true;
    }
  }

  /** Finds the ends of the fields; false: more bytes are needed. */
  #scan(): boolean {
    const { buffer: b } = this;
    const limit = this.#limit;
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    const escape = this.#escape;
    let { starts, ends, quoted } = this;
    let count = this.#count;
    let from = this.#field;
    let i = this.#here;
    let isOpen = this.#isOpen;
    for (;;) {
      if (count === starts.length) ({ starts, ends, quoted } = this.#grow());
      if (isOpen || (b[i] === quote && i === from)) {
        if (!isOpen) {
          isOpen = true;
          i += 1;
          starts[count] = i;
          quoted[count] = 1;
        }
        let after: number;
        for (;;) {
          let c = b[i];
          while (c !== quote && c !== escape) c = b[++i];
          // What a quote means, the byte after it says.
          if (i + 1 >= limit) return this.#pause(count, from, Math.min(i, limit), true);
          after = b[i + 1] as number;
          if (c !== escape || (escape === quote && after !== quote)) break;
          quoted[count] = 2;
          this.#hasEscapes = true;
          i += 2;
        }
        ends[count] = i;
        if (after === CR) {
          if (i + 2 >= limit) return this.#pause(count, from, i, true);
          if (b[i + 2] === LF) return this.#complete(count + 1, i + 2);
        }
        if (after === LF) return this.#complete(count + 1, i + 1);
        if (after !== delimiter) return this.#badQuote(count, from, after === CR ? i + 2 : i + 1);
        isOpen = false;
        i += 2;
      } else {
        let c = b[i];
        while (c !== delimiter && c !== LF) c = b[++i];
        if (i >= limit) return this.#pause(count, from, limit, false);
        starts[count] = from;
        quoted[count] = 0;
        if (c === LF) {
          ends[count] = i > from && b[i - 1] === CR ? i - 1 : i;
          return this.#complete(count + 1, i);
        }
        ends[count] = i;
        i += 1;
      }
      count += 1;
      from = i;
    }
  }

  #complete(count: number, lineEnd: number): boolean {
    if (lineEnd - this.#record > this.maxRecordBytes) return this.#refuseLong();
    if (this.#hasEscapes) this.#unescape(count);
    this.fieldCount = count;
    this.fault = undefined;
    this.#startAt(lineEnd + 1);
    return true;
  }

  #startAt(position: number): void {
    this.#record = this.#field = this.#here = position;
    this.#count = 0;
    this.#isOpen = this.#hasEscapes = false;
  }

  #pause(count: number, field: number, here: number, isOpen: boolean): boolean {
    this.#count = count;
    this.#field = field;
    this.#here = here;
    this.#isOpen = isOpen;
    if (this.#isProbing) return false;
    if (this.#limit - this.#record > this.maxRecordBytes) return this.#refuseLong();
    if (this.#isEnded && isOpen) return this.#refuse('unclosed_quote', field);
    return false;
  }

  /** `decidedAt`: the byte that shows the fault; beyond the limit it must not matter, as it may not be there yet. */
  #badQuote(count: number, field: number, decidedAt: number): boolean {
    if (decidedAt - this.#record > this.maxRecordBytes) return this.#refuseLong();
    this.#count = count;
    return this.#refuse('text_after_quote', field);
  }

  /** The record reaches beyond its limit. What is at fault, its bytes up to the limit say and nothing after them. */
  #refuseLong(): boolean {
    const { buffer: b } = this;
    const known = this.#limit;
    const limit = this.#record + this.maxRecordBytes + 1;
    const kept = [b[limit], b[limit + 1]] as const;
    this.#startAt(this.#record);
    this.#limit = limit;
    this.#putSentinels();
    this.#isProbing = true;
    this.#scan();
    this.#isProbing = false;
    this.#limit = known;
    [b[limit], b[limit + 1]] = kept as [number, number];
    return this.#isOpen ? this.#refuse('unclosed_quote', this.#field) : this.#refuse('record_too_long', this.#here);
  }

  #refuse(fault: CsvFault, from: number): boolean {
    this.#tail = fault;
    this.#here = from;
    return this.#endTail();
  }

  /** Ends a record at fault with the line that `#here` is in, or at its limit. False: more bytes are needed. */
  #endTail(): boolean {
    const limit = this.#record + this.maxRecordBytes;
    const lineEnd = this.buffer.indexOf(LF, this.#here);
    if (lineEnd >= this.#limit && this.#limit <= limit) {
      this.#here = this.#limit;
      return false;
    }
    this.fault = this.#tail;
    this.fieldCount = NONE;
    this.starts[0] = this.#record;
    this.ends[0] = Math.min(lineEnd, limit);
    this.quoted[0] = 0;
    this.#tail = undefined;
    this.#isDropping = lineEnd > limit;
    this.#startAt(this.#isDropping ? limit : lineEnd + 1);
    return true;
  }

  #drop(): boolean {
    const lineEnd = this.buffer.indexOf(LF, this.#record);
    this.#isDropping = lineEnd >= this.#limit;
    this.#startAt(this.#isDropping ? this.#limit : lineEnd + 1);
    return !this.#isDropping;
  }

  #isComment(): boolean {
    const first = this.#record;
    return first < this.#limit && this.#here === first && this.buffer[first] === this.#comment;
  }

  #isEmptyLine(): boolean {
    if (this.fieldCount !== 1 || this.starts[0] !== this.ends[0] || this.quoted[0] !== 0) return false;
    return !this.#emptyLines || this.#toSkip > 0;
  }

  /** Done when the record is whole and not before: a record at fault is scanned again and shown as it came. */
  #unescape(count: number): void {
    const { buffer: b, starts, ends, quoted } = this;
    for (let field = 0; field < count; field += 1) {
      if (quoted[field] !== 2) continue;
      quoted[field] = 1;
      const end = ends[field] as number;
      let to = starts[field] as number;
      for (let from = to; from < end; from += 1) {
        if (b[from] === this.#escape) from += 1;
        b[to++] = b[from] as number;
      }
      ends[field] = to;
    }
  }

  #grow() {
    const size = this.starts.length * 2;
    const grown = <T extends Int32Array | Uint8Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.starts = grown(this.starts, new Int32Array(size));
    this.ends = grown(this.ends, new Int32Array(size));
    this.quoted = grown(this.quoted, new Uint8Array(size));
    return this;
  }

  /** Moves what is unread to the front; a buffer that is too small is doubled, so that a long record is copied few times. */
  #makeRoom(bytes: number): void {
    const shift = this.#record;
    const needed = this.#limit - shift + bytes + SPARE;
    if (needed > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(larger, 0, shift, this.#limit);
      this.buffer = larger;
    } else if (shift > 0) this.buffer.copyWithin(0, shift, this.#limit);
    for (let field = 0; field <= this.#count && field < this.starts.length; field += 1) {
      this.starts[field]! -= shift;
      this.ends[field]! -= shift;
    }
    // What was judged beside records that are gone may be clean itself.
    this.#judged = this.clean || shift === 0 ? Math.max(0, this.#judged - shift) : 0;
    this.#limit -= shift;
    this.#field -= shift;
    this.#here -= shift;
    this.#record = 0;
  }

  #received(): void {
    this.#putSentinels();
    if (this.#isAtStart && (this.#limit >= 3 || this.#isEnded)) {
      this.#isAtStart = false;
      const mark = this.buffer.subarray(0, Math.min(3, this.#limit)).toString('hex');
      if (mark === 'efbbbf') this.#startAt(3);
      else if (mark.startsWith('fffe') || mark.startsWith('feff'))
        throw new ConnectorError('source', 'The file is UTF-16, not UTF-8.', { hint: 'Set `encoding: utf-16`.' });
    }
    this.clean = this.#isClean();
  }

  /** A line end and a quote, so that neither loop needs a test for the end of the bytes. */
  #putSentinels(): void {
    this.buffer[this.#limit] = LF;
    this.buffer[this.#limit + 1] = this.#quote;
  }

  /** A character that the end of the bytes cuts is judged when the rest is there. */
  #isClean(): boolean {
    const from = Math.max(this.#record, this.#judged);
    let to = this.#limit;
    if (!this.#isEnded)
      for (let at = to - 1; at >= Math.max(from, to - 3); at -= 1) {
        const byte = this.buffer[at] as number;
        if (byte >= 0xc0) to = at;
        if ((byte & 0xc0) !== 0x80) break;
      }
    const wasClean = this.#judged <= this.#record || this.clean;
    this.#judged = to;
    const bytes = this.buffer.subarray(from, to);
    return wasClean && !bytes.includes(0) && isUtf8(bytes);
  }
}

function byteOf(option: string, text: string): number {
  const byte = text.charCodeAt(0);
  if (text.length !== 1 || byte > 126 || byte === LF || byte === CR || byte === 0)
    throw new ConnectorError('config', `"${option}" must be one ASCII character and no line end.`);
  return byte;
}
