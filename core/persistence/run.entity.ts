import { EntitySchema } from 'typeorm';
import type { ApiCalls, ErrorReport, RunState } from '../protocol/index.js';
import type { StreamOutcome } from './run-store.js';

/** Apart from the schema `tributary` of a destination, which may be in the same database. */
export const STORE_SCHEMA = 'tributary_store';

export interface RunRow {
  id: string;
  connection: string;
  state: RunState;
  trigger: string;
  started_at: Date;
  ended_at: Date | null;
  exit_code: number | null;
  error: ErrorReport | null;
  streams: Record<string, StreamOutcome>;
  owner_host: string;
  owner_pid: number;
  owner_started: string;
  heartbeat_at: Date;
  /** The state in which alerts have looked at it. */
  judged_state: RunState | null;
  trace_id: string | null;
  /** Of a split backfill: the part, beside which other runs of the connection may go on. */
  part: string | null;
  calls: readonly ApiCalls[] | null;
}

export interface RunEventRow {
  run_id: string;
  seq: number;
  at: Date;
  type: string;
  data: unknown;
}

export const RunEntity = new EntitySchema<RunRow>({
  name: 'run',
  schema: STORE_SCHEMA,
  columns: {
    id: { type: 'text', primary: true },
    connection: { type: 'text' },
    state: { type: 'text' },
    trigger: { type: 'text' },
    started_at: { type: 'timestamptz' },
    ended_at: { type: 'timestamptz', nullable: true },
    exit_code: { type: 'int', nullable: true },
    error: { type: 'jsonb', nullable: true },
    streams: { type: 'jsonb' },
    owner_host: { type: 'text' },
    owner_pid: { type: 'int' },
    owner_started: { type: 'text' },
    heartbeat_at: { type: 'timestamptz' },
    judged_state: { type: 'text', nullable: true },
    trace_id: { type: 'text', nullable: true },
    part: { type: 'text', nullable: true },
    calls: { type: 'jsonb', nullable: true },
  },
});

export const RunEventEntity = new EntitySchema<RunEventRow>({
  name: 'run_event',
  schema: STORE_SCHEMA,
  columns: {
    run_id: { type: 'text', primary: true },
    seq: { type: 'int', primary: true },
    at: { type: 'timestamptz' },
    type: { type: 'text' },
    data: { type: 'jsonb' },
  },
});
