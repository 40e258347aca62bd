import { defineSource, decimal, text } from 'tributary/sdk';
import { httpClient, pageNumber, type HttpClient } from 'tributary/sdk/http';
import { z } from 'zod';

const Campaign = z.object({ id: z.string(), name: z.string() });
const Day = z.object({ campaign_id: z.string(), day: text('date'), sent: z.int(), opened: z.int() });
const Click = z.object({ at: text('timestamptz'), campaign_id: z.string(), target: z.string() });
const Asset = z.object({ campaign_id: z.string(), day: text('date'), cost: decimal() });

const pages = <T>(client: HttpClient, path: string, query: Record<string, string> = {}) =>
  client.pages<T>(path, { query, paginate: pageNumber({ first: 0 }), items: 'items' });

/** A plugin as a third party writes it: every way of reading that an API has. */
export const eventApi = defineSource({
  name: 'event_api',
  summary: 'Campaigns, their days, clicks and assets from the API of the fault tests.',
  config: z.strictObject({ endpoint: z.url(), start_date: z.iso.date() }),
  connect: ({ config, signal }) => httpClient({ baseUrl: config.endpoint, signal }),
  check: (client) => client.get('/campaigns', { page: 0 }),
  close: (client) => client.close(),
  streams: (kind) => ({
    campaigns: kind.fullRefresh({
      summary: 'One row per campaign.',
      primaryKey: ['id'],
      schema: Campaign,
      read: ({ client }) => pages<z.input<typeof Campaign>>(client, '/campaigns'),
    }),
    daily: kind.incremental({
      summary: 'One row per campaign and day; the last days still change.',
      primaryKey: ['campaign_id', 'day'],
      schema: Day,
      cursor: { field: 'day', start: (config) => config.start_date, window: '7d', lookback: '3d' },
      read: ({ client, slice }) => pages<z.input<typeof Day>>(client, '/daily', { from: slice.from, to: slice.to }),
    }),
    clicks: kind.incremental({
      summary: 'One row per click, without a key.',
      primaryKey: [],
      schema: Click,
      cursor: { field: 'at', start: (config) => `${config.start_date}T00:00:00.000Z`, window: '5d' },
      read: ({ client, slice }) => pages<z.input<typeof Click>>(client, '/clicks', { from: slice.from, to: slice.to }),
    }),
    assets: kind.fullRefresh({
      summary: 'What was made for a campaign, and its cost; without a key.',
      primaryKey: [],
      schema: Asset,
      read: ({ client }) => pages<z.input<typeof Asset>>(client, '/assets'),
    }),
  }),
});
