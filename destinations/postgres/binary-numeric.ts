const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;

/**
 * Writes ASCII digits as Postgres's binary `numeric` (base 10,000) and returns the offset after it. Keeps every digit, and
 * as many after the point as were written, so that `1.50` stays `1.50`.
 * `grow` is asked for room where a large exponent makes the value longer than its text.
 */
export function writeNumeric(
  view: DataView,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  grow: (needed: number) => DataView,
): number {
  let i = start;
  let sign = POSITIVE;
  if (bytes[i] === 0x2d) {
    sign = NEGATIVE;
    i += 1;
  } else if (bytes[i] === 0x2b) i += 1;

  // Significant digits without leading zeros, and where the point stands relative to their first.
  const digits: number[] = [];
  let beforePoint = 0;
  let scale = 0;
  let seenPoint = false;
  let leadingZeros = true;
  for (; i < end; i += 1) {
    const c = bytes[i] as number;
    if (c === 0x2e) {
      seenPoint = true;
      continue;
    }
    if (c === 0x65 || c === 0x45) break;
    if (seenPoint) scale += 1;
    if (leadingZeros && c === 0x30) {
      if (seenPoint) beforePoint -= 1;
      continue;
    }
    leadingZeros = false;
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
    view = grow(8);
    view.setInt32(at, 0);
    view.setUint16(at + 4, POSITIVE);
    view.setUint16(at + 6, scale);
    return at + 8;
  }
  // Groups of four are aligned on the point: the first group holds what is left over of the whole part.
  const weight = Math.ceil(beforePoint / 4) - 1;
  const lead = beforePoint - weight * 4; // digits of the first group that stand before its end, 1..4
  const groups = Math.ceil((count + 4 - lead) / 4);
  view = grow(8 + groups * 2);
  view.setUint16(at, groups);
  view.setInt16(at + 2, weight);
  view.setUint16(at + 4, sign);
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
