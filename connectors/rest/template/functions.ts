import { randomUUID } from 'node:crypto';
import { timeNow } from '../time/clock.js';
import { DateTime, DAY_US, Duration, parseIsoDuration } from '../time/date-time.js';
import { parseIso } from '../time/format.js';
import { dictOf, pairsOf } from './collection-methods.js';
import { TemplateError } from './lexer.js';
import { countedMoment, formattedMoment, readMoment, writtenMoment } from './moments.js';
import { truncated } from './numbers.js';
import { Callable, perform, taking, type Named, type Taking } from './parameters.js';
import { text } from './python-text.js';
import { quoteQuery } from './quote.js';
import { aTypeName, demand, Float, isNumber, isTrue, iterate, Namespace, numeric, order } from './values.js';
import { charge } from './work.js';

function momentOf(value: unknown): DateTime {
  charge(64);
  demand(value);
  const moment = typeof value === 'string' ? parseIso(value) : undefined;
  if (moment !== undefined) return moment;
  throw new TemplateError(
    typeof value === 'string' ? 'a text is no date or time in ISO 8601' : `${aTypeName(value)} is no date or time`,
  );
}

function formatDatetime(value: unknown, format: unknown, inputFormat: unknown): string {
  if (value instanceof DateTime) return writtenMoment(value, text(format));
  if (typeof value === 'number' && Number.isInteger(value)) {
    const moment = countedMoment(value, inputFormat === undefined ? '%s' : text(inputFormat));
    if (moment === undefined) throw new TemplateError('a number does not fit the format of its date');
    return formattedMoment(moment, text(format));
  }
  if (inputFormat === undefined) return formattedMoment(momentOf(value), text(format));
  const parsed = readMoment(text(value), text(inputFormat));
  if (parsed === undefined) throw new TemplateError(`a text does not fit the format "${text(inputFormat)}"`);
  return formattedMoment(parsed.offset === undefined ? parsed.withOffset(0) : parsed, text(format));
}

/** Work of asking for the clock of a zone. */
const CLOCK = 6_400;

function today(zone: string): DateTime {
  charge(CLOCK);
  try {
    const parts = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    return new DateTime(parseIso(parts.format(timeNow()))!.instant, undefined, true);
  } catch {
    throw new TemplateError(`"${zone}" is no time zone`);
  }
}

const extreme = (sign: 1 | -1): Taking<undefined> =>
  taking('*args', (_: undefined, given: unknown[]) => {
    if (given.length === 0) throw new TemplateError('"max" and "min" need a list, or values to choose from');
    const items = given.length === 1 ? iterate(given[0]) : given;
    if (items.length === 0) throw new TemplateError('an empty list has no largest or smallest element');
    return items.reduce((best, item) => (order(item, best) * sign > 0 ? item : best));
  });

const pairsFirst = (other: unknown, named: Named): Named => [...(other === undefined ? [] : pairsOf(other)), ...named];

const TABLE: Readonly<Record<string, Taking<undefined>>> = {
  now_utc: taking('', () => DateTime.now()),
  today_utc: taking('', () => DateTime.now().date),
  today_with_timezone: taking('timezone', (_: undefined, zone) => today(text(zone))),
  timestamp: taking('dt', (_: undefined, value) => {
    if (isNumber(value)) return truncated(numeric(value)) ?? wrongNumber();
    return Float.of(momentOf(value).instant / 1_000_000);
  }),
  max: extreme(1),
  min: extreme(-1),
  day_delta: taking('num_days format?', (_: undefined, days, format = '%Y-%m-%dT%H:%M:%S.%f%z') => {
    demand(days);
    if (!isNumber(days)) throw new TemplateError(`${aTypeName(days)} is no number of days`);
    return writtenMoment(DateTime.now().plus(Math.round(numeric(days) * DAY_US)), text(format));
  }),
  duration: taking('datestring', (_: undefined, written) => {
    demand(written);
    const span: Duration | undefined = typeof written === 'string' ? parseIsoDuration(written) : undefined;
    if (span === undefined) throw new TemplateError('a text is no ISO 8601 duration such as P1D');
    return span;
  }),
  format_datetime: taking('dt format input_format?', (_: undefined, value, format, inputFormat) =>
    formatDatetime(value, format, isTrue(inputFormat) ? inputFormat : undefined),
  ),
  str_to_datetime: taking('s', (_: undefined, value) => momentOf(value)),
  sanitize_url: taking('value', (_: undefined, value) => quoteQuery(text(value))),
  camel_case_to_snake_case: taking('value', (_: undefined, value) => {
    charge(text(value).length << 4);
    return text(value)
      .replace(/(?<!^)(?=[A-Z])/g, '_')
      .toLowerCase();
  }),
  generate_uuid: taking('', () => randomUUID()),
  namespace: taking('other? / **kwargs', (_: undefined, other, named: Named) => {
    const made = new Namespace();
    for (const [name, value] of pairsFirst(other, named)) made.fields.set(name, value);
    return made;
  }),
  dict: taking('other? / **kwargs', (_: undefined, other, named: Named) => dictOf(pairsFirst(other, named))),
};

function wrongNumber(): never {
  throw new TemplateError('what is not a number is no time');
}

/** How an error names a function. */
const functionName = (name: string): string => `the function "${name}"`;

/** What a template may call. Without `range`: a template has no business to count to a million. */
export const FUNCTIONS: Readonly<Record<string, Callable>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, taken]) => [
    name,
    new Callable(functionName(name), taken.parameters, (...bound) => perform(taken, undefined, bound)),
  ]),
);
