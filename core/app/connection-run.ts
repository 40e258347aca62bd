import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { reportOf, type Clock, type RunOutcome, type RunRequest } from '../engine/index.js';
import {
  EMPTY_LEDGER,
  type ApiCalls,
  type DestinationSession,
  type EventListener,
  type OpenSource,
} from '../protocol/index.js';
import type { MartBuild } from '../../report/index.js';
import { countCalls } from '../sdk/http/index.js';
import { EXIT_CODES, toConnectorError } from '../sdk/index.js';
import { errorBudgetOf, SettingsError } from '../settings/index.js';
import { noteAdoptions, type TableAdopted } from './adopted-tables.js';
import type { Configuration } from './configuration.js';
import { unusualVolume } from './expectations.js';
import { probe, type Installation } from './installation.js';
import { keysOf, refuseOtherKeys, rememberKeys } from './known-keys.js';
import { callSentences } from './call-sentences.js';
import { bringMartsUpToDate, feedsMarts, undatedIn } from './marts.js';
import { readingsOf } from './readings.js';
import { recordRun } from './run-recorder.js';
import { runSpans } from './run-spans.js';
import { scrubMessages } from './scrubber.js';
import { noteSecretUse, secretPathsOfConnection } from './secret-use.js';
import { tellingFaults } from './source-faults.js';
import { streamRequests } from './stream-requests.js';

export interface ConnectionRun {
  /** Of the run to come, where something must know it before; absent: a new one. */
  readonly id?: string;
  readonly connection: string;
  /** Empty: all that the connection names. */
  readonly streams: readonly string[];
  /** Of a split backfill: the part of it. */
  readonly part?: string;
  readonly trigger: 'manual' | 'schedule' | 'backfill' | 'replay';
  readonly signal: AbortSignal;
  readonly on: EventListener;
  readonly note: (text: string) => void;
  /** Hears what the source itself threw. */
  readonly onSourceFault?: (error: unknown) => void;
}

export interface RunResult {
  readonly run: string;
  readonly connection: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly outcome: RunOutcome;
  /** Empty where the source asks no API. */
  readonly calls: readonly ApiCalls[];
  /** Absent where the connection feeds no fact of the report, or nothing was committed. */
  readonly marts?: MartBuild;
}

/** A run whose process says nothing for so long is dead, whichever host it was on. */
export const SILENT_MS = 90_000;

export const clock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
  id: randomUUID,
  random: Math.random,
};

/** One run of a connection with its history, and the marts after it. Throws only where there was no run. */
export async function runOf(
  installation: Installation,
  {
    id = randomUUID(),
    connection: name,
    streams: wanted,
    part,
    trigger,
    signal,
    on: listener,
    note,
    onSourceFault = () => undefined,
  }: ConnectionRun,
  work: (request: RunRequest) => Promise<RunOutcome>,
): Promise<RunResult> {
  const { configuration } = installation;
  const connection = configuration.connection(name);
  await takeNewerKeys(configuration, note);
  const keys = keysOf(connection, wanted);
  await refuseOtherKeys(installation, keys);
  const streams = streamRequests(configuration, name, wanted);
  const { runs: store } = await installation.store();
  await store.markInterrupted({ connection: name, heartbeatOlderThanMs: SILENT_MS });
  const startedAt = new Date();
  const run = { id, connection: name };
  const spans = runSpans({ ...run, trigger });
  const { traceId } = spans;
  const begun = {
    ...run,
    trigger,
    startedAt,
    ...(part === undefined ? {} : { part }),
    ...(traceId === undefined ? {} : { traceId }),
  };
  const recorder = await recordRun(store, begun, (reason) =>
    note(`the history of this run is incomplete: ${reason}`),
  ).catch((error: unknown) => {
    spans.refused(error);
    throw error;
  });
  const adoptions: TableAdopted[] = [];
  const on: EventListener = (event) => {
    if (event.type === 'table_adopted') adoptions.push(event);
    const told = scrubMessages(event, configuration.scrub);
    spans.on(told);
    recorder.on(told);
    listener(told);
  };
  const count = countCalls();
  let outcome = await count.during(() =>
    spans.within(() =>
      connected(installation, run, signal, onSourceFault, (source, destination) =>
        work({
          run: part === undefined ? run : { ...run, part },
          source,
          destination: spans.destination(destination),
          schema: connection.schema,
          streams,
          errorBudget: errorBudgetOf(connection.error_budget),
          volume: (stream, ledger) =>
            unusualVolume(store, { ...run, trigger, startedAt: startedAt.toISOString() }, stream, ledger),
          unstorableText: connection.unstorable_text,
          startedAt,
          fullRefresh: false,
          signal,
          clock,
          on,
          probe,
        }),
      ),
    ),
  );
  await noteAdoptions(installation, { connection: name, run: id, trigger }, adoptions).catch((error: unknown) => {
    recorder.log('error', `The audit log lacks that tables were adopted: ${toConnectorError(error).message}`);
  });
  if (hasProtected(outcome)) await rememberKeys(installation, keys);
  const calls = count.calls();
  for (const text of callSentences(calls)) recorder.log('info', `Calls: ${text}.`);
  probe('before_marts');
  let marts: MartBuild | undefined;
  const broken = outcome.streams.find(({ error }) => error?.kind === 'expectation');
  if (broken !== undefined && feedsMarts(configuration, name))
    on({ type: 'warning', stream: broken.stream, message: 'The marts wait until a run of this connection passes.' });
  else if (leavesMartsBehind(outcome) && feedsMarts(configuration, name)) {
    try {
      signal.throwIfAborted();
      const readings = readingsOf({ connection: name, trigger, startedAt }, outcome);
      marts = await spans.part('marts', () => bringMartsUpToDate(installation, signal, readings, name));
      for (const message of undatedIn(marts)) on({ type: 'warning', message });
    } catch (error) {
      outcome = signal.aborted ? stoppedBeforeMarts(outcome) : withMartsFailure(outcome, error);
      if (signal.aborted) {
        const text = 'the marts were not brought up to date; the next run or `tributary report build` does it';
        note(text);
        recorder.log('warn', text);
      } else {
        recorder.log('error', configuration.scrub(outcome.error?.message ?? 'The marts could not be built.'));
      }
    }
  }
  outcome = scrubMessages(outcome, configuration.scrub);
  probe('before_run_recorded');
  spans.end(outcome);
  await recorder.end(outcome, calls);
  return {
    run: run.id,
    connection: name,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    outcome,
    calls,
    ...(marts === undefined ? {} : { marts }),
  };
}

