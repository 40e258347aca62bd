import type { AuditedAct, AuditEntry, AuditHead } from './audit-chain.js';

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly object?: string;
  readonly outcome?: AuditEntry['outcome'];
  /** ISO 8601, from this instant on. */
  readonly since?: string;
  /** ISO 8601, before this instant. */
  readonly until?: string;
  readonly limit: number;
  /** The last entry of the page before. */
  readonly before?: number;
}

/** What somebody did, and when last. */
export interface ActSummary {
  readonly actor: string;
  readonly action: string;
  readonly times: number;
  readonly lastAt: string;
}

export interface AuditStore {
  /** Adds an act at the end of the chain; those of several processes come one after the other. */
  append(act: AuditedAct): Promise<AuditHead>;
  /** The latest first. */
  list(filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** Hands over every entry in its order, and gives the head as it was at the same moment. */
  readAll(take: (entry: AuditEntry) => void): Promise<AuditHead>;
  /** Of all that was allowed, by actor and action. */
  summary(): Promise<readonly ActSummary[]>;
  /** The last entry of each actor with an action that was allowed. */
  lastOfEach(action: string): Promise<readonly AuditEntry[]>;
  head(): Promise<AuditHead>;
}
