import { ConnectorError, isConnectorError } from '#sdk';
import type { S3Place } from './s3.config.js';

interface AwsError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const statusOf = (error: unknown): number | undefined => (error as AwsError).$metadata?.httpStatusCode;

/** True where there is no such object. */
export const isMissing = (error: unknown): boolean =>
  statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket';

/** True where the object is no longer the version that was asked for. */
export const isOther = (error: unknown): boolean => statusOf(error) === 412;

/** What the storage, or the way to it, has answered. */
export function storageFault(what: string, { bucket }: S3Place, cause: unknown): ConnectorError {
  if (isConnectorError(cause)) return cause;
  const { name, message } = cause as AwsError;
  const status = statusOf(cause);
  if (name === 'NoSuchBucket')
    return new ConnectorError('config', `There is no bucket "${bucket}".`, {
      cause,
      hint: 'Correct `bucket`, `region` and `endpoint`; some storages need `path_style: true`.',
    });
  if (name === 'CredentialsProviderError')
    return new ConnectorError('auth', 'No credential was found.', {
      cause,
      hint: 'Set `access_key_id` and `secret_access_key`, or give this machine a role.',
    });
  if (status === 401 || status === 403)
    return new ConnectorError('auth', `${what}: the storage denies the right (${name}).`, {
      cause,
      // Other names of a refusal speak of the credential: a key that is not known, a wrong signature, a token that has ended.
      ...(name === 'AccessDenied' ? { fault: 'permission' as const } : {}),
      hint: 'The credential needs s3:ListBucket on the bucket and s3:GetObject on its objects; to archive also s3:PutObject and s3:DeleteObject.',
    });
  if (status === 301 || name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed')
    return new ConnectorError('config', `The bucket "${bucket}" lies in another region.`, {
      cause,
      hint: 'Correct `region`.',
    });
  if (status === 404)
    return new ConnectorError('source', `${what} is gone.`, { cause, hint: 'It was removed after it was listed.' });
  if (status === undefined || status >= 500 || status === 429 || status === 408)
    return new ConnectorError(
      'transient',
      `${what}: the storage does not answer (${name}${message === '' ? '' : `: ${message}`}).`,
      {
        cause,
        hint: 'Check `endpoint` and `region`, and that a firewall lets this machine through.',
      },
    );
  return new ConnectorError('source', `${what}: the storage answers ${status} (${name}).`, { cause });
}
