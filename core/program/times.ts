import { CLOCK_TOKENS, HALF_SLOT, partsOfDateFormat, partsOfInstantFormat } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';

/** Readers of days and instants from ASCII bytes. `NaN` means: not such a value. */

const two = (b: Uint8Array, i: number): number => {
  const tens = (b[i] as number) - 0x30;
  const ones = (b[i + 1] as number) - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : tens * 10 + ones;
};

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Days since 1970-01-01 of a day of the calendar, years 1 to 9999; NaN where there is no such day. */
export function dayNumber(year: number, month: number, day: number): number {
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const leap = isLeap(year);
  if (day > (DAYS_IN[month - 1] as number) + (leap && month === 2 ? 1 : 0)) return Number.NaN;
  const y = year - 1;
  const before = y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return before + (DAYS_BEFORE[month - 1] as number) + (leap && month > 2 ? 1 : 0) + day - 719_163;
}

/** The first and the last second of the years 1 to 9999, which every destination holds. */
export const FIRST_SECOND = -62_135_596_800;
export const LAST_SECOND = 253_402_300_799;

/** `YYYY-MM-DD`. */
export function isoDate(b: Uint8Array, s: number, e: number): number {
  if (e - s !== 10 || b[s + 4] !== 0x2d || b[s + 7] !== 0x2d) return Number.NaN;
  return dayNumber(two(b, s) * 100 + two(b, s + 2), two(b, s + 5), two(b, s + 8));
}

/** Seconds of `isoTimestamp`'s last result are its return value; these two belong to it. */
export const last = { micros: 0, hasZone: false };

/**
 * `YYYY-MM-DD[T ]HH:MM[:SS[.fffffffff]][Z|±HH[:]MM|±HH]` or a bare day: seconds since 1970 of UTC where there is a zone, else
 * of the zone-less clock. Digits beyond the microsecond are cut off. A leap second is refused, since no column holds it.
 */
export function isoTimestamp(b: Uint8Array, s: number, e: number): number {
  last.micros = 0;
  last.hasZone = false;
  const days = isoDate(b, s, Math.min(s + 10, e));
  if (e - s === 10) return days * 86_400;
  const separator = b[s + 10];
  if (separator !== 0x54 && separator !== 0x20 && separator !== 0x74) return Number.NaN;
  const seconds = clock(b, s + 11, e);
  return days * 86_400 + seconds;
}

/** `HH:MM[:SS[.f…]]` with an optional zone; leaves micros and zone in `last`, and takes the zone off. */
function clock(b: Uint8Array, s: number, e: number): number {
  const hour = two(b, s);
  const minute = two(b, s + 3);
  if (!(hour <= 23 && minute <= 59) || b[s + 2] !== 0x3a || e - s < 5) return Number.NaN;
  let seconds = hour * 3600 + minute * 60;
  let i = s + 5;
  if (i < e && b[i] === 0x3a) {
    const second = two(b, i + 1);
    if (!(second <= 59) || i + 3 > e) return Number.NaN;
    seconds += second;
    i += 3;
    if (i < e && (b[i] === 0x2e || b[i] === 0x2c)) {
      let unit = 100_000;
      let micros = 0;
      const first = (i += 1);
      for (; i < e; i += 1) {
        const digit = (b[i] as number) - 0x30;
        if (digit < 0 || digit > 9) break;
        micros += digit * unit;
        unit = Math.floor(unit / 10);
      }
      if (i === first || i - first > 9) return Number.NaN;
      last.micros = micros;
    }
  }
  if (i === e) return seconds;
  if (b[i] === 0x20 && i + 1 < e) i += 1;
  last.hasZone = true;
  if ((b[i] === 0x5a || b[i] === 0x7a) && i + 1 === e) return seconds;
  const sign = b[i] === 0x2b ? 1 : b[i] === 0x2d ? -1 : 0;
  if (sign === 0 || e - i < 3) return Number.NaN;
  const zoneHours = two(b, i + 1);
  let zoneMinutes = 0;
  i += 3;
  if (i < e) {
    if (b[i] === 0x3a) i += 1;
    if (e - i !== 2) return Number.NaN;
    zoneMinutes = two(b, i);
  }
  if (!(zoneHours <= 18 && zoneMinutes <= 59)) return Number.NaN;
  return seconds - sign * (zoneHours * 3600 + zoneMinutes * 60);
}

/** Microseconds since midnight of `HH:MM[:SS[.f…]]`. */
export function isoTime(b: Uint8Array, s: number, e: number): number {
  last.micros = 0;
  last.hasZone = false;
  const seconds = clock(b, s, e);
  return last.hasZone ? Number.NaN : seconds * 1_000_000 + last.micros;
}

/**
 * A reader of days by a pattern of `YYYY`, `MM` or `M`, `DD` or `D` and other characters as they stand; undefined where it is none.
 * Without `DD` or `D` a month is read, as its first day.
 */
