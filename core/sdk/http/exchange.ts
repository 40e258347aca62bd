import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { request, type Dispatcher } from 'undici';
import { ConnectorError, isConnectorError, type ErrorKind } from '../errors.js';
import { headerOf, type ResponseHeaders } from './limit-headers.js';

/** One request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The whole body, decompressed. */
  readonly body: Uint8Array;
}

export interface WireLimits {
  /** From the start of the request to the last byte. */
  readonly totalMs: number;
  /** Between two bytes, and until the first. */
  readonly idleMs: number;
  readonly maxResponseBytes: number;
  /** What a person raises where an answer is larger; absent where nobody can. */
  readonly sizeOption?: string;
}

/**
 * Sends one request once and reads its whole body. Throws `transient` when the connection fails, a deadline passes or the
 * body ends early or is damaged, `source` when it is too large, and the signal's reason when that is aborted.
 */
export async function exchange(
  dispatcher: Dispatcher,
  wire: WireRequest,
  limits: WireLimits,
  signal?: AbortSignal,
): Promise<WireResponse> {
  signal?.throwIfAborted();
  const deadline = new AbortController();
  const stop = (): void => deadline.abort();
  const timer = setTimeout(stop, limits.totalMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const response = await request(wire.url, {
      dispatcher,
      method: wire.method as Dispatcher.HttpMethod,
      headers: wire.headers,
      body: wire.body ?? null,
      signal: deadline.signal,
      headersTimeout: limits.idleMs,
      bodyTimeout: limits.idleMs,
    });
    const encoding = headerOf(response.headers, 'content-encoding');
    const reading = collect(response.body, limits).then((raw) => decompress(raw, encoding, limits));
    // What an error says in its status holds, also where its body is broken.
    const body = response.statusCode < 400 ? await reading : await reading.catch(() => new Uint8Array());
    signal?.throwIfAborted();
    return { status: response.statusCode, headers: response.headers, body };
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.signal.aborted)
      throw new ConnectorError('transient', `no complete answer within ${limits.totalMs} ms`, { hint: SLOW_HINT });
    throw isConnectorError(error) ? error : networkError(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

const SLOW_HINT = 'Ask for less at once, or allow more time.';

async function collect(body: AsyncIterable<Uint8Array>, limits: WireLimits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the body and with it the connection.
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limits.maxResponseBytes) throw tooLarge(limits);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
}

type Decompressor = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;
const gunzip: Decompressor = promisify(zlib.gunzip);
const DECOMPRESSORS: Readonly<Record<string, Decompressor>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
  zstd: promisify(zlib.zstdDecompress),
};
export const ACCEPTED_ENCODINGS = 'gzip, br, zstd';

async function decompress(body: Uint8Array, encodings: string | undefined, limits: WireLimits): Promise<Uint8Array> {
  const names = (encodings ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (body.length === 0) return body;
  let plain = body;
  for (const name of names.toReversed()) {
    const decompressor = DECOMPRESSORS[name];
    if (decompressor === undefined)
      throw new ConnectorError('source', 'the answer is compressed in a way that was not asked for');
    try {
      plain = await decompressor(plain, { maxOutputLength: limits.maxResponseBytes });
    } catch (error) {
      if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limits);
      throw new ConnectorError('transient', 'the compressed body is damaged or ends early', { cause: error });
    }
  }
  return plain;
}

function tooLarge({ maxResponseBytes, sizeOption }: WireLimits): ConnectorError {
  return new ConnectorError('source', `the answer is larger than ${maxResponseBytes} bytes`, {
    hint: `Ask for smaller pages${sizeOption === undefined ? '' : `, or raise ${sizeOption}`}.`,
  });
}

/** Faults by the code that Node and undici give them; all others of the network are `transient`. */
const NETWORK_FAULTS: Readonly<
  Record<string, { readonly text: string; readonly kind?: ErrorKind; readonly hint?: string }>
> = {
  ECONNREFUSED: { text: 'nobody answers at this address', hint: 'Check host and port, and that the service runs.' },
  ENOTFOUND: { text: 'the host name is not known', hint: 'Check the spelling of the host, and the DNS.' },
  EAI_AGAIN: { text: 'the host name could not be resolved', hint: 'Check the DNS and the network.' },
  UND_ERR_CONNECT_TIMEOUT: { text: 'no connection in time', hint: 'Check firewall, proxy and address.' },
  UND_ERR_HEADERS_TIMEOUT: { text: 'no answer in time' },
  UND_ERR_BODY_TIMEOUT: { text: 'the answer stopped in the middle' },
  UND_ERR_SOCKET: { text: 'the connection was closed before the answer was complete' },
  ECONNRESET: { text: 'the connection was reset before the answer was complete' },
  ERR_TLS_CERT_ALTNAME_INVALID: { text: 'the certificate is for another host', kind: 'config' },
  CERT_HAS_EXPIRED: { text: 'the certificate has expired', kind: 'config' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { text: 'the certificate is self-signed', kind: 'config' },
  SELF_SIGNED_CERT_IN_CHAIN: { text: 'the certificate chain is not trusted', kind: 'config' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { text: 'the certificate chain is incomplete', kind: 'config' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { text: 'the issuer of the certificate is not known', kind: 'config' },
};
const CERTIFICATE_HINT = 'Have the certificate corrected, or name the authority in NODE_EXTRA_CA_CERTS.';

/** Codes of faults that happen before a byte of the request is sent: whatever it does has surely not been done. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

export function networkError(error: unknown): ConnectorError {
  const code = codeOf(error);
  const fault = NETWORK_FAULTS[code];
  // Arguments that undici refuses are a fault of the program, and their message may quote a header.
  if (code === 'UND_ERR_INVALID_ARG' || error instanceof TypeError)
    return new ConnectorError('internal', 'the request could not be built', {
      hint: 'A header or credential may hold a character that HTTP does not allow, such as a line break.',
    });
  const kind = fault?.kind ?? 'transient';
  return new ConnectorError(kind, fault?.text ?? `the network failed (${code || 'unknown fault'})`, {
    cause: error,
    hint: fault?.hint ?? (kind === 'config' ? CERTIFICATE_HINT : 'Check the network between here and the API.'),
  });
}

export const wasNotSent = (error: ConnectorError): boolean => BEFORE_SENDING.has(codeOf(error.cause));

/** A host with several addresses fails with all their errors at once. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
