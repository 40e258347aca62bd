import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startSecretsManager } from '../simulators/secrets-manager/server.js';
import { addressOf, MOTO } from './moto.js';

/** AWS Secrets Manager as moto plays it, or our own server where that is not installed, and the environment that leads there. */
export interface TestSecretsManager {
  readonly env: Readonly<Record<string, string>>;
  put(id: string, text: string): Promise<void>;
  close(): Promise<void>;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'a secret of the test', AWS_REGION: 'us-east-1' };

export async function openSecretsManager(): Promise<TestSecretsManager> {
  const env = (url: string) => ({ ...KEYS, AWS_ENDPOINT_URL_SECRETS_MANAGER: url });
  if (!existsSync(MOTO)) {
    const simulator = await startSecretsManager(KEYS.AWS_ACCESS_KEY_ID);
    return {
      env: env(simulator.url),
      put: async (id, text) => simulator.put(id, text),
      close: () => simulator.close(),
    };
  }
  const child = spawn(MOTO, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const endpoint = await addressOf(child.stderr!);
  const client = new SecretsManagerClient({
    region: KEYS.AWS_REGION,
    endpoint,
    credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY },
  });
  return {
    env: env(endpoint),
    async put(id, text) {
      await client
        .send(new CreateSecretCommand({ Name: id, SecretString: text }))
        .catch(() => client.send(new PutSecretValueCommand({ SecretId: id, SecretString: text })));
    },
    async close() {
      client.destroy();
      child.kill();
      await once(child, 'exit');
    },
  };
}
