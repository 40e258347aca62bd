import type { Column } from 'snowflake-sdk';

/**
 * A value as Postgres's session gives it too: integers as number where that is exact, else as bigint; decimals, days and times
 * as text with all their digits; instants as ISO text; JSON as what it says. The driver gives all of them as text.
 */
export function valueReader(column: Column): (value: unknown) => unknown {
  const type = column.getType().toLowerCase();
  if (type === 'fixed')
    return column.getScale() === 0 ? onText(integer) : (value) => (value === null ? null : String(value));
  if (type === 'real') return onText(Number);
  if (type === 'timestamp_tz' || type === 'timestamp_ltz') return onText(instant);
  if (type === 'timestamp_ntz' || type === 'time')
    return onText((text) => text.replace(/\.(\d*?)0*$/, (_, kept: string) => (kept === '' ? '' : `.${kept}`)));
  if (type === 'variant' || type === 'object' || type === 'array') return onText((text) => JSON.parse(text) as unknown);
  return (value) => value ?? null;
}

const onText =
  (read: (text: string) => unknown) =>
  (value: unknown): unknown =>
    value === null || value === undefined ? null : read(String(value));

/** From `2026-03-01 10:00:00.123456 +0200`, as the session's output formats say; milliseconds are kept, as in Postgres's session. */
function instant(text: string): string {
  const [, day, time, hours, minutes] = /^(\S+) (\S+) ([+-]\d\d):?(\d\d)$/.exec(text) ?? [];
  return new Date(`${day}T${time}${hours}:${minutes}`).toISOString();
}

function integer(text: string): number | bigint {
  if (text.length < 16) return Number(text);
  const value = BigInt(text);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
}
