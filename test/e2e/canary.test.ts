import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { readPdf, unzipped } from '../integration/report/forms.js';
import { ask } from '../support/host.js';
import { startMailBox, type MailBox } from '../support/mail.js';
import { stopTestServer } from '../support/postgres.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { newProject, type Project } from './project.js';

/** Known secrets and identifiers of a member are in every input, configuration and error, and nowhere in what comes out. */

/** Each secret is given to the configuration in another way, and thrown by the source in every form that a server may echo. */
const SECRETS = {
  KEY: 'canary-key-7f3a',
  BASIC: 'canary basic/9d+2&e',
  FILE: '-----BEGIN KEY-----\nY2FuYXJ5LWZpbGUtYTFiMmMzZDRlNWY2\n-----END KEY-----',
  URL_PASSWORD: 'canary%40url-zqwjkx',
  WRITTEN: 'canary-written-0b6e',
  HOOK_SECRET: 'canary-hook-4d21-0000',
  MEMBER_KEY: 'canary-member-key-000001',
  PHI_KEY: 'canary-phi-key-00000001',
  AUDIT_KEY: 'canary-audit-key-of-32-characters',
  OTLP_HEADER: 'canary-otlp-51bb',
};
const SECRET_PIECES = [
  'canary-',
  'canary b',
  'canary@url',
  'Y2FuYXJ5',
  'zqwjkx',
  '9d+2',
  '9d%2B2',
  Buffer.from(SECRETS.BASIC).toString('base64').slice(0, 20),
];
/** A member; each value is in a column of its own, and in every error of the source. */
const MEMBER = {
  member_id: 'MBR-Canary-77',
  email: 'jane.doe@canary-mail.test',
  first_name: 'Janecanary',
  born: '1931-05-06',
  zip: '99950-1234',
  street: '7 Canary Street',
  phone: '(312) 555-0177',
  ssn: '123-45-6789',
};
const MEMBER_PIECES = ['Canary', 'Janecanary', '1931-05-06', '99950-1234', '555-0177', '123-45-6789', 'jane.doe'];

const config = (mail: number) => `audit: { key: "\${env:AUDIT_KEY}" }
keys: { member_key: "\${env:MEMBER_KEY}", phi_key: "\${env:PHI_KEY}" }
sources:
  leaky:
    connector: ./leaky.ts
    config:
      api_key: "\${env:KEY}"
      other: { basic: "\${env:BASIC}", private_key: "\${file:key.pem}", token: ${SECRETS.WRITTEN} }
      address: "https://reader:\${env:URL_PASSWORD}@example.test/x"
  exports:
    connector: local
    config: { files: [ { stream: visits, path: ./data/*.csv, format: csv, primary_key: [member_id], columns: { day: date, sent: integer, zip: string } } ] }
connections:
  daily:
    source: leaky
    destination: warehouse
    schema: raw
    streams: { good: {}, bad: {}, people: { phi: true } }
    error_budget: { records: 100%, or: 100 }
    protect: { people: &rules { member_id: { tokenize: member_key }, email: { encrypt: phi_key }, first_name: drop, born: { generalise: birth_date }, zip: { generalise: zip }, street: drop, phone: { mask: 2 }, ssn: { hash: member_key }, day: keep, sent: keep } }
  files:
    source: exports
    destination: warehouse
    schema: raw_files
    streams: { visits: { phi: true } }
    error_budget: { records: 100%, or: 100 }
    expect: { visits: [ { range: { sent: { max: 100 } } } ] }
    protect: { visits: *rules }
alerts:
  channels:
    hook: { webhook: { url: "\${env:HOOK_URL}", secret: "\${env:HOOK_SECRET}" } }
    mail: { email: [ops@example.org], smtp: { host: 127.0.0.1, port: ${mail}, tls: none, from: tributary@example.org } }
  rules:
    - { when: run_failed, severity: critical, to: [hook, mail] }
    - { when: run_partial, severity: warning, to: [hook, mail] }
report:
  destination: warehouse
  facts: [ { from: daily.people, as: { date: day, campaign_id: { const: spring }, channel: { const: email }, sent: sent } } ]
`;

