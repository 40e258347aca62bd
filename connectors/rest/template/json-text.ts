import { TemplateError } from './lexer.js';
import { aTypeName, boundedLength, demand, entriesOf, Float, repr } from './values.js';
import { assertDepth, charge } from './work.js';

/** Strings as Python's `json.dumps` writes them: everything beyond ASCII is escaped. */
function quoted(text: string): string {
  charge(text.length >> 1);
  const made = JSON.stringify(text);
  return /[\x7f-\uffff]/.test(made)
    ? made.replace(/[\x7f-\uffff]/g, (unit) => {
        charge(48);
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
      })
    : made;
}

const NUMBERS: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };

/** Python's `json.dumps`; with an indent every element stands on a line of its own. */
export function jsonText(value: unknown, sortsKeys: boolean, indent?: string): string {
  demand(value);
  return new Writer(sortsKeys, indent).text(value);
}

class Writer {
  readonly #sortsKeys: boolean;
  readonly #indent: string | undefined;
  #made = '';

  constructor(sortsKeys: boolean, indent: string | undefined) {
    this.#sortsKeys = sortsKeys;
    this.#indent = indent;
  }

  text(value: unknown): string {
    this.#value(value, 0);
    return this.#made;
  }

  #write(part: string): void {
    boundedLength(this.#made.length + part.length);
    this.#made += part;
  }

  #separate(isFirst: boolean, depth: number): void {
    if (this.#indent === undefined) {
      if (!isFirst) this.#write(', ');
      return;
    }
    boundedLength(this.#indent.length * depth);
    this.#write(`${isFirst ? '' : ','}\n${this.#indent.repeat(depth)}`);
  }

  #close(mark: string, isEmpty: boolean, depth: number): void {
    if (!isEmpty && this.#indent !== undefined) this.#separate(true, depth);
    this.#write(mark);
  }

  #value(value: unknown, depth: number): void {
    charge(16);
    assertDepth(depth);
    if (value === null || typeof value === 'boolean') this.#write(String(value));
    else if (typeof value === 'string') this.#write(quoted(value));
    else if (value instanceof Float || typeof value === 'number' || typeof value === 'bigint') {
      const text = repr(value);
      this.#write(NUMBERS[text] ?? text);
    } else if (Array.isArray(value)) this.#list(value, depth);
    else this.#mapping(value, depth);
  }

  #list(items: readonly unknown[], depth: number): void {
    this.#write('[');
    items.forEach((item, at) => {
      this.#separate(at === 0, depth + 1);
      this.#value(item, depth + 1);
    });
    this.#close(']', items.length === 0, depth);
  }

  #mapping(value: unknown, depth: number): void {
    const entries = entriesOf(value);
    if (entries === undefined) throw new TemplateError(`${aTypeName(value)} cannot be written as JSON`);
    charge(entries.length << 6);
    const sorted = this.#sortsKeys ? entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) : entries;
    this.#write('{');
    sorted.forEach(([key, item], at) => {
      this.#separate(at === 0, depth + 1);
      this.#write(`${quoted(key)}: `);
      this.#value(item, depth + 1);
    });
    this.#close('}', entries.length === 0, depth);
  }
}
