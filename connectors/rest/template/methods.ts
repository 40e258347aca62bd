import { DateTime, DAY_US, Duration, SECOND_US } from '../time/date-time.js';
import { strftime } from '../time/format.js';
import { TemplateError } from './lexer.js';
import { converted, daysOf, fitted } from './operators.js';
import {
  bounded,
  boundedLength,
  contains,
  entriesOf,
  equals,
  Float,
  isDict,
  iterate,
  Mapping,
  Namespace,
  numeric,
  order,
  setKey,
  textOf,
  Tuple,
  aTypeName,
  Undefined,
  UndefinedError,
  type Callable,
} from './values.js';

type Method<T> = (value: T, positional: readonly unknown[], named: Readonly<Record<string, unknown>>) => unknown;

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new TemplateError(`${aTypeName(value)} stands where a text is due`);
  return value;
};
const count = (value: unknown, otherwise = -1): number => (value === undefined ? otherwise : numeric(value));
const escapeRegExp = (part: string) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const stripped =
  (side: 'both' | 'left' | 'right'): Method<string> =>
  (value, [characters]) => {
    const set =
      characters === undefined || characters === null
        ? '\\s'
        : escapeRegExp(text(characters)).replaceAll('-', '\\-').replaceAll('^', '\\^');
    if (set === '') return value;
    const left = side === 'right' ? value : value.replace(new RegExp(`^[${set}]+`), '');
    if (side === 'left') return left;
    let end = left.length;
    const isOne = new RegExp(`[${set}]`);
    while (end > 0 && isOne.test(left[end - 1]!)) end -= 1;
    return left.slice(0, end);
  };
const affix =
  (has: (value: string, part: string) => boolean): Method<string> =>
  (value, [part]) =>
    Array.isArray(part) ? part.some((one) => has(value, text(one))) : has(value, text(part));

function replaced(value: string, from: string, to: string, times: number): string {
  const parts = value.split(from === '' ? /(?:)/u : from);
  if (times >= 0 && parts.length - 1 > times) {
    const head = parts.slice(0, times + 1);
    return head.join(to) + from + parts.slice(times + 1).join(from);
  }
  boundedLength(value.length + (parts.length - 1) * Math.max(0, to.length - from.length));
  return from === '' ? to + parts.join(to) + to : parts.join(to);
}

const STRING: Readonly<Record<string, Method<string>>> = {
  lower: (value) => value.toLowerCase(),
  upper: (value) => value.toUpperCase(),
  casefold: (value) => value.toLowerCase(),
  title: (value) => value.toLowerCase().replace(/\p{L}+/gu, (word) => word[0]!.toUpperCase() + word.slice(1)),
  capitalize: (value) => value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase(),
  swapcase: (value) =>
    value.replace(/\p{L}/gu, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    ),
  strip: stripped('both'),
  lstrip: stripped('left'),
  rstrip: stripped('right'),
  startswith: affix((value, part) => value.startsWith(part)),
  endswith: affix((value, part) => value.endsWith(part)),
  removeprefix: (value, [part]) => (value.startsWith(text(part)) ? value.slice(text(part).length) : value),
  removesuffix: (value, [part]) =>
    text(part) !== '' && value.endsWith(text(part)) ? value.slice(0, -text(part).length) : value,
  replace: (value, [from, to, times]) => replaced(value, text(from), text(to), count(times)),
  split: (value, [separator, most], named) =>
    splitText(value, separator ?? named['sep'], count(most ?? named['maxsplit'])),
  rsplit: (value, [separator, most]) => {
    const parts = splitText(value, separator, -1);
    const limit = count(most);
    if (limit < 0 || parts.length <= limit + 1) return parts;
    const joined = separator === undefined || separator === null ? ' ' : text(separator);
    return [parts.slice(0, parts.length - limit).join(joined), ...parts.slice(parts.length - limit)];
  },
  splitlines: (value) => value.split(/\r\n|\r|\n/).filter((line, at, all) => at < all.length - 1 || line !== ''),
  partition: (value, [separator]) => {
    const at = value.indexOf(text(separator));
    return at < 0
      ? Tuple.from([value, '', ''])
      : Tuple.from([value.slice(0, at), separator, value.slice(at + text(separator).length)]);
  },
  join: (value, [items]) => bounded(iterate(items).map(text).join(value)),
  find: (value, [part]) => value.indexOf(text(part)),
  rfind: (value, [part]) => value.lastIndexOf(text(part)),
  index: (value, [part]) => {
    if (!value.includes(text(part))) throw new TemplateError('a text that was looked for is not there');
    return value.indexOf(text(part));
  },
  count: (value, [part]) => value.split(text(part)).length - 1,
  isdigit: (value) => /^\d+$/.test(value),
  isnumeric: (value) => /^\p{N}+$/u.test(value),
  isdecimal: (value) => /^\d+$/.test(value),
  isalpha: (value) => /^\p{L}+$/u.test(value),
  isalnum: (value) => /^[\p{L}\p{N}]+$/u.test(value),
  islower: (value) => value !== value.toUpperCase() && value === value.toLowerCase(),
  isupper: (value) => value !== value.toLowerCase() && value === value.toUpperCase(),
  isspace: (value) => /^\s+$/.test(value),
  zfill: (value, [width]) => fitted(value, count(width), '0'),
  ljust: (value, [width, fill = ' ']) => value.padEnd(boundedLength(count(width)), text(fill)),
  rjust: (value, [width, fill = ' ']) => value.padStart(boundedLength(count(width)), text(fill)),
  center: (value, [width]) =>
    value.padStart(boundedLength(Math.floor((count(width) + value.length) / 2))).padEnd(count(width)),
  format: (value, positional, named) => formatBraces(value, positional, named),
  encode: (value) => value,
};

