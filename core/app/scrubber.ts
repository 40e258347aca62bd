import { withoutIdentifiers } from '../middleware/index.js';
import { ConnectorError, toConnectorError } from '../sdk/index.js';
import { isSureSecretName, maskUrls } from '../settings/secrets.js';

export type Scrub = (text: string) => string;

const MASK = '***';
/** What is shorter stands in half of all words; masking it would tell it. */
const SHORTEST = 4;
/** A key of several lines is one secret, and each long line of it too. */
const SHORTEST_LINE = 16;
/** `api_key=…`, `"password": "…"`, whose value it ever is. Sentences in which such a word has a colon stay as they are. */
const NAMED =
  /((?:passwords?|passphrase|secret|token|api[_-]?key|private[_-]?key|authorization)(?:=|["']?\s*[:=]\s*(?=["'])))("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'}\])]+)/gi;
const CREDENTIALS = /\b(bearer|basic)\s+[A-Za-z0-9._~+/-]{12,}=*/gi;

/**
 * Takes secrets and identifiers of persons out of texts that people and machines read: the secrets given, as they stand and as URLs, JSON and
 * Basic authentication write them, and whatever follows the name of a secret; of identifiers what is known by its form or its name. `spared`
 * is nobody's identifier: addresses that the configuration names.
 */
export function createScrubber(secrets: Iterable<string>, spared: ReadonlySet<string> = new Set()): Scrub {
  const forms = new Set([...secrets].flatMap(formsOf).filter((form) => form.length >= SHORTEST));
  // The longest first: one that begins like another must not leave its end behind.
  const sorted = [...forms]
    .toSorted((a, b) => b.length - a.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const known = sorted.length === 0 ? undefined : new RegExp(sorted.join('|'), 'g');
  return (text) => {
    const masked = known === undefined ? text : text.replace(known, MASK);
    const withoutSecrets = maskUrls(masked).replace(NAMED, `$1${MASK}`).replace(CREDENTIALS, `$1 ${MASK}`);
    return withoutIdentifiers(withoutSecrets, spared);
  };
}

/** An event or outcome of a run: its sentences may quote what a server answered; names and numbers stay as they are. */
export function scrubMessages<T>(value: T, scrub: Scrub): T {
  if (Array.isArray(value)) return value.map((entry: unknown) => scrubMessages(entry, scrub)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [
    key,
    typeof part === 'string' && (key === 'message' || key === 'hint') ? scrub(part) : scrubMessages(part, scrub),
  ]);
  return Object.fromEntries(entries) as T;
}

/** Any error, with a message that people may read. */
export function scrubError(error: unknown, scrub: Scrub): ConnectorError {
  const { kind, message, details } = toConnectorError(error);
  const { hint } = details;
  return new ConnectorError(kind, scrub(message), { ...details, ...(hint === undefined ? {} : { hint: scrub(hint) }) });
}

/** Texts through arrays and objects; fields that are named like secrets go whole. */
export function scrubDeep<T>(value: T, scrub: Scrub): T {
  return cleaned(value, new Set()) as T;

  function cleaned(part: unknown, above: ReadonlySet<unknown>): unknown {
    if (typeof part === 'string') return scrub(part);
    if (typeof part !== 'object' || part === null) return part;
    if (above.has(part)) return '(circular)';
    const within = new Set([...above, part]);
    if (Array.isArray(part)) return part.map((entry) => cleaned(entry, within));
    if (part instanceof Date) return part;
    if (part instanceof Error) return scrub(part.stack ?? part.message);
    return Object.fromEntries(
      Object.entries(part).map(([key, entry]) => [key, isSureSecretName(key) ? MASK : cleaned(entry, within)]),
    );
  }
}

function formsOf(secret: string): string[] {
  const trimmed = secret.trim();
  const lines = trimmed.includes('\n') ? trimmed.split(/\r?\n/).filter(({ length }) => length >= SHORTEST_LINE) : [];
  if (trimmed.length < SHORTEST) return [];
  const plain = decoded(trimmed);
  const encoded = [encodeURIComponent(trimmed.toWellFormed()), plain, ...inBase64(trimmed), ...inBase64(plain)];
  return [trimmed, JSON.stringify(trimmed).slice(1, -1), ...encoded, ...lines];
}

/** What of it stays the same inside of any longer text that is written so, as a Basic header is: once for each alignment. */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const inner = whole.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6));
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** A password in a URL stands encoded there, and a driver's message has it decoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
