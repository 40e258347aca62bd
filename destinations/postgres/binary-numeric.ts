const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;

/** Groups of four digits of the last short number: four before the point, three after it. */
const short = new Int32Array(7);

/**
 * Writes ASCII digits as Postgres's binary `numeric` (base 10,000) and returns the offset after it. Keeps every digit, and
 * as many after the point as were written, so that `1.50` stays `1.50`. Takes at most 12 bytes more than the text.
 */
export function writeNumeric(view: DataView, at: number, bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  const isNegative = bytes[i] === 0x2d;
  if (isNegative || bytes[i] === 0x2b) i += 1;
  if (end - i > 16) return writeLong(view, at, bytes, i, end, isNegative);

  // Up to 16 digits before the point and 12 after it are exact as doubles.
  let whole = 0;
  let c = 0;
  const first = i;
  for (; i < end; i += 1) {
    c = bytes[i] as number;
    if (c < 0x30 || c > 0x39) break;
    whole = whole * 10 + (c - 0x30);
  }
  let fraction = 0;
  let scale = 0;
  if (i < end) {
    if (c !== 0x2e || end - i > 13) return writeLong(view, at, bytes, first, end, isNegative);
    scale = end - i - 1;
    for (i += 1; i < end; i += 1) {
      c = bytes[i] as number;
      if (c < 0x30 || c > 0x39) return writeLong(view, at, bytes, first, end, isNegative);
      fraction = fraction * 10 + (c - 0x30);
    }
    for (let digits = scale; digits < 12; digits += 1) fraction *= 10;
  }
  if (whole > Number.MAX_SAFE_INTEGER) return writeLong(view, at, bytes, first, end, isNegative);
  const upper = Math.floor(whole / 1e8);
  const lower = whole - upper * 1e8;
  short[0] = upper / 1e4;
  short[1] = upper % 1e4;
  short[2] = lower / 1e4;
  short[3] = lower % 1e4;
  const head = Math.floor(fraction / 1e4);
  short[4] = head / 1e4;
  short[5] = head % 1e4;
  short[6] = fraction - head * 1e4;
  let from = 0;
  let to = 7;
  while (from < 7 && short[from] === 0) from += 1;
  while (to > from && short[to - 1] === 0) to -= 1;
  view.setUint16(at, to - from);
  view.setInt16(at + 2, to === from ? 0 : 3 - from);
  view.setUint16(at + 4, isNegative && to > from ? NEGATIVE : POSITIVE);
  view.setUint16(at + 6, scale);
  let out = at + 8;
  for (; from < to; from += 1, out += 2) view.setUint16(out, short[from] as number);
  return out;
}

/** Any length, any exponent. */
function writeLong(
  view: DataView,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  isNegative: boolean,
): number {
  // Significant digits without leading zeros, and where the point stands relative to their first.
  const digits: number[] = [];
  let beforePoint = 0;
  let scale = 0;
  let seenPoint = false;
  let i = start;
  for (; i < end; i += 1) {
    const c = bytes[i] as number;
    if (c === 0x2e) {
      seenPoint = true;
      continue;
    }
    if (c === 0x65 || c === 0x45) break;
    if (seenPoint) scale += 1;
    if (digits.length === 0 && c === 0x30) {
      if (seenPoint) beforePoint -= 1;
      continue;
    }
    digits.push(c - 0x30);
    if (!seenPoint) beforePoint += 1;
  }
  if (i < end) {
    const exponent = exponentOf(bytes, i + 1, end);
    beforePoint += exponent;
    scale = Math.max(0, scale - exponent);
  }
  let count = digits.length;
  while (count > 0 && digits[count - 1] === 0) count -= 1;
  if (count === 0) {
    view.setInt32(at, 0);
    view.setUint16(at + 4, POSITIVE);
    view.setUint16(at + 6, scale);
    return at + 8;
  }
  // Groups of four are aligned on the point: the first group holds what is left over of the whole part.
  const weight = Math.ceil(beforePoint / 4) - 1;
  const lead = beforePoint - weight * 4; // digits of the first group that stand before its end, 1..4
  const groups = Math.ceil((count + 4 - lead) / 4);
  view.setUint16(at, groups);
  view.setInt16(at + 2, weight);
  view.setUint16(at + 4, isNegative ? NEGATIVE : POSITIVE);
  view.setUint16(at + 6, scale);
  let position = lead - 4; // index of the first digit of the group, negative where zeros stand in front
  let out = at + 8;
  for (let group = 0; group < groups; group += 1) {
    let value = 0;
    for (let k = 0; k < 4; k += 1, position += 1)
      value = value * 10 + (position >= 0 && position < count ? (digits[position] as number) : 0);
    view.setUint16(out, value);
    out += 2;
  }
  return out;
}

function exponentOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let i = start;
  const negative = bytes[i] === 0x2d;
  if (negative || bytes[i] === 0x2b) i += 1;
  for (; i < end; i += 1) value = value * 10 + ((bytes[i] as number) - 0x30);
  return negative ? -value : value;
}
