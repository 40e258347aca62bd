import { parseDuration } from '../protocol/index.js';
import { CronText } from './cron-text.js';
import { Choice, ClockText, DurationText, MinutesText, Name, TimeZone } from './fields.js';
import { ExactlyOneOf, Key, OptionalKey, Rule, list, one, word } from './shape.js';

export type CatchUp = 'coalesce' | 'skip';
export type WeekdayName = (typeof WEEKDAY_NAMES)[number];
/** In the order of cron: Sunday is 0. */
export const WEEKDAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

@Rule<BlackoutSettings>(({ from, to }) =>
  minuteOf(from) === minuteOf(to)
    ? { key: 'to', message: 'must differ from `from`; a whole day is from: "00:00", to: "24:00"' }
    : undefined,
)
export class BlackoutSettings {
  @Key('Local time at which it begins.', { example: '"22:00"' })
  @ClockText()
  from: string;

  @Key('Local time at which it ends; one that is not later is on the next day.', { example: '"02:00"' })
  @ClockText()
  to: string;

  @OptionalKey('The days on which it begins. Absent: every day.', {
    shape: list(word(WEEKDAY_NAMES)),
    example: '[sat, sun]',
  })
  days?: readonly WeekdayName[];
}

/** What a schedule says beside `after` would have no effect. */
const TIMED_ONLY = ['timezone', 'jitter', 'blackout', 'grace'] as const;

@ExactlyOneOf('cron', 'every', 'after')
@Rule<ScheduleSettings>(
  (schedule) => {
    if (schedule.after === undefined) return undefined;
    const key = TIMED_ONLY.find((one) => schedule[one] !== undefined);
    const beside = key ?? (schedule.catch_up === 'skip' ? 'catch_up' : undefined);
    return beside === undefined ? undefined : { key: beside, message: 'has no effect beside after; remove it' };
  },
  {
    not: {
      required: ['after'],
      anyOf: [
        ...TIMED_ONLY.map((key) => ({ required: [key] })),
        { required: ['catch_up'], properties: { catch_up: { const: 'skip' } } },
      ],
    },
  },
)
@Rule<ScheduleSettings>(({ blackout = [] }) =>
  coversWeek(blackout)
    ? { key: 'blackout', message: 'leaves no time of the week in which a run may begin' }
    : undefined,
)
export class ScheduleSettings {
  @OptionalKey('Five fields of local time: minute, hour, day of the month, month, day of the week. In quotes.', {
    example: '"15 5 * * *"',
  })
  @CronText()
  cron?: string;

  @OptionalKey('An interval of at least 1m, counted from 1970-01-01T00:00:00Z.', { example: '6h' })
  @MinutesText()
  every?: string;

  @OptionalKey('Runs when a run of this connection that the host was asked for has succeeded. Stands alone.', {
    example: 'braze_daily',
  })
  @Name()
  after?: string;

  @OptionalKey("IANA time zone of `cron` and `blackout`. Absent: the project's.", { example: 'America/Chicago' })
  @TimeZone()
  timezone?: string;

  @OptionalKey(
    'Missed slots: `coalesce` them into one run for the latest, or `skip` those that are older than `grace`.',
  )
  @Choice('coalesce', 'skip')
  catch_up: CatchUp = 'coalesce';

  @OptionalKey('How old a slot may be without a success before the connection counts as late. Absent: 1h.', {
    example: '3h',
  })
  @DurationText()
  grace?: string;

  @OptionalKey('Runs begin up to so much later, each slot by its own measure. Absent: none.', { example: '10m' })
  @DurationText()
  jitter?: string;

  @OptionalKey('Local times in which no run is begun; a slot in one is due at its end.', {
    shape: list(one(BlackoutSettings)),
    example: '[{ from: "22:00", to: "02:00", days: [sat, sun] }]',
  })
  blackout?: readonly BlackoutSettings[];
}

export const DEFAULT_GRACE = '1h';

/** Minutes after midnight of a local time like 22:00 or 24:00. */
export function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}

export const durationMs = (text: string | undefined): number => (text === undefined ? 0 : (parseDuration(text) ?? 0));

/** Whether the windows leave no time between them. */
export function coversWeek(windows: readonly BlackoutSettings[]): boolean {
  const week = Array.from({ length: 7 * 1440 }, () => false);
  for (const { from, to, days = WEEKDAY_NAMES } of windows)
    for (const day of days) {
      const [begin, end] = [minuteOf(from), minuteOf(to)];
      const length = end > begin ? end - begin : end + 1440 - begin;
      for (let minute = 0; minute < length; minute++)
        week[(WEEKDAY_NAMES.indexOf(day) * 1440 + begin + minute) % week.length] = true;
    }
  return windows.length > 0 && week.every(Boolean);
}
