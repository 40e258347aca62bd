import { jsonText, type FieldType, type PlannedColumn } from '../protocol/index.js';
import { keyedHash } from './keyed-hash.js';

type TokenKey = NonNullable<PlannedColumn['tokenize']>;

/**
 * Makes tokens with one key. The same value is the same token in every source that uses the key, and cannot be turned back without
 * it. An empty text is nobody's, and stays empty: as a token it would look like one member to whoever counts members.
 */
export interface Tokenizer {
  ofBytes(b: Uint8Array, s: number, e: number): string;
  ofText(text: string): string;
}

export function tokenizer({ key, version }: TokenKey): Tokenizer {
  const { ofBytes, ofText } = keyedHash(key);
  const prefix = `tok_${version}_`;
  return {
    ofBytes: (b, s, e) => (e === s ? '' : prefix + ofBytes(b, s, e, 'base64url')),
    ofText: (text) => (text === '' ? '' : prefix + ofText(text, 'base64url')),
  };
}

/** The text of a value that goes into its token, the same for a file's `007` or an API's `7` where the column is an integer. */
export function tokenText(type: FieldType, value: unknown): string {
  const text = typeof value === 'string' ? value : (jsonText(value) ?? String(value));
  if (type === 'uuid') return text.toLowerCase();
  if (type === 'integer' && text.length < 1_000 && /^[+-]?\d+$/.test(text.trim()))
    return BigInt(text.trim().replace('+', '')).toString();
  return text;
}
