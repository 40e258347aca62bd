import { dayText } from './calendar.js';
import type { Campaign, Element } from './campaigns.js';
import type { Channel } from './channels.js';
import { observerOf, type Observation, type Observer } from './observation.js';
import { unit } from './random.js';
import type { BrazeWorld } from './world.js';

/** Ways in which real answers are known, or feared, to differ from the documentation. */
export interface Quirks {
  /** Days without any activity: from the first send on (default), before it too, or never returned. */
  readonly zeroDays?: 'after_first_send' | 'all' | 'left_out';
  /** Days without any activity have `messages: {}`. */
  readonly emptyMessages?: boolean;
  readonly order?: 'ascending' | 'shuffled';
  /** Whether the day of `ending_at` is one of the `length` days. */
  readonly endingDay?: 'included' | 'left_out';
  readonly variationName?: 'present' | 'missing';
  /** In-app elements come without `variation_api_id`, as in the documentation's example. */
  readonly inAppVariationId?: 'present' | 'missing';
  /** E-mail elements carry a metric nobody has heard of. */
  readonly unknownMetric?: boolean;
  /** Days carry a channel nobody has heard of; the truth does not state it. */
  readonly unknownChannel?: boolean;
}

type Counts = Readonly<Record<string, number>>;

export const renderMetrics: Readonly<Record<Channel, (sent: number, parts: Counts) => Record<string, number>>> = {
  email: (sent, p) => ({
    sent,
    opens: p.human_opens + p.machine_opens + p.repeat_opens,
    unique_opens: p.human_opens + p.machine_opens,
    machine_open: p.machine_opens,
    clicks: p.unique_clicks + p.repeat_clicks,
    unique_clicks: p.unique_clicks,
    unsubscribes: p.unsubscribes,
    bounces: p.bounces,
    delivered: p.delivered,
    reported_spam: p.reported_spam,
  }),
  ios_push: (sent, p) => pushMetrics(sent, p),
  android_push: (sent, p) => pushMetrics(sent, p),
  sms: (sent, p) => ({
    sent,
    sent_to_carrier: p.delivered + p.delivery_failed,
    delivered: p.delivered,
    rejected: p.rejected,
    delivery_failed: p.delivery_failed,
    clicks: p.clicks,
    opt_out: p.opt_out,
    help: p.help,
  }),
  webhook: (sent, p) => ({ sent, errors: p.errors }),
  trigger_in_app_message: (_sent, p) => ({
    impressions: p.viewers + p.repeat_impressions,
    clicks: p.first_button_clicks + p.second_button_clicks,
    first_button_clicks: p.first_button_clicks,
    second_button_clicks: p.second_button_clicks,
  }),
};

const pushMetrics = (sent: number, p: Counts): Record<string, number> => ({
  sent,
  direct_opens: p.direct_opens,
  total_opens: p.direct_opens + p.influenced_opens,
  bounces: p.bounces,
  body_clicks: p.body_clicks,
});

const conversionNames = ['conversions', 'conversions1', 'conversions2', 'conversions3'];
const bySendTimeNames = conversionNames.map((name) => `${name}_by_send_time`);

/** Writes as many conversion events as the campaign has. */
const addConversions = (
  fields: Record<string, unknown>,
  conversions: readonly number[],
  bySendTime: readonly number[],
): void => {
  for (let order = 0; order < conversions.length; order += 1) fields[conversionNames[order]] = conversions[order];
  for (let order = 0; order < conversions.length; order += 1) fields[bySendTimeNames[order]] = bySendTime[order];
};

const dollars = (conversions: readonly number[], campaign: Campaign): number =>
  ((conversions[0] ?? 0) * campaign.centsPerConversion) / 100;

