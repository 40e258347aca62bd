import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { reportOf } from '../engine/index.js';
import type { WorkerStore } from '../persistence/index.js';
import type { EngineEvent, ErrorReport } from '../protocol/index.js';
import { createAdmission } from '../scheduler/admission.js';
import type { RequestRecord, RequestTrigger } from '../scheduler/request-store.js';
import { AFTER_FAULT } from '../scheduler/retry-policy.js';
import { startWorker, type RunEnd, type RunNotes, type Worker, type WorkerLog } from '../scheduler/worker.js';
import { toConnectorError } from '../sdk/index.js';
import { noteConfiguration } from './configuration-changes.js';
import { liftChanged, requireAction } from './holds.js';
import type { ConnectionRun, RunResult } from './connection-run.js';
import type { Installation } from './installation.js';
import { createLogger } from './log.js';
import { replayConnection } from './replay.js';
import { scheduledConnections } from './schedules.js';
import { scrubError, scrubMessages } from './scrubber.js';
import { syncConnection } from './sync.js';

/** Two runs at a time keep two cores and a destination busy; memory is two batches each. */
export const DEFAULT_CONCURRENCY = 2;
/** A worker that is silent for six of them is lost. */
const BEAT_EVERY_MS = 10_000;

/** Starts a worker of an installation; it takes requests from the store until it is stopped. */
export async function startRunWorker(
  installation: Installation,
  { concurrency }: { readonly concurrency: number },
): Promise<Worker> {
  const logger = createLogger(installation.configuration.scrub, 'info');
  const log: WorkerLog = (level, message, data) => logger.log(level, message, data);
  const { requests, runs, circuits, schedules, workers } = await installation.store();
  await noteConfiguration(installation);
  await liftChanged(installation, (text) => logger.info(text));
  const { connections } = installation.configuration.settings;
  await circuits.assign(Object.fromEntries(Object.entries(connections).map(([name, { source }]) => [name, source])));
  const queue = await installation.queue((error) => logger.warn(`the queue: ${queueFault(error)}`));
  const name = `${hostname()}:${process.pid}`;
  const worker = await startWorker(
    {
      requests,
      circuits,
      queue,
      execute: (request, signal, notes) =>
        execute(installation, request, signal, notes, log).catch((error: unknown) => {
          throw scrubError(error, installation.configuration.scrub);
        }),
      interrupt: (run) => runs.interrupt(run),
      requireAction: (request, error) => requireAction(installation, request, error),
      now: () => schedules.now(),
      admit: createAdmission(scheduledConnections(installation.configuration.settings)),
      log,
      random: Math.random,
    },
    { name, concurrency },
  );
  const silence = await speak(workers, name);
  return {
    async stop() {
      const isEnded = await worker.stop();
      await silence();
      return isEnded;
    },
  };
}

/** Lets others know that this worker lives, until it ends as it should. */
async function speak(workers: WorkerStore, name: string): Promise<() => Promise<void>> {
  const id = randomUUID();
  // A store that cannot be reached is told of by those who need it.
  const beat = () => workers.beat({ id, name }).catch(() => undefined);
  let last = beat();
  await last;
  const timer = setInterval(() => (last = beat()), BEAT_EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await last;
    await workers.leave(id).catch(() => undefined);
  };
}

/** Where every address of a server refuses, there is a code and no message. */
function queueFault(error: Error & { readonly code?: string }): string {
  return error.message || (error.code ?? error.name);
}

async function execute(
  installation: Installation,
  request: RequestRecord,
  signal: AbortSignal,
  { began, committed }: RunNotes,
  log: WorkerLog,
): Promise<RunEnd> {
  const { connection } = request;
  const run = randomUUID();
  await began(run);
  let sourceFault: ErrorReport | undefined;
  const asked = {
    id: run,
    connection,
    streams: [],
    signal,
    onSourceFault: (error: unknown) => {
      const fault = toConnectorError(error);
      if (AFTER_FAULT[fault.kind] === 'again')
        sourceFault = scrubMessages(reportOf(fault), installation.configuration.scrub);
    },
    on: (event: EngineEvent) => hasCommitted(event) && committed(),
    note: (text: string) => log('warn', `${connection}: ${text}`, { request: request.id, run }),
  } satisfies Omit<ConnectionRun, 'trigger'>;
  const trigger = TRIGGERS[request.trigger];
  const result =
    trigger === 'replay'
      ? await replayConnection(installation, asked)
      : await syncConnection(installation, {
          ...asked,
          again: began,
          fullRefresh: false,
          trigger,
          ...partOf(request),
        });
  return { ...endOf(result), ...(sourceFault === undefined ? {} : { sourceFault }) };
}

const TRIGGERS: Readonly<Record<RequestTrigger, ConnectionRun['trigger']>> = {
  schedule: 'schedule',
  after: 'schedule',
  manual: 'manual',
  api: 'manual',
  backfill: 'backfill',
  replay: 'replay',
};

/** A part's fence is known by its days: the same days asked for twice have one, and a dead worker's attempt falls with the next. */
function partOf({ backfill }: RequestRecord) {
  if (backfill === undefined) return {};
  const { from, to } = backfill;
  return { part: `${from}..${to}`, range: { from, to } };
}

function hasCommitted(event: EngineEvent): boolean {
  if (event.type !== 'checkpoint_committed') return false;
  const { inserted, updated, deleted } = event.ledger;
  return inserted + updated + deleted > 0;
}

/** The data may have come in while the marts could not be built: that is a fault too. */
function endOf({ outcome: { state, error, streams } }: RunResult): RunEnd {
  const told = streams.flatMap((stream) => (stream.error === undefined ? [] : [stream.error]));
  return { state, errors: error === undefined || told.includes(error) ? told : [error, ...told] };
}
