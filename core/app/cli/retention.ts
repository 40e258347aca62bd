import type { Command } from 'commander';
import { snakeKeys } from '../../api/forms.js';
import type { RetainedStream } from '../stream-retention.js';
import { confirm } from './confirm.js';
import { table } from './output.js';
import { progressLine } from './progress.js';
import { does } from './verb.js';

export function retentionVerb(program: Command): void {
  const command = program
    .command('retention')
    .description('deletes rows that are older than `retention` of their stream keeps them; a host does it by itself')
    .argument('[connection]')
    .option('--dry-run', 'show what would be deleted')
    .option('--yes', 'do not ask');
  does<{ dryRun?: boolean; yes?: boolean }>(
    command,
    async ({ installation, output, signal }, [connection], { dryRun, yes }) => {
      const { applyRetention } = await import('../stream-retention.js');
      const open = await installation();
      const progress = progressLine(output);
      const note = (text: string) => output.note(text);
      const wish = {
        connection,
        onlyDue: false,
        by: 'command line',
        now: new Date(),
        signal,
        on: progress.on,
        note,
      } as const;
      const looked = await applyRetention(open, { ...wish, isDry: true });
      if (dryRun !== true && yes !== true) output.note(formOf(looked));
      const isWanted = dryRun !== true && (await confirm('Delete these rows?', yes === undefined ? {} : { yes }));
      const streams = isWanted ? await applyRetention(open, { ...wish, isDry: false }) : looked;
      progress.end();
      output.data('tributary.retention/1', snakeKeys({ applied: isWanted, streams }), () =>
        [formOf(streams), isWanted ? 'done' : 'nothing was changed'].join('\n'),
      );
    },
  );
}

const formOf = (streams: readonly RetainedStream[]) =>
  table(
    ['connection', 'stream', 'kept from', 'older rows', 'without a day', 'adopted, stay', 'in quarantine'],
    streams.map((one) => [
      one.connection,
      one.stream,
      one.keptFrom,
      one.rows,
      one.undated,
      one.adopted,
      one.quarantined,
    ]),
  );
