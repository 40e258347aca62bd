import { ValidateBy } from 'class-validator';

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Of each month in a leap year. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of the month', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of the week', least: 0, most: 7, names: WEEKDAYS },
];

/** Five fields, as far as all crons agree on them: `*`, values, names, ranges, steps and lists. */
export const CronText = () =>
  ValidateBy({
    name: 'cron',
    validator: {
      validate: (value) => cronFault(value) === undefined,
      defaultMessage: (args) => cronFault(args?.value) ?? '',
    },
  });

function cronFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a cron like "15 5 * * *"';
  const parts = value.trim().split(/\s+/);
  if (parts.length !== FIELDS.length || value.trim() === '')
    return 'must be a cron of five fields: minute, hour, day of the month, month, day of the week';
  const values = FIELDS.map((field, index) => valuesOf(parts[index] ?? '', field));
  const wrong = values.indexOf(undefined);
  if (wrong >= 0) return `is wrong in field ${wrong + 1}, ${rule(FIELDS[wrong] as Field)}`;
  const [days = [], months = []] = values.slice(2);
  // A day of the week that is named beside the day of the month is enough.
  const hasSuchDay = months.some((month) => Math.min(...days) <= (LONGEST_MONTHS[month - 1] as number));
  return hasSuchDay || parts[4] !== '*' ? undefined : 'never fires: none of these months has such a day';
}

function valuesOf(text: string, field: Field): readonly number[] | undefined {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => valuesOfPart(part, field));
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

function valuesOfPart(part: string, { least, most, names }: Field): readonly number[] | undefined {
  const match = /^(?:(\*)|([a-z]+|\d{1,2})(?:-([a-z]+|\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (match === null) return undefined;
  const [, star, first = '', second, step] = match;
  // A step behind a single value means different things in different crons.
  if (step !== undefined && ((star === undefined && second === undefined) || Number(step) < 1 || Number(step) > most))
    return undefined;
  const numberOf = (text: string) => (/^\d/.test(text) ? Number(text) : least + names.indexOf(text));
  const isKnown = [first, second ?? ''].every((text) => !/^[a-z]/.test(text) || names.includes(text));
  const [from, to] = star === undefined ? [numberOf(first), numberOf(second ?? first)] : [least, most];
  if (!isKnown || from < least || to > most || from > to) return undefined;
  return Array.from({ length: to - from + 1 }, (_, n) => from + n).filter(
    (value) => (value - from) % Number(step ?? 1) === 0,
  );
}

function rule({ name, least, most, names }: Field): string {
  const named = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`;
  return `the ${name}: ${least} to ${most}${named}, as *, a value, a range a-b, with a step */n or a-b/n, or a list of these`;
}
