/** Days of the week as cron counts them: 0 is Sunday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Local times of a day in which nothing begins. It may last over midnight, and then belongs to the day on which it begins. */
export interface BlackoutWindow {
  /** Minutes after midnight, 0 to 1439. */
  readonly from: number;
  /** Minutes after midnight, 1 to 1440, itself outside. */
  readonly to: number;
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
}

/** When a connection is due by itself. */
export interface Schedule {
  /** Five fields of local time, or milliseconds, counted from 1970-01-01T00:00:00Z so that all hosts agree. */
  readonly when: { readonly cron: string } | { readonly everyMs: number };
  /** IANA name, for the cron and for the blackout windows. */
  readonly timezone: string;
  readonly blackout: readonly BlackoutWindow[];
}
