import { randomUUID } from 'node:crypto';
import { DateTime, DAY_US, Duration, parseIsoDuration } from '../time/date-time.js';
import { formatMoment, parseIso, parseMoment, strftime, strptime } from '../time/format.js';
import { quoteQuery } from './filters.js';
import { TemplateError } from './lexer.js';
import {
  demand,
  Float,
  isNumber,
  iterate,
  Namespace,
  numeric,
  order,
  textOf,
  aTypeName,
  type Callable,
} from './values.js';

function momentOf(value: unknown): DateTime {
  demand(value);
  const moment = typeof value === 'string' ? parseIso(value) : undefined;
  if (moment !== undefined) return moment;
  throw new TemplateError(
    typeof value === 'string' ? 'a text is no date or time in ISO 8601' : `${aTypeName(value)} is no date or time`,
  );
}

function formatDatetime(value: unknown, format: unknown, inputFormat: unknown): string {
  if (value instanceof DateTime) return strftime(value, textOf(format));
  if (typeof value === 'number' && Number.isInteger(value)) {
    const moment = parseMoment(value, inputFormat === undefined || inputFormat === null ? '%s' : textOf(inputFormat));
    if (moment === undefined) throw new TemplateError('a number does not fit the format of its date');
    return formatMoment(moment, textOf(format));
  }
  if (inputFormat === undefined || inputFormat === null) return formatMoment(momentOf(value), textOf(format));
  const parsed = strptime(textOf(value), textOf(inputFormat));
  if (parsed === undefined) throw new TemplateError(`a text does not fit the format "${textOf(inputFormat)}"`);
  return formatMoment(parsed.offset === undefined ? parsed.withOffset(0) : parsed, textOf(format));
}

function today(zone: string): DateTime {
  try {
    const parts = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    return new DateTime(parseIso(parts.format(new Date()))!.instant, undefined, true);
  } catch {
    throw new TemplateError(`"${zone}" is no time zone`);
  }
}

const extreme =
  (sign: 1 | -1): Callable =>
  (positional) => {
    const items = positional.length === 1 ? iterate(positional[0]) : positional;
    if (items.length === 0) throw new TemplateError('an empty list has no largest or smallest element');
    return items.reduce((best, item) => (order(item, best) * sign > 0 ? item : best));
  };

/** What a template may call. Without `range`: a template has no business to count to a million. */
export const FUNCTIONS: Readonly<Record<string, Callable>> = {
  now_utc: () => DateTime.now(),
  today_utc: () => DateTime.now().date,
  today_with_timezone: ([zone]) => today(textOf(zone)),
  timestamp: ([value]) => {
    if (isNumber(value)) return Math.trunc(numeric(value));
    return Float.of(momentOf(value).instant / 1_000_000);
  },
  max: extreme(1),
  min: extreme(-1),
  day_delta: ([days, format], named) =>
    strftime(
      DateTime.now().plus(numeric(days ?? named['num_days']) * DAY_US),
      textOf(format ?? named['format'] ?? '%Y-%m-%dT%H:%M:%S.%f%z'),
    ),
  duration: ([text]) => {
    demand(text);
    const span: Duration | undefined = typeof text === 'string' ? parseIsoDuration(text) : undefined;
    if (span === undefined) throw new TemplateError('a text is no ISO 8601 duration such as P1D');
    return span;
  },
  format_datetime: ([value, format, inputFormat], named) =>
    formatDatetime(value ?? named['dt'], format ?? named['format'], inputFormat ?? named['input_format']),
  str_to_datetime: ([value]) => momentOf(value),
  sanitize_url: ([value]) => quoteQuery(textOf(value)),
  camel_case_to_snake_case: ([value]) =>
    textOf(value)
      .replace(/(?<!^)(?=[A-Z])/g, '_')
      .toLowerCase(),
  generate_uuid: () => randomUUID(),
  namespace: (_positional, named) => {
    const made = new Namespace();
    for (const [name, value] of Object.entries(named)) made.fields.set(name, value);
    return made;
  },
  dict: (_positional, named) => ({ ...named }),
};
