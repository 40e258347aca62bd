import { ConnectorError, parseDuration, type SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';
import { addDays, addMonths, firstDayOf, lastDayOf, monthOf, startOfDay } from './calendar.js';
import { cardsOf, type Compared, type MonthFigures } from './cards.js';
import { controlGroups } from './control-groups.js';
import { costsOf } from './costs.js';
import { experimentsOf, type ExperimentDefinition } from './experiments.js';
import { figuresBy, NOTHING_MEASURED, type Grouped, type Period } from './figures.js';
import { largestCampaigns } from './largest.js';
import type { Figures, MonthSpan, OwnMeasureLine, Section, Status } from './model.js';
import { requireMonth } from './months.js';
import { historyNotes } from './history.js';
import { notesOf } from './notes.js';
import { responsesBy } from './response-types.js';
import { inOneState } from './one-state.js';
import { outlookOf } from './outlook.js';
import type { DaySpan } from '../facts/fact.js';
import { NOTHING_OWN, presentIn, type OwnFigures } from '../facts/own.js';
import { sourceDays, type SourceDays } from './sources.js';
import { annotationsOf, earlierDays, figuresByDay, isOpenDay } from './trend.js';
import { weeksOf } from './weeks.js';

export interface SectionOptions {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly project: { readonly name: string; readonly timezone: string };
  readonly now: Date;
  /** How long after its end a month is preliminary, such as `8d`. */
  readonly closeAfter: string;
  /** `allow`: a month becomes final by time also where days are missing. Absent: `hold`. */
  readonly missingDays?: 'hold' | 'allow';
  /** Of facts by name the days that they are for: a source owes no others. */
  readonly factDays?: Readonly<Record<string, DaySpan>>;
  /** How members were to be shared out among arms; campaigns that are not here have equal ones. */
  readonly experiments?: readonly ExperimentDefinition[];
  /** Measures and dimensions of the user's own. */
  readonly own?: OwnFigures;
}

/** Reads the section of one month from the marts, all of it from one state of them. */
export function loadSection(sql: SqlSession, options: SectionOptions): Promise<Section> {
  return inOneState(sql, (session) => readSection(session, options));
}

/** Within what the caller sees one state by. */
export async function readSection(sql: SqlSession, options: SectionOptions): Promise<Section> {
  const { month, project, now } = options;
  await requireMonth(sql, month);
  const span = { id: month, first_day: firstDayOf(month), last_day: lastDayOf(month) };
  const sources = await sourceDays(sql, span, now, project.timezone, options.factDays);
  const end = startOfDay(addDays(span.last_day, 1), project.timezone);
  const through = throughDay(span, sources, now >= end);
  const monthSpan: MonthSpan = { ...span, through_day: through, has_ended: now >= end };
  const period: Period = { kind: 'month', month };
  const own = await presentIn(sql, dialectOf(sql), options.own ?? NOTHING_OWN);
  const by = (columns: readonly string[]) => figuresBy(sql, period, columns, {}, own);
  const typesBy = (...columns: readonly string[]) => responsesBy(sql, period, [...columns, 'response_type']);

  const totals = figuresOf(await by([]));
  const closingMs = closingOf(options.closeAfter);
  const days = await figuresByDay(sql, span.first_day, through, own);
  const campaigns = await by(['source', 'campaign_id']);
  const regions = await by(['region']);
  const channels = await by(['channel']);
  const segments = await by(['segment']);
  const regionSegments = await by(['region', 'segment']);
  const bySource = await by(['source']);
  const zones = await sql.query<{ time_zone: string }>(
    `SELECT time_zone FROM report.campaign_monthly WHERE month = '${span.first_day}'
      UNION SELECT time_zone FROM report.response_monthly WHERE month = '${span.first_day}' ORDER BY 1`,
  );
  const byCampaign = largestFirst(campaigns).map(({ group, name, figures }) => ({
    source: group.source!,
    campaign_id: group.campaign_id!,
    name,
    ...figures,
  }));
  const status = statusOf(sources, end, now, closingMs, options.missingDays);
  const section: Omit<Section, 'notes'> = {
    schema: 'tributary.report_section/1',
    heading: 'Real-time Campaign Performance Overview',
    project: { name: project.name, time_zone: project.timezone },
    month: monthSpan,
    generated_at: now.toISOString(),
    status,
    sources: sources.states,
    time_zones: zones.map(({ time_zone }) => time_zone),
    totals,
    own_measures: ownMeasureLines(options.own),
    cards: cardsOf(
      totals,
      await compared(sql, monthSpan, addMonths(month, -1), own),
      await compared(sql, monthSpan, addMonths(month, -12), own),
      await historyOf(sql, month, totals, own),
      ownMeasureLines(options.own),
    ),
    days: days.map((day) => ({ ...day, is_preliminary: isOpenDay(day.date, project.timezone, closingMs, now) })),
    weeks: await weeksOf(sql, span.first_day, through, own),
    earlier_days: {
      previous_month: await earlierDays(sql, addMonths(month, -1), own),
      last_year: await earlierDays(sql, addMonths(month, -12), own),
    },
    annotations: await annotationsOf(sql, span.first_day, through),
    by_campaign: byCampaign,
    largest_campaigns: largestCampaigns(byCampaign),
    by_region: largestFirst(regions).map(({ group, figures }) => ({
      region: group.region!,
      ...figures,
      suppressed: [],
    })),
    by_segment: largestFirst(segments).map(({ group, figures }) => ({
      segment: group.segment!,
      ...figures,
      suppressed: [],
    })),
    by_region_segment: largestFirst(regionSegments).map(({ group, figures }) => ({
      region: group.region!,
      segment: group.segment!,
      ...figures,
      suppressed: [],
    })),
    by_dimension: [],
    by_channel_region: [],
    by_channel_segment: [],
    tables: [],
    suppression: null,
    by_source: largestFirst(bySource).map(({ group, figures }) => ({ source: group.source!, ...figures })),
    by_channel: largestFirst(channels).map(({ group, figures }) => ({ channel: group.channel!, ...figures })),
    by_response_type: (await responsesBy(sql, period, ['response_type', 'is_primary'])).map(({ at, responded }) => ({
      response_type: at['response_type']!,
      is_primary: at['is_primary'] === 'true',
      responded,
    })),
    by_campaign_response_type: (await typesBy('source', 'campaign_id')).map(({ at, responded }) => ({
      response_type: at['response_type']!,
      source: at['source']!,
      campaign_id: at['campaign_id']!,
      responded,
    })),
    by_channel_response_type: (await typesBy('channel')).map(({ at, responded }) => ({
      response_type: at['response_type']!,
      channel: at['channel']!,
      responded,
    })),
    by_response_type_region: [],
    by_response_type_segment: [],
    control_groups: await controlGroups(sql, month),
    experiments: await experimentsOf(sql, month, {
      isOver: now.toISOString() >= status.final_from,
      definitions: options.experiments ?? [],
    }),
    costs: costsOf(byCampaign),
    ...(await outlookOf(sql, monthSpan)),
    restatement: null,
    releases: [],
  };
  return { ...section, notes: [...notesOf(section), ...(await historyNotes(sql, span))] };
}

/** Of the month and the twelve before it, oldest first. */
async function historyOf(
  sql: SqlSession,
  month: string,
  totals: Figures,
  own: OwnFigures,
): Promise<readonly MonthFigures[]> {
  const months = Array.from({ length: 12 }, (_, back) => addMonths(month, back - 12));
  const found = await figuresBy(sql, { kind: 'months', from: months[0]!, to: months.at(-1)! }, ['month'], {}, own);
  const byMonth = new Map(found.map(({ group, figures }) => [monthOf(group.month!), figures]));
  return [...months.map((each) => ({ month: each, figures: byMonth.get(each) })), { month, figures: totals }];
}

/** What the section says of them, also of those that no build has counted yet. */
export const ownMeasureLines = ({ measures }: OwnFigures = NOTHING_OWN): readonly OwnMeasureLine[] =>
  measures.map(({ name, title, unit, kind, definition }) => ({ name, title, unit: unit ?? null, kind, definition }));

const figuresOf = (rows: readonly Grouped[]): Figures => rows[0]?.figures ?? NOTHING_MEASURED;

/** By messages sent, then by responses, then by name, so that the order is the same every time. */
function largestFirst(rows: readonly Grouped[]): readonly Grouped[] {
  const descending = (left: number | null, right: number | null) => (right ?? -1) - (left ?? -1);
  return rows.toSorted(
    (left, right) =>
      descending(left.figures.sent, right.figures.sent) ||
      descending(left.figures.responded, right.figures.responded) ||
      left.name.localeCompare(right.name, 'en') ||
      JSON.stringify(left.group).localeCompare(JSON.stringify(right.group), 'en'),
  );
}

function throughDay(
  span: { readonly first_day: string; readonly last_day: string },
  { expected, newest }: SourceDays,
  hasEnded: boolean,
): string {
  if (hasEnded) return span.last_day;
  return [...expected, newest ?? span.first_day].sort().at(-1)!;
}

function closingOf(closeAfter: string): number {
  const closing = parseDuration(closeAfter);
  if (closing !== undefined) return closing;
  throw new ConnectorError('config', 'report.months.close_after must be a duration like 8d.');
}

function statusOf(
  sources: SourceDays,
  end: Date,
  now: Date,
  closingMs: number,
  missingDays: SectionOptions['missingDays'] = 'hold',
): Status {
  const finalFrom = new Date(end.getTime() + closingMs);
  const isHeld = missingDays === 'hold' && sources.missing.size > 0;
  const reads = sources.states.map(({ data_as_of }) => data_as_of);
  return {
    state: now >= finalFrom && !isHeld ? 'final' : 'preliminary',
    is_held: now >= finalFrom && isHeld,
    release: null,
    final_from: finalFrom.toISOString(),
    data_as_of: reads.length === 0 || reads.includes(null) ? null : [...reads].sort()[0]!,
    days_present: sources.expected.size - sources.missing.size,
    days_expected: sources.expected.size,
    missing_days: [...sources.missing].sort(),
  };
}

/** Of a month that has not ended, only as many days of the other are compared; undefined where that has no figures. */
async function compared(
  sql: SqlSession,
  span: MonthSpan,
  month: string,
  own: OwnFigures,
): Promise<Compared | undefined> {
  const isWhole = span.has_ended || span.through_day === span.last_day;
  const last = [`${month}${span.through_day.slice(7)}`, lastDayOf(month)].sort()[0]!;
  const period: Period = isWhole ? { kind: 'month', month } : { kind: 'days', from: firstDayOf(month), to: last };
  const [found] = await figuresBy(sql, period, [], {}, own);
  if (found === undefined) return undefined;
  return { month, days: isWhole ? null : Number(last.slice(8)), figures: found.figures };
}
