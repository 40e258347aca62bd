import { ConnectorError, nearest, type RecordData } from '#sdk';
import type { Listed, Reading } from './braze.api.js';
import { ask, askNamed, permissionOf } from './braze.api.js';
import { daysOf, wholeOf } from './braze.metrics.js';
import { AllRefused, CUSTOM_EVENTS, eachOf, listed, PRODUCTS, SEGMENTS, type ObjectKind } from './braze.objects.js';

/** Days `[from, to)`. */
type Span = { readonly from: string; readonly to: string };

/** A series of one number a day, of each thing of a kind or of the workspace. */
export interface NumberSeries {
  readonly summary: string;
  readonly path: string;
  readonly of?: ObjectKind & { readonly key: string; readonly described: string };
  readonly isWanted?: (object: Listed) => boolean;
  /** The number's column, and what Braze calls it where that is not sure or another name. */
  readonly number: string;
  readonly names?: readonly string[];
  readonly described: string;
  /** Parameters beside the days. */
  readonly query?: Readonly<Record<string, unknown>>;
}

const BY_DAY = { unit: 'day' };
/** Of other segments Braze has no series, and answers with an error. */
const isTracked = ({ analytics_tracking_enabled }: Listed) => analytics_tracking_enabled !== false;
const ofSegment = { ...SEGMENTS, key: 'segment_id', described: 'Segment' };
const ofEvent = { ...CUSTOM_EVENTS, key: 'event', described: 'Name of the custom event' };
const ofProduct = { ...PRODUCTS, key: 'product', described: 'Product id' };

export const NUMBER_SERIES: Readonly<Record<string, NumberSeries>> = {
  segment_data_series: {
    summary: 'One row per tracked segment and day: its estimated size.',
    path: '/segments/data_series',
    of: ofSegment,
    isWanted: isTracked,
    number: 'size',
    described: 'Members in the segment, as estimated by Braze',
  },
  custom_event_data_series: {
    summary: 'One row per custom event and day.',
    path: '/events/data_series',
    of: ofEvent,
    number: 'count',
    described: 'Times that it happened',
    query: BY_DAY,
  },
  kpi_dau: {
    summary: 'Daily active users.',
    path: '/kpi/dau/data_series',
    number: 'dau',
    described: 'Unique users with a session that day',
  },
  kpi_mau: {
    summary: 'Monthly active users, day by day.',
    path: '/kpi/mau/data_series',
    number: 'mau',
    described: 'Unique users with a session in the 30 days up to that day (*uncertain*: the name in the answer)',
  },
  kpi_new_users: {
    summary: 'New users, day by day.',
    path: '/kpi/new_users/data_series',
    number: 'new_users',
    described: 'Users with their first session that day (*uncertain*: the name in the answer)',
  },
  kpi_uninstalls: {
    summary: 'Uninstalls of the app, day by day.',
    path: '/kpi/uninstalls/data_series',
    number: 'uninstalls',
    described: 'Uninstalls that day (*uncertain*: the name in the answer)',
  },
  session_data_series: {
    summary: 'Sessions, day by day.',
    path: '/sessions/data_series',
    number: 'sessions',
    described: 'Sessions that day',
    query: BY_DAY,
  },
  purchase_quantity_series: {
    summary: 'One row per product and day: purchases.',
    path: '/purchases/quantity_series',
    of: ofProduct,
    number: 'quantity',
    names: ['purchase_quantity', 'quantity'],
    described: 'Purchases that day (*uncertain*: the name in the answer)',
    query: BY_DAY,
  },
  purchase_revenue_series: {
    summary: 'One row per product and day: revenue.',
    path: '/purchases/revenue_series',
    of: ofProduct,
    number: 'revenue',
    described: 'US dollars',
    query: BY_DAY,
  },
};

export const permissionsOf = ({ of, path }: NumberSeries): readonly string[] =>
  [...(of === undefined ? [] : [of.list]), path].map(permissionOf);

type Days = Readonly<Record<string, unknown>>;

