import { unescaped } from './lexer.js';
import { Float, setKey, textOf, Tuple, wholeNumber } from './values.js';
import { charge } from './work.js';

/** What a text that is no literal answers with. */
export const NO_LITERAL: unique symbol = Symbol('no literal');

/** Text that no literal can begin with is told apart by its first character, which is nearly all there is. */
const MAY_BEGIN = /^[\s\d+\-.'"([{NTFrRuU#]/;
const TOKEN =
  /[ \t\f]*(?:#[^\n]*|\\\n)?(?:((?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)(?![\w.]))|((?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?(?!\w)|\d(?:_?\d)*\.?[eE][+-]?\d(?:_?\d)*(?!\w)|\d(?:_?\d)*\.(?![\w.]))|(\d(?:_?\d)*(?![\w.]))|(None|True|False)(?!\w)|((?:[rRuU])?(?:'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"))|([()[\]{},:+-])|(\n))/y;
const MOST_NESTED = 50;

/**
 * Reads a text as Python's `ast.literal_eval` does: numbers, texts in quotes, True, False, None and lists, tuples and dicts of
 * them. `NO_LITERAL` where the text is anything else.
 */
export function readLiteral(text: string): unknown {
  if (!MAY_BEGIN.test(text)) return NO_LITERAL;
  // Lines before it may be empty, but then it must begin its own.
  const body = text.replace(/^[ \t]+/, '').replace(/^(?:[ \t\f]*\r?\n)+/, '');
  if (/^[ \t]/.test(body)) return NO_LITERAL;
  const reader = new Reader(body);
  try {
    const value = reader.top();
    return reader.isAtEnd() ? value : NO_LITERAL;
  } catch (error) {
    if (error === NOT_ONE) return NO_LITERAL;
    throw error;
  }
}

const NOT_ONE = new Error('not a literal');

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #token: RegExpExecArray | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  #peek(): RegExpExecArray | undefined {
    while (this.#token === undefined) {
      TOKEN.lastIndex = this.#at;
      const token = TOKEN.exec(this.#text);
      if (token === null) return undefined;
      // Inside of brackets a line break is white space.
      if (token[7] !== undefined && this.#depth > 0) this.#at = TOKEN.lastIndex;
      else this.#token = token;
    }
    return this.#token;
  }

  #take(): RegExpExecArray {
    const token = this.#peek();
    if (token === undefined) throw NOT_ONE;
    charge(8 + (token[0].length >> 2));
    this.#at += token[0].length;
    this.#token = undefined;
    return token;
  }

  #is(mark: string): boolean {
    return this.#peek()?.[6] === mark;
  }

  #accept(mark: string): boolean {
    if (!this.#is(mark)) return false;
    this.#take();
    return true;
  }

  isAtEnd(): boolean {
    while (this.#peek()?.[7] !== undefined) this.#take();
    return this.#peek() === undefined && /^[ \t\f]*(?:#[^\n]*)?$/.test(this.#text.slice(this.#at));
  }

  top(): unknown {
    const first = this.#value();
    if (!this.#is(',')) return first;
    const items = new Tuple();
    items.push(first);
    while (this.#accept(',')) {
      if (this.#peek() === undefined || this.#peek()?.[7] !== undefined) break;
      items.push(this.#value());
    }
    return items;
  }

  #value(): unknown {
    const token = this.#take();
    const [, radix, float, integer, word, string, mark] = token;
    if (radix !== undefined) return whole(radix.replaceAll('_', ''));
    if (float !== undefined) return Float.of(Number(float.replaceAll('_', '')));
    if (integer !== undefined) return integerOf(integer);
    if (word !== undefined) return word === 'None' ? null : word === 'True';
    if (string !== undefined) return this.#strings(string);
    if (mark === '-' || mark === '+') return this.#signed(mark);
    if (mark === '[' || mark === '(' || mark === '{') return this.#container(mark);
    throw NOT_ONE;
  }

  #signed(sign: string): unknown {
    if (this.#is('-') || this.#is('+')) throw NOT_ONE;
    const value = this.#value();
    if (sign === '+' && (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float))
      return value;
    if (typeof value === 'number') return -value + 0;
    if (typeof value === 'bigint') return -value;
    if (value instanceof Float) return Float.of(-value.value);
    throw NOT_ONE;
  }

  #strings(first: string): string {
    let text = stringOf(first);
    for (let next = this.#peek()?.[5]; next !== undefined; next = this.#peek()?.[5]) {
      this.#take();
      text += stringOf(next);
    }
    return text;
  }

  #container(open: string): unknown {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) throw NOT_ONE;
    try {
      if (open === '{') return this.#dict();
      const close = open === '[' ? ']' : ')';
      const items: unknown[] = open === '[' ? [] : new Tuple();
      let hasComma = false;
      while (!this.#accept(close)) {
        items.push(this.#value());
        if (this.#accept(',')) hasComma = true;
        else if (!this.#is(close)) throw NOT_ONE;
      }
      return open === '(' && items.length === 1 && !hasComma ? items[0] : items;
    } finally {
      this.#depth -= 1;
    }
  }

  #dict(): unknown {
    const made: Record<string, unknown> = {};
    while (!this.#accept('}')) {
      const key = this.#value();
      if (!this.#accept(':')) throw NOT_ONE;
      setKey(made, textOf(key), this.#value());
      if (!this.#accept(',') && !this.#is('}')) throw NOT_ONE;
    }
    return made;
  }
}

function integerOf(digits: string): number | bigint {
  const plain = digits.replaceAll('_', '');
  // `012` is no number in Python, `000` is.
  if (/^0+[1-9]/.test(plain)) throw NOT_ONE;
  return whole(plain);
}

function whole(text: string): number | bigint {
  const value = wholeNumber(text);
  if (value === undefined) throw NOT_ONE;
  return value;
}

function stringOf(literal: string): string {
  const isRaw = /^[rR]/.test(literal);
  const body = literal.replace(/^[rRuU]/, '');
  const quotes = body.startsWith("'''") || body.startsWith('"""') ? 3 : 1;
  const inside = body.slice(quotes, -quotes);
  return isRaw ? inside : unescaped(inside);
}
