import { RE2JS } from 're2js';
import { TemplateError } from './lexer.js';
import { isAscii } from './python-text.js';
import { boundedLength } from './values.js';
import { charge, chargeSearch } from './work.js';

interface Pattern {
  readonly ascii: RE2JS;
  /** For texts beyond ASCII, of whose letters and digits RE2's `\w`, `\d` and `\s` know nothing. */
  readonly unicode: RE2JS;
}

const patterns = new Map<string, Pattern>();
/** Patterns of manifests are few; what is made at run time must not gather for ever. */
const MOST_KEPT = 1000;

/** Throws where RE2 does not take the pattern. */
export const assertPattern = (source: string): void => void patternOf(source);

function patternOf(source: string): Pattern {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  charge((source.length + 8) * COMPILE);
  const made = compiled(source);
  charge(made.unicode.programSize() * COMPILE);
  if (patterns.size >= MOST_KEPT) patterns.clear();
  patterns.set(source, made);
  return made;
}

function compiled(source: string): Pattern {
  try {
    const ascii = RE2JS.compile(inRe2(source, false));
    const wide = inRe2(source, true);
    return { ascii, unicode: wide === source ? ascii : RE2JS.compile(wide) };
  } catch {
    throw new TemplateError(
      `the pattern "${source.slice(0, 1000)}" is not one of RE2, which is what runs patterns here: it has no look-around and no references back`,
    );
  }
}

const WIDE: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{N}_',
  s: '\\s\\x0b\\x1c-\\x1f\\x{85}\\p{Z}',
};

/** A pattern of Python as RE2 writes it. */
function inRe2(source: string, isWide: boolean): string {
  let inClass = false;
  return source.replace(/\\([\s\S])|\[\^?\]?|\]|\{,(?=\d+\})/g, (part, escaped?: string) => {
    if (escaped === undefined) {
      if (part === '{,') return inClass ? part : '{0,';
      if (part === ']') inClass = false;
      else if (!inClass) inClass = true;
      return part;
    }
    if (escaped === 'Z' && !inClass) return '\\z';
    const wide = isWide ? WIDE[escaped.toLowerCase()] : undefined;
    if (wide === undefined) return part;
    if (escaped === 'D') return '\\P{Nd}';
    const isNegated = escaped !== escaped.toLowerCase();
    if (inClass) return isNegated ? part : wide;
    return `[${isNegated ? '^' : ''}${wide}]`;
  });
}

/** Work of compiling a character of a pattern, or one instruction. */
const COMPILE = 256;
/** Longer texts are charged as they are read: how often that is depends on the pattern. */
const LONG = 256;
const FIND = 128;

/** A text that is charged for each character that is read of it, and for what is looked for in it. */
class ReadText extends String {
  readonly #work: number;
  constructor(text: string, work: number) {
    super(text);
    this.#work = work;
  }
  override charCodeAt(at: number): number {
    charge(this.#work);
    return super.charCodeAt(at);
  }
  override indexOf(part: string, from?: number): number {
    const found = super.indexOf(part, from);
    charge((((found < 0 ? this.length : found) - (from ?? 0)) >> 3) + 16);
    return found;
  }
}

/** Throws where RE2 does not take the pattern. */
export const matcherOf = (source: string, text: string) => {
  const { ascii, unicode } = patternOf(source);
  const pattern = ascii === unicode || isAscii(text) ? ascii : unicode;
  // The engine first looks for what stands in the pattern as it is.
  if (source.length > LONG) chargeSearch(text, source);
  // At each character all instructions may be under way.
  const size = pattern.programSize();
  if (text.length > LONG) return pattern.matcher(new ReadText(text, size + 8) as unknown as string);
  charge(FIND + text.length * size);
  return pattern.matcher(text);
};

/** What the first group of a pattern finds in a text; empty where there is none. */
export function firstGroup(text: string, source: string): string | null {
  const matcher = matcherOf(source, text);
  return matcher.find() && matcher.groupCount() > 0 ? (matcher.group(1) ?? null) : '';
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\',
}; // prettier-ignore

/** The parts of a replacement, as Python reads it: texts, and groups by number or name. */
function replacementOf(source: string): readonly (string | { readonly group: number | string })[] {
  const parts: (string | { readonly group: number | string })[] = [];
  let at = 0;
  for (const match of source.matchAll(/\\(?:g<([^>]*)>|(0[0-7]{0,2}|[0-3][0-7]{2})|(\d{1,2})|([\s\S]|$))/g)) {
    const [whole, named, octal, numbered, letter] = match;
    if (match.index > at) parts.push(source.slice(at, match.index));
    at = match.index + whole.length;
    const group = named ?? numbered;
    if (group !== undefined) parts.push({ group: /^\d+$/.test(group) ? Number(group) : group });
    else if (octal !== undefined) parts.push(String.fromCharCode(Number.parseInt(octal, 8)));
    else if (Object.hasOwn(ESCAPES, letter!)) parts.push(ESCAPES[letter!]!);
    else if (/[a-z]|^$/i.test(letter!)) throw new TemplateError(`"${whole}" has no meaning in a replacement`);
    else parts.push(whole);
  }
  if (at < source.length) parts.push(source.slice(at));
  return parts;
}

/** Python's `re.sub`. */
export function substituted(text: string, source: string, replacement: string): string {
  const parts = replacementOf(replacement);
  const matcher = matcherOf(source, text);
  const made: string[] = [];
  let length = 0;
  const write = (part: string) => {
    length = boundedLength(length + part.length);
    made.push(part);
  };
  for (const part of parts) if (typeof part !== 'string') known(part.group, matcher);
  let at = 0;
  const work = FIND + (text.length > LONG ? 0 : (text.length * matcher.programSize()) >> 3);
  while (matcher.find()) {
    charge(work);
    write(text.slice(at, matcher.start()));
    for (const part of parts) write(typeof part === 'string' ? part : (matcher.group(part.group as string) ?? ''));
    at = matcher.end();
  }
  write(text.slice(at));
  return made.join('');
}

function known(group: number | string, matcher: ReturnType<typeof matcherOf>): void {
  const isKnown =
    typeof group === 'number' ? group <= matcher.groupCount() : Object.hasOwn(matcher.pattern().namedGroups(), group);
  if (!isKnown) throw new TemplateError(`the pattern has no group "${group}", for which its replacement asks`);
}
