import { cardsOf } from './cards.js';
import { NOTHING_MEASURED, quotientOf, rateOf } from './figures.js';
import type { Figures, FigureName, OwnFigure, OwnMeasureLine, Rate, Section, Suppressible } from './model.js';

/**
 * What somebody may see who may see these regions only: their rows, and totals that are the sum of those. Whatever is told over all
 * regions is left out, since a total less one's own rows tells of the others.
 */
export function withinRegions(section: Section, regions: readonly string[]): Section {
  const isTheirs = ({ region }: { readonly region: string }) => regions.includes(region);
  const byRegion = section.by_region.filter(isTheirs);
  const byRegionSegment = section.by_region_segment.filter(isTheirs);
  const byChannelRegion = section.by_channel_region.filter(isTheirs);
  const totals = sumOf(byRegion, section.own_measures);
  return {
    schema: section.schema,
    heading: section.heading,
    project: section.project,
    month: section.month,
    generated_at: section.generated_at,
    status: section.status,
    sources: section.sources,
    time_zones: section.time_zones,
    totals,
    own_measures: section.own_measures,
    cards: cardsOf(totals, undefined, undefined, [], section.own_measures),
    days: section.days.map(({ date, is_preliminary }) => ({ date, is_preliminary, ...NOTHING_MEASURED })),
    weeks: [],
    earlier_days: { previous_month: null, last_year: null },
    annotations: [],
    by_campaign: [],
    largest_campaigns: [],
    by_region: byRegion,
    by_segment: [],
    by_region_segment: byRegionSegment,
    by_dimension: [],
    by_channel_region: byChannelRegion,
    by_channel_segment: [],
    tables: section.tables.filter(({ dimensions }) => dimensions.includes('region')),
    suppression:
      section.suppression === null
        ? null
        : {
            ...section.suppression,
            hidden: [...byRegion, ...byRegionSegment, ...byChannelRegion].reduce(
              (sum, { suppressed }) => sum + suppressed.length,
              0,
            ),
          },
    by_source: [],
    by_channel: [],
    by_response_type: [],
    by_campaign_response_type: [],
    by_channel_response_type: [],
    by_response_type_region: section.by_response_type_region.filter(isTheirs),
    by_response_type_segment: [],
    control_groups: [],
    experiments: [],
    costs: null,
    anomalies: [],
    forecasts: [],
    restatement: null,
    releases: [],
    notes: [
      {
        title: 'Part of the whole',
        text:
          `This shows ${regions.join(' and ')} only, as far as the access goes with which it was asked for. Days, campaigns, channels and ` +
          'earlier months are not told by region.',
      },
    ],
  };
}

/** A figure that is hidden in one row is hidden in the sum, or the sum would tell it. */
function sumOf(rows: readonly Suppressible[], measures: readonly OwnMeasureLine[]): Figures {
  const isHidden = (name: string) => rows.some(({ suppressed }) => suppressed.includes(name));
  const valueOf = (row: Suppressible, name: string): unknown =>
    measures.some((one) => one.name === name) ? row.own?.[name] : row[name as FigureName];
  const of = <T>(name: string, add: (values: readonly NonNullable<T>[]) => T): T | null => {
    const values = rows.map((row) => valueOf(row, name) as T).filter((value) => value !== null && value !== undefined);
    return isHidden(name) || values.length === 0 ? null : add(values);
  };
  const count = (name: string) => of<number>(name, (values) => values.reduce((sum, value) => sum + value, 0));
  const money = (name: string) =>
    of<string>(name, (values) => {
      // With two decimals each, and more digits than a number holds.
      const cents = values.reduce((sum, value) => sum + BigInt(value.replace('.', '')), 0n);
      const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
      return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
    });
  const ratio = (name: string, divide: typeof rateOf) =>
    of<Rate | null>(name, (values) => {
      const sum = (side: 'numerator' | 'denominator') => values.reduce((total, value) => total + value[side], 0);
      return divide(sum('numerator'), sum('denominator'));
    });
  const rate = (name: string) => ratio(name, rateOf);
  const own = measures.map(({ name, kind }): [string, OwnFigure] => {
    if (kind === 'count') return [name, count(name)];
    if (kind === 'amount') return [name, money(name)];
    return [name, ratio(name, kind === 'percent' ? rateOf : quotientOf)];
  });
  return {
    targeted: count('targeted'),
    sent: count('sent'),
    delivered: count('delivered'),
    opened: count('opened'),
    opened_machine: count('opened_machine'),
    clicked: count('clicked'),
    bounced: count('bounced'),
    unsubscribed: count('unsubscribed'),
    responded: count('responded'),
    cost: money('cost'),
    revenue: money('revenue'),
    open_rate: rate('open_rate'),
    response_rate: rate('response_rate'),
    ...(measures.length === 0 ? {} : { own: Object.fromEntries(own) }),
  };
}
