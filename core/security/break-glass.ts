/** The right to see what tells of single persons, taken in an emergency, for a limited time. Instants are ISO 8601 in UTC. */
export interface BreakGlass {
  readonly id: string;
  /** A principal's name. */
  readonly actor: string;
  readonly reason: string;
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly endedAt?: string;
  /** Absent where it ended by itself. */
  readonly endedBy?: string;
  /** By somebody else, once it was over. */
  readonly reviewedAt?: string;
  readonly reviewedBy?: string;
}

export interface BreakGlassStore {
  open(access: Pick<BreakGlass, 'id' | 'actor' | 'reason'> & { readonly forMs: number }): Promise<BreakGlass>;
  /** That of this principal which is open now. */
  openOf(actor: string): Promise<BreakGlass | undefined>;
  /** Ends all that are open of this principal, and gives them. */
  end(actor: string, by: string): Promise<readonly BreakGlass[]>;
  /** Those whose time is over and that nobody was told of yet; each is given once. */
  takeOver(): Promise<readonly BreakGlass[]>;
  /** Open ones, and those that nobody has reviewed yet. */
  unreviewed(): Promise<readonly BreakGlass[]>;
  /** Undefined where there is none of this id that is over, unreviewed, and of somebody else. */
  review(id: string, by: string): Promise<BreakGlass | undefined>;
  find(id: string): Promise<BreakGlass | undefined>;
  /** The latest first. */
  list(limit: number): Promise<readonly BreakGlass[]>;
}
