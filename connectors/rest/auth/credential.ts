import { PUBLIC_HEADERS } from '../requests/api-client.js';
import type { RequestParts } from '../requests/request-option.js';
import { textOf } from '../template/values.js';

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

/** Texts that an authenticator has put into a request to be known by; each also without the word before it, such as `Bearer`. */
export function tokensIn({ header, ...others }: RequestParts): readonly string[] {
  const own = Object.entries(header).filter(([name]) => !PUBLIC_HEADERS.has(name.toLowerCase()));
  return textsIn([own.map(([, value]) => value), others]).flatMap((text) => [text, text.replace(/^\S+\s+/, '')]);
}

const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [textOf(value ?? '')];

export const NO_CREDENTIAL: Authenticator = { apply: () => undefined };

export const inHeader = (name: string, value: () => string): Authenticator => ({
  apply: ({ header }) => {
    header[name] = value();
  },
});
