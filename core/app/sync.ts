import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { runConnection, reportOf, type Clock, type RunOutcome, type StreamRequest } from '../engine/index.js';
import { planColumns, type ExpectRule, type MapRule, type ProtectRule } from '../middleware/index.js';
import { EMPTY_LEDGER, type DestinationSession, type EventListener, type OpenSource } from '../protocol/index.js';
import type { MartBuild } from '../../report/index.js';
import { ConnectorError, EXIT_CODES, toConnectorError } from '../sdk/index.js';
import { errorBudgetOf, type ConnectionSettings, type Settings } from '../settings/index.js';
import { probe, type Installation } from './installation.js';
import { bringMartsUpToDate, feedsMarts, marksOf } from './marts.js';
import { recordRun } from './run-recorder.js';

export interface SyncRequest {
  readonly connection: string;
  /** Empty: all that the connection names. */
  readonly streams: readonly string[];
  readonly fullRefresh: boolean;
  readonly range?: { readonly from: string; readonly to: string };
  readonly trigger: 'manual' | 'schedule' | 'backfill';
  readonly signal: AbortSignal;
  readonly on: EventListener;
  readonly note: (text: string) => void;
}

export interface SyncResult {
  readonly run: string;
  readonly connection: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly outcome: RunOutcome;
  /** Absent where the connection feeds no fact of the report, or nothing was committed. */
  readonly marts?: MartBuild;
}

/** A run whose process says nothing for so long is dead, whichever host it was on. */
const SILENT_MS = 90_000;

const clock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
  id: randomUUID,
  random: Math.random,
};

/** One run of a connection with its history, and the marts after it. Throws only where there was no run. */
export async function syncConnection(installation: Installation, request: SyncRequest): Promise<SyncResult> {
  const { configuration } = installation;
  const connection = configuration.connection(request.connection);
  const streams = streamRequests(installation, request, connection);
  const store = await installation.store();
  await store.markInterrupted({ connection: request.connection, heartbeatOlderThanMs: SILENT_MS });
  const startedAt = new Date();
  const run = { id: randomUUID(), connection: request.connection };
  const recorder = await recordRun(store, { ...run, trigger: request.trigger, startedAt }, (reason) =>
    request.note(`the history of this run is incomplete: ${reason}`),
  );
  const on: EventListener = (event) => {
    recorder.on(event);
    request.on(event);
  };
  let outcome = await connected(installation, connection, request.signal, (source, destination) =>
    runConnection({
      run,
      source,
      destination,
      schema: connection.schema,
      streams,
      errorBudget: errorBudgetOf(connection.error_budget),
      unstorableText: connection.unstorable_text,
      startedAt,
      fullRefresh: request.fullRefresh,
      ...(request.range === undefined ? {} : { range: request.range }),
      signal: request.signal,
      clock,
      on,
      probe,
    }),
  );
  probe('before_marts');
  let marts: MartBuild | undefined;
  if (
    !request.signal.aborted &&
    outcome.streams.some(({ state }) => state === 'complete') &&
    feedsMarts(configuration, request.connection)
  ) {
    try {
      marts = await bringMartsUpToDate(installation, request.signal);
    } catch (error) {
      outcome = withMartsFailure(outcome, error);
    }
  }
  probe('before_run_recorded');
  await recorder.end(outcome);
  return {
    run: run.id,
    connection: request.connection,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    outcome,
    ...(marts === undefined ? {} : { marts }),
  };
}

/** Opens both ends, and closes them whatever happens. A fault in between is a failed run, not an exception. */
async function connected(
  installation: Installation,
  { source: sourceName, destination: destinationName }: ConnectionSettings,
  signal: AbortSignal,
  work: (source: OpenSource, destination: DestinationSession) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  let source: OpenSource | undefined;
  let destination: DestinationSession | undefined;
  try {
    source = await installation.source(sourceName, signal);
    destination = await installation.destination(destinationName, signal);
    return await work(source, destination);
  } catch (error) {
    const report = reportOf(toConnectorError(error));
    return { state: 'failed', exitCode: EXIT_CODES[report.kind], ledger: EMPTY_LEDGER, streams: [], error: report };
  } finally {
    await source?.close().catch(() => undefined);
    await destination?.close().catch(() => undefined);
  }
}

/** The data are in; the marks that the checkpoints left make the next build catch up. */
function withMartsFailure(outcome: RunOutcome, error: unknown): RunOutcome {
  const { message, ...report } = reportOf(toConnectorError(error));
  const told = { ...report, message: `The data were committed, but the marts could not be built: ${message}` };
  return outcome.exitCode === 0 ? { ...outcome, exitCode: EXIT_CODES[report.kind], error: told } : outcome;
}

function streamRequests(
  { configuration }: Installation,
  { connection: name, streams: wanted }: SyncRequest,
  connection: ConnectionSettings,
): readonly StreamRequest[] {
  const unknown = wanted.find((stream) => !Object.hasOwn(connection.streams, stream));
  if (unknown !== undefined)
    throw new ConnectorError('config', `Connection "${name}" has no stream "${unknown}".`, {
      hint: `It has: ${Object.keys(connection.streams).join(', ')}.`,
    });
  const marks = marksOf(configuration, name);
  return Object.entries(connection.streams)
    .filter(([stream]) => wanted.length === 0 || wanted.includes(stream))
    .map(([stream, settings]) => {
      const rules = {
        stream,
        map: mapRules(connection, stream),
        expect: expectRules(connection, stream),
        protect: protectRules(configuration.settings, connection, stream),
      };
      return {
        name: stream,
        sync: settings.sync,
        write: settings.write,
        lookback: settings.lookback,
        onSchemaChange: settings.on_schema_change ?? connection.on_schema_change,
        planColumns: (fields, key) => planColumns(fields, rules, key),
        marks: marks(stream),
      };
    });
}

function mapRules({ map }: ConnectionSettings, stream: string): readonly MapRule[] {
  return (map[stream] ?? []).map(({ rename, drop }) => (rename === undefined ? { drop: drop ?? [] } : { rename }));
}

function expectRules({ expect }: ConnectionSettings, stream: string): readonly ExpectRule[] {
  return (expect[stream] ?? []).map(({ not_null, range }) =>
    range === undefined ? { not_null: not_null ?? [] } : { range },
  );
}

/** Version 1 until keys can be rotated. */
function protectRules(
  { keys }: Settings,
  { protect }: ConnectionSettings,
  stream: string,
): Record<string, ProtectRule> {
  return Object.fromEntries(
    Object.entries(protect[stream] ?? {}).map(([column, rule]) => [
      column,
      rule === 'drop' ? rule : { tokenize: { key: Buffer.from(keys[rule.tokenize] ?? ''), version: 1 } },
    ]),
  );
}
