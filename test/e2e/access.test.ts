import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
// Before the host: jest does not let nest-winston require a module that is being imported.
import '../../core/api/index.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import type { Answer } from '../support/host.js';
import { query, stopTestServer } from '../support/postgres.js';
import { AUDIT_KEY, CONFIG, startGuardedHost, type GuardedHost } from './guarded-host.js';
import type { Project } from './project.js';

const TLS = new URL('../fixtures/tls/', import.meta.url);
/** What each role may do, as docs/security.md has it. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  viewer: ['status:read'],
  analyst: ['status:read', 'report:read'],
  operator: ['status:read', 'report:read', 'runs:manage', 'alerts:manage', 'break-glass:use'],
  admin: [
    'status:read',
    'report:read',
    'report:share',
    'runs:manage',
    'sources:add',
    'alerts:manage',
    'audit:read',
    'break-glass:use',
  ],
  auditor: ['status:read', 'audit:read'],
  phi: ['phi:read'],
};
const OPEN = [
  'GET /embed/:link',
  'GET /embed/:link/fragment',
  'GET /livez',
  'GET /login',
  'GET /login/callback',
  'GET /readyz',
  'GET /tributary-report.js',
];

let guarded: GuardedHost;
let project: Project;
let installation: Installation;
let host: Host;
let env: GuardedHost['env'];
let tokens: GuardedHost['tokens'];
let permissionOf: Readonly<Record<string, string>>;

beforeAll(async () => {
  guarded = await startGuardedHost(Object.keys(MAY));
  ({ project, installation, host, env, tokens } = guarded);
  const { body } = await as('viewer', 'GET', '/api/openapi.json');
  permissionOf = Object.fromEntries(
    Object.entries<any>(JSON.parse(body).paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, operation]) => [
        `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        operation['x-permission'],
      ]),
    ),
  );
});
afterAll(async () => {
  await guarded?.close();
  await stopTestServer();
});

const asking: GuardedHost['asking'] = (...how) => guarded.asking(...how);
const as = (role: string, method: string, path: string): Promise<Answer> => guarded.as(role, method, path);
/** A path of a route in which nothing of its parameters exists. */
const real = (route: string): [string, string] => {
  const [method, path] = route.split(' ') as [string, string];
  return [method, path.replaceAll(/:(id|name|month|table|from|stream)\b/g, 'none')];
};

describe('every route', () => {
  it('declares the permission that it needs, or is one of the few that need none', () => {
    const without = host.routes.filter((route) => permissionOf[route] === undefined);
    expect(without.toSorted()).toEqual(OPEN);
    const known = new Set(['self', ...Object.values(MAY).flat()]);
    expect(Object.values(permissionOf).filter((one) => one !== undefined && !known.has(one))).toEqual([]);
  });

  it('refuses who does not say who he is', async () => {
    for (const route of host.routes.filter((one) => !OPEN.includes(one))) {
      const { status, headers, body } = await asking(...real(route));
      expect({ route, status, asks: headers['www-authenticate'] }).toEqual({
        route,
        status: 401,
        asks: 'Bearer realm="tributary"',
      });
      expect(JSON.parse(body).detail).toContain('tributary tokens create');
    }
  });

  it('refuses each role that lacks its permission, and no other', async () => {
    for (const route of host.routes.filter((one) => !OPEN.includes(one)))
      for (const [role, may] of Object.entries(MAY)) {
        const { status } = await as(role, ...real(route));
        const isRefused = status === 401 || status === 403;
        expect({ route, role, isRefused }).toEqual({
          route,
          role,
          isRefused: permissionOf[route] !== 'self' && !may.includes(permissionOf[route]!),
        });
      }
  });
});

test('a refusal says which right is missing and who has it', async () => {
  const { status, body } = await as('viewer', 'POST', '/api/connections/daily/pause');
  expect(status).toBe(403);
  expect(JSON.parse(body).detail).toBe(
    'This needs the right to run, cancel, pause and resume connections, and read days again ("runs:manage"), which the roles operator, admin have.',
  );
});

