import { defineSource, secret } from 'tributary/sdk';
import { bearer, cursorParam, httpClient, pageNumber } from 'tributary/sdk/http';
import { z } from 'zod';

const Clinic = z.object({ id: z.string(), name: z.string(), region: z.string().nullable() });

const Appointment = z.object({
  id: z.string(),
  clinic_id: z.string(),
  campaign_id: z.string().nullable(),
  member_id: z.string(),
  status: z.enum(['booked', 'kept', 'cancelled', 'missed']),
  booked_on: z.iso.date(),
  updated_at: z.iso.datetime(),
});

export const clinicEvents = defineSource({
  name: 'clinic_events',
  summary: 'Clinics and the appointments that members booked there, from the scheduling system.',
  config: z.strictObject({
    endpoint: z.url().describe('Address of the API, e.g. https://scheduling.example.org/v1'),
    api_key: secret('Key with the right to read clinics and appointments'),
    start_date: z.iso.date().describe('First day to read when there is no bookmark yet'),
  }),
  connect: ({ config, signal }) =>
    httpClient({
      baseUrl: config.endpoint,
      auth: bearer(config.api_key),
      rateLimit: { requests: 600, per: '1m' },
      signal,
    }),
  check: (client) => client.get('/clinics', { page: 1 }),
  close: (client) => client.close(),
  streams: (kind) => ({
    clinics: kind.fullRefresh({
      summary: 'One row per clinic.',
      primaryKey: ['id'],
      schema: Clinic,
      read: ({ client }) => client.pages('/clinics', { paginate: pageNumber(), items: 'clinics' }),
    }),
    appointments: kind.incremental({
      summary: 'One row per appointment, on the day it was booked.',
      primaryKey: ['id'],
      schema: Appointment,
      // One call spans 31 days at most. A booked appointment is kept or cancelled later, so six weeks are read again.
      cursor: { field: 'booked_on', start: (config) => config.start_date, window: '31d', lookback: '42d' },
      read: ({ client, slice }) =>
        client.pages('/appointments', {
          query: { from: slice.from, before: slice.to },
          paginate: cursorParam({ param: 'cursor', from: 'next_cursor' }),
          items: 'appointments',
        }),
    }),
  }),
});
