import { defineSource, type RecordData, type StreamKinds, type Window } from '#sdk';
import { chosenStream } from '#sdk/files';
import type { HttpClientOptions } from '#sdk/http';
import { ask, askAbout, askNamed, forbidden, openBraze, type Braze, type Listed, type Reading } from './braze.api.js';
import { BREAKDOWN, canvasRows, summaryRows } from './braze.canvas.js';
import { config, type Config } from './braze.config.js';
import { addDays, dayIn, endOfDay } from './braze.days.js';
import { campaignRow, canvasRow, segmentRow, variantRows, variationRows } from './braze.details.js';
import { GUIDE } from './braze.guide.js';
import { hasCounts, rowsOf } from './braze.metrics.js';
import {
  CAMPAIGNS,
  CANVASES,
  CUSTOM_EVENTS,
  eachDetails,
  eachOf,
  isQuietDay,
  listed,
  PRODUCTS,
  SEGMENTS,
  type ObjectKind,
} from './braze.objects.js';
import {
  Campaign,
  CampaignDay,
  CampaignDetails,
  CampaignVariation,
  Canvas,
  CanvasDay,
  CanvasDetails,
  CanvasSummary,
  CanvasVariant,
  CustomEvent,
  dailyNumbers,
  Product,
  Segment,
  SendDay,
} from './braze.schemas.js';
import {
  APP_SERIES,
  EVENT_BY_SEGMENT,
  NUMBER_SERIES,
  permissionsOf,
  readAppNumbers,
  readEventsBySegment,
  readNumbers,
  type NumberSeries,
} from './braze.series.js';
import { usersSpec, usersTransport } from './braze.users.js';

// Braze: at most 100 days per call, https://www.braze.com/docs/api/endpoints/export/campaigns/get_campaign_analytics, read
// 2026-11-24. One is needed for the day after the window, see `spanQuery`.
const WINDOW = '99d';
/** Of a Canvas at most 14 days per call, https://www.braze.com/docs/api/endpoints/export/canvas/get_canvas_analytics, same day. */
const CANVAS_WINDOW = '13d';
const SUMMARY_DAYS = 14;

/** Opens and conversions come late: 14 days cover the phones that were offline and the shorter conversion windows. */
const LOOKBACK = '14d';

