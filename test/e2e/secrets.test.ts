import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ask } from '../support/host.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** Each is given to the configuration in another way, and thrown by the source in every form that a server may echo. */
const CANARIES = {
  KEY: 'canary-key-7f3a',
  BASIC: 'canary basic/9d+2&e',
  FILE: '-----BEGIN KEY-----\nY2FuYXJ5LWZpbGUtYTFiMmMzZDRlNWY2\n-----END KEY-----',
  URL_PASSWORD: 'canary%40url-51c8',
  WRITTEN: 'canary-written-0b6e',
  HOOK_SECRET: 'canary-hook-4d21-0000',
};
const PIECES = [
  'canary',
  'Canary',
  'Y2FuYXJ5',
  '51c8',
  '9d+2',
  '9d%2B2',
  Buffer.from(CANARIES.BASIC).toString('base64').slice(0, 20),
];

const CONFIG = `sources:
  leaky:
    connector: ./leaky.ts
    config:
      api_key: "\${env:KEY}"
      other: { basic: "\${env:BASIC}", private_key: "\${file:key.pem}", token: ${CANARIES.WRITTEN} }
      address: "https://reader:\${env:URL_PASSWORD}@example.test/x"
connections:
  daily: { source: leaky, destination: warehouse, schema: raw, streams: { good: {}, bad: {}, people: {} } }
alerts:
  channels: { hook: { webhook: { url: "\${env:HOOK_URL}", secret: "\${env:HOOK_SECRET}" } } }
  rules: [ { when: run_failed, severity: critical, to: [hook] }, { when: run_partial, severity: warning, to: [hook] } ]
`;

/** A plugin that tells all it knows, as a careless one or a chatty server does. */
const LEAKY = `import { ConnectorError, defineSource, secret } from 'tributary/sdk';
import { z } from 'zod';
const told = ({ api_key, other, address }) => {
  const all = [api_key, other.basic, other.private_key, other.token, address, decodeURIComponent(address)];
  const encoded = all.flatMap((text) => [encodeURIComponent(text), JSON.stringify(text), btoa(text)]);
  return [...all, ...encoded, 'Authorization: Bearer ' + api_key].join(' | ') + ' end';
};
const fails = (config) => { throw new ConnectorError('auth', 'The server said: ' + told(config), { hint: 'Not ' + told(config) }); };
export const leaky = defineSource({
  name: 'leaky', summary: 'Leaks.',
  config: z.strictObject({
    api_key: secret('key'), address: z.string(),
    other: z.strictObject({ basic: secret('basic'), private_key: secret('key'), token: z.string() }),
  }),
  connect: ({ config }) => config,
  check: (config) => fails(config),
  streams: (kind) => ({
    good: kind.fullRefresh({ summary: '', primaryKey: ['id'], schema: z.object({ id: z.string() }),
      read: async function* ({ config }) { yield [{ id: 'a' }]; } }),
    people: kind.fullRefresh({ summary: '', primaryKey: ['id'], schema: z.object({ id: z.string(), visits: z.int() }),
      read: async function* () { yield [{ id: 'Canary-Member', visits: 'Canary-Visit' }]; } }),
    bad: kind.fullRefresh({ summary: '', primaryKey: ['id'], schema: z.object({ id: z.string() }),
      read: async function* ({ config }) { fails(config); } }),
  }),
});
`;

let project: Project;
let receiver: Receiver;
const { KEY, BASIC, URL_PASSWORD, HOOK_SECRET } = CANARIES;
const env: Record<string, string> = { KEY, BASIC, URL_PASSWORD, HOOK_SECRET };

/** Nothing of a secret, and the sentence around it still there, so that it was not just left out. */
function expectClean(where: string, text: string): void {
  expect({ where, found: PIECES.filter((piece) => text.includes(piece)), text }).toEqual({ where, found: [], text });
}

beforeAll(async () => {
  project = await newProject(CONFIG);
  receiver = await startReceiver();
  env['HOOK_URL'] = `${receiver.url}/canary-path-in-the-address`;
  await project.write('leaky.ts', LEAKY);
  await project.write('key.pem', `${CANARIES.FILE}\n`);
});
afterAll(async () => {
  await receiver?.close();
  await project?.remove();
  await stopTestServer();
});

test('no secret stands in what the command line prints, also as JSON', async () => {
  for (const args of [
    ['check'],
    ['check', '--json'],
    ['sync', 'daily'],
    ['sync', 'daily', '--json'],
    ['discover', 'leaky', '--json'],
  ]) {
    const end = await project.run(args, { env });
    if (!args.includes('discover')) expect(end.stderr).toContain('The server said: *** | ');
    expectClean(args.join(' '), end.stdout + end.stderr);
  }
});

test('no secret stands in run events, API answers, metrics and the log of the host', async () => {
  const host = project.start(['serve', '--port', '0', '--json'], { env: { ...env, TRIBUTARY_LOG_LEVEL: 'debug' } });
  const [line] = (await once(createInterface({ input: host.child.stdout! }), 'line')) as [string];
  const { url } = (JSON.parse(line) as { data: { url: string } }).data;
  const { runs } = JSON.parse((await ask(`${url}/api/runs`)).body);
  expect(runs[0].error.message).toContain('The server said: *** | ');
  for (const path of [
    '/api/runs',
    `/api/runs/${runs[0].id}/events`,
    `/api/runs/${runs[0].id}/stream`,
    `/api/runs/${runs[0].id}/logs`,
    `/api/runs/${runs[0].id}/ledger`,
    `/api/runs/${runs[0].id}/lineage`,
    '/api/connections/daily/lineage',
    '/api/openapi.json',
    '/api/connections',
    '/api/connections/daily/streams',
    '/api/connections/daily/quarantine',
    '/metrics',
    '/readyz',
    '/api/report',
    `/api/runs/${encodeURIComponent(CANARIES.KEY)}?token=${CANARIES.KEY}`,
  ]) {
    const asking = { authorization: `Bearer ${CANARIES.KEY}`, 'x-request-id': 'mine' };
    const { status, headers, body } = await ask(url + path, { headers: asking });
    // The path that it asked for is the client's own.
    const own = status === 404 ? body.replaceAll(encodeURIComponent(CANARIES.KEY), '') : body;
    expectClean(path, JSON.stringify(headers) + own);
  }
  host.child.kill('SIGTERM');
  const { stderr } = await host.ended;
  const lines = stderr.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text)] : []));
  expect(lines).toContainEqual({
    level: 'info',
    message: 'request',
    timestamp: expect.any(String),
    request_id: 'mine',
    method: 'GET',
    route: '/api/runs/:id',
    status: 404,
    ms: expect.any(Number),
  });
  expectClean('log', stderr);
});
