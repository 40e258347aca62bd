import { DateTime, Duration, Zone } from '../time/date-time.js';
import { MistypedError, TemplateError } from './lexer.js';
import { Callable } from './parameters.js';
import { assertDepth, charge, chargeSearch } from './work.js';

/** A number that Python holds as a float although it is whole, so that it is written `2.0`. */
export class Float {
  readonly value: number;
  private constructor(value: number) {
    this.value = value;
  }
  static of(value: number): Float | number {
    return Number.isInteger(value) ? new Float(value) : value;
  }
}

/** Something that is not there. It counts as false and as an empty text; asking it for more is an error. */
export class Undefined {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

/** What happens when something is asked of what is not there; the reference then takes the default. */
export class UndefinedError extends Error {
  override readonly name = 'UndefinedError';
}

export class Tuple extends Array<unknown> {}

/** A tuple whose elements have names too, such as a group of `groupby`. */
export class NamedTuple extends Tuple {
  names: readonly string[] = [];
  static named(fields: Readonly<Record<string, unknown>>): NamedTuple {
    const made = new NamedTuple();
    made.push(...Object.values(fields));
    made.names = Object.keys(fields);
    return made;
  }
}

/** What `namespace()` makes: the one thing a loop may change outside of itself. */
export class Namespace {
  readonly fields = new Map<string, unknown>();
}

/** A mapping with attributes of its own, such as a slice or headers; keys are read by `item`. */
export abstract class Mapping {
  abstract item(key: string): unknown;
  abstract entries(): readonly (readonly [string, unknown])[];
  attribute(_name: string): unknown {
    return undefined;
  }
}

/** Jinja's `self`, whose parts are the blocks of a template; there are none in a manifest. */
export const ITSELF: unknown = new (class extends Mapping {
  item = () => undefined;
  entries = () => [];
})();

/** The longest text or list that a template may make; what it is given may be longer. */
export const MOST_MADE = 10 * 2 ** 20;

export function bounded<T extends { readonly length: number }>(made: T): T {
  if (made.length > MOST_MADE)
    throw new TemplateError(`a template makes more than ${MOST_MADE} characters or elements`);
  return made;
}
/** Python reads and writes no longer ones either, since the work grows with the square of the digits. */
export const MOST_DIGITS = 4300;

/** The whole number that a text of digits stands for, each kept; undefined where it has too many of them. */
export function wholeNumber(digits: string): number | bigint | undefined {
  if (digits.length > MOST_DIGITS) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

const BEYOND_DIGITS = 10n ** BigInt(MOST_DIGITS);

/** A whole number that may have become too long; it is kept so short that two such can be worked with at once. */
export function boundedWhole(value: bigint): bigint {
  if (value < BEYOND_DIGITS && value > -BEYOND_DIGITS) return value;
  throw new TemplateError(`a template makes a whole number of more than ${MOST_DIGITS} digits`);
}

/** Charges work with a whole number that the engine's own numbers do not hold. */
export function chargeWhole(value: bigint): void {
  charge(Number.isFinite(Number(value)) ? 16 : 2048);
}

export function digitsOf(value: bigint, base = 10): string {
  if (!Number.isFinite(Number(value))) charge(16_384);
  return value.toString(base);
}

export function boundedLength(length: number): number {
  if (length > MOST_MADE) throw new TemplateError(`a template makes more than ${MOST_MADE} characters or elements`);
  return length;
}

export const isDict = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && isPlain(value);

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  // Also one that another realm has made.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export const isNumber = (value: unknown): value is number | bigint | Float | boolean =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof Float;

export const isInteger = (value: unknown): value is number | bigint | boolean =>
  typeof value === 'bigint' || typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value));

export function numeric(value: unknown): number {
  return value instanceof Float ? value.value : Number(value);
}

/** Sets a key whatever its name, `__proto__` too. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  const entries = value instanceof Mapping ? value.entries() : isDict(value) ? Object.entries(value) : undefined;
  if (entries !== undefined) charge(entries.length << 6);
  return entries;
}

/** Longer keys than this are seldom met again, and the engine keeps each. */
const LONG_NAME = 256;
const SHORT_NAME = 32;

