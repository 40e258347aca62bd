import { parseJson, writeJson } from '#sdk/http';
import { isCredential, isTokenLike } from './credentials.js';
import { isComponent } from './manifest/text.js';
import { BOM, shownAnswer, type ShownAnswer } from './redact-answer.js';
import type { Exchange } from './requests/api-client.js';
import { errorMessageOf } from './requests/error-handler.js';
import { quoteQuery } from './template/quote.js';

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

/** Letters that Windows has where Latin-1 has none. */
const WINDOWS = new Map(
  Array.from({ length: 32 }, (_, at) => [
    new TextDecoder('windows-1252').decode(Uint8Array.of(0x80 + at)),
    String.fromCharCode(0x80 + at),
  ]),
);

/** A secret as the parts of a request, and APIs, write it. */
const formsOf = (secret: string): readonly string[] =>
  [
    encodeURIComponent(secret),
    quoteQuery(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    // In an answer that is no UTF-8 as a whole, and is read a letter for each byte.
    Buffer.from(secret).toString('latin1'),
    secret.replace(/[^\0-\xff]/g, (letter) => WINDOWS.get(letter) ?? letter),
  ]
    // What stands for a secret address is one itself.
    .filter((form) => form !== secret);

const MARKED = '"/\b\f\n\r\t';
const MARKS = '"/bfnrt';
/** Each JSON within another doubles them: so many are five, and a text of nothing else takes no time. */
const MOST_MARKS = 31;

/** A pattern of more letters is more than some engines take: a longer secret is found part by part. */
const MOST_LETTERS = 500;

type Pattern = (text: string) => string;

/** A text by a pattern of its letters. */
const found = (text: string, patternOf: Pattern): readonly RegExp[] =>
  Array.from({ length: Math.max(1, Math.floor(text.length / MOST_LETTERS)) }, (_, at, from = at * MOST_LETTERS) => {
    const part = text.slice(from, text.length - from < 2 * MOST_LETTERS ? undefined : from + MOST_LETTERS);
    return new RegExp(patternOf(part), 'g');
  });

const ENTITIES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** As XML and HTML write it, each mark by its name, its number or itself. */
const inMarkup: Pattern = (text) =>
  text.replace(/[^]/g, (letter) => {
    const code = letter.charCodeAt(0);
    const itself = `\\u${code.toString(16).padStart(4, '0')}`;
    const name = ENTITIES[letter];
    return name === undefined ? itself : `(?:${itself}|&${name};|&#0{0,5}${code};|&#[xX]0{0,5}(?:${hexOf(code)});)`;
  });

const hexOf = (code: number): string => [code.toString(16), code.toString(16).toUpperCase()].join('|');

/** As JSON writes it, and JSON within JSON, whatever letters of it are written by their numbers. */
function inJson(text: string): string {
  const numberOf = (letter: string) => letter.charCodeAt(0).toString(16).padStart(4, '0');
  const escape = `\\\\{1,${MOST_MARKS}}`;
  const letters = (text.match(/\\+|[^\\]/gs) ?? []).map((part) => {
    if (part.startsWith('\\'))
      return `(?:\\\\{${part.length},${part.length * MOST_MARKS}}|(?:${escape}u005[cC]){${part.length}})`;
    const digits = numberOf(part).replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    const mark = MARKS[MARKED.indexOf(part)];
    const marked = mark === undefined ? '' : `|${escape}\\u${numberOf(mark)}`;
    return `(?:\\u${numberOf(part)}|${escape}u${digits}${marked})`;
  });
  return letters.join('');
}

const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !/next|page|cursor/i.test(name);

/** Parts of a form, each by its name. */
const inForm = (form: string): string =>
  form
    .split('&')
    .map((part) => {
      const name = part.slice(0, part.indexOf('=') + 1);
      return /token|secret|passw|key|assertion/i.test(name) ? `${name}${HIDDEN}` : part;
    })
    .join('&');

/** A line of `name=value`, or several of nothing else. */
const isForm = (value: string): boolean =>
  value.split('\n').every((line, _at, lines) => lines.length === 1 || /^(?:[^\s,;"<=]+=[^\s,;"<]*)?\s*$/.test(line));

const waysToWrite = (secret: string) => ({
  forms: formsOf(secret),
  inJson: found(secret, inJson),
  inMarkup: /[&<>"']/.test(secret) ? found(secret, inMarkup) : [],
});

/** `token=`, `user[token]=`, `"token": "` and the same in JSON within JSON; not `token:`, behind which words stand. */
const NAMED =
  /(?<![\w.~%$[\]-])([\w.~%$[\]-]+)(\\*)["']?\s{0,20}(?:=>?\s{0,20}|(?<=["']\s{0,20}):\s{0,20}(?=\\*["']))(?:(\\*["'<])|(?=[^\s&<>]))/g;

/** Words of a fault without the values whose names tell that they are secret. */
function withoutNamed(said: string): string {
  let shown = '';
  let from = 0;
  for (const { index, 0: sign, 1: name = '', 3: open = '' } of said.matchAll(NAMED)) {
    if (index < from || !isNameOfSecret(name)) continue;
    const start = index + sign.length;
    const end = open === '' ? endOfWord(said, start) : endOfQuote(said, start, open);
    // A count, such as `max_tokens=4096`, opens nothing.
    const isCount = open === '' && /tokens$/i.test(name) && /^\d{1,5}$/.test(said.slice(start, end));
    if (end === start || isCount) continue;
    shown += `${said.slice(from, start)}${HIDDEN}`;
    from = end;
  }
  return shown + said.slice(from);
}

/** The same of the text of an element of XML. */
const withoutElements = (said: string): string =>
  said.replace(ELEMENT, (all, tag: string, name: string) =>
    // `<Key>` of a storage is the name of a file.
    isNameOfSecret(name) && name !== 'Key' ? `${tag}${HIDDEN}` : all,
  );

/** What is written in an element, as text and sections by turns. Each letter has one place in it, so that it takes time by length. */
const ELEMENT =
  /(<([\w:.-]+)(?:\s[^<>]*)?>)(?:[^<\]]*(?:\](?!\]>)[^<\]]*)*(?:<!\[CDATA\[[^\]<]*(?:(?:\](?!\]>)|<(?!!\[CDATA\[))[^\]<]*)*\]\]>[^<\]]*(?:\](?!\]>)[^<\]]*)*)+|[^<]+)(?=<\/|$)/g;

