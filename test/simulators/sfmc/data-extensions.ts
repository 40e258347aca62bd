import { serverTime } from './server-time.js';
import { MIDS, type SfmcWorld } from './world.js';

export interface DataExtension {
  readonly account: number;
  readonly key: string;
  readonly name: string;
  /** The field by which messages find the subscriber. */
  readonly sendableField?: string;
  /** Type by field; `!` marks the primary key. */
  readonly fields: Readonly<Record<string, string>>;
  /** Rows with the fields as people named them, all values text, empty where there is none. */
  rows(world: SfmcWorld, now: number): Readonly<Record<string, string>>[];
}

const asText = (is: boolean) => (is ? 'True' : 'False');

export const dataExtensions: readonly DataExtension[] = [
  {
    account: MIDS[0],
    key: 'Care_Members',
    name: 'Members',
    sendableField: 'SubscriberKey',
    fields: {
      SubscriberKey: 'Text!',
      Region: 'Text',
      Segment: 'Text',
      EmailAddress: 'EmailAddress',
      IsEnrolled: 'Boolean',
    },
    // Deleted members leave it too; the list of the report would lose their region.
    rows: (world) =>
      world.members.map(({ key, region, segment, email }, index) => ({
        SubscriberKey: key,
        Region: region,
        Segment: segment,
        EmailAddress: email,
        IsEnrolled: index % 3 === 0 ? 'True' : index % 3 === 1 ? 'False' : '',
      })),
  },
  {
    // The target of a query over _SMSMessageTracking, which no API gives.
    account: MIDS[0],
    key: 'sms_tracking',
    name: 'SMS tracking',
    fields: {
      MobileMessageTrackingID: 'Number!',
      MessageID: 'Text',
      SubscriberKey: 'Text',
      Mobile: 'Phone',
      ActionDateTime: 'Date',
      Sent: 'Boolean',
      Delivered: 'Boolean',
      OptOut: 'Boolean',
      IsTest: 'Boolean',
    },
    rows: (world, now) =>
      world.sms
        .filter(({ at }) => at <= now)
        .map(({ id, message, member, at, isStop, isDelivered, isTest }) => ({
          MobileMessageTrackingID: String(id),
          MessageID: message,
          SubscriberKey: member.key,
          Mobile: '15555550100',
          ActionDateTime: serverTime(at).us,
          Sent: asText(!isStop),
          Delivered: asText(isDelivered),
          OptOut: asText(isStop),
          IsTest: asText(isTest),
        })),
  },
  {
    // What an import makes of the extract of MobilePush; a message opened later is the same row with a date more.
    account: MIDS[0],
    key: 'push_tracking',
    name: 'Push tracking',
    fields: {
      PushID: 'Number!',
      MessageName: 'Text',
      SubscriberKey: 'Text',
      SendDateTime: 'Date',
      Status: 'Text',
      OpenDateTime: 'Date',
    },
    rows: (world, now) =>
      world.pushes
        .filter(({ at }) => at <= now)
        .map(({ id, message, member, at, isDelivered, openedAt }) => ({
          PushID: String(id),
          MessageName: message,
          SubscriberKey: member.key,
          SendDateTime: serverTime(at).us,
          Status: isDelivered ? 'Success' : 'Fail',
          OpenDateTime: openedAt === null || openedAt > now ? '' : serverTime(openedAt).us,
        })),
  },
  {
    account: MIDS[0],
    key: 'Answers',
    name: 'What members did after an email',
    fields: {
      AnswerID: 'Number!',
      AnswerType: 'Text',
      SubscriberKey: 'Text',
      JobID: 'Number',
      AnsweredAt: 'Date',
    },
    rows: (world, now) =>
      world.answers
        .filter(({ arrivedAt }) => arrivedAt <= now)
        .map(({ id, type, job, member, at }) => ({
          AnswerID: String(id),
          AnswerType: type,
          SubscriberKey: member.key,
          JobID: String(job.id),
          AnsweredAt: serverTime(at).us,
        })),
  },
  {
    account: MIDS[1],
    key: 'no key {1}',
    name: 'Answers of a form',
    fields: { Answer: 'Text', Score: 'Decimal' },
    rows: () => [
      { Answer: 'yes', Score: '1.50' },
      { Answer: 'yes', Score: '1.50' },
      { Answer: 'no', Score: '' },
    ],
  },
];
