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
