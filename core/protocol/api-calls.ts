/** The calls of a run to one API, under one of its limits. */
export interface ApiCalls {
  /** Host and, where it is not the usual one, port. */
  readonly host: string;
  /** The quota of its own under which the API counts them; absent: the common one. */
  readonly share?: string;
  /** Every one that went out, repeated ones and logins too. */
  readonly sent: number;
  /** How many of those the API refused since there were too many. */
  readonly refused: number;
  /** What Tributary keeps to. */
  readonly budget?: { readonly requests: number; readonly per: string };
  /** What the API itself allows in a window, and what was left of it after the last answer; others use it too. */
  readonly limit?: number;
  readonly remaining?: number;
}
