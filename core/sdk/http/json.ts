const INTEGER = /^-?\d+$/;
const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A double holds any 15 digits; with a decimal point among them these are 16 characters. */
const SAFE_CHARACTERS = 16;
/** No column takes more, and to read so many takes longer than to send them. */
const MOST_DIGITS = 1000;
const [ZERO, NINE, POINT] = [48, 57, 46];

/**
 * Parses JSON so that every number keeps all its digits: an integer beyond 2^53 comes as `bigint`, a decimal that a double
 * would round, or a number of more than 1,000 characters, as the text that was sent, any other number as `number`. Throws a `SyntaxError`, whose message quotes the
 * text and must not be shown.
 */
export function parseJson(text: string): unknown {
  return hasLongNumber(text) ? JSON.parse(text, exactNumber as never) : JSON.parse(text);
}

/** A run of that many characters covers one of every so many places, so only those are looked at. */
function hasLongNumber(text: string): boolean {
  for (let at = SAFE_CHARACTERS - 1; at < text.length; at += SAFE_CHARACTERS) {
    if (!isNumeral(text.charCodeAt(at))) continue;
    let from = at;
    while (from > 0 && isNumeral(text.charCodeAt(from - 1))) from -= 1;
    let to = at + 1;
    while (to < text.length && isNumeral(text.charCodeAt(to))) to += 1;
    if (to - from >= SAFE_CHARACTERS) return true;
  }
  return false;
}

const isNumeral = (code: number): boolean => (code >= ZERO && code <= NINE) || code === POINT;

function exactNumber(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || source.length < SAFE_CHARACTERS) return value;
  if (source.length > MOST_DIGITS) return source;
  if (INTEGER.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  const isExact =
    digitsOf(source) === digitsOf(String(value)) && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isExact ? value : source;
}

/** Significant digits and the power of ten, so that `1.50` and `15e-1` are the same. */
function digitsOf(number: string): string | undefined {
  const match = DECIMAL.exec(number);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** Writes JSON in which a `bigint` is a number with all its digits. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? rawJson(part.toString()) : part));
}

const rawJson = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

/** The value at a dot path such as `paging.next` or `pages.0.items`; undefined where a step is missing. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  return path
    .split('.')
    .reduce<unknown>(
      (part, name) =>
        typeof part === 'object' && part !== null && Object.hasOwn(part, name)
          ? (part as Record<string, unknown>)[name]
          : undefined,
      value,
    );
}
