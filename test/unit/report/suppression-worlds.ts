import {
  DIMENSIONS,
  isByResponseType,
  layoutOf,
  OTHER_TYPES,
  PRIMARY_TYPES,
  type Breakdown,
  type Cell,
  type Dimension,
  type Layout,
  type Value,
} from '../../../report/release/breakdowns.js';

/** Nothing of a user's own; or a measure, what it is of messages sent, and a dimension of members. */
export const PLAIN = layoutOf({ measures: [], dimensions: [] });
export const WITH_OWN = layoutOf({
  measures: [
    { name: 'kept', title: 'Kept', definition: '', kind: 'count' },
    { name: 'kept_rate', title: 'Kept of sent', definition: '', kind: 'percent', of: 'kept', per: 'sent' },
  ],
  dimensions: [{ name: 'plan', title: 'Plan', isProtected: true }],
});

/** What a world counts; the sides of the rates follow from them. */
export const MEASURED = ['sent', 'delivered', 'opened', 'responded', 'kept'] as const;
export type Measured = (typeof MEASURED)[number];
export const SIDES: Readonly<Record<string, Measured>> = {
  opened_of_sent: 'opened',
  sent_with_opens: 'sent',
  responded_of_sent: 'responded',
  sent_with_responses: 'sent',
  kept_rate_of: 'kept',
  kept_rate_per: 'sent',
};

/** The finest rows: a campaign's counts in a region and segment. Opens are null where the campaign does not measure them. */
export interface Fine {
  readonly campaign_id: string;
  readonly channel: string;
  readonly region: string;
  readonly segment: string;
  readonly plan?: string;
  readonly counts: Readonly<Record<Measured, number | null>>;
  /** Responses by type, where they are told by it. Primary ones make up what responded. */
  readonly types?: {
    readonly counts: Readonly<Record<string, number>>;
    readonly primary: readonly string[];
    readonly others: readonly string[];
    /** The same on the day of the message, where a release added both days up, as those of before did. */
    readonly again?: Readonly<Record<string, number>>;
  };
}

const TYPES: readonly string[] = ['form', 'test', 'call'];

/** Numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomWorld(random: () => number): readonly Fine[] {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  // Most are small, where little can be hidden behind; some are larger.
  const isSmall = random() < 0.85;
  const [campaigns, regions, segments] = isSmall
    ? [1 + upTo(1), 1 + upTo(2), 1 + upTo(1)]
    : [1 + upTo(2), 1 + upTo(3), 1 + upTo(2)];
  const largest = [8, 20, 60, 400][upTo(3)]!;
  const isSparse = random() < 0.4;
  const measuresAll = random() < 0.3;
  const rows: Fine[] = [];
  for (let campaign = 0; campaign < campaigns; campaign++) {
    const hasOpens = random() < 0.8;
    // Most campaigns have one channel, so that a table by channel is one by some of the campaigns.
    const channels = random() < 0.15 ? ['email', 'sms'] : [random() < 0.6 ? 'email' : 'sms'];
    for (const channel of channels)
      for (let region = 0; region < regions; region++)
        for (let segment = 0; segment < segments; segment++)
          if (!isSparse || random() < 0.6)
            rows.push({
              campaign_id: `c${campaign}`,
              channel,
              region: `r${region}`,
              segment: `s${segment}`,
              counts: countsUpTo(upTo, largest, hasOpens, measuresAll),
            });
  }
  return rows;
}

/** Each row over the plans of its members, and for most campaigns how many appointments were kept. */
export function withPlans(rows: readonly Fine[], random: () => number): readonly Fine[] {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const plans = 1 + upTo(2);
  const measures = new Map([...new Set(rows.map((row) => row.campaign_id))].map((id) => [id, random() < 0.8]));
  // What only one region has is told by it.
  const isTied = random() < 0.3;
  return rows.flatMap((row) =>
    Array.from({ length: plans }, (_, plan) => plan)
      .filter((plan) => !isTied || plan === 0 || row.region === 'r0')
      .map((plan): Fine => {
        const part = (value: number | null) => (value === null ? null : Math.ceil((value * (plan + 1)) / plans) % 61);
        const sent = part(row.counts.sent)!;
        const within = (value: number | null) => (value === null ? null : Math.min(sent, part(value)!));
        const kept = measures.get(row.campaign_id) === true ? upTo(Math.min(sent, 20)) : null;
        const { delivered, opened, responded } = row.counts;
        return {
          ...row,
          plan: `p${plan}`,
          counts: { sent, delivered: within(delivered), opened: within(opened), responded: within(responded), kept },
        };
      }),
  );
}

