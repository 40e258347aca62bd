/** An answer that is not a success. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const refuse = (message: string): never => {
  throw new Refusal(400, message);
};

export type Parameter<T> = (text: string | undefined, name: string) => T;

/** 0-based pages and `length`; decimal digits only. */
export const integer =
  (low: number, high: number, fallback?: number): Parameter<number> =>
  (text, name) => {
    if (text === undefined) return fallback ?? refuse(`${name} is required`);
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= low && value <= high ? value : refuse(`${name} must be an integer between ${low} and ${high}`);
  };

export const choice =
  <T extends string>(allowed: readonly T[], fallback: T): Parameter<T> =>
  (text, name) =>
    text === undefined
      ? fallback
      : (allowed.find((each) => each === text) ?? refuse(`${name} must be one of ${allowed.join(', ')}`));

export const optional: Parameter<string | undefined> = (text, name) =>
  text === '' ? refuse(`${name} is empty`) : text;

export const required: Parameter<string> = (text, name) =>
  text === undefined || text === '' ? refuse(`${name} is required`) : text;

// Braze's own examples have a one-digit hour in the offset (`-5:00`), so that is taken too. A "+" that was not
// percent-encoded arrives as a space and is refused.
const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d{1,2}:?\d\d)?$/;

const readInstant = (text: string, name: string, needsOffset: boolean): number => {
  const match = iso.exec(text);
  if (match === null) return refuse(`${name} is not an ISO 8601 datetime`);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  if (hour > 23 || !new Date(wall).toISOString().startsWith(text.slice(0, 19)))
    refuse(`${name} is not a real datetime`);
  const offset = /^([+-])(\d{1,2}):?(\d\d)$/.exec(match[8] ?? '');
  if (match[8] === undefined && needsOffset) refuse(`${name} needs an offset from UTC`);
  if (offset === null) return wall;
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return wall - (offset[1] === '-' ? -minutes : minutes) * 60_000;
};

export const instant: Parameter<number | null> = (text, name) =>
  text === undefined ? null : readInstant(text, name, true);

/** `yyyy-MM-DDTHH:mm:ss`, the offset being optional as in the documentation. */
export const editTime: Parameter<number | null> = (text, name) =>
  text === undefined ? null : readInstant(text, name, false);

/**
 * Reads the query by a table of parameters. Braze may ignore what it does not know; here a stranger or a repeated
 * name is refused, so that a connector's typing error is seen.
 */
export const readParameters = <T extends Record<string, Parameter<unknown>>>(
  query: URLSearchParams,
  table: T,
): { [K in keyof T]: ReturnType<T[K]> } => {
  for (const name of query.keys()) {
    if (!Object.hasOwn(table, name)) refuse(`Unknown parameter ${name}`);
    if (query.getAll(name).length > 1) refuse(`Parameter ${name} is given more than once`);
  }
  const read = Object.entries(table).map(([name, parameter]) => [name, parameter(query.get(name) ?? undefined, name)]);
  return Object.fromEntries(read) as { [K in keyof T]: ReturnType<T[K]> };
};
