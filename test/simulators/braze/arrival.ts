import { dayMs, type Calendar } from './calendar.js';

// Taken once: in a test runner's sandbox each look at a global is a slow call.
const { floor, max, min } = Math;

/**
 * What share of a day's happenings an observer at an instant can see. Every function grows with `observedAt`
 * and ends at exactly 1, so that no count ever falls.
 */
export interface Arrival {
  /** Messages leave within the two hours after the send hour. */
  sends(day: number, sendHour: number, observedAt: number): number;
  /** Opens and clicks that happen on `day`, `lag` days after their send: devices that were offline report up to a week later. */
  engagement(day: number, lag: number, sendHour: number, observedAt: number): number;
  /** Conversions arrive sooner than opens, because the back office reports them: three days. */
  conversions(day: number, lag: number, sendHour: number, observedAt: number): number;
}

const hourMs = 3_600_000;
const engagementLateDays = 7;
const conversionsLateDays = 3;
/** After this many days nothing about a day's own happenings changes. */
export const settledAfterDays = engagementLateDays;

const clamp = (share: number): number => min(1, max(0, share));

export const createArrival = (calendar: Calendar): Arrival => {
  const late = (day: number, fromHour: number, observedAt: number, onTime: number, lateDays: number): number => {
    const start = calendar.startOf(day) + fromHour * hourMs;
    if (observedAt <= start) return 0;
    const end = calendar.startOf(day + 1);
    if (observedAt < end) return (onTime * (observedAt - start)) / (end - start);
    const waiting = 1 - clamp((observedAt - end) / (lateDays * dayMs));
    return 1 - (1 - onTime) * waiting * waiting;
  };
  return {
    sends: (day, sendHour, observedAt) =>
      clamp((observedAt - calendar.startOf(day) - sendHour * hourMs) / (2 * hourMs)),
    engagement: (day, lag, sendHour, observedAt) =>
      late(day, lag === 0 ? sendHour : 0, observedAt, 0.8, engagementLateDays),
    conversions: (day, lag, sendHour, observedAt) =>
      late(day, lag === 0 ? sendHour : 0, observedAt, 0.9, conversionsLateDays),
  };
};

/** The part of a final count that a share lets through; `draw` (one per cell) keeps small counts unbiased. */
export const seen = (count: number, share: number, draw: number): number =>
  share >= 1 ? count : share <= 0 ? 0 : floor(count * share + draw);
