import { formatBraces, namedBy } from './format.js';
import { TemplateError } from './lexer.js';
import { whole } from './numbers.js';
import { taking, type Named, type Taking } from './parameters.js';
import {
  capitalized,
  casefolded,
  found,
  isAscii,
  isLower,
  isPrintable,
  isSpaces,
  isTitle,
  isUpper,
  linesOf,
  looked,
  padded,
  placeOf,
  replaced,
  splitFromRight,
  splitText,
  swappedCase,
  tabsExpanded,
  text,
  timesOf,
  titleText,
  trimmed,
  zeroFilled,
} from './python-text.js';
import { boundedLength, iterate, Tuple } from './values.js';

type TextMethod = Taking<string>;

const maybe = (value: unknown): string | undefined => (value === undefined || value === null ? undefined : text(value));
const place = (value: unknown): number | undefined =>
  value === undefined || value === null ? undefined : whole(value, 'a place in a text');
const count = (value: unknown): number => (value === undefined ? -1 : whole(value, 'a number of times'));
const width = (value: unknown): number => whole(value, 'a width');

const stripping = (side: 'both' | 'left' | 'right'): TextMethod =>
  taking('chars? /', (value: string, characters) => trimmed(value, maybe(characters), side), 'quick');

const affix = (has: (value: string, part: string) => boolean): TextMethod =>
  taking(
    'affix start? end? /',
    (value: string, part, from, to) => {
      const parts = part instanceof Tuple ? part.map(text) : [text(part)];
      const where = looked(value, place(from), place(to));
      return where !== undefined && parts.some((one) => has(where.part, one));
    },
    'quick',
  );

const finding = (isLast: boolean): TextMethod =>
  taking(
    'sub start? end? /',
    (value: string, part, from, to) => placeOf(value, text(part), isLast, place(from), place(to)),
    'quick',
  );

const indexing = (isLast: boolean): TextMethod =>
  taking(
    'sub start? end? /',
    (value: string, part, from, to) => {
      const at = placeOf(value, text(part), isLast, place(from), place(to));
      if (at < 0) throw new TemplateError('a text that was looked for is not there');
      return at;
    },
    'quick',
  );

const padding = (side: 'left' | 'right' | 'both'): TextMethod =>
  taking(
    'width fillchar? /',
    (value: string, size, fill = ' ') => padded(value, width(size), text(fill), side),
    'quick',
  );

function parted(value: string, separator: string, at: number, isLast: boolean): unknown {
  if (separator === '') throw new TemplateError('a text cannot be parted at nothing');
  if (at < 0) return Tuple.from(isLast ? ['', '', value] : [value, '', '']);
  return Tuple.from([value.slice(0, at), separator, value.slice(at + separator.length)]);
}

const asking = (answer: (value: string) => boolean): TextMethod => taking('', answer);
const matching = (pattern: RegExp): TextMethod => asking((value) => pattern.test(value));

/** Methods of a text, with the parameters that Python gives them. */
export const TEXT_METHODS: Readonly<Record<string, TextMethod>> = {
  lower: taking('', (value: string) => value.toLowerCase(), 'quick'),
  upper: taking('', (value: string) => value.toUpperCase(), 'quick'),
  casefold: taking('', casefolded, 'slow'),
  title: taking('', titleText),
  capitalize: taking('', capitalized),
  swapcase: taking('', swappedCase, 'slow'),
  strip: stripping('both'),
  lstrip: stripping('left'),
  rstrip: stripping('right'),
  startswith: affix((value, part) => value.startsWith(part)),
  endswith: affix((value, part) => value.endsWith(part)),
  removeprefix: taking(
    'prefix /',
    (value: string, part) => (value.startsWith(text(part)) ? value.slice(text(part).length) : value),
    'quick',
  ),
  removesuffix: taking(
    'suffix /',
    (value: string, part) =>
      text(part) !== '' && value.endsWith(text(part)) ? value.slice(0, -text(part).length) : value,
    'quick',
  ),
  replace: taking(
    'old new count? /',
    (value: string, from, to, times) => replaced(value, text(from), text(to), count(times)),
    'quick',
  ),
  split: taking(
    'sep? maxsplit?',
    (value: string, separator, most) => splitText(value, maybe(separator), count(most)),
    'quick',
  ),
  rsplit: taking(
    'sep? maxsplit?',
    (value: string, separator, most) => splitFromRight(value, maybe(separator), count(most)),
    'quick',
  ),
  splitlines: taking('keepends?', (value: string, keepsEnds = false) =>
    linesOf(value, whole(keepsEnds, 'a yes or no') !== 0),
  ),
  partition: taking(
    'sep /',
    (value: string, separator) => parted(value, text(separator), found(value, text(separator), false), false),
    'quick',
  ),
  rpartition: taking(
    'sep /',
    (value: string, separator) => parted(value, text(separator), found(value, text(separator), true), true),
    'quick',
  ),
  join: taking(
    'iterable /',
    (value: string, items) => {
      const parts = iterate(items).map(text);
      boundedLength(parts.reduce((length, part) => length + part.length, value.length * Math.max(0, parts.length - 1)));
      return parts.join(value);
    },
    'quick',
  ),
  find: finding(false),
  rfind: finding(true),
  index: indexing(false),
  rindex: indexing(true),
  count: taking(
    'sub start? end? /',
    (value: string, part, from, to) => timesOf(value, text(part), place(from), place(to)),
    'quick',
  ),
  isascii: asking(isAscii),
  isdigit: matching(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨]+$/u),
  isnumeric: matching(/^\p{N}+$/u),
  isdecimal: matching(/^\p{Nd}+$/u),
  isalpha: matching(/^\p{L}+$/u),
  isalnum: matching(/^[\p{L}\p{N}]+$/u),
  isidentifier: matching(/^[\p{XIDS}_]\p{XIDC}*$/u),
  isprintable: asking(isPrintable),
  islower: asking(isLower),
  isupper: asking(isUpper),
  istitle: asking(isTitle),
  isspace: asking(isSpaces),
  zfill: taking('width /', (value: string, size) => zeroFilled(value, width(size))),
  ljust: padding('right'),
  rjust: padding('left'),
  center: padding('both'),
  expandtabs: taking('tabsize?', (value: string, size = 8) => tabsExpanded(value, width(size)), 'slow'),
  format: taking('*args **kwargs', (value: string, positional: unknown[], named: Named) =>
    formatBraces(value, positional, named),
  ),
  format_map: taking('mapping /', (value: string, mapping) => formatBraces(value, [], namedBy(mapping))),
};
