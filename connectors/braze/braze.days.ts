const DAY_MS = 86_400_000;

/**
 * The last second of a company's day, with the zone's offset at that moment: `2026-06-28T23:59:59-05:00`. Braze cuts days in
 * the company's zone.
 */
export function endOfDay(day: string, timeZone: string): string {
  const local = Date.parse(`${day}T00:00:00Z`) + DAY_MS - 1000;
  // The second guess is right also where the clock was changed within the first one's error.
  const offset = offsetAt(local - minutesOf(offsetAt(local, timeZone)) * 60_000, timeZone);
  return `${day}T23:59:59${offset}`;
}

/** Such as `-05:00`. */
function offsetAt(instant: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(instant);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return /[+-]\d\d:\d\d/.exec(name)?.[0] ?? '+00:00';
}

function minutesOf(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return offset.startsWith('-') ? -minutes : minutes;
}

/** The day so many days after another. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The company's day of an instant. */
export const dayIn = (timeZone: string, instant: Date): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant);

/** Braze's instants are UTC where they name no zone, and "date and hour" may end with the hour. */
export function instant(value: unknown): unknown {
  const match =
    typeof value === 'string'
      ? /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/.exec(value)
      : null;
  if (match === null) return value;
  const [, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match;
  return `${day}T${hour}:${minute}:${second}${zone}`;
}
