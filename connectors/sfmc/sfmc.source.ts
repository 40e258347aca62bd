import { z } from 'zod';
import {
  ConnectorError,
  defineSource,
  isConnectorError,
  isTimeZone,
  optionError,
  secret,
  type StreamKinds,
  type StreamOf,
} from '#sdk';
import type { HttpClientOptions } from '#sdk/http';
import { endpointFault, openSfmc, type Sfmc } from './sfmc.accounts.js';
import { MESSAGE_DAY_KEY, readEvents, readMessageDays } from './sfmc.events.js';
import { accountColumn, EVENT_NAMES, EVENTS, OBJECTS, rowsOf, schemaOf, type SoapObjectType } from './sfmc.objects.js';
import { GUIDE } from './sfmc.guide.js';
import { LIST_PAGE_SIZE, LISTS, readList, type RestList } from './sfmc.rest.js';
import { dataExtension, describeRows, readRows } from './sfmc.rows.js';
import { between, retrieve, retrieveWhole } from './sfmc.soap.js';

/** A day of events is read at a time: what fails is read anew from its beginning. */
const WINDOW = '1d';
/** How late events show is not published; opens and clicks stand on their own day, however late they happen. */
const LOOKBACK = '7d';

const config = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .superRefine((endpoint, context) => {
      const fault = endpointFault(endpoint);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .describe('Authentication base URI of the installed package, e.g. https://mc0a1b2c3d.auth.marketingcloudapis.com'),
  client_id: z.string().min(1).describe('Client id of the installed package (server to server)'),
  client_secret: secret('Client secret of the installed package'),
  accounts: z
    .array(z.number().int().positive())
    .min(1)
    .describe('Business units (MID) that are read; the package must have access to each'),
  start_date: z.iso
    .date()
    .describe('First day to read when there is no bookmark yet; tracking is kept for a limited time'),
  time_zone: z
    .string()
    .refine(isTimeZone, 'is not an IANA time zone such as America/Chicago')
    .meta({ kind: 'time zone' })
    .describe('Time zone in which `message_days` cuts its days: that of the report'),
  subscribers: z.boolean().default(false).describe('Offers the stream `subscribers`, without mail addresses'),
  data_extensions: z
    .array(dataExtension)
    .default([])
    .describe('Data extensions whose rows are streams: members, results of queries, tracking of SMS and push'),
});

const PER_PAGE_OF_A_DAY = 'one per business unit, day and 2,500 events';

type Config = z.output<typeof config>;
type Client = Sfmc & { readonly rows: Config['data_extensions'] };
type Streams = Record<string, StreamOf<Config, Client>>;
type Kinds = StreamKinds<Config, Client>;

/** A data extension that is not there or may not be read says nothing of the others. */
const isOfOneStream = (error: unknown) =>
  isConnectorError(error) && (error.details.options !== undefined || error.details.fault === 'permission');

const occurrence = z.number().int().describe('0, or the number among the same events without a member');

const MessageDay = z.object({
  day: z.iso.date().describe('Day in `time_zone`'),
  account_id: accountColumn,
  send_id: z
    .union([z.number(), z.bigint(), z.string()])
    .meta({ field: 'integer' })
    .describe('Send (job); `sends.send_id`'),
  event: z
    .enum(EVENT_NAMES.map(([name]) => name) as [string, ...string[]])
    .describe('What happened to the message that day'),
  subscriber_key: z.string().meta({ description: 'Member; empty where the event has none', personal: true }),
  batch_id: z
    .union([z.number(), z.bigint(), z.string()])
    .meta({ field: 'integer' })
    .describe('Batch of the send; 0: none'),
  occurrence,
});

function eventStreams(kind: Kinds): Streams {
  return Object.fromEntries(
    Object.entries<SoapObjectType>(EVENTS).map(([name, object]) => [
      name,
      kind.incremental({
        summary: object.summary,
        permissions: [object.scope],
        calls: PER_PAGE_OF_A_DAY,
        primaryKey: object.key,
        schema: schemaOf(object, { occurrence }),
        cursor: { field: 'event_date', start: ({ start_date }) => start_date, window: WINDOW, lookback: LOOKBACK },
        read: (reading) => readEvents(reading, object, [new Date(reading.slice.from), new Date(reading.slice.to)]),
      }),
    ]),
  );
}

