import { isAmount, ratiosOf, sideOf, SIDES, sumsOf, type OwnFigures } from '../facts/own.js';

/** The finite list of tables that a release fixes: filters and drill-downs move within it, and nothing else is shown of it. */
const BUILT_IN_BREAKDOWNS = {
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
  response_type_region: ['response_type', 'region'],
  response_type_segment: ['response_type', 'segment'],
  // Never shown where a part of it is protected: what may be shown of the others is decided by it.
  campaign_region_segment: ['source', 'campaign_id', 'channel', 'region', 'segment'],
  campaign_region_segment_primary_type: ['source', 'campaign_id', 'channel', 'region', 'segment', 'response_type'],
  campaign_region_segment_other_type: ['source', 'campaign_id', 'channel', 'region', 'segment', 'response_type'],
} as const satisfies Readonly<Record<string, readonly BuiltInDimension[]>>;

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
  'response_type_region',
  'response_type_segment',
  'campaign_region_segment_primary_type',
  'campaign_region_segment_other_type',
];

/** A table by its name, a dimension by its column, a value by its column: built in or of the user's own. */
export type Breakdown = string;
export type Dimension = string;
export type Value = string;
export type Count = string;

/** The rows that all tables with a region, segment or dimension of the user's own are added up from. */
export const FINEST = 'campaign_region_segment';
/** Those that tables by type of response are added up from: the types that make up `responded`, and the others. */
export const PRIMARY_TYPES = 'campaign_region_segment_primary_type';
export const OTHER_TYPES = 'campaign_region_segment_other_type';
const UNSHOWN: ReadonlySet<Breakdown> = new Set([FINEST, PRIMARY_TYPES, OTHER_TYPES]);
/** Tables that are kept with a release to decide and to audit what the others show, and that nobody is shown. */
export const isUnshown = (breakdown: Breakdown): boolean => UNSHOWN.has(breakdown);

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
type BuiltInDimension = (typeof DIMENSIONS)[number];

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
type BuiltInValue = (typeof VALUES)[number];

/** One row of a table of a release. What is no dimension of its table is the empty text. */
export interface Cell {
  readonly breakdown: Breakdown;
  /** Those of the user's own stand here only in tables that are broken down by them. */
  readonly at: Readonly<Record<BuiltInDimension, string>> & Readonly<Record<string, string>>;
  readonly name: string;
  /** Decimal text; null where it is not measured. */
  readonly values: Readonly<Record<BuiltInValue, string | null>> & Readonly<Record<string, string | null>>;
  /** Values that may not be shown. */
  readonly hidden: readonly Value[];
}

/** Tells the rows of a release apart, whichever dimensions of the user's own there are beside it. */
export function keyOf(cell: Pick<Cell, 'breakdown' | 'at'>): string {
  let key = KEYS.get(cell);
  if (key === undefined) KEYS.set(cell, (key = keyFor(cell)));
  return key;
}

/** What is hidden asks for the key of each row dozens of times. */
const KEYS = new WeakMap<object, string>();

function keyFor({ breakdown, at }: Pick<Cell, 'breakdown' | 'at'>): string {
  const own = Object.keys(at).filter((name) => !BUILT_IN_DIMENSIONS.has(name) && at[name] !== '');
  const place: unknown[] = [breakdown, ...DIMENSIONS.map((dimension) => at[dimension])];
  return JSON.stringify(own.length === 0 ? place : [...place, ...own.sort().map((name) => [name, at[name]])]);
}

const BUILT_IN_DIMENSIONS: ReadonlySet<string> = new Set(DIMENSIONS);

/** All that a release has a say in: its tables, what they are broken down by, and what they hold. */
export interface Layout {
  readonly own: OwnFigures;
  readonly breakdowns: Readonly<Record<Breakdown, readonly Dimension[]>>;
  readonly dimensions: readonly Dimension[];
  readonly counts: readonly Count[];
  readonly amounts: readonly Value[];
  readonly values: readonly Value[];
  /**
   * Counts that are the same where nothing is left unmeasured. Whoever knows one of them may know the others, so what is hidden
   * is decided for all of a family together.
   */
  readonly families: readonly (readonly Count[])[];
  /** A count and a part of it: what is left when one is taken from the other is a count too, such as of those who did not open. */
  readonly parts: Readonly<Record<Count, readonly Count[]>>;
}

