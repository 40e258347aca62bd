import { DateTime, DAY_US, Duration, SECOND_US, Zone } from '../time/date-time.js';
import { isDict, Mapping, NamedTuple, Namespace } from './values.js';

const DATE: Readonly<Record<string, (value: DateTime) => unknown>> = {
  year: (value) => value.fields.year,
  month: (value) => value.fields.month,
  day: (value) => value.fields.day,
};
const MOMENT: typeof DATE = {
  ...DATE,
  hour: (value) => value.fields.hour,
  minute: (value) => value.fields.minute,
  second: (value) => value.fields.second,
  microsecond: (value) => value.fields.micro,
  tzinfo: (value) => (value.offset === undefined ? null : new Zone(value.offset)),
};
/** The days of a span, as `timedelta.days` counts them. */
const daysOf = (span: Duration): number => Math.floor(span.micros / DAY_US);
const SPAN: Readonly<Record<string, (value: Duration) => unknown>> = {
  days: daysOf,
  seconds: (value) => Math.floor((value.micros - daysOf(value) * DAY_US) / SECOND_US),
  microseconds: (value) => ((value.micros % SECOND_US) + SECOND_US) % SECOND_US,
};

/** What a value has under a name, methods aside. */
export function fieldOf(value: unknown, name: string): unknown {
  if (value instanceof Mapping) return value.attribute(name);
  if (value instanceof Namespace) return value.fields.get(name);
  if (value instanceof NamedTuple) return value[value.names.indexOf(name)];
  if (value instanceof DateTime) {
    const table = value.isDate ? DATE : MOMENT;
    return Object.hasOwn(table, name) ? table[name]!(value) : undefined;
  }
  if (value instanceof Duration) return Object.hasOwn(SPAN, name) ? SPAN[name]!(value) : undefined;
  return undefined;
}

/** What a mapping has under a key. */
export function itemOf(value: unknown, key: string): unknown {
  if (value instanceof Mapping) return value.item(key);
  return isDict(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
