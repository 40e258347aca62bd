import type { Figures, Section } from '../section/model.js';
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
];

interface Place {
  readonly table: string;
  readonly date?: string;
  readonly source?: string;
  readonly campaign_id?: string;
  readonly name?: string;
  readonly channel?: string;
  readonly region?: string;
  readonly segment?: string;
}

/**
 * Every table of the section, one row each, told apart by the first column. What is not measured is empty, and so is what is
 * hidden, whose names stand in the last column.
 */
export function renderCsv(section: Section): string {
  const lines = [
    line({ table: 'total' }, section.totals),
    ...section.days.map(({ date, ...figures }) => line({ table: 'day', date }, figures)),
    ...section.weeks.map(({ first_day, week, ...figures }) =>
      line({ table: 'week', date: first_day, name: week }, figures),
    ),
    ...section.by_campaign.map(({ source, campaign_id, name, ...figures }) =>
      line({ table: 'campaign', source, campaign_id, name }, figures),
    ),
    ...section.by_channel.map(({ channel, ...figures }) => line({ table: 'channel', channel }, figures)),
    ...section.by_source.map(({ source, ...figures }) => line({ table: 'source', source }, figures)),
    ...section.by_region.map((row) => line({ table: 'region', region: row.region }, row, row.suppressed)),
    ...section.by_segment.map((row) => line({ table: 'segment', segment: row.segment }, row, row.suppressed)),
    ...section.by_region_segment.map((row) =>
      line({ table: 'region_segment', region: row.region, segment: row.segment }, row, row.suppressed),
    ),
    ...section.by_channel_region.map((row) =>
      line({ table: 'channel_region', channel: row.channel, region: row.region }, row, row.suppressed),
    ),
    ...section.by_channel_segment.map((row) =>
      line({ table: 'channel_segment', channel: row.channel, segment: row.segment }, row, row.suppressed),
    ),
  ];
  return [HEAD.join(','), ...lines].map((text) => `${text}\r\n`).join('');
}

function line(place: Place, figures: Figures, suppressed: readonly string[] = []): string {
  const { open_rate, response_rate } = figures;
  const texts = [
    place.table,
    place.date,
    place.source,
    place.campaign_id,
    place.name,
    place.channel,
    place.region,
    place.segment,
  ];
  const numbers = [
    ...COUNTS.map((name) => figures[name]),
    open_rate?.value,
    open_rate?.denominator,
    open_rate?.low,
    open_rate?.high,
    response_rate?.value,
    response_rate?.denominator,
    response_rate?.low,
    response_rate?.high,
  ];
  return [...texts.map(quoted), ...numbers.map((value) => value ?? ''), quoted(suppressed.join(' '))].join(',');
}

function quoted(text = ''): string {
  const safe = withoutFormula(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
