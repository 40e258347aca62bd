import { DAY_MS } from '../protocol/index.js';

/**
 * Local times are told as the milliseconds that they would be in UTC, which makes their arithmetic plain: no hour of them is
 * missing or doubled. Only the way from and to instants knows the zone.
 */
export type LocalMs = number;

const formats = new Map<string, Intl.DateTimeFormat>();
/** By zone and UTC day: the offset of days that have only one. To ask Intl costs more than everything else here. */
const offsetsOfDays = new Map<string, Map<number, number | undefined>>();

/** Milliseconds that the zone's clocks are ahead of UTC. */
export function offsetAt(timezone: string, instant: number): number {
  let days = offsetsOfDays.get(timezone);
  if (days === undefined) offsetsOfDays.set(timezone, (days = new Map()));
  const day = Math.floor(instant / DAY_MS);
  if (!days.has(day)) {
    const [first, last] = [day * DAY_MS, (day + 1) * DAY_MS].map((edge) => askedOffset(timezone, edge));
    days.set(day, first === last ? first : undefined);
  }
  return days.get(day) ?? askedOffset(timezone, instant);
}

export function toLocal(timezone: string, instant: number): LocalMs {
  return instant + offsetAt(timezone, instant);
}

/** The instants at which the zone's clocks show that time, in their order: none in a gap, two where an hour is repeated. */
export function instantsOf(timezone: string, local: LocalMs): readonly number[] {
  return offsetsAround(timezone, local)
    .map((offset) => local - offset)
    .filter((instant) => toLocal(timezone, instant) === local);
}

/** The instant at which the clocks reach or pass that time first: of one that they leave out, the end of the gap. */
export function firstInstantOf(timezone: string, local: LocalMs): number {
  const [first] = instantsOf(timezone, local);
  if (first !== undefined) return first;
  // In a gap the larger offset, which counts after it, gives the earlier instant.
  const offsets = offsetsAround(timezone, local);
  return turnBetween(timezone, local - Math.max(...offsets), local - Math.min(...offsets));
}

/** The instant in (from, to] at which the clocks are turned, where the offset at `to` is another than that at `from`. */
export function turnBetween(timezone: string, from: number, to: number): number {
  const offset = offsetAt(timezone, from);
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(timezone, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** The offsets that a local time may have, the largest first, for that gives the earliest instant. */
function offsetsAround(timezone: string, local: LocalMs): readonly number[] {
  const [before, after] = [offsetAt(timezone, local - DAY_MS), offsetAt(timezone, local + DAY_MS)];
  return before === after ? [before] : [Math.max(before, after), Math.min(before, after)];
}

function askedOffset(timezone: string, instant: number): number {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
    formats.set(timezone, format);
  }
  const [, sign, hours, minutes, seconds = '0'] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(instant)) ?? [];
  if (sign === undefined) return 0;
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '+' ? ms : -ms;
}
