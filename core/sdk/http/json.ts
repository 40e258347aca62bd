/** Numbers that a double may not hold: 16 digits or more (a decimal point may stand between them), or a huge exponent. */
const SUSPICIOUS = /[\d.]{16}|[\d.][eE][+-]?\d{3,}\s*[,}\]]/;
const INTEGER = /^-?\d+$/;
const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Parses JSON so that every number keeps all its digits: an integer beyond 2^53 comes as `bigint`, a decimal that a double
 * would round (or turn into infinity) as the text that was sent, any other number as `number`. Throws a `SyntaxError`,
 * whose message quotes the text and must not be shown.
 */
export function parseJson(text: string): unknown {
  return SUSPICIOUS.test(text) ? JSON.parse(text, exactNumber as never) : JSON.parse(text);
}

function exactNumber(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || source.length < 16) {
    return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? source : value;
  }
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
