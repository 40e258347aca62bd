import { isDeepStrictEqual } from 'node:util';
import { Option, type Command } from 'commander';
import { lookupsIn } from '../lookup-sentences.js';
import { callSentences } from '../call-sentences.js';
import type { RunResult } from '../connection-run.js';
import type { MartBuild } from '../../../report/index.js';
import { snakeKeys } from '../../api/forms.js';
import { addLedgers, EMPTY_LEDGER, type Ledger } from '../../protocol/index.js';
import { watchLimits } from '../../sdk/http/limit-waits.js';
import { dayOf } from './days.js';
import { counted, placeOf, table, type Output } from './output.js';
import { brokenIn, stepLines } from './steps.js';
import { progressLine } from './progress.js';
import { does } from './verb.js';

interface SyncOptions {
  readonly stream?: readonly string[];
  readonly fullRefresh?: boolean;
  readonly from?: string;
  readonly to?: string;
}

export function syncVerb(program: Command): void {
  const command = program
    .command('sync')
    .description('run a connection once, here and now')
    .argument('<connection>')
    .option('--stream <name...>', 'only these streams')
    .addOption(
      new Option('--full-refresh', 'read everything again, whatever the bookmarks say').conflicts(['from', 'to']),
    )
    .option('--from <day>', 'read from this day on instead of from the bookmark, which stays', dayOf)
    .option('--to <day>', 'the last day to read, with --from; absent: up to the start of the run', dayOf);
  does<SyncOptions>(command, async ({ installation, output, signal }, [connection], options) => {
    const range = rangeOf(command, options);
    const { syncConnection } = await import('../sync.js');
    const waits = watchLimits();
    const progress = progressLine(output, waits.isWaiting);
    const open = await installation();
    const request = {
      connection: connection as string,
      streams: options.stream ?? [],
      fullRefresh: options.fullRefresh === true,
      ...(range === undefined ? {} : { range }),
      trigger: range === undefined ? ('manual' as const) : ('backfill' as const),
      signal,
      on: progress.on,
      note: (text: string) => output.note(text),
    };
    const result = await waits.during(() => syncConnection(open, request));
    progress.end();
    printSync(result, output);
    return result.outcome.exitCode;
  });
}

/** How to sync streams as a fact names them: those of its own connection by their name alone. */
function syncsOf(streams: readonly string[], own: string): string {
  const connections = new Set(streams.map((name) => (name.includes('.') ? name.split('.')[0] : own)));
  return `run ${[...connections].map((name) => `\`tributary sync ${name}\``).join(' and ')}`;
}

function rangeOf(command: Command, { from, to }: SyncOptions) {
  if (from === undefined) {
    if (to !== undefined) command.error('error: --to needs --from');
    return undefined;
  }
  // Without --to the range is open: which day is today is known where the source's zone is.
  if (to === undefined) return { from };
  if (from > to) command.error(`error: --from ${from} is after --to ${to}`);
  return { from, to };
}

function formOf({ outcome, calls, marts, ...run }: RunResult): object {
  return {
    ...snakeKeys(run),
    outcome: snakeKeys(outcome),
    ...(calls.length === 0 ? {} : { calls }),
    ...(marts === undefined ? {} : { marts: snakeKeys(marts) }),
  };
}

/** The ledger of a run as a table, then what it means. */
export function printSync(result: RunResult, output: Output): void {
  const { outcome, marts } = result;
  output.data('tributary.run/1', formOf(result), () => {
    const rows = outcome.streams.map(({ stream, state, ledger }) => [
      stream,
      state,
      ...LEDGER.map((name) => ledger[name]),
    ]);
    return [
      rows.length === 0 ? '' : table(['stream', 'state', ...LEDGER], rows),
      '',
      ...stepLines(outcome.streams),
      `run ${result.run}: ${outcome.state} in ${result.seconds.toFixed(1)} s, ${whatChanged(outcome.streams.map(({ ledger }) => ledger))}`,
      ...callSentences(result.calls).map((text) => `calls: ${text}`),
      ...(marts === undefined ? [] : [`marts: ${martChanges(marts)}`]),
      ...(marts?.facts ?? [])
        .filter(({ lookups = [] }) => lookups.some(({ found, of }) => found < of))
        .map(({ fact, lookups }) => `fact ${fact}: ${lookupsIn(lookups)}`),
    ]
      .join('\n')
      .trimStart();
  });
  for (const { fact, waitsFor, connections } of marts?.facts ?? [])
    if (waitsFor !== undefined && connections?.includes(result.connection) === true)
      output.note(
        `fact ${fact} has no rows until ${waitsFor.join(', ')} ${waitsFor.length === 1 ? 'is' : 'are'} synced too: ${syncsOf(waitsFor, connections[0]!)}`,
      );
  for (const { stream, expectations = [] } of outcome.streams)
    for (const text of brokenIn(expectations)) output.note(`expectation of ${stream}: ${text}`);
  const told = outcome.streams.flatMap(({ error }) => (error === undefined ? [] : [error]));
  // The run's error is mostly that of a stream, in a copy of its own.
  const isTold = outcome.error === undefined || told.some((each) => isDeepStrictEqual(each, outcome.error));
  const errors = isTold ? told : [...told, outcome.error!];
  for (const { kind, message, hint, stream, slice } of errors) {
    const place = placeOf({ connection: result.connection, stream, slice });
    output.note(`error (${kind}) in ${place}: ${message}`);
    if (hint !== undefined) output.note(`  next: ${hint}`);
  }
  const quarantined = outcome.streams.reduce((sum, { ledger }) => sum + ledger.quarantined, 0);
  if (quarantined > 0)
    output.note(
      `${counted(quarantined, 'record')} ${quarantined === 1 ? 'is' : 'are'} in quarantine: tributary quarantine list ${result.connection}`,
    );
}

const LEDGER = [
  'read',
  'filtered',
  'quarantined',
  'staged',
  'inserted',
  'updated',
  'unchanged',
  'superseded',
  'deleted',
] as const satisfies readonly (keyof Ledger)[];

function martChanges({ marts, isChanged }: MartBuild): string {
  if (!isChanged) return 'nothing changed';
  return Object.entries(marts)
    .map(([mart, { inserted, updated, deleted }]) => [mart, changes({ inserted, updated, deleted })] as const)
    .filter(([, what]) => what !== '')
    .map(([mart, what]) => `${mart} ${what}`)
    .join('; ');
}

function whatChanged(ledgers: readonly Ledger[]): string {
  const sum = ledgers.reduce(addLedgers, EMPTY_LEDGER);
  const { inserted, updated, deleted } = sum;
  return changes({ inserted, updated, deleted }) || 'nothing changed';
}

/** `12 inserted, 3 deleted`; empty where nothing was. */
function changes(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([what, count]) => `${count.toLocaleString('en-US')} ${what}`).join(', ');
}
