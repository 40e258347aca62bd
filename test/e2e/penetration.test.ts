import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
// Before the host: jest does not let nest-winston require a module that is being imported.
import '../../core/api/index.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** An attacker with every role in turn, led by the OpenAPI document: each route of it, also those that are added later. */

const CONFIG = `access: { public_url: "http://localhost:8080", break_glass: {} }
alerts:
  channels: { hook: { webhook: { url: "http://localhost:1/", secret: a-secret-of-a-test } } }
  rules: [ { when: break_glass, to: [hook] } ]
sources: { exports: { connector: local, config: { files: [ { stream: days, path: ./data/*.csv, format: csv, columns: { date: date, sent: integer } } ] } } }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { days: {} } }
  other: { source: exports, destination: warehouse, schema: raw_other, streams: { days: {} } }
report:
  destination: warehouse
  facts: [ { from: daily.days, as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent } } ]
`;
const SEED = 164_312;
/** In paths, queries and bodies. */
const NASTY = [
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fpackage.json',
  '..\\..\\windows\\win.ini',
  '%00',
  'daily%00.json',
  "' OR '1'='1",
  '1; DROP TABLE tributary_store.audit; --',
  "x') UNION SELECT digest FROM tributary_store.api_token --",
  '${env:AUDIT_KEY}',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  '%0d%0aSet-Cookie:%20pwned=1',
  'http://169.254.169.254/latest/meta-data/',
  '-1',
  '99999999999999999999',
  'NaN',
  '1e309',
  '2026-99',
  '0000-00',
  '\u{1F4A9}',
  '%ff%fe',
  '%ED%A0%80',
  'a'.repeat(5_000),
] as const;
/** What an answer must not tell, whatever was asked. */
const TELLTALE =
  /root:x:|node_modules|\bat \w+ \(|\$1::|syntax error at|relation "|pg_catalog|"stack"|"digest"|a-secret-of-a-test|AKIA/;
const ROLES = ['viewer', 'analyst', 'operator', 'admin', 'auditor', 'phi'];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly permission: string | undefined;
  readonly query: readonly string[];
  readonly body: Readonly<Record<string, { readonly type?: string }>> | undefined;
}
interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let project: Project;
let installation: Installation;
let host: Host;
let operations: readonly Operation[];
const tokens: Record<string, string> = {};

beforeAll(async () => {
  project = await newProject(CONFIG);
  await project.write(
    'data/a.csv',
    'date,campaign,sent\n2026-03-01,=HYPERLINK("http://evil"),100\n2026-03-02,"spring\r\nSet-Cookie: pwned=1",50\n',
  );
  const env = { WAREHOUSE_URL: project.warehouseUrl, TRIBUTARY_HOME: join(project.folder, 'home') };
  await project.data(['sync', 'daily'], { env });
  await project.data(['sync', 'other'], { env });
  installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  const { newApiToken } = await import('../../core/security/index.js');
  const { tokens: stored } = await installation.store();
  const create = async (name: string, more: object) => {
    const { text: token, ...made } = newApiToken();
    const common = { createdAt: new Date().toISOString(), createdBy: 'test', expiresAt: '2199-01-01T00:00:00Z' };
    await stored.create({ ...made, name, ...common, ...more } as never);
    tokens[name] = token;
  };
  for (const role of ROLES) await create(role, { roles: [role] });
  await create('everything', { roles: ROLES });
  await create('one connection', { roles: ['operator'], connections: ['other'] });
  const { startHost } = await import('../../core/app/main.js');
  host = await startHost(installation, { host: '127.0.0.1', port: 0, worker: 0 });
  const { paths } = JSON.parse((await send('GET', '/api/openapi.json', { as: 'viewer' })).body);
  operations = Object.entries<any>(paths).flatMap(([path, item]) =>
    Object.entries<any>(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      permission: operation['x-permission'],
      query: (operation.parameters ?? []).filter((one: any) => one.in === 'query').map((one: any) => one.name),
      body: operation.requestBody?.content?.['application/json']?.schema?.properties,
    })),
  );
  expect(operations.length).toBeGreaterThan(30);
});
afterAll(async () => {
  await host?.close();
  await installation?.close();
  await project?.remove();
  await stopTestServer();
});

