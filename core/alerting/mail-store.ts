/** A release that is to be mailed. */
export interface ReleaseMail {
  readonly month: string;
  readonly version: number;
  readonly attempts: number;
  readonly createdAt: string;
}

/**
 * The months that are mailed, beside the runs: each release once, whichever host notes it, and whatever process dies. A host that
 * dies between the server's answer and `sent` leaves a mail that is sent again, with the same id.
 */
export interface MailStore {
  /** The newest version of each month that was noted. */
  newest(): Promise<Readonly<Record<string, number>>>;
  /** One that is noted already stays as it is. */
  add(mail: Pick<ReleaseMail, 'month' | 'version'>): Promise<void>;
  /** Takes one that is due and leases it, by the database's clock. */
  claim(leaseMs: number): Promise<ReleaseMail | undefined>;
  /** Of the attempt that was claimed; one that lost its lease meanwhile changes nothing. */
  sent(mail: ReleaseMail, answer: string): Promise<void>;
  again(mail: ReleaseMail, afterMs: number, error: string): Promise<void>;
  /** Not to be tried again. */
  ended(mail: ReleaseMail, state: 'refused' | 'given_up', error: string): Promise<void>;
}
