import type { ErrorKind, Fault } from '../sdk/errors.js';
import type { Adoption } from './destination.js';
import type { ExpectationResult } from './expectations.js';
import type { Ledger } from './ledger.js';
import type { SchemaChange } from './schema.js';

export type RunState = 'queued' | 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled' | 'interrupted';
export type StreamState = 'pending' | 'reading' | 'complete' | 'failed' | 'skipped';

/** An error as events, run history and `--json` carry it: no cause, no stack, no value of a record. */
export interface ErrorReport {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint?: string;
  readonly stream?: string;
  readonly slice?: string;
  readonly fault?: Fault;
}

/** What the engine tells of a run. Logs, progress, run history, metrics and alerts listen to this and to nothing else. */
export type EngineEvent =
  | { readonly type: 'run_started'; readonly run: string; readonly connection: string; readonly epoch: string }
  | { readonly type: 'stream_started'; readonly stream: string; readonly sync: string; readonly write: string }
  /** What a stream of files has before it: those that are to be read in this run, and their bytes as they lie there. */
  | { readonly type: 'files_listed'; readonly stream: string; readonly files: number; readonly bytes: number }
  | { readonly type: 'slice_started'; readonly stream: string; readonly slice: string; readonly bytes?: number }
  | {
      readonly type: 'batch_staged';
      readonly stream: string;
      readonly slice: string;
      readonly rows: number;
      readonly bytes: number;
      readonly sourceBytes: number;
    }
  | {
      readonly type: 'records_quarantined';
      readonly stream: string;
      readonly slice: string;
      readonly count: number;
      readonly reasons: Readonly<Record<string, number>>;
    }
  /** A table that somebody else has made is the stream's from now on, with the rows that are in it. */
  | ({ readonly type: 'table_adopted'; readonly stream: string } & Adoption)
  | {
      readonly type: 'schema_changed';
      readonly stream: string;
      readonly change: SchemaChange;
      readonly applied: boolean;
    }
  | {
      readonly type: 'checkpoint_committed';
      readonly stream: string;
      readonly slice: string;
      readonly ledger: Ledger;
      /** How often each step of the chain has acted; absent: none has. */
      readonly steps?: Readonly<Record<string, number>>;
    }
  | { readonly type: 'expectations_judged'; readonly stream: string; readonly results: readonly ExpectationResult[] }
  | { readonly type: 'slice_completed'; readonly stream: string; readonly slice: string }
  | { readonly type: 'warning'; readonly stream?: string; readonly message: string }
  | {
      readonly type: 'stream_ended';
      readonly stream: string;
      readonly state: StreamState;
      readonly ledger: Ledger;
      readonly steps?: Readonly<Record<string, number>>;
      readonly expectations?: readonly ExpectationResult[];
      readonly error?: ErrorReport;
    }
  | { readonly type: 'run_ended'; readonly state: RunState; readonly exitCode: number; readonly error?: ErrorReport };

export type EventListener = (event: EngineEvent) => void;