/**
 * What responded of each row by its types, of which campaigns have some each; now and then one is primary in this campaign and not in
 * that. Of a later state those who came since are told as well.
 */
export function withTypes(rows: readonly Fine[], random: () => number): readonly Fine[] {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const campaigns = new Map(
    [...new Set(rows.map((row) => row.campaign_id))].map((id): [string, Omit<NonNullable<Fine['types']>, 'counts'>] => {
      const some = TYPES.filter(() => random() < 0.7).slice(0, 2);
      const primary = some.length === 0 ? TYPES.slice(0, 1) : some;
      const other = random() < 0.2 ? TYPES.find((one) => !primary.includes(one))! : 'visit';
      return [id, { primary, others: random() < 0.4 ? [other] : [] }];
    }),
  );
  return rows.map((row): Fine => {
    const { primary, others } = row.types ?? campaigns.get(row.campaign_id)!;
    const before = row.types?.counts ?? {};
    const responded = row.counts.responded ?? upTo(Math.min(row.counts.sent ?? 0, 25));
    const counts = Object.fromEntries([...primary, ...others].map((type) => [type, before[type] ?? 0]));
    const came = responded - primary.reduce((sum, type) => sum + counts[type]!, 0);
    const ofFirst = primary.length === 1 ? came : upTo(came);
    counts[primary[0]!]! += ofFirst;
    if (primary.length > 1) counts[primary[1]!]! += came - ofFirst;
    for (const type of others) counts[type]! += upTo(12);
    return { ...row, counts: { ...row.counts, responded }, types: { counts, primary, others } };
  });
}

/** About as many as on one day, since few come in another month; no more than were sent. */
function otherDayOf({ types, counts: { sent } }: Fine, random: () => number): Readonly<Record<string, number>> {
  const step = [1, 4, 30][Math.floor(random() * 3)]!;
  const { counts, primary } = types!;
  let left = sent ?? 0;
  return Object.fromEntries(
    Object.entries(counts).map(([type, count]) => {
      const moved = Math.max(0, count + Math.round((random() * 2 - 1) * step));
      const value = primary.includes(type) ? Math.min(moved, left) : moved;
      if (primary.includes(type)) left -= value;
      return [type, value];
    }),
  );
}

/** A month that was released when types on both days were added up. */
export const withBothDays = (rows: readonly Fine[], random: () => number): readonly Fine[] =>
  rows.map((row) => ({ ...row, types: { ...row.types!, again: otherDayOf(row, random) } }));

/** A month whose types count on the other day from here on, since the configuration says so: some are more, some fewer. */
export const onTheOtherDay = (rows: readonly Fine[], random: () => number): readonly Fine[] =>
  rows.map((row) => {
    const counts = otherDayOf(row, random);
    const responded = row.types!.primary.reduce((sum, type) => sum + counts[type]!, 0);
    return { ...row, counts: { ...row.counts, responded }, types: { ...row.types!, counts } };
  });

/**
 * A month in which some counts of some campaigns are nothing from here on, such as one that the configuration takes from elsewhere now.
 * The others are as they come with `rows`, or as they were.
 */
export function emptied(rows: readonly Fine[], before: readonly Fine[], random: () => number): readonly Fine[] {
  const campaigns = new Set([...new Set(rows.map((row) => row.campaign_id))].filter(() => random() < 0.7));
  const stays = random() < 0.6;
  const name = (['responded', 'responded', 'delivered', 'opened'] as const)[Math.floor(random() * 4)]!;
  const types = [...TYPES, 'visit'].filter(() => random() < 0.6);
  return rows.map((coming, index) => {
    const row = stays ? before[index]! : coming;
    if (!campaigns.has(row.campaign_id) || row.counts[name] === null) return row;
    if (name !== 'responded' || row.types === undefined) return { ...row, counts: { ...row.counts, [name]: 0 } };
    const counts = Object.fromEntries(
      Object.entries(row.types.counts).map(([type, count]) => [type, types.includes(type) ? 0 : count]),
    );
    const responded = row.types.primary.reduce((sum, type) => sum + counts[type]!, 0);
    return { ...row, counts: { ...row.counts, responded }, types: { ...row.types, counts } };
  });
}

