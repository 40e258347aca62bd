import { errors, type Place } from '../errors.js';

/** One word of a statement. `word` is an unquoted identifier or keyword, folded to upper case; `name` is a quoted one. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'operator' | 'position' | 'bind' | 'stage' | 'file' | 'end';
  readonly value: string;
  /** Where it begins and ends in the text. */
  readonly from: number;
  readonly to: number;
  readonly place: Place;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', 0: '\0' };
const OPERATORS = [
  '::',
  '=>',
  '->>',
  '->',
  '<>',
  '!=',
  '<=',
  '>=',
  '||',
  '(',
  ')',
  ',',
  '.',
  ';',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  ':',
  '[',
  ']',
  '{',
  '}',
  '?',
  '^',
  '&',
  '|',
];

/** Undoes the escapes of a constant in single quotes: `''` and the sequences with a backslash. */
const unescaped = (body: string): string =>
  body.replaceAll(/''|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\([0-7]{3})|\\([^])/g, (all, u, x, o, c) => {
    if (all === "''") return "'";
    if (u ?? x) return String.fromCodePoint(Number.parseInt(u ?? x, 16));
    if (o) return String.fromCodePoint(Number.parseInt(o, 8));
    return ESCAPES[c as string] ?? (c as string);
  });

/** A regular expression for each kind of word; the first that fits at a place wins. */
const RULES: readonly [Token['kind'] | 'space', RegExp][] = [
  ['space', /(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)+/y],
  ['file', /file:\/\/[^\s;']+/iy],
  ['stage', /@(?:"(?:[^"]|"")*"|[^\s();,"'])+/y],
  ['text', /'(?:[^'\\]|''|\\[^])*'/y],
  ['text', /\$\$[^]*?\$\$/y],
  ['name', /"(?:[^"]|"")+"/y],
  ['word', /[A-Za-z_][A-Za-z0-9_$]*/y],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['position', /\$\d+/y],
];

/** Throws Snowflake's syntax error at what no rule fits, an open quote for example. */
export const lex = (sql: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const add = (kind: Token['kind'], value: string, to: number): void => {
    tokens.push({ kind, value, from: at, to, place: { line, position: at - lineStart } });
  };
  const advance = (to: number): void => {
    for (let index = sql.indexOf('\n', at); index !== -1 && index < to; index = sql.indexOf('\n', index + 1)) {
      line += 1;
      lineStart = index + 1;
    }
    at = to;
  };
  next: while (at < sql.length) {
    for (const [kind, rule] of RULES) {
      rule.lastIndex = at;
      const found = rule.exec(sql)?.[0];
      if (found === undefined) continue;
      // `//` begins a comment, but not within `file://`, which has a rule of its own and starts earlier.
      if (kind === 'word') add(kind, found.toUpperCase(), at + found.length);
      else if (kind === 'name') add(kind, found.slice(1, -1).replaceAll('""', '"'), at + found.length);
      else if (kind === 'text')
        add(kind, found.startsWith('$$') ? found.slice(2, -2) : unescaped(found.slice(1, -1)), at + found.length);
      else if (kind === 'stage') add(kind, found.slice(1), at + found.length);
      else if (kind === 'position') add(kind, found.slice(1), at + found.length);
      else if (kind !== 'space') add(kind, found, at + found.length);
      advance(at + found.length);
      continue next;
    }
    const operator = OPERATORS.find((one) => sql.startsWith(one, at));
    if (operator === undefined) throw errors.syntax(sql[at], { line, position: at - lineStart });
    add('operator', operator, at + operator.length);
    advance(at + operator.length);
  }
  add('end', '<EOF>', at);
  return tokens;
};
