import { parseJson, writeJson } from '#sdk/http';
import { isComponent } from './manifest/text.js';
import type { Exchange } from './requests/api-client.js';
import { errorMessageOf } from './requests/error-handler.js';
import { quoteQuery } from './template/quote.js';
import { parseIso } from './time/format.js';

export const HIDDEN = '***';
/** Names under which APIs send what nobody else may see. */
const SECRET_NAME = /token|secret|passw|authorization|api[-_]?key|cookie|session|signature|assertion|credential/i;

/** What stands for each secret: for an address one that can still be asked for, so that a recording can be read again. */
export function standIns(secrets: readonly string[]): readonly string[] {
  let addresses = 0;
  return secrets.map((secret) => {
    // The key of a service account is read out of such a text.
    if (secret.startsWith('{')) return hiddenJson(secret);
    const url = /^https?:/i.test(secret) ? URL.parse(secret) : null;
    if (url === null) return HIDDEN;
    addresses += 1;
    return /^hidden-\d+\.example$/.test(url.hostname)
      ? secret
      : `https://hidden-${addresses}.example${secret.endsWith('/') ? '/' : ''}`;
  });
}

function hiddenJson(secret: string): string {
  try {
    return JSON.stringify(JSON.parse(secret), (_key, part: unknown) =>
      typeof part === 'object' && part !== null ? part : HIDDEN,
    );
  } catch {
    return HIDDEN;
  }
}

/** What is shorter is no token that anybody trusts: taken out wherever it stands, `1` or `true` would leave nothing to read. */
const SHORTEST_TOKEN = 6;

/** True of what can be told from other texts of an API: dates of our days stand everywhere too. */
export const isTokenLike = (text: string): boolean =>
  text.length >= SHORTEST_TOKEN && !(/^(?:19|20)/.test(text) && parseIso(text) !== undefined);

/** A text as JSON has it between its marks, as some write `/` and what is not ASCII too. */
function inJson(text: string): readonly string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  return [plain, plain.replaceAll('/', '\\/')].flatMap((form) => [form, form.replace(/[^\0-\x7f]/g, escaped)]);
}

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A secret as the parts of a request, and APIs, write it. */
const formsOf = (secret: string): readonly string[] => [
  ...inJson(secret)
    .flatMap((form) => [form, ...inJson(form)])
    // What stands for a secret address is one itself.
    .filter((form) => form !== secret),
  encodeURIComponent(secret),
  quoteQuery(secret),
  new URLSearchParams([['', secret]]).toString().slice(1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
];

export interface Redactor {
  text(value: string): string;
  /** The same of every text in it, names of fields too. */
  value(value: unknown): unknown;
  /** The same, and of every text that stands under a name which tells that it is secret. */
  named(value: unknown): unknown;
  exchange(exchange: Exchange): ShownExchange;
}

/** Takes secrets out of what is shown or kept: those that are known by their value, others by the name that they stand under. */
export function redactor(secrets: Iterable<string>): Redactor {
  const all = [...new Set(secrets)];
  const known = standIns(all)
    .map((standIn, at) => ({ secret: all[at]!, standIn, forms: formsOf(all[at]!) }))
    .filter(({ secret }) => secret.length > 2)
    .toSorted((a, b) => b.secret.length - a.secret.length);
  const text = (value: string): string =>
    known.reduce(
      // A stand-in too: what a replay asks for was recorded so.
      (shown, { secret, standIn, forms }) =>
        forms.reduce((made, form) => made.split(form).join(HIDDEN), shown.split(secret).join(standIn)),
      value,
    );
  const tokens = new Set(all.filter(isTokenLike));
  const mapped = (value: unknown, change: (text: string, name: string) => string, name = ''): unknown => {
    if (typeof value === 'string') return change(value, name);
    if (typeof value === 'number' || typeof value === 'bigint') return tokens.has(String(value)) ? HIDDEN : value;
    if (Array.isArray(value)) return value.map((item) => mapped(item, change, name));
    return isComponent(value)
      ? Object.fromEntries(Object.entries(value).map(([key, part]) => [text(key), mapped(part, change, key)]))
      : value;
  };
  const byName = (value: string, name: string): string =>
    SECRET_NAME.test(name) && !/next|page|cursor/i.test(name) ? HIDDEN : text(value);
  const headers = (all: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, SECRET_NAME.test(name) ? HIDDEN : text(value)]),
    );
  const body = (value: string): string => {
    try {
      return writeJson(mapped(parseJson(value), byName));
    } catch {
      return text(value).replace(/((?:^|&)[^=&]*(?:token|secret|passw|key|assertion)[^=&]*=)[^&]*/gi, `$1${HIDDEN}`);
    }
  };
  const answerOf = (answer: Uint8Array): Pick<ShownExchange, 'answer' | 'answer_encoding'> => {
    try {
      return { answer: body(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(answer)) };
    } catch {
      return { answer: text(Buffer.from(answer).toString('latin1')), answer_encoding: 'latin1' };
    }
  };
  return {
    text,
    value: (value) => mapped(value, text),
    named: (value) => mapped(value, byName),
    exchange: ({ method, url, headers: sent, body: asked, status, answerHeaders, answer }) => ({
      method,
      url: shownUrl(url, text),
      headers: headers(sent),
      body: asked === undefined ? null : body(asked),
      status,
      answer_headers: headers(answerHeaders),
      ...answerOf(answer),
    }),
  };
}

export interface ShownExchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly status: number;
  readonly answer_headers: Readonly<Record<string, string>>;
  readonly answer: string;
  /** Where it is no UTF-8, as what is packed is not: a letter for each byte. */
  readonly answer_encoding?: 'latin1';
}

function shownUrl(url: string, text: (value: string) => string): string {
  const parsed = new URL(url);
  for (const name of new Set(parsed.searchParams.keys()))
    if (/token|secret|passw|api[-_]?key|signature/i.test(name) && !/page|next|cursor/i.test(name))
      parsed.searchParams.set(name, HIDDEN);
  return text(parsed.href);
}

const MOST_FAULT_TEXT = 200;

/** What an API says of a fault, in one line: no secret, no address of a person, no number that may be one's. */
export function faultText(body: unknown, secrets: Iterable<string>): string {
  return safeText(isComponent(body) || Array.isArray(body) ? (errorMessageOf(body) ?? '') : '', secrets);
}

/** The same of what others say of a fault. */
export function safeText(said: string, secrets: Iterable<string>): string {
  const safe = redactor(secrets)
    .text(said.slice(0, 10 * MOST_FAULT_TEXT))
    .replace(/\s+/g, ' ')
    .replace(/[^\s@<>"'(]+@[^\s@<>"')]+/g, HIDDEN)
    .replace(/\d{6,}/g, HIDDEN)
    .trim();
  return safe.length > MOST_FAULT_TEXT ? `${safe.slice(0, MOST_FAULT_TEXT - 1)}…` : safe;
}
