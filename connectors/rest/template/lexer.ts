/** A template that is not well formed, or that asks for something that there is not; the place is an offset into its text. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly offset: number | undefined;
  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

/** What Python calls a TypeError: something is asked of a value that its kind cannot do. */
export class MistypedError extends TemplateError {}

export interface Token {
  readonly kind: 'data' | 'open' | 'close' | 'name' | 'string' | 'integer' | 'float' | 'operator' | 'end';
  readonly text: string;
  readonly offset: number;
}

const OPERATORS = [
  '**', '//', '==', '!=', '<=', '>=', '<', '>', '=', '+', '-', '*', '/', '%', '~', '|', '.', ',', ':', ';', '(', ')', '[', ']', '{', '}',
]; // prettier-ignore
const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const NUMBER = /(\d+(?:_\d+)*)(?:(\.\d+(?:_\d+)*)?(e[+-]?\d+(?:_\d+)*)?)/iy;
const SPACE = /\s+/y;
const OPEN = /\{\{|\{%|\{#/g;

/** Cuts a template into texts and the tokens of its tags; comments are left out, `-` at a tag eats the white space beside it. */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  // One line break at the end belongs to the file, not to the template.
  const text = source.replace(/(?:\r\n|\r|\n)$/, '');
  let at = 0;
  let eatsSpace = false;
  const data = (from: number, to: number, isBeforeDash: boolean) => {
    let part = text.slice(from, to);
    if (eatsSpace) part = part.trimStart();
    if (isBeforeDash) part = part.trimEnd();
    eatsSpace = false;
    if (part !== '') tokens.push({ kind: 'data', text: part, offset: from });
  };
  while (at < text.length) {
    OPEN.lastIndex = at;
    const opening = OPEN.exec(text);
    if (opening === null) {
      data(at, text.length, false);
      break;
    }
    const start = opening.index;
    const tag = opening[0];
    data(at, start, text[start + 2] === '-');
    let inside = start + 2;
    if (text[inside] === '-' || text[inside] === '+') inside += 1;
    if (tag === '{#') {
      const end = text.indexOf('#}', inside);
      if (end < 0) throw new TemplateError('a comment has no end', start);
      eatsSpace = text[end - 1] === '-';
      at = end + 2;
      continue;
    }
    const raw = tag === '{%' ? rawAt(text, inside) : undefined;
    if (raw !== undefined) {
      if (raw.body !== '') tokens.push({ kind: 'data', text: raw.body, offset: inside });
      at = raw.end;
      continue;
    }
    tokens.push({ kind: 'open', text: tag, offset: start });
    const closed = expression(text, inside, tag === '{{' ? '}}' : '%}', tokens);
    eatsSpace = closed.eatsSpace;
    at = closed.at;
  }
  tokens.push({ kind: 'end', text: '', offset: text.length });
  return tokens;
}

function rawAt(text: string, at: number): { readonly body: string; readonly end: number } | undefined {
  const start = /\s*raw\s*-?%\}/y;
  start.lastIndex = at;
  if (start.exec(text) === null) return undefined;
  const from = start.lastIndex;
  const stop = /\{%-?\s*endraw\s*-?%\}/g;
  stop.lastIndex = from;
  const end = stop.exec(text);
  if (end === null) throw new TemplateError('"raw" has no "endraw"', at);
  return { body: text.slice(from, end.index), end: stop.lastIndex };
}

function expression(text: string, from: number, close: string, tokens: Token[]): { at: number; eatsSpace: boolean } {
  let at = from;
  let depth = 0;
  for (;;) {
    SPACE.lastIndex = at;
    if (SPACE.test(text)) at = SPACE.lastIndex;
    if (at >= text.length) throw new TemplateError(`"${close}" is missing`, from);
    if (depth === 0) {
      const dashed = text[at] === '-' || text[at] === '+';
      if (text.startsWith(close, at) || (dashed && text.startsWith(close, at + 1))) {
        tokens.push({ kind: 'close', text: close, offset: at });
        return { at: at + close.length + (dashed ? 1 : 0), eatsSpace: text[at] === '-' };
      }
    }
    const token = tokenAt(text, at);
    tokens.push(token.token);
    if (token.token.kind === 'operator' && '([{'.includes(token.token.text)) depth += 1;
    if (token.token.kind === 'operator' && ')]}'.includes(token.token.text)) depth = Math.max(0, depth - 1);
    at = token.end;
  }
}

function tokenAt(text: string, at: number): { readonly token: Token; readonly end: number } {
  NAME.lastIndex = at;
  const name = NAME.exec(text);
  if (name !== null) return { token: { kind: 'name', text: name[0], offset: at }, end: NAME.lastIndex };
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text);
  if (number !== null) {
    const kind = number[2] === undefined && number[3] === undefined ? 'integer' : 'float';
    return { token: { kind, text: number[0].replaceAll('_', ''), offset: at }, end: NUMBER.lastIndex };
  }
  const quote = text[at];
  if (quote === "'" || quote === '"') {
    let end = at + 1;
    while (end < text.length && text[end] !== quote) end += text[end] === '\\' ? 2 : 1;
    if (end >= text.length) throw new TemplateError('a text has no end', at);
    return { token: { kind: 'string', text: unescaped(text.slice(at + 1, end)), offset: at }, end: end + 1 };
  }
  const operator = OPERATORS.find((candidate) => text.startsWith(candidate, at));
  if (operator === undefined) throw new TemplateError(`"${text[at]}" is no part of an expression`, at);
  return { token: { kind: 'operator', text: operator, offset: at }, end: at + operator.length };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', a: '\x07', '0': '\0', '\\': '\\', "'": "'", '"': '"', '\n': '',
}; // prettier-ignore

/** Escapes as Python reads them; an unknown one stays as it is. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, x?: string, u?: string, long?: string, octal?: string, single?: string) => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return ESCAPES[single ?? ''] ?? whole;
    },
  );
}