/** Of `auth[token]` and `tokens[0]` the innermost one that is no number. */
const isNameOfSecret = (name: string): boolean => {
  const steps =
    name
      .replace(/%5b/gi, '[')
      .replace(/%5d/gi, ']')
      .match(/[^[\]:]+/g) ?? [];
  const own = steps.findLast((step) => !/^\d+$/.test(step)) ?? '';
  return isCredential(own) || /^(?:key|sig|pwd|pass)$/i.test(own);
};

/** Where a value without quotes ends; the marks of a sentence behind it are none of it. */
function endOfWord(text: string, start: number): number {
  WORD.lastIndex = start;
  let end = start + (WORD.exec(text)?.[0].length ?? 0);
  while (end > start && ',;.)]}'.includes(text[end - 1]!)) end -= 1;
  return end;
}

const WORD = /[^\s&<>]+/y;

/** Where a quoted value ends: at the first such mark that has no more backslashes before it. */
function endOfQuote(text: string, start: number, open: string): number {
  const mark = open.at(-1) === '<' ? '>' : open.at(-1)!;
  for (let end = text.indexOf(mark, start); end >= 0; end = text.indexOf(mark, end + 1)) {
    let marks = 0;
    while (end - marks > start && text[end - marks - 1] === '\\') marks += 1;
    if (marks < open.length) return end - marks;
  }
  return text.length;
}

export interface Redactor {
  text(value: string): string;
  /** The same of what is said of a fault, in which values stand behind their names. */
  fault(value: string): string;
  /** The same of every text in it, names of fields too. */
  value(value: unknown): unknown;
  /** The same, and of every text that stands under a name which tells that it is secret. */
  named(value: unknown): unknown;
  asked(asked: Pick<Exchange, 'method' | 'url' | 'headers' | 'body'>): Asked;
  exchange(exchange: Exchange, mostBytes: number): Promise<ShownExchange>;
}