function objectStreams(kind: Kinds, { subscribers }: Config): Streams {
  const offered = Object.entries<SoapObjectType>(OBJECTS).filter(([name]) => name !== 'subscribers' || subscribers);
  return Object.fromEntries(
    offered.map(([name, object]) => [
      name,
      kind.fullRefresh({
        summary: object.summary,
        permissions: [object.scope],
        calls: 'one per business unit and 2,500 rows',
        primaryKey: object.key,
        schema: schemaOf(object),
        async *read(reading) {
          const { objectType, scope } = object;
          const properties = object.columns.map(({ property }) => property);
          for (const account of reading.client.accounts) {
            const rowOf = rowsOf(object, account.id);
            for await (const page of retrieveWhole(reading, account, { objectType, scope, properties }))
              yield page.map(rowOf);
          }
        },
      }),
    ]),
  );
}

function listStreams(kind: Kinds): Streams {
  return Object.fromEntries(
    Object.entries<RestList>(LISTS).map(([name, list]) => [
      name,
      kind.fullRefresh({
        summary: list.summary,
        permissions: [list.scope],
        calls: `one per business unit and ${LIST_PAGE_SIZE} rows`,
        primaryKey: list.key,
        schema: list.schema,
        read: (reading) => readList(reading, list),
      }),
    ]),
  );
}

/** `http` is for tests, which have no time to wait. */
export const sfmcSource = (http: Partial<HttpClientOptions> = {}) =>
  defineSource({
    name: 'sfmc',
    summary: 'Sends, events, journeys and data extensions from Salesforce Marketing Cloud Engagement.',
    guide: GUIDE,
    config,
    connect: ({ config, signal }): Client => ({ ...openSfmc(config, signal, http), rows: config.data_extensions }),
    // Each business unit has a token of its own; tracking is what nothing goes without, and what the file names must be there.
    async check(client) {
      const reading = { client, signal: new AbortController().signal, warn: () => undefined };
      const { objectType, scope } = EVENTS.sent_events;
      const now = new Date();
      const filter = between('EventDate', new Date(now.getTime() - 60_000), now);
      for (const account of client.accounts)
        await retrieve(reading, account, { objectType, scope, properties: ['SendID'], filter }).next();
      const faults: ConnectorError[] = [];
      for (const [index, config] of client.rows.entries())
        await describeRows(client, { config, index }, reading.signal).catch((error: unknown) => {
          if (!isConnectorError(error) || error.details.options === undefined) throw error;
          faults.push(error);
        });
      const [first] = faults;
      if (first !== undefined)
        throw optionError(
          faults.flatMap(({ details }) => details.options ?? []),
          first.details.hint === undefined ? {} : { hint: first.details.hint },
        );
    },
    configured: (config) => config.data_extensions.map(({ stream }) => ({ stream, isDeclared: false })),
    close: (client) => client.close(),
    async streams(kind, { config, client, isWanted, leaveOut }) {
      const streams: Streams = {
        message_days: kind.incremental({
          summary: 'One row per message, day and kind of event: what the report counts.',
          permissions: [EVENTS.sent_events.scope],
          calls: `${PER_PAGE_OF_A_DAY}, for each kind of event`,
          primaryKey: MESSAGE_DAY_KEY as (keyof z.output<typeof MessageDay>)[],
          schema: MessageDay,
          cursor: {
            field: 'day',
            start: ({ start_date }) => start_date,
            window: WINDOW,
            lookback: LOOKBACK,
            timeZone: ({ time_zone }) => time_zone,
          },
          read: (reading) =>
            readMessageDays(reading, reading.slice, reading.config.time_zone) as AsyncIterable<
              z.input<typeof MessageDay>[]
            >,
        }),
        ...eventStreams(kind),
        ...objectStreams(kind, config),
        ...listStreams(kind),
      };
      for (const [index, one] of config.data_extensions.entries()) {
        if (!isWanted(one.stream)) continue;
        const signal = new AbortController().signal;
        const rows = await describeRows(client, { config: one, index }, signal).catch((error: unknown) => {
          if (!isOfOneStream(error)) throw error;
          leaveOut(one.stream, error);
        });
        if (rows === undefined) continue;
        streams[one.stream] = kind.fullRefresh({
          summary: 'The rows of a data extension.',
          permissions: ['data_extensions_read'],
          calls: 'one per 2,500 rows',
          primaryKey: rows.key,
          schema: rows.schema,
          read: (reading) => readRows(reading, one, rows),
        });
      }
      return streams;
    },
  });

export const sfmc = sfmcSource();
