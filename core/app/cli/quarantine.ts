import type { Command } from 'commander';
import type { ReplayPreview } from '../../engine/index.js';
import { does } from './verb.js';
import { counted, table } from './output.js';
import { progressLine } from './progress.js';
import { wholeNumber } from './runs.js';
import { printSync } from './sync.js';

export function quarantineVerb(program: Command): void {
  const group = program.command('quarantine').description('records that did not pass');
  const list = group
    .command('list')
    .description('what is in quarantine, by stream and reason')
    .argument('<connection>')
    .argument('[stream]')
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .option('--resolved', 'also those that a later good version has resolved');
  does<{ limit: number; resolved?: boolean }>(
    list,
    async ({ installation, output, signal }, [connection, stream], options) => {
      const { listQuarantine } = await import('../quarantine.js');
      const records = await listQuarantine(await installation(), {
        connection: connection as string,
        ...(stream === undefined ? {} : { stream }),
        limit: options.limit,
        withResolved: options.resolved === true,
        signal,
      });
      output.data('tributary.quarantine/1', records, () =>
        records.length === 0
          ? 'the quarantine is empty'
          : table(
              ['id', 'stream', 'reason', 'field', 'times', 'last seen', 'slice', 'row', 'detail'],
              records.map((one) => [
                one.id,
                one.stream,
                one.reason,
                one.field,
                one.times,
                one.last_seen,
                one.slice,
                one.position,
                one.detail,
              ]),
            ),
      );
    },
  );
  const show = group
    .command('show')
    .description('one record with its payload')
    .argument('<connection>')
    .argument('<id>');
  does(show, async ({ installation, output, signal }, [connection, id]) => {
    const { readQuarantined } = await import('../quarantine.js');
    const record = await readQuarantined(await installation(), {
      connection: connection as string,
      id: id as string,
      signal,
    });
    output.data('tributary.quarantined_record/1', record, () =>
      Object.entries(record)
        .map(([name, value]) => `${name.padEnd(11)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
        .join('\n'),
    );
  });

  const replay = group
    .command('replay')
    .description('read the records in quarantine again, by the configuration as it is now')
    .argument('<connection>')
    .argument('[stream]')
    .option('--dry-run', 'show which would pass');
  does<{ dryRun?: boolean }>(replay, async ({ installation, output, signal }, [connection, stream], { dryRun }) => {
    const { previewConnectionReplay, replayConnection } = await import('../replay.js');
    const progress = progressLine(output);
    const request = {
      connection: connection as string,
      streams: stream === undefined ? [] : [stream],
      signal,
      on: progress.on,
      note: (text: string) => output.note(text),
    };
    if (dryRun === true) {
      const previews = await previewConnectionReplay(await installation(), request);
      progress.end();
      output.data('tributary.replay_preview/1', previews, () => describePreviews(previews));
      return 0;
    }
    const result = await replayConnection(await installation(), request);
    progress.end();
    printSync(result, output);
    return result.outcome.exitCode;
  });
}

function describePreviews(previews: readonly ReplayPreview[]): string {
  const reasons = [...new Set(previews.flatMap(({ failing }) => Object.keys(failing)))];
  const rows = previews.map(({ stream, records, passing, failing, partial }) => [
    stream,
    records,
    passing,
    ...reasons.map((reason) => failing[reason] ?? 0),
    partial,
  ]);
  const passing = previews.reduce((sum, preview) => sum + preview.passing, 0);
  return `${table(['stream', 'records', 'would pass', ...reasons, 'kept in part'], rows)}\n\n${counted(passing, 'record')} would pass; nothing was changed`;
}