export function dateByPattern(pattern: string): ((b: Uint8Array, s: number, e: number) => number) | undefined {
  const parts = partsOfDateFormat(pattern);
  if (parts === undefined) return undefined;
  const [yearAt, monthAt, dayAt] = ['Y', 'M', 'D'].map((letter) =>
    parts.findIndex((part) => part.startsWith(letter)),
  ) as [number, number, number];
  const shortest = parts.map((part) => part.length);
  const longest = parts.map((part) => (/^[MD]$/.test(part) ? 2 : part.length));
  const literal = parts.map((part) => (/^[YMD]/.test(part) ? -1 : part.charCodeAt(0)));
  const found = new Int32Array(parts.length);
  return (b, s, e) => {
    let i = s;
    for (let part = 0; part < literal.length; part += 1) {
      if (literal[part] !== -1) {
        if (i >= e || b[i] !== literal[part]) return Number.NaN;
        i += 1;
        continue;
      }
      const end = Math.min(e, i + (longest[part] as number));
      const from = i;
      let value = 0;
      for (; i < end; i += 1) {
        const digit = (b[i] as number) - 0x30;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (i - from < (shortest[part] as number)) return Number.NaN;
      found[part] = value;
    }
    if (i !== e) return Number.NaN;
    const day = dayAt === -1 ? 1 : (found[dayAt] as number);
    return dayNumber(found[yearAt] as number, found[monthAt] as number, day);
  };
}

/**
 * A reader of instants by a pattern such as `M/D/YYYY h:mm:ss A`: `HH` or `H` of 24 hours, or `hh` or `h` with `A` for AM and PM.
 * Undefined where it is no such pattern. The result has no zone.
 */
export function instantByPattern(pattern: string): ((b: Uint8Array, s: number, e: number) => number) | undefined {
  const parts = partsOfInstantFormat(pattern);
  if (parts === undefined) return undefined;
  const isHalved = parts.includes('A');
  const tokens = parts.map((part) => CLOCK_TOKENS[part]);
  const found = new Int32Array(HALF_SLOT + 1);
  return (b, s, e) => {
    let i = s;
    found[5] = 0;
    for (const [index, token] of tokens.entries()) {
      if (token === undefined) {
        if (i >= e || b[i] !== (parts[index] as string).charCodeAt(0)) return Number.NaN;
        i += 1;
        continue;
      }
      const [least, most, slot] = token;
      if (slot === HALF_SLOT) {
        const half = (b[i] as number) | 32;
        if (i + 2 > e || (half !== 0x61 && half !== 0x70) || ((b[i + 1] as number) | 32) !== 0x6d) return Number.NaN;
        found[slot] = half === 0x70 ? 12 : 0;
        i += 2;
        continue;
      }
      const from = i;
      let value = 0;
      for (; i < e && i - from < most; i += 1) {
        const digit = (b[i] as number) - 0x30;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (i - from < least) return Number.NaN;
      found[slot] = value;
    }
    const [year, month, day, hour, minute, second, half] = found as unknown as number[];
    if (i !== e || !((minute as number) <= 59 && (second as number) <= 59)) return Number.NaN;
    if (isHalved ? !((hour as number) >= 1 && (hour as number) <= 12) : !((hour as number) <= 23)) return Number.NaN;
    const hours = isHalved ? ((hour as number) % 12) + (half as number) : (hour as number);
    last.micros = 0;
    last.hasZone = false;
    const days = dayNumber(year as number, month as number, day as number);
    return days * 86_400 + hours * 3_600 + (minute as number) * 60 + (second as number);
  };
}

/**
 * `-d*[.d*]`, a count since 1970 of seconds or (`perSecond` 1000) of milliseconds: whole seconds, and micros in `last`. Digit by
 * digit, since a double would round the microseconds of our days; what lies beyond them is cut off.
 */
export function epochTimestamp(b: Uint8Array, s: number, e: number, perSecond: number): number {
  let i = s;
  const negative = b[i] === 0x2d;
  if (negative) i += 1;
  const first = i;
  let count = 0;
  for (; i < e && b[i] !== 0x2e; i += 1) {
    const digit = (b[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    count = count * 10 + digit;
  }
  if (i === first || i - first > 15) return Number.NaN;
  let seconds = Math.floor(count / perSecond);
  const micros = 1_000_000 / perSecond;
  let rest = (count - seconds * perSecond) * micros;
  if (i < e) {
    let unit = micros / 10;
    const point = i;
    for (i += 1; i < e; i += 1, unit = Math.floor(unit / 10)) {
      const digit = (b[i] as number) - 0x30;
      if (digit < 0 || digit > 9) return Number.NaN;
      rest += digit * unit;
    }
    if (i === point + 1) return Number.NaN;
  }
  if (negative) {
    seconds = rest === 0 ? -seconds : -seconds - 1;
    rest = rest === 0 ? 0 : 1_000_000 - rest;
  }
  last.micros = rest;
  last.hasZone = true;
  return seconds;
}

/** Seconds to take off a zone-less clock to get UTC. Where a clock shows an hour twice the earlier is taken; one that it skips is moved on. */
export function zoneOffsets(timeZone: string): (localSeconds: number) => number {
  const format = formatIn(timeZone);
  const offsetAt = (utcSeconds: number): number => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(utcSeconds * 1000)) part[type] = Number(value);
    const local =
      dayNumber(part['year'] ?? 1, part['month'] ?? 1, part['day'] ?? 1) * 86_400 +
      (part['hour'] ?? 0) * 3600 +
      (part['minute'] ?? 0) * 60 +
      (part['second'] ?? 0);
    return local - utcSeconds;
  };
  const byQuarterHour = new Map<number, number>();
  return (local) => {
    // Zones change on whole quarters of an hour, so one answer serves all of one.
    const quarter = Math.floor(local / 900);
    const known = byQuarterHour.get(quarter);
    if (known !== undefined) return known;
    const before = offsetAt(local - 86_400);
    const after = offsetAt(local + 86_400);
    // The earlier instant is the one with the larger offset, if the clock really showed it then.
    const offset = offsetAt(local - before) === before ? before : offsetAt(local - after) === after ? after : before;
    if (byQuarterHour.size > 100_000) byQuarterHour.clear();
    byQuarterHour.set(quarter, offset);
    return offset;
  };
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new ConnectorError('config', `The time zone "${timeZone}" is unknown.`, {
      cause,
      hint: 'Give an IANA name such as America/Chicago, or UTC.',
    });
  }
}
