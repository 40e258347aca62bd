import { renderMail, type Release } from '../../report/index.js';
import { domainOf, sendMail, type Mail, type ReleaseMail } from '../alerting/index.js';
import { ConnectorError, toConnectorError } from '../sdk/index.js';
import type { MailSettings } from '../settings/index.js';
import type { Installation } from './installation.js';
import { loadMonth, releases } from './monthly-report.js';
import { scrubError } from './scrubber.js';

export interface MailNow {
  readonly month: string;
  readonly version: number;
  /** Absent: those of the configuration. */
  readonly to?: readonly string[];
}

/** Mails a release, and gives what the server answered. Small counts are hidden in it, whoever asks. */
export async function mailRelease(
  installation: Installation,
  { month, version, to }: MailNow,
  signal: AbortSignal,
): Promise<string> {
  const mail = mailSettings(installation);
  const section = await loadMonth(installation, { month, release: version, signal });
  const link = mail.link === undefined ? undefined : `${mail.link.replace(/\/+$/, '')}/performance/${month}`;
  const { pictures, ...body } = await renderMail(section, link);
  const { scrub, settings } = installation.configuration;
  const content: Mail = {
    ...body,
    // A repetition has the same, by which mail programs drop what they have.
    messageId: `<report-${slug(settings.project.name)}-${month}-v${version}@${domainOf(mail.smtp.from)}>`,
    attachments: pictures.map(({ id, name, content: picture }) => ({
      cid: id,
      filename: name,
      content: picture,
      contentType: 'image/png',
      contentDisposition: 'inline',
    })),
  };
  try {
    return scrub(await sendMail(mail.smtp, to ?? mail.to, content, signal));
  } catch (error) {
    throw scrubError(error, scrub);
  }
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

function mailSettings({ configuration }: Installation): MailSettings {
  const { mail } = configuration.settings.report ?? {};
  if (mail !== undefined) return mail;
  throw new ConnectorError('config', 'The configuration says nobody to mail the report to.', {
    hint: 'Give `report.mail` with `to` and `smtp`; see docs/guides/share-the-report.md.',
  });
}

/** How far a month is from being mailed. */
interface Standing {
  readonly today: string;
  /** Absent: a month is mailed once it is final. */
  readonly day?: number | undefined;
  /** The newest version that was noted, by month. */
  readonly noted: Readonly<Record<string, number>>;
}

/**
 * The releases that are to be mailed by now: of the month that ended last its newest on the day, or its final one; and of a month
 * that was mailed before, each that is final or restated since. What is older was never promised to anybody.
 */
export function mailsDue(all: readonly Release[], { today, day, noted }: Standing): readonly Release[] {
  const newest = new Map(all.toReversed().map((release) => [release.month, release]));
  const last = monthBefore(today.slice(0, 7));
  return [...newest.values()].filter(({ month, version, state }) => {
    const known = noted[month];
    if (known !== undefined) return version > known && state !== 'preliminary';
    if (month !== last) return false;
    return day === undefined ? state !== 'preliminary' : Number(today.slice(8)) >= day;
  });
}

function monthBefore(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`;
}

const SEND_MS = 60_000;
/** Longer than any attempt takes. */
const LEASE_MS = 3 * SEND_MS;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** Notes the mails that are due and sends what is noted; may be repeated at any time, by several hosts at once. */
export async function mailDue(
  installation: Installation,
  { now, signal, note }: { readonly now: Date; readonly signal: AbortSignal; readonly note: (text: string) => void },
): Promise<void> {
  const { report, project } = installation.configuration.settings;
  if (report?.mail === undefined) return;
  const { mails } = await installation.store();
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: project.timezone, dateStyle: 'short' }).format(now);
  const standing = { today, day: report.mail.day, noted: await mails.newest() };
  for (const release of mailsDue(await releases(installation, signal), standing)) await mails.add(release);
  for (let mail = await mails.claim(LEASE_MS); mail !== undefined; mail = await mails.claim(LEASE_MS)) {
    const sent = await attempt(installation, mail, { signal, note });
    if (!sent) return;
  }
}

async function attempt(
  installation: Installation,
  mail: ReleaseMail,
  { signal, note }: { readonly signal: AbortSignal; readonly note: (text: string) => void },
): Promise<boolean> {
  const { mails } = await installation.store();
  const name = `${mail.month}, version ${mail.version}`;
  try {
    const answer = await mailRelease(installation, mail, AbortSignal.any([signal, AbortSignal.timeout(SEND_MS)]));
    await mails.sent(mail, answer);
    note(`the report of ${name} is mailed: ${answer}`);
    return true;
  } catch (error) {
    const failure = toConnectorError(error);
    const { kind, message } = failure;
    const isOver = Date.now() - Date.parse(mail.createdAt) > GIVE_UP_AFTER_MS;
    const mayRepeat = kind === 'transient' || kind === 'rate_limit' || signal.aborted;
    if (!mayRepeat || isOver) await mails.ended(mail, mayRepeat ? 'given_up' : 'refused', message);
    else await mails.again(mail, Math.min(FIRST_RETRY_MS * 2 ** (mail.attempts - 1), LONGEST_RETRY_MS), message);
    if (!signal.aborted) note(`the report of ${name} is not mailed: ${message}`);
    return false;
  }
}
