import { z } from 'zod';
import { defineSource, secret } from '#sdk';
import type { HttpClientOptions } from '#sdk/http';
import { ask, eachCampaign, listCampaigns, openBraze } from './braze.api.js';
import { endOfDay, isTimeZone } from './braze.days.js';
import { campaignRow, detailsRow } from './braze.details.js';
import { rowsOf } from './braze.metrics.js';
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
});

/** `http` is for tests, which have no time to wait. */
export const brazeSource = (http: Partial<HttpClientOptions> = {}) =>
  defineSource({
    name: 'braze',
    summary: 'Campaigns and their daily results from the Braze REST API.',
    config,
    connect: ({ config, signal }) => openBraze(config, signal, http),
    // Each permission is a right of its own, so each is tried.
    async check(client) {
      const { campaigns } = await ask(client, 'list', { page: 0, include_archived: true });
      const id = campaigns?.[0]?.id;
      if (id === undefined) return;
      await ask(client, 'details', { campaign_id: id });
      await ask(client, 'data_series', { campaign_id: id, length: 1 });
    },
    streams: (kind) => ({
      campaigns: kind.fullRefresh({
        summary: 'One row per campaign, archived ones too.',
        primaryKey: ['id'],
        schema: Campaign,
        async *read(reading) {
          for await (const page of listCampaigns(reading)) yield page.map(campaignRow);
        },
      }),
      campaign_details: kind.fullRefresh({
        summary: 'One row per campaign: its state, schedule, variations and conversion events.',
        primaryKey: ['campaign_id'],
        schema: CampaignDetails,
        async *read(reading) {
          for await (const { id, body } of eachCampaign(reading, 'details', (campaign_id) => ({ campaign_id })))
            yield [detailsRow(id, body)];
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
          // Whether the day of `ending_at` is one of the `length` days is not documented. So the day after the window is
          // asked for as well, which is right either way, and days beside the window are left out.
          const span = { length: slice.days + 1, ending_at: endOfDay(slice.to, config.time_zone) };
          for await (const { id, body } of eachCampaign(reading, 'data_series', (campaign_id) => ({
            campaign_id,
            ...span,
          })))
            yield rowsOf(id, body, slice.from, slice.to);
        },
      }),
    }),
  });

export const braze = brazeSource();
