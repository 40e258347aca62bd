import type { Columns, Preset, PresetStream } from './preset.js';

/**
 * Braze Currents: one folder an event type, `event_type=TYPE/date=YYYY-MM-DD-HH/…`, each event at least once (facts of Braze's event
 * glossary, November 2026). Left out on purpose: mail address, phone, device, place, time zone and language of the person, texts of
 * messages, and properties of custom events but those that an entry declares.
 */
const EVENT: Columns = {
  id: 'string',
  time: { type: 'timestamptz', format: 'epoch_seconds', nullable: false },
  user_id: { type: 'string', personal: true },
  external_user_id: { type: 'string', personal: true },
};
const CAMPAIGN: Columns = {
  // Empty where the event belongs to a Canvas, so that a condition can say so.
  campaign_id: { type: 'string', missing: '' },
  campaign_name: 'string',
  message_variation_id: { type: 'string', missing: '' },
};
const CANVAS: Columns = {
  canvas_id: { type: 'string', missing: '' },
  canvas_name: 'string',
  canvas_variation_id: { type: 'string', missing: '' },
  canvas_step_id: { type: 'string', missing: '' },
};
const MESSAGE: Columns = {
  ...EVENT,
  ...CAMPAIGN,
  ...CANVAS,
  canvas_step_message_variation_id: { type: 'string', missing: '' },
  dispatch_id: 'string',
  send_id: 'string',
};
const PLATFORM: Columns = { platform: 'string' };
const LINK: Columns = { url: { type: 'string', clean: 'query' } };

// The last letter stands in brackets, so that a place with folders looks there instead of failing where nothing came yet.
const below = (type: string) => `event_type=${type.slice(0, -1)}[${type.slice(-1)}]/**`;

const stream = (type: string, summary: string, columns: Columns): PresetStream => ({
  summary,
  below: below(type),
  primary_key: ['id'],
  columns,
});
const message = (type: string, summary: string, more: Columns = {}): PresetStream =>
  stream(`users.messages.${type}`, summary, { ...MESSAGE, ...more });

const INDEX: Columns = { conversion_behavior_index: 'integer' };

export const brazeCurrents: Preset = {
  format: 'avro',
  streams: {
    email_sends: message('email.Send', 'One row per e-mail sent.'),
    email_deliveries: message('email.Delivery', 'One row per e-mail delivered.'),
    email_opens: message('email.Open', 'One row per opening of an e-mail, those of machines too.', {
      machine_open: 'boolean',
    }),
    email_clicks: message('email.Click', 'One row per click in an e-mail.', {
      ...LINK,
      link_id: 'string',
      link_alias: 'string',
      is_suspected_bot_click: 'boolean',
    }),
    email_bounces: message('email.Bounce', 'One row per e-mail that came back for good.', {
      bounce_reason: { type: 'string', clean: 'addresses' },
      is_drop: 'boolean',
    }),
    email_soft_bounces: message('email.SoftBounce', 'One row per e-mail that came back for now.', {
      bounce_reason: { type: 'string', clean: 'addresses' },
    }),
    email_spam_reports: message('email.MarkAsSpam', 'One row per e-mail that was reported as spam.'),
    email_unsubscribes: message('email.Unsubscribe', 'One row per unsubscription by an e-mail.'),
    push_sends: message('pushnotification.Send', 'One row per push message sent.', PLATFORM),
    push_opens: message('pushnotification.Open', 'One row per push message that was tapped.', PLATFORM),
    push_bounces: message('pushnotification.Bounce', 'One row per push message that came back.', PLATFORM),
    sms_sends: message('sms.Send', 'One row per text message sent.'),
    sms_deliveries: message('sms.Delivery', 'One row per text message delivered.'),
    sms_delivery_failures: message('sms.DeliveryFailure', 'One row per text message that was not delivered.'),
    sms_rejections: message('sms.Rejection', 'One row per text message that the carrier refused.'),
    sms_clicks: message('sms.ShortLinkClick', 'One row per click on a shortened link.', LINK),
    sms_inbound: message('sms.InboundReceive', 'One row per text message from a member, without its text.', {
      action: 'string',
    }),
    whatsapp_sends: message('whatsapp.Send', 'One row per WhatsApp message sent.'),
    whatsapp_deliveries: message('whatsapp.Delivery', 'One row per WhatsApp message delivered.'),
    whatsapp_failures: message('whatsapp.Failure', 'One row per WhatsApp message that was not delivered.'),
    whatsapp_reads: message('whatsapp.Read', 'One row per WhatsApp message read.'),
    in_app_impressions: message('inappmessage.Impression', 'One row per in-app message shown.', PLATFORM),
    in_app_clicks: message('inappmessage.Click', 'One row per click in an in-app message.', {
      ...PLATFORM,
      button_id: 'string',
    }),
    content_card_sends: message('contentcard.Send', 'One row per content card sent.'),
    content_card_impressions: message('contentcard.Impression', 'One row per content card shown.', PLATFORM),
    content_card_clicks: message('contentcard.Click', 'One row per click on a content card.', PLATFORM),
    content_card_dismissals: message('contentcard.Dismiss', 'One row per content card put away.', PLATFORM),
    webhook_sends: message('webhook.Send', 'One row per webhook message sent.'),
    campaign_conversions: stream('users.campaigns.Conversion', 'One row per conversion of a campaign.', {
      ...EVENT,
      ...CAMPAIGN,
      send_id: 'string',
      ...INDEX,
    }),
    campaign_controls: stream('users.campaigns.EnrollInControl', 'One row per member held back by a control group.', {
      ...EVENT,
      ...CAMPAIGN,
      send_id: 'string',
    }),
    canvas_entries: stream('users.canvas.Entry', 'One row per member who entered a Canvas.', {
      ...EVENT,
      ...CANVAS,
      in_control_group: 'boolean',
    }),
    canvas_conversions: stream('users.canvas.Conversion', 'One row per conversion of a Canvas.', {
      ...EVENT,
      ...CANVAS,
      ...INDEX,
    }),
    custom_events: stream('users.behaviors.CustomEvent', 'One row per custom event, without its properties.', {
      ...EVENT,
      name: 'string',
    }),
  },
};
