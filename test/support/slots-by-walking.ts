import type { BlackoutWindow } from '../../core/scheduler/schedule.js';

const MINUTE_MS = 60_000;

/**
 * The slots of a cron, found without any arithmetic of calendars or zones: it looks at a clock of that zone minute by minute.
 * A cron of every hour is due whenever the clock shows a time that it names; any other when the clock reaches or passes such a
 * time that it has not shown before. What is due in a blackout waits until the clock is out of it.
 */
export function slotsByWalking(
  cron: string,
  timezone: string,
  blackout: readonly BlackoutWindow[],
  after: number,
  until: number,
): readonly number[] {
  const names = reading(cron);
  const isHourly = /^\S+ (\*|0-23) /.test(cron);
  const begin = Math.floor(after / MINUTE_MS) * MINUTE_MS - 3 * 1440 * MINUTE_MS;
  const slots: number[] = [];
  let shown = clock(timezone, begin);
  let isWaiting = false;
  for (let instant = begin + MINUTE_MS; instant <= until; instant += MINUTE_MS) {
    const now = clock(timezone, instant);
    if (isHourly) isWaiting ||= names(now);
    else for (let minute = shown + MINUTE_MS; minute <= now; minute += MINUTE_MS) isWaiting ||= names(minute);
    shown = Math.max(shown, now);
    if (!isWaiting || blackout.some((window) => isBlack(window, now))) continue;
    isWaiting = false;
    if (instant > after) slots.push(instant);
  }
  return slots;
}

const formats = new Map<string, Intl.DateTimeFormat>();

const seen = new Map<string, Map<number, number>>();

/** What the clock shows, as if it were UTC. */
function clock(timezone: string, instant: number): number {
  let known = seen.get(timezone);
  if (known === undefined) seen.set(timezone, (known = new Map()));
  let shown = known.get(instant);
  if (shown === undefined) known.set(instant, (shown = look(timezone, instant)));
  return shown;
}

function look(timezone: string, instant: number): number {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format =
    formats.get(timezone) ?? new Intl.DateTimeFormat('en-US', { ...numeric, timeZone: timezone, hourCycle: 'h23' });
  formats.set(timezone, format);
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute']);
}

/** Whether the cron names a time of the clock; its fields are read once. */
function reading(cron: string): (local: number) => boolean {
  const [minutes, hours, days, months, weekdays] = cron.split(' ') as [string, string, string, string, string];
  const valuesOf = (field: string, least: number, most: number) => {
    const values = Array.from({ length: most - least + 1 }, (_, n) => least + n);
    const isNamed = (value: number) =>
      field.split(',').some((item) => {
        const [range = '', step = '1'] = item.replace('mon-fri', '1-5').split('/');
        const [from = 0, to = from] = range === '*' ? [least, most] : range.split('-').map(Number);
        return value >= from && value <= to && (value - from) % Number(step) === 0;
      });
    return new Set(values.filter(isNamed));
  };
  const [minute, hour] = [valuesOf(minutes, 0, 59), valuesOf(hours, 0, 23)];
  const [day, month, weekday] = [valuesOf(days, 1, 31), valuesOf(months, 1, 12), valuesOf(weekdays, 0, 6)];
  return (local) => {
    const date = new Date(local);
    if (!minute.has(date.getUTCMinutes()) || !hour.has(date.getUTCHours())) return false;
    const [isDay, isWeekday] = [day.has(date.getUTCDate()), weekday.has(date.getUTCDay())];
    return (
      month.has(date.getUTCMonth() + 1) && (days !== '*' && weekdays !== '*' ? isDay || isWeekday : isDay && isWeekday)
    );
  };
}

function isBlack({ from, to, days }: BlackoutWindow, local: number): boolean {
  const date = new Date(local);
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
  const isOn = (day: number) => (days as readonly number[]).includes(day);
  if (from < to) return isOn(date.getUTCDay()) && from <= minute && minute < to;
  return (isOn(date.getUTCDay()) && minute >= from) || (isOn((date.getUTCDay() + 6) % 7) && minute < to);
}
