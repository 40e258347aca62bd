import { timeNow } from './clock.js';

const MICROS_PER_MS = 1000;
export const SECOND_US = 1_000_000;
export const DAY_US = 86_400 * SECOND_US;

/** Calendar fields of a moment, as its own clock shows them. */
export interface CalendarFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micro: number;
}

/**
 * A moment as Python's `datetime` knows it. `instant` is in microseconds since 1970 in UTC; without an offset (`undefined`) the
 * moment is naive and `instant` is its wall clock read as UTC. Whole microseconds are exact from 1684 to 2255, near enough beyond.
 */
export class DateTime {
  readonly instant: number;
  /** Seconds east of UTC. */
  readonly offset: number | undefined;
  /** True for a `date`: it has no time of day. */
  readonly isDate: boolean;

  constructor(instant: number, offset?: number, isDate = false) {
    this.instant = instant;
    this.offset = offset;
    this.isDate = isDate;
  }

  static of(fields: Partial<CalendarFields> & { readonly year: number }, offset?: number): DateTime {
    const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0 } = fields;
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    date.setUTCHours(hour, minute, second, 0);
    return new DateTime(date.getTime() * MICROS_PER_MS + micro - (offset ?? 0) * SECOND_US, offset);
  }

  static now(): DateTime {
    return new DateTime(timeNow().getTime() * MICROS_PER_MS, 0);
  }

  get fields(): CalendarFields {
    const wall = this.instant + (this.offset ?? 0) * SECOND_US;
    const ms = Math.floor(wall / MICROS_PER_MS);
    const date = new Date(ms);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      micro: date.getUTCMilliseconds() * MICROS_PER_MS + (wall - ms * MICROS_PER_MS),
    };
  }

  /** Day of the week, Monday being 0. */
  get weekday(): number {
    const days = Math.floor((this.instant + (this.offset ?? 0) * SECOND_US) / DAY_US);
    return (((days + 3) % 7) + 7) % 7;
  }

  /** The same moment on another clock; a naive one is taken to be UTC. */
  withOffset(offset: number): DateTime {
    return new DateTime(this.instant, offset);
  }

  get date(): DateTime {
    const { year, month, day } = this.fields;
    return new DateTime(DateTime.of({ year, month, day }).instant, undefined, true);
  }

  plus(micros: number): DateTime {
    return new DateTime(this.instant + micros, this.offset, this.isDate);
  }

  /** `2024-01-31 10:00:00+00:00`, as Python's `str` writes it, or with a `T`. */
  text(separator = ' '): string {
    const { year, month, day, hour, minute, second, micro } = this.fields;
    const date = `${padded(year, 4)}-${padded(month)}-${padded(day)}`;
    if (this.isDate) return date;
    const fraction = micro === 0 ? '' : `.${padded(micro, 6)}`;
    const zone = this.offset === undefined ? '' : offsetText(this.offset, ':');
    return `${date}${separator}${padded(hour)}:${padded(minute)}:${padded(second)}${fraction}${zone}`;
  }
}

export const padded = (value: number, digits = 2): string => String(value).padStart(digits, '0');

export function offsetText(offset: number, colon: string): string {
  const minutes = Math.abs(offset) / 60;
  const seconds = Math.abs(offset) % 60;
  const tail = seconds === 0 ? '' : `${colon}${padded(seconds)}`;
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60))}${colon}${padded(Math.floor(minutes % 60))}${tail}`;
}

/** A time zone as far as a moment knows it: how far it is from UTC. */
export class Zone {
  /** Seconds east of UTC. */
  readonly offset: number;
  constructor(offset: number) {
    this.offset = offset;
  }
  text(): string {
    return this.offset === 0 ? 'UTC' : `UTC${offsetText(this.offset, ':')}`;
  }
}

/** A span of time; months are apart, since they have no fixed length. */
export class Duration {
  readonly months: number;
  readonly micros: number;

  constructor(micros: number, months = 0) {
    this.micros = micros;
    this.months = months;
  }

  get isZero(): boolean {
    return this.micros === 0 && this.months === 0;
  }

  negated(): Duration {
    return new Duration(-this.micros, -this.months);
  }

  /** As Python's `timedelta` is written: `1 day, 2:00:00`. */
  text(): string {
    const days = Math.floor(this.micros / DAY_US);
    const rest = this.micros - days * DAY_US;
    const seconds = Math.floor(rest / SECOND_US);
    const micro = rest - seconds * SECOND_US;
    const clock = `${Math.floor(seconds / 3600)}:${padded(Math.floor(seconds / 60) % 60)}:${padded(seconds % 60)}`;
    const fraction = micro === 0 ? '' : `.${padded(micro, 6)}`;
    const day = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
    return `${day}${clock}${fraction}`;
  }
}

/** The moment after a span; months are added by the calendar, the day being held to the month's last. */
export function addDuration(moment: DateTime, span: Duration): DateTime {
  if (span.months === 0) return moment.plus(span.micros);
  const fields = moment.fields;
  const months = fields.year * 12 + fields.month - 1 + span.months;
  const [year, month] = [Math.floor(months / 12), (months % 12) + 1];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const moved = DateTime.of({ ...fields, year, month, day: Math.min(fields.day, last) }, moment.offset);
  return new DateTime(moved.instant + span.micros, moment.offset, moment.isDate);
}

const DURATION =
  /^([+-])?P(?!$)(?:(\d+(?:[.,]\d+)?)Y)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?=\d)(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;

/** An ISO 8601 duration such as `P30D` or `PT1H`; undefined where the text is none. */
export function parseIsoDuration(text: string): Duration | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2)
    .map((part) => (part === undefined ? 0 : Number(part.replace(',', '.'))));
  const micros = Math.round(((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND_US);
  const span = new Duration(micros, Math.round(years * 12 + months));
  return match[1] === '-' ? span.negated() : span;
}
