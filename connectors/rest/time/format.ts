import { DateTime, DAY_US, offsetText, padded, SECOND_US } from './date-time.js';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

type Writer = (moment: DateTime) => string;

const field =
  (name: 'month' | 'day' | 'hour' | 'minute' | 'second', digits = 2): Writer =>
  (moment) =>
    padded(moment.fields[name], digits);

const dayOfYear = (moment: DateTime): number => {
  const { year, month, day } = moment.fields;
  return (DateTime.of({ year, month, day }).instant - DateTime.of({ year }).instant) / DAY_US + 1;
};
const twelve = (hour: number): number => hour % 12 || 12;

/** Directives of `strftime` as glibc and Python write them in the C locale. */
const DIRECTIVES: Readonly<Record<string, Writer>> = {
  Y: (moment) => String(moment.fields.year),
  y: (moment) => padded(moment.fields.year % 100),
  m: field('month'),
  d: field('day'),
  e: (moment) => String(moment.fields.day).padStart(2),
  H: field('hour'),
  I: (moment) => padded(twelve(moment.fields.hour)),
  M: field('minute'),
  S: field('second'),
  f: (moment) => padded(moment.fields.micro, 6),
  z: (moment) => (moment.offset === undefined ? '' : offsetText(moment.offset, '')),
  Z: (moment) =>
    moment.offset === undefined ? '' : moment.offset === 0 ? 'UTC' : `UTC${offsetText(moment.offset, ':')}`,
  j: (moment) => padded(dayOfYear(moment), 3),
  b: (moment) => MONTHS[moment.fields.month - 1]!.slice(0, 3),
  h: (moment) => MONTHS[moment.fields.month - 1]!.slice(0, 3),
  B: (moment) => MONTHS[moment.fields.month - 1]!,
  a: (moment) => DAYS[moment.weekday]!.slice(0, 3),
  A: (moment) => DAYS[moment.weekday]!,
  p: (moment) => (moment.fields.hour < 12 ? 'AM' : 'PM'),
  s: (moment) => String(Math.floor(moment.instant / SECOND_US)),
  u: (moment) => String(moment.weekday + 1),
  w: (moment) => String((moment.weekday + 1) % 7),
  U: (moment) => padded(Math.floor((dayOfYear(moment) + 6 - ((moment.weekday + 1) % 7)) / 7)),
  W: (moment) => padded(Math.floor((dayOfYear(moment) + 6 - moment.weekday) / 7)),
  G: (moment) => String(isoWeek(moment).year),
  V: (moment) => padded(isoWeek(moment).week),
  F: (moment) => strftime(moment, '%Y-%m-%d'),
  T: (moment) => strftime(moment, '%H:%M:%S'),
  R: (moment) => strftime(moment, '%H:%M'),
  D: (moment) => strftime(moment, '%m/%d/%y'),
  c: (moment) => strftime(moment, '%a %b %e %H:%M:%S %Y'),
  x: (moment) => strftime(moment, '%m/%d/%y'),
  X: (moment) => strftime(moment, '%H:%M:%S'),
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};

