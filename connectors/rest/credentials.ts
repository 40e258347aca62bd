import { isComponent } from './manifest/text.js';
import { isTokenLike } from './redact.js';
import { parseIso } from './time/format.js';

/** Names of what opens something; what only tells of it (`token_url`, `session_start`) has another word behind. */
const CREDENTIAL =
  /(?:token|secret|password|passwd|passphrase|(?:^|_)pwd|authorization|cookie|(?:^|_)session(?:_?id)?|signature|assertion|credential|jwt|(?:api|access|private|secret|auth|client|account|signing|encryption|subscription)_?key)s?(?:_(?:value|header))?(?:_?\d+)?$/;

const isCredential = (name: string): boolean => {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[-. ]/g, '_')
    .toLowerCase();
  return CREDENTIAL.test(words) && !/next|page|cursor/.test(words);
};

/** The credentials that open options hold, by their names: an authenticator may read what stands there in the open. */
export function credentialsIn(options: unknown): readonly string[] {
  if (!isComponent(options)) return [];
  return Object.entries(options).flatMap(([name, value]) => {
    if (isComponent(value)) return credentialsIn(value);
    const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
    return isCredential(name) && opens(text, typeof value === 'number') ? [text] : [];
  });
}

/** False of addresses, dates and switches, which tell of a credential and are none. */
const opens = (text: string, isNumber: boolean): boolean =>
  text.length > 2 &&
  !/^[a-z][a-z\d+.-]*:\/\//i.test(text) &&
  !/^(?:true|false|yes|off|none|null)$/i.test(text) &&
  parseIso(text) === undefined &&
  (!isNumber || isTokenLike(text));
