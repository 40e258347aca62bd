/** What somebody may do, and what to look at. */
export interface Allowed {
  readonly roles: readonly string[];
  /** Null: all. */
  readonly connections: readonly string[] | null;
  /** Null: all. */
  readonly regions: readonly string[] | null;
  readonly notes: readonly string[];
}

/** One who may do something, or did. */
export interface Reviewed extends Allowed {
  /** `machine`: an account that uses the command line, which asks for no role. */
  readonly kind: 'token' | 'person' | 'machine';
  readonly name: string;
  readonly permissions: readonly string[];
  /** Null: a person's login ends by itself, and comes again. */
  readonly expires_at: string | null;
  readonly last_seen_at: string | null;
  readonly acts: readonly { readonly action: string; readonly times: number; readonly last_at: string }[];
}

export interface AccessReview {
  readonly reviewed: readonly Reviewed[];
  /** What the configuration gives to the people of a group. */
  readonly groups: readonly (Allowed & { readonly group: string })[];
}
