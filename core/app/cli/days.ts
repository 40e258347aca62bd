import { InvalidArgumentError } from 'commander';

const INSTANT = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** True for a day of the calendar, as `2026-03-01`. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
}

/** True for a point in time that says its zone, as `2026-03-01T06:00:00Z`. */
export function isInstant(text: string): boolean {
  return INSTANT.test(text) && isDay(text.slice(0, 10));
}

/** A day that is given to an option. */
export function dayOf(text: string): string {
  if (isDay(text)) return text;
  throw new InvalidArgumentError('It must be a day like 2026-03-01.');
}
