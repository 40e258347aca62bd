import { cellDraw, seenSend, type SendDay } from '../activity.js';
import { seen } from '../arrival.js';
import { dayMs } from '../calendar.js';
import type { Campaign, Element } from '../campaigns.js';
import type { Canvas, Step } from '../canvases.js';
import { channelParts } from '../channels.js';
import { pick, unit, uuid } from '../random.js';
import type { BrazeWorld } from '../world.js';

/** A member as the company knows it. What is said of it here stands in no event but by `external_user_id`. */
export interface Member {
  readonly externalId: string;
  readonly userId: string;
  readonly email: string;
  readonly region: string;
  readonly segment: string;
}

/** One thing that happened to one message, or to one member. */
export interface CurrentsEvent {
  readonly id: string;
  /** As Currents names it, e.g. `users.messages.email.Send`. */
  readonly type: string;
  /** Epoch ms. */
  readonly at: number;
  readonly campaign: Campaign;
  readonly element: Element;
  /** Where it happened in a canvas: `campaign` and `element` are then those of the step, or the canvas' own and the variant. */
  readonly canvas?: { readonly name: string; readonly variant: Element; readonly step?: Step };
  readonly member: Member;
  readonly dispatchId: string;
  /** What only this type says. */
  readonly own: Readonly<Record<string, unknown>>;
}

const REGIONS = ['Midwest', 'Northeast', 'South', 'West'];
const SEGMENTS = ['Diabetes', 'Hypertension', 'Preventive care'];

export const membersOf = (seed: number, count: number): Member[] =>
  Array.from({ length: count }, (_, index) => ({
    externalId: `MRN-${String(4_000_000 + index * 13)}`,
    userId: uuid(seed, index, 0x6d656d62).replaceAll('-', '').slice(0, 24),
    email: `member.${index}@patients.example.org`,
    region: pick(REGIONS, unit(seed, index, 1, 0x6d656d62)),
    segment: pick(SEGMENTS, unit(seed, index, 2, 0x6d656d62)),
  }));

const PUSH = {
  sent: 'pushnotification.Send',
  bounces: 'pushnotification.Bounce',
  direct_opens: 'pushnotification.Open',
};
/** The event of each part of a channel; parts without one happen and are told by no event. */
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  email: {
    sent: 'email.Send',
    delivered: 'email.Delivery',
    bounces: 'email.Bounce',
    human_opens: 'email.Open',
    machine_opens: 'email.Open',
    repeat_opens: 'email.Open',
    unique_clicks: 'email.Click',
    repeat_clicks: 'email.Click',
    unsubscribes: 'email.Unsubscribe',
    reported_spam: 'email.MarkAsSpam',
  },
  ios_push: PUSH,
  android_push: PUSH,
  sms: {
    sent: 'sms.Send',
    delivered: 'sms.Delivery',
    rejected: 'sms.Rejection',
    delivery_failed: 'sms.DeliveryFailure',
    clicks: 'sms.ShortLinkClick',
    opt_out: 'sms.InboundReceive',
    help: 'sms.InboundReceive',
  },
  webhook: { sent: 'webhook.Send' },
  trigger_in_app_message: {
    viewers: 'inappmessage.Impression',
    repeat_impressions: 'inappmessage.Impression',
    first_button_clicks: 'inappmessage.Click',
    second_button_clicks: 'inappmessage.Click',
  },
};
const CONVERSION = 'users.campaigns.Conversion';
const CONTROL = 'users.campaigns.EnrollInControl';
const ENTRY = 'users.canvas.Entry';
const CANVAS_CONVERSION = 'users.canvas.Conversion';
const CUSTOM = 'users.behaviors.CustomEvent';

/** What a part's events say beside the message they belong to. */
const ownOf = (part: string, element: Element, link: number): Readonly<Record<string, unknown>> => {
  if (part === 'machine_opens') return { machine_open: true };
  if (part.endsWith('_clicks') || part === 'clicks') return { url: `https://care.example.org/a1c?m=${link}#form` };
  if (part === 'opt_out') return { action: 'Unsubscribed', message_body: 'STOP' };
  if (part === 'help') return { action: 'None', message_body: 'HELP' };
  if (element.channel.endsWith('_push')) return { platform: element.channel.slice(0, -5) };
  return {};
};

/**
 * All that has happened by an instant and is known by then, member by member: the same sends, and the same shares of what arrives
 * late, as the series of the REST API adds up. `from` is the first day of sends that counts. A member gets the messages of one variant of
 * a canvas, drawn apart from the entries.
 */
