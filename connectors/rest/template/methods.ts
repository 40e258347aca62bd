import { DateTime, Duration } from '../time/date-time.js';
import { DICT_METHODS, LIST_METHODS, TUPLE_METHODS } from './collection-methods.js';
import { fieldOf, itemOf } from './fields.js';
import { TemplateError } from './lexer.js';
import { DATE_METHODS, MOMENT_METHODS, SPAN_METHODS } from './moment-methods.js';
import { Callable, perform, taking, type Taking } from './parameters.js';
import { TEXT_METHODS } from './text-methods.js';
import {
  aTypeName,
  digitsOf,
  Float,
  isDict,
  lengthOfText,
  lettersOf,
  Mapping,
  nameOf,
  numeric,
  Tuple,
  typeName,
  Undefined,
  UndefinedError,
} from './values.js';

type Methods = Readonly<Record<string, Taking<any>>>;

const INTEGER_METHODS: Methods = {
  bit_length: taking('', (value: number | bigint | boolean) => {
    const size = BigInt(value);
    return size === 0n ? 0 : digitsOf(size < 0n ? -size : size, 2).length;
  }),
};
const FLOAT_METHODS: Methods = {
  is_integer: taking('', (value: number | Float) => Number.isInteger(numeric(value))),
};
const NONE: Methods = {};

function methodsOf(value: unknown): Methods {
  if (typeof value === 'string') return TEXT_METHODS;
  if (Array.isArray(value)) return value instanceof Tuple ? TUPLE_METHODS : LIST_METHODS;
  if (value instanceof DateTime) return value.isDate ? DATE_METHODS : MOMENT_METHODS;
  if (value instanceof Duration) return SPAN_METHODS;
  if (value instanceof Mapping || isDict(value)) return DICT_METHODS;
  if (value instanceof Float) return FLOAT_METHODS;
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER_METHODS : FLOAT_METHODS;
  return typeof value === 'bigint' || typeof value === 'boolean' ? INTEGER_METHODS : NONE;
}

/** What Python has and we leave out, by the type of the value: to ask for it is an error, and not something that is not there. */
const LEFT_OUT: Readonly<Record<string, ReadonlySet<string>>> = {
  str: new Set(['encode', 'maketrans', 'translate']),
  int: new Set(['as_integer_ratio', 'bit_count', 'conjugate', 'denominator', 'from_bytes', 'imag', 'numerator', 'real', 'to_bytes']),
  float: new Set(['as_integer_ratio', 'conjugate', 'fromhex', 'hex', 'imag', 'real']),
  date: new Set(['fromisocalendar', 'max', 'min', 'resolution', 'timetuple']),
  datetime: new Set(['combine', 'dst', 'fold', 'fromisocalendar', 'max', 'min', 'resolution', 'time', 'timetuple', 'timetz', 'utctimetuple']),
  timedelta: new Set(['max', 'min', 'months', 'resolution', 'tdelta', 'totimedelta', 'years']),
}; // prettier-ignore

export function methodOf(value: unknown, name: string): Taking<any> | undefined {
  const methods = methodsOf(value);
  return Object.hasOwn(methods, name) ? methods[name] : undefined;
}

/** How an error names a method of a value. */
export const methodName = (value: unknown, name: string): string => `the method "${name}" of ${aTypeName(value)}`;

/** `value.name`: a method or field of the type, else the item of that name. Nothing else of an object can be reached. */
export function attributeOf(value: unknown, name: string): unknown {
  const own = ownAttribute(value, name);
  if (own !== undefined) return own;
  const item = itemOf(value, name);
  return item === undefined ? new Undefined(`"${name}"`) : item;
}

/** The same without the items, as the filter `attr` has it. */
export function ownAttribute(value: unknown, name: string): unknown {
  if (value === undefined || value instanceof Undefined)
    throw new UndefinedError(`${value?.what ?? 'a value'} is undefined, so it has no "${name}"`);
  const method = methodOf(value, name);
  if (method !== undefined)
    return new Callable(methodName(value, name), method.parameters, (...bound) => perform(method, value, bound));
  const field = fieldOf(value, name);
  if (field === undefined && LEFT_OUT[typeName(value)]?.has(name) === true)
    throw new TemplateError(`"${name}" of ${aTypeName(value)} is not supported`);
  return field;
}

/** `value[key]`: the item, else the method or field of that name. */
export function subscriptOf(value: unknown, key: unknown): unknown {
  if (value === undefined || value instanceof Undefined)
    throw new UndefinedError(`${value?.what ?? 'a value'} is undefined, so it has no items`);
  if ((Array.isArray(value) || typeof value === 'string') && (typeof key === 'number' || typeof key === 'boolean')) {
    const at = Number(key);
    // A text is counted in characters, as Python does it.
    const found = (typeof value === 'string' && lengthOfText(value) < value.length ? lettersOf(value) : value).at(at);
    return found === undefined || at < -value.length ? new Undefined(`element ${at}`) : found;
  }
  const name = nameOf(key);
  const found = itemOf(value, name);
  if (found !== undefined) return found;
  const own = typeof key === 'string' ? ownAttribute(value, key) : undefined;
  return own === undefined ? new Undefined(`"${name.slice(0, 100)}"`) : own;
}
