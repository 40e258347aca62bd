import { whole } from './numbers.js';
import { TemplateError } from './lexer.js';
import { subscriptOf } from './methods.js';
import { binary } from './operators.js';
import { taking, type Taking } from './parameters.js';
import {
  aTypeName,
  bounded,
  boundedLength,
  demand,
  entriesOf,
  equals,
  isInteger,
  isNumber,
  isTrue,
  iterate,
  lengthOf,
  nameOf,
  NamedTuple,
  order,
  repr,
  textOf,
  Tuple,
  Undefined,
} from './values.js';
import { assertDepth, charge, LETTERS, workOn } from './work.js';

/** The elements in a list of their own kind: what is made of a tuple is no tuple. */
export function listed(value: unknown): readonly unknown[] {
  const items = iterate(value);
  if (!(items instanceof Tuple)) return items;
  charge(workOn(items, LETTERS.thorough));
  return Array.from(items);
}

/** Reads along a path such as `address.city` or `0`; what is not there on the way is the default, where there is one. */
export function along(path: unknown, otherwise: unknown = null): (value: unknown) => unknown {
  if (path === null || path === undefined) return (value) => value;
  const parts: readonly unknown[] =
    typeof path === 'string' ? path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)) : [path];
  return (value) => {
    charge(parts.length << 3);
    return parts.reduce((item, part) => {
      const found = subscriptOf(item, part);
      return found instanceof Undefined && otherwise !== null ? otherwise : found;
    }, value);
  };
}

/** The same for comparing, where case counts only if asked for. */
function keyed(path: unknown, isCaseSensitive: unknown, otherwise: unknown = null): (value: unknown) => unknown {
  const read = along(path, otherwise);
  return isTrue(isCaseSensitive) ? read : (value) => withoutCase(read(value));
}

function withoutCase(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  charge(value.length >> 2);
  return value.toLowerCase();
}

/** Equal elements keep their order, also where the largest comes first. */
function sortedBy<T>(items: readonly T[], keyOf: (item: T) => unknown, isDown: unknown): T[] {
  charge(items.length << 5);
  const rows = items.map((item) => ({ item, key: keyOf(item) }));
  rows.sort(isTrue(isDown) ? (a, b) => order(b.key, a.key) : (a, b) => order(a.key, b.key));
  return rows.map(({ item }) => item);
}

function sorted(value: unknown, isDown: unknown, isCaseSensitive: unknown, attribute: unknown): unknown[] {
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const keys = paths.map((path) => keyed(path, isCaseSensitive));
  return sortedBy(listed(value), (item) => keys.map((keyOf) => keyOf(item)), isDown);
}

const extreme = (sign: 1 | -1): Taking<unknown> =>
  taking('case_sensitive? attribute?', (value: unknown, isCaseSensitive, attribute) => {
    const items = listed(value);
    if (items.length === 0) return new Undefined('an element of an empty list');
    const keyOf = keyed(attribute, isCaseSensitive);
    return items
      .map((item) => ({ item, key: keyOf(item) }))
      .reduce((best, one) => (order(one.key, best.key) * sign > 0 ? one : best)).item;
  });

/** A text that two values have in common if they are equal, as keys of a set are told apart. */
function identityOf(value: unknown, depth = 0): string {
  charge(64);
  assertDepth(depth);
  if (value instanceof Undefined) return 'undefined';
  if (isNumber(value)) return `number ${isInteger(value) ? BigInt(value) : repr(value).replace(/\.0$/, '')}`;
  if (value instanceof Tuple) {
    const made = bounded(JSON.stringify(Array.from(value, (item) => identityOf(item, depth + 1))));
    charge(made.length);
    return `tuple ${made}`;
  }
  if (Array.isArray(value) || entriesOf(value) !== undefined)
    throw new TemplateError(`${aTypeName(value)} cannot be told apart from others by "unique"`);
  return `${aTypeName(value)} ${nameOf(value)}`;
}

