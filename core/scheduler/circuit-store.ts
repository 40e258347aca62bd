import type { ErrorReport } from '../protocol/index.js';
import type { RequestRecord } from './request-store.js';

export const CIRCUIT = {
  /** Attempts in a row, of all connections of a source, that it let fail without a row committed. */
  failures: 5,
  /** From the opening to the first probe; twice as long after each probe that fails. */
  firstPauseMs: 60_000,
  longestPauseMs: 1_800_000,
} as const;

/** A source that failed so often in a row that requests of its connections wait. Instants are ISO 8601 in UTC. */
export interface OpenCircuit {
  readonly failures: number;
  readonly openedAt: string;
  /** When one request may try it again. */
  readonly probeAt: string;
  /** Of the last failure. */
  readonly error: ErrorReport;
}

/**
 * A circuit breaker per source, by the database's clock, so that all workers agree. While it is open no request of the source
 * is begun but one probe at a time. Every method may be repeated.
 */
export interface CircuitStore {
  /** Tells which source each connection reads; a connection that is not known has no circuit. */
  assign(sources: Readonly<Record<string, string>>): Promise<void>;
  /** An attempt to which the source gave nothing, by a fault that may pass. */
  failed(attempt: Pick<RequestRecord, 'id' | 'connection' | 'attempt'>, error: ErrorReport): Promise<void>;
  /** The source of the connection answers. */
  answered(connection: string): Promise<void>;
  /** The open ones by source. */
  list(): Promise<Readonly<Record<string, OpenCircuit>>>;
}
