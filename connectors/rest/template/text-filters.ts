import { unescapedHtml } from './entities.js';
import { formatted } from './format.js';
import { TemplateError } from './lexer.js';
import { whole } from './numbers.js';
import { taking, type Named, type Taking } from './parameters.js';
import { firstGroup, substituted } from './patterns.js';
import { capitalized, linesOf, padded, replaced, sliceOfText, SPACE, text, trimmed } from './python-text.js';
import { dictOf } from './collection-methods.js';
import { escapedHtml } from './value-filters.js';
import { bounded, boundedLength, demand, isTrue, lengthOf, lengthOfText, textOf, Tuple, Undefined } from './values.js';

function indented(value: unknown, width: unknown, first: unknown, blank: unknown): string {
  demand(value);
  const margin = typeof width === 'string' ? width : ' '.repeat(Math.max(0, boundedLength(whole(width, 'a width'))));
  const lines = linesOf(`${text(value)}\n`);
  boundedLength(lines.length * margin.length);
  const made = lines.map((line, at) => (at > 0 && (line !== '' || isTrue(blank)) ? margin + line : line)).join('\n');
  return bounded(isTrue(first) ? margin + made : made);
}

/** Characters that a text may be too long by before it is cut. */
const LEEWAY = 5;

function truncated(value: unknown, length: unknown, cutsWords: unknown, end: unknown, leeway: unknown): unknown {
  const [most, mark] = [whole(length, 'a length'), text(end)];
  const more = leeway === null ? LEEWAY : whole(leeway, 'a leeway');
  const kept = most - lengthOfText(mark);
  if (kept < 0) throw new TemplateError(`a text is to be cut to ${most} characters, and its end alone is longer`);
  if (more < 0) throw new TemplateError('a leeway is less than 0');
  if (lengthOf(value) <= most + more) return value;
  const cut = sliceOfText(text(value), 0, kept);
  const space = isTrue(cutsWords) ? -1 : cut.lastIndexOf(' ');
  return bounded((space < 0 ? cut : cut.slice(0, space)) + mark);
}

const SPACES = new RegExp(`[${SPACE}]+`, 'g');

function withoutTags(value: string): string {
  let made = '';
  let at = 0;
  for (let start = value.indexOf('<'); start >= 0; start = value.indexOf('<', at)) {
    const isComment = value.startsWith('<!--', start);
    const end = isComment ? value.indexOf('-->', start + 4) : value.indexOf('>', start);
    if (end < 0) break;
    made += value.slice(at, start);
    at = end + (isComment ? 3 : 1);
  }
  return unescapedHtml(trimmed((made + value.slice(at)).replace(SPACES, ' ')));
}

const titled = (value: string): string =>
  value.replace(/[^-\s({[<]+/g, (word) => {
    const [first = ''] = word;
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });

/** Filters of texts, with the parameters that Jinja and the reference give them. */
export const TEXT_FILTERS: Readonly<Record<string, Taking<unknown>>> = {
  capitalize: taking('', (value: unknown) => capitalized(textOf(value))),
  center: taking('width?', (value: unknown, width = 80) => padded(textOf(value), whole(width, 'a width'), ' ', 'both')),
  escape: taking('', (value: unknown) => escapedHtml(textOf(value)), 'quick'),
  forceescape: taking('', (value: unknown) => escapedHtml(textOf(value)), 'quick'),
  format: taking('*args **kwargs', (value: unknown, positional: unknown[], named: Named) => {
    if (positional.length > 0 && named.length > 0)
      throw new TemplateError('"format" takes values by position or by name, and not both');
    return formatted(textOf(value), named.length > 0 ? dictOf(named) : Tuple.from(positional));
  }),
  indent: taking('width? first? blank?', (value: unknown, width = 4, first = false, blank = false) =>
    indented(value, width, first, blank),
  ),
  lower: taking('', (value: unknown) => textOf(value).toLowerCase(), 'quick'),
  regex_search: taking(
    'regex',
    (value: unknown, pattern) => (typeof value === 'string' ? firstGroup(value, text(pattern)) : ''),
    'quick',
  ),
  regex_replace: taking(
    'regex replacement',
    (value: unknown, pattern, replacement) =>
      value === null || value instanceof Undefined ? '' : substituted(text(value), text(pattern), text(replacement)),
    'quick',
  ),
  replace: taking(
    'old new count?',
    (value: unknown, old, fresh, count = null) =>
      replaced(textOf(value), textOf(old), textOf(fresh), count === null ? -1 : whole(count, 'a number of times')),
    'quick',
  ),
  safe: taking('', (value: unknown) => (typeof value === 'string' ? value : textOf(value)), 'flat'),
  striptags: taking('', (value: unknown) => withoutTags(textOf(value))),
  title: taking('', (value: unknown) => titled(textOf(value))),
  trim: taking(
    'chars?',
    (value: unknown, chars = null) => trimmed(textOf(value), chars === null ? undefined : text(chars)),
    'quick',
  ),
  truncate: taking(
    'length? killwords? end? leeway?',
    (value: unknown, length = 255, cutsWords = false, end = '...', leeway = null) =>
      truncated(value, length, cutsWords, end, leeway),
    'quick',
  ),
  upper: taking('', (value: unknown) => textOf(value).toUpperCase(), 'quick'),
  wordcount: taking('', (value: unknown) => textOf(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
};
