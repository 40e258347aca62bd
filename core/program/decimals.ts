import { latin } from './numbers.js';

/** What `decimalFault` finds. */
export const NOT_A_DECIMAL = 1;
const TOO_MANY_DIGITS = 2;

/** As many digits after the point as Postgres's `numeric` holds; before it a text of that length cannot reach the limit. */
const MAX_SCALE = 16_383;

/** The digits that a column holds before and after the point. */
export function decimalRoom(precision?: number, scale = 0): { readonly whole: number; readonly scale: number } {
  return precision === undefined ? { whole: 131_072, scale: MAX_SCALE } : { whole: precision - scale, scale };
}

/**
 * 0 where the bytes are a decimal number (`[+-]d*[.d*][e[+-]d+]`) that a column of so many digits holds without rounding:
 * leading zeros count nowhere, and neither do zeros at the end.
 */
export function decimalFault(b: Uint8Array, s: number, e: number, wholeRoom: number, scaleRoom: number): number {
  let i = s;
  if (b[i] === 0x2d || b[i] === 0x2b) i += 1;
  let whole = 0;
  let digits = 0;
  for (; i < e; i += 1) {
    const c = b[i] as number;
    if (c < 0x30 || c > 0x39) break;
    digits += 1;
    if (whole > 0 || c !== 0x30) whole += 1;
  }
  let scale = 0;
  if (i < e && b[i] === 0x2e) {
    const point = i;
    for (i += 1; i < e; i += 1) {
      const c = b[i] as number;
      if (c < 0x30 || c > 0x39) break;
      digits += 1;
      if (c !== 0x30) scale = i - point;
    }
  }
  if (digits === 0) return NOT_A_DECIMAL;
  if (i < e) return withExponent(b, s, e, wholeRoom, scaleRoom);
  return whole > wholeRoom || scale > scaleRoom || e - s > MAX_SCALE ? TOO_MANY_DIGITS : 0;
}

/** Three digits of exponent are enough for any quantity; a number with more is refused as too large. */
function withExponent(b: Uint8Array, s: number, e: number, wholeRoom: number, scaleRoom: number): number {
  if (e - s > MAX_SCALE) return TOO_MANY_DIGITS;
  const match = /^[+-]?(\d*)(?:\.(\d*))?[eE]([+-]?\d+)$/.exec(latin(b, s, e));
  if (match === null) return NOT_A_DECIMAL;
  const [, whole = '', fraction = '', power = ''] = match;
  const exponent = Number(power);
  if (power.length > 4 || Math.abs(exponent) > 999) return TOO_MANY_DIGITS;
  if (fraction.length - exponent > MAX_SCALE) return TOO_MANY_DIGITS;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return 0;
  const before = whole.length + exponent - (whole.length + fraction.length - digits.length);
  return before > wholeRoom || significant.length - before > scaleRoom ? TOO_MANY_DIGITS : 0;
}
