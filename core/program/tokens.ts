import { createHmac } from 'node:crypto';
import { jsonText, type FieldType, type PlannedColumn } from '../protocol/index.js';

/** The same value is the same token in every source that uses the key, and cannot be turned back without it. */
export function tokenOf(value: string | Uint8Array, { key, version }: NonNullable<PlannedColumn['tokenize']>): string {
  return `tok_${version}_${createHmac('sha256', key).update(value).digest('base64url')}`;
}

/** The text of a value that goes into its token, the same for a file's `007` or an API's `7` where the column is an integer. */
export function tokenText(type: FieldType, value: unknown): string {
  const text = typeof value === 'string' ? value : (jsonText(value) ?? String(value));
  if (type === 'uuid') return text.toLowerCase();
  if (type === 'integer' && text.length < 1_000 && /^[+-]?\d+$/.test(text.trim()))
    return BigInt(text.trim().replace('+', '')).toString();
  return text;
}
