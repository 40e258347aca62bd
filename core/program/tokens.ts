import { createHmac } from 'node:crypto';
import type { PlannedColumn } from '../protocol/index.js';

/** The same value is the same token in every source that uses the key, and cannot be turned back without it. */
export function tokenOf(value: string | Uint8Array, { key, version }: NonNullable<PlannedColumn['tokenize']>): string {
  return `tok_${version}_${createHmac('sha256', key).update(value).digest('base64url')}`;
}
