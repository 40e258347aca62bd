import { createHash } from 'node:crypto';

/** What the store keeps of a secret of 256 random bits. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
