import type { ApiToken, NewApiToken } from './api-token.js';

export interface TokenStore {
  create(token: Pick<NewApiToken, 'id' | 'digest'> & Omit<ApiToken, 'revokedAt' | 'lastUsedAt'>): Promise<void>;
  /** With the digest of its secret. */
  find(id: string): Promise<(ApiToken & { readonly digest: Buffer }) | undefined>;
  /** The latest first. */
  list(): Promise<readonly ApiToken[]>;
  /** False where there is none that is not revoked already. */
  revoke(id: string): Promise<boolean>;
  used(id: string): Promise<void>;
}
