import { isSeen, subjectOf, type Event, type EventType, type SfmcWorld } from './world.js';
import { dataExtensions } from './data-extensions.js';
import { LIST } from './library.js';

/** A value of a property: dates are instants, and become what the server writes. */
export type Value = string | number | boolean | Date | null;
export type Row = Readonly<Record<string, Value>>;

export interface ObjectType {
  readonly scope: string;
  readonly properties: readonly string[];
  rows(world: SfmcWorld, account: number, now: number): Row[];
}

const EVENT_PROPERTIES = [
  'SendID',
  'SubscriberKey',
  'EventDate',
  'EventType',
  'TriggeredSendDefinitionObjectID',
  'BatchID',
];
const EVENT_TYPES: Readonly<Record<EventType, string>> = {
  SentEvent: 'Sent',
  OpenEvent: 'Open',
  ClickEvent: 'Click',
  BounceEvent: 'HardBounce',
  UnsubEvent: 'Unsubscribe',
};

/** What an object has beside what all events have. */
const MORE: Readonly<Record<EventType, (event: Event) => Row>> = {
  SentEvent: ({ member }) => ({ ListID: LIST, SubscriberID: member?.id ?? null }),
  OpenEvent: () => ({}),
  ClickEvent: ({ link, member }) => ({
    URLID: link,
    URL: `https://care.example.org/a1c/${link}?m=${member?.key}&utm=mail`,
  }),
  BounceEvent: ({ member }) => ({
    SMTPCode: '550',
    BounceCategory: 'Hard bounce',
    BounceType: 'User unknown',
    SMTPReason: `5.1.1 <${member?.email}>: no such user & no "box"`,
  }),
  UnsubEvent: () => ({ 'List.ID': LIST, IsMasterUnsubscribed: true }),
};
const MORE_PROPERTIES: Readonly<Record<EventType, readonly string[]>> = {
  SentEvent: ['ListID', 'SubscriberID'],
  OpenEvent: [],
  ClickEvent: ['URLID', 'URLIDLong', 'URL'],
  BounceEvent: ['SMTPCode', 'BounceCategory', 'SMTPReason', 'BounceType'],
  UnsubEvent: ['List.ID', 'IsMasterUnsubscribed'],
};

const eventType = (type: EventType): ObjectType => ({
  scope: 'tracking_events_read',
  properties: [...EVENT_PROPERTIES, ...MORE_PROPERTIES[type]],
  rows: (world, account, now) =>
    world.events
      .filter((event) => event.type === type && event.job.account === account && isSeen(event, now))
      .map((event) => ({
        SendID: event.job.id,
        SubscriberKey: event.member?.key ?? null,
        EventDate: new Date(event.at),
        EventType: EVENT_TYPES[type],
        TriggeredSendDefinitionObjectID: event.job.triggeredId,
        BatchID: event.batch,
        ...MORE[type](event),
      })),
});

const COUNTS: Readonly<Record<string, readonly [type: EventType, isUnique: boolean]>> = {
  NumberSent: ['SentEvent', false],
  UniqueOpens: ['OpenEvent', true],
  UniqueClicks: ['ClickEvent', true],
  Unsubscribes: ['UnsubEvent', true],
  HardBounces: ['BounceEvent', false],
};
const SEND_PROPERTIES =
  'ID SendDate SentDate CreatedDate ModifiedDate Status EmailName Email.ID Subject FromName FromAddress NumberSent NumberDelivered NumberTargeted NumberErrored NumberExcluded UniqueOpens UniqueClicks Unsubscribes HardBounces SoftBounces OtherBounces Duplicates InvalidAddresses MissingAddresses ExistingUndeliverables ExistingUnsubscribes ForwardedEmails IsMultipart IsAlwaysOn PreviewURL';

