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
  campaign_region: ['source', 'campaign_id', 'region'],
  campaign_segment: ['source', 'campaign_id', 'segment'],
  // Never shown where a part of it is protected: what may be shown of the others is decided by it.
  campaign_region_segment: ['source', 'campaign_id', 'region', 'segment'],
} as const satisfies Readonly<Record<string, readonly Dimension[]>>;

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
