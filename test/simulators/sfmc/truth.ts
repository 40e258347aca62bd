import { wasSeen, type EventType, type Job, type Member, type SfmcWorld } from './world.js';

/** Where a figure stands. */
export interface TruthPlace {
  readonly date: string;
  /** The job, or the message of a text or push. */
  readonly send_id: string;
  readonly account_id: number;
  readonly campaign_id: string;
  readonly channel: 'email' | 'sms' | 'push';
  /** Empty: there is only one. */
  readonly variant: string;
  readonly region: string;
  readonly segment: string;
}

/** What one day, job, region and segment holds, as somebody knows who has looked all the time. Null: the service tells it of no one. */
export interface TruthCell extends TruthPlace {
  sent: number | null;
  /** Of email: what was sent less what bounced, each on its day. */
  delivered: number | null;
  /** Messages opened (clicked) at least once that day; without a member each event is one. */
  opened: number | null;
  opened_total: number | null;
  clicked: number | null;
  clicked_total: number | null;
  bounced: number | null;
  unsubscribed: number | null;
}

export interface TruthResponse extends TruthPlace {
  readonly response_type: string;
  readonly basis: 'event_day' | 'send_day';
  responded: number;
}

/** The link behind which the form stands. */
export const FORM_LINK = 11;

const MEASURES: Readonly<Record<EventType, { readonly all?: Measure; readonly messages: Measure }>> = {
  SentEvent: { messages: 'sent' },
  OpenEvent: { all: 'opened_total', messages: 'opened' },
  ClickEvent: { all: 'clicked_total', messages: 'clicked' },
  BounceEvent: { messages: 'bounced' },
  UnsubEvent: { messages: 'unsubscribed' },
};

type Measure = Exclude<keyof TruthCell, keyof TruthPlace>;

const MEASURED: Readonly<Record<TruthPlace['channel'], readonly Measure[]>> = {
  email: ['sent', 'delivered', 'opened', 'opened_total', 'clicked', 'clicked_total', 'bounced', 'unsubscribed'],
  sms: ['sent', 'delivered', 'unsubscribed'],
  push: ['sent', 'delivered', 'opened'],
};
const ALL = MEASURED.email;

const days = new Map<string, Intl.DateTimeFormat>();
const dayOf = (at: number, timeZone: string): string => {
  const format =
    days.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  days.set(timeZone, format);
  return format.format(at);
};

const mailPlace = (job: Job, member: Member | null, date: string): TruthPlace => ({
  date,
  send_id: String(job.id),
  account_id: job.account,
  campaign_id: job.campaign,
  channel: 'email',
  variant: job.variant ?? '',
  region: member?.region ?? '(unknown)',
  segment: member?.segment ?? '(unknown)',
});

const mobilePlace = (channel: 'sms' | 'push', message: string, member: Member, date: string): TruthPlace => ({
  date,
  send_id: message,
  account_id: 510_001,
  campaign_id: message,
  channel,
  variant: '',
  region: member.region,
  segment: member.segment,
});

/** By walking through everything that happened; it shares no step with what answers requests. */
export const truthOf = (world: SfmcWorld, now: number, timeZone: string): TruthCell[] => {
  const cells = new Map<string, TruthCell>();
  const add = (place: TruthPlace, measure: Measure, by = 1) => {
    const key = JSON.stringify(place);
    let cell = cells.get(key);
    if (cell === undefined) {
      const measured = MEASURED[place.channel];
      const figures = Object.fromEntries(ALL.map((name) => [name, measured.includes(name) ? 0 : null]));
      cells.set(key, (cell = { ...place, ...figures } as TruthCell));
    }
    cell[measure] = (cell[measure] ?? 0) + by;
  };
  const counted = new Set<string>();
  for (const event of world.events) {
    if (!wasSeen(event, now)) continue;
    const { type, job, member, batch } = event;
    const date = dayOf(event.at, timeZone);
    const place = mailPlace(job, member, date);
    const { all, messages } = MEASURES[type];
    if (all !== undefined) add(place, all);
    const message = `${type} ${job.id} ${batch} ${member?.key} ${date}`;
    if (member === null || !counted.has(message)) {
      add(place, messages);
      if (type === 'SentEvent') add(place, 'delivered');
      if (type === 'BounceEvent') add(place, 'delivered', -1);
    }
    counted.add(message);
  }
  for (const { message, member, at, isStop, isDelivered, isTest } of world.sms) {
    if (at > now || isTest) continue;
    const place = mobilePlace('sms', message, member, dayOf(at, timeZone));
    add(place, isStop ? 'unsubscribed' : 'sent');
    if (isDelivered) add(place, 'delivered');
  }
  for (const { message, member, at, isDelivered, openedAt } of world.pushes) {
    if (at > now) continue;
    const place = (instant: number) => mobilePlace('push', message, member, dayOf(instant, timeZone));
    add(place(at), 'sent');
    if (isDelivered) add(place(at), 'delivered');
    if (openedAt !== null && openedAt <= now) add(place(openedAt), 'opened');
  }
  return [...cells.values()];
};

/** What members did: each test and each enrolment, and of the form each member and send once a day. */
export const responsesOf = (world: SfmcWorld, now: number, timeZone: string): TruthResponse[] => {
  const cells = new Map<string, TruthResponse>();
  const add = (place: Omit<TruthResponse, 'responded'>) => {
    const key = JSON.stringify(place);
    const cell = cells.get(key) ?? { ...place, responded: 0 };
    cells.set(key, cell);
    cell.responded += 1;
  };
  for (const { type, job, member, at, arrivedAt } of world.answers) {
    if (arrivedAt > now) continue;
    const on = (instant: number) => mailPlace(job, member, dayOf(instant, timeZone));
    add({ ...on(at), response_type: type, basis: 'event_day' });
    if (type === 'a1c_test_scheduled') add({ ...on(job.sentAt), response_type: type, basis: 'send_day' });
  }
  const seen = new Set<string>();
  for (const event of world.events) {
    const { type, job, member, link } = event;
    if (type !== 'ClickEvent' || link !== FORM_LINK || !wasSeen(event, now)) continue;
    const date = dayOf(event.at, timeZone);
    const once = `${job.id} ${member?.key} ${date}`;
    if (member !== null && seen.has(once)) continue;
    seen.add(once);
    add({ ...mailPlace(job, member, date), response_type: 'form_opened', basis: 'event_day' });
  }
  return [...cells.values()];
};
