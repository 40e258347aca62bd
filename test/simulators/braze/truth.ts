import { cellDraw, engagementLags, seenSend, type Activity } from './activity.js';
import { seen, type Arrival } from './arrival.js';
import { dayNumber, dayText, type Calendar } from './calendar.js';
import type { Campaign, Element } from './campaigns.js';
import { channelParts } from './channels.js';

/** What happened to one variation on one day, as far as it was known at the instant. Null is "this channel does not measure it". */
export interface TruthCell {
  campaign_id: string;
  date: string;
  /** As /campaigns/data_series names it. */
  channel: string;
  variation_id: string;
  variation_name: string;
  is_control: boolean;
  /** Members held back; null except for a control group, which is sent nothing. */
  enrolled: number | null;
  sent: number | null;
  delivered: number | null;
  /** Push: influenced opens included. */
  opens: number | null;
  unique_opens: number | null;
  machine_open: number | null;
  direct_opens: number | null;
  /** Push: clicks on the body. */
  clicks: number | null;
  unique_clicks: number | null;
  bounces: number | null;
  unsubscribes: number | null;
  reported_spam: number | null;
  impressions: number | null;
  rejected: number | null;
  delivery_failed: number | null;
  opt_out: number | null;
  errors: number | null;
  /** Members reached, held back for a control group; in-app: who saw it. Not additive. */
  unique_recipients: number;
  revenue: number;
  conversions: number | null;
  conversions1: number | null;
  conversions2: number | null;
  conversions3: number | null;
  conversions_by_send_time: number | null;
  conversions1_by_send_time: number | null;
  conversions2_by_send_time: number | null;
  conversions3_by_send_time: number | null;
}

/** True where something happened on the day; a campaign that shows nothing is all null or 0. */
export const hasActivity = (cell: object): boolean =>
  Object.entries(cell).some(([name, value]) => typeof value === 'number' && value !== 0 && !name.startsWith('message'));

/** Nothing of a send is felt longer than this after it; see the README. */
const longestTailDays = 40;

type Cell = { readonly date: string } & ({ readonly campaign_id: string } | { readonly canvas_id: string });
const ownerOf = (cell: Cell): string => ('campaign_id' in cell ? cell.campaign_id : cell.canvas_id);

/**
 * Cells without which a copy is still right: days without activity that lie before the first activity of their campaign or
 * canvas among these cells, or so long after its last one that nobody would ask for them, if they are asked for until so many
 * days after the last send.
 */
export const mayBeMissing = <C extends Cell>(cells: readonly C[], inactiveAfterDays = 90): ((cell: C) => boolean) => {
  const spans = new Map<string, [first: string, last: string]>();
  for (const cell of cells.filter(hasActivity)) {
    const [first, last] = spans.get(ownerOf(cell)) ?? [cell.date, cell.date];
    spans.set(ownerOf(cell), [cell.date < first ? cell.date : first, cell.date > last ? cell.date : last]);
  }
  const wait = inactiveAfterDays - longestTailDays;
  return (cell) => {
    const span = spans.get(ownerOf(cell));
    if (hasActivity(cell)) return false;
    return span === undefined || cell.date < span[0] || dayNumber(cell.date) > dayNumber(span[1]) + wait;
  };
};

export interface TruthCampaign {
  id: string;
  name: string;
  tags: readonly string[];
  archived: boolean;
  draft: boolean;
  deleted: boolean;
  is_api_campaign: boolean;
  channels: readonly string[];
  conversion_events: readonly (string | null)[];
}

export interface TruthFilter {
  readonly campaignId?: string;
  /** Civil days of the company, both included. */
  readonly from?: string;
  readonly to?: string;
}

type Counts = Map<string, number>;

/** Scatters every send forward to the days on which its consequences happened; a list of counts per day. */
const scatter = (
  activity: Activity,
  arrival: Arrival,
  campaign: Campaign,
  element: Element,
  from: number,
  to: number,
  observedAt: number,
) => {
  const days = new Map<number, Counts>();
  const add = (day: number, name: string, count: number): void => {
    if (count === 0) return;
    let counts = days.get(day);
    if (counts === undefined) days.set(day, (counts = new Map()));
    counts.set(name, (counts.get(name) ?? 0) + count);
  };
  const definitions = element.isControl ? [] : channelParts[element.channel];
  const sendDays = activity.sendDays(campaign, element);
  for (let day = from; day <= to; day += 1) {
    const send = sendDays(day);
    if (send === null) continue;
    let delivered = send.sent;
    definitions.forEach(({ name }, order) => {
      const counts = send.parts[order];
      if (typeof counts === 'number') {
        add(day, name, seenSend(counts, campaign, day, observedAt, arrival));
        delivered -= counts;
        return;
      }
      counts.forEach((count, lag) => {
        if (count === 0) return;
        const share = arrival.engagement(day + lag, lag, campaign.sendHour, observedAt);
        add(day + lag, name, seen(count, share, share < 1 ? cellDraw(campaign, element, day, lag) : 0));
      });
    });
    add(day, 'sent', seenSend(send.sent, campaign, day, observedAt, arrival));
    add(day, 'delivered', seenSend(delivered, campaign, day, observedAt, arrival));
    send.conversions.forEach((counts, order) => {
      counts.forEach((count, lag) => {
        if (count === 0) return;
        const share = arrival.conversions(day + lag, lag, campaign.sendHour, observedAt);
        const happened = seen(count, share, share < 1 ? cellDraw(campaign, element, day, lag) : 0);
        add(day + lag, `conversion${order}`, happened);
        add(day, `conversion${order}_by_send`, happened);
      });
    });
  }
  return days;
};

