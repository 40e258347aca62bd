import type { Command } from 'commander';
import { does } from './verb.js';
import { table } from './output.js';
import { wholeNumber } from './runs.js';

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
}
