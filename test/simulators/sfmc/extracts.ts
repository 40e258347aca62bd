import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZipFile } from 'yazl';
import { serverTime } from './server-time.js';
import { DAY_MS, isSeen, subjectOf, type Event, type EventType, type SfmcWorld } from './world.js';

export interface ExtractOptions {
  /** The folder that stands for the server; the files go to `Export`. */
  readonly folder: string;
  readonly encoding?: 'utf-8' | 'utf-16' | 'windows-1252';
  readonly delimiter?: string;
  /** How far back a tracking extract reaches; what comes later than that is never told. */
  readonly daysBack?: number;
  /** Files that the tracking extract lacks, as if nobody had ticked them. */
  readonly without?: readonly string[];
}

type Row = Readonly<Record<string, string>>;
interface Sheet {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

const LIST = '77';
const KINDS: Readonly<Record<EventType, string>> = {
  SentEvent: 'Sent',
  OpenEvent: 'Opens',
  ClickEvent: 'Clicks',
  BounceEvent: 'Bounces',
  UnsubEvent: 'Unsubs',
};
const TYPES: Readonly<Record<EventType, string>> = {
  SentEvent: 'Sent',
  OpenEvent: 'Open',
  ClickEvent: 'Click',
  BounceEvent: 'HardBounce',
  UnsubEvent: 'Unsubscribe',
};
const EVENT =
  'ClientID SendID SubscriberKey EmailAddress SubscriberID ListID EventDate EventType BatchID TriggeredSendExternalKey';
const READER =
  'IsUnique IpAddress Country Region City Latitude Longitude MetroCode AreaCode Browser EmailClient OperatingSystem Device';
const COLUMNS: Readonly<Record<EventType, string>> = {
  SentEvent: `${EVENT} CampaignID`,
  OpenEvent: `${EVENT} ${READER}`,
  ClickEvent: `${EVENT} SendURLID URLID URL Alias ${READER} IsUniqueForURL`,
  BounceEvent: `${EVENT} BounceCategory BounceReason SMTPCode`,
  UnsubEvent: `${EVENT} UnsubReason`,
};

/** What files of all kinds say of an event; each has the columns of its kind. */
const eventRow = ({ type, job, member, at, batch, link }: Event): Row => ({
  ClientID: String(job.account),
  SendID: String(job.id),
  SubscriberKey: member?.key ?? '',
  EmailAddress: member?.email ?? '',
  SubscriberID: member === null ? '' : String(member.id),
  ListID: LIST,
  EventDate: serverTime(at).us,
  EventType: TYPES[type],
  BatchID: String(batch),
  TriggeredSendExternalKey: job.triggeredId === null ? '' : 'welcome, triggered',
  IsUnique: 'True',
  IpAddress: '203.0.113.7',
  City: 'Peoria, "IL"',
  Latitude: '40.69',
  // Of the link in this send; URLID is that of the API.
  SendURLID: String((job.id % 1000) * 100 + link),
  URLID: String(link),
  URL: `https://care.example.org/a1c/${link}?m=${member?.key}&utm=mail`,
  BounceCategory: 'Hard bounce',
  BounceReason: `5.1.1 <${member?.email}>: no such user & no "box"`,
  SMTPCode: '550',
  UnsubReason: 'Asked\r\nin a mail',
});

const JOBS =
  'ClientID SendID FromName FromEmail SchedTime SentTime Subject EmailName TriggeredSendExternalKey SendDefinitionExternalKey JobStatus PreviewURL IsMultiPart Additional';

/** The sheets of a tracking extract, as they stand at an instant: a sub-account's beside its parent's. */
function trackingSheets(world: SfmcWorld, now: number, from: number): Readonly<Record<string, Sheet>> {
  const sheets: Record<string, Sheet> = {
    'SendJobs.csv': {
      columns: JOBS.split(' '),
      rows: world.jobs
        .filter(({ sentAt }) => sentAt <= now)
        .map((job) => ({
          ClientID: String(job.account),
          SendID: String(job.id),
          FromName: 'Clínica Nuñez',
          FromEmail: 'care@clinic.example.org',
          SchedTime: serverTime(job.sentAt).us,
          SentTime: job.triggeredId === null ? serverTime(job.sentAt + 30_000).us : '',
          Subject: subjectOf(job),
          EmailName: job.name,
          JobStatus: 'Complete',
          PreviewURL: 'https://view.example.org/?qs=1',
          IsMultiPart: 'True',
        })),
    },
  };
  for (const [type, name] of Object.entries(KINDS) as [EventType, string][])
    sheets[`${name}.csv`] = {
      columns: COLUMNS[type].split(' '),
      rows: world.events
        .filter((event) => event.type === type && isSeen(event, now) && event.at >= from && event.at <= now)
        .map(eventRow),
    };
  return sheets;
}

const yes = (is: boolean) => (is ? 'True' : 'False');

/** Results of queries, as a data extension extract writes them: all rows each day. */
function otherSheets(world: SfmcWorld, now: number): Readonly<Record<string, Sheet>> {
  const sheet = (columns: string, rows: readonly Row[]): Sheet => ({ columns: columns.split(' '), rows });
  return {
    members: sheet(
      'SubscriberKey EmailAddress Region Segment',
      world.members.map(({ key, email, region, segment }) => ({
        SubscriberKey: key,
        EmailAddress: email,
        Region: region,
        Segment: segment,
      })),
    ),
    sms: sheet(
      'MID MobileMessageTrackingID Mobile MessageID SubscriberKey ActionDateTime Sent Delivered OptOut IsTest MessageText',
      world.sms
        .filter(({ at }) => at <= now)
        .map(({ id, message, member, at, isStop, isDelivered, isTest }) => ({
          MID: '510001',
          MobileMessageTrackingID: String(id),
          Mobile: '15555550100',
          MessageID: message,
          SubscriberKey: member.key,
          ActionDateTime: serverTime(at).us,
          Sent: isStop ? '0' : '1',
          Delivered: isDelivered ? '1' : '0',
          OptOut: isStop ? '1' : '0',
          IsTest: isTest ? '1' : '0',
          MessageText: 'Señora, your A1C | is due',
        })),
    ),
    push: sheet(
      'PushID MessageName SubscriberKey SendDateTime Status OpenDateTime DeviceID',
      world.pushes
        .filter(({ at }) => at <= now)
        .map(({ id, message, member, at, isDelivered, openedAt }) => ({
          PushID: String(id),
          MessageName: message,
          SubscriberKey: member.key,
          SendDateTime: serverTime(at).us,
          Status: isDelivered ? 'Success' : 'Fail',
          OpenDateTime: openedAt === null || openedAt > now ? '' : serverTime(openedAt).us,
          DeviceID: `device-${id}`,
        })),
    ),
    answers: sheet(
      'AnswerID AnswerType SubscriberKey JobID AnsweredAt IsNew',
      world.answers
        .filter(({ arrivedAt }) => arrivedAt <= now)
        .map(({ id, type, job, member, at }) => ({
          AnswerID: String(id),
          AnswerType: type,
          SubscriberKey: member.key,
          JobID: String(job.id),
          AnsweredAt: serverTime(at).us,
          IsNew: yes(true),
        })),
    ),
  };
}

/** Text qualified, with CRLF, as the activity writes it. */
function csv({ columns, rows }: Sheet, delimiter: string): string {
  const quoted = (value: string) => (value === '' ? '' : `"${value.replaceAll('"', '""')}"`);
  const lines = rows.map((row) => columns.map((name) => quoted(row[name] ?? '')).join(delimiter));
  return [columns.join(delimiter), ...lines, ''].join('\r\n');
}

function encoded(text: string, encoding: ExtractOptions['encoding'] = 'utf-8'): Buffer {
  if (encoding === 'utf-16') return Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]);
  if (encoding === 'windows-1252') return Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(text, 'utf8')]);
}

async function zipped(entries: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(content, name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The automation of a day: a tracking extract of the last days, and the data extensions that queries have filled. */
export async function runAutomation(
  world: SfmcWorld,
  now: number,
  { folder, encoding, delimiter = ',', daysBack = 8, without = [] }: ExtractOptions,
): Promise<void> {
  const place = join(folder, 'Export');
  await mkdir(place, { recursive: true });
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  const sheets = Object.entries(trackingSheets(world, now, now - daysBack * DAY_MS)).filter(
    ([name]) => !without.includes(name),
  );
  const entries = sheets.map(([name, sheet]) => [name, encoded(csv(sheet, delimiter), encoding)] as const);
  await writeFile(join(place, `tracking_${day}.zip`), await zipped(Object.fromEntries(entries)));
  for (const [name, sheet] of Object.entries(otherSheets(world, now)))
    await writeFile(join(place, `${name}_${day}.csv`), encoded(csv(sheet, delimiter), encoding));
}
