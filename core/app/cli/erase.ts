import type { Command } from 'commander';
import { confirm } from './confirm.js';
import { table } from './output.js';
import { progressLine } from './progress.js';
import { does } from './verb.js';

export function eraseVerb(program: Command): void {
  const command = program
    .command('erase')
    .description("delete a member's rows from all tables and quarantines, by token or hash")
    .requiredOption('--member <token>', 'the token or hash, as it stands in the tables')
    .option('--dry-run', 'show what would be deleted')
    .option('--yes', 'do not ask');
  does<{ member: string; dryRun?: boolean; yes?: boolean }>(
    command,
    async ({ installation, output, signal }, _args, { member: token, dryRun, yes }) => {
      if (token.trim() === '') command.error('error: --member is empty');
      const { eraseMember } = await import('../erasure.js');
      const open = await installation();
      const progress = progressLine(output);
      const wish = { token, signal, on: progress.on, note: (text: string) => output.note(text) };
      const looked = await eraseMember(open, { ...wish, isDry: true });
      if (dryRun !== true && yes !== true) output.note(formOf(looked));
      const isWanted = dryRun !== true && (await confirm('Delete these rows?', yes === undefined ? {} : { yes }));
      const streams = isWanted ? await eraseMember(open, { ...wish, isDry: false }) : looked;
      progress.end();
      output.data('tributary.erasure/1', { applied: isWanted, streams }, () =>
        [formOf(streams), isWanted ? 'done' : 'nothing was changed'].join('\n'),
      );
      output.note(
        'not reached: the source, which must forget the member too; releases and marts, which hold sums; files that were delivered; backups',
      );
      const sealed = streams.reduce((sum, each) => sum + each.sealed, 0);
      if (sealed > 0)
        output.note(`not looked into: ${sealed} records in quarantine that are encrypted whole; replay them first`);
    },
  );
}

const formOf = (
  streams: readonly { connection: string; stream: string; rows: number; quarantined: number; sealed: number }[],
) =>
  table(
    ['connection', 'stream', 'rows', 'quarantined', 'sealed'],
    streams.map((one) => [one.connection, one.stream, one.rows, one.quarantined, one.sealed]),
  );
