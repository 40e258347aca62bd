export const dayMs = 86_400_000;

/** Days of a company in its own zone. A day is the count of civil days since 1970-01-01. */
export interface Calendar {
  readonly timeZone: string;
  /** The civil day of an instant (epoch ms). */
  dayOf(instant: number): number;
  /** The first instant of a civil day; the day ends where the next one starts, so a DST day has 23 or 25 hours. */
  startOf(day: number): number;
}

const texts = new Map<number, string>();
export const dayText = (day: number): string => {
  let text = texts.get(day);
  if (text === undefined) {
    if (texts.size > 10_000) texts.clear();
    texts.set(day, (text = new Date(day * dayMs).toISOString().slice(0, 10)));
  }
  return text;
};
export const dayNumber = (text: string): number => Math.floor(Date.parse(`${text}T00:00:00Z`) / dayMs);
/** 0 is Sunday. */
export const weekday = (day: number): number => (((day + 4) % 7) + 7) % 7;

export const createCalendar = (timeZone: string): Calendar => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const offsetAt = (instant: number): number => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
    const local = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return local - Math.floor(instant / 1000) * 1000;
  };
  const starts = new Map<number, number>();
  const findStart = (day: number): number => {
    const midnight = day * dayMs;
    const before = offsetAt(midnight - dayMs);
    const after = offsetAt(midnight + dayMs);
    const early = midnight - before;
    const late = midnight - after;
    const isEarly = offsetAt(early) === before;
    const isLate = offsetAt(late) === after;
    if (isEarly && isLate) return Math.min(early, late);
    if (isEarly) return early;
    // Where neither holds, midnight was skipped by the clock, and the day begins with the change itself.
    return isLate ? late : Math.max(early, late);
  };
  const startOf = (day: number): number => {
    let start = starts.get(day);
    if (start === undefined) starts.set(day, (start = findStart(day)));
    return start;
  };
  return {
    timeZone,
    startOf,
    dayOf: (instant) => {
      let day = Math.floor(instant / dayMs);
      while (startOf(day) > instant) day -= 1;
      while (startOf(day + 1) <= instant) day += 1;
      return day;
    },
  };
};
