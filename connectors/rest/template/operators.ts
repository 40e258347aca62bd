import { addDuration, DateTime, Duration } from '../time/date-time.js';
import { formatted } from './format.js';
import { MistypedError, TemplateError } from './lexer.js';
import {
  bounded,
  boundedLength,
  boundedWhole,
  chargeWhole,
  demand,
  Float,
  isInteger,
  isNumber,
  numeric,
  textOf,
  Tuple,
  aTypeName,
} from './values.js';
import { charge } from './work.js';

type Operator = (left: unknown, right: unknown) => unknown;

function wrong(left: unknown, operator: string, right: unknown): never {
  demand(left);
  demand(right);
  throw new MistypedError(`${aTypeName(left)} and ${aTypeName(right)} have no "${operator}"`);
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
  return narrow(integers(long(left), long(right)));
}

/** A whole number with all its digits. */
function long(value: number | bigint | boolean): bigint {
  const made = BigInt(value);
  chargeWhole(made);
  return made;
}

const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : boundedWhole(value);
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
      charge(boundedLength(left.length + right.length) << 1);
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
      if (left.length === 0 || Number(right) <= 0) return [];
      charge(boundedLength(left.length * Number(right)) << 4);
      return Array.from({ length: Number(right) }, () => left).flat();
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
    if (!isInteger(left) || !isInteger(right) || numeric(right) < 0) return Float.of(power);
    return Number.isSafeInteger(power) ? power : narrow(BigInt(left) ** BigInt(right));
  },
  '~': (left, right) => bounded(textOf(left) + textOf(right)),
};

export function binary(operator: string): Operator {
  return OPERATORS[operator]!;
}

/** `+value`: the same, as long as it is a number or a span. */
export function affirmed(value: unknown): unknown {
  if (value instanceof Duration) return value;
  if (!isNumber(value)) return wrong(value, '+', value);
  return typeof value === 'boolean' ? Number(value) : value;
}

export function negated(value: unknown): unknown {
  if (value instanceof Duration) return value.negated();
  if (!isNumber(value)) return wrong(value, '-', value);
  if (typeof value === 'bigint') return -value;
  return value instanceof Float ? Float.of(-value.value) : -Number(value) + 0;
}

function repeated(text: string, times: number): string {
  if (text === '' || times <= 0) return '';
  charge(boundedLength(text.length * times) >> 2);
  return text.repeat(times);
}

function nonZero(value: number): number {
  if (value === 0) throw new TemplateError('a division by zero');
  return value;
}

function floorDivision(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
