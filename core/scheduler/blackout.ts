import { DAY_MS } from '../protocol/index.js';
import { firstInstantOf, instantsOf, offsetAt, toLocal, turnBetween, type LocalMs } from './local-time.js';
import type { BlackoutWindow, Schedule, Weekday } from './schedule.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Windows that touch last together for less than a week, else nothing would ever run. */
export const LONGEST_BLACKOUT_MS = 7 * DAY_MS;

type Placement = Pick<Schedule, 'timezone' | 'blackout'>;

/** The instant itself, or the end of the windows that it lies in. */
export function outOfBlackout({ timezone, blackout }: Placement, instant: number): number {
  const latest = instant + LONGEST_BLACKOUT_MS + DAY_MS;
  let moved = instant;
  for (let window = around(moved); window !== undefined; window = around(moved)) {
    moved = endOf(timezone, window, moved);
    if (moved > latest) throw new Error('the blackout windows never end');
  }
  return moved;

  function around(at: number): BlackoutWindow | undefined {
    const local = toLocal(timezone, at);
    return blackout.find((window) => contains(window, local));
  }
}

function contains({ from, to, days }: BlackoutWindow, local: LocalMs): boolean {
  const [minute, day] = [minuteOf(local), weekdayOf(local)];
  if (from < to) return from <= minute && minute < to && days.includes(day);
  const yesterday = ((day + 6) % 7) as Weekday;
  return (minute >= from && days.includes(day)) || (minute < to && days.includes(yesterday));
}

function endOf(timezone: string, window: BlackoutWindow, within: number): number {
  const local = toLocal(timezone, within);
  const minutes = (window.to - minuteOf(local) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const end = Math.floor(local / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS;
  // Where the clocks are turned back over it, its first time may have passed.
  const passed = instantsOf(timezone, end).find((instant) => instant > within) ?? firstInstantOf(timezone, end);
  const isTurnedBack = offsetAt(timezone, passed) < offsetAt(timezone, within);
  const turned = isTurnedBack ? turnBetween(timezone, within, passed) : passed;
  // Turned back to before its beginning, the clocks are out of it for a while.
  return contains(window, toLocal(timezone, turned)) ? passed : turned;
}

function minuteOf(local: number): number {
  return new Date(local).getUTCHours() * 60 + new Date(local).getUTCMinutes();
}

function weekdayOf(local: number): Weekday {
  return new Date(local).getUTCDay() as Weekday;
}
