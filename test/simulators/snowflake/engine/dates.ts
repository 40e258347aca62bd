import { errors } from '../errors.js';
import type { Call } from '../sql/ast.js';
import { fixed, plain, text, timestamp, type DataType } from '../sql/types.js';
import { converted, type Typed } from './casts.js';
import type { FunctionRule, FunctionTable } from './functions.js';

const DATE = plain('DATE');
const NTZ = timestamp('TIMESTAMP_NTZ');

/** docs.snowflake.com, "Supported date and time parts". */
const PARTS: Readonly<Record<string, string>> = {
  year: 'year y yy yyy yyyy yr years yrs',
  month: 'month mm mon mons months',
  day: 'day d dd days dayofmonth',
  dayofweek: 'dayofweek weekday dow dw',
  isodow: 'dayofweekiso weekday_iso dow_iso dw_iso dayofweek_iso',
  doy: 'dayofyear yearday doy dy',
  week: 'week w wk weekofyear woy wy weekiso week_iso weekofyeariso weekofyear_iso',
  quarter: 'quarter q qtr qtrs quarters',
  isoyear: 'yearofweekiso yearofweek',
  hour: 'hour h hh hr hours hrs',
  minute: 'minute m mi min minutes mins',
  second: 'second s sec seconds secs',
  millisecond: 'millisecond ms msec milliseconds',
  microsecond: 'microsecond us usec microseconds',
  epoch: 'epoch_second epoch epoch_seconds',
};
const partOf = (call: Call, index: number): string => {
  const argument = call.args[index];
  if (argument.kind !== 'text') throw errors.unsupported(`a part of ${call.name} that is no constant`, call.place);
  const wanted = argument.value.toLowerCase();
  for (const [part, words] of Object.entries(PARTS)) if (words.split(' ').includes(wanted)) return part;
  throw errors.invalid(`'${argument.value}' is not a valid date/time component for function ${call.name}.`, call.place);
};

/** A value as a time: a text is read as a timestamp. */
const moment = (value: Typed): Typed =>
  value.type === null || value.type.name === 'TEXT' || value.type.name === 'VARIANT'
    ? { sql: converted(value, NTZ), type: NTZ }
    : value;
/** Its wall clock, which parts and differences are of. */
const wall = (value: Typed): string => {
  const time = moment(value);
  return time.type?.name === 'TIME' ? time.sql : converted(time, time.type?.name === 'DATE' ? DATE : NTZ);
};

/** What a function of times gives back in the type that it was given, by way of the wall clock. */
const back = (sql: string, type: DataType | null): Typed => {
  if (type?.name === 'DATE') return { sql: `CAST(${sql} AS DATE)`, type };
  if (type?.name === 'TIMESTAMP_LTZ') return { sql: `CAST(${sql} AS TIMESTAMPTZ)`, type };
  return { sql: `CAST(${sql} AS TIMESTAMP)`, type: NTZ };
};

const dateTrunc: FunctionRule = {
  least: 1,
  most: 2,
  write(args, call) {
    const of = moment(args[1]);
    const part = partOf(call, 0);
    if (of.type?.name !== 'TIMESTAMP_TZ') return back(`date_trunc('${part}', ${wall(of)})`, of.type);
    return {
      sql: `{'utc': date_trunc('${part}', sf_tz_wall(${of.sql})) - to_minutes(CAST((${of.sql})."offset" AS BIGINT)), 'offset': (${of.sql})."offset"}`,
      type: of.type,
    };
  },
};

const SMALL = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond']);

const dateAdd: FunctionRule = {
  least: 3,
  most: 3,
  write(args, call) {
    const part = partOf(call, 0);
    const count = `CAST(round(${converted(args[1], plain('REAL'))}) AS INTEGER)`;
    const of = moment(args[2]);
    const amount = part === 'quarter' ? `to_months(3 * ${count})` : `to_${part}s(${count})`;
    if (of.type?.name === 'TIMESTAMP_TZ')
      return {
        sql: `{'utc': sf_tz_wall(${of.sql}) + ${amount} - to_minutes(CAST((${of.sql})."offset" AS BIGINT)), 'offset': (${of.sql})."offset"}`,
        type: of.type,
      };
    const moved = `(${wall(of)} + ${amount})`;
    return back(moved, of.type?.name === 'DATE' && SMALL.has(part) ? NTZ : of.type);
  },
};

/** Counts the borders between two times, as the engine does too. */
const dateDiff = (isPartFirst: boolean): FunctionRule => ({
  least: 3,
  most: 3,
  write(args, call) {
    if (!isPartFirst) throw errors.unsupported(call.name, call.place);
    return { sql: `date_diff('${partOf(call, 0)}', ${wall(args[1])}, ${wall(args[2])})`, type: fixed(18, 0) };
  },
});

const part = (name: string): FunctionRule => ({
  least: 1,
  most: 1,
  write: ([of]) => ({ sql: `date_part('${name}', ${wall(of)})`, type: fixed(9, 0) }),
});

