import { createHash, createHmac } from 'node:crypto';
import { RE2JS } from 're2js';
import { TemplateError } from './lexer.js';
import { attributeOf, subscriptOf } from './methods.js';
import { formatted } from './operators.js';
import {
  bounded,
  boundedLength,
  contains,
  demand,
  entriesOf,
  equals,
  Float,
  isDict,
  isInteger,
  isNumber,
  isTrue,
  iterate,
  Mapping,
  numeric,
  order,
  repr,
  setKey,
  textOf,
  Tuple,
  aTypeName,
  Undefined,
  wholeNumber,
} from './values.js';

export type Filter = (
  value: unknown,
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
) => unknown;

/** What a filter is given under a name or a position. */
const given =
  (at: number, name: string) => (positional: readonly unknown[], named: Readonly<Record<string, unknown>>) =>
    positional[at] ?? named[name];

function patternOf(source: string): RE2JS {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  try {
    const pattern = RE2JS.compile(source);
    patterns.set(source, pattern);
    return pattern;
  } catch {
    throw new TemplateError(`the pattern "${source}" is not one of RE2, which is what runs patterns here`);
  }
}
const patterns = new Map<string, RE2JS>();

const integer = (value: unknown, otherwise: unknown = 0): unknown => {
  if (typeof value === 'bigint') return value;
  if (isNumber(value)) return Math.trunc(numeric(value));
  if (typeof value === 'string') {
    const plain = value.trim().replaceAll('_', '');
    if (/^[+-]?\d+$/.test(plain)) return wholeNumber(plain) ?? otherwise;
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return Math.trunc(Number(plain));
  }
  return otherwise;
};

const float = (value: unknown, otherwise: unknown = 0): unknown => {
  if (isNumber(value)) return Float.of(numeric(value));
  const plain = typeof value === 'string' ? value.trim() : '';
  return plain !== '' && !Number.isNaN(Number(plain))
    ? Float.of(Number(plain))
    : isNumber(otherwise)
      ? Float.of(numeric(otherwise))
      : otherwise;
};