/** A file that is being written, or is not valid, changes nothing yet; a key in use that became another one stops the run. */
async function takeNewerKeys(configuration: Configuration, note: (text: string) => void): Promise<void> {
  try {
    const changed = await configuration.refreshKeys();
    if (changed.length > 0) note(`there are new versions of the keys ${changed.join(', ')}, used from now on`);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    note('the configuration was changed and is not valid: its keys are not read until it is');
  }
}

/** Opens both ends, and closes them whatever happens. A fault in between is a failed run, not an exception. */
async function connected(
  installation: Installation,
  { id: run, connection: name }: { readonly id: string; readonly connection: string },
  signal: AbortSignal,
  onSourceFault: (error: unknown) => void,
  work: (source: OpenSource, destination: DestinationSession) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const connection = installation.configuration.connection(name);
  let source: OpenSource | undefined;
  let destination: DestinationSession | undefined;
  try {
    await installation.refreshSecrets(name);
    await noteSecretUse(installation, name, secretPathsOfConnection(connection), { run });
    source = await installation.source(connection.source, signal).catch((error: unknown) => {
      onSourceFault(error);
      throw error;
    });
    destination = await installation.destination(connection.destination, signal);
    return await work(tellingFaults(source, onSourceFault), destination);
  } catch (error) {
    if (signal.aborted) return { state: 'cancelled', exitCode: 130, ledger: EMPTY_LEDGER, streams: [] };
    const report = reportOf(toConnectorError(error));
    return { state: 'failed', exitCode: EXIT_CODES[report.kind], ledger: EMPTY_LEDGER, streams: [], error: report };
  } finally {
    await source?.close().catch(() => undefined);
    await destination?.close().catch(() => undefined);
  }
}

/** An unchanged row too shows by which keys it was written. */
function hasProtected({ ledger }: RunOutcome): boolean {
  return ledger.inserted + ledger.updated + ledger.unchanged + ledger.quarantined > 0;
}

/** A stream that failed may have committed before, and one without news may follow a build that failed. */
function leavesMartsBehind({ streams, ledger }: RunOutcome): boolean {
  const isChanged = ledger.inserted + ledger.updated + ledger.deleted > 0;
  return isChanged || streams.some(({ state }) => state === 'complete');
}

/** The data are in; the marks that the checkpoints left make the next build catch up. */
function withMartsFailure(outcome: RunOutcome, error: unknown): RunOutcome {
  const { message, ...report } = reportOf(toConnectorError(error));
  const told = { ...report, message: `The data were committed, but the marts could not be built: ${message}` };
  // Marts that stand still say more than that some streams came in; what ended the whole run says more than both.
  const isWorse = outcome.state === 'succeeded' || outcome.state === 'partial';
  // The faults of streams stay with their streams.
  return { ...outcome, exitCode: isWorse ? EXIT_CODES[report.kind] : outcome.exitCode, error: told };
}

function stoppedBeforeMarts(outcome: RunOutcome): RunOutcome {
  return { ...outcome, state: 'cancelled', exitCode: 130 };
}
