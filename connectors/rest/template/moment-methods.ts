import { DateTime, DAY_US, Duration, SECOND_US, Zone } from '../time/date-time.js';
import { parseIso } from '../time/format.js';
import { TemplateError } from './lexer.js';
import { readMoment, writtenMoment } from './moments.js';
import { whole } from './numbers.js';
import { taking, type Taking } from './parameters.js';
import { text } from './python-text.js';
import { aTypeName, demand, Float, isNumber, NamedTuple, numeric } from './values.js';

type MomentMethod = Taking<DateTime>;

/** 1970-01-01 as Python counts days from year 1 on. */
const EPOCH_ORDINAL = 719_163;

const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'micro'] as const;
const HIGHEST = { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59, micro: 999_999 };

function withFields(value: DateTime, given: readonly unknown[]): DateTime {
  const fields: Record<(typeof FIELDS)[number], number> = { ...value.fields };
  FIELDS.forEach((name, at) => {
    if (given[at] === undefined) return;
    fields[name] = whole(given[at], `the ${name === 'micro' ? 'microsecond' : name}`);
    const least = at < 3 ? 1 : 0;
    if (fields[name] < least || fields[name] > HIGHEST[name]) throw new TemplateError(`there is no such ${name}`);
  });
  const made = DateTime.of(fields, value.offset);
  if (made.fields.day !== fields.day) throw new TemplateError('there is no such day in the month');
  return made;
}

/** A time zone that a template gives, which it can only have from the `tzinfo` of a moment. */
function offsetOf(zone: unknown): number | undefined {
  if (zone === undefined || zone === null) return undefined;
  demand(zone);
  if (!(zone instanceof Zone)) throw new TemplateError(`${aTypeName(zone)} is no time zone`);
  return zone.offset;
}

const naive = (value: DateTime): DateTime => new DateTime(value.instant + (value.offset ?? 0) * SECOND_US);

/** The moment now on the clock of a zone; without one it is that of this host, which is taken to be UTC. */
const nowIn = (zone: unknown): DateTime => {
  const offset = offsetOf(zone);
  return offset === undefined ? naive(DateTime.now()) : DateTime.now().withOffset(offset);
};

function atSeconds(seconds: unknown, zone: unknown): DateTime {
  demand(seconds);
  if (!isNumber(seconds)) throw new TemplateError(`${aTypeName(seconds)} is no number of seconds`);
  return new DateTime(Math.round(numeric(seconds) * SECOND_US), offsetOf(zone));
}

const PRECISIONS: Readonly<Record<string, RegExp>> = {
  hours: /:\d\d:\d\d\.\d+/,
  minutes: /:\d\d\.\d+/,
  seconds: /\.\d+/,
  milliseconds: /\d{3}(?=$|[+-]\d\d:)/,
};

function isoText(value: DateTime, separator: string, precision: string): string {
  if (Array.from(separator).length !== 1) throw new TemplateError('what stands before the time is one character');
  const whole = value.text(separator);
  if (precision === 'auto') return whole;
  const full = writtenMoment(value, '%f') === '000000' ? whole.replace(/(:\d\d:\d\d)/, '$1.000000') : whole;
  if (precision === 'microseconds') return full;
  const cut = Object.hasOwn(PRECISIONS, precision) ? PRECISIONS[precision] : undefined;
  if (cut === undefined) throw new TemplateError(`"${precision}" is no precision of a time`);
  return full.replace(cut, '');
}

const ordinalOf = (value: DateTime): number => Math.floor(naive(value).instant / DAY_US) + EPOCH_ORDINAL;

