import { wasSeen, type EventType, type SfmcWorld } from './world.js';

/** What one day, job, region and segment holds, as somebody knows who has looked all the time. */
export interface TruthCell {
  readonly date: string;
  readonly account_id: number;
  readonly campaign_id: string;
  readonly channel: 'email' | 'sms';
  readonly region: string;
  readonly segment: string;
  sent: number;
  /** Messages opened (clicked) at least once that day; without a member each event is one. SMS has none: 0. */
  opened: number;
  opened_total: number;
  clicked: number;
  clicked_total: number;
  bounced: number;
  unsubscribed: number;
}

type Measure = 'sent' | 'opened' | 'opened_total' | 'clicked' | 'clicked_total' | 'bounced' | 'unsubscribed';

const MEASURES: Readonly<Record<EventType, { readonly all?: Measure; readonly messages: Measure }>> = {
  SentEvent: { messages: 'sent' },
  OpenEvent: { all: 'opened_total', messages: 'opened' },
  ClickEvent: { all: 'clicked_total', messages: 'clicked' },
  BounceEvent: { messages: 'bounced' },
  UnsubEvent: { messages: 'unsubscribed' },
};

/** By walking through everything that happened; it shares no step with what answers requests. */
export const truthOf = (world: SfmcWorld, now: number, timeZone: string): TruthCell[] => {
  const days = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const cells = new Map<string, TruthCell>();
  const cellOf = (place: Pick<TruthCell, 'date' | 'account_id' | 'campaign_id' | 'channel' | 'region' | 'segment'>) => {
    const key = JSON.stringify(place);
    let cell = cells.get(key);
    if (cell === undefined) {
      const none = { sent: 0, opened: 0, opened_total: 0, clicked: 0, clicked_total: 0, bounced: 0, unsubscribed: 0 };
      cells.set(key, (cell = { ...place, ...none }));
    }
    return cell;
  };
  const counted = new Set<string>();
  for (const event of world.events) {
    if (!wasSeen(event, now)) continue;
    const { type, job, member, batch } = event;
    const date = days.format(event.at);
    const cell = cellOf({
      date,
      account_id: job.account,
      campaign_id: String(job.id),
      channel: 'email',
      region: member?.region ?? '(unknown)',
      segment: member?.segment ?? '(unknown)',
    });
    const { all, messages } = MEASURES[type];
    if (all !== undefined) cell[all] += 1;
    const message = `${type} ${job.id} ${batch} ${member?.key} ${date}`;
    if (member === null || !counted.has(message)) cell[messages] += 1;
    counted.add(message);
  }
  for (const { member, at, isTest } of world.sms) {
    if (at > now || isTest) continue;
    const { region, segment } = member;
    const place = {
      date: days.format(at),
      account_id: 510_001,
      campaign_id: 'sms',
      channel: 'sms' as const,
      region,
      segment,
    };
    cellOf(place).sent += 1;
  }
  return [...cells.values()];
};
