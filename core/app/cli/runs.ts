import { InvalidArgumentError, Option, type Command } from 'commander';
import { eventForm, runForm } from '../../api/forms.js';
import { LOG_LEVELS, readLog, type LogLevel } from '../../api/run-logs.js';
import { ConnectorError } from '../../sdk/index.js';
import type { RunRecord, RunStore } from '../../persistence/index.js';
import { callSentences } from '../call-sentences.js';
import type { Installation } from '../installation.js';
import { table } from './output.js';
import { brokenIn, stepLines } from './steps.js';
import { does } from './verb.js';

export function runsVerb(program: Command): void {
  const group = program.command('runs').description('what happened');

  const list = group
    .command('list')
    .description('the latest runs')
    .argument('[connection]')
    .option('--limit <n>', 'how many', wholeNumber, 20);
  does<{ limit: number }>(list, async ({ installation, output }, [connection], { limit }) => {
    const { configuration, store } = await installation();
    if (connection !== undefined) configuration.connection(connection);
    const runs = await (await store()).runs.list({ limit, ...(connection === undefined ? {} : { connection }) });
    output.data('tributary.runs/1', runs.map(runForm), () =>
      runs.length === 0
        ? 'no runs yet'
        : table(
            ['run', 'connection', 'state', 'trigger', 'started', 'seconds', 'exit', 'what'],
            runs.map((run) => [
              run.id,
              run.connection,
              run.state,
              run.trigger,
              run.startedAt,
              secondsOf(run),
              run.exitCode,
              whatOf(run),
            ]),
          ),
    );
  });

  const show = group.command('show').description('one run with its streams').argument('<run>');
  does(show, async ({ installation, output, signal }, [id]) => {
    const open = await installation();
    const { runs } = await open.store();
    const run = await find(runs, id as string);
    const warned = await warningsOf(runs, run.id);
    const committed = run.state === 'interrupted' ? await committedBy(run, open, signal) : [];
    output.data('tributary.run_record/1', runForm(run), () => {
      const streams = Object.entries(run.streams);
      const counts = [...new Set(streams.flatMap(([, { ledger }]) => Object.keys(ledger)))];
      return [
        `run         ${run.id}`,
        `connection  ${run.connection}`,
        `state       ${run.state}${run.exitCode === undefined ? '' : ` (exit code ${run.exitCode})`}`,
        `started     ${run.startedAt} (${run.trigger})`,
        `ended       ${run.endedAt ?? 'not yet'}`,
        ...callSentences(run.calls ?? []).map((text) => `calls       ${text}`),
        ...(run.error === undefined ? [] : [`error       (${run.error.kind}) ${run.error.message}`]),
        ...(run.error?.hint === undefined ? [] : [`next        ${run.error.hint}`]),
        '',
        table(
          ['stream', 'state', ...counts],
          streams.map(([stream, { state, ledger }]) => [stream, state, ...counts.map((name) => ledger[name])]),
        ),
        ...stepLines(streams.map(([stream, outcome]) => ({ stream, ...outcome }))),
        ...streams.flatMap(([stream, { expectations = [] }]) =>
          brokenIn(expectations).map((text) => `${stream}: ${text}`),
        ),
        ...committed,
        ...warned,
      ].join('\n');
    });
  });

  const logs = group
    .command('logs')
    .description('the events of a run')
    .argument('<run>')
    .addOption(new Option('--level <level>', 'this level and the graver ones').choices(LOG_LEVELS));
  does<{ level?: LogLevel }>(logs, async ({ installation, output }, [id], { level }) => {
    const { runs: store } = await (await installation()).store();
    const run = await find(store, id as string);
    const lines = await readLog(store, run.id, { limit: Infinity, level: level ?? 'info' });
    const told = new Set(lines.map(({ seq }) => seq));
    const events = await store.events(run.id);
    output.data(
      'tributary.run_events/1',
      events.filter(({ seq }) => level === undefined || told.has(seq)).map(eventForm),
      () => lines.map(({ at, level: grade, message }) => `${at}  ${grade.padEnd(5)}  ${message}`).join('\n'),
    );
  });
}

/** What a run whose process ended could not say itself; the destination knows it. */
async function committedBy({ id, connection }: RunRecord, open: Installation, signal: AbortSignal): Promise<string[]> {
  const { readLedger } = await import('../lineage.js');
  const found = await readLedger(open, { connection, run: id, signal });
  if (found.length === 0)
    return ['Its process ended before it committed anything; the next run begins where it began.'];
  const counts = ['read', 'inserted', 'updated', 'deleted', 'quarantined'];
  return [
    'Its process ended. What it had committed stands, and the next run goes on from there:',
    table(
      ['stream', 'checkpoints', ...counts],
      found.map(({ stream, checkpoints, ledger }) => [stream, checkpoints, ...counts.map((name) => ledger[name])]),
    ),
  ];
}

const MOST_WARNINGS = 20;

/** What the run warned of. Broken expectations and quarantine stand beside their streams. */
async function warningsOf(runs: Pick<RunStore, 'events'>, run: string): Promise<string[]> {
  const warnings = (await readLog(runs, run, { level: 'warn', limit: Infinity })).filter(
    ({ type }) => type === 'warning',
  );
  const more = warnings.length - MOST_WARNINGS;
  return [
    ...warnings.slice(0, MOST_WARNINGS).map(({ message, data }) => {
      const { stream } = data as { readonly stream?: string };
      return `warning${stream === undefined ? '' : ` (${stream})`}: ${message}`;
    }),
    ...(more > 0 ? [`${more} more warnings: tributary runs logs ${run} --level warn`] : []),
  ];
}

async function find(store: { get(id: string): Promise<RunRecord | undefined> }, id: string): Promise<RunRecord> {
  const run = await store.get(id);
  if (run !== undefined) return run;
  throw new ConnectorError('config', `There is no run "${id}".`, { hint: 'See `tributary runs list`.' });
}

const secondsOf = ({ startedAt, endedAt }: RunRecord) =>
  endedAt === undefined ? null : Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 100) / 10;

function whatOf({ state, streams, error }: RunRecord): string {
  if (error !== undefined) return error.message;
  if (state === 'running' || state === 'queued') return 'under way';
  // Its process could not say what it had done.
  if (state === 'interrupted') return 'its process ended; what it had committed stands';
  const sum = (name: string) => Object.values(streams).reduce((total, { ledger }) => total + (ledger[name] ?? 0), 0);
  const parts = ['inserted', 'updated', 'deleted', 'quarantined'].map((name) => [name, sum(name)] as const);
  const changes = parts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`);
  return changes.length === 0 ? 'nothing changed' : changes.join(', ');
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}
