import { ConnectorError } from '../errors.js';
import { refuseMetadata } from './metadata-address.js';

/** Null and undefined are left out, a list is repeated, a date is written in ISO form. Replaces what a path holds already. */
export type Query = Readonly<Record<string, unknown>>;

/** The configured address; its path is a prefix of every request's. */
export function baseAddress(baseUrl: string): URL {
  const url = URL.parse(baseUrl);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new ConnectorError('config', 'The address of the API is not an http or https URL', {
      hint: 'Give it in full, such as https://api.example.com.',
    });
  if (url.username !== '' || url.password !== '')
    throw new ConnectorError('config', `The address ${url.origin} has a user name or password in it`, {
      hint: 'Give the credential in its own field, where it is kept secret.',
    });
  refuseMetadata(url);
  return url;
}

/** The address of a path below the base, or of an absolute URL on the same origin: credentials are sent nowhere else. */
export function addressOf(base: URL, path: string, query: Query = {}): URL {
  const prefix = base.pathname.replace(/\/$/, '');
  const isAbsolute = /^[a-z][a-z\d+.-]*:\/\//i.test(path) || path.startsWith('//');
  const url = isAbsolute ? URL.parse(path, base.href) : URL.parse(`${base.origin}${prefix}/${path.replace(/^\//, '')}`);
  if (url === null) throw new ConnectorError('internal', `A path of ${base.origin} is not a valid address`);
  if (url.origin !== base.origin || url.username !== '' || url.password !== '')
    throw new ConnectorError('source', `A request was to go to ${url.origin} instead of ${base.origin}`, {
      hint: 'Credentials are only sent to the configured origin. If the API has moved, or answers over https, change the address.',
    });
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    url.searchParams.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) {
      const text = textOf(name, one);
      if (text !== undefined) url.searchParams.append(name, text);
    }
  }
  return url;
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol')
    throw new ConnectorError('internal', `Query parameter "${name}" is no text, number, date or list of these`);
  return String(value);
}

/** The address as it may stand in a message: the names of the query's parameters without their values. */
export function shownAddress(url: URL): string {
  const names = [...new Set(url.searchParams.keys())];
  return url.origin + url.pathname + (names.length === 0 ? '' : `?${names.map((name) => `${name}=…`).join('&')}`);
}