function numbersOf(
  { number, names = [number] }: Pick<NumberSeries, 'number' | 'names'>,
  body: any,
  what: string,
  { from, to }: Span,
  key: RecordData,
): RecordData[] {
  return daysOf(body?.data, what, from, to).map((day) => {
    const value = names.map((name) => day[name]).find((found) => found !== undefined && found !== null);
    return { ...key, time: day.time, [number]: number === 'revenue' ? (value ?? null) : wholeOf(value ?? null) };
  });
}

/** The rows of a series for the days of the span; `days` are the parameters that ask for them. */
export async function* readNumbers(
  reading: Reading,
  series: NumberSeries,
  span: Span,
  days: Days,
): AsyncGenerator<RecordData[]> {
  const { of, path, isWanted } = series;
  const query = { ...days, ...series.query };
  if (of === undefined) {
    yield numbersOf(series, await ask(reading, path, query), path, span, {});
    return;
  }
  const askedOf = ({ id }: Listed) => ({ [of.param]: id, ...query });
  const wanted = isWanted === undefined ? {} : { isWanted };
  for await (const { object, body } of eachOf(reading, of, path, askedOf, wanted))
    yield numbersOf(series, body, `${of.noun.toLowerCase()} ${object.id}`, span, { [of.key]: object.id });
}

/** The series of the workspace that Braze also gives for one app. It lists no apps: the configuration names them. */
export const APP_SERIES: Readonly<Record<string, NumberSeries>> = Object.fromEntries(
  Object.entries(NUMBER_SERIES)
    .filter(([, { of }]) => of === undefined)
    .map(([name, series]) => [`app_${name}`, { ...series, summary: `By app: ${series.summary.toLowerCase()}` }]),
);

export async function* readAppNumbers(
  reading: Reading,
  series: NumberSeries,
  apps: readonly string[],
  span: Span,
  days: Days,
): AsyncGenerator<RecordData[]> {
  for (const app_id of apps) {
    const body = await askNamed(reading, series.path, { app_id, ...days, ...series.query }, `app ${app_id}`);
    if (body !== undefined) yield numbersOf(series, body, `app ${app_id}`, span, { app_id });
  }
}

/** How often a custom event happened in each tracked segment. Events times segments are many calls: the events are named. */
export const EVENT_BY_SEGMENT: NumberSeries = {
  ...NUMBER_SERIES['custom_event_data_series']!,
  summary: 'One row per event of `events_by_segment`, tracked segment and day.',
  of: ofSegment,
  isWanted: isTracked,
};

export async function* readEventsBySegment(
  reading: Reading,
  events: readonly string[],
  span: Span,
  days: Days,
): AsyncGenerator<RecordData[]> {
  const names = await eventNames(reading);
  const leftOut = (event: string): void => {
    const near = names === undefined ? undefined : nearest(event, names);
    reading.warn(
      `Braze does not know the event "${event}" of \`events_by_segment\`; it was left out.` +
        (near === undefined ? '' : ` Did you mean "${near}"?`),
    );
  };
  let known = 0;
  for (const event of events) {
    if (names?.has(event) === false) {
      leftOut(event);
      continue;
    }
    const series = { ...EVENT_BY_SEGMENT, query: { ...EVENT_BY_SEGMENT.query, event } };
    try {
      for await (const rows of readNumbers(reading, series, span, days)) yield rows.map((row) => ({ event, ...row }));
      known += 1;
    } catch (error) {
      if (!(error instanceof AllRefused)) throw error;
      leftOut(event);
    }
  }
  if (known === 0)
    throw new ConnectorError('config', 'Braze knows none of the events in `events_by_segment`.', {
      hint: 'Compare their names with those of the stream `custom_events`; capitals count.',
    });
}

/**
 * The custom events that Braze lists; undefined for a key that may not read the list. What the series of an event answers that
 * nobody has sent is not documented: were it zeros, a slip in its name would pass for an event that never happened.
 */
async function eventNames(reading: Reading): Promise<ReadonlySet<string> | undefined> {
  const names = new Set<string>();
  try {
    for await (const page of listed(reading, CUSTOM_EVENTS)) for (const { id } of page) names.add(id);
  } catch (error) {
    if (error instanceof ConnectorError && error.details.fault === 'permission') return undefined;
    throw error;
  }
  return names;
}
