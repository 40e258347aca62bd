import { useEffect, useState } from 'react';

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const STEPS = [
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [7, 'day'],
  [5, 'week'],
  [12, 'month'],
  [Infinity, 'year'],
] as const;

const FULL = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

export function relativeText(at: string, now: number): string {
  let value = (Date.parse(at) - now) / 1_000;
  if (Math.abs(value) < 10) return 'just now';
  for (const [size, unit] of STEPS) {
    if (Math.abs(value) < size) return RELATIVE.format(Math.round(value), unit);
    value /= size;
  }
  return at;
}

/** An instant, as long ago it is, and when exactly. */
export function Moment({ at, isWhole = false }: { readonly at: string; readonly isWhole?: boolean }) {
  const now = useNow();
  const whole = FULL.format(new Date(at));
  return (
    <time dateTime={at} title={at} className="nowrap">
      {isWhole ? whole : relativeText(at, now)}
    </time>
  );
}

export function useNow(everyMs = 10_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
