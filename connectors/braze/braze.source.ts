import { z } from 'zod';
import { ConnectorError, defineSource, secret } from '#sdk';
import type { HttpClientOptions } from '#sdk/http';
import { ask, askAbout, grantHint, openBraze, type Braze } from './braze.api.js';
import { endOfDay, isTimeZone } from './braze.days.js';
import { campaignRow, detailsRow } from './braze.details.js';
import { hasCounts, rowsOf } from './braze.metrics.js';
import { CAMPAIGNS, eachOf, isQuietDay, listed, remember } from './braze.objects.js';
import { Campaign, CampaignDay, CampaignDetails } from './braze.schemas.js';

// Braze: at most 100 days per call, https://www.braze.com/docs/api/endpoints/export/campaigns/get_campaign_analytics, read
// 2026-11-24. One is needed for the day after the window, see `campaign_data_series`.
const WINDOW = '99d';

/** Opens and conversions come late: 14 days cover the phones that were offline and the shorter conversion windows. */
const LOOKBACK = '14d';

const config = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !/^https?:\/\/(dashboard|sdk)[-.]/.test(url),
      'is the address of the dashboard or the SDK; the REST endpoint begins with rest.',
    )
    .describe('REST endpoint of your instance, e.g. https://rest.iad-05.braze.com'),
  api_key: secret('REST API key with the permissions campaigns.list, campaigns.details and campaigns.data_series'),
  start_date: z.iso.date().describe('First day to read when there is no bookmark yet'),
  time_zone: z
    .string()
    .refine(isTimeZone, 'is not an IANA time zone such as America/Chicago')
    .describe("Time zone of the company in the dashboard's settings, in which Braze cuts its days"),
  inactive_after_days: z
    .number()
    .int()
    .min(31)
    .max(3650)
    .default(90)
    .describe('Days after its last send (Canvas: entry) from which on a campaign is not asked for any more'),
});

/** `http` is for tests, which have no time to wait. */
export const brazeSource = (http: Partial<HttpClientOptions> = {}) =>
  defineSource({
    name: 'braze',
    summary: 'Campaigns and their daily results from the Braze REST API.',
    config,
    connect: ({ config, signal }) => openBraze(config, signal, http),
    close: (client) => client.http.close(),
    check,
    streams: (kind) => ({
      campaigns: kind.fullRefresh({
        summary: 'One row per campaign, archived ones too.',
        primaryKey: ['id'],
        schema: Campaign,
        async *read(reading) {
          for await (const page of listed(reading, CAMPAIGNS)) yield page.map(campaignRow);
        },
      }),
      campaign_details: kind.fullRefresh({
        summary: 'One row per campaign: its state, schedule, variations and conversion events.',
        primaryKey: ['campaign_id'],
        schema: CampaignDetails,
        async *read(reading) {
          for await (const { object, body } of eachOf(reading, CAMPAIGNS, '/campaigns/details', byId)) {
            remember(reading, CAMPAIGNS, object.id, body);
            yield [detailsRow(object.id, body)];
          }
        },
      }),
      campaign_data_series: kind.incremental({
        summary: 'One row per campaign, day, channel and variation.',
        primaryKey: ['campaign_id', 'time', 'channel', 'variation_id'],
        schema: CampaignDay,
        cursor: {
          field: 'time',
          start: ({ start_date }) => start_date,
          window: WINDOW,
          lookback: LOOKBACK,
          timeZone: ({ time_zone }) => time_zone,
        },
        async *read(reading) {
          const { slice, config } = reading;
          const { inactive_after_days: inactiveAfterDays } = config;
          const query = spanQuery(slice, config.time_zone);
          const series = eachOf(
            reading,
            CAMPAIGNS,
            '/campaigns/data_series',
            (object) => ({ ...byId(object), ...query }),
            { span: { from: slice.from, to: slice.to, inactiveAfterDays } },
          );
          for await (const { object, body, life } of series)
            yield rowsOf(object.id, body, slice.from, slice.to).filter(
              (row) => hasCounts(row) || !isQuietDay(row.time, life, inactiveAfterDays),
            );
        },
      }),
    }),
  });

const byId = ({ id }: { readonly id: string }) => ({ campaign_id: id });

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
    ['/campaigns/details', byId(first)],
    ['/campaigns/data_series', { ...byId(first), length: 1 }],
  ] as const)
    if ((await askAbout(client, path, query)).status === 403)
      throw new ConnectorError('auth', `Braze refuses ${path} with 403`, { hint: grantHint(path) });
}

export const braze = brazeSource();
