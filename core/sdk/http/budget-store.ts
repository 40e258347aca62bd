/** What is counted together: the requests with one credential to one origin, under one limit. */
export interface BudgetKey {
  readonly origin: string;
  /** A hash of the credential; a store salts it once more, since a password may be guessed. */
  readonly credential: string;
  readonly share?: string;
  readonly requests?: number;
  readonly per?: string;
}

/** How turns come: `size` may be taken at once, and `perMs` come back each millisecond. */
export interface Pace {
  readonly size: number;
  readonly perMs: number;
  readonly windowMs: number;
}

export interface BudgetAsk {
  readonly key: BudgetKey;
  /** Absent: nothing is counted, and only pauses are shared. */
  readonly pace?: Pace;
  /** Requests that wait for a turn; 0 to tell something alone. */
  readonly need: number;
  /** As many turns would be used soon; more than `need` are given only of those that nobody has to wait for. */
  readonly want: number;
  /** Where the first turn is further away, none is given. */
  readonly maxWaitMs: number;
  /** Turns that were given and not used. */
  readonly unused: number;
  /** What the API said is left, and how long it wants nobody to ask. */
  readonly remaining?: number;
  readonly pauseMs?: number;
}

/** The turn `i` of `count`, from 0, comes `pauseMs + max(0, i + 1 - level) / perMs` after the answer. */
export interface BudgetGrant {
  readonly count: number;
  readonly pauseMs: number;
  /** Before these turns were taken; below 0 where turns to come are given already. */
  readonly level: number;
}

/**
 * Shares budgets among the processes of an installation. The host gives one to the SDK; a program that uses the SDK alone
 * has none, and its budgets are those of the process. `ask` may be called often; throwing means that nothing is known, and
 * the caller asks again. Turns that are given and neither used nor returned, since their process died, come back by time as
 * used ones do.
 */
export interface BudgetStore {
  ask(ask: BudgetAsk): Promise<BudgetGrant>;
}
