import type { AlertKind, ErrorReport, RunState, Severity, StreamState } from '../protocol/index.js';

/** A run that ended, as far as alerts look at it. Instants are ISO 8601 in UTC. */
export interface EndedRun {
  readonly id: string;
  readonly connection: string;
  readonly state: RunState;
  readonly trigger: string;
  readonly endedAt: string;
  readonly error?: ErrorReport;
  readonly streams: Readonly<Record<string, EndedStream>>;
  /** What its `schema_changed` events told. */
  readonly schemaChanges: readonly ColumnChange[];
}

export interface EndedStream {
  readonly state: StreamState;
  readonly ledger: Readonly<Record<string, number>>;
  readonly error?: ErrorReport;
}

/** Names of columns only: types and values stay where they are. */
export interface ColumnChange {
  readonly stream: string;
  readonly isApplied: boolean;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly retyped: readonly string[];
  readonly loosened: readonly string[];
}

/** What a person reads. It holds no value of a record and no secret. */
export interface AlertText {
  readonly title: string;
  /** What happened, what it means for the report, and what to do. */
  readonly what: string;
  readonly meaning: string;
  readonly next: string;
  /** Shows more of it on the command line. */
  readonly command: string;
}

/** One cause, from the run that showed it to the run that shows it is gone. */
export interface Incident {
  readonly id: string;
  /** Of connection, kind and stream, worker or host; only one incident of a key is open at a time. */
  readonly key: string;
  readonly kind: AlertKind;
  /** Absent where it is about the host or a worker. */
  readonly connection?: string;
  readonly stream?: string;
  readonly severity: Severity;
  readonly text: AlertText;
  /** The run that opened it; absent where the clock did. */
  readonly run?: string;
  readonly openedAt: string;
  readonly lastSeenAt: string;
  /** In how many runs it was seen. */
  readonly times: number;
  readonly resolvedAt?: string;
  /** Somebody has seen it. */
  readonly acknowledged?: Acknowledgement;
}

export interface Acknowledgement {
  readonly at: string;
  /** Who: an account of the command line, or `api`. */
  readonly by: string;
}

export type NewIncident = Pick<Incident, 'key' | 'kind' | 'connection' | 'stream' | 'severity' | 'text' | 'run'> & {
  readonly channels: readonly string[];
  readonly escalations: readonly { readonly channel: string; readonly afterMs: number }[];
};

/** What one run changes about incidents. */
export interface Judgement {
  readonly opened: readonly NewIncident[];
  /** Keys of open incidents that this run showed again. */
  readonly seen: readonly string[];
  readonly resolved: readonly string[];
}

export const NOTHING_TO_TELL: Judgement = { opened: [], seen: [], resolved: [] };

export type DeliveryAction = 'trigger' | 'resolve';

/** One incident's message to one channel. */
export interface Delivery {
  readonly id: string;
  readonly channel: string;
  readonly action: DeliveryAction;
  /** How often it was tried, this time included. */
  readonly attempt: number;
  readonly createdAt: string;
  readonly incident: Incident;
}

export interface DeliveryRecord {
  readonly channel: string;
  readonly action: DeliveryAction;
  /** `refused`: the channel said no; `given_up`: it could not be reached for days; `dropped`: nobody needs it any more. */
  readonly state: 'waiting' | 'sent' | 'refused' | 'given_up' | 'dropped';
  readonly escalates: boolean;
  readonly attempt: number;
  readonly at: string;
  readonly error?: string;
}