/** What dates and moments have in common, with the parameters that Python gives it. */
const BOTH: Readonly<Record<string, MomentMethod>> = {
  strftime: taking('format', (value: DateTime, format) => writtenMoment(value, text(format))),
  ctime: taking('', (value: DateTime) => writtenMoment(value, '%a %b %e %H:%M:%S %Y')),
  weekday: taking('', (value: DateTime) => value.weekday),
  isoweekday: taking('', (value: DateTime) => value.weekday + 1),
  isocalendar: taking('', (value: DateTime) =>
    NamedTuple.named({
      year: Number(writtenMoment(value, '%G')),
      week: Number(writtenMoment(value, '%V')),
      weekday: value.weekday + 1,
    }),
  ),
  toordinal: taking('', ordinalOf),
};

export const DATE_METHODS: Readonly<Record<string, MomentMethod>> = {
  ...BOTH,
  isoformat: taking('', (value: DateTime) => value.text()),
  replace: taking('year? month? day?', (value: DateTime, ...given: unknown[]) => withFields(value, given).date),
  today: taking('', () => DateTime.now().date),
  fromordinal: taking('ordinal /', (_value: DateTime, ordinal) => dayOf(ordinal).date),
  fromtimestamp: taking('timestamp /', (_value: DateTime, seconds) => atSeconds(seconds, undefined).date),
  fromisoformat: taking('date_string /', (_value: DateTime, written) => isoMoment(written).date),
};

export const MOMENT_METHODS: Readonly<Record<string, MomentMethod>> = {
  ...BOTH,
  isoformat: taking('sep? timespec?', (value: DateTime, separator = 'T', precision = 'auto') =>
    isoText(value, text(separator), text(precision)),
  ),
  timestamp: taking('', (value: DateTime) => Float.of(value.instant / SECOND_US)),
  date: taking('', (value: DateTime) => value.date),
  astimezone: taking('tz?', (value: DateTime, zone) => value.withOffset(offsetOf(zone) ?? 0)),
  utcoffset: taking('', (value: DateTime) =>
    value.offset === undefined ? null : new Duration(value.offset * SECOND_US),
  ),
  tzname: taking('', (value: DateTime) => (value.offset === undefined ? null : new Zone(value.offset).text())),
  replace: taking(
    'year? month? day? hour? minute? second? microsecond? tzinfo?',
    (value: DateTime, ...given: unknown[]) => {
      const moved = withFields(value, given);
      if (given[7] === undefined) return moved;
      const offset = offsetOf(given[7]);
      return offset === undefined ? naive(moved) : new DateTime(naive(moved).instant - offset * SECOND_US, offset);
    },
  ),
  now: taking('tz?', (_value: DateTime, zone) => nowIn(zone)),
  utcnow: taking('', () => naive(DateTime.now())),
  today: taking('', () => naive(DateTime.now())),
  fromordinal: taking('ordinal /', (_value: DateTime, ordinal) => dayOf(ordinal)),
  fromtimestamp: taking('timestamp tz?', (_value: DateTime, seconds, zone) => atSeconds(seconds, zone)),
  utcfromtimestamp: taking('timestamp /', (_value: DateTime, seconds) => atSeconds(seconds, undefined)),
  fromisoformat: taking('date_string /', (_value: DateTime, written) => isoMoment(written)),
  strptime: taking('date_string format /', (_value: DateTime, written, format) => {
    const made = readMoment(text(written), text(format));
    if (made === undefined) throw new TemplateError(`a text does not fit the format "${text(format)}"`);
    return made;
  }),
};

export const SPAN_METHODS: Readonly<Record<string, Taking<Duration>>> = {
  total_seconds: taking('', (span: Duration) => Float.of(span.micros / SECOND_US)),
};

const dayOf = (ordinal: unknown): DateTime => new DateTime((whole(ordinal, 'a day') - EPOCH_ORDINAL) * DAY_US);

function isoMoment(written: unknown): DateTime {
  const made = parseIso(text(written));
  if (made === undefined) throw new TemplateError('a text is no date or time in ISO 8601');
  return /(?:Z|[+-]\d\d:?\d\d)$/i.test(text(written)) && /\d[T ]\d/.test(text(written)) ? made : naive(made);
}
