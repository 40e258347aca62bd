/**
 * Only names of places, and UTC: an offset such as +05:00 knows no summer time, and of an abbreviation such as CST JavaScript and
 * PostgreSQL each have their own idea.
 */
export function isTimeZone(name: string): boolean {
  if (!/^(UTC$|[A-Za-z][A-Za-z_]*\/)/.test(name)) return false;
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
