import { z } from 'zod';
import { decimal, text } from '#sdk';

const instant = (what: string) => text('timestamptz').nullable().describe(what);
const name = (what: string) => z.string().nullable().describe(what);
const flag = (what: string) => z.boolean().nullable().describe(what);
const list = (what: string) => z.array(z.unknown()).describe(what);

const campaignId = z.string().describe('Campaign; `campaigns.id`');
const canvasId = z.string().describe('Canvas; `canvases.id`');
const TAGS = 'Tags, such as `region:South`; the one place where Braze keeps region or programme';
const EDITED = 'When it was last edited; says nothing about when it sends';

export const Campaign = z.object({
  id: z.string().describe('API identifier of the campaign, not the one in the address of the dashboard'),
  name: name('Its name'),
  last_edited: instant(EDITED),
  is_api_campaign: flag('True: a program of yours sends it through the API'),
  tags: list(TAGS),
});

/** What campaigns and Canvases have in common. */
const described = {
  name: name('Its name'),
  description: name('What people wrote about it'),
  created_at: instant('When it was made'),
  updated_at: instant(EDITED),
  archived: flag('True: out of sight in the dashboard; its history is read all the same'),
  draft: flag('True: not launched yet'),
  enabled: flag('True: it may send'),
  schedule_type: name('Such as `time_based`, `action_based` or `api_triggered`'),
};

export const CampaignDetails = z.object({
  campaign_id: campaignId,
  ...described,
  channels: list('As the details name them: `in-app_message` is `trigger_in_app_message` in the series'),
  first_sent: instant('Hour of the first send; null: none yet'),
  last_sent: instant('Hour of the last send'),
  tags: list(TAGS),
  teams: list('Teams that own it'),
  variations: list('Id, name, channel and is_control of each; never the text of a message'),
  conversion_behaviors: list('Conversion events A, B, C, D in this order; `window` in seconds'),
});

export const CampaignVariation = z.object({
  campaign_id: z.string().describe('Campaign; `campaigns.id`'),
  variation_id: z.string().describe('As `message_variation_id` of events and `variation_id` of the series'),
  name: z.string().nullable().describe('Its name in the dashboard'),
  channel: z.string().nullable().describe('As the details name it'),
  is_control: z.boolean().describe('True: the control group, which is sent nothing'),
});

export const CanvasVariant = z.object({
  canvas_id: z.string().describe('Canvas; `canvases.id`'),
  variant_id: z.string().describe('As `canvas_variation_id` of events and `variant_id` of the series'),
  name: z.string().nullable().describe('Its name in the dashboard'),
  is_control: z.boolean().describe('True for the variant that is sent nothing, which is known by its name'),
});

/** Whole numbers of any length. Null: the channel does not measure it. */
const count = z.union([z.number(), z.bigint(), z.string()]).meta({ field: 'integer' });

/** Counts on the day they happened, but for those by send time. */
export const COUNTS = {
  sent: 'Messages sent',
  delivered: 'Messages that arrived',
  opens: 'All opens; push: direct and influenced; WhatsApp: read',
  unique_opens: 'Messages opened at least once that day',
  machine_open:
    'Opens by a mail program of its own accord, such as Apple Mail Privacy Protection (*uncertain*: not on the page of the endpoint)',
  direct_opens: 'Push opened by a tap on it',
  clicks: 'All clicks; push: on its body (*uncertain*: whether those of machines are among them)',
  unique_clicks: 'Messages clicked at least once that day',
  bounces: 'Messages that came back',
  unsubscribes: 'Members who unsubscribed',
  reported_spam: 'Messages reported as spam',
  impressions: 'Views of an in-app message or a content card; an in-app message has no `sent`',
  rejected: 'SMS rejected by the carrier',
  delivery_failed: 'SMS or WhatsApp that did not arrive',
  opt_out: 'SMS answered with an opt-out word',
  help: 'SMS answered with a help word',
  errors: 'Webhook calls that failed',
  enrolled: 'Members held back in the control group',
  unique_recipients: 'Members reached; not to be added up over days, channels or variations',
  conversions: 'Conversion event A, on its own day',
  conversions1: 'Conversion event B, on its own day',
  conversions2: 'Conversion event C, on its own day',
  conversions3: 'Conversion event D, on its own day',
  conversions_by_send_time: 'Conversion event A, on the day of the send',
  conversions1_by_send_time: 'Conversion event B, on the day of the send',
  conversions2_by_send_time: 'Conversion event C, on the day of the send',
  conversions3_by_send_time: 'Conversion event D, on the day of the send',
} as const;

export type Count = keyof typeof COUNTS;

const columnsOf = <Name extends string>(counts: Readonly<Record<Name, string>>) =>
  Object.fromEntries(
    Object.entries<string>(counts).map(([name, description]) => [name, count.describe(description).nullable()]),
  ) as Record<Name, z.ZodNullable<typeof count>>;