/** With two arguments from the session's zone (or that of the value) into another; with three between two, without zones. */
const convertTimezone: FunctionRule = {
  least: 2,
  most: 3,
  write(args) {
    if (args.length === 3) {
      const [from, to, of] = args;
      return { sql: `timezone(${to.sql}, timezone(${from.sql}, ${converted(moment(of), NTZ)}))`, type: NTZ };
    }
    const [to, of] = args;
    const instant = converted(moment(of), timestamp('TIMESTAMP_LTZ'));
    const wallThere = `timezone(${to.sql}, ${instant})`;
    return {
      sql: `{'utc': timezone('UTC', ${instant}), 'offset': CAST(date_diff('minute', timezone('UTC', ${instant}), ${wallThere}) AS SMALLINT)}`,
      type: timestamp('TIMESTAMP_TZ'),
    };
  },
};

const now = (type: DataType, sql: string): FunctionRule => ({ least: 0, most: 1, write: () => ({ sql, type }) });

export const DATES: FunctionTable = {
  DATE_TRUNC: dateTrunc,
  DATEADD: dateAdd,
  TIMESTAMPADD: dateAdd,
  TIMEADD: dateAdd,
  DATEDIFF: dateDiff(true),
  TIMESTAMPDIFF: dateDiff(true),
  TIMEDIFF: dateDiff(true),
  DATE_PART: {
    least: 2,
    most: 2,
    write: ([, of], call) => ({
      sql:
        partOf(call, 0) === 'epoch'
          ? `CAST(floor(epoch(${converted(moment(of), timestamp('TIMESTAMP_LTZ'))})) AS BIGINT)`
          : `date_part('${partOf(call, 0)}', ${wall(of)})`,
      type: fixed(18, 0),
    }),
  },
  YEAR: part('year'),
  QUARTER: part('quarter'),
  MONTH: part('month'),
  WEEK: part('week'),
  WEEKISO: part('week'),
  DAY: part('day'),
  DAYOFMONTH: part('day'),
  DAYOFWEEK: part('dayofweek'),
  DAYOFWEEKISO: part('isodow'),
  DAYOFYEAR: part('doy'),
  YEAROFWEEKISO: part('isoyear'),
  HOUR: part('hour'),
  MINUTE: part('minute'),
  SECOND: part('second'),
  DAYNAME: { least: 1, most: 1, write: ([of]) => ({ sql: `left(dayname(${wall(of)}), 3)`, type: text(3) }) },
  MONTHNAME: { least: 1, most: 1, write: ([of]) => ({ sql: `left(monthname(${wall(of)}), 3)`, type: text(3) }) },
  LAST_DAY: {
    least: 1,
    most: 2,
    write([of], call) {
      const unit = call.args.length > 1 ? partOf(call, 1) : 'month';
      const length = { month: 1, quarter: 3, year: 12 }[unit];
      if (length === undefined) throw errors.unsupported(`LAST_DAY of a ${unit}`, call.place);
      return {
        sql: `CAST(date_trunc('${unit}', ${wall(of)}) + to_months(${length}) - INTERVAL 1 DAY AS DATE)`,
        type: DATE,
      };
    },
  },
  ADD_MONTHS: {
    least: 2,
    most: 2,
    // From the last day of a month to the last day of another.
    write([of, months]) {
      const at = moment(of);
      const moved = `(${wall(at)} + to_months(CAST(${months.sql} AS INTEGER)))`;
      const isLast = `CAST(${wall(at)} AS DATE) = last_day(CAST(${wall(at)} AS DATE))`;
      if (at.type?.name !== 'DATE') throw errors.unsupported('ADD_MONTHS of a timestamp');
      return {
        sql: `CASE WHEN ${isLast} THEN last_day(CAST(${moved} AS DATE)) ELSE CAST(${moved} AS DATE) END`,
        type: DATE,
      };
    },
  },
  DATE_FROM_PARTS: {
    least: 3,
    most: 3,
    write: ([y, m, d]) => ({
      sql: `CAST(make_date(CAST(${y.sql} AS BIGINT), 1, 1) + to_months(CAST(${m.sql} - 1 AS INTEGER)) + to_days(CAST(${d.sql} - 1 AS INTEGER)) AS DATE)`,
      type: DATE,
    }),
  },
  CONVERT_TIMEZONE: convertTimezone,
  CURRENT_TIMESTAMP: now(timestamp('TIMESTAMP_LTZ'), 'now()'),
  LOCALTIMESTAMP: now(timestamp('TIMESTAMP_LTZ'), 'now()'),
  GETDATE: now(timestamp('TIMESTAMP_LTZ'), 'now()'),
  SYSDATE: now(NTZ, "timezone('UTC', now())"),
  CURRENT_DATE: now(DATE, 'CAST(CAST(now() AS TIMESTAMP) AS DATE)'),
  CURRENT_TIME: now(timestamp('TIME'), 'CAST(CAST(now() AS TIMESTAMP) AS TIME)'),
};
/** Their first argument may be a bare word: DATE_TRUNC(month, d). */
export const TAKES_PART = new Set([
  'DATE_TRUNC',
  'DATEADD',
  'TIMESTAMPADD',
  'TIMEADD',
  'DATEDIFF',
  'TIMESTAMPDIFF',
  'TIMEDIFF',
  'DATE_PART',
]);
