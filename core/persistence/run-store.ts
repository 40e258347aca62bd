import type { ApiCalls, ErrorReport, ExpectationResult, RunState, StreamState } from '../protocol/index.js';
import type { ProcessIdentity } from './process-identity.js';

/** How one stream of a run stands. */
export interface StreamOutcome {
  readonly state: StreamState;
  readonly ledger: Readonly<Record<string, number>>;
  /** How often each step of the chain has acted; absent: none has. */
  readonly steps?: Readonly<Record<string, number>>;
  /** How its expectations ended; absent: it has none. */
  readonly expectations?: readonly ExpectationResult[];
  readonly error?: ErrorReport;
}

/** One run as history, API and command line tell it. Instants are ISO 8601 in UTC. */
export interface RunRecord {
  readonly id: string;
  readonly connection: string;
  readonly state: RunState;
  /** What set it off: `manual`, `schedule`, `backfill`, … */
  readonly trigger: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly exitCode?: number;
  readonly error?: ErrorReport;
  readonly streams: Readonly<Record<string, StreamOutcome>>;
  /** Of a run that ended; absent where its source asked no API. */
  readonly calls?: readonly ApiCalls[];
  readonly owner: ProcessIdentity;
  readonly heartbeatAt: string;
  /** Under which its spans were sent; absent where none were. */
  readonly traceId?: string;
}

/** A run that begins; its owner is this process unless another is named. */
export type NewRun = Pick<RunRecord, 'id' | 'connection' | 'trigger' | 'startedAt'> &
  Partial<Pick<RunRecord, 'state' | 'owner' | 'traceId'>> & {
    /** Of a split backfill; one run of a connection and part goes on at a time. */
    readonly part?: string;
  };

export type RunOutcome = Required<Pick<RunRecord, 'state' | 'endedAt' | 'exitCode' | 'streams'>> &
  Pick<RunRecord, 'error' | 'calls'>;

export interface RunEvent {
  readonly run: string;
  /** Counts from 1 within its run. */
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  /** JSON. Text that Postgres cannot hold (NUL, lone surrogates) is kept with U+FFFD in its place. */
  readonly data: unknown;
}

/** Where a run stands in the order of all. */
export type RunPlace = Pick<RunRecord, 'startedAt' | 'id'>;

export interface RunFilter {
  readonly connection?: string;
  /** No others than these. */
  readonly within?: readonly string[];
  readonly state?: RunState;
  /** Began then or later. */
  readonly since?: string;
  readonly limit: number;
  /** The last run of the page before. */
  readonly before?: RunPlace;
}

/** All runs of a connection, summed up. */
export interface RunTotals {
  readonly connection: string;
  /** How many runs are in each state. */
  readonly runs: Readonly<Partial<Record<RunState, number>>>;
  /** Of the runs that ended, together. */
  readonly seconds: number;
  /** Sums of the ledger's columns. */
  readonly rows: Readonly<Record<string, number>>;
  readonly lastSuccessAt?: string;
}

export interface InterruptedRule {
  readonly connection?: string;
  /** Older heartbeats count as those of a dead process, also on a host we cannot see. */
  readonly heartbeatOlderThanMs: number;
}

/**
 * The host's own memory of runs; truth about data is in the destination. Every method may be repeated, and is, for some
 * seconds, when the connection to the database breaks. Rejections are `ConnectorError`s.
 */
export interface RunStore {
  /** `locked` where another run of the connection is running. */
  begin(run: NewRun): Promise<void>;
  heartbeat(id: string): Promise<void>;
  /** Keeps the first of two events with the same run and seq. */
  append(events: readonly RunEvent[]): Promise<void>;
  /** Also of a run that was taken for interrupted meanwhile: its owner knows better. */
  end(id: string, outcome: RunOutcome): Promise<void>;
  /** Marks running and queued runs whose process is gone or silent, and returns their ids. */
  markInterrupted(rule: InterruptedRule): Promise<readonly string[]>;
  /** Of one run, alive or not: another process does its work now. */
  interrupt(id: string): Promise<void>;
  /** The latest first. */
  list(filter: RunFilter): Promise<readonly RunRecord[]>;
  get(id: string): Promise<RunRecord | undefined>;
  /** In their order, after one of them; all, or as many as `limit`. */
  events(id: string, after?: number, limit?: number): Promise<readonly RunEvent[]>;
  /** Events of a connection that tell of changed columns, the latest first. */
  schemaChanges(connection: string, limit: number): Promise<readonly RunEvent[]>;
  /** The latest run of every connection, or of one; parts of backfills, which go on beside it, aside. */
  lastByConnection(connection?: string): Promise<Readonly<Record<string, RunRecord>>>;
  totals(): Promise<readonly RunTotals[]>;
  /** When the latest run that succeeded ended, of every connection that has one; backfills and replays aside. */
  lastSuccesses(): Promise<Readonly<Record<string, string>>>;
}
