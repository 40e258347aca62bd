import { MistypedError, TemplateError } from './lexer.js';
import { aTypeName, boundedLength, isPlainText, lengthOfText, lettersOf } from './values.js';
import { charge, chargeSearch } from './work.js';

/** What Python takes for white space, as the inside of a class. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LINE_ENDS = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const IS_SPACE = new RegExp(`[${SPACE}]`);
const WORDS = new RegExp(`[^${SPACE}]+`, 'g');
const LINE = new RegExp(`\\r\\n|[${LINE_ENDS}]`, 'g');

/** What has to be a text. What is not there is none either: it was not asked for anything, it was given. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new MistypedError(`${aTypeName(value)} stands where a text is due`);
}

/** Python's `value[from:to]`. */
export function sliceOfText(value: string, from: number, to?: number): string {
  return isPlainText(value) ? value.slice(from, to) : lettersOf(value).slice(from, to).join('');
}

/** Where `from` and `to` of a search lie in a text of this length. */
function span(length: number, from: number, to: number): readonly [number, number] {
  const place = (at: number) => (at < 0 ? Math.max(0, at + length) : at);
  return [place(from), Math.min(place(to), length)];
}

/** The part of a text that a search with a start and an end looks at; undefined where the start lies behind it. */
export function looked(
  value: string,
  from = 0,
  to = Infinity,
): { readonly part: string; readonly at: number } | undefined {
  if (from === 0 && to === Infinity) return { part: value, at: 0 };
  const [start, end] = span(lengthOfText(value), from, to);
  return start > end ? undefined : { part: sliceOfText(value, start, end), at: start };
}

/** The place of a part in a text as JavaScript counts it, which a search from the end is slow to tell. */
export function found(value: string, part: string, isLast: boolean): number {
  chargeSearch(value, part);
  return isLast ? value.lastIndexOf(part) : value.indexOf(part);
}

/** The place of a part in a text, counted in characters; -1 where it is not there. */
export function placeOf(value: string, part: string, isLast: boolean, from?: number, to?: number): number {
  const where = looked(value, from, to);
  const at = where === undefined ? -1 : found(where.part, part, isLast);
  return at < 0 ? -1 : where!.at + lengthOfText(where!.part.slice(0, at));
}

export function timesOf(value: string, part: string, from?: number, to?: number): number {
  const where = looked(value, from, to);
  if (where === undefined) return 0;
  return part === '' ? lengthOfText(where.part) + 1 : partsOf(where.part, part).length - 1;
}

function partsOf(value: string, separator: string): string[] {
  chargeSearch(value, separator);
  const parts = value.split(separator);
  charge(parts.length << 4);
  return parts;
}

/** So many characters are faster looked for one by one than in a set. */
const FEW = 16;

function inSet(characters: string): (letter: string) => boolean {
  const set = new Set(lettersOf(characters));
  return (letter) => set.has(letter);
}

/** Without the characters at its ends: white space, or those of a set. */
export function trimmed(value: string, characters?: string, side: 'both' | 'left' | 'right' = 'both'): string {
  if (characters !== undefined && !isPlainText(characters + value)) {
    const all = lettersOf(value);
    const set = new Set(characters);
    let [from, to] = [0, all.length];
    if (side !== 'right') while (from < to && set.has(all[from]!)) from += 1;
    if (side !== 'left') while (to > from && set.has(all[to - 1]!)) to -= 1;
    return all.slice(from, to).join('');
  }
  const isOne =
    characters === undefined
      ? (letter: string) => IS_SPACE.test(letter)
      : characters.length < FEW
        ? (letter: string) => characters.includes(letter)
        : inSet(characters);
  let [from, to] = [0, value.length];
  if (side !== 'right') while (from < to && isOne(value[from]!)) from += 1;
  if (side !== 'left') while (to > from && isOne(value[to - 1]!)) to -= 1;
  charge((value.length - (to - from)) << 3);
  return from === 0 && to === value.length ? value : value.slice(from, to);
}

export function replaced(value: string, from: string, to: string, times: number): string {
  if (from === '' && times !== 0) {
    const all = lettersOf(value);
    charge(value.length << 3);
    const count = times < 0 ? all.length + 1 : Math.min(times, all.length + 1);
    boundedLength(value.length + count * to.length);
    return all.map((letter, at) => (at < count ? to + letter : letter)).join('') + (count > all.length ? to : '');
  }
  const parts = times === 0 ? [value] : partsOf(value, from);
  const count = times < 0 ? parts.length - 1 : Math.min(times, parts.length - 1);
  boundedLength(value.length + count * Math.max(0, to.length - from.length));
  if (count === parts.length - 1) return parts.join(to);
  return [...parts.slice(0, count), parts.slice(count).join(from)].join(to);
}

/** The words of a text, at most so many; behind them what is left of it, whatever it is. */
function wordsOf(value: string, most: number): string[] {
  charge(value.length << 2);
  if (most < 0) return value.match(WORDS) ?? [];
  const word = new RegExp(WORDS);
  const words: string[] = [];
  for (let match = word.exec(value); match !== null; match = word.exec(value)) {
    if (words.length === most) return [...words, value.slice(match.index)];
    words.push(match[0]);
  }
  return words;
}

