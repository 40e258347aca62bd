import { cellDraw, engagementLags, seenSend, type Activity, type SendDay } from './activity.js';
import { seen, settledAfterDays, type Arrival } from './arrival.js';
import type { Campaign, Element } from './campaigns.js';
import { channelParts } from './channels.js';

/** One element on one day, seen at an instant: parts by name, conversions by both of their dates. */
export interface Observation {
  readonly sent: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly conversions: readonly number[];
  readonly conversionsBySendTime: readonly number[];
}

/** An observer of one instant. */
export interface Observer {
  readonly activity: Activity;
  readonly arrival: Arrival;
  readonly observedAt: number;
  readonly today: number;
}

/**
 * Gathers days from the send days that reach into them. Truth walks the other way, from the sends to the days, and
 * knows nothing of the shortcut for settled days taken here.
 */
export const observerOf = (
  observer: Observer,
  campaign: Campaign,
  element: Element,
): ((day: number) => Observation) => {
  const { activity, arrival, observedAt, today } = observer;
  const { sendHour } = campaign;
  const sendDays = activity.sendDays(campaign, element);
  const definitions = element.isControl ? [] : channelParts[element.channel];
  const events = campaign.conversions.length;
  const longest = campaign.conversions.reduce((most, { windowDays }) => Math.max(most, windowDays), 0);
  const lastSettled = today - settledAfterDays - 2;

  const eventDayConversions = (day: number): number[] => {
    const conversions: number[] = Array.from({ length: events }, () => 0);
    for (let lag = 0; lag <= longest; lag += 1) {
      const send = sendDays(day - lag);
      if (send === null) continue;
      const share = day <= lastSettled ? 1 : arrival.conversions(day, lag, sendHour, observedAt);
      const draw = share < 1 ? cellDraw(campaign, element, day - lag, lag) : 0;
      for (let order = 0; order < events; order += 1) {
        const counts = send.conversions[order];
        if (lag < counts.length) conversions[order] += seen(counts[lag], share, draw);
      }
    }
    return conversions;
  };

  const sendDayConversions = (day: number, own: SendDay | null): number[] => {
    const conversions: number[] = Array.from({ length: events }, () => 0);
    if (own === null) return conversions;
    for (let lag = 0; lag <= longest && day + lag <= today; lag += 1) {
      const share = day + lag <= lastSettled ? 1 : arrival.conversions(day + lag, lag, sendHour, observedAt);
      const draw = share < 1 ? cellDraw(campaign, element, day, lag) : 0;
      for (let order = 0; order < events; order += 1) {
        const counts = own.conversions[order];
        if (lag < counts.length) conversions[order] += seen(counts[lag], share, draw);
      }
    }
    return conversions;
  };

  const partsOn = (day: number, own: SendDay | null): Record<string, number> => {
    const counts: number[] = Array.from({ length: definitions.length }, () => 0);
    // Delivered is counted by itself, so that delivered and bounced never exceed sent while messages are still leaving.
    let delivered = own === null ? 0 : own.sent;
    const failures = own?.parts ?? [];
    for (let order = 0; order < failures.length; order += 1) {
      const failed = failures[order];
      if (typeof failed !== 'number') continue;
      delivered -= failed;
      counts[order] = seenSend(failed, campaign, day, observedAt, arrival);
    }
    for (let lag = 0; lag < engagementLags; lag += 1) {
      const send = sendDays(day - lag);
      if (send === null) continue;
      const share = day <= lastSettled ? 1 : arrival.engagement(day, lag, sendHour, observedAt);
      const draw = share < 1 ? cellDraw(campaign, element, day - lag, lag) : 0;
      for (let order = 0; order < definitions.length; order += 1) {
        const byLag = send.parts[order];
        if (typeof byLag !== 'number') counts[order] += seen(byLag[lag], share, draw);
      }
    }
    const parts: Record<string, number> = { delivered: seenSend(delivered, campaign, day, observedAt, arrival) };
    for (let order = 0; order < definitions.length; order += 1) parts[definitions[order].name] = counts[order];
    return parts;
  };

  return (day) => {
    const own = sendDays(day);
    return {
      sent: own === null ? 0 : seenSend(own.sent, campaign, day, observedAt, arrival),
      parts: element.isControl ? {} : partsOn(day, own),
      conversions: eventDayConversions(day),
      conversionsBySendTime: sendDayConversions(day, own),
    };
  };
};
