import type { ErrorReport } from '../protocol/index.js';

/** What set a run off. `after`: the end of a run that its connection waits for. `backfill`: it is a part of one. `replay`: it reads the quarantine. */
export type RequestTrigger = 'schedule' | 'manual' | 'api' | 'after' | 'backfill' | 'replay';

/** `queued` until a worker takes it, `running` while one holds its lease, then `ended`, or `cancelled` before that. */
export type RequestState = 'queued' | 'running' | 'ended' | 'cancelled';

/** A run that somebody or something asks for. Instants are ISO 8601 in UTC. */
export interface NewRequest {
  /** A UUID. */
  readonly id: string;
  readonly connection: string;
  readonly trigger: RequestTrigger;
  /** Of a schedule: the instant that this run stands for. There is one request per connection and slot. */
  readonly slot?: string;
  /** Of an API call: two calls with the same key are one request. */
  readonly idempotencyKey?: string;
  readonly notBefore: string;
}

export interface RequestRecord extends NewRequest {
  readonly state: RequestState;
  readonly requestedAt: string;
  /** How often a worker has taken it; also the epoch of its lease. */
  readonly attempt: number;
  /** The run that the last attempt began. */
  readonly run?: string;
  readonly isCancelWanted: boolean;
  /** Of a part of a backfill: which one, and its days, both read. */
  readonly backfill?: { readonly id: string; readonly from: string; readonly to: string };
  /** Attempts in a row that failed, or whose worker died, without a row committed. */
  readonly fruitless: number;
  /** Why the last attempt failed. */
  readonly error?: ErrorReport;
}

export interface RequestFilter {
  readonly connection?: string;
  /** No others than these. */
  readonly within?: readonly string[];
  readonly state?: RequestState;
  readonly trigger?: RequestTrigger;
  readonly limit: number;
  /** The id of the last request of the page before. */
  readonly before?: string;
}

/** The right to work on a request, until `epoch` is raised by whoever takes it over. */
export interface Lease {
  readonly request: RequestRecord;
  readonly epoch: number;
}

/**
 * The durable truth about who shall run what and who does. Queues only carry ids: a job that is lost, late or doubled wastes
 * work and nothing else. The database's clock decides about leases.
 */
export interface RequestStore {
  /** One of the same connection and slot, or of the same key, is given back instead. */
  add(request: NewRequest): Promise<{ readonly request: RequestRecord; readonly isNew: boolean }>;
  /** Takes what is queued and due, or whose lease ran out; else undefined. Never two of one connection at a time, but for parts of backfills. */
  claim(id: string, worker: string, leaseMs: number): Promise<Lease | undefined>;
  /** `isHeld` false: the lease is lost. `isCancelWanted`: the worker shall stop. Rows committed so far make it fruitful. */
  renew(
    lease: Lease,
    leaseMs: number,
    hasCommitted?: boolean,
  ): Promise<{ readonly isHeld: boolean; readonly isCancelWanted: boolean }>;
  /** Notes which run works for the request. */
  began(lease: Lease, run: string): Promise<void>;
  end(lease: Lease, error?: ErrorReport): Promise<void>;
  /** Back to the queue, not to be taken before `notBefore`; with what failed, or without where it was only given back. */
  again(
    lease: Lease,
    notBefore: string,
    failed?: { readonly error: ErrorReport; readonly fruitless: number },
  ): Promise<void>;
  /** Of a queued request at once; a running one is told at its next `renew`. */
  cancel(id: string): Promise<RequestRecord | undefined>;
  /**
   * What could be claimed now, one request of each connection: those of dead workers first, then by how long ago the connection
   * had its last turn, so that one with many requests keeps none out.
   */
  claimable(limit: number): Promise<readonly RequestRecord[]>;
  /** Whether further requests of its connection wait as well. */
  isCrowded(id: string): Promise<boolean>;
  /** The latest first; `run` only where it has begun. */
  list(filter: RequestFilter): Promise<readonly RequestRecord[]>;
  get(id: string): Promise<RequestRecord | undefined>;
}