interface Sending {
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The path goes out as it is written: a URL would be tidied up first. */
async function send(method: string, path: string, { as, headers = {}, body }: Sending = {}): Promise<Reply> {
  const asked = request({
    host: '127.0.0.1',
    port: new URL(host.url).port,
    method,
    path,
    agent: false,
    timeout: 20_000,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${tokens[as]}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
  }).end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  // An event stream goes on for ever: its head is all that is looked at.
  if (response.headers['content-type']?.startsWith('text/event-stream')) {
    asked.destroy();
    return { status: response.statusCode!, headers: response.headers, body: '' };
  }
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

const filled = (path: string, value: string) => path.replaceAll(/\{\w+\}/g, value);
/** Numbers that look random and are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function expectHarmless(asked: string, { status, headers, body }: Reply): void {
  expect({
    asked,
    isFault: status >= 500,
    told: TELLTALE.exec(body)?.[0],
    isSplit: /pwned/.test(JSON.stringify(headers)),
  }).toEqual({
    asked,
    isFault: false,
    told: undefined,
    isSplit: false,
  });
}

describe('what is not expected', () => {
  it('in a path harms no route', async () => {
    for (const { method, path } of operations.filter((one) => one.path.includes('{')))
      for (const nasty of NASTY) {
        // What Node itself refuses to send, a client cannot send either.
        const value = /[^\x21-\x7e]/.test(nasty) || nasty.includes("'") ? encodeURIComponent(nasty) : nasty;
        const reply = await send(method, filled(path, value), {
          as: 'everything',
          ...(method === 'GET' ? {} : { body: '{}' }),
        });
        expectHarmless(`${method} ${filled(path, value).slice(0, 120)}`, reply);
      }
  });

  it('in a query harms no route', async () => {
    const next = random(SEED);
    for (const { method, path, query } of operations.filter((one) => one.method === 'GET'))
      for (const name of [...query, 'unknown', '__proto__', 'limit[]', 'cursor[$gt]'])
        for (let times = 0; times < 4; times++) {
          const nasty = NASTY[Math.floor(next() * NASTY.length)]!;
          const value = nasty.startsWith('%') ? nasty : encodeURIComponent(nasty);
          const asked = `${filled(path, path.includes('month') ? '2026-03' : 'daily')}?${name}=${value}`;
          expectHarmless(`${method} ${asked.slice(0, 120)}`, await send(method, asked, { as: 'everything' }));
        }
  });

  it('in a body harms no route', async () => {
    const next = random(SEED);
    const values = [
      null,
      true,
      -1,
      1e308,
      [],
      {},
      [[[[]]]],
      { __proto__: { isAdmin: true } },
      'x'.repeat(2_000),
      '\0',
      '1d',
      '2026-01-01',
      ...NASTY,
    ];
    for (const { method, path, body } of operations.filter((one) => one.method !== 'GET')) {
      const bodies = Array.from({ length: 24 }, () =>
        JSON.stringify(
          Object.fromEntries(
            [...Object.keys(body ?? {}), '__proto__', 'constructor', 'role']
              .filter(() => next() < 0.6)
              .map((name) => [name, values[Math.floor(next() * values.length)]]),
          ),
        ),
      );
      const broken = ['', '{', '[]', 'null', '"text"', '1', '{"a":1}{', '['.repeat(5_000), '{"__proto__":{"x":1}}'];
      for (const one of [...bodies, ...broken])
        expectHarmless(
          `${method} ${path} ${one.slice(0, 120)}`,
          await send(method, filled(path, 'daily'), { as: 'everything', body: one }),
        );
    }
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it('in size is refused and not kept', async () => {
    const large = JSON.stringify({ reason: 'x'.repeat(3_000_000) });
    for (const { method, path } of operations.filter((one) => one.method !== 'GET')) {
      const { status } = await send(method, filled(path, 'daily'), { as: 'everything', body: large }).catch(() => ({
        status: 413,
      }));
      expect({ path, status }).toEqual({ path, status: 413 });
    }
    const header = await send('GET', '/api/runs', { as: 'viewer', headers: { 'x-large': 'x'.repeat(40_000) } }).catch(
      () => ({ status: 431 }),
    );
    expect(header.status).toBe(431);
  });

  it('leads to no file of the machine', async () => {
    for (const path of [
      '/assets/../../package.json',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/%2e%2e/package.json',
      '//etc/passwd',
      '/..%5c..%5cpackage.json',
      '/assets/....//....//package.json',
      '/%c0%ae%c0%ae/package.json',
    ]) {
      const { status, body } = await send('GET', path);
      expect({ path, status, isFile: body.includes('"dependencies"') || body.includes('root:') }).toEqual({
        path,
        status: expect.any(Number),
        isFile: false,
      });
      expect([400, 401, 404]).toContain(status);
    }
  });
});

describe('who is somebody else', () => {
  it('is not let in by a token of another form, in another place, or without a signature', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: 'admin', roles: ['admin'] })}.`;
    for (const authorization of [`Bearer ${jwt}`, 'Bearer null', 'Bearer undefined', 'Bearer trb_000000000000_'])
      expect((await send('GET', '/api/runs', { headers: { authorization } })).status).toBe(401);
    for (const path of [`/api/runs?token=${tokens['admin']}`, `/api/runs?access_token=${tokens['admin']}`])
      expect((await send('GET', path)).status).toBe(401);
    expect((await send('GET', '/api/runs', { headers: { cookie: `tributary=${tokens['admin']}` } })).status).toBe(401);
  });

  it('does nothing by a role that has no right to it', async () => {
    const { audit } = await installation.store();
    for (const { method, path, permission } of operations)
      for (const role of ROLES) {
        const { status } = await send(method, filled(path, 'daily'), {
          as: role,
          ...(method === 'GET' ? {} : { body: '{}' }),
        });
        const may = await mayDo(role, permission);
        expect({ role, method, path, isRefused: status === 403 }).toEqual({ role, method, path, isRefused: !may });
      }
    expect((await audit.list({ limit: 1, outcome: 'denied' })).length).toBe(1);
  });

  it('reaches nothing of another connection, by whatever it is named', async () => {
    const { runs } = await installation.store();
    const [mine, theirs] = await Promise.all(
      ['other', 'daily'].map(async (connection) => (await runs.list({ connection, limit: 1 }))[0]!.id),
    );
    expect((await send('GET', `/api/runs/${mine}`, { as: 'one connection' })).status).toBe(200);
    for (const { method, path } of operations.filter((one) => /\{(name|id)\}/.test(one.path)))
      for (const id of ['daily', theirs!, theirs!.toUpperCase(), `${theirs}%20`, 'Daily', 'other%2f..%2fdaily']) {
        const { status, body } = await send(method, filled(path, id), {
          as: 'one connection',
          ...(method === 'GET' ? {} : { body: '{}' }),
        });
        expect({ method, path, id, isOk: status < 300, tells: body.includes('"daily"') }).toEqual({
          method,
          path,
          id,
          isOk: false,
          tells: false,
        });
      }
  });
});

async function mayDo(role: string, permission: string | undefined): Promise<boolean> {
  const { permissionsOf } = await import('../../core/security/index.js');
  return permission === undefined || permission === 'self' || permissionsOf([role as never]).has(permission as never);
}

describe('headers', () => {
  it('of another host, method or address change nothing', async () => {
    expect((await send('GET', '/api/runs', { as: 'viewer', headers: { host: 'evil.example' } })).status).toBe(421);
    for (const [name, value] of [
      ['x-http-method-override', 'POST'],
      ['x-method-override', 'POST'],
      ['x-original-url', '/api/audit'],
      ['x-rewrite-url', '/api/audit'],
      ['x-forwarded-host', 'evil.example'],
      ['x-forwarded-proto', 'https'],
      ['forwarded', 'host=evil.example;proto=https'],
      ['x-forwarded-prefix', '//evil.example'],
    ] as const) {
      const reply = await send('GET', '/api/connections/daily', { as: 'operator', headers: { [name]: value } });
      expect({ name, status: reply.status, isEvil: /evil/.test(JSON.stringify(reply)) }).toEqual({
        name,
        status: 200,
        isEvil: false,
      });
      expect(JSON.parse(reply.body)).toMatchObject({ name: 'daily', paused: null });
    }
    for (const method of ['TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'OPTIONS'])
      expect((await send(method, '/api/runs', { as: 'everything' })).status).toBeGreaterThanOrEqual(400);
  });

  it('let no page of another site read or change anything', async () => {
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    for (const { method, path } of operations) {
      const reply = await send(method, filled(path, 'daily'), {
        as: 'everything',
        headers: evil,
        ...(method === 'GET' ? {} : { body: '{}' }),
      });
      expect({ path, allowed: Object.keys(reply.headers).filter((name) => name.startsWith('access-control')) }).toEqual(
        { path, allowed: [] },
      );
      if (method === 'GET') continue;
      expect({ path, status: reply.status }).toEqual({ path, status: 403 });
      const form = await send(method, filled(path, 'daily'), {
        as: 'everything',
        body: '{}',
        headers: { 'content-type': 'text/plain' },
      });
      expect({ path, status: form.status }).toEqual({ path, status: 415 });
      const preflight = { origin: 'https://evil.example', 'access-control-request-method': method };
      const asked = await send('OPTIONS', filled(path, 'daily'), { headers: preflight });
      expect({ path, allowed: asked.headers['access-control-allow-origin'] }).toEqual({ path, allowed: undefined });
    }
  });

  it('keep every answer out of caches, frames and guesses of its type', async () => {
    for (const { path } of operations.filter((one) => one.method === 'GET')) {
      const { headers } = await send('GET', filled(path, 'daily'), { as: 'everything' });
      expect({ path, ...headers }).toMatchObject({
        path,
        'cache-control': expect.stringContaining('no-'),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });

  it('do not let an address that tries tokens be another one each time', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 14; tries++) {
      const headers = { authorization: `Bearer wrong-${tries}`, 'x-forwarded-for': `10.0.0.${tries}` };
      statuses.push((await send('GET', '/api/runs', { headers })).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });
});

it('a formula in the name of a campaign is text in what is exported', async () => {
  // The address above is not listened to for a minute.
  const section = await (
    await import('../../core/app/monthly-report.js')
  ).loadMonth(installation, {
    month: '2026-03',
    signal: AbortSignal.timeout(20_000),
  });
  const { renderCsv } = await import('../../report/index.js');
  expect(JSON.stringify(section)).toContain('=HYPERLINK');
  expect(String(renderCsv(section))).not.toMatch(/(^|,|")=HYPERLINK/m);
});