function splitText(value: string, separator: unknown, most: number): string[] {
  if (separator === undefined || separator === null) {
    const words = value
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (most < 0 || words.length <= most + 1) return words;
    const rest = new RegExp(`^\\s*(?:\\S+\\s+){${most}}`).exec(value)?.[0] ?? '';
    return [...words.slice(0, most), value.slice(rest.length).trimEnd()];
  }
  if (text(separator) === '') throw new TemplateError('a text cannot be split at nothing');
  const parts = value.split(text(separator));
  return most < 0 || parts.length <= most + 1
    ? parts
    : [...parts.slice(0, most), parts.slice(most).join(text(separator))];
}

/** `'{}-{:02d}'.format(…)` with positions, names and the usual specifications; no fields of fields. */
function formatBraces(value: string, positional: readonly unknown[], named: Readonly<Record<string, unknown>>): string {
  let next = 0;
  const made = value.replace(/\{\{|\}\}|\{(\w*)(?::([^{}]*))?\}/g, (whole, key?: string, spec?: string) => {
    if (whole === '{{' || whole === '}}') return whole[0]!;
    const which = key === '' || key === undefined ? next++ : /^\d+$/.test(key) ? Number(key) : key;
    const found =
      typeof which === 'number' ? positional[which] : Object.hasOwn(named, which) ? named[which] : undefined;
    if (found === undefined) throw new TemplateError('a format wants a value that is not given');
    if (spec === undefined || spec === '') return textOf(found);
    const parts = /^([<>^]?)([+]?)(0?)(\d*)(?:\.(\d+))?([sdfeEgGxXo]?)$/.exec(spec);
    if (parts === null) throw new TemplateError(`the format "${spec}" is not supported`);
    const [, align, sign, zero, width, digits, kind] = parts as unknown as string[];
    const usual = typeof found === 'string' ? 's' : digits === undefined ? 'd' : 'f';
    const body =
      kind === '' && typeof found !== 'string' && digits === undefined
        ? textOf(found)
        : converted(found, kind || usual, digits === undefined ? undefined : Number(digits), sign ?? '');
    return fitted(
      body,
      Number(width || 0),
      `${zero}${align === '<' || (align === '' && typeof found === 'string') ? '-' : ''}`,
    );
  });
  return bounded(made);
}

const LIST: Readonly<Record<string, Method<unknown[]>>> = {
  append: (value, [item]) => {
    boundedLength(value.push(item));
    return null;
  },
  extend: (value, [items]) => {
    const more = iterate(items);
    boundedLength(value.length + more.length);
    value.push(...more);
    return null;
  },
  insert: (value, [at, item]) => {
    value.splice(count(at), 0, item);
    return null;
  },
  pop: (value, [at]) => value.splice(count(at), 1)[0] ?? null,
  remove: (value, [item]) => {
    const at = value.findIndex((one) => equals(one, item));
    if (at >= 0) value.splice(at, 1);
    return null;
  },
  index: (value, [item]) => value.findIndex((one) => equals(one, item)),
  count: (value, [item]) => value.filter((one) => equals(one, item)).length,
  reverse: (value) => {
    value.reverse();
    return null;
  },
  sort: (value) => {
    value.sort(order);
    return null;
  },
  copy: (value) => [...value],
};

const DICT: Readonly<Record<string, Method<Record<string, unknown> | Mapping>>> = {
  get: (value, [key, otherwise = null]) => {
    const found = itemOf(value, textOf(key));
    return found === undefined ? otherwise : found;
  },
  items: (value) => entriesOf(value)!.map(([key, part]) => Tuple.from([key, part])),
  keys: (value) => entriesOf(value)!.map(([key]) => key),
  values: (value) => entriesOf(value)!.map(([, part]) => part),
  copy: (value) => Object.fromEntries(entriesOf(value)!),
  update: (value, [other], named) => {
    for (const [key, part] of [...(entriesOf(other) ?? []), ...Object.entries(named)]) changed(value, key, part);
    return null;
  },
  setdefault: (value, [key, otherwise = null]) => {
    if (!contains(value, key)) changed(value, textOf(key), otherwise);
    return itemOf(value, textOf(key)) ?? null;
  },
  pop: (value, [key, otherwise]) => {
    const found = itemOf(value, textOf(key));
    if (found === undefined && otherwise === undefined)
      throw new TemplateError('a key that is to be taken out is not there');
    if (isDict(value) && !Object.isFrozen(value)) delete value[textOf(key)];
    return found ?? otherwise ?? null;
  },
};

