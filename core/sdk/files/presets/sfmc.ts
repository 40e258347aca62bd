import type { FileSpec } from '../file-spec.js';
import type { Columns, Preset, PresetStream } from './preset.js';

/**
 * Marketing Cloud Engagement: tracking extracts (one zip, a file a kind) and results of queries over data views, in the columns of
 * the streams that the connector `sfmc` reads by the API. Extracts call a column one way, data views another.
 */
const whole = (in_file: string | string[], missing?: number) =>
  ({ type: 'integer', in_file, ...(missing === undefined ? {} : { missing }) }) as const;
const text = (in_file: string | string[]) => ({ type: 'string', in_file }) as const;
const instant = (in_file: string | string[]) => ({ type: 'timestamptz', in_file }) as const;
const flag = (in_file: string | string[]) => ({ type: 'boolean', in_file }) as const;

const ACCOUNT: Columns = { account_id: { ...whole(['ClientID', 'AccountID', 'MID']), nullable: false } };
const MEMBER = { type: 'string', in_file: 'SubscriberKey', missing: '', personal: true } as const;
const EVENT: Columns = {
  ...ACCOUNT,
  send_id: whole(['SendID', 'JobID'], 0),
  subscriber_key: MEMBER,
  event_date: { ...instant('EventDate'), nullable: false },
  batch_id: whole('BatchID', 0),
  triggered_send_id: text(['TriggererSendDefinitionObjectID', 'TriggeredSendDefinitionObjectID']),
};
const NUMBER: Columns = { subscriber_id: { ...whole('SubscriberID'), personal: true } };
const LIST: Columns = { list_id: whole('ListID', 0) };
const OCCURRENCE: Columns = { occurrence: { type: 'integer', number_unless: 'subscriber_key' } };

const event = (entries: string, summary: string, more: Columns, moreKeys: readonly string[] = []): PresetStream => ({
  summary,
  entries,
  primary_key: ['account_id', 'send_id', 'event_date', 'subscriber_key', 'batch_id', ...moreKeys, 'occurrence'],
  columns: { ...EVENT, ...more, ...OCCURRENCE },
});

const SENT = event('**/Sent.csv', 'One row per message sent.', { ...LIST, ...NUMBER }, ['list_id']);
const OPENS = event('**/Opens.csv', 'One row per opening of a message, those of machines too.', {});
const URL: Columns = { url: { type: 'string', in_file: 'URL', clean: 'query' } };
const CLICKS = event(
  '**/Clicks.csv',
  'One row per click on a link of a message.',
  { url_id: whole('URLID', 0), ...URL },
  ['url_id'],
);
const BOUNCES = event('**/Bounces.csv', 'One row per message that came back.', {
  bounce_category: text('BounceCategory'),
  bounce_type: text(['BounceType', 'BounceSubcategory']),
  smtp_code: text('SMTPCode'),
  smtp_reason: { type: 'string', in_file: ['BounceReason', 'SMTPBounceReason'], clean: 'addresses' },
});
const UNSUBSCRIBES = event('**/Unsubs.csv', 'One row per unsubscription.', LIST, ['list_id']);

const SENDS: PresetStream = {
  summary: 'One row per send (job).',
  entries: '**/SendJobs.csv',
  primary_key: ['account_id', 'send_id'],
  columns: {
    ...ACCOUNT,
    send_id: whole(['SendID', 'JobID']),
    email_name: text('EmailName'),
    subject: text(['Subject', 'EmailSubject']),
    status: text('JobStatus'),
    send_date: instant('SchedTime'),
    sent_date: instant(['SentTime', 'DeliveredTime']),
  },
};
const SUBSCRIBERS: PresetStream = {
  summary: 'One row per subscriber, without the mail address.',
  entries: '**/Subscribers.csv',
  primary_key: ['account_id', 'subscriber_key'],
  columns: {
    ...ACCOUNT,
    subscriber_key: { type: 'string', in_file: 'SubscriberKey', personal: true },
    ...NUMBER,
    status: text('Status'),
    created_date: instant(['DateCreated', 'DateJoined']),
    unsubscribed_date: instant('DateUnsubscribed'),
  },
};
const OWNER: Columns = { subscriberkey: { type: 'string', in_file: 'SubscriberKey', personal: true } };
const SMS: PresetStream = {
  summary: 'One row per text message of MobileConnect, without number and text.',
  primary_key: ['account_id', 'mobilemessagetrackingid'],
  columns: {
    ...ACCOUNT,
    mobilemessagetrackingid: whole('MobileMessageTrackingID'),
    messageid: text('MessageID'),
    ...OWNER,
    actiondatetime: instant('ActionDateTime'),
    sent: flag('Sent'),
    delivered: flag('Delivered'),
    optout: flag('OptOut'),
    istest: flag('IsTest'),
  },
};
const PUSHES: PresetStream = {
  summary: 'One row per push message of MobilePush.',
  primary_key: ['account_id', 'pushid'],
  columns: {
    ...ACCOUNT,
    pushid: whole(['PushID', 'PushJobId']),
    messagename: text('MessageName'),
    ...OWNER,
    senddatetime: instant('SendDateTime'),
    status: text('Status'),
    opendatetime: instant('OpenDateTime'),
  },
};

/** The server's clock: UTC−6 all the year, without daylight saving. The sign in the zone's name is turned round. */
const defaults: Partial<FileSpec> = {
  time_zone: 'Etc/GMT+6',
  true_texts: ['true', '1', 'yes'],
  false_texts: ['false', '0', 'no'],
};
const shared = { format: 'csv', defaults, timestampFormat: 'M/D/YYYY h:mm:ss A' } as const;

export const sfmcTrackingExtract: Preset = {
  ...shared,
  streams: {
    sends: SENDS,
    sent_events: SENT,
    open_events: OPENS,
    click_events: CLICKS,
    bounce_events: BOUNCES,
    unsubscribe_events: UNSUBSCRIBES,
    subscribers: SUBSCRIBERS,
  },
};

const alone = ({ entries: _entries, ...rest }: PresetStream): PresetStream => rest;
const clicks = alone(CLICKS);

export const sfmcDataView: Preset = {
  ...shared,
  isOneStream: true,
  streams: {
    sends: alone(SENDS),
    sent_events: alone(SENT),
    open_events: alone(OPENS),
    // The view has no number of the link: its address tells two clicks of one second apart.
    click_events: {
      ...clicks,
      primary_key: clicks.primary_key.toSpliced(-1, 0, 'url'),
      columns: { ...clicks.columns, url: { type: 'string', in_file: 'URL', clean: 'query', missing: '' } },
    },
    bounce_events: alone(BOUNCES),
    unsubscribe_events: alone(UNSUBSCRIBES),
    subscribers: alone(SUBSCRIBERS),
    sms_messages: SMS,
    push_messages: PUSHES,
  },
};