function countsUpTo(
  upTo: (most: number) => number,
  largest: number,
  hasOpens: boolean,
  measuresAll: boolean,
): Fine['counts'] {
  const sent = upTo(largest);
  const delivered = sent - upTo(Math.min(sent, 12));
  const opened = hasOpens ? upTo(delivered) : null;
  return measuresAll
    ? { sent, delivered, opened, responded: upTo(Math.min(sent, 15)), kept: null }
    : { sent, delivered: null, opened, responded: null, kept: null };
}

/** Late data: a few rows grow, one may come. */
export function later(rows: readonly Fine[], random: () => number): readonly Fine[] {
  const share = [0.1, 0.5, 1][Math.floor(random() * 3)]!;
  const step = [3, 15, 100][Math.floor(random() * 3)]!;
  return rows.map((row) => {
    if (random() > share) return row;
    const more = (value: number | null) => (value === null ? null : value + Math.floor(random() * step));
    const { sent, delivered, opened, responded, kept } = row.counts;
    return {
      ...row,
      counts: {
        sent: more(sent),
        delivered: delivered,
        opened: more(opened),
        responded: more(responded),
        kept: more(kept),
      },
    };
  });
}

export const placeOf = (row: Fine, response_type = ''): Readonly<Partial<Record<Dimension, string>>> => ({
  response_type,
  source: 'braze',
  campaign_id: row.campaign_id,
  channel: row.channel,
  region: row.region,
  segment: row.segment,
  ...(row.plan === undefined ? {} : { plan: row.plan }),
});

const tablesIn = ({ breakdowns }: Layout): readonly Breakdown[] =>
  Object.keys(breakdowns).filter(
    (name) => !breakdowns[name]!.some((one) => ['date', 'variant_id', 'is_control'].includes(one)),
  );

/** A row counts for a side of a rate where both sides are measured. */
export const valueOf = (row: Fine, name: Value): number | null => {
  const { counts } = row;
  if (name in counts) return counts[name as Measured];
  const side = SIDES[name];
  if (side === undefined) return null;
  const other = name.startsWith('kept_') ? 'kept' : /opens|opened/.test(name) ? 'opened' : 'responded';
  return counts[other] === null ? null : counts[side];
};

/** Of each type of response a row of its own, which has nothing else. */
function byType(rows: readonly Fine[], breakdown: Breakdown): readonly (readonly [Fine, string])[] {
  const typed = (row: Fine, type: string, responded: number) => {
    const counts = { sent: null, delivered: null, opened: null, responded, kept: null };
    return [{ ...row, counts }, type] as const;
  };
  return rows.flatMap((row) => [
    ...Object.entries(row.types?.counts ?? {}).flatMap(([type, responded]) => {
      const isPrimary = row.types!.primary.includes(type);
      return breakdown === (isPrimary ? OTHER_TYPES : PRIMARY_TYPES) ? [] : [typed(row, type, responded)];
    }),
    ...Object.entries(row.types?.again ?? {}).flatMap(([type, responded]) =>
      breakdown === PRIMARY_TYPES ? [] : [typed(row, type, responded)],
    ),
  ]);
}

/** The tables of a release, added up from the finest rows. */
export function tablesOf(rows: readonly Fine[], layout: Layout = PLAIN): readonly Cell[] {
  return tablesIn(layout).flatMap((breakdown) => {
    const dimensions: readonly Dimension[] = layout.breakdowns[breakdown]!;
    const told = isByResponseType(dimensions) ? byType(rows, breakdown) : rows.map((row) => [row, ''] as const);
    const placed = told.map(([row, type]) => ({ row, place: placeOf(row, type) }));
    const groups = Map.groupBy(placed, ({ place }) => JSON.stringify(dimensions.map((name) => place[name])));
    return [...groups.values()].map((members): Cell => {
      const { place } = members[0]!;
      const group = members.map(({ row }) => row);
      const at = Object.fromEntries(
        [...DIMENSIONS, ...dimensions].map((name) => [name, dimensions.includes(name) ? (place[name] ?? '') : '']),
      ) as Cell['at'];
      const values = Object.fromEntries(
        layout.values.map((name) => {
          const measured = group.map((row) => valueOf(row, name)).filter((value) => value !== null);
          return [name, measured.length === 0 ? null : String(measured.reduce((sum, value) => sum + value, 0))];
        }),
      ) as Cell['values'];
      return { breakdown, at, name: '', values, hidden: [] };
    });
  });
}
