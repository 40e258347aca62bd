/**
 * The engine takes names without regard to case; Snowflake does not within quotes. So each small letter gets a sign before it, which
 * keeps "a" apart from "A" and leaves the usual names in capitals readable.
 */
export const encodeName = (name: string): string => name.replaceAll(/[a-z~]/g, '~$&');
export const decodeName = (name: string): string => name.replaceAll(/~([a-z~])/g, '$1');
export const quote = (engineName: string): string => `"${engineName.replaceAll('"', '""')}"`;
/** A name of Snowflake as the engine's identifier. */
export const id = (name: string): string => quote(encodeName(name));
export const literal = (value: string): string =>
  value.includes('\0')
    ? `(${value
        .split('\0')
        .map((part) => `'${part.replaceAll("'", "''")}'`)
        .join(' || chr(0) || ')})`
    : `'${value.replaceAll("'", "''")}'`;
/** As Snowflake writes a name in a message: with quotes only where they are needed. */
export const shown = (name: string): string =>
  /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
export const shownPath = (path: readonly string[]): string => path.map(shown).join('.');
