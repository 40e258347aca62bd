const OFFSET_MS = 6 * 3_600_000;

/** An instant on the clock of the server, UTC−6 all the year: as SOAP writes it, and as data extensions may. */
export const serverTime = (instant: number): { readonly iso: string; readonly us: string } => {
  const local = new Date(instant - OFFSET_MS);
  const iso = local
    .toISOString()
    .replace('Z', '')
    .replace(/\.000$/, '');
  const hour = local.getUTCHours();
  const clock = [hour % 12 === 0 ? 12 : hour % 12, two(local.getUTCMinutes()), two(local.getUTCSeconds())].join(':');
  const day = `${local.getUTCMonth() + 1}/${local.getUTCDate()}/${local.getUTCFullYear()}`;
  return { iso, us: `${day} ${clock} ${hour < 12 ? 'AM' : 'PM'}` };
};

const two = (number: number): string => String(number).padStart(2, '0');

/** An instant in one of the three forms that SOAP takes; NaN for anything else. */
export const instantOfText = (text: string): number => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?$/.test(text)) return Number.NaN;
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}-06:00`);
};
