import { ConnectorError } from '../errors.js';
import type { WireResponse } from './exchange.js';
import { parseJson } from './json.js';
import { headerOf } from './limit-headers.js';

/** Types that are read as JSON; many servers send JSON as plain text, or name no type. */
const MAY_BE_JSON = /json|javascript|^text\/plain$|octet-stream|^$/;

/**
 * The parsed body of a successful answer; undefined where it has none by right. A login page or a broken body with a 200
 * throws `source`, and says no more of it than its type and size.
 */
export function bodyOf(method: string, response: WireResponse): unknown {
  const { status, body } = response;
  if (status === 204 || status === 205 || method === 'HEAD') return undefined;
  if (body.length === 0) {
    if (method !== 'GET') return undefined;
    throw notJson(response, 'nothing');
  }
  const type = (headerOf(response.headers, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (!MAY_BE_JSON.test(type))
    throw notJson(response, /^[a-z]+\/[a-z\d.+-]{1,40}$/.test(type) ? type : 'an unknown type');
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's message quotes the body, so it is not kept as the cause.
    throw notJson(response, 'a body that is broken');
  }
}

function notJson({ status, body }: WireResponse, what: string): ConnectorError {
  const size = body.length === 0 ? '' : ` (${body.length} bytes)`;
  return new ConnectorError('source', `answered ${status} with ${what} instead of JSON${size}`, {
    hint: 'Check the address: a login page, a proxy or a maintenance page may be answering in place of the API.',
  });
}
