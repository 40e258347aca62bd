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

export interface AuditStore {
  /** Adds an act at the end of the chain; those of several processes come one after the other. */
  append(act: AuditedAct): Promise<AuditHead>;
  /** The latest first. */
  list(filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** Hands over every entry in its order, and gives the head as it was at the same moment. */
  readAll(take: (entry: AuditEntry) => void): Promise<AuditHead>;
  head(): Promise<AuditHead>;
}