/** A plugin that tells all it knows, as a careless one or a chatty server does. */
const LEAKY = `import { ConnectorError, defineSource, secret } from 'tributary/sdk';
import { z } from 'zod';
const MEMBER = ${JSON.stringify(MEMBER)};
const person = z.object({ member_id: z.string(), email: z.string(), first_name: z.string(), born: z.string(), zip: z.string(), street: z.string(), phone: z.string(), ssn: z.string(), day: z.iso.date(), sent: z.int() });
const told = ({ api_key, other, address }) => {
  const all = [api_key, other.basic, other.private_key, other.token, address, decodeURIComponent(address)];
  const encoded = all.flatMap((text) => [encodeURIComponent(text), JSON.stringify(text), btoa(text)]);
  const { member_id, email, first_name, born, zip, street, phone, ssn } = MEMBER;
  const person = [JSON.stringify(MEMBER), 'no mail to ' + email + ' or ' + phone + ', ' + ssn, 'Key (member_id)=(' + member_id + ') exists',
    'https://example.test/x?email=' + email + '&member_id=' + member_id, "first_name='" + first_name + "' dob=" + born + " postal_code=" + zip + " street='" + street + "'"];
  return [...all, ...encoded, 'Authorization: Bearer ' + api_key, ...person].join(' | ') + ' end';
};
const fails = (config) => { throw new ConnectorError('source', 'The server said: ' + told(config), { hint: 'Not ' + told(config) }); };
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
      read: async function* ({ client, warn }) { warn('The server said: ' + told(client)); yield [{ id: 'a' }]; } }),
    people: kind.fullRefresh({ summary: '', primaryKey: ['member_id'], schema: person,
      read: async function* () { yield [{ ...MEMBER, day: '2026-03-01', sent: 120 }, { ...MEMBER, member_id: MEMBER.member_id + 'b', day: '2026-03-01', sent: MEMBER.phone }]; } }),
    bad: kind.fullRefresh({ summary: '', primaryKey: ['id'], schema: z.object({ id: z.string() }),
      read: async function* ({ config }) { fails(config); } }),
  }),
});
`;
const row = (id: string, sent: string) => [id, ...Object.values(MEMBER).slice(1), '2026-03-01', sent].join(',');
const FILE = [
  [...Object.keys(MEMBER), 'day', 'sent'].join(','),
  row(MEMBER.member_id, '5'),
  row('MBR-Canary-78', '999'),
  `${row('MBR-Canary-79', '5')},one,more`,
  '',
].join('\n');

/** What a program does that takes no scrubber. */
const UNSCRUBBED = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith('/core/app/scrubber.js')) return loaded;
      const source = String(loaded.source).replace('export function createScrubber(', 'export const createScrubber = () => (text) => text; function unused(');
      return { ...loaded, source };
    } });`)}`,
];

/** Of every place where something of an installation can be read, all that stands there. */
type Places = Record<string, string>;

let mails: MailBox;
let hook: Receiver;
let spans: Receiver;

beforeAll(async () => {
  [mails, hook, spans] = await Promise.all([startMailBox(), startReceiver(), startReceiver()]);
});
afterAll(async () => {
  await Promise.all([mails?.close(), hook?.close(), spans?.close()]);
  await stopTestServer();
});

