import type { RequestParts } from '../requests/request-option.js';

/** Puts a credential into requests. */
export interface Authenticator {
  apply(parts: RequestParts): void | Promise<void>;
  /** Fetches another credential; absent where there is none to fetch. */
  renew?(): Promise<void>;
}

export const NO_CREDENTIAL: Authenticator = { apply: () => undefined };

export const inHeader = (name: string, value: () => string): Authenticator => ({
  apply: ({ header }) => {
    header[name] = value();
  },
});
