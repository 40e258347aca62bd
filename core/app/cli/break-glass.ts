import { InvalidArgumentError, type Command } from 'commander';
import { breakGlassForm } from '../../api/forms.js';
import { parseDuration } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import type { BreakGlass } from '../../security/index.js';
import { whoAmI } from '../account.js';
import { table } from './output.js';
import { does, type VerbContext } from './verb.js';

export function breakGlassVerb(program: Command): void {
  const group = program.command('break-glass').description('emergency access to what tells of single persons');

  const open = group
    .command('open')
    .description('gives a person or token the right for a limited time; others are told of it')
    .argument('<name>', 'as the audit log names who gets it')
    .requiredOption('--reason <text>', 'why, for those who review it; name no member', reasonText)
    .requiredOption('--for <duration>', 'like 30m, at most `access.break_glass.longest`', minutes);
  does<{ reason: string; for: number }>(open, async (context, [name], { reason, for: forMs }) => {
    const access = await emergency(context);
    const { longestMs } = access;
    if (longestMs === undefined)
      throw new ConnectorError('config', 'There is no emergency access here.', {
        hint: 'Configure `access.break_glass` and a rule that tells of it (docs/security.md).',
      });
    if (forMs > longestMs)
      throw new ConnectorError('config', `Emergency access is for ${longestMs / 60_000} minutes at most.`, {
        hint: 'Ask for less, or change `access.break_glass.longest`.',
      });
    const opened = await access.open({ actor: name as string, reason, forMs });
    context.output.data('tributary.break_glass/1', breakGlassForm(opened), () => `open until ${opened.expiresAt}`);
  });

  const list = group.command('list').description('who took it, the latest first');
  does(list, async (context) => told(context, await (await emergency(context)).list()));

  const review = group
    .command('review')
    .description('says that you have looked at one that is over; its alert ends')
    .argument('<id>', 'as `list` shows it');
  does(review, async (context, [id]) => {
    const reviewed = await (await emergency(context)).review(id as string, whoAmI());
    if (reviewed === undefined)
      throw new ConnectorError('config', `There is no emergency access "${id}".`, {
        hint: '`break-glass list` has them.',
      });
    if ('refused' in reviewed) throw new ConnectorError('config', reviewed.refused);
    context.output.data(
      'tributary.break_glass/1',
      breakGlassForm(reviewed),
      () => `reviewed by ${reviewed.reviewedBy}`,
    );
  });

  const end = group.command('end').description('ends what is open of one').argument('<name>');
  does(end, async (context, [name]) => told(context, await (await emergency(context)).end(name as string, whoAmI())));
}

async function emergency({ installation }: VerbContext) {
  const { emergencyAccess } = await import('../break-glass.js');
  return emergencyAccess(await installation());
}

function told({ output }: VerbContext, accesses: readonly BreakGlass[]): void {
  output.data('tributary.break_glasses/1', accesses.map(breakGlassForm), () =>
    accesses.length === 0
      ? 'none'
      : table(
          ['id', 'who', 'opened', 'until', 'ended', 'by', 'reviewed', 'reviewer', 'reason'],
          accesses.map((one) => [
            one.id,
            one.actor,
            one.openedAt,
            one.expiresAt,
            one.endedAt,
            one.endedBy,
            one.reviewedAt,
            one.reviewedBy,
            one.reason,
          ]),
        ),
  );
}

function minutes(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined || duration < 60_000)
    throw new InvalidArgumentError('It must be a duration like 30m, at least 1m.');
  return duration;
}

function reasonText(text: string): string {
  if (text.trim().length < 10 || text.length > 500)
    throw new InvalidArgumentError('It must have 10 to 500 characters: who reviews it must understand it.');
  return text;
}
