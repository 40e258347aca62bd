import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConnectorError } from '../../sdk/errors.js';
import type { ReadSecret } from './index.js';

const DENIED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'ExpiredTokenException',
  'DecryptionFailure',
]);

/**
 * AWS Secrets Manager, with the credentials, region and endpoint that every program of AWS takes: `AWS_…` in the environment, a
 * profile, or the role of the machine.
 */
export function awsSecrets(env: Readonly<Record<string, string | undefined>>): ReadSecret {
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const client = new SecretsManagerClient({ maxAttempts: 3, ...(region === undefined ? {} : { region }) });
  return async (id) => {
    try {
      const { SecretString, SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      return SecretString ?? Buffer.from(SecretBinary ?? []).toString();
    } catch (error) {
      const { name } = error as Error;
      if (name === 'ResourceNotFoundException')
        throw new ConnectorError('config', 'is not there: AWS Secrets Manager has no such secret in this region');
      if (DENIED.has(name)) throw new ConnectorError('auth', `is refused by AWS Secrets Manager (${name})`);
      if (name === 'CredentialsProviderError' || name === 'Error')
        throw new ConnectorError('config', 'needs credentials and a region of AWS (AWS_REGION, AWS_PROFILE, …)');
      throw new ConnectorError('transient', `cannot be read: AWS Secrets Manager failed (${name})`);
    }
  };
}
