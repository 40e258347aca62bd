import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a link shows to whoever has it; nothing of it can be changed by him. */
export interface SharedView {
  /** By which the audit log names it. */
  readonly id: string;
  readonly month: string;
  /** A version; absent: what is shown of the month. */
  readonly release?: number;
  /** Dimensions and their values. */
  readonly filter: Readonly<Record<string, string>>;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
}

/** So that the key signs nothing else that could be taken for a link. */
const PURPOSE = 'tributary shared view 1\n';
const FORM = /^([A-Za-z0-9_-]{20,4000})\.([A-Za-z0-9_-]{43})$/;

export const newLinkId = (): string => randomBytes(6).toString('hex');

/** The view and its signature (HMAC-SHA256), as one word for an address. */
export function sealView(key: string, view: SharedView): string {
  const content = Buffer.from(JSON.stringify(view)).toString('base64url');
  return `${content}.${signatureOf(key, content).toString('base64url')}`;
}

/** Undefined where the word was not sealed with this key; a view that has expired is given all the same. */
export function openView(key: string, word: string): SharedView | undefined {
  const [, content, signature] = FORM.exec(word) ?? [];
  if (content === undefined || signature === undefined) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const own = signatureOf(key, content);
  if (given.length !== own.length || !timingSafeEqual(given, own)) return undefined;
  // Written by ourselves, or else the signature would not hold.
  return JSON.parse(Buffer.from(content, 'base64url').toString()) as SharedView;
}

const signatureOf = (key: string, content: string): Buffer =>
  createHmac('sha256', key)
    .update(PURPOSE + content)
    .digest();
