import { TemplateError } from './lexer.js';
import { isAscii, trimmed } from './python-text.js';
import {
  aTypeName,
  boundedWhole,
  chargeWhole,
  demand,
  Float,
  isInteger,
  isNumber,
  numeric,
  wholeNumber,
} from './values.js';
import { charge } from './work.js';

/** What has to be a whole number. */
export function whole(value: unknown, what: string): number {
  if (!isInteger(value)) throw new TemplateError(`${what} is ${aTypeName(value)}, and not a whole number`);
  return Number(value);
}

/** Digits of other scripts as those of ASCII: their characters stand ten by ten in order. */
function asciiDigits(text: string): string {
  if (isAscii(text)) return text;
  charge(text.length << 6);
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let first = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  });
}

const PREFIXES: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 };

/** Python's `int(text, base)`; undefined where the text is no whole number in it. */
export function wholeOf(text: string, base = 10): number | bigint | undefined {
  if (base === 10 && /^[0-9]{1,15}$/.test(text)) return Number(text);
  charge(text.length << 5);
  const match = /^([+-]?)(0([xob])_?)?([0-9a-z]+(?:_[0-9a-z]+)*)$/i.exec(asciiDigits(trimmed(text)));
  if (match === null || base < 0 || base === 1 || base > 36) return undefined;
  const [, sign = '', prefix = '', letter = '', rest = ''] = match;
  const implied = PREFIXES[letter.toLowerCase()];
  const isPrefixed = implied !== undefined && (base === 0 || base === implied);
  const radix = isPrefixed ? implied : base === 0 ? 10 : base;
  const digits = `${isPrefixed ? '' : prefix}${rest}`.replaceAll('_', '').toLowerCase();
  if (base === 0 && !isPrefixed && /^0+[1-9]/.test(digits)) return undefined;
  const highest = Array.from(digits, (digit) => Number.parseInt(digit, 36)).reduce((a, b) => Math.max(a, b), 0);
  if (highest >= radix) return undefined;
  const made = radix === 10 ? wholeNumber(digits) : inBase(digits, radix);
  if (made === undefined) return undefined;
  return sign === '-' ? (typeof made === 'bigint' ? -made : -made + 0) : made;
}

function inBase(digits: string, radix: number): number | bigint | undefined {
  const quick = Number.parseInt(digits, radix);
  if (Number.isSafeInteger(quick)) return quick;
  // As with ten as the base, the work grows with the square of the digits.
  if (digits.length > 4300) return undefined;
  charge(digits.length << 6);
  const base = BigInt(radix);
  return Array.from(digits, (digit) => BigInt(Number.parseInt(digit, 36))).reduce((made, one) => made * base + one, 0n);
}

/** Python's `float(text)`; undefined where the text is none. */
export function floatOf(text: string): number | undefined {
  charge(text.length << 2);
  const plain = asciiDigits(trimmed(text)).toLowerCase();
  const word = /^([+-]?)(nan|inf|infinity)$/.exec(plain);
  if (word !== null) return word[2] === 'nan' ? Number.NaN : word[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/.test(plain))
    return undefined;
  return Number(plain.replaceAll('_', ''));
}

/** Python's `int` of a number; undefined for what is not a number. */
export function truncated(value: number): number | bigint | undefined {
  if (Number.isNaN(value)) return undefined;
  if (!Number.isFinite(value)) throw new TemplateError('an infinite number is no whole one');
  const made = Math.trunc(value) + 0;
  return Number.isSafeInteger(made) ? made : BigInt(made);
}

/** Python's `round` of a number, half to even; without places, or of a whole number, it is whole. */
export function rounded(value: unknown, places: number | undefined): unknown {
  demand(value);
  if (!isNumber(value)) throw new TemplateError(`${aTypeName(value)} cannot be rounded`);
  if (isInteger(value)) return places === undefined || places >= 0 ? whole0(value) : roundedWhole(value, -places);
  const float = numeric(value);
  if (places === undefined) {
    const made = truncated(halfToEven(float));
    if (made === undefined) throw new TemplateError('what is not a number cannot be rounded to a whole one');
    return made;
  }
  if (!Number.isFinite(float) || places > 323) return Float.of(float);
  if (places < -308) return Float.of(isNegative(float) ? -0 : 0);
  if (places >= 0) return Float.of(Math.abs(float) >= 2 ** 53 ? float : Number(fixed(float, Math.min(places, 100))));
  const unit = 10 ** -places;
  const rest = float % unit;
  const below = float - rest;
  const isUp = Math.abs(rest) === unit / 2 ? (below / unit) % 2 !== 0 : Math.abs(rest) > unit / 2;
  const made = below + (isUp ? Math.sign(float) * unit : 0);
  return Float.of(made === 0 && isNegative(float) ? -0 : made);
}

