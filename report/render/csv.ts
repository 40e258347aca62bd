import type { Experiment, Figures, Section, Suppressible } from '../section/model.js';
import { withoutFormula } from './neutral.js';

const COUNTS = [
  'targeted',
  'sent',
  'delivered',
  'opened',
  'opened_machine',
  'clicked',
  'bounced',
  'unsubscribed',
  'responded',
  'cost',
  'revenue',
] as const;
const HEAD = [
  'table',
  'date',
  'source',
  'campaign_id',
  'name',
  'channel',
  'region',
  'segment',
  ...COUNTS,
  'open_rate',
  'open_rate_of',
  'open_rate_low',
  'open_rate_high',
  'response_rate',
  'response_rate_of',
  'response_rate_low',
  'response_rate_high',
  'suppressed',
  // Of the arms of a campaign, and of what it cost.
  'variant_id',
  'base_variant_id',
  'members',
  'rate',
  'rate_low',
  'rate_high',
  'difference',
  'difference_low',
  'difference_high',
  'p_value',
  'adjusted_p_value',
  'verdict',
  'cost_per_response',
  'return_on_cost',
  'response_type',
  'is_primary',
] as const;
type Row = Readonly<Partial<Record<string, string | number | null | undefined>>>;

/** Columns of measures and dimensions of the user's own, after all others. A ratio has what it is of beside it. */
const ownHead = ({ own_measures, by_dimension }: Section): readonly string[] => [
  ...by_dimension.map(({ dimension }) => dimension),
  ...own_measures.flatMap(({ name, kind }) => {
    if (kind === 'count' || kind === 'amount') return [name];
    return [name, `${name}_per`, ...(kind === 'percent' ? [`${name}_low`, `${name}_high`] : [])];
  }),
];

/**
 * Every table of the section, one row each, told apart by the first column. What is not measured is empty, and so is what is
 * hidden, whose names stand in `suppressed`.
 */
export function renderCsv(section: Section): string {
  const rows: readonly Row[] = [
    { table: 'total', ...figuresOf(section.totals) },
    ...section.days.map(({ date, ...figures }) => ({ table: 'day', date, ...figuresOf(figures) })),
    ...section.weeks.map(({ first_day, week, ...figures }) => ({
      table: 'week',
      date: first_day,
      name: week,
      ...figuresOf(figures),
    })),
    ...section.by_campaign.map(({ source, campaign_id, name, ...figures }) => ({
      table: 'campaign',
      source,
      campaign_id,
      name,
      ...figuresOf(figures),
    })),
    ...section.by_channel.map(({ channel, ...figures }) => ({ table: 'channel', channel, ...figuresOf(figures) })),
    ...section.by_source.map(({ source, ...figures }) => ({ table: 'source', source, ...figuresOf(figures) })),
    ...section.by_region.map(({ region, ...row }) => ({ table: 'region', region, ...shownOf(row) })),
    ...section.by_segment.map(({ segment, ...row }) => ({ table: 'segment', segment, ...shownOf(row) })),
    ...section.by_region_segment.map(({ region, segment, ...row }) => ({
      table: 'region_segment',
      region,
      segment,
      ...shownOf(row),
    })),
    ...section.by_dimension.flatMap(({ dimension, rows: own }) =>
      own.map(({ value, ...row }) => ({ table: dimension, [dimension]: value, ...shownOf(row) })),
    ),
    ...section.by_channel_region.map(({ channel, region, ...row }) => ({
      table: 'channel_region',
      channel,
      region,
      ...shownOf(row),
    })),
    ...section.by_channel_segment.map(({ channel, segment, ...row }) => ({
      table: 'channel_segment',
      channel,
      segment,
      ...shownOf(row),
    })),
    ...section.by_response_type.map(({ is_primary, ...row }) => ({
      table: 'response_type',
      ...row,
      is_primary: is_primary ? 'yes' : 'no',
    })),
    ...section.by_campaign_response_type.map((row) => ({ table: 'campaign_response_type', ...row })),
    ...section.by_channel_response_type.map((row) => ({ table: 'channel_response_type', ...row })),
    ...section.by_response_type_region.map((row) => ({
      table: 'response_type_region',
      ...row,
      suppressed: row.suppressed.join(' '),
    })),
    ...section.by_response_type_segment.map((row) => ({
      table: 'response_type_segment',
      ...row,
      suppressed: row.suppressed.join(' '),
    })),
    ...section.experiments.flatMap(experimentRows),
    ...(section.costs?.by_campaign ?? []).map((row) => ({ table: 'cost', ...row })),
  ];
  const head = [...HEAD, ...ownHead(section)];
  const line = (row: Row) => head.map((column) => fieldOf(row[column])).join(',');
  return [head.join(','), ...rows.map(line)].map((text) => `${text}\r\n`).join('');
}

/** The arms, and then each beside those before it. */
function experimentRows({
  source,
  campaign_id,
  name,
  channel,
  arms,
  comparisons,
  verdict,
}: Experiment): readonly Row[] {
  const campaign = { source, campaign_id, name, channel, verdict };
  return [
    ...arms.map(({ variant_id, members, responded, rate }) => ({
      table: 'experiment_arm',
      ...campaign,
      variant_id,
      members,
      responded,
      rate: rate?.value,
      rate_low: rate?.low,
      rate_high: rate?.high,
    })),
    ...comparisons.map(({ variant_id, base_variant_id, difference, p_value, adjusted_p_value }) => ({
      table: 'experiment_comparison',
      ...campaign,
      variant_id,
      base_variant_id,
      difference: difference.value,
      difference_low: difference.low,
      difference_high: difference.high,
      p_value,
      adjusted_p_value,
    })),
  ];
}

const shownOf = ({ suppressed, ...figures }: Suppressible): Row => ({
  ...figuresOf(figures),
  suppressed: suppressed.join(' '),
});

function figuresOf(figures: Figures): Row {
  const { open_rate, response_rate } = figures;
  return {
    ...Object.fromEntries(COUNTS.map((name) => [name, figures[name]])),
    open_rate: open_rate?.value,
    open_rate_of: open_rate?.denominator,
    open_rate_low: open_rate?.low,
    open_rate_high: open_rate?.high,
    response_rate: response_rate?.value,
    response_rate_of: response_rate?.denominator,
    response_rate_low: response_rate?.low,
    response_rate_high: response_rate?.high,
    ...Object.fromEntries(
      Object.entries(figures.own ?? {}).flatMap(([name, value]): [string, string | number | null][] =>
        value === null || typeof value !== 'object'
          ? [[name, value]]
          : [
              [name, value.value],
              [`${name}_per`, value.denominator],
              [`${name}_low`, value.low],
              [`${name}_high`, value.high],
            ],
      ),
    ),
  };
}

/** Money is text, and a loss is no formula. */
function fieldOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || /^-?\d+(\.\d+)?$/.test(value)) return String(value);
  const safe = withoutFormula(value);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