describe('a token of one connection', () => {
  const of: Record<string, Record<'run' | 'request' | 'backfill' | 'alert', string>> = {};

  beforeAll(async () => {
    for (const name of ['daily', 'secret_one']) {
      const { run } = await project.data(['sync', name], { env });
      const [request, backfill, alert] = [randomUUID(), randomUUID(), randomUUID()];
      await query(
        project.storeUrl,
        `INSERT INTO tributary_store.run_request (id, connection, trigger, state, requested_at, not_before)
           VALUES ('${request}', '${name}', 'api', 'queued', now(), '2199-01-01');
         INSERT INTO tributary_store.backfill (id, connection, first_day, last_day, requested_at)
           VALUES ('${backfill}', '${name}', '2026-01-01', '2026-01-02', now());
         INSERT INTO tributary_store.alert_incident (id, key, kind, connection, severity, text, opened_at, last_seen_at)
           VALUES ('${alert}', '${name}:late', 'late', '${name}', 'error', '{"title":"","what":"","meaning":"","next":"","command":""}', now(), now())`,
      );
      of[name] = { run, request, backfill, alert };
    }
    const made = await project.data(['tokens', 'create', 'ours', '--role', 'operator', '--connection', 'daily'], {
      env,
    });
    tokens['ours'] = made.token;
  });

  /** A path of a route for what belongs to a connection. */
  const about = (route: string, name: string): [string, string] => {
    const [method, path] = route.split(' ') as [string, string];
    const kind = (['run', 'request', 'backfill', 'alert'] as const).find((one) => path.startsWith(`/api/${one}s/`));
    return [
      method,
      path
        .replace(':name', name)
        .replace(':id', kind === undefined ? '' : of[name]![kind])
        .replace(':from', '2026-01-01'),
    ];
  };

  it('is answered as if there were no other, by every route that names one', async () => {
    const named = host.routes.filter((route) => /:(name|id)/.test(route) && !route.includes('/new-sources/'));
    expect(named.length).toBeGreaterThan(15);
    for (const route of named) {
      const other = await as('ours', ...about(route, 'secret_one'));
      expect({ route, status: other.status }).toEqual({ route, status: 404 });
    }
    for (const route of named.filter((one) => one.startsWith('GET ') && !one.endsWith('/stream'))) {
      const { status } = await as('ours', ...about(route, 'daily'));
      expect({ route, status }).toEqual({ route, status: 200 });
    }
  });

  it('lists and counts its own only', async () => {
    const lists = host.routes.filter(
      (route) => /^GET (\/api\/[a-z]+|\/metrics)$/.test(route) && !/\/(report|me|access|audit|connectors)$/.test(route),
    );
    expect(lists.length).toBeGreaterThan(5);
    for (const route of lists) {
      const path = route.slice(4);
      const { status, body } = await as('ours', 'GET', path);
      expect({ path, status, tells: body.includes('secret_one') }).toEqual({ path, status: 200, tells: false });
      const all = await as('operator', 'GET', path);
      expect({ path, tells: all.body.includes('secret_one') }).toEqual({ path, tells: true });
    }
    const made = await project.data(['tokens', 'create', 'its admin', '--role', 'admin', '--connection', 'daily'], {
      env,
    });
    tokens['its admin'] = made.token;
    for (const path of ['/api/report', '/api/audit', '/api/break-glass', '/api/access', '/api/connectors'])
      expect({ path, status: (await as('its admin', 'GET', path)).status }).toEqual({ path, status: 403 });
    expect((await as('its admin', 'POST', '/api/new-sources/x/check')).status).toBe(403);
    expect((await as('its admin', 'POST', '/api/break-glass/x/review')).status).toBe(403);
  });
});