const whole0 = (value: number | bigint | boolean): number | bigint =>
  typeof value === 'bigint' ? value : Number(value);

function roundedWhole(value: number | bigint | boolean, zeros: number): number | bigint {
  if (zeros > 4300) return 0;
  const [all, unit] = [BigInt(value), 10n ** BigInt(zeros)];
  chargeWhole(all);
  chargeWhole(unit);
  const rest = ((all % unit) + unit) % unit;
  const below = all - rest;
  const isUp = rest * 2n === unit ? (below / unit) % 2n !== 0n : rest * 2n > unit;
  const made = below + (isUp ? unit : 0n);
  return Number.isSafeInteger(Number(made)) ? Number(made) : boundedWhole(made);
}

function halfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const isNegative = (value: number): boolean => value < 0 || Object.is(value, -0);

/** Digits after the point beyond which `toFixed` has none left. */
const MOST_PLACES = 100;

/** A number with so many digits after the point, as C writes it: by its exact value, halves to even. */
export function fixed(value: number, places: number): string {
  const [size, sign] = [Math.abs(value), isNegative(value) ? '-' : ''];
  const wanted = Math.min(places, MOST_PLACES);
  charge(wanted << 2);
  const more = '0'.repeat(places - wanted);
  if (size >= 1e21) return `${sign}${BigInt(size)}${places > 0 ? `.${'0'.repeat(wanted)}${more}` : ''}`;
  const made = size.toFixed(wanted);
  // `toFixed` rounds halves up. An exact half ends in a 5 after which there is nothing, and keeps its half when it is scaled.
  if (wanted <= 22 && (size * 10 ** wanted) % 1 !== 0.5) return sign + made + more;
  const exact = size.toFixed(Math.min(MOST_PLACES, wanted + 55));
  const tail = exact.slice(made.length + (wanted === 0 ? 1 : 0));
  if (!/^50*$/.test(tail)) return sign + made + more;
  const even = exact.slice(0, made.length);
  return sign + (/[02468]$/.test(even) ? even : made) + more;
}

/** A number with an exponent, as C writes it. */
export function exponential(value: number, places: number): string {
  const wanted = Math.min(places, MOST_PLACES);
  charge(wanted << 2);
  const sign = isNegative(value) ? '-' : '';
  const size = Math.abs(value);
  const [mantissa = '', power = '0'] = size.toExponential(wanted).split('e');
  const written = `${Math.abs(Number(power))}`.padStart(2, '0');
  const tail = `e${power.startsWith('-') ? '-' : '+'}${written}`;
  // As with `fixed`, an exact half goes to the even digit.
  const [exact = '', exactPower] = size.toExponential(Math.min(MOST_PLACES, wanted + 55)).split('e');
  const even = exact.slice(0, wanted === 0 ? 1 : wanted + 2);
  const isHalf = exactPower === power && /^50*$/.test(exact.slice(even.length + (wanted === 0 ? 1 : 0)));
  return `${sign}${isHalf && /[02468]$/.test(even) ? even : mantissa}${'0'.repeat(places - wanted)}${tail}`;
}

/**
 * A number as `g` writes it: so many digits in all, with an exponent where it is long, without zeros at its end unless it keeps them.
 * With a point it looks like a float at any rate.
 */
export function general(value: number, digits: number, keepsZeros: boolean, hasPoint = false): string {
  const precision = Math.min(Math.max(1, digits), MOST_PLACES);
  const [mantissa = '', power = '0'] = exponential(value, precision - 1).split('e');
  const exponent = Number(power);
  const short = (text: string) => (keepsZeros || !text.includes('.') ? text : text.replace(/\.?0+$/, ''));
  if (exponent < -4 || exponent >= precision - (hasPoint ? 1 : 0)) return `${short(mantissa)}e${power}`;
  const made = short(fixed(value, precision - 1 - exponent));
  return hasPoint && !made.includes('.') ? `${made}.0` : made;
}