/** A whole life: the command line, a host with its runs, pages and exports, and what they left and sent. */
async function life(node: readonly string[], isWanted = (_place: string) => true): Promise<Places> {
  const [sentBefore, spansBefore, mailsBefore] = [hook.received.length, spans.received.length, mails.mails.length];
  const project = await newProject(config(mails.port));
  const { FILE: key, OTLP_HEADER, ...variables } = SECRETS;
  const env = {
    ...variables,
    HOOK_URL: `${hook.url}/canary-path-in-the-address`,
    TRIBUTARY_LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: spans.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: `x-team=${OTLP_HEADER}`,
  };
  try {
    await project.write('leaky.ts', LEAKY);
    await project.write('key.pem', `${key}\n`);
    await project.write('data/members.csv', FILE);
    const places: Places = {};
    for (const args of [
      ['check', 'leaky'],
      ['check', 'leaky', '--json'],
      ['sync', 'daily'],
      ['sync', 'files', '--json'],
      ['discover', 'leaky', '--json'],
      ['classify', 'leaky'],
      ['classify', 'exports', '--json'],
      ['config', 'show'],
      ['runs', 'list', '--json'],
      ['quarantine', 'list', 'daily', '--json'],
      ['quarantine', 'list', 'files', '--json'],
      ['status'],
      ['audit', 'list', '--json'],
      ['access', 'review'],
      ['query', 'warehouse', 'select * from raw.people', '--json'],
    ]) {
      const place = `tributary ${args.join(' ')}`;
      if (!isWanted(place)) continue;
      const { stdout, stderr } = await project.run(args, { env, node });
      places[place] = stdout + stderr;
    }
    for (const format of ['html', 'pdf', 'xlsx', 'csv', 'json'].filter(() => isWanted('report'))) {
      const args = ['report', 'build', '--month', '2026-03', '--format', format, '--out', 'out'];
      const { code, stdout, stderr } = await project.run(args, { env, node });
      if (code !== 0) throw new Error(stderr);
      places[`tributary ${args.join(' ')}`] = stdout + stderr;
    }
    for (const name of await readdir(join(project.folder, 'out')).catch(() => []))
      places[`report file ${name}`] = await readable(name, await readFile(join(project.folder, 'out', name)));
    Object.assign(places, await hostLife(project, env, node, isWanted));
    places['store, queue and audit log'] = await tablesOf(project.storeUrl);
    places['warehouse'] = await tablesOf(project.warehouseUrl);
    places['home'] = await filesOf(join(project.folder, 'home'));
    const sent = hook.received.slice(sentBefore);
    places['alerts by webhook'] = JSON.stringify(sent);
    places['alerts by mail'] = JSON.stringify(mails.mails.slice(mailsBefore));
    const traced = spans.received.slice(spansBefore);
    places['traces'] = traced.map(({ body }) => body).join('\n');
    return places;
  } finally {
    await project.remove();
  }
}

/** A host that carries out a run, and answers every route that gives something. */
async function hostLife(
  project: Project,
  env: Record<string, string>,
  node: readonly string[],
  isWanted: (place: string) => boolean,
): Promise<Places> {
  const places: Places = {};
  const mailed = mails.mails.length;
  const host = project.start(['serve', '--port', '0', '--json'], { env, node });
  let log = '';
  host.child.stderr!.on('data', (chunk: Buffer) => (log += String(chunk)));
  try {
    const lines = createInterface({ input: host.child.stdout! });
    const [line] = await Promise.race([
      once(lines, 'line'),
      host.ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
    ]);
    const { url } = JSON.parse(line).data as { url: string };
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'nightly' };
    const asked = await fetch(`${url}/api/connections/daily/runs`, { method: 'POST', headers });
    const { url: run } = (await asked.json()) as { url: string };
    places['process arguments'] = await argumentsBelow(host.child.pid!);
    const giveUp = AbortSignal.timeout(40_000);
    const isOver = async () => mails.mails.length > mailed && (await ask(url + run)).body.includes('"state":"ended"');
    while (!(await isOver())) {
      giveUp.throwIfAborted();
      await wait(50);
    }

    const { runs } = JSON.parse((await ask(`${url}/api/runs`)).body);
    const [{ id: alert }] = JSON.parse((await ask(`${url}/api/alerts`)).body).alerts;
    const [{ id: record }] = JSON.parse((await ask(`${url}/api/connections/daily/quarantine/records`)).body).records;
    const { paths } = JSON.parse((await ask(`${url}/api/openapi.json`)).body);
    const { tables } = JSON.parse((await ask(`${url}/api/report/2026-03`)).body);
    const fills: Readonly<Record<string, readonly string[]>> = {
      name: ['daily', 'files'],
      month: ['2026-03'],
      format: ['html', 'pdf', 'xlsx', 'csv', 'json'],
      chart: ['trend'],
      form: ['svg'],
      table: Object.keys(tables),
    };
    const idsOf = (path: string) =>
      path.includes('/runs/')
        ? runs.map((one: any) => one.id)
        : path.includes('/alerts/')
          ? [alert]
          : path.includes('/records/')
            ? [record]
            : [run.split('/').at(-1)];
    for (const [path, { get }] of Object.entries<any>(paths)) {
      if (get === undefined || path === '/api/openapi.json') continue;
      let filled = [path];
      for (const [, name] of path.matchAll(/\{(\w+)\}/g))
        filled = filled.flatMap((one) =>
          (fills[name!] ?? idsOf(path)).map((value: string) => one.replace(`{${name}}`, value)),
        );
      for (const one of filled.filter((place) => isWanted(`GET ${place}`)))
        places[`GET ${one}`] = await answer(url + one);
    }
    places['GET /'] = await answer(`${url}/`);
    // The path and the parameters that it asks for are the client's own; what is kept of them is not.
    await ask(`${url}/api/runs/${encodeURIComponent(MEMBER.email)}?token=${SECRETS.KEY}`, {
      headers: { authorization: `Bearer ${SECRETS.KEY}`, 'x-request-id': 'mine' },
    });
    return places;
  } finally {
    host.child.kill('SIGTERM');
    await host.ended;
    places['log of the host'] = log;
  }
}

