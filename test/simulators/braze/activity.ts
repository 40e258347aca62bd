import { seen, type Arrival } from './arrival.js';
import type { Campaign, Element } from './campaigns.js';
import { channelParts } from './channels.js';
import { between, draws, unit } from './random.js';
import { volumeOn } from './volume.js';

// Taken once: in a test runner's sandbox each look at a global is a slow call.
const { floor, min, round } = Math;

/**
 * The ledger of what one day's send led to, in its final state. Everything the simulator shows and everything it
 * states as truth is taken from these.
 */
export interface SendDay {
  readonly sent: number;
  /** Per part of the channel: its total on the day itself (`send`), or its counts by lag in days (`later`). */
  readonly parts: readonly (number | readonly number[])[];
  /** Per conversion A to D: counts by lag in days, up to the end of its window. */
  readonly conversions: readonly (readonly number[])[];
}

/** Share of the opens and clicks of a send that happen up to this many days after it. */
const engagementSpread = [0.56, 0.78, 0.87, 0.92, 0.95, 0.97, 0.985, 1];
export const engagementLags = engagementSpread.length;

const decay = 0.8;
const conversionSpreads = new Map<number, readonly number[]>();
const conversionSpread = (windowDays: number): readonly number[] => {
  let spread = conversionSpreads.get(windowDays);
  if (spread === undefined) {
    const whole = 1 - decay ** (windowDays + 1);
    spread = Array.from({ length: windowDays + 1 }, (_, lag) =>
      lag === windowDays ? 1 : (1 - decay ** (lag + 1)) / whole,
    );
    conversionSpreads.set(windowDays, spread);
  }
  return spread;
};

/** Whole counts by lag that add up to `total`. */
const spreadOut = (total: number, spread: readonly number[]): number[] => {
  const counts: number[] = [];
  let before = 0;
  for (let lag = 0; lag < spread.length; lag += 1) {
    const upTo = floor(total * spread[lag]);
    counts.push(upTo - before);
    before = upTo;
  }
  return counts;
};

/** The draw that decides which whole event a growing share has reached. */
export const cellDraw = (campaign: Campaign, element: Element, sendDay: number, lag: number): number =>
  unit(campaign.key, element.key, sendDay, lag, 0x6c617465);

export interface Activity {
  /** The send days of an element; null on days without a send. */
  sendDays(campaign: Campaign, element: Element): (day: number) => SendDay | null;
}

/** Campaigns whose send days are kept; a walk over thousands of campaigns needs each of them once. */
const cachedCampaigns = 64;

export const createActivity = (seed: number): Activity => {
  const cache = new Map<number, Map<number, (SendDay | null)[]>>();

  const compute = (campaign: Campaign, element: Element, day: number): SendDay | null => {
    const sent = round(volumeOn(campaign, seed, day) * element.share);
    if (sent === 0) return null;
    const draw = draws(seed, campaign.key, element.key, day);
    const some = (base: number, rate: number): number =>
      floor(base * min(1, rate * between(0.9, 1.1, draw())) + draw());
    const conversions = campaign.conversions.map(({ rate, windowDays }) =>
      spreadOut(some(sent, rate * element.lift), conversionSpread(windowDays)),
    );
    if (element.isControl) return { sent, parts: [], conversions };
    const totals: Record<string, number> = { sent, delivered: sent };
    const parts = channelParts[element.channel].map(({ name, of, rate, when }) => {
      const total = some(totals[of], when === 'send' ? rate : rate * element.lift);
      totals[name] = total;
      if (when === 'later') return spreadOut(total, engagementSpread);
      // What a send did not deliver cannot be opened; a further failure is drawn from `sent` and stays far below it.
      totals.delivered -= total;
      return total;
    });
    return { sent, parts, conversions };
  };

  const daysOf = (campaign: Campaign, element: Element): (SendDay | null)[] => {
    let elements = cache.get(campaign.key);
    if (elements === undefined) {
      elements = new Map();
      cache.set(campaign.key, elements);
      const oldest = cache.keys().next().value;
      if (cache.size > cachedCampaigns && oldest !== undefined) cache.delete(oldest);
    }
    let days = elements.get(element.key);
    if (days === undefined) elements.set(element.key, (days = []));
    return days;
  };

  return {
    sendDays: (campaign, element) => {
      const days = daysOf(campaign, element);
      return (day) => {
        const index = day - campaign.firstDay;
        if (index < 0) return null;
        const found = days[index];
        return found === undefined ? (days[index] = compute(campaign, element, day)) : found;
      };
    },
  };
};

/** What of a send (messages and their failures) an observer sees on the send day itself. */
export const seenSend = (
  count: number,
  campaign: Campaign,
  day: number,
  observedAt: number,
  arrival: Arrival,
): number => seen(count, arrival.sends(day, campaign.sendHour, observedAt), 0);
