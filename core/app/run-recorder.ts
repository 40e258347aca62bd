import type { RunOutcome } from '../engine/index.js';
import type { NewRun, RunEvent, RunStore } from '../persistence/index.js';
import type { ApiCalls, EngineEvent, EventListener } from '../protocol/index.js';
import { toConnectorError } from '../sdk/index.js';
import { runProgress } from './run-progress.js';

const HEARTBEAT_MS = 10_000;
const FLUSH_MS = 1_000;

/** Writes a run and its events into the host's store while it happens. */
export interface RunRecorder {
  readonly on: EventListener;
  /** A line of the host about this run. */
  log(level: 'info' | 'warn' | 'error', message: string): void;
  /** Everything that was heard is stored once this resolves. */
  end(outcome: RunOutcome, calls?: readonly ApiCalls[]): Promise<void>;
}

/** A run of very many files tells each; past this only what is out of the ordinary is kept. */
const MOST_EVENTS = 20_000;
const OF_SLICES: ReadonlySet<EngineEvent['type']> = new Set([
  'slice_started',
  'checkpoint_committed',
  'slice_completed',
]);
/** A server may answer with a whole page. */
const LONGEST_TEXT = 4_000;

/** Batches pass by the thousand; `progress` says what they sum up to, and the checkpoint that follows. */
const isKept = ({ type }: EngineEvent) => type !== 'batch_staged';

/**
 * Begins the record of a run. `locked` where the connection has a run already that is alive. A store that fails in the
 * middle does not stop the run, whose truth lies in the destination; `onLost` is told once.
 */
export async function recordRun(
  store: RunStore,
  run: Pick<NewRun, 'id' | 'connection' | 'trigger' | 'traceId' | 'part'> & { readonly startedAt: Date },
  onLost: (reason: string) => void,
  mostEvents = MOST_EVENTS,
): Promise<RunRecorder> {
  await store.begin({ ...run, startedAt: run.startedAt.toISOString() });
  let waiting: RunEvent[] = [];
  let seq = 0;
  const progress = runProgress();
  const keep = (type: string, data: object) =>
    waiting.push({ run: run.id, seq: ++seq, at: new Date().toISOString(), type, data: shortened(data) });
  const log: RunRecorder['log'] = (level, message) => keep('log', { level, message });
  let slices = 0;
  let isLost = false;
  let turn: Promise<void> = Promise.resolve();
  const attempt = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => {
      if (!isLost) onLost(toConnectorError(error).message);
      isLost = true;
    });
    return turn;
  };
  const flush = () =>
    attempt(async () => {
      const batch = waiting;
      waiting = [];
      await store.append(batch);
    });
  const flushing = setInterval(() => {
    const news = progress.due(Date.now());
    if (news !== undefined) keep('progress', news);
    if (waiting.length > 0) void flush();
  }, FLUSH_MS).unref();
  const beating = setInterval(() => void attempt(() => store.heartbeat(run.id)), HEARTBEAT_MS).unref();
  return {
    on(event) {
      progress.on(event);
      if (!isKept(event)) return;
      if (OF_SLICES.has(event.type) && ++slices > mostEvents) {
        if (slices === mostEvents + 1) log('warn', `More than ${mostEvents} events of slices: the rest are not kept.`);
        return;
      }
      const { type, ...data } = event;
      keep(type, data);
    },
    log,
    async end(outcome, calls = []) {
      clearInterval(flushing);
      clearInterval(beating);
      await flush();
      const streams = outcome.streams.map(({ stream, ledger, ...rest }) => [
        stream,
        { ...rest, ledger: { ...ledger } },
      ]);
      await store.end(run.id, {
        state: outcome.state,
        endedAt: new Date().toISOString(),
        exitCode: outcome.exitCode,
        streams: Object.fromEntries(streams),
        ...(outcome.error === undefined ? {} : { error: outcome.error }),
        ...(calls.length === 0 ? {} : { calls }),
      });
    },
  };
}

function shortened(data: object): object {
  const entries = Object.entries(data).map(([key, value]: [string, unknown]) => {
    if (typeof value === 'string' && value.length > LONGEST_TEXT) return [key, `${value.slice(0, LONGEST_TEXT)}…`];
    return [key, key === 'error' && typeof value === 'object' && value !== null ? shortened(value) : value];
  });
  return Object.fromEntries(entries) as object;
}
