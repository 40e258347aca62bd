import type { RequestParts } from '../requests/request-option.js';

/** Puts a credential into requests. */
export interface Authenticator {
  apply(parts: RequestParts): void | Promise<void>;
  /** Fetches another credential in place of the one that these headers have been refused with; absent where there is none to fetch. */
  renew?(refused: Readonly<Record<string, string>>): Promise<void>;
  /** Tells its credentials from those of others, without fetching one; absent where they are at hand. */
  identity?(): string;
  /** True where a credential is for one request, and all its attempts. */
  readonly isForOne?: boolean;
}

export const NO_CREDENTIAL: Authenticator = { apply: () => undefined };

export const inHeader = (name: string, value: () => string): Authenticator => ({
  apply: ({ header }) => {
    header[name] = value();
  },
});
