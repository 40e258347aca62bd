/** How long what is over is kept, in milliseconds. */
export interface Retention {
  readonly runs: number;
  readonly events: number;
  readonly requests: number;
  readonly alerts: number;
}

/** How many rows were taken out; of events: of how many runs. */
export type Pruned = Readonly<Record<keyof Retention, number>>;

export interface HistoryStore {
  /**
   * Takes out some of what is older than it shall be kept, never what is open, nor what schedules, alerts and freshness look
   * back at. Undefined where another host does it, or did within the last minutes. May be called often.
   */
  prune(keep: Retention): Promise<Pruned | undefined>;
}
