import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHmac, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
// Before the host: jest does not let nest-winston require a module that is being imported.
import '../../core/api/index.js';
import { namedChannel } from '../../core/app/alerting.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import { syncConnection } from '../../core/app/sync.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** What the host itself needs, and the keys of rules, change while it goes on. */

const FIXTURES = fileURLToPath(new URL('../fixtures/tls/', import.meta.url));
const config = (hook: string, keys: string) => `access:
  public_url: https://localhost:8443
  tls: { certificate: "\${file:tls.crt}", private_key: "\${file:tls.key}" }
audit: { key: a-key-of-the-audit-log-of-a-test }
alerts:
  channels: { hook: { webhook: { url: "${hook}", secret: "\${file:hook.key}" } } }
  rules: [ { when: run_failed, to: [hook] } ]
${keys}sources: { exports: { connector: local, config: { files: [ { stream: people, path: ./data/*.csv, format: csv, primary_key: [id] } ] } } }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { people: {} }
    protect: { people: { email: { encrypt: phi_key } } }
`;
const FIRST = 'keys: { phi_key: "${file:phi_1.key}" }\n';
const SECOND = 'keys: { phi_key: "${file:phi_2.key}" }\nformer_keys: { phi_key: { "1": "${file:phi_1.key}" } }\n';

let project: Project;
let hook: Receiver;
let installation: Installation;
let host: Host;

beforeAll(async () => {
  hook = await startReceiver();
  project = await newProject(config(hook.url, FIRST));
  await use('localhost.pem', 'tls.crt');
  await use('localhost.key', 'tls.key');
  await project.write('hook.key', 'hook-secret-number-one\n');
  await project.write('phi_1.key', 'phi-key-number-one-000001\n');
  await project.write('phi_2.key', 'phi-key-number-two-000002\n');
  await project.write('data/1.csv', 'id,email\n1,ada@example.org\n');
  await begin();
});
afterAll(async () => {
  await host?.close();
  await installation?.close();
  await hook?.close();
  await project?.remove();
  await stopTestServer();
});

/** The host, anew where there was one. */
async function begin(): Promise<void> {
  await host?.close();
  await installation?.close();
  const env = { WAREHOUSE_URL: project.warehouseUrl, TRIBUTARY_HOME: join(project.folder, 'home') };
  installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  const { startHost } = await import('../../core/app/main.js');
  host = await startHost(installation, { host: '127.0.0.1', port: 0, worker: 0 });
}

const use = (fixture: string, as: string) => copyFile(join(FIXTURES, fixture), join(project.folder, as));

/** Of the certificate that a new connection is shown. */
async function shown(): Promise<string> {
  const socket = connect({ port: Number(new URL(host.url).port), host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
const fingerprintOf = async (fixture: string) =>
  new X509Certificate(await readFile(join(FIXTURES, fixture))).fingerprint256;

test('a certificate is renewed without a restart, and never put together with the key of another', async () => {
  expect(await shown()).toBe(await fingerprintOf('localhost.pem'));
  expect(await host.refreshSecrets()).toEqual([]);
  await use('renewed.pem', 'tls.crt');
  await host.refreshSecrets();
  expect(await shown()).toBe(await fingerprintOf('localhost.pem'));
  await use('renewed.key', 'tls.key');
  expect(await host.refreshSecrets()).toEqual(['access.tls.private_key']);
  expect(await shown()).toBe(await fingerprintOf('renewed.pem'));
});

test('a message is signed with the newest secret of its channel, and no log or error tells one of them', async () => {
  await project.write('hook.key', 'hook-secret-number-two\n');
  expect(await host.refreshSecrets()).toEqual(['alerts.channels.hook.webhook.secret']);
  const message = { id: 'i', openedAt: '', text: { title: 't' } } as never;
  await namedChannel(installation.configuration, 'hook').send(message, AbortSignal.timeout(5_000));
  const { headers, body } = hook.received.at(-1)!;
  const mac = createHmac('sha256', 'hook-secret-number-two').update(`${headers['x-tributary-timestamp']}.${body}`);
  expect(headers['x-tributary-signature']).toBe(`sha256=${mac.digest('hex')}`);
  expect(installation.configuration.scrub('of hook-secret-number-one, hook-secret-number-two')).toBe('of ***, ***');
  const { audit } = await installation.store();
  const [last] = await audit.list({ action: 'secrets.rotate', limit: 1 });
  expect(JSON.parse(last!.detail)).toEqual({ settings: ['alerts.channels.hook.webhook.secret'] });
});

test('a secret that cannot be read leaves the host as it is', async () => {
  await rm(join(project.folder, 'hook.key'));
  expect(await host.refreshSecrets()).toEqual([]);
  await project.write('hook.key', 'hook-secret-number-two\n');
  expect(await host.refreshSecrets()).toEqual([]);
});

const notes: string[] = [];
async function sealed(): Promise<readonly string[]> {
  const { outcome } = await syncConnection(installation, {
    connection: 'daily',
    streams: [],
    trigger: 'manual',
    fullRefresh: false,
    signal: AbortSignal.timeout(30_000),
    on: () => undefined,
    note: (text) => notes.push(text),
  });
  expect(outcome.state).toBe('succeeded');
  const rows = await project.rows<{ email: string }>('SELECT email FROM raw.people ORDER BY id');
  return rows.map(({ email }) => email.slice(0, 6));
}

test('a run takes a new version of a key from the file, and never another key for a version in use', async () => {
  expect(await sealed()).toEqual(['enc_1_']);
  // Half written: the keys stay as they are.
  await project.configure(`${config(hook.url, SECOND)}connections_: {}\n`);
  await project.write('data/2.csv', 'id,email\n2,bob@example.org\n');
  expect(await sealed()).toEqual(['enc_1_', 'enc_1_']);
  expect(notes.at(-1)).toContain('its keys are not read until it is');

  await project.configure(config(hook.url, SECOND));
  await project.write('data/3.csv', 'id,email\n3,cyd@example.org\n');
  expect(await sealed()).toEqual(['enc_1_', 'enc_1_', 'enc_2_']);
  expect(notes.at(-1)).toBe('there are new versions of the keys phi_key, used from now on');
  expect(installation.configuration.scrub('phi-key-number-two-000002')).toBe('***');

  await project.configure(config(hook.url, FIRST));
  await expect(sealed()).rejects.toMatchObject({
    kind: 'config',
    message: 'Version 2 of the key "phi_key" is another than the one in use.',
  });
});

test('a host that begins with another key for a version in use runs nothing by it, and does once it has the old one again', async () => {
  await project.configure(config(hook.url, SECOND));
  await project.write('phi_2.key', 'phi-key-number-six-000006\n');
  await begin();
  await expect(sealed()).rejects.toMatchObject({
    kind: 'config',
    message: 'Version 2 of the key "phi_key" is another than the one in use.',
  });
  await project.write('phi_2.key', 'phi-key-number-two-000002\n');
  await begin();
  expect(await sealed()).toEqual(['enc_1_', 'enc_1_', 'enc_2_']);
});
