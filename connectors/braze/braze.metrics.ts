import { ConnectorError } from '#sdk';
import { CANVAS_COUNTS, COUNTS, type CampaignDayRow, type Count } from './braze.schemas.js';

/**
 * What a channel calls otherwise than its column; all else keeps its name, in channels that nobody has heard of too. The
 * table of the README says the same for a reader.
 */
export const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  email: { machine_opens: 'machine_open' },
  ios_push: { total_opens: 'opens', body_clicks: 'clicks' },
  android_push: { total_opens: 'opens', body_clicks: 'clicks' },
  kindle_push: { total_opens: 'opens', body_clicks: 'clicks' },
  web_push: { total_opens: 'opens', body_clicks: 'clicks' },
  apple_push: { total_opens: 'opens', body_clicks: 'clicks' },
  windows_phone8_push: { total_opens: 'opens', body_clicks: 'clicks' },
  windows_universal_push: { total_opens: 'opens', body_clicks: 'clicks' },
  whats_app: { read: 'opens', failed: 'delivery_failed' },
  content_cards: { total_clicks: 'clicks', total_impressions: 'impressions' },
};

/** A message variation or the control group on one day, as Braze writes it. */
export type Element = Readonly<Record<string, unknown>>;

export interface Day {
  readonly time?: unknown;
  readonly messages?: unknown;
  readonly [name: string]: unknown;
}

/** The days of a series in `[from, to)`; days beside them are left out. */
export function daysOf(data: unknown, of: string, from: string, to: string): (Day & { readonly time: string })[] {
  if (!Array.isArray(data)) throw malformed(of, 'has no list of days');
  return (data as (Day | null)[])
    .map((day) => ({ ...day, time: /^\d{4}-\d\d-\d\d/.exec(String(day?.time))?.[0] ?? '' }))
    .filter(({ time }) => {
      if (time === '') throw malformed(of, 'has a day without "time"');
      return time >= from && time < to;
    });
}

/** The rows of one campaign's series for the days in `[from, to)`. */
export function rowsOf(campaign: string, body: unknown, from: string, to: string): CampaignDayRow[] {
  const days = daysOf((body as { data?: unknown } | null)?.data, `campaign ${campaign}`, from, to);
  const rows = days.flatMap(({ time, messages }) =>
    Object.entries(messages ?? {}).flatMap(([channel, elements]) => {
      const used = new Set<string>();
      return listOf(elements).map((element, position) =>
        rowOf(campaign, time, channel, idOf(element, position, used), element),
      );
    }),
  );
  // Real answers have conversions per variation, the documentation only per day. One or the other, never both.
  if (rows.some((row) => CONVERSIONS.some((name) => row[name] !== null))) return rows;
  const whole = days
    .map(({ time, messages: _broken, ...day }) => rowOf(campaign, time, '', '', day))
    .filter((row) => CONVERSIONS.some((name) => Number(row[name] ?? 0) !== 0));
  return [...rows, ...whole];
}

/** True where a row says that something happened. */
export const hasCounts = (row: Readonly<Record<string, unknown>>): boolean =>
  NUMBERS.some((name) => Number(row[name] ?? 0) !== 0) ||
  Object.values(row['other_metrics'] ?? {}).some((value) => Number(value) !== 0);

const NUMBERS = [...new Set([...Object.keys(COUNTS), ...Object.keys(CANVAS_COUNTS)]), 'revenue'];
const CONVERSIONS = (Object.keys(COUNTS) as Count[]).filter((name) => name.startsWith('conversions'));

function rowOf(campaign: string, time: string, channel: string, variation: string, element: Element): CampaignDayRow {
  return {
    campaign_id: campaign,
    time,
    channel,
    variation_id: variation,
    variation_name: nameOf(element['variation_name']),
    is_control: isControl(element),
    ...countsOf<Count>(element, COUNTS, RENAMED[channel]),
  };
}

export interface Counts {
  revenue: CampaignDayRow['revenue'];
  other_metrics: Record<string, unknown> | null;
}

/** The numbers of an element, each in its column; those that have none are kept beside them. */
export function countsOf<Column extends string>(
  element: Element,
  columns: Readonly<Record<Column, string>>,
  renamed: Readonly<Record<string, string>> = {},
): Record<Column, Whole | null> & Counts {
  const counts = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Record<Column, Whole | null>;
  const other: Record<string, unknown> = {};
  // Names that are columns come first: where two names come for one column, its own wins.
  const named = Object.entries(element).filter(([name, value]) => value !== null && !NO_COUNTS.has(name));
  for (const isRenamed of [false, true])
    for (const [name, value] of named) {
      if (Object.hasOwn(renamed, name) !== isRenamed) continue;
      const column = (renamed[name] ?? name) as Column;
      if (Object.hasOwn(columns, column) && counts[column] === null) counts[column] = wholeOf(value);
      else if (isNumeric(value)) other[name] = value;
    }
  const revenue = (element['revenue'] ?? null) as Counts['revenue'];
  return { ...counts, revenue, other_metrics: Object.keys(other).length === 0 ? null : other };
}

export const nameOf = (name: unknown): string | null => (typeof name === 'string' ? name : null);

const NO_COUNTS = new Set(['variation_api_id', 'variation_name', 'revenue', 'name', 'messages']);

/** The element that was sent nothing: it has members enrolled, or at least the name, and neither sends nor impressions. */
function isControl(element: Element): boolean {
  const has = (name: string) => (element[name] ?? null) !== null;
  if (has('sent') || has('impressions')) return false;
  return has('enrolled') || element['variation_name'] === 'Control Group';
}

/** Unique among the elements of a channel and the same on every day: Braze's id, else the name, else the position. */
export function idOf(element: Element, position: number, used: Set<string>): string {
  const { variation_api_id: id, variation_name: name } = element;
  let found = `#${position + 1}`;
  if (typeof id === 'string' && id !== '') found = id;
  else if (typeof name === 'string' && name !== '') found = `name:${name}`;
  if (used.has(found)) found = `${found}#${position + 1}`;
  used.add(found);
  return found;
}

export type Whole = number | bigint | string;

const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && /^-?\d/.test(value));

/** A long number with a fraction comes as text; `….0` is whole all the same. What is no number is for the quarantine to say. */
export function wholeOf(value: unknown): Whole {
  const whole = typeof value === 'string' ? /^(-?\d+)\.0*$/.exec(value)?.[1] : undefined;
  return whole ?? (value as Whole);
}

export function listOf(elements: unknown): readonly Element[] {
  if (elements === null || elements === undefined) return [];
  return (Array.isArray(elements) ? elements : [elements]).filter((each) => typeof each === 'object' && each !== null);
}

export function malformed(of: string, what: string): ConnectorError {
  return new ConnectorError('source', `The series of ${of} ${what}`, {
    hint: 'Braze has changed its answer, or something between answers in its place; this is for the developer.',
  });
}