/** Takes secrets out of what is shown or kept: those that are known by their value, others by the name that they stand under. */
export function redactor(secrets: Iterable<string>): Redactor {
  const all = [...new Set(secrets)];
  const known = standIns(all)
    .map((standIn, at) => ({ secret: all[at]!, standIn, ...waysToWrite(all[at]!) }))
    .filter(({ secret }) => secret.length > 2)
    .toSorted((a, b) => b.secret.length - a.secret.length);
  const without = (some: typeof known) => (value: string) =>
    some.reduce((shown, { secret, standIn, forms, inJson, inMarkup }) => {
      // A stand-in too: what a replay asks for was recorded so.
      const made = forms.reduce((text, form) => text.split(form).join(HIDDEN), shown.split(secret).join(standIn));
      const patterns = [...(made.includes('\\') ? inJson : []), ...(made.includes('&') ? inMarkup : [])];
      return patterns.reduce((text, part) => text.replace(part, (form) => (form === secret ? form : HIDDEN)), made);
    }, value);
  const text = without(known);
  /** A short secret, such as the name of a user, may be a part of many names, and what reads them would find nothing. */
  const inName = without(known.filter(({ secret }) => isTokenLike(secret)));
  const short = known.filter(({ secret }) => !isTokenLike(secret));
  const withoutShort = without(short);
  /** What of a secret that is JSON may be read stands in its stand-in. */
  const withoutKeys = (value: string) =>
    known
      .filter(({ secret }) => secret.startsWith('{'))
      .reduce((shown, { secret, standIn }) => shown.split(secret).join(standIn), value);
  const tokens = new Set(all.filter(isTokenLike));
  type Hides = (name: string) => boolean;
  const mapped = (value: unknown, hides: Hides, name = ''): unknown => {
    if (typeof value === 'string') return hides(name) ? HIDDEN : inText(value, hides);
    if (typeof value === 'number' || typeof value === 'bigint') return tokens.has(String(value)) ? HIDDEN : value;
    if (Array.isArray(value)) return value.map((item) => mapped(item, hides, name));
    if (!isComponent(value)) return value;
    /** How often each name is there by now. */
    const names = new Map<string, number>();
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => {
        const shown = inName(key);
        let own = shown;
        let count = names.get(shown) ?? 0;
        for (; names.has(own); count += 1) own = `${shown} (${count + 1})`;
        names.set(shown, Math.max(1, count)).set(own, names.get(own) ?? 1);
        return [own, mapped(part, hides, key)];
      }),
    );
  };
  /** The JSON that a text is, without secrets; undefined where it is none. */
  const inDocument = (value: string, hides: Hides): { was: string; shown: string } | undefined => {
    try {
      const read = parseJson(withoutKeys(value));
      return { was: writeJson(read), shown: writeJson(mapped(read, hides)) };
    } catch {
      return undefined;
    }
  };
  const inText = (value: string, hides: Hides): string => {
    const document = /^\s*[[{]/.test(value) ? inDocument(value, hides) : undefined;
    if (document === undefined) return text(value);
    // What has a stand-in already is written as it was when that was put there.
    return document.shown === document.was && !value.includes(HIDDEN) ? inName(withoutKeys(value)) : document.shown;
  };
  const never: Hides = () => false;
  const headers = (all: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, SECRET_NAME.test(name) ? HIDDEN : inText(value, never)]),
    );
  const body = (value: string): string => {
    if (value.startsWith(BOM)) return `${BOM}${body(value.slice(1))}`;
    return inDocument(value, isSecretName)?.shown ?? inLines(value) ?? inPlain(value);
  };
  const fault = (value: string): string => withoutElements(withoutNamed(text(value)));
  /** No records come of it, so that it need not be read again as it was. */
  const faultBody = (value: string): string => {
    if (value.startsWith(BOM)) return `${BOM}${faultBody(value.slice(1))}`;
    const inFault = (part: unknown): unknown => {
      if (typeof part === 'string') return fault(part);
      if (Array.isArray(part)) return part.map(inFault);
      return isComponent(part)
        ? Object.fromEntries(Object.entries(part).map(([name, one]) => [name, inFault(one)]))
        : part;
    };
    const document = inDocument(value, isSecretName)?.shown;
    if (document !== undefined) return writeJson(inFault(parseJson(document)));
    return fault(inLines(value) ?? value);
  };
  /** JSON lines; undefined where there is none. */
  const inLines = (value: string): string | undefined => {
    if (!/^[^\S\n]*[[{]/m.test(value)) return undefined;
    let count = 0;
    const lines = value.split('\n').map((line) => {
      const document = /^\s*[[{]/.test(line) ? inDocument(line, isSecretName) : undefined;
      if (document !== undefined) count += 1;
      return document?.shown ?? text(line);
    });
    // A secret of several lines may stand amid them.
    return count === 0 ? undefined : inName(lines.join('\n'));
  };
  /** What is no JSON. Names of XML, and those of columns in the first line of a table, are names of fields too. */
  const inPlain = (value: string): string => {
    const named = inName(value);
    if (/^\s*</.test(named))
      return short.length === 0
        ? named
        : named
            .split(/(<\/?[\w:.-]+|\s[\w:.-]+(?==))/)
            .map((part, at) => (at % 2 === 1 ? part : withoutShort(part)))
            .join('');
    const end = named.indexOf('\n') + 1;
    const head = named.slice(0, end);
    if (end < named.length && /[,;\t|]/.test(head)) return `${head}${withoutShort(named.slice(end))}`;
    return isForm(value) ? text(value).split('\n').map(inForm).join('\n') : text(value);
  };
  const asked: Redactor['asked'] = ({ method, url, headers: sent, body: given }) => ({
    method,
    url: shownUrl(url, text),
    headers: headers(sent),
    body: given === undefined ? null : body(given),
  });
  return {
    text,
    fault,
    value: (value) => mapped(value, never),
    named: (value) => mapped(value, isSecretName),
    asked,
    exchange: async (exchange, mostBytes) => ({
      ...asked(exchange),
      status: exchange.status,
      answer_headers: headers(exchange.answerHeaders),
      ...(await shownAnswer(exchange.answer, { text, body: exchange.status < 400 ? body : faultBody, mostBytes })),
    }),
  };
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ShownExchange extends Asked, ShownAnswer {
  readonly status: number;
  readonly answer_headers: Readonly<Record<string, string>>;
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
    .fault(said.slice(0, 10 * MOST_FAULT_TEXT))
    .replace(/\s+/g, ' ')
    .replace(/[^\s@<>"'(]+@[^\s@<>"')]+/g, HIDDEN)
    .replace(/\d{6,}/g, HIDDEN)
    .trim();
  return safe.length > MOST_FAULT_TEXT ? `${safe.slice(0, MOST_FAULT_TEXT - 1)}…` : safe;
}
