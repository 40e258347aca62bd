import { z } from 'zod';
import { isTimeZone, secret } from '#sdk';
import { usersExport } from './braze.users.js';

export const config = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !/^https?:\/\/(dashboard|sdk)[-.]/.test(url),
      'is the address of the dashboard or the SDK; the REST endpoint begins with rest.',
    )
    .describe('REST endpoint of your instance, e.g. https://rest.iad-05.braze.com'),
  api_key: secret('REST API key with the permissions of the streams that are read'),
  start_date: z.iso.date().describe('First day to read when there is no bookmark yet'),
  time_zone: z
    .string()
    .refine(isTimeZone, 'is not an IANA time zone such as America/Chicago')
    .meta({ kind: 'time zone' })
    .describe("Time zone of the company in the dashboard's settings, in which Braze cuts its days"),
  inactive_after_days: z
    .number()
    .int()
    .min(31)
    .max(3650)
    .default(90)
    .describe('Days after its last send (Canvas: entry) from which on a campaign is not asked for any more'),
  sends: z
    .array(
      z.strictObject({
        campaign_id: z.string().min(1).describe('Campaign of the send'),
        send_id: z.string().min(1).describe('Id that the sender gave'),
      }),
    )
    .default([])
    .describe('Sends of API campaigns that have a send id, for the stream `send_data_series`; Braze lists none'),
  apps: z
    .array(z.string().min(1))
    .default([])
    .describe('App identifiers, for KPIs and sessions by app; Braze lists none'),
  users: z
    .array(usersExport)
    .default([])
    .describe('Exports of users by segment, each a stream: protected health data. None is made that is not listed'),
  events_by_segment: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Custom events that are counted by segment too, by their names in `/events/list`: one that is not there is left out and told with the nearest name; each costs a call per tracked segment and window',
    ),
});

export type Config = z.output<typeof config>;
