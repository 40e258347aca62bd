import { InvalidArgumentError, type Command } from 'commander';
import { ConnectorError } from '../../sdk/index.js';
import { does } from './verb.js';

/** The verbs by which a month leaves the house. */
export function sharingVerbs(group: Command, monthOf: (text: string) => string): void {
  mailVerb(group, monthOf);
  linkVerb(group, monthOf);
}

interface MailOptions {
  readonly month: string;
  readonly release?: number;
  readonly to?: readonly string[];
  readonly dryRun?: boolean;
}

function mailVerb(group: Command, monthOf: (text: string) => string): void {
  const mail = group
    .command('mail')
    .description('mail a release of a month, with its charts, to those whom the configuration names')
    .requiredOption('--month <month>', 'YYYY-MM', monthOf)
    .option('--release <version>', 'absent: the newest', versionOf)
    .option('--to <address...>', 'these instead')
    .option('--dry-run', 'only say what would be sent');
  does<MailOptions>(mail, async ({ installation, output, signal }, _args, { month, release, to, dryRun }) => {
    const open = await installation();
    const [{ releases }, { mailRelease }] = await Promise.all([
      import('../monthly-report.js'),
      import('../report-mails.js'),
    ]);
    const version = release ?? (await releases(open, signal, month))[0]?.version;
    if (version === undefined)
      throw new ConnectorError('config', `${month} was never released, and only releases are mailed.`, {
        hint: `tributary report publish --month ${month}`,
      });
    const recipients = to ?? open.configuration.settings.report?.mail?.to ?? [];
    const told = { month, version, to: recipients };
    if (dryRun === true) {
      output.data(
        'tributary.report_mail/1',
        { ...told, answer: null },
        () => `${month}, version ${version}: ${recipients.join(', ')}`,
      );
      return;
    }
    const answer = await mailRelease(open, told, signal);
    output.data('tributary.report_mail/1', { ...told, answer }, () => `${month}, version ${version}: ${answer}`);
  });
}

interface LinkOptions {
  readonly month: string;
  readonly release?: number;
  readonly filter?: readonly (readonly [string, string])[];
  readonly expires: string;
}

function linkVerb(group: Command, monthOf: (text: string) => string): void {
  const link = group
    .command('link')
    .description('make a link under which others see a month, or a part of it, without a login')
    .requiredOption('--month <month>', 'YYYY-MM', monthOf)
    .option('--release <version>', 'always this one; absent: what is shown of the month', versionOf)
    .option(
      '--filter <name=value>',
      'only this campaign_id (with source), region, segment or channel; may be repeated',
      (text: string, before: readonly (readonly [string, string])[] = []) => [...before, pairOf(text)],
    )
    .option('--expires <duration>', 'when it ends', '30d');
  does<LinkOptions>(link, async ({ installation, output, signal }, _args, { month, release, filter = [], expires }) => {
    const open = await installation();
    const { makeLink } = await import('../shared-views.js');
    const { view, path } = await makeLink(
      open,
      { month, release, filter: Object.fromEntries(filter), expires },
      signal,
    );
    const { public_url } = open.configuration.settings.access ?? {};
    const url = `${(public_url ?? '').replace(/\/+$/, '')}${path}`;
    const { id, expiresAt } = view;
    output.data(
      'tributary.report_link/1',
      { id, month, release: release ?? null, filter: view.filter, expires_at: expiresAt, url },
      () => url,
    );
  });
}

function pairOf(text: string): readonly [string, string] {
  const [, name, value] = /^(source|campaign_id|channel|region|segment)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError(
      'It must be like region=West, with source, campaign_id, channel, region or segment.',
    );
  return [name, value];
}

export function versionOf(text: string): number {
  const version = Number(text);
  if (!Number.isInteger(version) || version < 1) throw new InvalidArgumentError('It must be a version: 1 or more.');
  return version;
}
