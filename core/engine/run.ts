import {
  addLedgers,
  EMPTY_LEDGER,
  type Bookmark,
  type ErrorReport,
  type ExpectationResult,
  type JointReading,
  type Ledger,
  type RunState,
  type SourceStream,
  type StreamState,
} from '../protocol/index.js';
import { addSteps } from '../program/index.js';
import { ConnectorError, EXIT_CODES, isConnectorError, toConnectorError } from '../sdk/errors.js';
import { leftOut, noSuchStream, notInBackfill, nothingByDays } from './by-days.js';
import { replayStream } from './replay.js';
import type { RunRequest, StreamRequest } from './request.js';
import { jointStream } from './stateful-units.js';
import { frozenFields, planStream, type StreamPlan } from './stream-plan.js';
import { runStream } from './stream-run.js';

export interface StreamOutcome {
  readonly stream: string;
  readonly state: StreamState;
  readonly ledger: Ledger;
  /** How often each step of the chain has acted, in committed checkpoints; absent: none has. */
  readonly steps?: Readonly<Record<string, number>>;
  /** How the stream's expectations ended; absent: it has none. */
  readonly expectations?: readonly ExpectationResult[];
  readonly error?: ErrorReport;
}

export interface RunOutcome {
  readonly state: RunState;
  readonly exitCode: number;
  readonly ledger: Ledger;
  readonly streams: readonly StreamOutcome[];
  readonly error?: ErrorReport;
}

const OF_THE_RUN = new Set(['auth', 'locked', 'destination']);

/**
 * Faults that concern the whole run: going on with the next stream could only fail the same way. A right that is missing
 * concerns what it is missing for: another object of the API, another file.
 */
const endsRun = ({ kind, details }: ConnectorError): boolean => OF_THE_RUN.has(kind) && details.fault !== 'permission';

/** One run of a connection: raises the fence, reads every stream to its end, and says how it ended. Never throws. */
export async function runConnection(run: RunRequest): Promise<RunOutcome> {
  const outcomes: StreamOutcome[] = [];
  let fatal: ConnectorError | undefined;
  try {
    const epoch = await run.destination.raiseFence(run.run);
    run.on({ type: 'run_started', run: run.run.id, connection: run.run.connection, epoch: String(epoch) });
    await run.probe('after_fence');
    const bookmarks = await run.destination.bookmarks(run.run.connection);
    for (const offers of readTogether(partOf(run, await offeredStreams(run, bookmarks)))) {
      if (fatal !== undefined || run.signal.aborted) {
        outcomes.push(...offers.map(({ request }) => skipped(request)));
        continue;
      }
      const planned = offers.map((offer) => planOf(run, offer, bookmarks));
      const together = run.replay === true ? undefined : jointReading(offers[0]!);
      together?.begin(planned.flatMap(({ plan }) => (isConnectorError(plan) ? [] : [jointStream(run, plan)])));
      const ended = planned.map(async ({ request, stream, plan }) => {
        const outcome = await oneStream(run, request, plan);
        together?.leave(request.name);
        run.on({ type: 'stream_ended', ...outcome.report });
        if (outcome.error !== undefined && !isConnectorError(stream) && endsRun(outcome.error)) fatal ??= outcome.error;
        return outcome.report;
      });
      outcomes.push(...(await Promise.all(ended)));
    }
  } catch (error) {
    fatal = toConnectorError(error, { connection: run.run.connection });
  }
  const outcome = conclude(run, outcomes, fatal);
  run.on({
    type: 'run_ended',
    state: outcome.state,
    exitCode: outcome.exitCode,
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
  });
  return outcome;
}

interface Offer {
  readonly request: StreamRequest;
  /** The stream, or what the source said in its place. */
  readonly stream: SourceStream | ConnectorError;
}

/** A source that cannot offer one of its streams, and names it, is asked for each alone, so that the others are read. */
async function offeredStreams(run: RunRequest, bookmarks: readonly Bookmark[]): Promise<readonly Offer[]> {
  const ask = async (only?: string) => {
    try {
      return await run.source.streams((stream) => frozenFields(bookmarks, stream), only);
    } catch (error) {
      if (run.signal.aborted || !isConnectorError(error) || error.details.stream === undefined) throw error;
      return error;
    }
  };
  const all = await ask();
  const offers: Offer[] = [];
  for (const request of run.streams) {
    const offered = isConnectorError(all) ? await ask(request.name) : all;
    offers.push({ request, stream: isConnectorError(offered) ? offered : pick(offered, request, run) });
  }
  return offers;
}

