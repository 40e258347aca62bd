import type { ErrorKind } from '../sdk/errors.js';
import type { ErrorReport, RunState } from '../protocol/index.js';

/**
 * `again`: it may pass by itself. `wait`: another run has the connection. `person`: nothing changes until somebody acts.
 * `next`: the same data would fail the same way; the next slot tries with newer ones.
 */
export type Verdict = 'again' | 'wait' | 'person' | 'next';

/** What follows a fault. The engine has repeated single requests before; here whole runs are. */
export const AFTER_FAULT: Readonly<Record<ErrorKind, Verdict>> = {
  transient: 'again',
  rate_limit: 'again',
  locked: 'wait',
  config: 'person',
  auth: 'person',
  schema: 'person',
  source: 'next',
  destination: 'next',
  data: 'next',
  expectation: 'next',
  internal: 'next',
};

export const RETRIES = {
  /** After the first, second, … attempt in a row that committed nothing; one more than this ends the request. */
  pausesMs: [10_000, 30_000, 90_000, 270_000],
  /** All attempts of a request, also those that committed something. */
  attempts: 20,
  /** While another run has the connection; nothing is at fault, so only `attempts` bounds it. */
  lockedPauseMs: 60_000,
  /** Pauses differ by up to this share either way, so that what failed together does not come back together. */
  jitter: 0.2,
} as const;

export interface Attempted {
  /** Counts from 1; this one included. */
  readonly attempt: number;
  /** Attempts before this one in a row without a row committed. */
  readonly fruitless: number;
  readonly hasCommitted: boolean;
  readonly errors: readonly ErrorReport[];
}

export type Next =
  | {
      readonly verdict: 'again' | 'wait';
      readonly pauseMs: number;
      readonly fruitless: number;
      readonly error: ErrorReport;
    }
  | { readonly verdict: 'person' | 'next' | 'exhausted'; readonly error: ErrorReport };

/** Decides by the gravest fault of an attempt that failed. */
export function afterFault({ attempt, fruitless, hasCommitted, errors }: Attempted, random: () => number): Next {
  const verdictOf = ({ kind }: ErrorReport): Verdict => AFTER_FAULT[kind];
  const gravest = (verdict: Verdict) => errors.find((error) => verdictOf(error) === verdict);
  // A key that is refused must not be tried again for the sake of another stream that might pass; it is graver than a right
  // that one stream lacks, which holds no schedule.
  const login = errors.find((error) => error.kind === 'auth' && error.fault !== 'permission');
  const error = login ?? gravest('person') ?? gravest('wait') ?? gravest('again') ?? errors[0] ?? UNTOLD;
  const verdict = verdictOf(error);
  if (verdict === 'person' || verdict === 'next') return { verdict, error };
  const isWaiting = verdict === 'wait';
  const before = hasCommitted ? 0 : fruitless;
  const base = isWaiting ? RETRIES.lockedPauseMs : RETRIES.pausesMs[before];
  if (base === undefined || attempt >= RETRIES.attempts) return { verdict: 'exhausted', error };
  const pauseMs = Math.round(base * (1 + RETRIES.jitter * (2 * random() - 1)));
  return { verdict, pauseMs, fruitless: isWaiting ? before : before + 1, error };
}

/**
 * Whether a fault for which a person is needed also holds the schedule. Where other streams came in, it goes on for their sake,
 * except after a refused login, which ends a run before its other streams and may lock the account. A right that is missing
 * does neither.
 */
export const holdsSchedule = ({ kind, fault }: ErrorReport, state: RunState): boolean =>
  state === 'failed' || (state === 'partial' && kind === 'auth' && fault !== 'permission');

/** Whether workers died of a request so often that it may be why; `fruitless` counts the last one already. */
export const isDeadly = ({ fruitless, attempt }: { readonly fruitless: number; readonly attempt: number }): boolean =>
  fruitless > RETRIES.pausesMs.length || (fruitless > 0 && attempt > RETRIES.attempts);

const UNTOLD: ErrorReport = { kind: 'internal', message: 'The run failed without saying why.' };