function unique(value: unknown, isCaseSensitive: unknown, attribute: unknown): unknown[] {
  const keyOf = keyed(attribute, isCaseSensitive);
  const seen = new Set<string>();
  return listed(value).filter((item) => {
    const key = identityOf(keyOf(item));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const add = binary('+');

function sum(value: unknown, attribute: unknown, start: unknown): unknown {
  if (typeof start === 'string') throw new TemplateError('texts are put together by "join", and not by "sum"');
  const items = listed(value).map(along(attribute));
  charge(workOn(items, LETTERS.thorough));
  if (!Array.isArray(start)) return items.reduce(add, start);
  // One after the other would copy what there is every time.
  const all: unknown[] = start instanceof Tuple ? Tuple.from(start) : [...(start as unknown[])];
  for (const item of items) {
    if (!Array.isArray(item) || item instanceof Tuple !== all instanceof Tuple) return add(all, item);
    boundedLength(all.length + item.length);
    charge(item.length);
    for (const one of item) all.push(one);
  }
  return all;
}

function batch(value: unknown, size: unknown, filling: unknown): unknown[][] {
  const made: unknown[][] = [];
  let part: unknown[] = [];
  for (const item of listed(value)) {
    if (part.length === (isNumber(size) ? Number(whole(size, 'a size')) : size)) {
      made.push(part);
      part = [];
    }
    part.push(item);
  }
  if (part.length === 0) return made;
  if (filling !== null && part.length < boundedLength(whole(size, 'a size')))
    while (part.length < Number(size)) part.push(filling);
  return [...made, part];
}

function slices(value: unknown, count: unknown, filling: unknown): unknown[][] {
  const items = listed(value);
  const parts = boundedLength(whole(count, 'a number of slices'));
  if (parts === 0) throw new TemplateError('a list cannot be cut into 0 slices');
  const size = Math.floor(items.length / parts);
  const longer = items.length - size * parts;
  charge(Math.max(0, parts) << 5);
  return Array.from({ length: Math.max(0, parts) }, (_, at) => {
    const start = at * size + Math.min(at, longer);
    const part = items.slice(start, start + size + (at < longer ? 1 : 0));
    return filling !== null && at >= longer ? [...part, filling] : [...part];
  });
}

function groups(value: unknown, attribute: unknown, otherwise: unknown, isCaseSensitive: unknown): unknown[] {
  const keyOf = keyed(attribute, isCaseSensitive, otherwise);
  const rows = sortedBy(listed(value).map((item) => ({ item, key: keyOf(item) })), ({ key }) => key, false); // prettier-ignore
  const made: { readonly key: unknown; readonly list: unknown[] }[] = [];
  for (const { item, key } of rows) {
    const last = made.at(-1);
    if (last !== undefined && equals(last.key, key)) last.list.push(item);
    else made.push({ key, list: [item] });
  }
  const read = along(attribute, otherwise);
  return made.map(({ list }) => NamedTuple.named({ grouper: read(list[0]), list }));
}

function dictSorted(value: unknown, isCaseSensitive: unknown, by: unknown, isDown: unknown): unknown[] {
  if (by !== 'key' && by !== 'value') throw new TemplateError('"dictsort" sorts by "key" or "value"');
  const keyOf = keyed(by === 'key' ? 0 : 1, isCaseSensitive);
  return sortedBy(pairs(value), keyOf, isDown);
}

function pairs(value: unknown): Tuple[] {
  demand(value);
  const entries = entriesOf(value);
  if (entries === undefined) throw new TemplateError(`${aTypeName(value)} is no mapping`);
  charge(entries.length << 6);
  return entries.map((pair) => Tuple.from(pair));
}

function joined(value: unknown, separator: unknown, attribute: unknown): string {
  const items = iterate(value);
  const read = attribute === undefined || attribute === null ? undefined : along(attribute);
  const between = textOf(separator);
  let length = boundedLength(between.length * items.length);
  let made = '';
  for (let at = 0; at < items.length; at += 1) {
    const part = textOf(read === undefined ? items[at] : read(items[at]));
    length = boundedLength(length + part.length);
    made += at === 0 ? part : between + part;
  }
  return made;
}

/** Filters of lists and mappings, with the parameters that Jinja gives them. */
export const LIST_FILTERS: Readonly<Record<string, Taking<unknown>>> = {
  batch: taking('linecount fill_with?', (value: unknown, size, filling = null) => batch(value, size, filling)),
  dictsort: taking('case_sensitive? by? reverse?', (value: unknown, isCaseSensitive, by = 'key', isDown = false) =>
    dictSorted(value, isCaseSensitive, by, isDown),
  ),
  first: taking(
    '',
    (value: unknown) => {
      const items = listed(value);
      return items.length > 0 ? items[0] : new Undefined('the first element of an empty list');
    },
    'flat',
  ),
  groupby: taking(
    'attribute default? case_sensitive?',
    (value: unknown, attribute, otherwise = null, isCaseSensitive) =>
      groups(value, attribute, otherwise, isCaseSensitive),
  ),
  items: taking('', (value: unknown) => (value instanceof Undefined ? [] : pairs(value))),
  join: taking(
    'd? attribute?',
    (value: unknown, separator = '', attribute) => joined(value, separator, attribute),
    'quick',
  ),
  last: taking(
    '',
    (value: unknown) => {
      const items = listed(value);
      return items.length > 0 ? items.at(-1) : new Undefined('the last element of an empty list');
    },
    'flat',
  ),
  length: taking('', lengthOf, 'flat'),
  list: taking('', (value: unknown) => [...listed(value)]),
  max: extreme(1),
  min: extreme(-1),
  reverse: taking('', (value: unknown) =>
    typeof value === 'string' ? Array.from(value).toReversed().join('') : listed(value).toReversed(),
  ),
  slice: taking('slices fill_with?', (value: unknown, count, filling = null) => slices(value, count, filling)),
  sort: taking('reverse? case_sensitive? attribute?', sorted),
  sum: taking('attribute? start?', (value: unknown, attribute, start = 0) => sum(value, attribute, start)),
  unique: taking('case_sensitive? attribute?', unique),
};
