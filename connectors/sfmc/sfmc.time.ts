/** The server's clock: UTC−6 all the year, without daylight saving (see README). `America/Chicago` would be wrong from March on. */
const SERVER_OFFSET = '-06:00';

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d(?:\.\d+)?))?\s*(Z|[+-]\d\d:?\d\d)?$/;
const US = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d)(?::(\d\d))? ([AP])M$/i;
const DAY_ONLY = /^\d{4}-\d\d-\d\d$/;

/** An instant as the server writes it, with its offset; null for the "never" of its dates. Anything else stays as it is. */
export function serverInstant(text: string): string | null {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, day, minute, second = '00', zone = SERVER_OFFSET] = iso;
    return day === '0001-01-01' ? null : `${day}T${minute}:${second}${zone}`;
  }
  const us = US.exec(text);
  if (us !== null) {
    const [, month, day, year, hour, minute, second = '00', half] = us;
    const hours = (Number(hour) % 12) + (half!.toUpperCase() === 'P' ? 12 : 0);
    return `${year}-${two(month!)}-${two(day!)}T${two(String(hours))}:${minute}:${second}${SERVER_OFFSET}`;
  }
  return DAY_ONLY.test(text) ? `${text}T00:00:00${SERVER_OFFSET}` : text;
}

const two = (number: string): string => number.padStart(2, '0');

const formats = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in a zone. */
export function dayOf(instant: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined)
    formats.set(
      timeZone,
      (format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })),
    );
  return format.format(instant);
}

/** The first moment of a day in a zone, where days may have 23 or 25 hours. */
export function startOfDay(day: string, timeZone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // Zones lie within a day of UTC, and change their clocks by whole minutes at most some hours: the border is searched for.
  let [before, after] = [utc - 86_400_000, utc + 86_400_000];
  while (after - before > 60_000) {
    const middle = before + Math.floor((after - before) / 120_000) * 60_000;
    if (dayOf(middle, timeZone) < day) before = middle;
    else after = middle;
  }
  return new Date(after);
}
