/** A worker that was not heard of for a minute and did not say that it ends. */
export interface LostWorker {
  readonly name: string;
  /** ISO 8601 in UTC. */
  readonly seenAt: string;
}

/** Which workers there are, by the database's clock. */
export interface WorkerStore {
  /** Says that a worker lives; the first call says that it has begun. */
  beat(worker: { readonly id: string; readonly name: string }): Promise<void>;
  /** It ends as it was told to, and nobody has to miss it. */
  leave(id: string): Promise<void>;
  /**
   * Those whose place nobody has taken. A worker that began after another one fell silent takes its place, one each, and what
   * becomes of it counts from then on. Who is lost for a day is forgotten. Called by one host at a time.
   */
  lost(): Promise<readonly LostWorker[]>;
}
