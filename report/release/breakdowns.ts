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
} as const satisfies Readonly<Record<string, readonly Dimension[]>>;

export type Breakdown = keyof typeof BREAKDOWNS;

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
