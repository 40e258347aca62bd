import type { CursorPlan, Window } from '../protocol/index.js';
import { DAY_MS, parseDuration } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';

export interface WindowRequest {
  readonly cursor: CursorPlan;
  /** True where cursor values are whole days. */
  readonly isDaily: boolean;
  readonly frontier: string | undefined;
  readonly lookback: string | undefined;
  readonly runStart: Date;
  /** True: a day is read only once it is over. */
  readonly wholeDays?: boolean;
  /**
   * Days asked for by a person, those of UTC where the cursor is an instant: read instead of what the bookmark says, `to` being
   * the last one that is read; absent: up to the start of the run.
   */
  readonly range?: { readonly from: string; readonly to?: string };
}

/**
 * Cuts what there is to read into half-open windows, oldest first: from the bookmark less the lookback, or from the
 * configured start, up to the start of the run. Days are cut in the source's zone, and today is part of the last window.
 */
export function cutWindows(request: WindowRequest): readonly Window[] {
  const { cursor, isDaily, runStart, range } = request;
  const step = durationOf(cursor.window, 'window');
  const lookback = durationOf(request.lookback, 'lookback') ?? 0;
  const today = isDaily ? parseDay(dayIn(cursor.timeZone ?? 'UTC', runStart)) : 0;
  const now = isDaily ? today + (request.wholeDays === true ? 0 : DAY_MS) : runStart.getTime();
  const parse = isDaily ? parseDay : parseInstant;
  const format = isDaily ? formatDay : (ms: number) => new Date(ms).toISOString();

  const start = parse(cursor.start);
  let from = start;
  let to = now;
  if (range !== undefined) {
    from = parse(range.from);
    if (range.to !== undefined) to = parse(range.to) + DAY_MS;
    if (from >= to)
      throw new ConnectorError('config', `The range from ${range.from} to ${range.to ?? 'now'} holds nothing.`, {
        hint: 'Give a start before the end; the day of the end is read too.',
      });
    to = Math.min(now, to);
  } else if (request.frontier !== undefined) {
    from = Math.max(start, frontierOf(request, parse(request.frontier), isDaily ? today : now) - lookback);
  }
  const windows: Window[] = [];
  while (from < to) {
    const end = step === undefined ? to : Math.min(from + step, to);
    windows.push({
      id: `${format(from)}..${format(end)}`,
      from: format(from),
      to: format(end),
      days: Math.ceil((end - from) / DAY_MS),
    });
    from = end;
  }
  return windows;
}

/**
 * A bookmark from the future (a host with a wrong clock) must not end reading until then: the last day is read, and the
 * bookmark comes back with it.
 */
function frontierOf({ isDaily, wholeDays }: WindowRequest, saved: number, latest: number): number {
  if (saved <= latest) return saved;
  return isDaily && wholeDays !== true ? latest : latest - DAY_MS;
}

/**
 * Where the bookmark stands once the window is committed: at its end, never beyond the start of the run, and never before
 * where it stood: a lookback comes off when reading only. One from the future comes back.
 */
export function frontierAfter(
  window: Window,
  isDaily: boolean,
  cursor: CursorPlan,
  runStart: Date,
  saved?: string,
): string {
  const parse = isDaily ? parseDay : parseInstant;
  const cap = isDaily ? dayIn(cursor.timeZone ?? 'UTC', runStart) : runStart.toISOString();
  const reached = parse(window.to) < parse(cap) ? window.to : cap;
  return saved !== undefined && parse(saved) > parse(reached) && parse(saved) <= parse(cap) ? saved : reached;
}

/** The calendar day (`YYYY-MM-DD`) of an instant in a zone. */
export function dayIn(timeZone: string, instant: Date): string {
  if (!isTimeZone(timeZone))
    throw new ConnectorError('config', `"${timeZone}" is not a time zone.`, {
      hint: 'Use an IANA name such as America/Chicago.',
    });
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  );
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en-CA', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function parseDay(text: string): number {
  const ms = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(ms)) throw new ConnectorError('config', `"${text}" is not a day (YYYY-MM-DD).`);
  return ms;
}

function parseInstant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new ConnectorError('config', `"${text}" is not an instant (ISO 8601).`);
  return ms;
}

const formatDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function durationOf(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new ConnectorError('config', `The ${what} "${text}" is not a duration such as 14d or 36h.`);
  return ms;
}
