import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { runCli, startCli, type CliEnd } from '../support/cli.js';
import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject } from './project.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Served {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  json(path: string): Promise<any>;
  stop(): Promise<CliEnd>;
}

/** The host as its own process, once it says that it answers. */
async function serve(start: (args: readonly string[]) => ReturnType<typeof startCli>): Promise<Served> {
  const { child, ended } = start(['serve', '--port', '0', '--json']);
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const { url } = (JSON.parse(line) as { data: { url: string } }).data;
  const get: Served['get'] = async (path, headers = {}) => {
    const asking = request(new URL(path, url), { headers, agent: false }).end();
    const [response] = await once(asking, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  return {
    get,
    async json(path) {
      const { status, body } = await get(path);
      expect({ path, status, body }).toMatchObject({ status: 200 });
      return JSON.parse(body);
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** On embedded defaults, as a newcomer has it. */
const CONFIG = `version: 1
project: { name: outreach, timezone: America/Chicago }
sources:
  exports:
    connector: local
    config: { files: [ { stream: engagement, path: ./data/*.csv, format: csv, columns: { date: date, sent: integer } } ] }
destinations: { warehouse: { connector: postgres, config: { url: embedded } } }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { engagement: {} } }
  never: { source: exports, destination: warehouse, schema: raw_never, streams: { engagement: {} } }
report:
  destination: warehouse
  facts: [ { from: daily.engagement, as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent } } ]
`;

let folder: string;
let host: Served;
let run: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-serve-'));
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'tributary.yaml'), CONFIG);
  await writeFile(join(folder, 'data/a.csv'), 'date,campaign,sent\n2026-03-01,spring,100\n2026-03-02,spring,80\n');
  const env = { TRIBUTARY_HOME: join(folder, 'home'), TRIBUTARY_CONFIG: join(folder, 'tributary.yaml') };
  const synced = await runCli(['sync', 'daily', '--json'], { env });
  expect(synced).toMatchObject({ code: 0 });
  ({ run } = (JSON.parse(synced.stdout) as { data: { run: string } }).data);
  host = await serve((args) => startCli(args, { env }));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await stopTestServer();
});

test('it lives and is ready', async () => {
  expect(await host.json('/livez')).toEqual({ status: 'ok' });
  expect(await host.json('/readyz')).toEqual({ status: 'ok', checks: { store: 'ok', report: 'ok' } });
});

test('connections are told with their state and last run', async () => {
  const daily = {
    name: 'daily',
    source: 'exports',
    destination: 'warehouse',
    schema: 'raw',
    streams: ['engagement'],
    state: 'on_time',
    schedule: null,
    next_slot: null,
    last_run: { id: run, state: 'succeeded', exit_code: 0 },
  };
  const { connections } = await host.json('/api/connections');
  expect(connections).toMatchObject([daily, { name: 'never', state: 'never_run', last_run: null }]);
  expect(await host.json('/api/connections/daily')).toEqual(connections[0]);
});

test('runs are told with their streams and events, page by page', async () => {
  const { runs, next } = await host.json('/api/runs');
  expect(runs).toMatchObject([{ id: run, connection: 'daily', streams: { engagement: { ledger: { inserted: 2 } } } }]);
  expect(next).toBeNull();
  expect(await host.json('/api/runs?connection=never')).toEqual({ runs: [], next: null });
  expect(await host.json('/api/runs?limit=1')).toEqual({ runs, next: null });
  expect(await host.json(`/api/runs/${run}`)).toEqual(runs[0]);
  const { events } = await host.json(`/api/runs/${run}/events`);
  expect(events.at(-1)).toMatchObject({ run, type: 'run_ended', data: { state: 'succeeded', exit_code: 0 } });
});

test('the report is a page and its model', async () => {
  const latest = await host.get('/report');
  expect([latest.status, latest.headers.location]).toEqual([302, '/report/2026-03']);
  const page = await host.get('/report/2026-03');
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.body).toContain('<h1>Real-time Campaign Performance Overview</h1>');
  expect(await host.json('/api/report')).toEqual({
    months: ['2026-03'],
    formats: expect.arrayContaining(['html', 'json', 'csv', 'xlsx']),
    has_links: false,
  });
  expect((await host.json('/api/report/2026-03')).totals).toMatchObject({ sent: 180 });
});