test('who did what stands in the log, under the name of the token', async () => {
  const paused = await as('operator', 'POST', '/api/connections/daily/pause');
  expect(JSON.parse(paused.body)).toMatchObject({ paused: { by: 'token:the operator' } });
  const { audit } = await installation.store();
  const rows = (await audit.list({ limit: 10_000 }))
    .filter(({ action }) => ['connections.pause', 'tokens.create'].includes(action))
    .map(({ actor, action, object, outcome }) => ({ actor, action, object, outcome }))
    .toReversed();
  expect(rows[0]).toMatchObject({ action: 'tokens.create', object: 'the viewer', outcome: 'allowed' });
  expect(rows).toContainEqual({
    actor: 'token:the viewer',
    action: 'connections.pause',
    object: 'daily',
    outcome: 'denied',
  });
  expect(rows.at(-1)).toEqual({
    actor: 'token:the operator',
    action: 'connections.pause',
    object: 'daily',
    outcome: 'allowed',
  });
});

describe('the audit log by the API', () => {
  const read = async (search = ''): Promise<any> => {
    const { status, body } = await as('auditor', 'GET', `/api/audit${search}`);
    expect({ search, status, body }).toMatchObject({ status: 200 });
    return JSON.parse(body);
  };

  it('goes on by a cursor, the latest first, without a gap', async () => {
    const first = await read('?limit=3');
    // To read it is the latest act.
    expect(first.entries[0]).toMatchObject({ actor: 'token:the auditor', action: 'audit.list', outcome: 'allowed' });
    const numbers = first.entries.map(({ seq }: { seq: number }) => seq);
    expect(numbers).toEqual([numbers[0], numbers[0] - 1, numbers[0] - 2]);
    const second = await read(`?limit=3&cursor=${first.next}`);
    expect(second.entries[0].seq).toBe(numbers[0] - 3);
    expect((await read('?cursor=2')).next).toBeNull();
  });

  it('filters by who, what, on what, how it ended and when', async () => {
    const of = async (search: string) =>
      (await read(search)).entries.map(({ actor, action, object, outcome }: any) => [actor, action, object, outcome]);
    expect(await of('?action=tokens.create&object=the%20viewer')).toEqual([
      [expect.stringContaining('@'), 'tokens.create', 'the viewer', 'allowed'],
    ]);
    const denied = await of('?outcome=denied&actor=token:the%20viewer');
    expect(denied.length).toBeGreaterThan(5);
    expect(new Set(denied.map(([actor, , , outcome]: string[]) => `${actor} ${outcome}`)).size).toBe(1);
    const [{ at }] = (await read('?action=tokens.create&limit=1')).entries;
    expect((await of(`?action=tokens.create&until=${at}`)).length).toBeGreaterThan(3);
    expect(await of(`?action=tokens.create&since=${at}`)).toHaveLength(1);
    for (const search of ['?actor=%00', '?outcome=maybe', '?since=yesterday', '?who=ann', '?cursor=-1'])
      expect({ search, status: (await as('auditor', 'GET', `/api/audit${search}`)).status }).toEqual({
        search,
        status: 400,
      });
  });

  it('holds when each token was used first after a rest, and no more', async () => {
    const logins = (await read('?action=login.token&outcome=allowed&actor=token:the%20operator')).entries;
    expect(logins).toHaveLength(1);
    expect(logins[0].detail).toMatchObject({ roles: ['operator'], address: expect.stringContaining('127.0.0.1') });
    await query(
      project.storeUrl,
      `UPDATE tributary_store.api_token SET last_used_at = now() - interval '16 minutes' WHERE name = 'the operator'`,
    );
    await as('operator', 'GET', '/api/runs');
    expect((await read('?action=login.token&outcome=allowed&actor=token:the%20operator')).entries).toHaveLength(2);
  });
});

