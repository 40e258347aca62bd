import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { ask } from '../support/host.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** Each is given to the configuration in another way, and thrown by the source in every form that a server may echo. */
const CANARIES = {
  KEY: 'canary-key-7f3a',
  BASIC: 'canary basic/9d+2&e',
  FILE: '-----BEGIN KEY-----\nY2FuYXJ5LWZpbGUtYTFiMmMzZDRlNWY2\n-----END KEY-----',
  URL_PASSWORD: 'canary%40url-zqwjkx',
  WRITTEN: 'canary-written-0b6e',
  HOOK_SECRET: 'canary-hook-4d21-0000',
};
const PIECES = [
  'canary',
  'Canary',
  'Y2FuYXJ5',
  'zqwjkx',
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

/** Every row of every table of the host: runs, requests, alerts, and what its queue carries. */
async function storeText(): Promise<string> {
  const client = new pg.Client({ connectionString: project.storeUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname LIKE 'tributary%'`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      texts.push(`${name}\n`, ...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** Asks a host for a run, waits for its end, and gives all that it left and sent. */
async function leftBehind(): Promise<Readonly<Record<string, string>>> {
  const host = project.start(['serve', '--port', '0', '--json'], { env });
  try {
    const [line] = (await once(createInterface({ input: host.child.stdout! }), 'line')) as [string];
    const { url } = (JSON.parse(line) as { data: { url: string } }).data;
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'nightly' };
    const asked = await fetch(`${url}/api/connections/daily/runs`, { method: 'POST', headers });
    const { url: request } = (await asked.json()) as { url: string };
    while (!(await ask(url + request)).body.includes('"state":"ended"')) await wait(100);
    // Of this run or of one before: the cause is the same.
    while (receiver.received.length === 0) await once(receiver.posts, 'post');
    return {
      store: await storeText(),
      alerts: receiver.received.map(({ body }) => body).join('\n'),
      arguments: await readFile(`/proc/${host.child.pid}/cmdline`, 'utf8'),
    };
  } finally {
    host.child.kill('SIGTERM');
    await host.ended;
  }
}

test('no secret and no value of a record stands in the tables of the host, its queue, its alerts or its arguments', async () => {
  const left = await leftBehind();
  for (const table of ['tributary_store.run_request', 'tributary_store.alert_delivery', 'tributary_queue.job'])
    expect(left['store']).toContain(table);
  expect(left['store']).toContain('The server said: *** | ');
  expect(left['alerts']).toContain('The server said: *** | ');
  for (const [where, text] of Object.entries(left)) expectClean(where, text);
});

test('without the scrubber the same search finds secrets in what the host stores, sends and prints', async () => {
  const program = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith('/core/app/scrubber.js')) return loaded;
      const source = String(loaded.source).replace('export function createScrubber(', 'export const createScrubber = () => (text) => text; function unused(');
      return { ...loaded, source };
    } });`;
  const unscrubbed = ['--import', `data:text/javascript,${encodeURIComponent(program)}`];
  const found = (text: string) => PIECES.some((piece) => text.includes(piece));
  const { stderr } = await project.run(['sync', 'daily'], { env, node: unscrubbed });
  expect(found(stderr)).toBe(true);
  expect(found(await storeText())).toBe(true);
});
