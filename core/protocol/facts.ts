/** What the report measures, as the configuration names it and the marts have it. Null is "not measured". */
export const COUNT_MEASURES = [
  'targeted',
  'sent',
  'delivered',
  'opened',
  'opened_total',
  'opened_machine',
  'clicked',
  'clicked_total',
  'bounced',
  'unsubscribed',
  'complained',
] as const;
export const MONEY_MEASURES = ['cost', 'revenue'] as const;
export const MEASURES = [...COUNT_MEASURES, ...MONEY_MEASURES] as const;
export type MeasureName = (typeof MEASURES)[number];

/** What may stand in a ratio beside them: the sum of the primary types of responses. */
export const RESPONDED = 'responded';

/**
 * What users' own measures and dimensions may not be called, since the marts, their tables and views have columns and tables
 * of these names; a test holds it against them.
 */
export const TAKEN_NAMES: readonly string[] = [
  ...MEASURES,
  RESPONDED,
  ...(
    'open_rate response_rate opened_of_sent sent_with_opens responded_of_sent sent_with_responses ' +
    'fact date day days week month source campaign_id channel variant_id region segment is_control ' +
    'campaign_name variant_name origin time_zone updated_at response_type basis is_primary version ' +
    'breakdown name hidden is_gone place state published_at suppressed own at total campaign control ' +
    'region_segment channel_region channel_segment campaign_region campaign_segment channel_date ' +
    'campaign_date campaign_channel campaign_variant send response_type_date response_type_region response_type_segment ' +
    'channel_response_type campaign_response_type campaign_region_segment ' +
    'campaign_region_segment_primary_type campaign_region_segment_other_type release trend campaigns ' +
    'regions segments channels foreign_channel raw_rows own_campaign_id own_campaign_name name_key ' +
    'rows_found limit as_of with_phi from to grain beside rate by type without table base_variant_id ' +
    'members verdict' +
    ' experiment_arm experiment_comparison forecast open_rate_low open_rate_high response_rate_low response_rate_high'
  ).split(' '),
];

/** The channels that every installation knows, as the marts name them. */
export const CHANNELS = [
  'email',
  'sms',
  'mms',
  'rcs',
  'whatsapp',
  'line',
  'push',
  'ios_push',
  'android_push',
  'web_push',
  'in_app',
  'content_card',
  'banner',
  'webhook',
  'direct_mail',
  'call',
  'other',
] as const;

/** How vendors call some of them, in small letters with `_`. */
export const CHANNEL_ALIASES: Readonly<Record<string, (typeof CHANNELS)[number]>> = {
  e_mail: 'email',
  mail: 'email',
  text: 'sms',
  text_message: 'sms',
  whats_app: 'whatsapp',
  mobile_push: 'push',
  push_notification: 'push',
  kindle_push: 'push',
  push_ios: 'ios_push',
  push_android: 'android_push',
  push_web: 'web_push',
  in_app_message: 'in_app',
  trigger_in_app_message: 'in_app',
  content_cards: 'content_card',
};

/** A column as a fact names it: of the fact's own stream, or of a joined one, which may be `CONNECTION.STREAM`. */
export function columnOf(text: string): { readonly join?: string; readonly column: string } {
  const dot = text.lastIndexOf('.');
  return dot < 0 ? { column: text } : { join: text.slice(0, dot), column: text.slice(dot + 1) };
}

export interface Term {
  readonly sign: '+' | '-';
  readonly name: string;
}

/** `a - b + c` as its terms. A sign stands between blanks, since a column's name may hold one. */
export function termsOf(text: string): readonly Term[] {
  const [first = '', ...rest] = text.trim().split(/\s+([+-])\s+/);
  const terms: Term[] = [{ sign: '+', name: first }];
  for (let at = 0; at < rest.length; at += 2) terms.push({ sign: rest[at] as Term['sign'], name: rest[at + 1] ?? '' });
  return terms;
}
