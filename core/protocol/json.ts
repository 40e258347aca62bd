/** JSON text in which integers beyond 2^53 keep their digits; undefined where JSON cannot say the value (NaN, a circle). */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, exactly);
  } catch {
    return undefined;
  }
}

function exactly(_key: string, part: unknown): unknown {
  if (typeof part === 'bigint') return rawJson(part.toString());
  if (typeof part === 'number' && !Number.isFinite(part)) throw new TypeError('JSON has no such number');
  return part;
}

/** What `jsonText` has written: integers beyond 2^53 come as `bigint`. */
export function fromJsonText(text: string): unknown {
  return JSON.parse(text, withDigits as never);
}

function withDigits(_key: string, part: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof part !== 'number' || Number.isSafeInteger(part) || source === undefined) return part;
  return /^-?\d+$/.test(source) ? BigInt(source) : part;
}

/** JSON that is only shown: a number that a double would say otherwise is written again as it stands there. */
export function verbatimJson(text: string): unknown {
  return JSON.parse(text, asWritten as never);
}

function asWritten(_key: string, part: unknown, { source }: { readonly source?: string }): unknown {
  return typeof part !== 'number' || source === undefined || source === String(part) ? part : rawJson(source);
}

const rawJson = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

/** An escape of a whole pair of surrogates, which stays, or one that jsonb refuses: U+0000, or half of a pair. */
const ESCAPES =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs;

/** The text with U+FFFD for what jsonb refuses; the very same text where there is nothing of that kind. */
export function storableJson(text: string): string {
  if (!/\\u(?:0000|[dD][89a-fA-F])/.test(text)) return text;
  return text.replaceAll(ESCAPES, (escape) => (escape.length === 6 && isRefused(escape) ? '\\ufffd' : escape));
}

const isRefused = (escape: string) => escape === '\\u0000' || /^\\u[dD][89a-fA-F]/.test(escape);
