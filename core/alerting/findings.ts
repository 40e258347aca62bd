import type { AlertKind, ErrorReport } from '../protocol/index.js';
import type { ColumnChange, EndedRun, EndedStream } from './incident.js';
import { anomalyOf } from './volume.js';

/** Past either the stream fails: the share of the records read (0 to 1), and their number. */
export interface ErrorBudget {
  readonly share: number;
  readonly records: number;
}

/** Something that one run shows and that somebody may want to know. */
export type Finding =
  | {
      readonly kind: 'run_failed' | 'run_partial' | 'run_interrupted' | 'auth' | 'integrity_mismatch' | 'disk';
      readonly stream?: undefined;
      /** As what it is told where no rule names its kind. */
      readonly orElse?: AlertKind;
    }
  | {
      readonly kind: 'schema_change';
      readonly stream: string;
      readonly changes: readonly ColumnChange[];
      readonly orElse?: undefined;
    }
  | {
      readonly kind: 'quarantine_growth' | 'error_budget';
      readonly stream: string;
      readonly orElse?: AlertKind;
      readonly quarantined: number;
      readonly read: number;
      /** 1 where the budget is used up. */
      readonly used: number;
    }
  | {
      readonly kind: 'unexpected_zero';
      readonly stream: string;
      readonly usual: number;
      readonly orElse?: undefined;
    }
  | {
      readonly kind: 'volume_anomaly';
      readonly stream: string;
      readonly read: number;
      /** The median of the same weekday in the weeks before, and how many of them there are. */
      readonly usual: number;
      readonly weeks: number;
      readonly orElse?: undefined;
    };

/** So many runs must have brought something before one that brings nothing is strange. */
const RUNS_BEFORE_ZERO = 3;

/** All that a run shows, one finding a cause, whether or not a rule asks for it. */
export function findingsOf(
  run: EndedRun,
  earlier: readonly EndedRun[],
  weekly: readonly EndedRun[],
  budget: ErrorBudget,
): readonly Finding[] {
  const streams = Object.entries(run.streams);
  return [
    ...outcomeOf(run),
    ...Object.entries(Object.groupBy(run.schemaChanges, ({ stream }) => stream)).map(
      ([stream, changes = []]): Finding => ({ kind: 'schema_change', stream, changes }),
    ),
    ...streams.flatMap(([stream, outcome]): readonly Finding[] => {
      const { read = 0, quarantined = 0 } = outcome.ledger;
      const used = budgetUsed(outcome, budget);
      if (used === 0) return [];
      const figures = { stream, quarantined, read, used };
      const isOver = outcome.error?.kind === 'data';
      return isOver
        ? [{ kind: 'error_budget', ...figures, orElse: 'quarantine_growth' }]
        : [{ kind: 'quarantine_growth', ...figures }];
    }),
    ...(isOrdinary(run) ? streams : []).flatMap(([stream, outcome]): readonly Finding[] => {
      const usual = usualOf(stream, earlier);
      if (readsNothing(outcome) && usual !== undefined) return [{ kind: 'unexpected_zero', stream, usual }];
      const anomaly = anomalyOf(stream, run, earlier.filter(isOrdinary), weekly);
      return anomaly === undefined ? [] : [{ kind: 'volume_anomaly', stream, ...anomaly }];
    }),
  ];
}

/** What an open incident of a stream is over by; a run that did not come that far shows nothing. */
export function showsRecovery(kind: AlertKind, stream: string | undefined, run: EndedRun): boolean {
  if (stream === undefined) return run.state === 'succeeded' && run.error === undefined;
  const outcome = run.streams[stream];
  if (outcome?.state !== 'complete') return false;
  // What a backfill reads says nothing of the runs of every day.
  if (kind === 'volume_anomaly') return isOrdinary(run);
  return kind !== 'unexpected_zero' || (outcome.ledger['read'] ?? 0) > 0;
}

function outcomeOf(run: EndedRun): readonly Finding[] {
  if (run.state === 'interrupted') return [{ kind: 'run_interrupted', orElse: 'run_failed' }];
  // The data may have come in while the marts could not be built.
  const isUnfinished = run.state === 'succeeded' && run.error !== undefined;
  if (run.state !== 'failed' && run.state !== 'partial' && !isUnfinished) return [];
  const kind = run.state === 'partial' ? 'run_partial' : 'run_failed';
  const errors = errorsOf(run);
  // A right that one stream lacks keeps the others from nothing: that is told as their failure.
  const isRefused = ({ kind: of, fault }: ErrorReport) =>
    of === 'auth' && (fault !== 'permission' || kind === 'run_failed');
  if (errors.some(isRefused)) return [{ kind: 'auth', orElse: kind }];
  if (errors.some(({ fault }) => fault === 'integrity')) return [{ kind: 'integrity_mismatch', orElse: kind }];
  if (errors.some(({ fault }) => fault === 'disk_full')) return [{ kind: 'disk', orElse: kind }];
  // Another run has the connection: that one tells how it goes.
  const isElsewhere = errors.length > 0 && errors.every((error) => error.kind === 'locked');
  return isElsewhere ? [] : [{ kind }];
}

/** Of the run and of its streams, in the order in which a person should read them. */
export function errorsOf({ error, streams }: EndedRun): readonly ErrorReport[] {
  const all = [
    error,
    ...Object.entries(streams).map(([stream, outcome]) => outcome.error && { stream, ...outcome.error }),
  ];
  const known = all.filter((each) => each !== undefined);
  // The run's own error is that of a stream, where one alone failed.
  return known.filter((each, index) => known.findIndex(({ message }) => message === each.message) === index);
}

function budgetUsed({ ledger, error }: EndedStream, { share, records }: ErrorBudget): number {
  // It failed because of its records: what went past the budget was not committed, and so stands in no ledger.
  if (error?.kind === 'data') return 1;
  const { read = 0, quarantined = 0 } = ledger;
  if (quarantined === 0) return 0;
  const of = (allowed: number) => (allowed === 0 ? 1 : quarantined / allowed);
  return Math.min(1, Math.max(of(read * share), of(records)));
}

/** A backfill or replay reads other spans than the runs of every day. */
const isOrdinary = ({ trigger }: EndedRun) => trigger !== 'backfill' && trigger !== 'replay';

const readsNothing = ({ state, ledger }: EndedStream) => state === 'complete' && (ledger['read'] ?? 0) === 0;

/** The least that the last runs brought; undefined where they do not all bring something. */
function usualOf(stream: string, earlier: readonly EndedRun[]): number | undefined {
  const reads = earlier
    .filter((run) => isOrdinary(run) && run.streams[stream]?.state === 'complete')
    .slice(0, RUNS_BEFORE_ZERO)
    .map((run) => run.streams[stream]?.ledger['read'] ?? 0);
  return reads.length === RUNS_BEFORE_ZERO && reads.every((read) => read > 0) ? Math.min(...reads) : undefined;
}