function changed(target: unknown, key: string, value: unknown): void {
  if (!isDict(target) || Object.isFrozen(target)) throw new TemplateError('a template cannot change this');
  setKey(target, key, value);
}

const MOMENT: Readonly<Record<string, Method<DateTime>>> = {
  strftime: (value, [format], named) => strftime(value, text(format ?? named['format'])),
  isoformat: (value, [separator = 'T']) => value.text(text(separator)),
  timestamp: (value) => Float.of(value.instant / SECOND_US),
  weekday: (value) => value.weekday,
  isoweekday: (value) => value.weekday + 1,
  date: (value) => value.date,
  astimezone: (value) => value.withOffset(0),
  utcoffset: (value) => (value.offset === undefined ? null : new Duration(value.offset * SECOND_US)),
  replace: (value, _positional, named) => {
    const fields = Object.fromEntries(
      Object.entries(named).map(([name, part]) => [name === 'microsecond' ? 'micro' : name, numeric(part)]),
    );
    const { offset, isDate } = value;
    const moved = DateTime.of({ ...value.fields, ...fields }, offset);
    return isDate ? moved.date : 'tzinfo' in named ? new DateTime(moved.instant, 0) : moved;
  },
};

const MOMENT_FIELDS: Readonly<Record<string, (value: DateTime) => unknown>> = {
  year: (value) => value.fields.year,
  month: (value) => value.fields.month,
  day: (value) => value.fields.day,
  hour: (value) => value.fields.hour,
  minute: (value) => value.fields.minute,
  second: (value) => value.fields.second,
  microsecond: (value) => value.fields.micro,
  tzinfo: (value) => (value.offset === undefined ? null : 'UTC'),
};
const SPAN_FIELDS: Readonly<Record<string, (value: Duration) => unknown>> = {
  days: daysOf,
  seconds: (value) => Math.floor((value.micros - daysOf(value) * DAY_US) / SECOND_US),
  microseconds: (value) => ((value.micros % SECOND_US) + SECOND_US) % SECOND_US,
};

function methodOf(value: unknown, name: string): Method<never> | undefined {
  const table: Readonly<Record<string, Method<never>>> | undefined =
    typeof value === 'string'
      ? STRING
      : Array.isArray(value)
        ? LIST
        : value instanceof DateTime
          ? MOMENT
          : value instanceof Mapping || isDict(value)
            ? DICT
            : undefined;
  if (value instanceof Duration && name === 'total_seconds')
    return ((span: Duration) => Float.of(span.micros / SECOND_US)) as Method<never>;
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** `value.name`: a method or field of the type, else the item of that name. Nothing else of an object can be reached. */
export function attributeOf(value: unknown, name: string): unknown {
  const own = ownAttribute(value, name);
  if (own !== undefined) return own;
  const item = itemOf(value, name);
  return item === undefined ? new Undefined(`"${name}"`) : item;
}

function ownAttribute(value: unknown, name: string): unknown {
  if (value === undefined || value instanceof Undefined)
    throw new UndefinedError(`${value?.what ?? 'a value'} is undefined, so it has no "${name}"`);
  const method = methodOf(value, name);
  if (method !== undefined) {
    const bound: Callable = (positional, named) => method(value as never, positional, named);
    return bound;
  }
  if (value instanceof Mapping) return value.attribute(name);
  if (value instanceof Namespace) return value.fields.get(name);
  if (value instanceof DateTime) return Object.hasOwn(MOMENT_FIELDS, name) ? MOMENT_FIELDS[name]!(value) : undefined;
  if (value instanceof Duration) return Object.hasOwn(SPAN_FIELDS, name) ? SPAN_FIELDS[name]!(value) : undefined;
  return undefined;
}

function itemOf(value: unknown, key: string): unknown {
  if (value instanceof Mapping) return value.item(key);
  return isDict(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `value[key]`: the item, else the method or field of that name. */
export function subscriptOf(value: unknown, key: unknown): unknown {
  if (value === undefined || value instanceof Undefined)
    throw new UndefinedError(`${value?.what ?? 'a value'} is undefined, so it has no items`);
  if ((Array.isArray(value) || typeof value === 'string') && (typeof key === 'number' || typeof key === 'boolean')) {
    const at = Number(key);
    const found = value.at(at);
    return found === undefined || at < -value.length ? new Undefined(`element ${at}`) : found;
  }
  const name = textOf(key);
  const found = itemOf(value, name);
  if (found !== undefined) return found;
  const own = typeof key === 'string' ? ownAttribute(value, key) : undefined;
  return own === undefined ? new Undefined(`"${name.slice(0, 100)}"`) : own;
}