export function eventsAt(world: BrazeWorld, members: readonly Member[], now: number, from: number): CurrentsEvent[] {
  const { calendar, activity, arrival } = world;
  const today = calendar.dayOf(now);
  const events: CurrentsEvent[] = [];
  for (const campaign of world.campaignsAt(now)) tellAll(campaign);
  for (const canvas of world.canvasesAt(now)) {
    tellAll(canvas.entry, canvas);
    for (const step of canvas.steps) tellAll(step.messages, canvas, step);
  }
  return events;

  function tellAll(campaign: Campaign, canvas?: Canvas, step?: Step): void {
    if (campaign.isDeleted || campaign.cadence === 'never') return;
    for (const element of campaign.elements) {
      const sendDays = activity.sendDays(campaign, element);
      for (let day = Math.max(campaign.firstDay, from); day <= today; day += 1) {
        const send = sendDays(day);
        if (send !== null) tell(campaign, element, day, send, canvas, step);
      }
    }
  }

  function tell(campaign: Campaign, element: Element, day: number, send: SendDay, canvas?: Canvas, step?: Step): void {
    if (send.sent > members.length) throw new RangeError(`${send.sent} messages for ${members.length} members`);
    const { channel, isControl } = element;
    const place = [campaign.key, element.key, day] as const;
    const dispatchId = uuid(...place, 0x64697370);
    const first = Math.floor(unit(...place, 0x6d656d62) * members.length);
    const variants = canvas?.entry.elements.filter((variant) => !variant.isControl) ?? [];
    const add = (type: string, at: number, message: number, own: object, ...key: number[]) => {
      const person = (first + message) % members.length;
      const variant = step === undefined ? element : variants[person % variants.length]!;
      events.push({
        id: uuid(...place, ...key),
        type: type.startsWith('users.') ? type : `users.messages.${type}`,
        at,
        campaign,
        element,
        ...(canvas === undefined ? {} : { canvas: { name: canvas.name, variant, step } }),
        member: members[person]!,
        dispatchId,
        own: own as Readonly<Record<string, unknown>>,
      });
    };
    const [start, end] = [calendar.startOf(day), calendar.startOf(day + 1)];
    const types = TYPES[channel] ?? {};
    const onSend = (name: string, order: number, count: number, firstMessage: number, type = types[name]) => {
      if (type === undefined) return;
      const known = seenSend(count, campaign, day, now, arrival);
      for (let index = 0; index < known; index += 1) {
        const at = start + campaign.sendHour * 3_600_000 + Math.floor((index / count) * 2 * 3_600_000);
        add(type, at, firstMessage + index, ownOf(name, element, index), order, 0, index);
        if (name === 'delivered' && channel === 'email' && index % 37 === 0)
          add('email.SoftBounce', at, firstMessage + index, {}, order, 1, index);
      }
    };
    /** When the one of so many events that happen on a day is told on that day; later ones are told days later. */
    const within = (onDay: number, lag: number, index: number, count: number, onTime: number) => {
      const [opens, closes] = [calendar.startOf(onDay), calendar.startOf(onDay + 1)];
      const begin = opens + (lag === 0 ? campaign.sendHour * 3_600_000 : 0);
      return begin + Math.floor(Math.min(0.999, Math.max(0, index - 1) / count / onTime) * (closes - begin));
    };
    if (end - start < dayMs / 2) throw new RangeError('a day without hours');

    if (canvas !== undefined && step === undefined) onSend('entered', 93, send.sent, 0, ENTRY);
    else if (isControl) onSend('enrolled', 90, send.sent, 0, CONTROL);
    else {
      onSend('sent', 91, send.sent, 0);
      let failed = 0;
      const parts = channelParts[channel];
      parts.forEach(({ name }, order) => {
        const count = send.parts[order];
        if (typeof count !== 'number') return;
        onSend(name, order, count, failed);
        failed += count;
      });
      const delivered = send.sent - failed;
      onSend('delivered', 92, delivered, failed);
      /** The first message of each lag of a part, as those of the parts that repeat it find them. */
      const begins = new Map<string, number[]>();
      parts.forEach(({ name, of }, order) => {
        const counts = send.parts[order];
        if (typeof counts === 'number' || counts === undefined) return;
        const total = counts.reduce((sum, count) => sum + count, 0);
        const own: number[] = [];
        begins.set(name, own);
        let before = 0;
        counts.forEach((count, lag) => {
          own.push(before);
          const share = arrival.engagement(day + lag, lag, campaign.sendHour, now);
          const known = seen(count, share, share < 1 ? cellDraw(campaign, element, day, lag) : 0);
          const [low, high] = [begins.get(of)?.[lag] ?? 0, begins.get(of)?.[lag + 1] ?? total];
          for (let index = 0; index < known; index += 1) {
            const nth = name.startsWith('repeat_') && high > low ? low + (index % (high - low)) : before + index;
            // Machines open the last of the messages, members the first.
            const message = failed + (name === 'machine_opens' ? delivered - 1 - nth : nth % Math.max(delivered, 1));
            const at = within(day + lag, lag, index, count, 0.8);
            const type = types[name];
            if (type !== undefined) add(type, at, message, ownOf(name, element, nth), order, lag, index, 1);
            if (canvas === undefined && name === 'unique_clicks' && unit(...place, lag, index, 0x63616c6c) < 0.3)
              add(
                CUSTOM,
                at + 1000,
                message,
                {
                  name: 'nurse_line_called',
                  properties: JSON.stringify({
                    campaign_id: campaign.id,
                    message_variation_id: element.id,
                    phone: '555-0100',
                  }),
                },
                order,
                lag,
                index,
                2,
              );
          }
          before += count;
        });
      });
    }
    // What is done after a message of a step is told once, of the variant.
    if (step !== undefined) return;
    send.conversions.forEach((counts, order) =>
      counts.forEach((count, lag) => {
        const share = arrival.conversions(day + lag, lag, campaign.sendHour, now);
        const known = count === 0 ? 0 : seen(count, share, share < 1 ? cellDraw(campaign, element, day, lag) : 0);
        for (let index = 0; index < known; index += 1) {
          const at = within(day + lag, lag, index, count, 0.9);
          add(
            canvas === undefined ? CONVERSION : CANVAS_CONVERSION,
            at,
            (index * 7 + lag) % send.sent,
            { conversion_behavior_index: order },
            order,
            lag,
            index,
            3,
          );
        }
      }),
    );
  }
}