test('the browser application is served with its assets, deep links lead into it, and it runs nothing of its page', async () => {
  const home = await host.get('/');
  expect([home.status, home.headers['content-type'], home.headers['cache-control']]).toEqual([
    200,
    'text/html; charset=utf-8',
    'no-cache',
  ]);
  expect(home.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  for (const path of ['/connections/daily', `/runs/${run}`, '/performance/2026-03?region=West', '/alerts'])
    expect({ path, body: (await host.get(path)).body }).toEqual({ path, body: home.body });
  const assets = [...home.body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  expect(assets).toHaveLength(2);
  let first = 0;
  for (const path of assets) {
    const { status, headers, body } = await host.get(path);
    expect({ path, status, cache: headers['cache-control'] }).toEqual({
      path,
      status: 200,
      cache: 'public, max-age=31536000, immutable',
    });
    expect((await host.get(path, { 'if-none-match': headers.etag! })).status).toBe(304);
    const packed = await host.get(path, { 'accept-encoding': 'gzip' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(Number(packed.headers['content-length'])).toBeLessThan(body.length / 2);
    first += Number(packed.headers['content-length']);
  }
  // The first view; charts come when one is shown.
  expect(first).toBeLessThan(250_000);
  for (const path of ['/assets/none.js', '/assets/%2e%2e%2findex.html', '/connectionsx'])
    expect({ path, status: (await host.get(path)).status }).toEqual({ path, status: 404 });
});

test.each([
  ['/nowhere', 404, 'Cannot GET /nowhere'],
  ['/api/connections/nobody', 404, 'There is no connection "nobody".'],
  ['/api/runs/none', 404, 'There is no run "none".'],
  ['/api/runs/none/events', 404, 'There is no run "none".'],
  ['/api/runs?limit=1000', 400, 'limit must be a whole number from 1 to 200.'],
  ['/report/2026-04', 404, 'There are no figures of "2026-04". Months: 2026-03.'],
])('%s is %i as problem+json', async (path, status, detail) => {
  const answer = await host.get(path);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json; charset=utf-8']);
  expect(JSON.parse(answer.body)).toMatchObject({ type: 'about:blank', status, detail });
});

test('whoever mistypes an address in a browser gets a page that says so and leads back; programs get a problem', async () => {
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
  const page = await host.get('/sometypo', browser);
  expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  // The same program as every page, which shows what it knows no page for; `states.browser.ts` looks at it.
  expect(page.body).toBe((await host.get('/', browser)).body);
  for (const [path, headers] of [
    ['/sometypo', {}],
    ['/sometypo', { accept: '*/*' }],
    ['/sometypo', { accept: 'application/json' }],
    ['/api/sometypo', browser],
    ['/api/runs/none', browser],
  ] as const) {
    const told = await host.get(path, headers);
    expect([path, told.status, told.headers['content-type']]).toEqual([
      path,
      404,
      'application/problem+json; charset=utf-8',
    ]);
  }
});

test('whoever opens a report that is not there in a browser gets the page that says why; programs get a problem', async () => {
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
  const application = (await host.get('/', browser)).body;
  for (const [path, status] of [
    ['/report/2026-04', 404],
    ['/report/2026-03?release=9', 404],
    ['/report/2026-03?as_of=2020-01-01', 404],
    ['/report/2026-03?release=none', 400],
  ] as const) {
    const page = await host.get(path, browser);
    expect([path, page.status, page.headers['content-type']]).toEqual([path, status, 'text/html; charset=utf-8']);
    expect(page.body).toBe(application);
    for (const [address, accept] of [
      [path, '*/*'],
      [`/api${path}`, 'application/json'],
      [`/api${path}`, browser.accept],
    ] as const) {
      const told = await host.get(address, { accept });
      expect([address, told.status, told.headers['content-type']]).toEqual([
        address,
        status,
        'application/problem+json; charset=utf-8',
      ]);
    }
  }
});

test('a name that is not loopback is not served, whoever asks', async () => {
  for (const name of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '10.0.0.1'])
    expect({ name, ...(await host.get('/api/runs', { host: name })) }).toMatchObject({ name, status: 421 });
  for (const name of ['localhost', 'localhost:1', '[::1]:1', '127.0.0.2'])
    expect({ name, ...(await host.get('/livez', { host: name })) }).toMatchObject({ name, status: 200 });
});

test('every answer carries the headers that keep a browser from running or loading anything', async () => {
  for (const answer of [
    await host.get('/report/2026-03'),
    await host.get('/nowhere'),
    await host.get('/livez', { host: 'evil.example' }),
  ]) {
    expect(answer.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
  }
});

test('SIGTERM ends it cleanly', async () => {
  expect(await host.stop()).toMatchObject({ code: 0, signal: null });
});

test('it refuses to listen where others could reach it, since it has no login', async () => {
  const project = await newProject(csvConnection());
  const { code, stdout, stderr } = await project.run(['serve', '--host', '0.0.0.0', '--port', '0']);
  await project.remove();
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('The host would listen on 0.0.0.0 without any login.');
});

test('without its store it lives and is not ready', async () => {
  const project = await newProject(csvConnection());
  const other = await serve((args) => project.start(args));
  expect(await other.json('/readyz')).toEqual({ status: 'ok', checks: { store: 'ok' } });
  await project.rows(`DROP DATABASE ${new URL(project.storeUrl).pathname.slice(1)} WITH (FORCE)`);
  const ready = await other.get('/readyz');
  expect(ready.status).toBe(503);
  expect(JSON.parse(ready.body)).toEqual({
    status: 'unavailable',
    checks: { store: expect.stringMatching(/^The store could not .*does not exist/) },
  });
  expect((await other.get('/livez')).status).toBe(200);
  expect(await other.stop()).toMatchObject({ code: 0 });
  await project.remove();
});

test('it asks for the runs that are due, tells when the next one is and what is late, and ends while it does so', async () => {
  const follower =
    '  after: { source: exports, destination: warehouse, schedule: { after: daily }, streams: { engagement: {} } }\n';
  const project = await newProject(
    csvConnection('', `    schedule: { every: 1d, jitter: 10m, catch_up: skip }\n${follower}`),
  );
  const store = new pg.Client({ connectionString: project.storeUrl });
  await store.connect();
  const until = async (sql: string) => {
    for (;;) {
      const { rows } = await store.query(sql).catch(() => ({ rows: [] }));
      if (rows.length > 0) return rows;
      await store.query('SELECT pg_sleep(0.05)');
    }
  };
  const first = await serve((args) => project.start(args));
  await until(`SELECT FROM tributary_store.schedule HAVING count(*) = 2`);
  const midnight = (days: number) => new Date((Math.floor(Date.now() / 86_400_000) + days) * 86_400_000).toISOString();
  const schedule = { every: '1d', jitter: '10m', catch_up: 'skip' };
  const told = { name: 'daily', state: 'never_run', schedule, next_slot: midnight(1) };
  expect((await first.json('/api/connections')).connections).toMatchObject([
    told,
    { name: 'after', schedule: { after: 'daily' }, next_slot: null },
  ]);
  expect(await first.stop()).toMatchObject({ code: 0, signal: null });
  // As if the host had seen the schedule two days ago, and nobody had run anything since.
  await store.query(`UPDATE tributary_store.schedule SET since = since - interval '2 days'`);
  await project.configure(
    csvConnection('', `    schedule: { every: 1d, jitter: 10m, catch_up: coalesce }\n${follower}`),
  );
  const second = await serve((args) => project.start(args));
  const rows = await until('SELECT connection, trigger, slot FROM tributary_store.run_request');
  expect(rows).toEqual([{ connection: 'daily', trigger: 'schedule', slot: new Date(midnight(0)) }]);
  expect(await second.json('/api/connections/daily')).toMatchObject({ state: 'late', next_slot: midnight(1) });
  expect((await second.json('/api/schedules')).schedules).toMatchObject([
    {
      connection: 'daily',
      state: 'late',
      next_slot: midnight(1),
      overdue_slot: expect.any(String),
      last_success: null,
    },
    { connection: 'after', schedule: { after: 'daily' }, next_slot: null, overdue_slot: null },
  ]);
  expect(await second.stop()).toMatchObject({ code: 0, signal: null });
  await store.end();
  await project.remove();
});