/** Status, headers and what the body says; an event stream is over when the run is. */
async function answer(url: string): Promise<string> {
  const asking = httpRequest(url, { agent: false }).end();
  const [response] = (await once(asking, 'response')) as [import('node:http').IncomingMessage];
  const head = `${response.statusCode} ${JSON.stringify(response.headers)}\n`;
  const name = new URL(url).pathname;
  if (!/export/.test(name)) return head + (await text(response));
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return head + (await readable(name, Buffer.concat(chunks)));
}

/** What a reader of a packed form sees. */
async function readable(name: string, content: Buffer): Promise<string> {
  if (/[./]pdf$/.test(name)) return JSON.stringify(await readPdf(content));
  if (/[./]xlsx$/.test(name)) return [...(await unzipped(content)).values()].join('\n');
  return content.toString();
}

/** Of a process and all that it has started. */
async function argumentsBelow(pid: number): Promise<string> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const below = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => argumentsBelow(Number(child))),
  );
  return [await readFile(`/proc/${pid}/cmdline`, 'utf8'), ...below].join('\n');
}

/** Every row of every table: runs, requests, alerts, audit log, and what the queue carries. */
async function tablesOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      texts.push(`${name}\n`, ...rows.map(({ row: told }) => told));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

async function filesOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

const found = (pieces: readonly string[], told: string) => pieces.filter((piece) => told.includes(piece));
/** Those in which the source's error stands, and so both a secret and an identifier where nobody takes them out. */
const TELLING = [
  'tributary check leaky',
  'tributary sync daily',
  'tributary runs list --json',
  'store, queue and audit log',
  'alerts by webhook',
  'alerts by mail',
  'traces',
  'GET /api/runs',
  'GET /api/alerts',
];

describe('secrets of an installation and identifiers of a member', () => {
  test('are nowhere in what is logged, measured, traced, sent, queued, stored, shown, exported or audited', async () => {
    const places = await life([]);
    // The sentence around them is still there, so they were not just left out.
    for (const place of TELLING)
      expect({ place, says: places[place] }).toEqual({ place, says: expect.stringContaining('The server said: ***') });
    for (const place of [
      'process arguments',
      'log of the host',
      'warehouse',
      'GET /metrics',
      'report file report-2026-03.pdf',
      'GET /api/report/2026-03/export/xlsx',
    ])
      expect({ place, length: places[place]?.length }).toEqual({ place, length: expect.any(Number) });
    expect(places['log of the host']).toMatch(/"request_id":"mine".*"route":"\/api\/runs\/:id"/);
    expect(places['store, queue and audit log']).toContain('tributary_queue.job');
    expect(places['warehouse']).toMatch(/_sealed\W+enc_1_/);
    const dirty = Object.entries(places).flatMap(([place, told]) => {
      const pieces = found([...SECRET_PIECES, ...MEMBER_PIECES], told);
      return pieces.length === 0
        ? []
        : [
            {
              place,
              pieces,
              near: pieces.map((piece) => told.slice(Math.max(0, told.indexOf(piece) - 60), told.indexOf(piece) + 60)),
            },
          ];
    });
    expect(dirty).toEqual([]);
  }, 300_000);

  test('would be found: without the scrubber they are in each place that tells of an error', async () => {
    const places = await life(UNSCRUBBED, (place) => TELLING.includes(place));
    for (const place of TELLING)
      expect({
        place,
        secret: found(SECRET_PIECES, places[place]!).length > 0,
        member: found(MEMBER_PIECES, places[place]!).length > 0,
      }).toEqual({ place, secret: true, member: true });
  }, 300_000);
});
