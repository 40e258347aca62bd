import { ConnectorError } from '#sdk';
import { addDuration, DateTime, DAY_US, Duration, SECOND_US } from '../time/date-time.js';
import { formatMoment, parseMoment } from '../time/format.js';

/** The values of a cursor as numbers, so that they can be ordered and added to. */
export interface Scale {
  /** Undefined for what is no value of the cursor. */
  parse(value: unknown): number | undefined;
  /** How far a state that was read up to this value of a record may say that it was: never later than what is written of it. */
  reached(value: unknown): number | undefined;
  /** The same as it is put into states; undefined for what is no value of the cursor. */
  written(value: unknown): unknown;
  /** From now on it is written in the zone in which it came here, and so is what is added to it. */
  keepZone(value: unknown): void;
  /** As it is put into requests and states. */
  format(value: number): unknown;
  plus(value: number, span: Duration): number;
  /** The next value after one; spans that are that near to each other touch. */
  next(value: number): number;
}

const MOST_ZONES = 100_000;

/** Moments in microseconds, read by the first format that fits and written by the last. */
export function momentScale(formats: readonly string[], granularity: Duration | undefined): Scale {
  const written = formats.at(-1)!;
  const step = granularity ?? new Duration(1000);
  const writesZone = /%[zZ]/.test(written);
  // It says that it is UTC, or counts since 1970.
  const isUtc = /%ms|%s|%epoch|Z$/.test(written);
  // Of a reading with very many windows those of long ago are forgotten: they are written already.
  let [zones, former] = [new Map<number, number>(), new Map<number, number>()];
  const zoneOf = (value: number) => zones.get(value) ?? former.get(value) ?? 0;
  const keep = (value: number, zone: number) => {
    if (!writesZone || zone === 0) return value;
    if (zones.size >= MOST_ZONES) [zones, former] = [new Map(), zones];
    zones.set(value, zone);
    return value;
  };
  const momentOf = (value: unknown): DateTime | undefined => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined;
    const text = typeof value === 'bigint' ? value.toString() : value;
    for (const format of formats) {
      const moment = parseMoment(text, format);
      if (moment !== undefined) return moment;
    }
    return undefined;
  };
  // Written without a zone, a text says less than the value did: whether an API takes it for UTC or for its own time is not told, so
  // it is the earlier of the two.
  const reachedBy = ({ instant, offset = 0 }: DateTime) =>
    writesZone || isUtc ? instant : instant + Math.min(0, offset) * SECOND_US;
  const plus = (value: number, span: Duration) => {
    const zone = zoneOf(value);
    return keep(span.months === 0 ? value + span.micros : addDuration(new DateTime(value, zone), span).instant, zone);
  };
  return {
    parse: (value) => momentOf(value)?.instant,
    reached(value) {
      const moment = momentOf(value);
      return moment && reachedBy(moment);
    },
    // Texts are compared with those of records by some manifests, so they keep the zone of what they come from.
    written(value) {
      const moment = momentOf(value);
      return moment && formatMoment(new DateTime(reachedBy(moment), writesZone ? moment.offset : 0), written);
    },
    keepZone(value) {
      const moment = momentOf(value);
      if (moment !== undefined) keep(moment.instant, moment.offset ?? 0);
    },
    format: (value) => formatMoment(new DateTime(value, zoneOf(value)), written),
    plus,
    next: (value) => plus(value, step),
  };
}

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;

export const COUNT_SCALE: Scale = {
  parse: countOf,
  reached: countOf,
  written: countOf,
  keepZone: () => undefined,
  format: (value) => value,
  plus: (value, span) => value + span.micros,
  next: (value) => value + 1,
};

/** Moves a moment to the edge of a day, week or month. */
export type Clamp = (value: number, isUp: boolean) => number;

const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

export function clampOf(target: string, weekday: string | undefined): Clamp {
  const dayOf = (value: number) => Math.floor(value / DAY_US) * DAY_US;
  switch (target) {
    case 'DAY':
      return (value, isUp) => (isUp && dayOf(value) !== value ? dayOf(value) + DAY_US : dayOf(value));
    case 'WEEK': {
      const wanted = WEEKDAYS.indexOf(weekday ?? '');
      if (wanted < 0)
        throw new ConnectorError('config', 'The clamping by WEEK needs a `weekday` in `target_details`.', {
          hint: `One of ${WEEKDAYS.join(', ')}.`,
        });
      return (value, isUp) => {
        const ahead = (wanted - new DateTime(value, 0).weekday + 7) % 7;
        return dayOf(value) + (isUp || ahead === 0 ? ahead : ahead - 7) * DAY_US;
      };
    }
    case 'MONTH':
      return (value, isUp) => {
        const { year, month, day } = new DateTime(value, 0).fields;
        if (day === 1) return dayOf(value);
        return DateTime.of(
          isUp ? { year: month === 12 ? year + 1 : year, month: (month % 12) + 1 } : { year, month },
          0,
        ).instant;
      };
    default:
      throw new ConnectorError('config', `"${target}" is nothing that a cursor is clamped to.`, {
        hint: 'Use DAY, WEEK or MONTH.',
      });
  }
}