/** The key that a value stands for. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string' && value.length < SHORT_NAME) return value;
  const name = textOf(value);
  charge(name.length > LONG_NAME ? name.length << 2 : name.length >> 3);
  return name;
}

/** Every character is one code unit, so that places in a text are the same in Python. */
export const isPlainText = (value: string): boolean => !/[\ud800-\udfff]/.test(value);

/** The length in characters. */
export function lengthOfText(value: string): number {
  charge(value.length >> 3);
  return isPlainText(value) ? value.length : lettersOf(value).length;
}

/** The characters of a text. */
export function lettersOf(value: string): string[] {
  charge(value.length << 4);
  return Array.from(value);
}

export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof Undefined) return false;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Duration) return !value.isZero;
  if (typeof value === 'object') {
    if (Array.isArray(value)) return value.length > 0;
    if (value instanceof Mapping) return value.entries().length > 0;
    if (!isPlain(value)) return true;
    // The engine lists the keys of a large mapping whether they are needed or not.
    const keys = Object.keys(value).length;
    charge(keys << 5);
    return keys > 0;
  }
  return Boolean(value);
}

/** Python's name of the type with its article, for messages. */
export function aTypeName(value: unknown): string {
  const name = typeName(value);
  return name === 'None' || name === 'undefined' ? name : `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Python's name of the type. */
export function typeName(value: unknown): string {
  if (value === null) return 'None';
  if (value instanceof Undefined || value === undefined) return 'undefined';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof Float) return 'float';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'string') return 'str';
  if (value instanceof DateTime) return value.isDate ? 'date' : 'datetime';
  if (value instanceof Duration) return 'timedelta';
  if (value instanceof Tuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Zone) return 'timezone';
  return value instanceof Callable ? 'function' : 'dict';
}

/** Python's `str`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value instanceof Undefined) return '';
  if (value instanceof DateTime || value instanceof Duration || value instanceof Zone) {
    charge(MOMENT);
    return value.text();
  }
  return repr(value);
}

/** Work of writing a moment. */
const MOMENT = 64;

/** Python's `repr`. */
export const repr = (value: unknown): string => shown(value, 0);

function shown(value: unknown, depth: number): string {
  charge(24);
  assertDepth(depth);
  if (value === null) return 'None';
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return digitsOf(value);
    case 'number':
      return Number.isInteger(value) && Number.isSafeInteger(value) ? String(value) : floatText(value);
    case 'undefined':
      return 'Undefined';
  }
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Callable) return '<function>';
  if (value instanceof DateTime)
    return value.isDate ? `datetime.date(${value.text()})` : `datetime.datetime(${value.text()})`;
  if (value instanceof Duration) return `datetime.timedelta(${value.text()})`;
  if (value instanceof Zone) return value.text();
  if (value instanceof Tuple) {
    const items = Array.from(value, (item) => shown(item, depth + 1));
    return bounded(items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`);
  }
  if (Array.isArray(value)) return bounded(`[${value.map((item) => shown(item, depth + 1)).join(', ')}]`);
  const entries = entriesOf(value);
  if (entries === undefined) return '<object>';
  return bounded(`{${entries.map(([key, part]) => `${quoted(key)}: ${shown(part, depth + 1)}`).join(', ')}}`);
}

export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [mantissa, exponent = ''] = value.toExponential().split('e');
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return Object.is(value, -0) ? '-0.0' : Number.isInteger(value) ? `${value}.0` : String(value);
}