function isoWeek(moment: DateTime): { readonly year: number; readonly week: number } {
  const thursday = moment.plus((3 - moment.weekday) * DAY_US);
  return { year: thursday.fields.year, week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}

/** Python's `strftime`; a directive that it does not know stays as it is, as with glibc. `%-d` leaves the padding off. */
export function strftime(moment: DateTime, format: string): string {
  return format.replace(/%(-?)([A-Za-z%])/g, (whole, dash: string, directive: string) => {
    const text = DIRECTIVES[directive]?.(moment);
    if (text === undefined) return whole;
    return dash === '' ? text : text.replace(/^[0 ]+(?=.)/, '');
  });
}

/** Formats of whole numbers: what one unit is in microseconds. */
const EPOCHS: Readonly<Record<string, number>> = { '%s': SECOND_US, '%ms': 1000, '%epoch_microseconds': 1 };

const UNITS = [
  ['PT0.000001S', 1],
  ['PT0.001S', 1000],
  ['PT1S', SECOND_US],
  ['PT1M', 60 * SECOND_US],
  ['PT1H', 3600 * SECOND_US],
  ['P1D', DAY_US],
  ['P1M', 31 * DAY_US],
] as const;
const ROUND = DateTime.of({ year: 2024, month: 5, day: 1 });

/** The smallest step that a format shows, as an ISO 8601 duration: two moments that are nearer to each other are written alike. */
export function finestUnit(format: string): string {
  const round = formatMoment(ROUND, format);
  return UNITS.find(([, micros]) => formatMoment(ROUND.plus(micros), format) !== round)?.[0] ?? 'P1Y';
}

/** Writes a moment in a format of the manifest language: `strftime` with `%s`, `%s_as_float`, `%ms`, `%epoch_microseconds`, `%_ms`. */
export function formatMoment(moment: DateTime, format: string): string {
  const unit = EPOCHS[format];
  if (unit !== undefined) return String(Math.trunc(moment.instant / unit));
  if (format === '%s_as_float') {
    const seconds = moment.instant / SECOND_US;
    return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
  }
  if (!format.includes('%_ms')) return strftime(moment, format);
  return format
    .split('%_ms')
    .map((part) => strftime(moment, part))
    .join(padded(Math.floor(moment.fields.micro / 1000), 3));
}

const PATTERNS: Readonly<Record<string, string>> = {
  Y: '(\\d{4})',
  y: '(\\d{2})',
  m: '(1[0-2]|0[1-9]|[1-9])',
  d: '(3[01]|[12]\\d|0[1-9]|[1-9]| [1-9])',
  H: '(2[0-3]|[01]\\d|\\d)',
  I: '(1[0-2]|0[1-9]|[1-9])',
  M: '([0-5]\\d|\\d)',
  S: '(6[01]|[0-5]\\d|\\d)',
  f: '(\\d{1,6})',
  z: '([+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z)',
  Z: '(UTC|GMT|[A-Z]{3,4})',
  j: '(36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])',
  b: `(${MONTHS.map((name) => name.slice(0, 3)).join('|')})`,
  B: `(${MONTHS.join('|')})`,
  a: `(${DAYS.map((name) => name.slice(0, 3)).join('|')})`,
  A: `(${DAYS.join('|')})`,
  p: '(AM|PM)',
};
const SHORTHANDS: Readonly<Record<string, string>> = { F: '%Y-%m-%d', T: '%H:%M:%S', D: '%m/%d/%y', R: '%H:%M' };

interface Reader {
  readonly pattern: RegExp;
  readonly directives: readonly string[];
}
/** Templates may take formats from data, so there is no end to them. */
const MOST_KEPT = 100;
const readers = new Map<string, Reader | undefined>();

function readerOf(format: string): Reader | undefined {
  if (readers.has(format)) return readers.get(format);
  const directives: string[] = [];
  let isKnown = true;
  const spread = format.replace(/%([FTDR])/g, (_, name: string) => SHORTHANDS[name]!);
  const source = spread.replace(/%(.)|(\s+)|([^\s%]+)/gs, (_, directive?: string, space?: string, literal?: string) => {
    if (space !== undefined) return '\\s+';
    if (literal !== undefined) return literal.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    if (directive === '%') return '%';
    const pattern = PATTERNS[directive ?? ''];
    if (pattern === undefined) isKnown = false;
    else directives.push(directive!);
    return pattern ?? '';
  });
  const reader = isKnown ? { pattern: new RegExp(`^${source}$`, 'i'), directives } : undefined;
  if (readers.size >= MOST_KEPT) readers.clear();
  readers.set(format, reader);
  return reader;
}

/** Python's `strptime`; undefined where the text does not fit the format. Without `%z` the moment is naive. */
export function strptime(text: string, format: string): DateTime | undefined {
  const reader = readerOf(format);
  const match = reader?.pattern.exec(text);
  if (reader === undefined || match === null || match === undefined) return undefined;
  const parts = new Map(reader.directives.map((directive, at) => [directive, match[at + 1]!]));
  const number = (directive: string) => (parts.has(directive) ? Number(parts.get(directive)) : undefined);
  const short = number('y');
  const year = number('Y') ?? (short === undefined ? 1900 : short < 69 ? 2000 + short : 1900 + short);
  const monthName = (parts.get('b') ?? parts.get('B'))?.slice(0, 3).toLowerCase();
  let month =
    number('m') ??
    1 +
      Math.max(
        0,
        MONTHS.findIndex((name) => name.slice(0, 3).toLowerCase() === monthName),
      );
  let day = number('d') ?? 1;
  const ordinal = number('j');
  if (ordinal !== undefined) ({ month, day } = DateTime.of({ year }).plus((ordinal - 1) * DAY_US).fields);
  let hour = number('H') ?? number('I') ?? 0;
  if (parts.has('I')) hour = (hour % 12) + (parts.get('p')?.toUpperCase() === 'PM' ? 12 : 0);
  if (day > lastDay(year, month)) return undefined;
  const micro = parts.has('f') ? Number(parts.get('f')!.padEnd(6, '0')) : 0;
  const zone = parts.get('z');
  const offset = zone !== undefined ? offsetOf(zone) : undefined;
  return DateTime.of({ year, month, day, hour, minute: number('M') ?? 0, second: number('S') ?? 0, micro }, offset);
}

/** A calendar comes again after 400 years. */
const lastDay = (year: number, month: number): number => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const digits = text.slice(1).replaceAll(':', '');
  const seconds =
    Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4) || 0) * 60 + Number(digits.slice(4, 6) || 0);
  return text.startsWith('-') ? -seconds : seconds;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** The last moment of which a calendar knows the day. */
const LAST_US = 8.64e21;

/** Reads a moment in a format of the manifest language; UTC where the text names no zone, undefined where it does not fit. */
export function parseMoment(value: string | number, format: string): DateTime | undefined {
  const unit = EPOCHS[format];
  if (unit !== undefined) {
    const units = typeof value === 'number' ? Math.trunc(value) : /^[+-]?\d+$/.test(value.trim()) ? Number(value) : NaN;
    return Math.abs(units * unit) <= LAST_US ? new DateTime(units * unit, 0) : undefined;
  }
  if (format === '%s_as_float') {
    const seconds = typeof value === 'number' || DECIMAL.test(value.trim()) ? Number(value) : NaN;
    return Math.abs(seconds * SECOND_US) <= LAST_US ? new DateTime(Math.round(seconds * SECOND_US), 0) : undefined;
  }
  const parsed = strptime(String(value), format.replaceAll('%_ms', '%f'));
  return parsed?.offset === undefined ? parsed && new DateTime(parsed.instant, 0) : parsed;
}

const ISO =
  /^(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** An ISO 8601 day or instant, UTC where no zone is named; undefined where the text is none. */
export function parseIso(text: string): DateTime | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const fields = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    micro: Number(fraction.slice(0, 6).padEnd(6, '0')),
  };
  if (fields.month < 1 || fields.month > 12 || fields.hour > 24) return undefined;
  if (fields.day < 1 || fields.day > lastDay(fields.year, fields.month)) return undefined;
  return DateTime.of(fields, offsetOf(zone)).withOffset(0);
}
