import { setTimeout as sleep } from 'node:timers/promises';
import { GoogleAuth } from 'google-auth-library';
import { request, type Dispatcher } from 'undici';
import { ConnectorError, isConnectorError } from '#sdk';
import type { GcsPlace } from './gcs.config.js';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
const MOST_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;

export interface GcsRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind the endpoint; an address that the storage gave is whole. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses beside 2xx that are answers and no faults. */
  readonly expected?: readonly number[];
}

/** One request, signed, and asked again where the same may succeed a little later. */
export type Ask = (what: string, of: GcsRequest, signal: AbortSignal) => Promise<Dispatcher.ResponseData>;

export function requestsTo(config: GcsPlace): Ask {
  let auth: GoogleAuth | undefined;
  return async (what, { method = 'GET', path, query = {}, headers = {}, body, expected = [] }, signal) => {
    const url = new URL(path, config.endpoint);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (!config.anonymous) auth ??= authOf(config);
        const token = await auth?.getAccessToken().catch((cause: unknown) => {
          throw noCredential(cause);
        });
        // Not `fetch`, which unpacks bodies by itself: files are to come as they lie there.
        const answer = await request(url, {
          method,
          headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
          signal,
          ...(body === undefined ? {} : { body }),
        });
        const { statusCode } = answer;
        if (statusCode < 300 || expected.includes(statusCode)) return answer;
        await answer.body.dump();
        throw storageFault(what, config, statusCode);
      } catch (error) {
        signal.throwIfAborted();
        const fault = isConnectorError(error) ? error : unreachable(what, error);
        if (fault.kind !== 'transient' || attempt === MOST_ATTEMPTS) throw fault;
        await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal });
      }
    }
  };
}

function authOf({ credentials }: GcsPlace): GoogleAuth {
  if (credentials === undefined) return new GoogleAuth({ scopes: SCOPE });
  try {
    return new GoogleAuth({ scopes: SCOPE, credentials: JSON.parse(credentials) as object });
  } catch {
    throw new ConnectorError('config', '`credentials` is no key of a service account.', {
      hint: 'Give the JSON file that Google Cloud made, best as `${file:PATH}`.',
    });
  }
}

const noCredential = (cause: unknown) =>
  new ConnectorError('auth', 'Google gives no token for this credential.', {
    cause,
    hint: 'Check `credentials`, or the identity of this machine (`gcloud auth application-default print-access-token`).',
  });

const unreachable = (what: string, cause: unknown) =>
  new ConnectorError('transient', `${what}: the storage does not answer.`, {
    cause,
    hint: 'Check `endpoint`, and that a firewall lets this machine through.',
  });

function storageFault(what: string, { bucket }: GcsPlace, status: number): ConnectorError {
  if (status === 401 || status === 403)
    return new ConnectorError('auth', `${what}: the storage denies the right (${status}).`, {
      ...(status === 403 ? { fault: 'permission' as const } : {}),
      hint: 'The credential needs storage.objects.list and storage.objects.get on the bucket; to archive or deliver also storage.objects.create and storage.objects.delete.',
    });
  if (status === 404)
    return what.startsWith('Bucket')
      ? new ConnectorError('config', `There is no bucket "${bucket}".`, { hint: 'Correct `bucket` and `endpoint`.' })
      : new ConnectorError('source', `${what} is gone.`, { hint: 'It was removed after it was listed.' });
  if (status >= 500 || status === 429 || status === 408)
    return new ConnectorError('transient', `${what}: the storage answers ${status}.`, {
      hint: 'It is busy or down; what was done stays.',
    });
  return new ConnectorError('source', `${what}: the storage answers ${status}.`);
}
