import { addDuration, DateTime, DAY_US, Duration } from '../time/date-time.js';
import { TemplateError } from './lexer.js';
import {
  bounded,
  boundedLength,
  demand,
  Float,
  isInteger,
  isNumber,
  numeric,
  repr,
  textOf,
  Tuple,
  aTypeName,
  entriesOf,
} from './values.js';

type Operator = (left: unknown, right: unknown) => unknown;

function wrong(left: unknown, operator: string, right: unknown): never {
  demand(left);
  demand(right);
  throw new TemplateError(`${aTypeName(left)} and ${aTypeName(right)} have no "${operator}"`);
}

/** Arithmetic of two numbers: whole ones stay whole and keep their digits. */
function arithmetic(
  left: unknown,
  right: unknown,
  floats: (a: number, b: number) => number,
  integers: (a: bigint, b: bigint) => bigint,
): unknown {
  if (!isInteger(left) || !isInteger(right)) return Float.of(floats(numeric(left), numeric(right)));
  if (typeof left !== 'bigint' && typeof right !== 'bigint') {
    const quick = floats(Number(left), Number(right));
    if (Number.isSafeInteger(quick)) return quick;
  }
  return narrow(integers(BigInt(left), BigInt(right)));
}

const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  '+': (left, right) => {
    if (isNumber(left) && isNumber(right))
      return arithmetic(
        left,
        right,
        (a, b) => a + b,
        (a, b) => a + b,
      );
    if (typeof left === 'string' && typeof right === 'string') return bounded(left + right);
    if (Array.isArray(left) && Array.isArray(right)) {
      boundedLength(left.length + right.length);
      return left instanceof Tuple ? Tuple.from([...left, ...right]) : [...left, ...right];
    }
    if (left instanceof DateTime && right instanceof Duration) return addDuration(left, right);
    if (left instanceof Duration && right instanceof DateTime) return addDuration(right, left);
    if (left instanceof Duration && right instanceof Duration)
      return new Duration(left.micros + right.micros, left.months + right.months);
    return wrong(left, '+', right);
  },
  '-': (left, right) => {
    if (isNumber(left) && isNumber(right))
      return arithmetic(
        left,
        right,
        (a, b) => a - b,
        (a, b) => a - b,
      );
    if (left instanceof DateTime && right instanceof Duration) return addDuration(left, right.negated());
    if (left instanceof DateTime && right instanceof DateTime) {
      if (
        left.isDate !== right.isDate ||
        (!left.isDate && (left.offset === undefined) !== (right.offset === undefined))
      )
        throw new TemplateError(
          'only two dates, or two datetimes that both have a time zone or both have none, can be subtracted',
        );
      return new Duration(left.instant - right.instant);
    }
    if (left instanceof Duration && right instanceof Duration)
      return new Duration(left.micros - right.micros, left.months - right.months);
    return wrong(left, '-', right);
  },
  '*': (left, right) => {
    if (isNumber(left) && isNumber(right))
      return arithmetic(
        left,
        right,
        (a, b) => a * b,
        (a, b) => a * b,
      );
    if (typeof left === 'string' && isInteger(right)) return repeated(left, Number(right));
    if (typeof right === 'string' && isInteger(left)) return repeated(right, Number(left));
    if (Array.isArray(left) && isInteger(right)) {
      boundedLength(left.length * Number(right));
      return Array.from({ length: Math.max(0, Number(right)) }, () => left).flat();
    }
    if (left instanceof Duration && isNumber(right))
      return new Duration(left.micros * numeric(right), left.months * numeric(right));
    return wrong(left, '*', right);
  },
  '/': (left, right) => {
    if (!isNumber(left) || !isNumber(right)) return wrong(left, '/', right);
    return Float.of(numeric(left) / nonZero(numeric(right)));
  },
  '//': (left, right) => {
    if (!isNumber(left) || !isNumber(right)) return wrong(left, '//', right);
    nonZero(numeric(right));
    return arithmetic(
      left,
      right,
      (a, b) => Math.floor(a / b),
      (a, b) => floorDivision(a, b),
    );
  },
  '%': (left, right) => {
    if (typeof left === 'string') return formatted(left, right);
    if (!isNumber(left) || !isNumber(right)) return wrong(left, '%', right);
    nonZero(numeric(right));
    return arithmetic(
      left,
      right,
      (a, b) => a - b * Math.floor(a / b),
      (a, b) => a - b * floorDivision(a, b),
    );
  },
  '**': (left, right) => {
    if (!isNumber(left) || !isNumber(right)) return wrong(left, '**', right);
    const power = numeric(left) ** numeric(right);
    if (!Number.isFinite(power)) throw new TemplateError('a power is too large');
    return isInteger(left) && isInteger(right) && Number.isSafeInteger(power) && numeric(right) >= 0
      ? power
      : Float.of(power);
  },
  '~': (left, right) => bounded(textOf(left) + textOf(right)),
};

