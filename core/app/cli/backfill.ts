import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { snakeKeys } from '../../api/forms.js';
import { notInBackfill } from '../../engine/index.js';
import type { BackfillRecord } from '../../scheduler/backfill-store.js';
import { ConnectorError } from '../../sdk/index.js';
import { dayOf } from './days.js';
import { counted, table } from './output.js';
import { does } from './verb.js';

interface BackfillOptions {
  readonly from?: string;
  readonly to?: string;
  readonly days?: number;
  readonly dryRun?: boolean;
  readonly show?: string;
  readonly cancel?: string;
  readonly repeat?: string;
}

const MOST_DAYS = 366;

export function backfillVerb(program: Command): void {
  const command = program
    .command('backfill')
    .description('days read again by the workers, in parts side by side, while the schedule goes on')
    .argument('<connection>')
    .option('--from <day>', 'the first day to read', dayOf)
    .option('--to <day>', 'the last day to read', dayOf)
    .option('--days <count>', 'days of one part (default: 7)', lengthOf)
    .option('--dry-run', 'show the parts and ask for nothing')
    .option('--show <id>', 'how a backfill stands')
    .option('--cancel <id>', 'cancel what of a backfill is not done')
    .option('--repeat <id>', 'ask for its failed parts once more, with --from for the one that begins there');
  does<BackfillOptions>(command, async ({ installation: open, output }, [connection], options) => {
    const installation = await open();
    const name = connection as string;
    installation.configuration.connection(name);
    const { askForBackfill, planBackfill, repeatPart } = await import('../backfills.js');
    const { from, to, days } = options;
    const show = (backfill: BackfillRecord) =>
      output.data('tributary.backfill/1', snakeKeys(backfill), () => textOf(backfill));
    const known = options.show ?? options.cancel ?? options.repeat;
    if (known !== undefined) {
      const { backfills } = await installation.store();
      const found = isUuid(known) ? await backfills.get(known) : undefined;
      if (found === undefined || found.connection !== name)
        throw new ConnectorError('config', `Connection "${name}" has no backfill "${known}".`);
      if (options.repeat !== undefined)
        for (const part of found.parts)
          if (part.state === 'failed' && (from === undefined || part.from === from))
            await repeatPart(installation, known, part.from);
      show((options.cancel === undefined ? await backfills.get(known) : await backfills.cancel(known)) ?? found);
      return;
    }
    if (from === undefined || to === undefined) command.error('error: give --from and --to, both days are read');
    const wish = { connection: name, from: from as string, to: to as string };
    const wanted = days === undefined ? wish : { ...wish, daysPerPart: days };
    const plan = await planBackfill(installation, wanted);
    const { parts, leftOut } = plan;
    if (options.dryRun === true) {
      output.data('tributary.backfill_plan/1', { connection: name, parts, left_out: leftOut }, () =>
        [
          table(
            ['from', 'to'],
            parts.map((part) => [part.from, part.to]),
          ),
          ...leftOut.map((one) => `${one.stream}: ${notInBackfill(one)}`),
        ].join('\n'),
      );
      return;
    }
    for (const one of leftOut) output.note(`warning (${one.stream}): ${notInBackfill(one)}`);
    show(await askForBackfill(installation, { ...wanted, idempotencyKey: randomUUID() }, plan));
  });
}

function textOf({ id, connection, state, done, parts }: BackfillRecord): string {
  return [
    `backfill ${id} of ${connection}: ${state}, ${done} of ${counted(parts.length, 'part')} done`,
    '',
    table(
      ['from', 'to', 'state', 'attempt', 'run', 'error'],
      parts.map((part) => [part.from, part.to, part.state, part.attempt, part.run ?? '', part.error?.message ?? '']),
    ),
  ].join('\n');
}

function lengthOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_DAYS) return count;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_DAYS}.`);
}

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
