import { z } from 'zod';
import { decimal, defineSource, text } from '#sdk';
import { httpClient, pageNumber } from '#sdk/http';

const Event = z.object({
  event_id: z.uuid(),
  member_id: z.string().nullable(),
  email: z.string().nullable(),
  campaign_id: z.string().nullable(),
  channel: z.string().nullable(),
  event_type: z.string().nullable(),
  occurred_at: text('timestamptz').nullable(),
  send_date: text('date').nullable(),
  attempt: z.int().nullable(),
  cost: decimal(18, 4).nullable(),
  score: z.number().nullable(),
  is_machine: z.boolean().nullable(),
  subject: z.string().nullable(),
  user_agent: z.string().nullable(),
});

/** The event export as an API that pages by number. */
export const pages = defineSource({
  name: 'bench_pages',
  summary: 'E-mail events by pages of 1,000.',
  config: z.object({ endpoint: z.url() }),
  connect: ({ config, signal }) => httpClient({ baseUrl: config.endpoint, signal }),
  check: (client) => client.get('/events', { page: 1 }),
  streams: (kind) => ({
    events: kind.fullRefresh({
      summary: 'One row per event.',
      primaryKey: ['event_id'],
      schema: Event,
      read: ({ client }) => client.pages<z.input<typeof Event>>('/events', { paginate: pageNumber(), items: 'events' }),
    }),
  }),
});