const sends: ObjectType = {
  scope: 'email_read',
  properties: SEND_PROPERTIES.split(' '),
  rows: (world, account, now) =>
    world.jobs
      .filter((job) => job.account === account && job.sentAt <= now)
      .map((job) => {
        const seen = world.events.filter((event) => event.job === job && isSeen(event, now));
        const counts = Object.entries(COUNTS).map(([name, [type, isUnique]]) => {
          const own = seen.filter((event) => event.type === type);
          return [name, isUnique ? new Set(own.map(({ member }) => member)).size : own.length] as const;
        });
        const sum = (type: EventType) => seen.filter((event) => event.type === type).length;
        const dates = { SendDate: new Date(job.sentAt), CreatedDate: new Date(job.sentAt - 3_600_000) };
        return {
          ID: job.id,
          'Email.ID': job.emailId,
          EmailName: job.name,
          Subject: subjectOf(job),
          Status: 'Complete',
          ...dates,
          SentDate: job.triggeredId === null ? new Date(job.sentAt + 30_000) : null,
          // It does not move when the counts do.
          ModifiedDate: dates.SendDate,
          ...Object.fromEntries(counts),
          NumberDelivered: sum('SentEvent') - sum('BounceEvent'),
          NumberTargeted: sum('SentEvent'),
          SoftBounces: 0,
          OtherBounces: 0,
          NumberErrored: 0,
          NumberExcluded: 0,
        };
      }),
};

const always = (scope: string, properties: string, rows: ObjectType['rows']): ObjectType => ({
  scope,
  properties: properties.split(' '),
  rows,
});
const made = { CreatedDate: new Date('2026-01-05T15:00:00Z'), ModifiedDate: new Date('2026-02-05T15:00:00Z') };

export const objectTypes: Readonly<Record<string, ObjectType>> = {
  SentEvent: eventType('SentEvent'),
  OpenEvent: eventType('OpenEvent'),
  ClickEvent: eventType('ClickEvent'),
  BounceEvent: eventType('BounceEvent'),
  UnsubEvent: eventType('UnsubEvent'),
  Send: sends,
  Email: always('email_read', 'ID Name Subject CustomerKey CategoryID CreatedDate ModifiedDate', (world, account) =>
    [...new Map(world.jobs.filter((job) => job.account === account).map((job) => [job.emailId, job])).values()].map(
      ({ emailId, name }) => ({
        ID: emailId,
        Name: name,
        Subject: `${name} & more`,
        CustomerKey: `e${emailId}`,
        CategoryID: 12_000 + (emailId % 4),
        ...made,
      }),
    ),
  ),
  List: always(
    'list_and_subscribers_read',
    'ID ListName CustomerKey CreatedDate ModifiedDate',
    ({ library }, account) =>
      library.lists
        .filter((list) => list.account === account)
        .map(({ id, name, key, createdAt, modifiedAt }) => ({
          ID: id,
          ListName: name,
          CustomerKey: key,
          CreatedDate: new Date(createdAt),
          ModifiedDate: new Date(modifiedAt),
        })),
  ),
  Subscriber: always(
    'list_and_subscribers_read',
    'ID SubscriberKey EmailAddress Status CreatedDate UnsubscribedDate EmailTypePreference',
    ({ members, events }, _, now) => {
      const left = new Map<string, number>();
      for (const event of events)
        if (event.type === 'UnsubEvent' && event.member !== null && isSeen(event, now))
          left.set(event.member.key, Math.min(event.at, left.get(event.member.key) ?? event.at));
      return members
        .filter(({ deletedAt }) => deletedAt > now)
        .map(({ id, key, email, joinedAt }) => ({
          ID: id,
          SubscriberKey: key,
          EmailAddress: email,
          Status: left.has(key) ? 'Unsubscribed' : 'Active',
          CreatedDate: new Date(joinedAt),
          UnsubscribedDate: left.has(key) ? new Date(left.get(key)!) : null,
        }));
    },
  ),
  DataExtension: always(
    'data_extensions_read',
    'ObjectID CustomerKey Name IsSendable SendableDataExtensionField.Name CreatedDate ModifiedDate',
    (_, account) =>
      dataExtensions
        .filter((one) => one.account === account)
        .map(({ key, name, sendableField = null }) => ({
          CustomerKey: key,
          Name: name,
          IsSendable: sendableField !== null,
          'SendableDataExtensionField.Name': sendableField,
          ...made,
        })),
  ),
  DataExtensionField: always(
    'data_extensions_read',
    'ObjectID Name FieldType IsPrimaryKey MaxLength DataExtension.CustomerKey',
    (_, account) =>
      dataExtensions
        .filter((one) => one.account === account)
        .flatMap(({ key, fields }) =>
          Object.entries(fields).map(([name, type]) => ({
            Name: name,
            FieldType: type.replace('!', ''),
            IsPrimaryKey: type.endsWith('!'),
            'DataExtension.CustomerKey': key,
          })),
        ),
  ),
};