/** A part of a backfill reads what can be cut by time; the rest would be read once per part, and is told of. */
function partOf({ run, on, destination }: RunRequest, offers: readonly Offer[]): readonly Offer[] {
  if (run.part === undefined) return offers;
  const outOf = ({ request, stream }: Offer) =>
    isConnectorError(stream)
      ? undefined
      : leftOut(run.connection, request.name, stream, request, destination.capabilities.keepsKeys);
  const out = offers.flatMap((offer) => outOf(offer) ?? []);
  if (out.length === offers.length) throw nothingByDays(run.connection, out);
  for (const one of out) on({ type: 'warning', stream: one.stream, message: notInBackfill(one) });
  return offers.filter((offer) => outOf(offer) === undefined);
}

function pick(offered: Readonly<Record<string, SourceStream>>, request: StreamRequest, run: RunRequest): SourceStream {
  const stream = offered[request.name];
  if (stream !== undefined) return stream;
  throw noSuchStream(run.run.connection, request.name, Object.keys(offered));
}

const skipped = ({ name }: StreamRequest): StreamOutcome => ({ stream: name, state: 'skipped', ledger: EMPTY_LEDGER });

const jointReading = ({ stream }: Offer): JointReading | undefined =>
  !isConnectorError(stream) && stream.kind === 'stateful' ? stream.together : undefined;

/** One after the other, but for those that come out of one reading. */
function readTogether(offers: readonly Offer[]): readonly (readonly Offer[])[] {
  const groups = new Map<unknown, Offer[]>();
  for (const offer of offers) {
    const reading = jointReading(offer) ?? offer;
    groups.set(reading, [...(groups.get(reading) ?? []), offer]);
  }
  return [...groups.values()];
}

/** The offer with what is planned for it, or why it cannot be read. */
function planOf(run: RunRequest, offer: Offer, bookmarks: readonly Bookmark[]) {
  const { request, stream } = offer;
  if (isConnectorError(stream)) return { ...offer, plan: stream };
  const own = bookmarks.filter((bookmark) => bookmark.stream === request.name);
  try {
    return { ...offer, plan: planStream(run, request, stream, own) };
  } catch (error) {
    return { ...offer, plan: toConnectorError(error) };
  }
}

async function oneStream(run: RunRequest, request: StreamRequest, plan: StreamPlan | ConnectorError) {
  // What was committed before a failure counts: the ledger is that of the checkpoints, not of the stream's end.
  let ledger = EMPTY_LEDGER;
  let steps: Readonly<Record<string, number>> | undefined;
  let expectations: readonly ExpectationResult[] | undefined;
  const counting: RunRequest = {
    ...run,
    on: (event) => {
      if (event.type === 'checkpoint_committed') {
        ledger = addLedgers(ledger, event.ledger);
        if (event.steps !== undefined) steps = addSteps(steps ?? {}, event.steps);
      }
      if (event.type === 'expectations_judged') expectations = event.results;
      run.on(event);
    },
  };
  const counted = (state: StreamState) => ({
    stream: request.name,
    state,
    ledger,
    ...(steps === undefined ? {} : { steps }),
    ...(expectations === undefined ? {} : { expectations }),
  });
  try {
    if (isConnectorError(plan)) throw plan;
    const work = run.replay === true ? replayStream : runStream;
    await work(counting, plan);
    return { report: counted('complete'), error: undefined };
  } catch (error) {
    // A stop is no error: what was committed counts, and the rest of the stream was not read.
    if (run.signal.aborted) return { report: counted('skipped'), error: undefined };
    const failure = toConnectorError(error, { stream: request.name, connection: run.run.connection });
    return {
      report: { ...counted('failed'), error: reportOf(failure) },
      error: failure,
    };
  }
}

export function reportOf(error: ConnectorError): ErrorReport {
  const { hint, stream, slice, fault } = error.details;
  return {
    kind: error.kind,
    message: error.message,
    ...(hint === undefined ? {} : { hint }),
    ...(stream === undefined ? {} : { stream }),
    ...(slice === undefined ? {} : { slice }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** Success needs proof: every stream has said that it is complete. */
function conclude(run: RunRequest, streams: readonly StreamOutcome[], fatal: ConnectorError | undefined): RunOutcome {
  const ledger = streams.reduce((sum, { ledger: part }) => addLedgers(sum, part), EMPTY_LEDGER);
  const complete = streams.filter(({ state }) => state === 'complete').length;
  const first = streams.find((stream) => stream.error !== undefined)?.error;
  const error = first ?? (fatal && reportOf(fatal));
  const common = { ledger, streams, ...(error === undefined ? {} : { error }) };
  if (complete === streams.length && fatal === undefined) return { state: 'succeeded', exitCode: 0, ledger, streams };
  if (run.signal.aborted) return { state: 'cancelled', exitCode: 130, ledger, streams };
  if (complete > 0) return { state: 'partial', exitCode: 7, ...common };
  return { state: 'failed', exitCode: EXIT_CODES[error?.kind ?? 'internal'], ...common };
}
