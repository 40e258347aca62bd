import { Agent, request } from 'undici';
import { ConnectorError, isConnectorError } from '../../sdk/errors.js';
import { guardedLookup, refuseMetadata } from '../../sdk/http/metadata-address.js';

const TOTAL_MS = 20_000;
const IDLE_MS = 10_000;
/** What is told of an answer; the rest of it is not read into a message. */
const LONGEST_ANSWER = 300;

const dispatcher = new Agent({ connect: { lookup: guardedLookup } });

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Posts JSON once. The address may be a secret, so no error holds more of it than its host, and the body's own text only
 * comes back in what the other side answers.
 */
export async function post({ url, body, headers = {} }: Post, signal: AbortSignal): Promise<string> {
  const { host } = new URL(url);
  refuseMetadata(new URL(url));
  let status: number;
  let answer: string;
  let retryAfter: string | undefined;
  try {
    const response = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json', 'user-agent': 'tributary', ...headers },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)]),
      headersTimeout: IDLE_MS,
      bodyTimeout: IDLE_MS,
    });
    status = response.statusCode;
    retryAfter = [response.headers['retry-after']].flat()[0];
    answer = plain((await response.body.text()).slice(0, LONGEST_ANSWER));
  } catch (cause) {
    if (isConnectorError(cause)) throw cause;
    const { code, name } = cause as NodeJS.ErrnoException;
    // A deadline that passed is no other than a network that failed: the message goes out later.
    throw new ConnectorError('transient', `${host} could not be reached (${code ?? name}).`, {
      hint: 'Check the address and that this machine may reach it.',
    });
  }
  const told = `${host} answered ${status}${answer === '' ? '' : `: ${answer}`}`;
  if (status >= 200 && status < 300) return told;
  const seconds = Number(retryAfter);
  const wait = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
  if (status === 429) throw new ConnectorError('rate_limit', told, wait);
  if (status >= 500 || status === 408) throw new ConnectorError('transient', told, wait);
  if (status === 401 || status === 403)
    throw new ConnectorError('auth', told, { hint: 'Renew the secret of this channel.' });
  throw new ConnectorError('config', told, { hint: 'Correct this channel in the configuration.' });
}

const plain = (text: string) => text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
