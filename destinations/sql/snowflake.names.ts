/**
 * How Snowflake stores a name: in capitals, so that an analyst may write every name without quotes and in any case.
 * Two names that differ by case alone would be one, and are refused where a table is made.
 */
export const storedName = (name: string): string => name.toUpperCase();

/** `"NAME"`, safe whatever it holds, also where it is a reserved word. */
export function quote(name: string): string {
  return `"${storedName(name).replaceAll('"', '""')}"`;
}

/** In Snowflake's strings a backslash escapes. */
export function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
