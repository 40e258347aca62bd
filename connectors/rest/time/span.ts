import { parseIsoDuration } from './date-time.js';

/** ISO 8601 for `90s`, `15m`, `36h` or `14d`, and for what is that already. */
export function isoSpan(text: string): string | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return unit === 'd' ? `P${count}D` : `PT${count}${unit!.toUpperCase()}`;
  if (text.includes('{{')) return text;
  // One that goes back would leave out what it is to read again.
  return !text.includes('-') && parseIsoDuration(text) !== undefined ? text : undefined;
}
