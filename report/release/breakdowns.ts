/** The finite list of tables that a release fixes: filters and drill-downs move within it, and nothing else is shown of it. */
export const BREAKDOWNS = {
  total: [],
  date: ['date'],
  source: ['source'],
  channel: ['channel'],
  response_type: ['response_type'],
  campaign: ['source', 'campaign_id'],
  control: ['source', 'campaign_id', 'variant_id', 'is_control'],
  region: ['region'],
  segment: ['segment'],
  region_segment: ['region', 'segment'],
  channel_region: ['channel', 'region'],
  channel_segment: ['channel', 'segment'],
  campaign_region: ['source', 'campaign_id', 'region'],
  campaign_segment: ['source', 'campaign_id', 'segment'],
  channel_date: ['date', 'channel'],
  campaign_date: ['date', 'source', 'campaign_id'],
  campaign_channel: ['source', 'campaign_id', 'channel'],
  campaign_variant: ['source', 'campaign_id', 'variant_id'],
  /** What one variant of a campaign sent on a day, and what came of that day. */
  send: ['date', 'source', 'campaign_id', 'variant_id'],
  response_type_date: ['date', 'response_type'],
  channel_response_type: ['channel', 'response_type'],
  campaign_response_type: ['source', 'campaign_id', 'response_type'],
  // Never shown where a part of it is protected: what may be shown of the others is decided by it.
  campaign_region_segment: ['source', 'campaign_id', 'channel', 'region', 'segment'],
} as const satisfies Readonly<Record<string, readonly Dimension[]>>;

/** Tables that came to the list later: a month that was final before is not restated for them alone. */
export const CAME_LATER: readonly Breakdown[] = [
  'channel_region',
  'channel_segment',
  'channel_date',
  'campaign_date',
  'campaign_channel',
  'campaign_variant',
  'send',
  'response_type_date',
  'channel_response_type',
  'campaign_response_type',
];

export type Breakdown = keyof typeof BREAKDOWNS;

/** The rows that all tables with a region or segment are added up from. */
export const FINEST: Breakdown = 'campaign_region_segment';

export const DIMENSIONS = [
  'date',
  'source',
  'campaign_id',
  'channel',
  'response_type',
  'variant_id',
  'is_control',
  'region',
  'segment',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Counts of messages or members. Those after `responded` are the two sides of the rates. */
export const COUNTS = [
  'targeted',
  'sent',
  'delivered',
  'opened',
  'opened_machine',
  'clicked',
  'bounced',
  'unsubscribed',
  'responded',
  'opened_of_sent',
  'sent_with_opens',
  'responded_of_sent',
  'sent_with_responses',
] as const;
export const AMOUNTS = ['cost', 'revenue'] as const;
export const VALUES = [...COUNTS, ...AMOUNTS] as const;
export type Value = (typeof VALUES)[number];

/** Tables of responses by their types, which overlap and are no part of the others. */
export const isByResponseType = (breakdown: Breakdown): boolean =>
  (BREAKDOWNS[breakdown] as readonly Dimension[]).includes('response_type');

/** One row of a table of a release. What is no dimension of its table is the empty text. */
export interface Cell {
  readonly breakdown: Breakdown;
  readonly at: Readonly<Record<Dimension, string>>;
  readonly name: string;
  /** Decimal text; null where it is not measured. */
  readonly values: Readonly<Record<Value, string | null>>;
  /** Values that may not be shown. */
  readonly hidden: readonly Value[];
}

/** Tells the rows of a release apart. */
export const keyOf = ({ breakdown, at }: Pick<Cell, 'breakdown' | 'at'>): string =>
  JSON.stringify([breakdown, ...DIMENSIONS.map((dimension) => at[dimension])]);

/**
 * Counts that are the same where nothing is left unmeasured. Whoever knows one of them may know the others, so what is hidden
 * is decided for all of a family together.
 */
export const FAMILIES = [
  ['targeted'],
  ['sent', 'sent_with_opens', 'sent_with_responses'],
  ['delivered'],
  ['opened', 'opened_of_sent'],
  ['opened_machine'],
  ['clicked'],
  ['bounced'],
  ['unsubscribed'],
  ['responded', 'responded_of_sent'],
] as const satisfies readonly (readonly Count[])[];
export type Count = (typeof COUNTS)[number];

/** A count and a part of it: what is left when one is taken from the other is a count too, such as of those who did not open. */
export const PARTS: Readonly<Partial<Record<Count, readonly Count[]>>> = {
  targeted: ['sent'],
  sent: [
    'delivered',
    'opened',
    'clicked',
    'bounced',
    'unsubscribed',
    'responded',
    'opened_of_sent',
    'sent_with_opens',
    'responded_of_sent',
    'sent_with_responses',
  ],
  sent_with_opens: ['opened_of_sent'],
  sent_with_responses: ['responded_of_sent'],
  delivered: ['opened', 'clicked'],
  opened: ['opened_machine', 'clicked', 'opened_of_sent'],
  responded: ['responded_of_sent'],
};
