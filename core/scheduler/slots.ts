import { Cron } from 'croner';
import { DAY_MS } from '../protocol/index.js';
import { LONGEST_BLACKOUT_MS, outOfBlackout } from './blackout.js';
import { firstInstantOf, instantsOf, offsetAt } from './local-time.js';
import type { Schedule } from './schedule.js';

/** How far the calendar is searched for a slot; the rarest cron, a leap day, skips eight years around 2100. */
const HORIZON_DAYS = 9 * 366;

/**
 * The instants in (after, until] that a schedule stands for, in their order, each once. A cron that names hours means times of
 * the local day: one that the clocks leave out is due when they have passed it, one that they show twice is due the first time.
 * A cron of every hour goes on with the time that passes. A slot within a blackout is due at its end.
 */
export function slotsBetween(schedule: Schedule, after: number, until: number): readonly number[] {
  if (schedule.blackout.length === 0) return dueBetween(schedule, after, until);
  // Slots from before `after` may have been moved behind it.
  const isWithin = outOfBlackout(schedule, after) > after;
  const due = dueBetween(schedule, isWithin ? after - LONGEST_BLACKOUT_MS : after, until);
  return distinct(due.map((instant) => outOfBlackout(schedule, instant)).filter(isIn(after, until)));
}

/** The last slot in (after, until]. It is looked for from the end, since the span may be long and the slots many. */
export function lastSlot(schedule: Schedule, after: number, until: number): number | undefined {
  for (const from of spansFrom((days) => Math.max(after, until - days * DAY_MS))) {
    const found = slotsBetween(schedule, from, until).at(-1);
    if (found !== undefined || from <= after) return found;
  }
  return undefined;
}

/** The first slot behind an instant; undefined if there is none in years. */
export function nextSlot(schedule: Schedule, after: number): number | undefined {
  for (const until of spansFrom((days) => after + days * DAY_MS)) {
    const [found] = slotsBetween(schedule, after, until);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Growing spans: most schedules have a slot within the hour or the day, and few only within years. */
function* spansFrom(edge: (days: number) => number): Generator<number> {
  for (const days of [1 / 24, 1, 8, 32, 366, HORIZON_DAYS]) yield edge(days);
}

function dueBetween({ when, timezone }: Schedule, after: number, until: number): readonly number[] {
  if ('everyMs' in when) {
    const first = Math.floor(after / when.everyMs) + 1;
    const count = Math.max(0, Math.floor(until / when.everyMs) - first + 1);
    return Array.from({ length: count }, (_, n) => (first + n) * when.everyMs);
  }
  // The clocks may be turned within a day of either end: the local span is the widest that the instants can show.
  const from = after + Math.min(offsetAt(timezone, after), offsetAt(timezone, after + DAY_MS));
  const to = until + Math.max(offsetAt(timezone, until), offsetAt(timezone, until - DAY_MS));
  const instants = isOfEveryHour(when.cron)
    ? (local: number) => instantsOf(timezone, local)
    : (local: number) => [firstInstantOf(timezone, local)];
  return distinct(localTimes(when.cron, from, to).flatMap(instants).filter(isIn(after, until)));
}

const crons = new Map<string, Cron>();

/**
 * The local times in (from, to] that a cron names. The library only ever sees UTC, where all days are alike: in a time zone it
 * runs a time that is left out as much later as the gap is long, and of hourly crons one twice in spring and one never in autumn.
 */
function localTimes(pattern: string, from: number, to: number): number[] {
  let cron = crons.get(pattern);
  if (cron === undefined)
    crons.set(pattern, (cron = new Cron(pattern, { mode: '5-part', utcOffset: 0, paused: true })));
  const found: number[] = [];
  for (let next = cron.nextRun(new Date(from)); next !== null; next = cron.nextRun(next)) {
    if (next.getTime() > to) break;
    found.push(next.getTime());
  }
  return found;
}

function isOfEveryHour(pattern: string): boolean {
  return /^(\*|\*\/1|0-23|0-23\/1)$/.test(pattern.trim().split(/\s+/)[1] ?? '');
}

const isIn = (after: number, until: number) => (instant: number) => after < instant && instant <= until;

function distinct(instants: readonly number[]): readonly number[] {
  return [...new Set(instants)].toSorted((a, b) => a - b);
}