const revenue = decimal().nullable().describe('US dollars');
const otherMetrics = z
  .record(z.string(), z.unknown())
  .nullable()
  .describe('Numbers for which there is no column, by name');

export const CampaignDay = z.object({
  campaign_id: campaignId,
  time: z.iso.date().describe("Day in the company's time zone"),
  channel: z.string().describe('As Braze names it in the series: `email`, `ios_push`, `sms`, …; new names pass'),
  variation_id: z.string().describe('`name:…` or `#…` where Braze gives no id'),
  variation_name: name('Its name'),
  is_control: z.boolean().describe('True for the control group, which is sent nothing'),
  ...columnsOf(COUNTS),
  revenue,
  other_metrics: otherMetrics,
});

export type CampaignDayRow = z.input<typeof CampaignDay>;

const day = () => z.iso.date().describe("Day in the company's time zone");

/** A send of an API campaign that the sender has given an id. */
export const SendDay = CampaignDay.extend({ send_id: z.string().describe('Id that the sender gave') });

const MESSAGE_COUNTS = Object.fromEntries(
  Object.entries(COUNTS).filter(([name]) => name !== 'enrolled' && !name.startsWith('conversions')),
) as Record<Exclude<Count, 'enrolled' | `conversions${string}`>, string>;

/** Of a Canvas: entries and conversions by variant, all else by step and channel. */
export const CANVAS_COUNTS = {
  entries: 'Members who entered the Canvas',
  ...MESSAGE_COUNTS,
  conversions: 'Conversion event A, on its own day',
  conversions1: 'Conversion event B, on its own day',
  conversions2: 'Conversion event C, on its own day',
  conversions3: 'Conversion event D, on its own day',
  conversions_by_entry_time: 'Conversion event A, on the day of the entry',
  conversions1_by_entry_time: 'Conversion event B, on the day of the entry',
  conversions2_by_entry_time: 'Conversion event C, on the day of the entry',
  conversions3_by_entry_time: 'Conversion event D, on the day of the entry',
} as const;

export const CanvasDetails = z.object({
  canvas_id: canvasId,
  ...described,
  channels: list('Channels of its steps'),
  first_entry: instant('Hour of the first entry; null: none yet'),
  last_entry: instant('Hour of the last entry'),
  tags: list(TAGS),
  teams: list('Teams that own it'),
  variants: list('Id and name of each'),
  steps: list('Id, name, type, channels and next steps of each; never the text of a message'),
});

const canvasElement = {
  canvas_id: canvasId,
  variant_id: z.string().describe('Empty in rows of steps'),
  variant_name: name('Its name'),
  is_control: z.boolean().describe('True for the variant that is sent nothing, which is known by its name'),
  step_id: z.string().describe('Empty in rows of variants'),
  step_name: name('Its name'),
  channel: z.string().describe("Empty in rows of variants, and in those of a step's own numbers"),
  variation_id: z.string().describe('Message of the step; `#…` where there are several and Braze gives no id'),
  ...columnsOf(CANVAS_COUNTS),
  revenue,
  other_metrics: otherMetrics,
};

export const CanvasDay = z.object({ time: day(), ...canvasElement });

export const CanvasSummary = z.object({
  ...canvasElement,
  from_day: z.iso.date().describe('First day that is summed up'),
  to_day: z.iso.date().describe('Last day that is summed up'),
});

export type CanvasElementRow = Omit<z.input<typeof CanvasDay>, 'time'>;
export type CanvasDayRow = z.input<typeof CanvasDay>;

export const Canvas = z.object({
  id: z.string().describe('API identifier of the Canvas'),
  ...Campaign.omit({ id: true, is_api_campaign: true }).shape,
});
export const Segment = z.object({
  id: z.string().describe('API identifier of the segment'),
  name: name('Its name'),
  analytics_tracking_enabled: flag('Only tracked segments have a series'),
  tags: list('Tags'),
});
export const CustomEvent = z.object({ name: z.string().describe('Name of the event') });
export const Product = z.object({ id: z.string().describe('Id that the purchase named') });

/** A series of single numbers: key columns, the day, and its numbers. */
export const dailyNumbers = <Key extends string>(
  keys: Readonly<Record<Key, string>>,
  numbers: Readonly<Record<string, string>>,
) =>
  z.object({
    ...(Object.fromEntries(
      Object.entries<string>(keys).map(([name, text]) => [name, z.string().describe(text)]),
    ) as Record<Key, z.ZodString>),
    time: day(),
    ...Object.fromEntries(
      Object.entries(numbers).map(([name, text]) => [
        name,
        name === 'revenue' ? decimal().nullable().describe(text) : count.nullable().describe(text),
      ]),
    ),
  });
