/** A schedule as the store knows it: the same definition on every host, another one after every change. */
export interface ScheduleKey {
  readonly connection: string;
  readonly definition: string;
}

export interface Anchor {
  /** When a host first saw this definition; undefined before `note`. What was due earlier is not made up. */
  readonly since?: string;
  /** The connection's latest slot that has a request, of those up to the `now` that was asked with. */
  readonly lastSlot?: string;
}

/** A slot that is due. */
export interface DueSlot {
  readonly connection: string;
  readonly slot: string;
  readonly notBefore: string;
}

/** A connection that runs after another. */
export interface Follower extends ScheduleKey {
  readonly upstream: string;
}

/**
 * What the scheduler needs of the store that holds the requests. Instants are ISO 8601 in UTC; `now` is always the caller's.
 * Every method may be repeated, and called by any number of hosts at once.
 */
export interface ScheduleStore {
  /** The database's clock: the one that all hosts share. */
  now(): Promise<string>;
  /** In the order of the keys. */
  anchors(keys: readonly ScheduleKey[], now: string): Promise<readonly Anchor[]>;
  /** Begins schedules that are not known yet, or of which a clock that was ahead said that they begin later. */
  note(keys: readonly ScheduleKey[], now: string): Promise<void>;
  /**
   * Adds a request for each slot that has none, unless one of that connection's slots up to `now` still waits for a worker, or
   * a later one up to `now` has a request already, or the connection is held. Returns the connections whose request is new.
   */
  addSlots(slots: readonly DueSlot[], now: string): Promise<readonly string[]>;
  /**
   * Adds one request for the latest request of an upstream whose run has succeeded since the follower's schedule began, unless
   * there is one for it, one of that follower still waits, or it is held. Returns the connections whose request is new.
   */
  addFollowers(followers: readonly Follower[], now: string): Promise<readonly string[]>;
}