function lastWordsOf(value: string, most: number): string[] {
  if (most < 0) return wordsOf(value, most);
  charge(value.length << 3);
  const words: string[] = [];
  let rest = trimmed(value, undefined, 'right');
  while (rest !== '' && words.length < most) {
    let from = rest.length;
    while (from > 0 && !IS_SPACE.test(rest[from - 1]!)) from -= 1;
    words.push(rest.slice(from));
    rest = trimmed(rest.slice(0, from), undefined, 'right');
  }
  if (rest !== '') words.push(rest);
  return words.toReversed();
}

/** Python's `split`, at white space where no separator is given. */
export function splitText(value: string, separator: string | undefined, most: number): string[] {
  if (separator === undefined) return wordsOf(value, most);
  if (separator === '') throw new TemplateError('a text cannot be split at nothing');
  const parts = partsOf(value, separator);
  return most < 0 || parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(separator)];
}

/** The same from the right. */
export function splitFromRight(value: string, separator: string | undefined, most: number): string[] {
  if (separator === undefined) return lastWordsOf(value, most);
  if (separator === '') throw new TemplateError('a text cannot be split at nothing');
  const parts: string[] = [];
  chargeSearch(value, separator);
  const limit = most < 0 ? Infinity : most;
  let end = value.length;
  while (parts.length < limit) {
    const at = end < separator.length ? -1 : value.lastIndexOf(separator, end - separator.length);
    if (at < 0) break;
    charge(16);
    parts.push(value.slice(at + separator.length, end));
    end = at;
  }
  parts.push(value.slice(0, end));
  return parts.toReversed();
}

export function linesOf(value: string, keepsEnds = false): string[] {
  const lines: string[] = [];
  let from = 0;
  for (const { 0: end, index } of value.matchAll(LINE)) {
    charge(16);
    lines.push(value.slice(from, keepsEnds ? index + end.length : index));
    from = index + end.length;
  }
  if (from < value.length) lines.push(value.slice(from));
  return lines;
}

/** Fills a text up to a width, in characters. */
export function padded(value: string, width: number, fill: string, side: 'left' | 'right' | 'both'): string {
  const missing = boundedLength(width) - lengthOfText(value);
  if (lengthOfText(fill) !== 1)
    throw new TemplateError('a text is filled up with one character, and not with several or none');
  if (missing <= 0) return value;
  // The odd one stands on the left where the width is odd too.
  const left = side === 'left' ? missing : side === 'right' ? 0 : Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + value + fill.repeat(missing - left);
}

export function zeroFilled(value: string, width: number): string {
  const sign = /^[+-]/.exec(value)?.[0] ?? '';
  return sign + padded(value.slice(sign.length), width - sign.length, '0', 'left');
}

export function tabsExpanded(value: string, size: number): string {
  let [made, column] = ['', 0];
  for (const letter of value) {
    if (letter === '\t') {
      const spaces = size > 0 ? size - (column % size) : 0;
      boundedLength(made.length + spaces);
      made += ' '.repeat(spaces);
      column += spaces;
    } else {
      made += letter;
      column = letter === '\n' || letter === '\r' ? 0 : column + 1;
    }
  }
  return made;
}

const DIGRAPHS = 'ǄǅǆǇǈǉǊǋǌǱǲǳ';

/** The first letter of a word that is written as a title. */
function titled(letter: string): string {
  const at = DIGRAPHS.indexOf(letter);
  if (at >= 0 && letter.length === 1) return DIGRAPHS[at - (at % 3) + 1]!;
  const [first = '', ...rest] = letter.toUpperCase();
  return first + rest.join('').toLowerCase();
}

export const titleText = (value: string): string =>
  value.replace(/\p{Cased}[\p{Cased}]*/gu, (word) => {
    charge(16);
    return capitalized(word);
  });

export function capitalized(value: string): string {
  if (value === '') return '';
  const first = String.fromCodePoint(value.codePointAt(0)!);
  return titled(first) + value.slice(first.length).toLowerCase();
}

export const casefolded = (value: string): string =>
  Array.from(value, (letter) => (letter === 'ı' ? letter : letter.toUpperCase().toLowerCase())).join('');

export const swappedCase = (value: string): string =>
  value.replace(/\p{Uppercase}|\p{Lowercase}/gu, (letter) =>
    /\p{Uppercase}/u.test(letter) ? letter.toLowerCase() : letter.toUpperCase(),
  );

/** Python's questions about a text. */
export const isAscii = (value: string): boolean => !/[\u0080-\uffff]/.test(value);
export const isLower = (value: string): boolean =>
  /\p{Lowercase}/u.test(value) && !/[\p{Uppercase}\p{Lt}]/u.test(value);
export const isUpper = (value: string): boolean =>
  /\p{Uppercase}/u.test(value) && !/[\p{Lowercase}\p{Lt}]/u.test(value);
export const isTitle = (value: string): boolean =>
  /\p{Cased}/u.test(value) && !/(?<!\p{Cased})\p{Lowercase}|(?<=\p{Cased})[\p{Uppercase}\p{Lt}]/u.test(value);
export const isPrintable = (value: string): boolean => !/(?! )[\p{C}\p{Z}]/u.test(value);
export const isSpaces = (value: string): boolean => value !== '' && trimmed(value) === '';
