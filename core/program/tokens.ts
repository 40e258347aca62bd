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

export function tokenizer({ key, version, former = [] }: TokenKey): Tokenizer {
  const [first, ...later] = [...former, key].map((each, at) => oneToken(each, version - former.length + at));
  const { ofBytes, ofText } = first as ReturnType<typeof oneToken>;
  // By way of those before it, so that a token can be brought to the next key without the value.
  const onwards = (token: string) => later.reduce((before, next) => next.ofText(before), token);
  return {
    ofBytes: (b, s, e) => (e === s ? '' : onwards(ofBytes(b, s, e))),
    ofText: (text) => (text === '' ? '' : onwards(ofText(text))),
  };
}

function oneToken(key: Uint8Array, version: number) {
  const { ofBytes, ofText } = keyedHash(key);
  const prefix = `tok_${version}_`;
  return {
    ofBytes: (b: Uint8Array, s: number, e: number) => prefix + ofBytes(b, s, e, 'base64url'),
    ofText: (text: string) => prefix + ofText(text, 'base64url'),
  };
}

const TOKEN = /^tok_(\d+)_[\w-]{43}$/;

/** The version of the key that made a token; undefined where the text is none. */
export function tokenVersion(text: string): number | undefined {
  const [, version] = TOKEN.exec(text) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** The present token of the same value; undefined where the text is no token of a former key. */
export function rotated(token: string, { key, version, former = [] }: TokenKey): string | undefined {
  const from = tokenVersion(token);
  const firstVersion = version - former.length;
  if (from === undefined || from < firstVersion || from >= version) return undefined;
  return [...former, key]
    .slice(from - firstVersion + 1)
    .reduce((before, each, at) => oneToken(each, from + 1 + at).ofText(before), token);
}

/** The text of a value that goes into its token, the same for a file's `007` or an API's `7` where the column is an integer. */
export function tokenText(type: FieldType, value: unknown): string {
  const text = typeof value === 'string' ? value : (jsonText(value) ?? String(value));
  if (type === 'uuid') return text.toLowerCase();
  if (type === 'integer' && text.length < 1_000 && /^[+-]?\d+$/.test(text.trim()))
    return BigInt(text.trim().replace('+', '')).toString();
  return text;
}