const FAMILIES: readonly (readonly Count[])[] = [
  ['targeted'],
  ['sent', 'sent_with_opens', 'sent_with_responses'],
  ['delivered'],
  ['opened', 'opened_of_sent'],
  ['opened_machine'],
  ['clicked'],
  ['bounced'],
  ['unsubscribed'],
  ['responded', 'responded_of_sent'],
];

const PARTS: Readonly<Record<Count, readonly Count[]>> = {
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

/** Tables with a dimension of the user's own: by it, and by it with each of these. */
const CROSSED: Readonly<Record<string, readonly Dimension[]>> = {
  channel: ['channel'],
  campaign: ['source', 'campaign_id'],
  region: ['region'],
  segment: ['segment'],
};

export function layoutOf(own: OwnFigures): Layout {
  const names = own.dimensions.map(({ name }) => name);
  const ratios = ratiosOf(own);
  const sides = ratios.flatMap((ratio) =>
    SIDES.map((side) => ({ name: sideOf(ratio, side), measure: ratio[side]!, isAmount: isAmount(own, ratio[side]!) })),
  );
  const ownCounts = sumsOf(own).flatMap(({ name, kind }) => (kind === 'count' ? [name] : []));
  const counts = [...COUNTS, ...ownCounts, ...sides.flatMap(({ name, isAmount: is }) => (is ? [] : [name]))];
  const amounts = [
    ...AMOUNTS,
    ...sumsOf(own).flatMap(({ name, kind }) => (kind === 'amount' ? [name] : [])),
    ...sides.flatMap(({ name, isAmount: is }) => (is ? [name] : [])),
  ];
  // What campaigns that measure both sides have of a measure is that measure, where all of them do.
  const together = (family: readonly Count[]) => [
    ...family,
    ...sides.flatMap(({ name, measure }) => (measure === family[0] && counts.includes(name) ? [name] : [])),
  ];
  const parts: Record<Count, Count[]> = Object.fromEntries(
    Object.entries(PARTS).map(([whole, some]) => [whole, [...some]]),
  );
  const addPart = (whole: Count, part: Count) => {
    if (whole !== part && !(parts[whole] ?? []).includes(part)) parts[whole] = [...(parts[whole] ?? []), part];
  };
  for (const { name, measure } of sides) if (counts.includes(name)) addPart(measure, name);
  for (const ratio of ratios)
    if (ratio.kind === 'percent') {
      addPart(ratio.per!, ratio.of!);
      addPart(sideOf(ratio, 'per'), sideOf(ratio, 'of'));
    }
  const families = [...FAMILIES, ...ownCounts.map((name) => [name])].map(together);
  // Of built-in measures that stand in no table, such as all openings, the sides of a ratio are a family by themselves.
  const known = new Set(families.flat());
  const alone = sides.filter(({ name }) => counts.includes(name) && !known.has(name));
  for (const [, group] of Map.groupBy(alone, ({ measure }) => measure)) families.push(group.map(({ name }) => name));
  return {
    own,
    breakdowns: {
      ...BREAKDOWNS,
      ...Object.fromEntries([...UNSHOWN].map((name) => [name, [...BREAKDOWNS[name]!, ...names]])),
      ...Object.fromEntries(
        names.flatMap((name) => [
          [name, [name]],
          ...Object.entries(CROSSED).map(([other, by]) => [`${other}_${name}`, [...by, name]]),
        ]),
      ),
    },
    dimensions: [...DIMENSIONS, ...names],
    counts,
    amounts,
    values: [...counts, ...amounts],
    families,
    parts,
  };
}

/** Without what is of the user's own. */
export const BREAKDOWNS: Readonly<Record<Breakdown, readonly Dimension[]>> = BUILT_IN_BREAKDOWNS;

/** Tables of responses by their types, which overlap and are no part of the others. */
export const isByResponseType = (dimensions: readonly Dimension[]): boolean => dimensions.includes('response_type');
