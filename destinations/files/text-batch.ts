import { ConnectorError, type Field } from '#sdk';
import { addTo, newSum, type Sum } from '#sdk/files';
import type { FileBatch } from './file-format.js';
import { decimalText } from '../sql/decimal-text.js';
import { dateText, timestampText, timeText } from './scalar-text.js';

/** What a value is to a format of text: a number or truth, letters that need no care, any letters, or JSON. */
export type Kind = 'bare' | 'plain' | 'text' | 'json';

/** How one row is put together. */
export interface RowText {
  /** The text of one value, with what stands before it. `undefined`: null. */
  value(column: number, kind: Kind, text: string | undefined): string;
  readonly end: string;
}

/** As large as a batch for other destinations. */
const BATCH_CHARACTERS = 1 << 20;

/** Rows as text. A class, since the row program calls these methods millions of times. */
export class TextBatch implements FileBatch {
  rows = 0;
  sums: Sum[];
  #text = '';
  #row = '';
  #column = -1;
  /** What the row adds to the sums once it is whole. */
  #added: [sum: number, text: string][] = [];
  readonly #format: RowText;
  /** By column: its place among the sums, -1 where it is not summed. */
  readonly #summed: readonly number[];
  readonly #isInstant: readonly boolean[];

  constructor(format: RowText, fields: readonly Field[], totals: readonly string[]) {
    this.#format = format;
    this.#summed = fields.map(({ name }) => totals.indexOf(name));
    this.#isInstant = fields.map(({ type }) => type === 'timestamptz');
    this.sums = totals.map(newSum);
  }

  get bytes(): number {
    return this.#text.length;
  }

  get full(): boolean {
    return this.#text.length >= BATCH_CHARACTERS;
  }

  take(): Buffer {
    const bytes = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    return bytes;
  }

  reset(): void {
    this.rows = 0;
    this.#text = '';
    this.sums = this.sums.map(newSum);
  }

  /** The position of the record comes first, which no file holds. */
  begin(): void {
    this.#column = -1;
    this.#row = '';
    this.#added = [];
  }

  commit(): void {
    for (const [sum, text] of this.#added) addTo(this.sums[sum] as Sum, text);
    this.#text += this.#row + this.#format.end;
    this.rows += 1;
  }

  rollback(): void {
    this.#row = '';
  }

  null(): void {
    this.#put('bare', undefined);
  }

  boolean(value: boolean): void {
    this.#put('bare', value ? 'true' : 'false');
  }

  integer(value: number): void {
    if (this.#column < 0) this.#column = 0;
    else this.#number(String(value));
  }

  bigint(value: bigint): void {
    this.#number(String(value));
  }

  number(value: number): void {
    this.#number(Object.is(value, -0) ? '-0' : String(value));
  }

  decimal(bytes: Uint8Array, start: number, end: number): void {
    this.#number(decimalText(latin(bytes, start, end)));
  }

  date(days: number): void {
    this.#put('plain', dateText(days));
  }

  time(micros: number): void {
    this.#put('plain', timeText(micros));
  }

  timestamp(seconds: number, micros: number): void {
    this.#put('plain', timestampText(seconds, micros, this.#isInstant[this.#column] === true));
  }

  uuid(bytes: Uint8Array, start: number, end: number): void {
    this.#put('plain', latin(bytes, start, end).toLowerCase());
  }

  text(bytes: Uint8Array, start: number, end: number): void {
    this.#put('text', Buffer.from(bytes.buffer, bytes.byteOffset).toString('utf8', start, end));
  }

  string(value: string): void {
    this.#put('text', value);
  }

  json(value: string): void {
    this.#put('json', value);
  }

  #number(text: string): void {
    const sum = this.#summed[this.#column] as number;
    if (sum >= 0) this.#added.push([sum, /e/i.test(text) ? decimalText(text) : text]);
    this.#put('bare', text);
  }

  #put(kind: Kind, text: string | undefined): void {
    this.#row += this.#format.value(this.#column, kind, text);
    this.#column += 1;
  }
}

const latin = (bytes: Uint8Array, start: number, end: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset).toString('latin1', start, end);

/** A sum of what is no number would be one that nobody can hold the file against. */
export function refuseTotals(fields: readonly Field[], totals: readonly string[], stream: string): void {
  for (const { name, type } of fields)
    if (totals.includes(name) && !['integer', 'decimal', 'number'].includes(type))
      throw new ConnectorError('config', `The column "${name}" of \`control_totals\` is ${type}, and no number.`, {
        stream,
        hint: 'Sum columns of numbers alone.',
      });
}
