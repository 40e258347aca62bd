import { setTimeout as wait } from 'node:timers/promises';
import type { ErrorReport, RunState } from '../protocol/index.js';
import { toConnectorError } from '../sdk/errors.js';
import type { Admit } from './admission.js';
import { keepLease, type LeaseKeeper, type LeaseTimes } from './lease-keeper.js';
import type { CircuitStore } from './circuit-store.js';
import type { RunQueue } from './queue.js';
import type { Lease, RequestRecord, RequestStore } from './request-store.js';
import { afterFault, holdsSchedule, isDeadly } from './retry-policy.js';

/** How an attempt ended. Only one that succeeded without errors, those of streams included, is done. */
export interface RunEnd {
  readonly state: RunState;
  readonly errors: readonly ErrorReport[];
  /** A fault of the source that may pass, if there was one. */
  readonly sourceFault?: ErrorReport;
}

export interface RunNotes {
  /** Before the run begins, so that whoever takes over knows which run is dead. */
  began(run: string): Promise<void>;
  /** Rows were committed. */
  committed(): void;
}

/** What a worker tells; `data` are ids, names, counts and instants, never a value of a record. */
export type WorkerLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  data: Readonly<Record<string, unknown>>,
) => void;

export interface WorkerParts {
  readonly requests: RequestStore;
  readonly circuits: Pick<CircuitStore, 'failed' | 'answered'>;
  readonly queue: RunQueue;
  /** One run of the request's connection. It ends soon after the signal, cleanly. Throwing means that there was no run. */
  execute(request: RequestRecord, signal: AbortSignal, notes: RunNotes): Promise<RunEnd>;
  /** Notes that the worker of this run is dead, if it is still shown as running; its fence falls when a new run begins. */
  interrupt(run: string): Promise<void>;
  /** Holds the connection's schedule until a person has acted; called before the request ends. */
  requireAction(request: RequestRecord, error: ErrorReport): Promise<void>;
  /** The database's clock: those of hosts may differ. */
  now(): Promise<string>;
  readonly admit: Admit;
  readonly log: WorkerLog;
  readonly random: () => number;
}

export interface WorkerTimes extends LeaseTimes {
  /** How often what could be claimed is sent again. */
  readonly sweepEveryMs: number;
  /** How long runs may take to end once the worker stops. */
  readonly stopWithinMs: number;
}

/** A free worker takes over a dead one's request after a lease, a sweep and a second of the queue: 37 s at most. */
export const WORKER_TIMES: WorkerTimes = {
  leaseMs: 30_000,
  renewEveryMs: 10_000,
  sweepEveryMs: 5_000,
  stopWithinMs: 20_000,
};

/** More could be claimed at once than a sweep sends; the longest waiting go first, and the rest with the next one. */
const SENT_PER_SWEEP = 200;
/** Other workers may be faster with the first of them. */
const CANDIDATES = 5;
const SETTLE_EVERY_MS = 1_000;

export interface Worker {
  /**
   * Takes nothing new, stops the runs after their batch and gives their requests back, so that another worker takes them at
   * once. False where a run did not end in time; it can commit nothing more once another worker has begun.
   */
  stop(): Promise<boolean>;
}

