import { ConnectorError } from '#sdk';
import { COUNTS, type CampaignDayRow, type Count } from './braze.schemas.js';

/**
 * What a channel calls otherwise than its column; all else keeps its name, in channels that nobody has heard of too. The
 * table of the README says the same for a reader.
 */
const RENAMED: Readonly<Record<string, Readonly<Record<string, Count>>>> = {
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
type Element = Readonly<Record<string, unknown>>;

interface Day {
  readonly time?: unknown;
  readonly messages?: unknown;
  readonly [name: string]: unknown;
}

/** The rows of one campaign's series for the days in `[from, to)`; days beside them are left out. */
export function rowsOf(campaign: string, body: unknown, from: string, to: string): CampaignDayRow[] {
  const data = (body as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw malformed(campaign, 'has no list "data"');
  const days = (data as (Day | null)[])
    .map((day) => ({ ...day, time: /^\d{4}-\d\d-\d\d/.exec(String(day?.time))?.[0] ?? '' }))
    .filter(({ time }) => {
      if (time === '') throw malformed(campaign, 'has a day without "time"');
      return time >= from && time < to;
    });
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

const NUMBERS = [...Object.keys(COUNTS), 'revenue'];
const CONVERSIONS = (Object.keys(COUNTS) as Count[]).filter((name) => name.startsWith('conversions'));

function rowOf(campaign: string, time: string, channel: string, variation: string, element: Element): CampaignDayRow {
  const counts = Object.fromEntries(Object.keys(COUNTS).map((name) => [name, null])) as Record<Count, Whole | null>;
  const other: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(element)) {
    if (value === null || NO_COUNTS.has(name)) continue;
    const renamed = RENAMED[channel]?.[name];
    const column = renamed ?? (Object.hasOwn(COUNTS, name) ? (name as Count) : undefined);
    // A column has one number: where both names come, the column's own wins, and the other is kept beside it.
    if (column === undefined || (renamed !== undefined && (element[renamed] ?? null) !== null)) {
      if (isNumeric(value)) other[name] = value;
    } else counts[column] = wholeOf(value);
  }
  const name = element['variation_name'];
  return {
    campaign_id: campaign,
    time,
    channel,
    variation_id: variation,
    variation_name: typeof name === 'string' ? name : null,
    is_control: isControl(element),
    ...counts,
    revenue: (element['revenue'] ?? null) as CampaignDayRow['revenue'],
    other_metrics: Object.keys(other).length === 0 ? null : other,
  };
}

const NO_COUNTS = new Set(['variation_api_id', 'variation_name', 'revenue']);

/** The element that was sent nothing: it has members enrolled, or at least the name, and neither sends nor impressions. */
function isControl(element: Element): boolean {
  const has = (name: string) => (element[name] ?? null) !== null;
  if (has('sent') || has('impressions')) return false;
  return has('enrolled') || element['variation_name'] === 'Control Group';
}

/** Unique among the elements of a channel and the same on every day: Braze's id, else the name, else the position. */
function idOf(element: Element, position: number, used: Set<string>): string {
  const { variation_api_id: id, variation_name: name } = element;
  let found = `#${position + 1}`;
  if (typeof id === 'string' && id !== '') found = id;
  else if (typeof name === 'string' && name !== '') found = `name:${name}`;
  if (used.has(found)) found = `${found}#${position + 1}`;
  used.add(found);
  return found;
}

type Whole = number | bigint | string;

const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && /^-?\d/.test(value));

/** A long number with a fraction comes as text; `….0` is whole all the same. What is no number is for the quarantine to say. */
function wholeOf(value: unknown): Whole {
  const whole = typeof value === 'string' ? /^(-?\d+)\.0*$/.exec(value)?.[1] : undefined;
  return whole ?? (value as Whole);
}

function listOf(elements: unknown): readonly Element[] {
  if (elements === null || elements === undefined) return [];
  return (Array.isArray(elements) ? elements : [elements]).filter((each) => typeof each === 'object' && each !== null);
}

function malformed(campaign: string, what: string): ConnectorError {
  return new ConnectorError('source', `The series of campaign ${campaign} ${what}`, {
    hint: 'Braze has changed its answer, or something between answers in its place; this is for the developer.',
  });
}
