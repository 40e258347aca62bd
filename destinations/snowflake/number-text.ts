const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const MAX_WHOLE = 0x7fff_ffff;
/** Below it `String` writes an exponent; and 0 has a sign. */
const MIN_SIZE = 1e-6;
const MAX_EXACT = 1e15;

/** Writes a whole number from 0 to 2^31 - 1 and gives the place behind it. */
export function writeWhole(to: Uint8Array, start: number, value: number): number {
  let length = 1;
  for (let rest = value; rest >= 10; rest = (rest / 10) | 0) length += 1;
  let rest = value;
  for (let at = start + length - 1; at >= start; at -= 1) {
    const next = (rest / 10) | 0;
    to[at] = ZERO + rest - next * 10;
    rest = next;
  }
  return start + length;
}

/**
 * Writes a number of at most nine digits behind the point as `String` does, without making a text, and gives the place behind it;
 * 0 where it is another one, and nothing is written. Two texts of up to 15 digits are never the same number, so that the first which
 * gives it back is the shortest.
 */
export function writeNumber(to: Uint8Array, start: number, value: number): number {
  const size = Math.abs(value);
  if (!(size >= MIN_SIZE && size < MAX_WHOLE)) return 0;
  for (let places = 1; places < POWERS.length; places += 1) {
    const power = POWERS[places] as number;
    const scaled = Math.round(size * power);
    if (scaled >= MAX_EXACT) return 0;
    if (scaled / power !== size) continue;
    let at = start;
    if (value < 0) to[at++] = MINUS;
    const whole = Math.floor(size);
    at = writeWhole(to, at, whole);
    let rest = scaled - whole * power;
    if (rest === 0) return at;
    to[at] = POINT;
    for (let digit = at + places; digit > at; digit -= 1) {
      const next = Math.floor(rest / 10);
      to[digit] = ZERO + rest - next * 10;
      rest = next;
    }
    return at + places + 1;
  }
  return 0;
}