const UNPRINTABLE = /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  charge(text.length << 2);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(UNPRINTABLE, (part) => {
    charge(64);
    const short = SHORT[part];
    if (short !== undefined) return short;
    const code = part.codePointAt(0)!;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

/** Python's `==`. */
export const equals = (left: unknown, right: unknown): boolean => areEqual(left, right, 0);

function areEqual(left: unknown, right: unknown, depth: number): boolean {
  charge(2);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length === right.length) charge(left.length >> 3);
    return left === right;
  }
  if (left === right) return true;
  if (isNumber(left) && isNumber(right)) {
    if (typeof left === 'bigint' || typeof right === 'bigint') return looseNumber(left) == looseNumber(right);
    return numeric(left) === numeric(right);
  }
  charge(12);
  assertDepth(depth);
  if (left instanceof Undefined || left === undefined) return right instanceof Undefined || right === undefined;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, at) => areEqual(item, right[at], depth + 1));
  if (left instanceof DateTime && right instanceof DateTime)
    return left.instant === right.instant && left.isDate === right.isDate;
  if (left instanceof Duration && right instanceof Duration)
    return left.micros === right.micros && left.months === right.months;
  const [a, b] = [entriesOf(left), entriesOf(right)];
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  charge(a.length << 6);
  const other = new Map(b);
  return a.every(([key, value]) => other.has(key) && areEqual(value, other.get(key), depth + 1));
}

const looseNumber = (value: number | bigint | Float | boolean): number | bigint =>
  typeof value === 'bigint' ? value : numeric(value);

/** Below zero, zero or above, as `left` is ordered against `right`; what has no order is an error, as in Python. */
export const order = (left: unknown, right: unknown): number => ordered(left, right, 0);

function ordered(left: unknown, right: unknown, depth: number): number {
  charge(12);
  assertDepth(depth);
  if (isNumber(left) && isNumber(right)) {
    const [a, b] = [looseNumber(left), looseNumber(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof left === 'string' && typeof right === 'string') {
    charge((left.length + right.length) >> 4);
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (left instanceof DateTime && right instanceof DateTime) {
    if (left.isDate !== right.isDate) throw uncomparable(left, right);
    if (!left.isDate && (left.offset === undefined) !== (right.offset === undefined))
      throw new TemplateError('a datetime with a time zone cannot be compared with one that has none');
    return left.instant - right.instant;
  }
  if (left instanceof Duration && right instanceof Duration) return left.micros - right.micros;
  if (Array.isArray(left) && Array.isArray(right)) {
    for (let at = 0; at < Math.min(left.length, right.length); at += 1)
      if (!equals(left[at], right[at])) return ordered(left[at], right[at], depth + 1);
    return left.length - right.length;
  }
  demand(left);
  demand(right);
  throw uncomparable(left, right);
}

const uncomparable = (left: unknown, right: unknown) =>
  new MistypedError(`${aTypeName(left)} cannot be compared with ${aTypeName(right)}`);

/** Throws what the reference answers with the default, where the value is not there. */
export function demand(value: unknown): void {
  if (value instanceof Undefined) throw new UndefinedError(`${value.what} is undefined`);
  if (value === undefined) throw new UndefinedError('a value is undefined');
}

/** The elements that a loop goes through: those of a list, the keys of a mapping, the characters of a text. */
export function iterate(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === undefined || value instanceof Undefined) return [];
  if (typeof value === 'string') return lettersOf(value);
  const entries = entriesOf(value);
  if (entries !== undefined) return entries.map(([key]) => key);
  throw new MistypedError(`${aTypeName(value)} cannot be iterated`);
}

/** Python's `in`. */
export function contains(container: unknown, value: unknown): boolean {
  if (typeof container === 'string') {
    if (typeof value !== 'string') {
      demand(value);
      throw new MistypedError(`${aTypeName(value)} cannot be looked for in a text`);
    }
    chargeSearch(container, value);
    return container.includes(value);
  }
  if (container instanceof Mapping) return typeof value === 'string' && container.item(value) !== undefined;
  if (isDict(container)) return Object.hasOwn(container, nameOf(value));
  return iterate(container).some((item) => equals(item, value));
}

export function lengthOf(value: unknown): number {
  if (value instanceof Undefined || value === undefined) return 0;
  if (typeof value === 'string') return lengthOfText(value);
  if (Array.isArray(value)) return value.length;
  const keys = value instanceof Mapping ? value.entries() : isDict(value) ? Object.keys(value) : undefined;
  if (keys === undefined) throw new MistypedError(`${aTypeName(value)} has no length`);
  charge(keys.length << 5);
  return keys.length;
}