export function binary(operator: string): Operator {
  return OPERATORS[operator]!;
}

export function negated(value: unknown): unknown {
  if (value instanceof Duration) return value.negated();
  if (!isNumber(value)) return wrong(value, '-', value);
  if (typeof value === 'bigint') return -value;
  return value instanceof Float ? Float.of(-value.value) : -Number(value) + 0;
}

function repeated(text: string, times: number): string {
  boundedLength(text.length * times);
  return times > 0 ? text.repeat(times) : '';
}

function nonZero(value: number): number {
  if (value === 0) throw new TemplateError('a division by zero');
  return value;
}

function floorDivision(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

const SPEC = /%(?:\((\w+)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([sdifrxXeEgGo%])/g;

/** Python's `%` on a text, for the usual conversions. */
export function formatted(text: string, values: unknown): string {
  const list = values instanceof Tuple ? values : [values];
  let next = 0;
  const made = text.replace(
    SPEC,
    (
      _,
      key: string | undefined,
      flags: string,
      width: string | undefined,
      digits: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      if (key === undefined && next >= list.length)
        throw new TemplateError('a format wants more values than there are');
      const value = key === undefined ? list[next++] : entriesOf(values)?.find(([name]) => name === key)?.[1];
      return fitted(
        converted(value, kind, digits === undefined ? undefined : Number(digits), flags),
        Number(width ?? 0),
        flags,
      );
    },
  );
  // What can be asked for parts of it need not be asked: a map, a list, what is not there.
  const isWhole = values instanceof Tuple || isNumber(values) || ['string', 'boolean'].includes(typeof values);
  if (next < list.length && (isWhole || values === null))
    throw new TemplateError('a format has fewer places than there are values');
  return bounded(made);
}

export function converted(value: unknown, kind: string, digits: number | undefined, flags: string): string {
  if (kind === 's') return digits === undefined ? textOf(value) : textOf(value).slice(0, digits);
  if (kind === 'r') return repr(value);
  demand(value);
  if (!isNumber(value)) throw new TemplateError(`${aTypeName(value)} cannot be formatted as a number`);
  const sign = (text: string) => (text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : text);
  if (kind === 'd' || kind === 'i') return sign(String(typeof value === 'bigint' ? value : Math.trunc(numeric(value))));
  if (kind === 'x' || kind === 'X' || kind === 'o') {
    const text = BigInt(Math.trunc(numeric(value))).toString(kind === 'o' ? 8 : 16);
    return kind === 'X' ? text.toUpperCase() : text;
  }
  const places = Math.min(digits ?? 6, 100);
  if (kind === 'f') return sign(numeric(value).toFixed(places));
  if (kind === 'g' || kind === 'G') return sign(String(Number(numeric(value).toPrecision(Math.max(1, places)))));
  return sign(
    numeric(value)
      .toExponential(places)
      .replace(/e([+-])(\d)$/, 'e$10$2'),
  );
}

export function fitted(text: string, width: number, flags: string): string {
  boundedLength(width);
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** The days of a span, as `timedelta.days` counts them. */
export const daysOf = (span: Duration): number => Math.floor(span.micros / DAY_US);