/** `http` is for tests, which have no time to wait. */
export const brazeSource = (http: Partial<HttpClientOptions> = {}) =>
  defineSource({
    name: 'braze',
    summary: 'Campaigns, Canvases and their daily results, segments, events and KPIs from the Braze REST API.',
    guide: GUIDE,
    config,
    connect: ({ config, signal }) => openBraze(config, signal, http),
    configured: (config) => config.users.map(({ stream }) => ({ stream, isDeclared: true })),
    close: (client) => client.http.close(),
    check,
    streams: async (kind, { config, client }) => ({
      campaigns: kind.fullRefresh({
        summary: 'One row per campaign, archived ones too.',
        permissions: ['campaigns.list'],
        calls: 'one per 100 campaigns',
        primaryKey: ['id'],
        schema: Campaign,
        read: (reading) => rowsOfList(reading, CAMPAIGNS, campaignRow),
      }),
      campaign_details: kind.fullRefresh({
        summary: 'One row per campaign: its state, schedule, variations and conversion events.',
        permissions: ['campaigns.list', 'campaigns.details'],
        calls: 'one per campaign, which the series use too',
        primaryKey: ['campaign_id'],
        schema: CampaignDetails,
        read: (reading) => rowsOfDetails(reading, CAMPAIGNS),
      }),
      campaign_variations: kind.fullRefresh({
        summary: 'One row per message variation of a campaign: its channel, and whether it is the control group.',
        permissions: ['campaigns.list', 'campaigns.details'],
        calls: 'one per campaign, the same as those of `campaign_details`',
        primaryKey: ['campaign_id', 'variation_id'],
        schema: CampaignVariation,
        async *read(reading) {
          for await (const row of eachDetails(reading, CAMPAIGNS)) yield variationRows(row);
        },
      }),
      campaign_data_series: kind.incremental({
        summary: 'One row per campaign, day, channel and variation.',
        permissions: ['campaigns.list', 'campaigns.details', 'campaigns.data_series'],
        calls: 'one per campaign that may have something in the window, and its details once a run',
        primaryKey: ['campaign_id', 'time', 'channel', 'variation_id'],
        schema: CampaignDay,
        cursor: cursor(),
        read: (reading) => rowsOfLives(reading, CAMPAIGNS, '/campaigns/data_series', {}, rowsOf),
      }),
      canvases: kind.fullRefresh({
        summary: 'One row per Canvas, archived ones too.',
        permissions: ['canvas.list'],
        calls: 'one per 100 Canvases',
        primaryKey: ['id'],
        schema: Canvas,
        read: (reading) => rowsOfList(reading, CANVASES, canvasRow),
      }),
      canvas_details: kind.fullRefresh({
        summary: 'One row per Canvas: its state, variants and steps.',
        permissions: ['canvas.list', 'canvas.details'],
        calls: 'one per Canvas, which the series use too',
        primaryKey: ['canvas_id'],
        schema: CanvasDetails,
        read: (reading) => rowsOfDetails(reading, CANVASES),
      }),
      canvas_variants: kind.fullRefresh({
        summary: 'One row per variant of a Canvas, and whether it is the control group.',
        permissions: ['canvas.list', 'canvas.details'],
        calls: 'one per Canvas, the same as those of `canvas_details`',
        primaryKey: ['canvas_id', 'variant_id'],
        schema: CanvasVariant,
        async *read(reading) {
          for await (const row of eachDetails(reading, CANVASES)) yield variantRows(row);
        },
      }),
      canvas_data_series: kind.incremental({
        summary: 'One row per Canvas, day and variant (entries, conversions) or step, channel and message (all else).',
        permissions: ['canvas.list', 'canvas.details', 'canvas.data_series'],
        calls: 'one per Canvas that may have something in the window, and its details once a run',
        primaryKey: ['canvas_id', 'time', 'variant_id', 'step_id', 'channel', 'variation_id'],
        schema: CanvasDay,
        cursor: cursor(CANVAS_WINDOW),
        read: (reading) => rowsOfLives(reading, CANVASES, '/canvas/data_series', BREAKDOWN, canvasRows),
      }),
      canvas_data_summary: kind.fullRefresh({
        summary: 'The last 14 days of each active Canvas in one, where unique counts hold for all of them together.',
        permissions: ['canvas.list', 'canvas.details', 'canvas.data_summary'],
        calls: 'one per active Canvas',
        primaryKey: ['canvas_id', 'variant_id', 'step_id', 'channel', 'variation_id'],
        schema: CanvasSummary,
        async *read(reading) {
          const { time_zone, inactive_after_days: inactiveAfterDays } = reading.config;
          const to = dayIn(time_zone, http.clock?.now() ?? new Date());
          const from = addDays(to, 1 - SUMMARY_DAYS);
          const query = { length: SUMMARY_DAYS, ending_at: endOfDay(to, time_zone), ...BREAKDOWN };
          const queryOf = ({ id }: Listed) => ({ canvas_id: id, ...query });
          const span = { from, to: addDays(to, 1), inactiveAfterDays };
          for await (const { object, body } of eachOf(reading, CANVASES, '/canvas/data_summary', queryOf, { span }))
            yield summaryRows(object.id, body).map((row) => ({ ...row, from_day: from, to_day: to }));
        },
      }),
      segments: kind.fullRefresh({
        summary: 'One row per segment.',
        permissions: ['segments.list'],
        calls: 'one per 100 segments',
        primaryKey: ['id'],
        schema: Segment,
        read: (reading) => rowsOfList(reading, SEGMENTS, segmentRow),
      }),
      custom_events: kind.fullRefresh({
        summary: 'Names of the custom events.',
        permissions: ['events.list'],
        calls: 'one per 250 events',
        primaryKey: ['name'],
        schema: CustomEvent,
        read: (reading) => rowsOfList(reading, CUSTOM_EVENTS, ({ id }) => ({ name: id })),
      }),
      products: kind.fullRefresh({
        summary: 'Ids of the products that were bought.',
        permissions: ['purchases.product_list'],
        calls: 'one per page',
        primaryKey: ['id'],
        schema: Product,
        read: (reading) => rowsOfList(reading, PRODUCTS, ({ id }) => ({ id })),
      }),
      ...Object.fromEntries(
        Object.entries(NUMBER_SERIES).map(([name, series]) => [
          name,
          numberStream(
            kind,
            series,
            series.of === undefined ? {} : { [series.of.key]: series.of.described },
            readNumbers,
          ),
        ]),
      ),
      ...(config.apps.length === 0
        ? {}
        : Object.fromEntries(
            Object.entries(APP_SERIES).map(([name, series]) => [
              name,
              numberStream(kind, series, { app_id: 'App; one of `apps`' }, (reading, _, ...days) =>
                readAppNumbers(reading, series, reading.config.apps, ...days),
              ),
            ]),
          )),
      ...(config.events_by_segment.length === 0
        ? {}
        : {
            custom_event_segment_series: numberStream(
              kind,
              EVENT_BY_SEGMENT,
              { event: 'Name of the custom event; one of `events_by_segment`', segment_id: 'Segment' },
              (reading, _, ...days) => readEventsBySegment(reading, reading.config.events_by_segment, ...days),
            ),
          }),
      ...Object.fromEntries(
        await Promise.all(
          config.users.map(async (one) => {
            const transport = usersTransport(client, one, http.clock);
            const files = await chosenStream(transport, usersSpec(one), undefined, new AbortController().signal);
            const summary = 'One row per user of the segment: the listed fields and nothing else.';
            return [one.stream, kind.files({ ...files, summary })] as const;
          }),
        ),
      ),
      ...(config.sends.length === 0
        ? {}
        : {
            send_data_series: kind.incremental({
              summary:
                'One row per send of `sends`, day, channel and variation; Braze keeps them for 14 days after the send.',
              permissions: ['sends.data_series'],
              calls: 'one per send and window',
              primaryKey: ['send_id', 'campaign_id', 'time', 'channel', 'variation_id'],
              schema: SendDay,
              cursor: cursor(),
              async *read(reading) {
                const { slice } = reading;
                const span = spanQuery(slice, reading.config.time_zone);
                for (const send of reading.config.sends) {
                  const named = `send ${send.send_id} of campaign ${send.campaign_id}`;
                  const body = await askNamed(reading, '/sends/data_series', { ...send, ...span }, named);
                  if (body !== undefined)
                    yield rowsOf(send.campaign_id, body, slice.from, slice.to).map((row) => ({
                      ...row,
                      send_id: send.send_id,
                    }));
                }
              },
            }),
          }),
    }),
  });

