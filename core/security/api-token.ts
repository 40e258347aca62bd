import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from './roles.js';

/** An API token as the store has it; the token itself is shown once and kept nowhere. Instants are ISO 8601 in UTC. */
export interface ApiToken {
  /** Twelve hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Undefined: all. */
  readonly connections?: readonly string[];
  /** As a principal has them. */
  readonly regions?: readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
}

export interface NewApiToken {
  readonly id: string;
  /** To hand over, once. */
  readonly text: string;
  /** SHA-256 of its secret: 256 random bits need no slow hash. */
  readonly digest: Buffer;
}

/** The prefix lets programs that look for secrets in repositories know one. */
const FORM = /^trb_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export function newApiToken(): NewApiToken {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, text: `trb_${id}_${secret}`, digest: digestOf(secret) };
}

/** Undefined where the text is no token at all. */
export function parseApiToken(text: string): { readonly id: string; readonly digest: Buffer } | undefined {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, digest: digestOf(secret) };
}

/** In a time that tells nothing of where two differ. */
export function isSameDigest(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What the store keeps of a secret of 256 random bits. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
