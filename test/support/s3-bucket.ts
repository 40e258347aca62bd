import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { addressOf, MOTO } from './moto.js';
import { startS3Simulator, type S3Simulator } from '../simulators/s3/server.js';

/** An empty bucket, and what a configuration needs to reach it. */
export interface Bucket {
  readonly config: Readonly<Record<string, unknown>>;
  readonly simulator?: S3Simulator;
  put(key: string, body: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const BUCKET = 'exports';
const KEYS = { access_key_id: 'AKIATEST', secret_access_key: 'a secret of the test' };

export async function openBucket(kind: 'best' | 'own' = 'best'): Promise<Bucket> {
  const config = (endpoint: string) => ({ bucket: BUCKET, endpoint, path_style: true, ...KEYS });
  if (kind === 'own' || !existsSync(MOTO)) {
    if (kind === 'best') process.stderr.write('moto is not installed: the tests of S3 use a server in this process.\n');
    const simulator = await startS3Simulator({
      bucket: BUCKET,
      accessKeyId: KEYS.access_key_id,
      secretAccessKey: KEYS.secret_access_key,
      page: 2,
    });
    return {
      config: config(simulator.url),
      simulator,
      put: async (key, body) => simulator.put(key, body),
      close: () => simulator.close(),
    };
  }
  const child = spawn(MOTO, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const endpoint = await addressOf(child.stderr!);
  const client = new S3Client({
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: KEYS.access_key_id, secretAccessKey: KEYS.secret_access_key },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return {
    config: config(endpoint),
    put: async (key, body) => void (await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }))),
    close: async () => {
      client.destroy();
      child.kill();
      await once(child, 'exit');
    },
  };
}
