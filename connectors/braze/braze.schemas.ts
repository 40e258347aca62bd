import { z } from 'zod';
import { decimal, text } from '#sdk';

const instant = () => text('timestamptz').nullable();
const list = () => z.array(z.unknown());

export const Campaign = z.object({
  id: z.string(),
  name: z.string().nullable(),
  last_edited: instant(),
  is_api_campaign: z.boolean().nullable(),
  tags: list(),
});

export const CampaignDetails = z.object({
  campaign_id: z.string(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  created_at: instant(),
  updated_at: instant(),
  archived: z.boolean().nullable(),
  draft: z.boolean().nullable(),
  enabled: z.boolean().nullable(),
  schedule_type: z.string().nullable(),
  channels: list().describe('As the details name them: `in-app_message` is `trigger_in_app_message` in the series'),
  first_sent: instant(),
  last_sent: instant(),
  tags: list(),
  teams: list(),
  variations: list().describe('Id, name, channel and is_control of each; never the text of a message'),
  conversion_behaviors: list().describe('Conversion events A, B, C, D in this order; `window` in seconds'),
});

/** Whole numbers of any length. Null: the channel does not measure it. */
const count = z.union([z.number(), z.bigint(), z.string()]).meta({ field: 'integer' });

/** Counts on the day they happened, but for those by send time. */
export const COUNTS = {
  sent: 'Messages sent',
  delivered: 'Messages that arrived',
  opens: 'All opens; push: direct and influenced; WhatsApp: read',
  unique_opens: 'Messages opened at least once that day',
  machine_open: 'Opens by a mail program of its own accord, such as Apple Mail Privacy Protection',
  direct_opens: 'Push opened by a tap on it',
  clicks: 'All clicks; push: on its body',
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

const counts = Object.fromEntries(
  Object.entries(COUNTS).map(([name, description]) => [name, count.describe(description).nullable()]),
) as Record<Count, z.ZodNullable<typeof count>>;

export const CampaignDay = z.object({
  campaign_id: z.string(),
  time: z.iso.date().describe("Day in the company's time zone"),
  channel: z.string(),
  variation_id: z.string().describe('`name:…` or `#…` where Braze gives no id'),
  variation_name: z.string().nullable(),
  is_control: z.boolean().describe('True for the control group, which is sent nothing'),
  ...counts,
  revenue: decimal().nullable().describe('US dollars'),
  other_metrics: z.record(z.string(), z.unknown()).nullable().describe('Numbers for which there is no column, by name'),
});

export type CampaignDayRow = z.input<typeof CampaignDay>;