const cellOf = (campaign: Campaign, element: Element, day: number, counts: Counts): TruthCell => {
  const { channel, isControl } = element;
  const is = (...channels: string[]): boolean => !isControl && channels.includes(channel);
  const sum = (measured: boolean, ...names: string[]): number | null =>
    measured ? names.reduce((total, name) => total + (counts.get(name) ?? 0), 0) : null;
  const push = is('ios_push', 'android_push');
  const email = is('email');
  const sms = is('sms');
  const inApp = is('trigger_in_app_message');
  const clickParts: readonly string[] = email
    ? ['unique_clicks', 'repeat_clicks']
    : push
      ? ['body_clicks']
      : inApp
        ? ['first_button_clicks', 'second_button_clicks']
        : ['clicks'];
  const conversion = (order: number, suffix = ''): number | null =>
    sum(order < campaign.conversions.length, `conversion${order}${suffix}`);
  return {
    campaign_id: campaign.id,
    date: dayText(day),
    channel,
    variation_id: element.id,
    variation_name: element.name,
    is_control: isControl,
    enrolled: sum(isControl, 'sent'),
    sent: sum(!isControl && !inApp, 'sent'),
    delivered: sum(email || sms, 'delivered'),
    opens: email
      ? sum(true, 'human_opens', 'machine_opens', 'repeat_opens')
      : sum(push, 'direct_opens', 'influenced_opens'),
    unique_opens: sum(email, 'human_opens', 'machine_opens'),
    machine_open: sum(email, 'machine_opens'),
    direct_opens: sum(push, 'direct_opens'),
    clicks: sum(email || push || sms || inApp, ...clickParts),
    unique_clicks: sum(email, 'unique_clicks'),
    bounces: sum(email || push, 'bounces'),
    unsubscribes: sum(email, 'unsubscribes'),
    reported_spam: sum(email, 'reported_spam'),
    impressions: sum(inApp, 'viewers', 'repeat_impressions'),
    rejected: sum(sms, 'rejected'),
    delivery_failed: sum(sms, 'delivery_failed'),
    opt_out: sum(sms, 'opt_out'),
    errors: sum(is('webhook'), 'errors'),
    unique_recipients: counts.get(inApp ? 'viewers' : 'sent') ?? 0,
    revenue: ((conversion(0) ?? 0) * campaign.centsPerConversion) / 100,
    conversions: conversion(0),
    conversions1: conversion(1),
    conversions2: conversion(2),
    conversions3: conversion(3),
    conversions_by_send_time: conversion(0, '_by_send'),
    conversions1_by_send_time: conversion(1, '_by_send'),
    conversions2_by_send_time: conversion(2, '_by_send'),
    conversions3_by_send_time: conversion(3, '_by_send'),
  };
};

/** Cells of one campaign: every day from its first send to the day of the instant, zero days too. */
export const truthCells = (
  activity: Activity,
  arrival: Arrival,
  calendar: Calendar,
  campaign: Campaign,
  observedAt: number,
  filter: TruthFilter,
): TruthCell[] => {
  const last = calendar.dayOf(observedAt);
  if (campaign.cadence === 'never' || campaign.isDeleted || campaign.createdAt > observedAt) return [];
  const from = Math.max(campaign.firstDay, filter.from === undefined ? campaign.firstDay : dayNumber(filter.from));
  const to = Math.min(last, filter.to === undefined ? last : dayNumber(filter.to));
  const reach = Math.max(engagementLags, ...campaign.conversions.map(({ windowDays }) => windowDays + 1));
  const nothing: Counts = new Map();
  return campaign.elements.flatMap((element) => {
    const days = scatter(activity, arrival, campaign, element, from - reach, to, observedAt);
    const cells: TruthCell[] = [];
    for (let day = from; day <= to; day += 1) cells.push(cellOf(campaign, element, day, days.get(day) ?? nothing));
    return cells;
  });
};

export const truthCampaign = (campaign: Campaign, observedAt: number): TruthCampaign => ({
  id: campaign.id,
  name: campaign.name,
  tags: campaign.tags,
  archived: campaign.archivedAt !== null && campaign.archivedAt <= observedAt,
  draft: campaign.cadence === 'never',
  deleted: campaign.isDeleted,
  is_api_campaign: campaign.isApiCampaign,
  channels: [...new Set(campaign.elements.map(({ channel }) => channel))],
  conversion_events: campaign.conversions.map(
    ({ behavior }) => (behavior.custom_event_name as string | undefined) ?? null,
  ),
});
