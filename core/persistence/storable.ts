/** jsonb refuses NUL and lone surrogates, which an error text of a source may hold. */
export function storable(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\u{FFFD}') : part,
  );
  return JSON.parse(text);
}