/** Takes requests as `name`, up to `concurrency` at a time, and carries each out. */
export async function startWorker(
  { requests, circuits, queue, execute, interrupt, requireAction, admit, now, log, random }: WorkerParts,
  {
    name,
    concurrency,
    times = WORKER_TIMES,
  }: { readonly name: string; readonly concurrency: number; readonly times?: WorkerTimes },
): Promise<Worker> {
  const stopping = new AbortController();
  const carried = new Map<Lease, Promise<void>>();

  const carry = async (id: string): Promise<void> => {
    if (stopping.signal.aborted) return;
    const lease = await claimFairly(id);
    if (lease === undefined) return;
    const work = carryOut(lease);
    carried.set(lease, work);
    await work.finally(() => carried.delete(lease));
  };

  /** Queues bring what was sent first: a connection of which many are asked for would have all turns. */
  const claimFairly = async (id: string): Promise<Lease | undefined> => {
    if (!(await requests.isCrowded(id))) return requests.claim(id, name, times.leaseMs);
    for (const fair of await requests.claimable(CANDIDATES)) {
      const lease = await requests.claim(fair.id, name, times.leaseMs);
      if (lease !== undefined) return lease;
    }
    return undefined;
  };

  const carryOut = async (lease: Lease): Promise<void> => {
    const { request } = lease;
    const told = { request: request.id, connection: request.connection, attempt: request.attempt };
    if (request.run !== undefined) await interrupt(request.run);
    if (request.isCancelWanted) return requests.end(lease);
    if (isDeadly(request)) {
      log(
        'error',
        `${request.connection}: its workers died ${request.fruitless} times in a row; not tried again`,
        told,
      );
      return requests.end(lease, DEADLY);
    }
    const admission = admit(request, Date.parse(await now()));
    if (admission === 'missed') {
      log(
        'warn',
        `${request.connection}: left out, since its slot ${request.slot} has been missed by more than its grace`,
        told,
      );
      await requests.cancel(request.id);
      return requests.again(lease, request.notBefore);
    }
    if (admission !== 'now') {
      log('info', `${request.connection}: waits for the end of its blackout at ${admission.notBefore}`, told);
      return requests.again(lease, admission.notBefore);
    }
    const abort = new AbortController();
    const onStop = () => abort.abort(new Error('the worker stops'));
    stopping.signal.addEventListener('abort', onStop, { once: true });
    if (stopping.signal.aborted) onStop();
    let hasCommitted = false;
    let why: 'lost' | 'cancelled' | undefined;
    const keeper = keepLease(requests, lease, times, (ended) => {
      why = ended;
      abort.abort(new Error(ended === 'lost' ? 'another worker has taken over' : 'the run was cancelled'));
    });
    const committed = () => {
      hasCommitted = true;
      keeper.committed();
    };
    const beginning = request.run === undefined ? 'run starts' : 'run starts again';
    log('info', `${request.connection}: ${beginning}`, told);
    const startedAt = performance.now();
    const end = await execute(request, abort.signal, {
      began: (run) => requests.began(lease, run),
      committed,
    }).catch((error: unknown): RunEnd => ({ state: 'failed', errors: [reportOf(error)] }));
    stopping.signal.removeEventListener('abort', onStop);
    const seconds = Math.round(performance.now() - startedAt) / 1_000;
    const ended = { ...told, state: end.state, seconds };
    if (why === 'lost') log('warn', `${request.connection}: stopped, since another worker may have taken over`, ended);
    else
      await settled(keeper, async () => {
        const isDone = end.state === 'succeeded' && end.errors.length === 0;
        if (end.state === 'failed' && !hasCommitted && end.sourceFault !== undefined)
          await circuits.failed(request, end.sourceFault);
        if (isDone || why === 'cancelled') {
          await requests.end(lease);
          log('info', `${request.connection}: run ${end.state}`, ended);
        } else if (stopping.signal.aborted) {
          await giveBack(lease);
          log('info', `${request.connection}: given back, since this worker stops`, ended);
        } else await afterFailure(lease, hasCommitted, end, ended);
        if (isDone || hasCommitted) await circuits.answered(request.connection);
      }).catch((error: unknown) =>
        log(
          'error',
          `${request.connection}: how it ended could not be stored: ${toConnectorError(error).message}`,
          ended,
        ),
      );
    await keeper.stop();
  };

  const afterFailure = async (
    lease: Lease,
    hasCommitted: boolean,
    { state, errors }: RunEnd,
    ended: object,
  ): Promise<void> => {
    const { request } = lease;
    const next = afterFault({ attempt: request.attempt, fruitless: request.fruitless, hasCommitted, errors }, random);
    const { error } = next;
    const fault = { ...ended, kind: error.kind, error: error.message };
    if ('pauseMs' in next) {
      const notBefore = new Date(Date.parse(await now()) + next.pauseMs).toISOString();
      await requests.again(lease, notBefore, { error, fruitless: next.fruitless });
      log(
        'warn',
        `${request.connection}: failed (${error.kind}), again in ${Math.round(next.pauseMs / 1_000)} s`,
        fault,
      );
      await queue.send([{ id: request.id, notBefore }]).catch(() => undefined); // the sweep will
    } else {
      // A part of a backfill says nothing about the days that the schedule reads.
      if (request.backfill === undefined && next.verdict === 'person' && holdsSchedule(error, state))
        await requireAction(request, error);
      await requests.end(lease, error);
      log('error', `${request.connection}: failed (${error.kind}), ${AFTERWARDS[next.verdict]}`, fault);
    }
  };

  /** Not with a new instant: it has waited the longest, and the clocks of the hosts may differ. */
  const giveBack = async (lease: Lease): Promise<void> => {
    await requests.again(lease, lease.request.notBefore);
    await queue.send([lease.request]).catch(() => undefined); // the sweep will
  };

  /** The lease goes on meanwhile: a store that restarts delays the end and no more. */
  const settled = async (keeper: LeaseKeeper, work: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!keeper.isHeld || toConnectorError(error).kind !== 'transient') throw error;
        await wait(SETTLE_EVERY_MS);
      }
    }
  };

  const sweep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await requests
        .claimable(SENT_PER_SWEEP)
        .then((open) => queue.send(open))
        .catch((error: unknown) =>
          log('warn', `requests could not be looked for: ${toConnectorError(error).message}`, {}),
        );
      // Workers that started together do not ask together.
      const pause = times.sweepEveryMs * (0.8 + 0.4 * random());
      await wait(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  await queue.work(
    (id) => carry(id).catch((error: unknown) => log('error', toConnectorError(error).message, { request: id })),
    concurrency,
  );
  const sweeping = sweep();
  return {
    async stop() {
      stopping.abort();
      await queue.rest();
      const ended = Promise.all([sweeping, ...carried.values()]).then(() => true);
      const isClean = await Promise.race([ended, wait(times.stopWithinMs, false, { ref: false })]);
      for (const lease of carried.keys()) {
        log('warn', `${lease.request.connection}: given back although its run did not end in time`, {
          request: lease.request.id,
        });
        await giveBack(lease).catch(() => undefined); // its lease runs out
      }
      return isClean;
    },
  };
}

const AFTERWARDS = {
  person: 'a person is needed',
  next: 'the next slot tries again',
  exhausted: 'tried often enough; the next slot tries again',
} as const;

const DEADLY: ErrorReport = {
  kind: 'internal',
  message: 'The workers that ran it died again and again.',
  hint: 'Look at their logs, memory and disk; then ask for a run once more.',
};

function reportOf(error: unknown): ErrorReport {
  const { kind, message, details } = toConnectorError(error);
  return { kind, message, ...(details.hint === undefined ? {} : { hint: details.hint }) };
}