type SpanReading = Reading & { readonly config: Config; readonly slice: Window };

/** A stream of one number a day, by the key columns before the day. */
function numberStream(
  kind: StreamKinds<Config, Braze>,
  series: NumberSeries,
  keys: Readonly<Record<string, string>>,
  read: (
    reading: SpanReading,
    series: NumberSeries,
    span: Window,
    days: ReturnType<typeof spanQuery>,
  ) => AsyncIterable<RecordData[]>,
) {
  return kind.incremental({
    summary: series.summary,
    permissions: permissionsOf(series),
    calls: `one per ${[...Object.keys(keys).map((key) => key.replace('_id', '')), 'window'].join(' and ')}`,
    primaryKey: [...Object.keys(keys), 'time'] as 'time'[],
    schema: dailyNumbers(keys, { [series.number]: series.described }),
    cursor: cursor(),
    read: (reading) =>
      read(reading, series, reading.slice, spanQuery(reading.slice, reading.config.time_zone)) as AsyncIterable<
        { time: string }[]
      >,
  });
}

/** All series are read by days of the company; results come late. */
const cursor = (window = WINDOW) => ({
  field: 'time' as const,
  start: ({ start_date }: Config) => start_date,
  window,
  lookback: LOOKBACK,
  timeZone: ({ time_zone }: Config) => time_zone,
});

async function* rowsOfList<Row>(reading: Reading, kind: ObjectKind, rowOf: (entry: Listed) => Row) {
  for await (const page of listed(reading, kind)) yield page.map(rowOf);
}

async function* rowsOfDetails<Row>(reading: Reading, kind: ObjectKind<Row>) {
  for await (const row of eachDetails(reading, kind)) yield [row];
}

/** The series of everything that was active in the window; silent days beside its life are left out. */
async function* rowsOfLives<Row extends { readonly time: string }>(
  reading: SpanReading,
  kind: ObjectKind,
  path: string,
  query: Readonly<Record<string, unknown>>,
  read: (id: string, body: unknown, from: string, to: string) => Row[],
) {
  const { slice, config } = reading;
  const { inactive_after_days: inactiveAfterDays } = config;
  const days = spanQuery(slice, config.time_zone);
  const queryOf = ({ id }: Listed) => ({ [kind.param]: id, ...days, ...query });
  const span = { from: slice.from, to: slice.to, inactiveAfterDays };
  for await (const { object, body, life } of eachOf(reading, kind, path, queryOf, { span }))
    yield read(object.id, body, slice.from, slice.to).filter(
      (row) => hasCounts(row) || !isQuietDay(row.time, life, inactiveAfterDays),
    );
}

/**
 * Whether the day of `ending_at` is one of the `length` days is not documented. So the day after the window is asked for as
 * well, which is right either way, and days beside the window are left out.
 */
const spanQuery = ({ to, days }: { readonly to: string; readonly days: number }, timeZone: string) => ({
  length: days + 1,
  ending_at: endOfDay(to, timeZone),
});

/** Each permission is a right of its own, so each that nothing goes without is tried. */
async function check(client: Braze): Promise<void> {
  const reading = { client, signal: new AbortController().signal, warn: () => undefined };
  const [first] = (await ask(reading, CAMPAIGNS.list, { page: 0, include_archived: true })).campaigns ?? [];
  if (first === undefined) return;
  for (const [path, query] of [
    ['/campaigns/details', { campaign_id: first.id }],
    ['/campaigns/data_series', { campaign_id: first.id, length: 1 }],
  ] as const)
    if ((await askAbout(client, path, query)).status === 403) throw forbidden(path);
}

export const braze = brazeSource();
