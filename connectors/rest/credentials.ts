import { isComponent } from './manifest/text.js';
import { parseIso } from './time/format.js';

/** Names of what opens something; what only tells of it (`token_url`, `session_start`) has another word behind. */
const CREDENTIAL =
  /(?:token|secret|password|passwd|passphrase|(?:^|_)pwd|passwort|kennwort|authorization|cookie|(?:^|_)session(?:_?id)?|signature|assertion|credential|jwt|(?:api|access|private|secret|auth|client|account|signing|encryption|subscription|session)_?key(?:_?id)?)s?(?:_(?:value|header|json|base64|pem|prod|production|live|test|dev|staging|sandbox))?(?:_?\d+)?$/;

export const isCredential = (name: string): boolean => {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[-. ]/g, '_')
    .toLowerCase();
  return CREDENTIAL.test(words) && !/next|page|cursor/.test(words);
};

/** What is shorter is no token that anybody trusts: taken out wherever it stands, `1` or `true` would leave nothing to read. */
const SHORTEST_TOKEN = 6;

/** True of what can be told from other texts of an API: dates of our days stand everywhere too. */
export const isTokenLike = (text: string): boolean =>
  text.length >= SHORTEST_TOKEN && !(/^(?:19|20)/.test(text) && parseIso(text) !== undefined);

/** The credentials that open options hold, by their names: an authenticator may read what stands there in the open. */
export function credentialsIn(options: unknown, name = ''): readonly string[] {
  if (Array.isArray(options)) return options.flatMap((one) => credentialsIn(one, name));
  if (isComponent(options)) return Object.entries(options).flatMap(([key, value]) => credentialsIn(value, key));
  const text = typeof options === 'number' || typeof options === 'string' ? String(options) : '';
  return isCredential(name) && opens(text, typeof options === 'number') ? [text] : [];
}

/** False of addresses, dates and switches, which tell of a credential and are none. */
const opens = (text: string, isNumber: boolean): boolean =>
  text.length > 2 &&
  !/^[a-z][a-z\d+.-]*:\/\//i.test(text) &&
  !/^(?:true|false|yes|off|none|null)$/i.test(text) &&
  parseIso(text) === undefined &&
  (!isNumber || isTokenLike(text));