function json(value: unknown): string {
  const plain = (part: unknown): string => {
    if (part === null || typeof part === 'boolean') return String(part);
    if (part instanceof Float || typeof part === 'number' || typeof part === 'bigint') return repr(part);
    if (typeof part === 'string') return JSON.stringify(part);
    if (Array.isArray(part)) return `[${part.map(plain).join(', ')}]`;
    const entries = entriesOf(part);
    if (entries === undefined) throw new TemplateError(`${aTypeName(part)} cannot be written as JSON`);
    // Jinja sorts the keys of what it writes as JSON.
    const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, one]) => `${JSON.stringify(key)}: ${plain(one)}`).join(', ')}}`;
  };
  demand(value);
  const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' };
  return bounded(plain(value).replace(/[<>&']/g, (mark) => escapes[mark]!));
}

const quotedAs = (safe: RegExp) => (value: string) =>
  Array.from(new TextEncoder().encode(value), (byte) => {
    const letter = String.fromCharCode(byte);
    return safe.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
const quotePath = quotedAs(/[\w.~/-]/);
const quoteQuery = (value: string) => quotedAs(/[\w.~ -]/)(value).replaceAll(' ', '+');
export { quoteQuery };

function selected(value: unknown, keeps: (item: unknown) => boolean): unknown[] {
  return iterate(value).filter(keeps);
}

const along = (value: unknown, path: unknown): unknown =>
  isInteger(path)
    ? subscriptOf(value, path)
    : textOf(path)
        .split('.')
        .reduce<unknown>(
          (part, name) => (/^\d+$/.test(name) ? subscriptOf(part, Number(name)) : attributeOf(part, name)),
          value,
        );

function sorted(value: unknown, positional: readonly unknown[], named: Readonly<Record<string, unknown>>): unknown[] {
  const attribute = positional[2] ?? named['attribute'];
  const isDown = isTrue(positional[0] ?? named['reverse']);
  const keyOf = (item: unknown) => {
    const key = attribute === undefined ? item : along(item, attribute);
    return typeof key === 'string' && !isTrue(positional[1] ?? named['case_sensitive']) ? key.toLowerCase() : key;
  };
  const rows = iterate(value).map((item) => ({ item, key: keyOf(item) }));
  rows.sort((a, b) => (isDown ? order(b.key, a.key) : order(a.key, b.key)));
  return rows.map(({ item }) => item);
}

const extreme =
  (sign: 1 | -1): Filter =>
  (value) => {
    const items = iterate(value);
    return items.length === 0
      ? new Undefined('an element of an empty list')
      : items.reduce((best, item) => (order(item, best) * sign > 0 ? item : best));
  };

/** All filters by name; `map`, `select`, `reject` and their like ask for others by name, and so come in by `applying`. */
export const FILTERS: Readonly<Record<string, Filter>> = {
  abs: (value) =>
    typeof value === 'bigint'
      ? value < 0n
        ? -value
        : value
      : value instanceof Float
        ? Float.of(Math.abs(value.value))
        : Math.abs(numeric(value)),
  capitalize: (value) => textOf(value).slice(0, 1).toUpperCase() + textOf(value).slice(1).toLowerCase(),
  count: (value) => lengthOf(value),
  default: (value, positional, named) => {
    const otherwise = given(0, 'default_value')(positional, named) ?? '';
    const isMissing = value === undefined || value instanceof Undefined;
    return isMissing || (isTrue(given(1, 'boolean')(positional, named)) && !isTrue(value)) ? otherwise : value;
  },
  dictsort: (value) =>
    (entriesOf(value) ?? [])
      .toSorted(([a], [b]) => order(a.toLowerCase(), b.toLowerCase()))
      .map((pair) => Tuple.from(pair)),
  escape: (value) =>
    textOf(value).replace(
      /[&<>"']/g,
      (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' })[mark]!,
    ),
  first: (value) =>
    iterate(value).length > 0 ? iterate(value)[0] : new Undefined('the first element of an empty list'),
  float: (value, [otherwise]) => float(value, otherwise),
  format: (value, positional) => formatted(textOf(value), Tuple.from(positional)),
  hash: (value, positional, named) => {
    const kind = textOf(given(0, 'hash_type')(positional, named) ?? 'md5');
    const salt = given(1, 'salt')(positional, named);
    if (!['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].includes(kind))
      throw new TemplateError(`there is no hash "${kind}"`);
    const hash = createHash(kind).update(textOf(value));
    return (isTrue(salt) ? hash.update(textOf(salt)) : hash).digest('hex');
  },
  hmac: (value, positional, named) => {
    const kind = textOf(given(1, 'hash_type')(positional, named) ?? 'sha256');
    if (kind !== 'sha256') throw new TemplateError(`"hmac" knows sha256 alone, and not "${kind}"`);
    return createHmac('sha256', textOf(given(0, 'key')(positional, named)))
      .update(textOf(value))
      .digest('hex');
  },
  base64encode: (value) => Buffer.from(textOf(value)).toString('base64'),
  base64decode: (value) => Buffer.from(textOf(value), 'base64').toString(),
  base64binascii_decode: (value) => Buffer.from(textOf(value)).toString('base64'),
  indent: (value, [width = 4]) =>
    bounded(textOf(value).replaceAll('\n', `\n${' '.repeat(boundedLength(numeric(width)))}`)),
  int: (value, [otherwise]) => integer(value, otherwise),
  items: (value) => (value instanceof Undefined ? [] : entriesOf(value)!.map((pair) => Tuple.from(pair))),
  join: (value, positional, named) => {
    const attribute = given(1, 'attribute')(positional, named);
    const items = iterate(value).map((item) => textOf(attribute === undefined ? item : along(item, attribute)));
    const separator = textOf(given(0, 'd')(positional, named) ?? '');
    boundedLength(separator.length * items.length);
    return bounded(items.join(separator));
  },
  last: (value) =>
    iterate(value).length > 0 ? iterate(value).at(-1) : new Undefined('the last element of an empty list'),
  length: (value) => lengthOf(value),
  list: (value) => [...iterate(value)],
  lower: (value) => textOf(value).toLowerCase(),
  max: extreme(1),
  min: extreme(-1),
  regex_search: (value, [pattern]) => {
    const matcher = patternOf(textOf(pattern)).matcher(textOf(value));
    return matcher.find() && matcher.groupCount() > 0 ? (matcher.group(1) ?? null) : '';
  },
  regex_replace: (value, [pattern, replacement]) => {
    const group = textOf(replacement)
      .replaceAll('$', '\\$')
      .replace(/\\(\d)/g, '$$$1')
      .replace(/\\g<(\w+)>/g, (_, name: string) => (/^\d+$/.test(name) ? `$${name}` : `\${${name}}`));
    return bounded(patternOf(textOf(pattern)).matcher(textOf(value)).replaceAll(group));
  },
  replace: (value, [from, to]) => {
    const [source, old, fresh] = [textOf(value), textOf(from), textOf(to)];
    boundedLength(source.length + (source.split(old).length - 1) * fresh.length);
    return source.split(old).join(fresh);
  },
  reverse: (value) =>
    typeof value === 'string' ? Array.from(value).toReversed().join('') : iterate(value).toReversed(),
  round: (value, [digits = 0, method = 'common']) => {
    const places = numeric(digits);
    const scale = 10 ** places;
    if (method === 'ceil') return Float.of(Math.ceil(numeric(value) * scale) / scale);
    if (method === 'floor') return Float.of(Math.floor(numeric(value) * scale) / scale);
    if (places > 0) return Float.of(Number(numeric(value).toFixed(Math.min(places, 100))));
    return Float.of(halfToEven(numeric(value) * scale) / scale);
  },
  safe: (value) => value,
  slice: (value, [parts = 1]) => {
    const items = iterate(value);
    const size = Math.ceil(items.length / numeric(parts)) || 1;
    return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
  },
  batch: (value, [size]) => {
    const items = iterate(value);
    const width = Math.max(1, numeric(size));
    return Array.from({ length: Math.ceil(items.length / width) }, (_, at) =>
      items.slice(at * width, (at + 1) * width),
    );
  },
  sort: sorted,
  // A text stays one, also where it looks like a number.
  string: (value) => (typeof value === 'string' ? value : `"""${json(value)}"""`),
  striptags: (value) =>
    textOf(value)
      .replace(/<[^>]*>/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  sum: (value, positional, named) => {
    const attribute = given(0, 'attribute')(positional, named);
    return iterate(value).reduce<unknown>(
      (total, item) => addNumbers(total, attribute === undefined ? item : along(item, attribute)),
      0,
    );
  },
  title: (value) =>
    textOf(value)
      .toLowerCase()
      .replace(/[^\s([{<-]+/g, (word) => word[0]!.toUpperCase() + word.slice(1)),
  tojson: (value) => json(value),
  trim: (value) => textOf(value).trim(),
  truncate: (value, [length = 255]) =>
    textOf(value).length <= numeric(length) ? textOf(value) : `${textOf(value).slice(0, numeric(length) - 3)}...`,
  unique: (value) => {
    const seen: unknown[] = [];
    const keys = new Set<string>();
    for (const item of iterate(value)) {
      const key = repr(typeof item === 'string' ? item.toLowerCase() : item);
      if (!keys.has(key)) seen.push(item);
      keys.add(key);
    }
    return seen;
  },
  upper: (value) => textOf(value).toUpperCase(),
  urlencode: (value) => {
    const entries = entriesOf(value);
    if (entries === undefined) return quotePath(textOf(value));
    return entries.map(([key, part]) => `${quoteQuery(key)}=${quoteQuery(textOf(part))}`).join('&');
  },
  wordcount: (value) =>
    textOf(value)
      .split(/\s+/)
      .filter((word) => word !== '').length,
  xmlattr: () => {
    throw new TemplateError('the filter "xmlattr" is not supported');
  },
};

function halfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function addNumbers(total: unknown, item: unknown): unknown {
  demand(item);
  if (!isNumber(total) || !isNumber(item)) throw new TemplateError(`${aTypeName(item)} cannot be added up`);
  return total instanceof Float || item instanceof Float
    ? Float.of(numeric(total) + numeric(item))
    : numeric(total) + numeric(item);
}

export function lengthOf(value: unknown): number {
  if (value instanceof Undefined || value === undefined) return 0;
  if (typeof value === 'string') return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  const entries = entriesOf(value);
  if (entries === undefined) throw new TemplateError(`${aTypeName(value)} has no length`);
  return entries.length;
}

type Test = (value: unknown, positional: readonly unknown[]) => boolean;

export const TESTS: Readonly<Record<string, Test>> = {
  defined: (value) => value !== undefined && !(value instanceof Undefined),
  undefined: (value) => value === undefined || value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)),
  float: (value) => value instanceof Float || (typeof value === 'number' && !Number.isInteger(value)),
  number: (value) => isNumber(value),
  string: (value) => typeof value === 'string',
  mapping: (value) => isDict(value) || value instanceof Mapping,
  sequence: (value) => typeof value === 'string' || Array.isArray(value) || isDict(value) || value instanceof Mapping,
  iterable: (value) =>
    typeof value === 'string' ||
    Array.isArray(value) ||
    isDict(value) ||
    value instanceof Mapping ||
    value instanceof Undefined,
  callable: (value) => typeof value === 'function',
  odd: (value) => Math.abs(numeric(value) % 2) === 1,
  even: (value) => numeric(value) % 2 === 0,
  divisibleby: (value, [by]) => numeric(value) % numeric(by) === 0,
  lower: (value) => textOf(value) === textOf(value).toLowerCase(),
  upper: (value) => textOf(value) === textOf(value).toUpperCase(),
  in: (value, [container]) => contains(container, value),
  sameas: (value, [other]) => value === other,
  eq: (value, [other]) => equals(value, other),
  equalto: (value, [other]) => equals(value, other),
  ne: (value, [other]) => !equals(value, other),
  lt: (value, [other]) => order(value, other) < 0,
  lessthan: (value, [other]) => order(value, other) < 0,
  le: (value, [other]) => order(value, other) <= 0,
  gt: (value, [other]) => order(value, other) > 0,
  greaterthan: (value, [other]) => order(value, other) > 0,
  ge: (value, [other]) => order(value, other) >= 0,
};

const testBy = (name: unknown): Test => {
  const found = name === undefined ? isTrue : Object.hasOwn(TESTS, textOf(name)) ? TESTS[textOf(name)] : undefined;
  if (found === undefined) throw new TemplateError(`there is no test "${textOf(name)}"`);
  return found;
};

/** Filters that go over a list with another filter, a test or an attribute. */
export const LIST_FILTERS: Readonly<Record<string, Filter>> = {
  map: (value, [name, ...rest], named) => {
    if (named['attribute'] !== undefined)
      return iterate(value).map((item) => {
        const found = along(item, named['attribute']);
        return found instanceof Undefined && named['default'] !== undefined ? named['default'] : found;
      });
    const filter = Object.hasOwn(FILTERS, textOf(name)) ? FILTERS[textOf(name)] : undefined;
    if (filter === undefined) throw new TemplateError(`there is no filter "${textOf(name)}"`);
    return iterate(value).map((item) => filter(item, rest, named));
  },
  select: (value, [name, ...rest]) => selected(value, (item) => testBy(name)(item, rest)),
  reject: (value, [name, ...rest]) => selected(value, (item) => !testBy(name)(item, rest)),
  selectattr: (value, [path, name, ...rest]) => selected(value, (item) => testBy(name)(along(item, path), rest)),
  rejectattr: (value, [path, name, ...rest]) => selected(value, (item) => !testBy(name)(along(item, path), rest)),
  groupby: (value, positional, named) => {
    const path = given(0, 'attribute')(positional, named);
    const groups: Record<string, unknown[]> = {};
    for (const item of iterate(value)) {
      const key = textOf(along(item, path));
      if (!Object.hasOwn(groups, key)) setKey(groups, key, []);
      groups[key]!.push(item);
    }
    return Object.entries(groups)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, items]) => Tuple.from([key, items]));
  },
};
