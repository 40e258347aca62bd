import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startGcsSimulator, type GcsSimulator } from '../simulators/gcs/server.js';

/** An empty bucket of Google Cloud Storage, and what a configuration needs to reach it. */
export interface GcsBucket {
  readonly config: Readonly<Record<string, unknown>>;
  readonly simulator?: GcsSimulator;
  put(name: string, body: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const BUCKET = 'exports';
/** Where `.ci/run` puts an emulator that others keep. */
const EMULATOR = fileURLToPath(new URL('../../node_modules/.cache/fake-gcs-server', import.meta.url));

export async function openGcsBucket(kind: 'best' | 'own' = 'best'): Promise<GcsBucket> {
  const config = (endpoint: string) => ({ bucket: BUCKET, endpoint, anonymous: true });
  if (kind === 'own' || !existsSync(EMULATOR)) {
    if (kind === 'best')
      process.stderr.write('fake-gcs-server is not installed: the tests of GCS use a server in this process.\n');
    const simulator = await startGcsSimulator(BUCKET);
    return {
      config: config(simulator.url),
      simulator,
      put: async (name, body) => simulator.put(name, body),
      close: () => simulator.close(),
    };
  }
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const flags = `-scheme http -host 127.0.0.1 -port ${port} -backend memory -public-host 127.0.0.1:${port} -external-url ${endpoint}`;
  const child = spawn(EMULATOR, flags.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: child.stderr! })) if (line.includes('server started')) break;
  child.stderr!.resume();
  const made = await fetch(`${endpoint}/storage/v1/b`, { method: 'POST', body: JSON.stringify({ name: BUCKET }) });
  if (!made.ok) throw new Error(`the emulator answers ${made.status}`);
  return {
    config: config(endpoint),
    async put(name, body) {
      const url = `${endpoint}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=${encodeURIComponent(name)}`;
      const answer = await fetch(url, { method: 'POST', body: Buffer.from(body) });
      if (!answer.ok) throw new Error(`the emulator answers ${answer.status}`);
    },
    close: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
