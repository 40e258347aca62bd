import { errors } from '../errors.js';
import { lex, type Token } from './lexer.js';
import { RESERVED } from './reserved.js';

/** Walks over the words of one statement. */
export interface Cursor {
  readonly sql: string;
  peek(ahead?: number): Token;
  next(): Token;
  /** True, and moves on, if the next words are these keywords (unquoted) or operators. */
  take(...words: readonly string[]): boolean;
  is(...words: readonly string[]): boolean;
  /** As `take`, but anything else is a syntax error. */
  expect(...words: readonly string[]): void;
  fail(token?: Token): never;
  /** A name: a quoted one, or a word that is not reserved. */
  name(alsoReserved?: ReadonlySet<string>): string;
  /** One to three names with dots. */
  path(alsoReserved?: ReadonlySet<string>): string[];
  text(): string;
  integer(): number;
  end(): void;
  /** The text from one word up to the end of the last that was taken. */
  since(token: Token): string;
}

const MAX_NAME = 255;

export const createCursor = (sql: string): Cursor => {
  const tokens = lex(sql);
  let at = 0;
  const isWord = (token: Token, word: string) =>
    (token.kind === 'word' || token.kind === 'operator') && token.value === word;
  const cursor: Cursor = {
    sql,
    peek: (ahead = 0) => tokens[Math.min(at + ahead, tokens.length - 1)],
    next: () => tokens[at < tokens.length - 1 ? at++ : at],
    is: (...words) => words.every((word, index) => isWord(cursor.peek(index), word)),
    take(...words) {
      if (!cursor.is(...words)) return false;
      at += words.length;
      return true;
    },
    expect(...words) {
      for (const word of words) if (!cursor.take(word)) cursor.fail();
    },
    fail(token = cursor.peek()) {
      throw errors.syntax(token.kind === 'end' ? '<EOF>' : sql.slice(token.from, token.to), token.place);
    },
    name(alsoReserved) {
      const token = cursor.peek();
      if (token.kind === 'word' && (RESERVED.has(token.value) || alsoReserved?.has(token.value))) cursor.fail();
      if (token.kind !== 'word' && token.kind !== 'name') cursor.fail();
      if (token.value.length > MAX_NAME) throw errors.longIdentifier(token.value);
      at += 1;
      return token.value;
    },
    path(alsoReserved) {
      const names = [cursor.name(alsoReserved)];
      while (cursor.take('.')) names.push(cursor.name(alsoReserved));
      if (names.length > 3) cursor.fail(cursor.peek(-1));
      return names;
    },
    text() {
      if (cursor.peek().kind !== 'text') cursor.fail();
      return cursor.next().value;
    },
    integer() {
      const sign = cursor.take('-') ? -1 : 1;
      const token = cursor.peek();
      if (token.kind !== 'number' || !/^\d+$/.test(token.value)) cursor.fail();
      at += 1;
      return sign * Number(token.value);
    },
    end() {
      cursor.take(';');
      if (cursor.peek().kind !== 'end') cursor.fail();
    },
    since: (token) => sql.slice(token.from, tokens[at - 1].to),
  };
  return cursor;
};