const renderElement = (
  campaign: Campaign,
  element: Element,
  seen: Observation,
  quirks: Quirks,
): Record<string, unknown> => {
  const isInApp = element.channel === 'trigger_in_app_message';
  const fields: Record<string, unknown> = {};
  if (quirks.variationName !== 'missing') fields.variation_name = element.name;
  if (!isInApp || quirks.inAppVariationId !== 'missing') fields.variation_api_id = element.id;
  if (element.isControl) fields.enrolled = seen.sent;
  else Object.assign(fields, renderMetrics[element.channel](seen.sent, seen.parts));
  if (quirks.unknownMetric === true && element.channel === 'email') fields.predicted_reads = 3;
  fields.revenue = dollars(seen.conversions, campaign);
  fields.unique_recipients = isInApp && !element.isControl ? seen.parts.viewers : seen.sent;
  addConversions(fields, seen.conversions, seen.conversionsBySendTime);
  return fields;
};

const isSomething = ({ sent, parts, conversions, conversionsBySendTime }: Observation): boolean => {
  if (sent > 0 || conversions.some(Boolean) || conversionsBySendTime.some(Boolean)) return true;
  for (const name in parts) if (parts[name] > 0) return true;
  return false;
};

const total = (lists: readonly (readonly number[])[]): number[] =>
  lists[0].map((_, order) => lists.reduce((sum, list) => sum + list[order], 0));

const renderDay = (campaign: Campaign, day: number, seen: readonly Observation[], quirks: Quirks) => {
  const conversions = total(seen.map((each) => each.conversions));
  const isActive = seen.some(isSomething);
  const messages: Record<string, Record<string, unknown>[]> = {};
  const recipients: Record<string, number> = {};
  campaign.elements.forEach((element, order) => {
    const rendered = renderElement(campaign, element, seen[order], quirks);
    (messages[element.channel] ??= []).push(rendered);
    recipients[element.channel] = (recipients[element.channel] ?? 0) + (rendered.unique_recipients as number);
  });
  if (quirks.unknownChannel === true)
    messages.line = [{ variation_api_id: campaign.elements[0].id, variation_name: 'LINE', sent: 5, reads: 2 }];
  const rendered: Record<string, unknown> = {
    time: dayText(day),
    messages: quirks.emptyMessages === true && !isActive ? {} : messages,
  };
  addConversions(rendered, conversions, total(seen.map((each) => each.conversionsBySendTime)));
  // A member reached on two channels is one recipient, so the day has fewer than its elements together.
  rendered.unique_recipients = Math.max(0, ...Object.values(recipients));
  rendered.revenue = dollars(conversions, campaign);
  return { isActive, rendered };
};

/** The `data` of /campaigns/data_series: up to `length` days ending with the day of `endingAt`, none of them in the future. */
export const campaignSeries = (
  world: BrazeWorld,
  campaign: Campaign,
  length: number,
  endingAt: number,
  observedAt: number,
  quirks: Quirks,
): unknown[] => {
  const { calendar } = world;
  const end = calendar.dayOf(endingAt) - (quirks.endingDay === 'left_out' ? 1 : 0);
  const today = calendar.dayOf(observedAt);
  const observer: Observer = { activity: world.activity, arrival: world.arrival, observedAt, today };
  const observers = campaign.elements.map((element) => observerOf(observer, campaign, element));
  const data: unknown[] = [];
  for (let day = end - length + 1; day <= Math.min(end, today); day += 1) {
    const hasBegun = campaign.cadence !== 'never' && day >= campaign.firstDay;
    if (!hasBegun && quirks.zeroDays !== 'all') continue;
    const { isActive, rendered } = renderDay(
      campaign,
      day,
      observers.map((seenOn) => seenOn(day)),
      quirks,
    );
    if (isActive || quirks.zeroDays !== 'left_out') data.push(rendered);
  }
  if (quirks.order !== 'shuffled') return data;
  return data
    .map((day, order) => ({ day, draw: unit(campaign.key, order, 0x6f7264) }))
    .sort((left, right) => left.draw - right.draw)
    .map(({ day }) => day);
};
