import type {
  DestinationSession,
  DirtyMark,
  EventListener,
  Expectation,
  Field,
  Ledger,
  OpenSource,
  PlannedColumn,
  RecordSeal,
  RowCondition,
  RunIdentity,
  SyncMode,
  WriteMode,
} from '../protocol/index.js';

export type SchemaChangeRule = 'evolve' | 'freeze' | 'stop';

/** What a connection wants of one stream. */
export interface StreamRequest {
  readonly name: string;
  readonly sync: SyncMode | undefined;
  readonly write: WriteMode | undefined;
  readonly lookback: string | undefined;
  readonly onSchemaChange: SchemaChangeRule;
  /** True: its table is one that somebody else has made, whose rows stay. */
  readonly adopt?: boolean;
  /** The middleware's chain: from the fields as they come to the columns as they land. */
  readonly planColumns: (fields: readonly Field[], key: readonly string[]) => readonly PlannedColumn[];
  /** What the chain demands of whole records; absent: nothing. */
  readonly planConditions?: (fields: readonly Field[], key: readonly string[]) => readonly RowCondition[];
  /** Of a stream of PHI: encrypts what goes to quarantine, and opens it for a replay. */
  readonly recordSeal?: RecordSeal;
  readonly marks: readonly DirtyMark[];
  /** Every expectation of the stream, for its results; absent: none. */
  readonly expectations?: readonly Expectation[];
}

/** Past either limit the stream fails. */
export interface ErrorBudget {
  /** Share of the records read, 0..1. */
  readonly share: number;
  readonly records: number;
}

/** Time and names from outside, so that a test decides them. */
export interface Clock {
  now(): Date;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A new UUID. */
  id(): string;
  random(): number;
}

export interface RunRequest {
  readonly run: RunIdentity;
  readonly source: OpenSource;
  readonly destination: DestinationSession;
  readonly schema: string;
  readonly streams: readonly StreamRequest[];
  readonly errorBudget: ErrorBudget;
  readonly unstorableText: 'replace' | 'quarantine';
  /** When the run began: what changes at the source afterwards belongs to the next run. */
  readonly startedAt: Date;
  readonly fullRefresh: boolean;
  readonly range?: { readonly from: string; readonly to?: string };
  /** True: the records in quarantine are read instead of the source. */
  readonly replay?: boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly on: EventListener;
  /** What a stream usually reads, where this run read something else; absent: nothing is known. */
  readonly volume?: (stream: string, ledger: Ledger) => Promise<{ readonly usual: number } | undefined>;
  /** What is done to have a stream written from its start, for an error; absent: its bookmark is taken away. */
  readonly anew?: string;
  /** What is done about records that were rejected, for an error; absent: the quarantine of the connection is looked at. */
  readonly onRejected?: string;
  readonly probe: (point: string) => Promise<void> | void;
}
