import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { openStore, type Store } from '../../core/persistence/index.js';
import type { RequestRecord } from '../../core/scheduler/request-store.js';
import { startVault, type VaultSimulator } from '../simulators/vault/server.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** A secret of a source changes while a host goes on. */

const VENDOR = `import { ConnectorError, defineSource, secret } from 'tributary/sdk';
import { z } from 'zod';
export const vendor = defineSource({
  name: 'vendor', summary: 'A vendor with a key',
  config: z.strictObject({ endpoint: z.string(), api_key: secret('key') }),
  connect: ({ config }) => config,
  check: async () => undefined,
  streams: (kind) => ({
    items: kind.fullRefresh({
      summary: '', primaryKey: ['id'], schema: z.object({ id: z.string() }),
      read: async function* ({ client }) {
        const { status } = await fetch(client.endpoint, { headers: { authorization: client.api_key } });
        if (status === 401) throw new ConnectorError('auth', 'The vendor refuses the key ' + client.api_key + '.');
        yield [{ id: 'a' }];
      },
    }),
  }),
});
`;

let vault: VaultSimulator;
let vendor: Server;
let project: Project;
let host: ReturnType<Project['start']>;
let url: string;
let store: Store;
let log = '';
let accepted = 'key-number-one';
/** Happens when a key is refused. */
let onRefusal = (): void => undefined;

beforeAll(async () => {
  vault = await startVault();
  vendor = createServer((request, response) => {
    response.statusCode = request.headers.authorization === accepted ? 200 : 401;
    if (response.statusCode === 401) onRefusal();
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(vendor, 'listening');
  project = await newProject(`sources:
  vendor:
    connector: ./vendor.ts
    config: { endpoint: "http://127.0.0.1:${(vendor.address() as AddressInfo).port}/", api_key: "\${vault:secret/vendor#api_key}" }
connections: { daily: { source: vendor, destination: warehouse, schema: raw, streams: { items: {} } } }
`);
  await project.write('vendor.ts', VENDOR);
  vault.put('secret/vendor', { api_key: accepted });
  host = project.start(['serve', '--port', '0', '--json'], {
    env: { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token },
  });
  host.child.stderr!.on('data', (chunk: Buffer) => (log += String(chunk)));
  const [line] = await Promise.race([
    once(createInterface({ input: host.child.stdout! }), 'line'),
    host.ended.then(() => Promise.reject(new Error(log))),
  ]);
  ({ url } = JSON.parse(line).data);
  store = await openStore(project.storeUrl);
});
afterAll(async () => {
  host?.child.kill('SIGTERM');
  await host?.ended;
  await store?.close();
  vendor?.close();
  await vault?.close();
  await project?.remove();
  await stopTestServer();
});

/** Asks the host for a run, and gives the request once it is as wanted. */
async function ask(isSo: (request: RequestRecord) => boolean): Promise<RequestRecord> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const asked = await fetch(`${url}/api/connections/daily/runs`, { method: 'POST', headers });
  expect(asked.status).toBe(202);
  const { id } = (await asked.json()) as { id: string };
  for (;;) {
    const request = (await store.requests.get(id))!;
    if (isSo(request)) return request;
    await wait(50);
  }
}
const run = async () => (await store.runs.get((await ask(({ state }) => state === 'ended')).run!))!;
const rotate = (key: string, { alsoInVault = true } = {}) => {
  accepted = key;
  if (alsoInVault) vault.put('secret/vendor', { api_key: key });
};

test('a run takes the newest value, without a restart', async () => {
  expect((await run()).state).toBe('succeeded');
  rotate('key-number-two');
  expect((await run()).state).toBe('succeeded');
  expect(await store.runs.list({ limit: 9, state: 'failed' })).toEqual([]);
});

test('a run that was refused with a value that is old by now is made once more with the new one', async () => {
  rotate('key-number-three', { alsoInVault: false });
  onRefusal = () => vault.put('secret/vendor', { api_key: 'key-number-three' });
  const { id, state } = await run();
  expect(state).toBe('succeeded');
  const [last, first] = await store.runs.list({ limit: 2 });
  expect([last!.id, first!.state]).toEqual([id, 'failed']);
  expect(log).toContain(`run ${first!.id} was refused, and a secret has changed since: once more`);
});

test('a run that is refused with the newest value is not repeated, and no error tells any of them', async () => {
  rotate('key-number-four', { alsoInVault: false });
  let refusals = 0;
  onRefusal = () => void refusals++;
  const { state, streams } = await run();
  expect([state, refusals]).toEqual(['failed', 1]);
  expect(streams['items']!.error!.message).toBe('The vendor refuses the key ***.');
  const kept = JSON.stringify([await store.runs.list({ limit: 9 }), await store.audit.list({ limit: 99 }), log]);
  expect(kept).not.toContain('key-number');
  expect(kept).toContain('vault secret/vendor#api_key');
});

test('a store of secrets that is away is told by the reference, and the run is tried again', async () => {
  vault.seal(true);
  const request = await ask(({ error }) => error !== undefined);
  expect(request).toMatchObject({
    state: 'queued',
    error: {
      kind: 'transient',
      message: '${vault:secret/vendor#api_key} cannot be read: Vault is sealed or in standby',
    },
  });
  vault.seal(false);
});

test('a configuration tells which reference cannot be read, where it stands', async () => {
  const { code, stderr } = await project.run(['validate'], {
    env: { VAULT_ADDR: vault.url, VAULT_TOKEN: 'hvs.wrong' },
  });
  expect([code, stderr]).toEqual([
    3,
    expect.stringMatching(
      /tributary\.yaml:\d+:\d+: sources\.vendor\.config\.api_key: \$\{vault:secret\/vendor#api_key\} is refused by Vault/,
    ),
  ]);
});
