/** JSON text in which integers beyond 2^53 keep their digits; undefined where JSON cannot say the value (NaN, a circle). */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, exactly);
  } catch {
    return undefined;
  }
}

function exactly(_key: string, part: unknown): unknown {
  if (typeof part === 'bigint') return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(part.toString());
  if (typeof part === 'number' && !Number.isFinite(part)) throw new TypeError('JSON has no such number');
  return part;
}

/** Deeper nesting than any record has; databases refuse it by the depth of their stack, and with it the whole batch. */
const MAX_DEPTH = 500;

/** True where the text is JSON that a database takes: not nested without end, no number beyond any column. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
  } catch {
    return false;
  }
  return isLoadable(text);
}

/** For valid JSON: within the limits of depth and of exponents. */
export function isLoadable(text: string): boolean {
  if (text.length > MAX_DEPTH && depthOf(text) > MAX_DEPTH) return false;
  if (!/\d[eE][+-]?\d{4}/.test(text)) return true;
  return !/\d[eE][+-]?\d{4}/.test(text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'));
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x22) isQuoted = !isQuoted;
    else if (isQuoted) {
      if (code === 0x5c) i += 1;
    } else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}

/** An escape of a whole pair of surrogates, which stays, or one that jsonb refuses: U+0000, or half of a pair. */
const ESCAPES =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs;

/** The text with U+FFFD for what jsonb refuses; the very same text where there is nothing of that kind. */
export function storableJson(text: string): string {
  if (!/\\u(?:0000|[dD][89a-fA-F])/.test(text)) return text;
  return text.replaceAll(ESCAPES, (escape) => (escape.length === 6 && isRefused(escape) ? '\\ufffd' : escape));
}

const isRefused = (escape: string) => escape === '\\u0000' || /^\\u[dD][89a-fA-F]/.test(escape);
