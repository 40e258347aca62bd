import type { Command } from 'commander';
import { snakeKeys } from '../../api/forms.js';
import type { TableSpec } from '../../protocol/index.js';
import { EXIT_CODES } from '../../sdk/index.js';
import type { ComparedStream } from '../comparison.js';
import type { StreamRepair } from '../repair.js';
import { confirm } from './confirm.js';
import { dayOf } from './days.js';
import { counted, table } from './output.js';
import { progressLine } from './progress.js';
import { does } from './verb.js';

interface VerifyOptions {
  readonly stream?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly repair?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function verifyVerb(program: Command): void {
  const command = program
    .command('verify')
    .description('reads the source again and compares counts and sums with the warehouse, by day and campaign')
    .argument('<connection>')
    .option('--stream <name...>', 'only these streams')
    .option('--from <day>', 'the first day to read, with --to; absent: all that the source has', dayOf)
    .option('--to <day>', 'the last day to read, with --from', dayOf)
    .option('--repair', 'read the days that differ again, and delete rows that the source does not have')
    .option('--dry-run', 'with --repair: show what it would do')
    .option('--yes', 'do not ask');
  does<VerifyOptions>(command, async ({ installation, output, signal }, [connection], options) => {
    const { from, to } = options;
    if ((from === undefined) !== (to === undefined))
      command.error('error: give --from and --to together, both days are read');
    if (from !== undefined && to !== undefined && from > to) command.error(`error: --from ${from} is after --to ${to}`);
    const open = await installation();
    const name = connection as string;
    const [{ openVerification }, { isRepairable, planRepair, repair }] = await Promise.all([
      import('../verification.js'),
      import('../repair.js'),
    ]);
    const progress = progressLine(output);
    const verification = await openVerification(open, {
      connection: name,
      streams: options.stream ?? [],
      ...(from === undefined || to === undefined ? {} : { range: { from, to } }),
      signal,
      on: progress.on,
    });
    try {
      progress.end();
      let compared = await verification.compare();
      const plan = options.repair === true ? planRepair(compared) : [];
      let runs: readonly string[] = [];
      if (plan.length > 0 && options.dryRun !== true) {
        if (options.yes !== true) output.note([...compared.map(describe), ...plan.map(planned)].join('\n'));
        if (await confirm(`Repair "${name}"?`, options)) {
          const work = { connection: name, repairs: plan, compared, tables: verification.tables };
          runs = await repair(open, { ...work, signal, on: progress.on, note: (text) => output.note(text) });
          progress.end();
          compared = await verification.compare();
        }
      }
      const differs = compared.some(isDifferent);
      const forms = compared.map(({ days: _, extraRows: __, ...each }) => each);
      output.data(
        'tributary.verification/1',
        snakeKeys({
          connection: name,
          from: from ?? null,
          to: to ?? null,
          differs,
          streams: forms,
          repairs: plan,
          runs,
        }),
        () =>
          [...compared.map(describe), ...plan.map(planned), ...runs.map((run) => `repaired by run ${run}`)].join('\n'),
      );
      for (const { stream, rejected, extra } of compared)
        if (options.repair === true && rejected > 0 && (extra ?? 0) > 0)
          output.note(
            `${stream}: no row is deleted, since ${counted(rejected, 'record')} of the source ${rejected === 1 ? 'was' : 'were'} rejected, of which the warehouse may have the versions before; correct the rules, or what \`tributary quarantine list ${name}\` shows`,
          );
      for (const each of compared)
        if (options.repair === true && isDifferent(each) && !isRepairable(each))
          output.note(
            unrepaired(name, each, verification.tables.find(({ spec }) => spec.stream === each.stream)?.spec),
          );
      return differs ? EXIT_CODES.expectation : 0;
    } finally {
      await verification.close();
    }
  });
}

const isDifferent = ({ differing, extra, missing }: ComparedStream) =>
  differing > 0 || (extra ?? 0) + (missing ?? 0) > 0;

function describe(compared: ComparedStream): string {
  const { stream, rows, rejected, differences, differing, missing, extra, uncompared } = compared;
  const aside = rejected === 0 ? '' : ` (and ${counted(rejected, 'record')} that the rules reject)`;
  const head = `${stream}: ${counted(rows.source, 'row')} at the source${aside}, ${rows.warehouse.toLocaleString('en-US')} in the warehouse`;
  const left = uncompared.map(
    ({ column, warehouse }) => `${column} (${warehouse === null ? 'not in the warehouse' : `${warehouse} there`})`,
  );
  const notCompared = left.length === 0 ? '' : `; not compared: ${left.join(', ')}`;
  if (!isDifferent(compared))
    return `${head}, no difference${left.length === 0 ? '' : ' in what was compared'}${notCompared}`;
  const byKey =
    missing === null || extra === null ? '' : `; by key ${missing} missing, ${extra} that the source does not have`;
  const shown = new Set(differences.map(({ day, campaign }) => `${day} ${campaign}`)).size;
  return [
    `${head}${byKey}${notCompared}`,
    table(
      ['day', 'campaign', 'column', 'source', 'warehouse'],
      differences.map((one) => [one.day, one.campaign, one.column, one.source, one.warehouse]),
    ),
    ...(shown < differing ? [`… and ${counted(differing - shown, 'day and campaign')} more`] : []),
  ].join('\n');
}

/** What brings a stream to what the source has where a repair cannot, by how it is written. */
function unrepaired(connection: string, { stream, days, extra }: ComparedStream, table: TableSpec | undefined): string {
  const again = `\`tributary sync ${connection} --stream ${stream} --full-refresh\``;
  const why = days === null ? 'is not read by days' : 'has no key that tells its rows apart';
  if (table?.write === 'append')
    return `${stream} ${why}, and what is read again would be appended: with \`sync: full_refresh\` and \`write: overwrite\` its next run replaces what is there`;
  const stay =
    table?.write === 'merge' && (extra ?? 0) > 0
      ? '; rows that the source does not have stay, unless its `write` is `overwrite`'
      : '';
  return `${stream} ${why}: ${again} reads all of it again${stay}`;
}

const planned = ({ stream, deletes, days }: StreamRepair) =>
  `repair of ${stream}: ${[
    ...(deletes > 0 ? [`delete ${counted(deletes, 'row')}`] : []),
    ...days.map(({ from, to }) => `read ${from === to ? from : `${from} to ${to}`} again`),
  ].join(', ')}`;