test('the command line shows single members and small counts only to a token with the right, and the log keeps it', async () => {
  const env = (token?: string) => ({
    AUDIT_KEY,
    HOOK_URL: 'http://127.0.0.1:1/',
    ...(token === undefined ? {} : { TRIBUTARY_TOKEN: token }),
  });
  for (const [token, said] of [
    [undefined, 'TRIBUTARY_TOKEN is not set.'],
    [tokens['admin'], '("phi:read"), which the roles phi have.'],
    ['trb_nonsense', 'This token is not known.'],
  ] as const)
    for (const args of [
      ['query', 'warehouse', 'select 1 as one'],
      ['report', 'build', '--with-phi', '--month', '2026-03'],
    ]) {
      const refused = await project.run(args, { env: env(token) });
      expect([args[0], refused.code, refused.stderr]).toEqual([args[0], 4, expect.stringContaining(said)]);
    }
  expect(await project.data(['query', 'warehouse', 'select 1 as one'], { env: env(tokens['phi']) })).toEqual([
    { one: 1 },
  ]);
  const { audit } = await installation.store();
  const rows = (await audit.list({ limit: 10_000 })).filter(({ action }) => action.endsWith('.with_phi'));
  expect(rows.map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`).slice(0, 5)).toEqual([
    'token:the phi query.with_phi allowed',
    'unknown report.with_phi denied',
    'unknown query.with_phi denied',
    'token:the admin report.with_phi denied',
    'token:the admin query.with_phi denied',
  ]);
});

test('small counts are asked for by who has the right to see them, and the log keeps that they were', async () => {
  const made = await project.data(['tokens', 'create', 'both', '--role', 'analyst', '--role', 'phi'], { env });
  tokens['both'] = made.token;
  for (const path of ['/api/report/2026-03', '/report/2026-03', '/api/report/2026-03/tables/region']) {
    const refused = await as('analyst', 'GET', `${path}?with_phi=true`);
    expect([path, refused.status]).toEqual([path, 403]);
    expect(JSON.parse(refused.body).detail).toContain('("phi:read"), which the roles phi have.');
    // Who opened it in a browser reads it on a page.
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const shown = await fetch(`${host.url}${path}?with_phi=true`, {
      headers: { accept, authorization: `Bearer ${tokens['analyst']}` },
    });
    const type = path.startsWith('/api/') ? 'application/problem+json' : 'text/html';
    expect([path, shown.status, shown.headers.get('content-type')]).toEqual([path, 403, `${type}; charset=utf-8`]);
    // There is no report here, so that there is nothing to be shown.
    expect((await as('both', 'GET', `${path}?with_phi=true`)).status).toBe(404);
  }
  const { audit } = await installation.store();
  const rows = (await audit.list({ limit: 10_000 })).filter(({ action }) => action === 'report.with_phi');
  expect(rows.map(({ actor, object, outcome }) => `${actor} ${object} ${outcome}`).slice(0, 2)).toEqual([
    'token:both 2026-03 allowed',
    'token:the analyst 2026-03 denied',
  ]);
});

test('a review of access names who may do what and when each last did', async () => {
  const { reviewAccess } = await import('../../core/app/access-review.js');
  const { reviewed } = await reviewAccess(installation, new Date());
  const of = (name: string) => reviewed.find((one) => one.name === name);
  expect(of('token:the operator')).toMatchObject({
    kind: 'token',
    roles: ['operator'],
    permissions: expect.arrayContaining(['runs:manage']),
    last_seen_at: expect.any(String),
    acts: expect.arrayContaining([
      { action: 'connections.pause', times: expect.any(Number), last_at: expect.any(String) },
    ]),
    notes: [],
  });
  expect(of('token:ours')).toMatchObject({ connections: ['daily'] });
  expect(reviewed.find(({ kind }) => kind === 'machine')).toMatchObject({
    notes: [expect.stringContaining('account')],
  });
  const muchLater = await reviewAccess(installation, new Date(Date.now() + 180 * 86_400_000));
  expect(muchLater.reviewed.find((one) => one.name === 'token:the operator')).toMatchObject({
    permissions: [],
    notes: ['expired'],
  });
});

test('a token is refused when it is revoked, expired, forged or of another form, and too many tries are not looked at', async () => {
  const { store } = installation;
  const { tokens: stored } = await store();
  const [id, secret] = [tokens['phi']!.slice(4, 16), tokens['phi']!.slice(17)];
  const told = async (authorization: string) => {
    const { status, body } = await asking('GET', '/api/runs', { authorization });
    return `${status} ${JSON.parse(body).detail}`;
  };
  expect(await stored.revoke(id)).toBe(true);
  expect(await told(`Bearer ${tokens['phi']}`)).toMatch(/^401 Token \w+ was revoked at 20/);
  const other = `${secret.slice(0, -2)}${secret.endsWith('AA') ? 'BB' : 'AA'}`;
  expect(await told(`Bearer trb_${id}_${other}`)).toMatch(/^401 This token is not known/);
  expect(await told(`Bearer trb_000000000000_${secret}`)).toMatch(/^401 This token is not known/);
  expect(await told('Basic YTpi')).toMatch(/^401 This token is not known/);
  await query(
    project.storeUrl,
    `UPDATE tributary_store.api_token SET expires_at = '2026-01-01' WHERE id = '${tokens['auditor']!.slice(4, 16)}'`,
  );
  expect(await told(`Bearer ${tokens['auditor']}`)).toMatch(/^401 Token \w+ expired at 2026-01-01/);
  const answers: number[] = [];
  for (let tries = 0; tries < 8; tries++)
    answers.push((await asking('GET', '/api/runs', { authorization: 'Bearer none' })).status);
  expect(answers).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  expect((await as('viewer', 'GET', '/api/runs')).headers['retry-after']).toMatch(/^\d+$/);
});

test('audit verify finds what somebody changed in the store', async () => {
  await project.write('anchors.jsonl', '');
  const whole = await project.data(['audit', 'verify'], { env });
  expect(whole).toMatchObject({ is_keyed: true, flaws: [] });
  await query(
    project.storeUrl,
    `ALTER TABLE tributary_store.audit DISABLE TRIGGER audit_only_grows;
     UPDATE tributary_store.audit SET actor = 'nobody' WHERE seq = 2`,
  );
  const { code, stdout } = await project.run(['audit', 'verify'], { env });
  expect([code, stdout]).toEqual([9, 'entry 2 is not what was written: edited, swapped or inserted\n']);
});

describe('a host that listens elsewhere', () => {
  const with_ = async (access: string) => {
    await project.configure(CONFIG.replace(/^access: .*$/m, access));
    return openInstallation(await loadConfiguration(project.config, env), () => undefined);
  };
  const starting = async (access: string) => {
    const open = await with_(access);
    const { startHost } = await import('../../core/app/main.js');
    return startHost(open, { host: '0.0.0.0', port: 0, worker: 0 }).finally(() => open.close());
  };

  it('does not start without a login, or without TLS', async () => {
    await expect(starting('')).rejects.toMatchObject({
      kind: 'config',
      message: 'The host would listen on 0.0.0.0 without any login.',
    });
    await expect(starting('access: { public_url: "https://t.example.org" }')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('without TLS'),
    });
  });

  it('speaks TLS, answers to its own name only, and tells browsers to stay with TLS', async () => {
    const [certificate, key] = [new URL('localhost.pem', TLS), new URL('localhost.key', TLS)].map(
      ({ pathname }) => pathname,
    );
    const open = await with_(
      `access: { public_url: "https://t.example.org", tls: { certificate: "\${file:${certificate}}", private_key: "\${file:${key}}" } }`,
    );
    const { startHost } = await import('../../core/app/main.js');
    const secure = await startHost(open, { host: '0.0.0.0', port: 0, worker: 0 });
    try {
      const port = Number(new URL(secure.url).port);
      const told = async (name: string, path: string, authorization = `Bearer ${tokens['viewer']}`) => {
        const asked = request({
          host: '127.0.0.1',
          port,
          path,
          servername: 'localhost',
          ca: await readFile(new URL('localhost.pem', TLS)),
          headers: { host: name, authorization },
          agent: false,
        }).end();
        const [response] = await once(asked, 'response');
        return { status: response.statusCode, headers: response.headers, body: await text(response) };
      };
      expect(await told('t.example.org', '/api/connections')).toMatchObject({
        status: 200,
        headers: { 'strict-transport-security': 'max-age=31536000' },
      });
      expect((await told('localhost', '/api/connections')).status).toBe(421);
      expect((await told('t.example.org', '/api/connections', '')).status).toBe(401);
      expect((await told('10.0.0.7', '/livez')).status).toBe(200);
    } finally {
      await secure.close();
      await open.close();
    }
  });
});
