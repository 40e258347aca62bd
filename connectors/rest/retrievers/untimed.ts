/** Texts are met whole, so that no number within one is taken for a value. */
const SCALAR = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A date with its time of day, in ISO 8601 or as mails have it. */
const MOMENT =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?|(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)?(?: (?:UTC|GMT|[+-]\d{4}))?/g;
/** In whatever zone it is told. */
const NEAR_MS = 86_400_000;
/** Nothing that JSON has. */
const TIME = '\0';

/** JSON without moments about now: they may tell when an API answered. Others, and all else, are what it answered. */
export function untimed(json: string, now: Date): string {
  const isNear = (moment: number) => Math.abs(moment - now.getTime()) < NEAR_MS;
  return json.replace(SCALAR, (scalar) => {
    if (scalar.startsWith('"')) return scalar.replace(MOMENT, (moment) => (isNear(Date.parse(moment)) ? TIME : moment));
    return isNear(Number(scalar)) || isNear(Number(scalar) * 1000) ? TIME : scalar;
  });
}
