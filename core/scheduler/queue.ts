/** What a queue carries: no more than which request, and when it is due. */
export interface Carried {
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly notBefore: string;
}

/** Does the work of a request; it may be called for one that is done, and twice for one at once. */
export type Work = (requestId: string) => Promise<void>;

/**
 * Brings ids of requests to workers. The truth about requests is in `RequestStore`: a queue may lose, repeat and delay ids,
 * and what it keeps may be thrown away at any time.
 */
export interface RunQueue {
  /** Ids that wait already are not queued twice. */
  send(requests: readonly Carried[]): Promise<void>;
  /** Calls `work` for what is due, the longest waiting first, `concurrency` at a time. Once per queue. */
  work(work: Work, concurrency: number): Promise<void>;
  /** Takes nothing new; what is at work goes on. */
  rest(): Promise<void>;
  /** Rests and lets go of the database. */
  stop(): Promise<void>;
}
