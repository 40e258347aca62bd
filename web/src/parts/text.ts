const COUNT = new Intl.NumberFormat('en-US');

export const countText = (value: number): string => COUNT.format(value);

export const words = (name: string): string => name.replaceAll('_', ' ');

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A schedule as the configuration says it, in a sentence. */
export function scheduleText(schedule: Readonly<Record<string, unknown>> | null): string {
  if (schedule === null) return 'By hand only';
  const { cron, every, after, timezone } = schedule;
  if (typeof after === 'string') return `After ${after}`;
  if (typeof every === 'string') return `Every ${every}`;
  return `${String(cron)}${typeof timezone === 'string' ? `, ${timezone}` : ''}`;
}
