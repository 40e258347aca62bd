import { z } from 'zod';
import { text } from '#sdk';
import { serverInstant } from './sfmc.time.js';
import type { SoapObject } from './sfmc.xml.js';

/** How a text of the API becomes a value, and which column it makes. What does not fit stays text, for the quarantine to say. */
const TYPES = {
  id: { schema: z.union([z.number(), z.bigint(), z.string()]).meta({ field: 'integer' }), value: wholeOf },
  text: { schema: z.string(), value: (value: string) => value },
  instant: { schema: text('timestamptz'), value: serverInstant },
  flag: { schema: z.boolean(), value: (value: string) => ({ true: true, false: false })[value.toLowerCase()] ?? value },
} as const;

type ColumnType = keyof typeof TYPES;

/** Ids have become 64 bits long. */
function wholeOf(value: string): number | bigint | string {
  if (!/^-?\d+$/.test(value)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}

export interface Column {
  readonly name: string;
  /** The property that is asked for, and the path in the answer. */
  readonly property: string;
  readonly type: ColumnType;
  readonly describe: string;
  /** Where the key needs a value and the object has none. */
  readonly missing?: string | number;
  /** Applied to the text. */
  readonly clean?: (value: string) => string;
  /** True: it tells who a person is. */
  readonly personal?: true;
}

type ColumnRest = Partial<Pick<Column, 'missing' | 'clean' | 'personal'>>;

const column = (name: string, property: string, type: ColumnType, describe: string, rest: ColumnRest = {}): Column => ({
  name,
  property,
  type,
  describe,
  ...rest,
});

/** The texts of servers quote the address that they refuse. */
const withoutAddresses = (value: string): string => value.replaceAll(/[^\s<>"'(),;:]+@[^\s<>"'(),;]+/g, '***');
/** Queries and fragments may hold tokens that stand for a member. */
const withoutQuery = (value: string): string => value.replace(/[?#].*$/s, '');

const EVENT: readonly Column[] = [
  column('send_id', 'SendID', 'id', 'Send (job); `sends.send_id`', { missing: 0 }),
  column('subscriber_key', 'SubscriberKey', 'text', 'Member; empty where the event has none', {
    missing: '',
    personal: true,
  }),
  column('event_date', 'EventDate', 'instant', 'When it happened'),
  column('batch_id', 'BatchID', 'id', 'Batch of the send; 0: none', { missing: 0 }),
  column('triggered_send_id', 'TriggeredSendDefinitionObjectID', 'text', 'Triggered or journey send, if it was one'),
];

export interface SoapObjectType {
  readonly objectType: string;
  /** What the package must be allowed to read. */
  readonly scope: string;
  readonly summary: string;
  readonly key: readonly string[];
  readonly columns: readonly Column[];
}

const event = (objectType: string, summary: string, more: readonly Column[], moreKeys: readonly string[] = []) => ({
  objectType,
  scope: 'tracking_events_read',
  summary,
  key: ['account_id', 'send_id', 'event_date', 'subscriber_key', 'batch_id', ...moreKeys, 'occurrence'],
  columns: [...EVENT, ...more],
});

const LIST = 'List that the message was sent to; 0: none';

/**
 * Tracking events. They have no id: their key is all that tells them apart, and `occurrence` counts events without a member,
 * which are the same in everything else. Properties that SOAP documents for one object only are asked of that one only.
 */
export const EVENTS = {
  sent_events: event(
    'SentEvent',
    'One row per message sent.',
    [
      column('list_id', 'ListID', 'id', LIST, { missing: 0 }),
      column('subscriber_id', 'SubscriberID', 'id', 'Number of the member', { personal: true }),
    ],
    ['list_id'],
  ),
  open_events: event('OpenEvent', 'One row per opening of a message, those of machines too.', []),
  click_events: event(
    'ClickEvent',
    'One row per click on a link of a message.',
    [
      column('url_id', 'URLID', 'id', 'Link; 0: none', { missing: 0 }),
      column('url', 'URL', 'text', 'Address of the link without its query, which may stand for a member', {
        clean: withoutQuery,
      }),
    ],
    ['url_id'],
  ),
  bounce_events: event('BounceEvent', 'One row per message that came back.', [
    column('bounce_category', 'BounceCategory', 'text', 'Such as hard, soft or block'),
    column('bounce_type', 'BounceType', 'text', 'Narrower than the category'),
    column('smtp_code', 'SMTPCode', 'text', 'Code that the receiving server gave'),
    column('smtp_reason', 'SMTPReason', 'text', 'Its reason, without mail addresses', { clean: withoutAddresses }),
  ]),
  unsubscribe_events: event(
    'UnsubEvent',
    'One row per unsubscription.',
    [
      column('list_id', 'List.ID', 'id', 'List that was left; 0: none', { missing: 0 }),
      column('is_master_unsubscribed', 'IsMasterUnsubscribed', 'flag', 'True: from everything, not from one list'),
    ],
    ['list_id'],
  ),
} satisfies Record<string, SoapObjectType>;

/** What `event` says in `message_days`. */
export const EVENT_NAMES: readonly (readonly [name: string, stream: keyof typeof EVENTS])[] = [
  ['sent', 'sent_events'],
  ['opened', 'open_events'],
  ['clicked', 'click_events'],
  ['bounced', 'bounce_events'],
  ['unsubscribed', 'unsubscribe_events'],
];

const count = (property: string, describe: string) =>
  column(property.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase(), property, 'id', describe);

/** Objects that are read whole. */
export const OBJECTS = {
  sends: {
    objectType: 'Send',
    scope: 'email_read',
    summary: 'One row per send (job), with its counts to date, which keep growing.',
    key: ['account_id', 'send_id'],
    columns: [
      column('send_id', 'ID', 'id', 'Number of the send; data views and extracts call it JobID'),
      column('email_id', 'Email.ID', 'id', 'Email that was sent; `emails.email_id`'),
      column('email_name', 'EmailName', 'text', 'Its name'),
      column('subject', 'Subject', 'text', 'Subject line, before personalisation'),
      column('status', 'Status', 'text', 'Such as Complete or Sending'),
      column('send_date', 'SendDate', 'instant', 'When it was to begin; of a triggered send when it was started'),
      column('sent_date', 'SentDate', 'instant', 'When it ended'),
      column('created_date', 'CreatedDate', 'instant', 'When it was made'),
      column('modified_date', 'ModifiedDate', 'instant', 'When it was changed; growing counts may not move it'),
      count('NumberSent', 'Messages sent, to date'),
      count('NumberDelivered', 'Messages delivered, to date'),
      count('NumberTargeted', 'Members chosen'),
      count('NumberErrored', 'Messages that failed'),
      count('NumberExcluded', 'Members left out'),
      count('UniqueOpens', 'Messages opened at least once, to date'),
      count('UniqueClicks', 'Messages clicked at least once, to date'),
      count('Unsubscribes', 'Members who unsubscribed, to date'),
      count('HardBounces', 'Messages that came back for good, to date'),
      count('SoftBounces', 'Messages that came back for now, to date'),
      count('OtherBounces', 'Messages that came back otherwise, to date'),
    ],
  },
  emails: {
    objectType: 'Email',
    scope: 'email_read',
    summary: 'One row per email, without its text.',
    key: ['account_id', 'email_id'],
    columns: [
      column('email_id', 'ID', 'id', 'Number of the email'),
      column('name', 'Name', 'text', 'Its name'),
      column('subject', 'Subject', 'text', 'Subject line, before personalisation'),
      column('customer_key', 'CustomerKey', 'text', 'External key'),
      column('category_id', 'CategoryID', 'id', 'Folder'),
      column('created_date', 'CreatedDate', 'instant', 'When it was made'),
      column('modified_date', 'ModifiedDate', 'instant', 'When it was changed'),
    ],
  },
  lists: {
    objectType: 'List',
    scope: 'list_and_subscribers_read',
    summary: 'One row per list of subscribers.',
    key: ['account_id', 'list_id'],
    columns: [
      column('list_id', 'ID', 'id', 'Number of the list'),
      column('name', 'ListName', 'text', 'Its name'),
      column('customer_key', 'CustomerKey', 'text', 'External key'),
      column('created_date', 'CreatedDate', 'instant', 'When it was made'),
      column('modified_date', 'ModifiedDate', 'instant', 'When it was changed'),
    ],
  },
  subscribers: {
    objectType: 'Subscriber',
    scope: 'list_and_subscribers_read',
    summary: 'One row per subscriber, without the mail address; read only with `subscribers: true`.',
    key: ['account_id', 'subscriber_key'],
    columns: [
      column('subscriber_key', 'SubscriberKey', 'text', 'Member', { personal: true }),
      column('subscriber_id', 'ID', 'id', 'Number of the member', { personal: true }),
      column('status', 'Status', 'text', 'Active, Bounced, Held, Unsubscribed or Deleted'),
      column('created_date', 'CreatedDate', 'instant', 'When the member was added'),
      column('unsubscribed_date', 'UnsubscribedDate', 'instant', 'When the member left everything'),
    ],
  },
  data_extensions: {
    objectType: 'DataExtension',
    scope: 'data_extensions_read',
    summary: 'One row per data extension: its name and key, not its rows.',
    key: ['account_id', 'customer_key'],
    columns: [
      column('customer_key', 'CustomerKey', 'text', 'External key, by which its rows are read'),
      column('name', 'Name', 'text', 'Its name'),
      column('is_sendable', 'IsSendable', 'flag', 'Whether messages may be sent to it'),
      column('created_date', 'CreatedDate', 'instant', 'When it was made'),
      column('modified_date', 'ModifiedDate', 'instant', 'When it was changed'),
    ],
  },
} satisfies Record<string, SoapObjectType>;

export const accountColumn = z.number().int().describe('Business unit (MID)');

/** The columns of an object as a schema; those of its key are never null. */
export function schemaOf({ columns, key }: SoapObjectType, more: z.core.$ZodLooseShape = {}): z.ZodObject<any> {
  const shape = Object.fromEntries(
    columns.map(({ name, type, describe, missing, personal }) => {
      const schema: z.ZodType = TYPES[type].schema.meta({ description: describe, personal });
      return [name, key.includes(name) || missing !== undefined ? schema : schema.nullable()];
    }),
  );
  return z.object({ account_id: accountColumn, ...shape, ...more });
}

/** Makes rows of one object's answers. */
export function rowsOf({ columns }: SoapObjectType, account: number): (object: SoapObject) => Record<string, unknown> {
  return (object) => {
    const row: Record<string, unknown> = { account_id: account };
    for (const { name, property, type, missing = null, clean } of columns) {
      const value = object[property] ?? null;
      row[name] = value === null ? missing : TYPES[type].value(clean === undefined ? value : clean(value));
    }
    return row;
  };
}
