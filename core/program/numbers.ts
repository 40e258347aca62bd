/** Readers of whole and floating numbers from ASCII bytes. `NaN` means: not such a number, or not by the fast way. */

const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** Integers of up to 15 digits; everything else is left to `integerSlowly`. */
export function integerOf(b: Uint8Array, s: number, e: number): number {
  let i = s;
  const negative = b[i] === 0x2d;
  if (negative) i += 1;
  const length = e - i;
  if (length <= 0 || length > 15) return Number.NaN;
  let value = 0;
  for (; i < e; i += 1) {
    const digit = (b[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** Any integer text with blanks around it and a sign: undefined where it is none, null beyond 64 bits. */
export function integerSlowly(b: Uint8Array, s: number, e: number): bigint | null | undefined {
  if (e - s > 1_000) return undefined;
  const text = latin(b, s, e).trim();
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return isInt64(value) ? value : null;
}

export function isInt64(value: bigint): boolean {
  return value <= INT64_MAX && value >= INT64_MIN;
}

/** A double, exact as `Number(text)` would be; infinities and NaN are refused. */
export function numberOf(b: Uint8Array, s: number, e: number): number {
  let i = s;
  const negative = b[i] === 0x2d;
  if (negative) i += 1;
  if (e - i <= 16 && e > i) {
    let value = 0;
    let scale = -1;
    let plain = true;
    for (let k = i; k < e; k += 1) {
      const c = b[k] as number;
      if (c === 0x2e && scale < 0) scale = 0;
      else if (c >= 0x30 && c <= 0x39) {
        value = value * 10 + (c - 0x30);
        if (scale >= 0) scale += 1;
      } else {
        plain = false;
        break;
      }
    }
    // Up to 15 digits and a power of ten below 10^23 are exact doubles, so that one division rounds correctly.
    if (plain && e - i - (scale >= 0 ? 1 : 0) > 0)
      return (negative ? -value : value) / (POWERS[Math.max(scale, 0)] as number);
  }
  if (e - s > 1_000) return Number.NaN;
  const text = latin(b, s, e).trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

export function latin(b: Uint8Array, s: number, e: number): string {
  return Buffer.from(b.buffer, b.byteOffset + s, e - s).toString('latin1');
}
