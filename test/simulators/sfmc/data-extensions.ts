import { serverTime } from './server-time.js';
import { MIDS, type SfmcWorld } from './world.js';

export interface DataExtension {
  readonly account: number;
  readonly key: string;
  readonly name: string;
  /** Type by field; `!` marks the primary key. */
  readonly fields: Readonly<Record<string, string>>;
  /** Rows with the fields as people named them, all values text, empty where there is none. */
  rows(world: SfmcWorld, now: number): Readonly<Record<string, string>>[];
}

export const dataExtensions: readonly DataExtension[] = [
  {
    account: MIDS[0],
    key: 'Care Members {1}',
    name: 'Members',
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
      SubscriberKey: 'Text',
      Mobile: 'Phone',
      ActionDateTime: 'Date',
      Sent: 'Boolean',
      Delivered: 'Boolean',
      IsTest: 'Boolean',
    },
    rows: (world, now) =>
      world.sms
        .filter(({ at }) => at <= now)
        .map(({ id, member, at, isDelivered, isTest }) => ({
          MobileMessageTrackingID: String(id),
          SubscriberKey: member.key,
          Mobile: '15555550100',
          ActionDateTime: serverTime(at).us,
          Sent: 'True',
          Delivered: isDelivered ? 'True' : 'False',
          IsTest: isTest ? 'True' : 'False',
        })),
  },
  {
    account: MIDS[1],
    key: 'no_key',
    name: 'Answers of a form',
    fields: { Answer: 'Text', Score: 'Decimal' },
    rows: () => [
      { Answer: 'yes', Score: '1.50' },
      { Answer: 'yes', Score: '1.50' },
      { Answer: 'no', Score: '' },
    ],
  },
];
