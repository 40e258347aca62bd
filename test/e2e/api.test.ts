import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { MAX_OPEN_STREAMS } from '../../core/api/runs.controller.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import { ask, open, serverEvents, type Asking, type ServerEvent } from '../support/host.js';
import { query, stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

const CONFIG = `sources:
  exports:
    connector: local
    config:
      files:
        - { stream: engagement, path: ./data/*.csv, format: csv, columns: { date: date, sent: integer } }
        - { stream: extra, path: ./extra/*.csv, format: csv }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { engagement: {}, extra: {} }, error_budget: { records: 100% } }
  never: { source: exports, destination: warehouse, schema: raw_never, streams: { engagement: {} } }
report:
  destination: warehouse
  facts: [ { from: daily.engagement, as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent } } ]
`;

let project: Project;
let installation: Installation;
let host: Host;
const runs: string[] = [];
const ALERTS = [1, 2, 3].map((digit) => `${digit}0000000-0000-4000-8000-000000000000`);
const at = (path: string) => host.url + path;
const json = async (path: string): Promise<any> => {
  const { status, body } = await ask(at(path));
  expect({ path, status, body }).toMatchObject({ status: 200 });
  return JSON.parse(body);
};

beforeAll(async () => {
  project = await newProject(CONFIG);
  await project.write(
    'data/a.csv',
    'date,campaign,sent\n2026-03-01,spring,100\n2026-03-02,spring,80\nnever,spring,1\n',
  );
  await project.write('extra/a.csv', 'a\n1\n');
  runs.push(
    (await project.data(['sync', 'daily'])).run,
    (await project.data(['sync', 'daily', '--stream', 'extra'])).run,
  );
  const text = JSON.stringify({ title: 't', what: 'w', meaning: 'm', next: 'n', command: 'c' });
  await query(
    project.storeUrl,
    `INSERT INTO tributary_store.alert_incident (id, key, kind, connection, severity, text, opened_at, last_seen_at, resolved_at)
       SELECT id::uuid, key, kind, connection, 'error', '${text}', at::timestamptz, at::timestamptz, over::timestamptz
         FROM (VALUES ('${ALERTS[0]}', ':worker_lost:w', 'worker_lost', NULL, '2026-03-01', NULL),
                      ('${ALERTS[1]}', 'daily:late', 'late', 'daily', '2026-03-03', '2026-03-04'),
                      ('${ALERTS[2]}', 'daily:late', 'late', 'daily', '2026-03-02', '2026-03-04')) AS a (id, key, kind, connection, at, over);
     INSERT INTO tributary_store.alert_delivery (incident_id, key, channel, action, state, escalates, created_at, due_at, changed_at)
       VALUES ('${ALERTS[0]}', ':worker_lost:w', 'ops', 'trigger', 'waiting', true, now(), now(), now())`,
  );
  const env = { WAREHOUSE_URL: project.warehouseUrl, TRIBUTARY_HOME: join(project.folder, 'home') };
  installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  // Later than what it shares with the API: jest does not let nest-winston require a module that is being imported.
  const { startHost } = await import('../../core/app/main.js');
  host = await startHost(installation, { host: '127.0.0.1', port: 0, worker: 0 });
});
afterAll(async () => {
  await host?.close();
  await installation?.close();
  await project?.remove();
  await stopTestServer();
});

/** What stands for each parameter of a path. */
const real = (path: string) =>
  path
    .replace('{month}', '2026-03')
    .replace('{format}', 'xlsx')
    .replace('{table}', 'send')
    .replace('{chart}', 'trend')
    .replace('{form}', 'png')
    .replace('{name}', 'daily')
    .replace('{id}', path.startsWith('/api/alerts/') ? ALERTS[0]! : runs[0]!);

const typesOf = ({ content }: { readonly content: object }) => Object.keys(content).map((type) => type.split(';')[0]);

test('the OpenAPI document and the router have the same routes', async () => {
  const { paths } = await json('/api/openapi.json');
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item as object).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(host.routes.length).toBeGreaterThan(10);
  expect(documented.toSorted()).toEqual([...host.routes].toSorted());
});

test('what each route answers is what the document says', async () => {
  const { paths } = await json('/api/openapi.json');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  const asked: string[] = [];
  for (const [path, { get }] of Object.entries<any>(paths)) {
    if (get === undefined) continue;
    // Each with what it stands for, and with what there is not; the connection that never ran has nulls everywhere.
    const named = [real(path), path.replaceAll(/\{\w+\}/g, 'none'), path.replace('{name}', 'never')];
    for (const one of new Set(named.filter((name) => !name.includes('{')))) {
      const { status, headers, body } = await ask(at(one));
      const said = get.responses[status];
      expect({ one, status, said }).toEqual({ one, status, said: expect.anything() });
      const type = headers['content-type']?.split(';')[0];
      if (said.content === undefined) continue;
      expect({ one, types: typesOf(said) }).toEqual({ one, types: expect.arrayContaining([type]) });
      if (!/\{form(at)?\}/.test(path)) expect({ one, types: typesOf(said).length }).toEqual({ one, types: 1 });
      const { schema } = Object.entries<any>(said.content).find(([name]) => name.split(';')[0] === type)![1];
      const isJson = type!.endsWith('json');
      const check = ajv.compile(schema);
      expect({ one, valid: check(isJson ? JSON.parse(body) : body), errors: check.errors }).toMatchObject({
        valid: true,
      });
      asked.push(`${status} ${path}`);
    }
  }
  expect(asked).toEqual(
    expect.arrayContaining([
      '200 /api/runs',
      '200 /api/report/{month}',
      '200 /api/report/{month}/tables/{table}',
      '404 /api/runs/{id}',
      '200 /api/alerts/{id}',
    ]),
  );
});

test('pages go on by a cursor, filters hold, and what is not understood is refused', async () => {
  const first = await json('/api/runs?limit=1');
  expect(first.runs).toMatchObject([{ id: runs[1] }]);
  const second = await json(`/api/runs?limit=1&cursor=${first.next}`);
  expect([second.runs[0].id, second.next]).toEqual([runs[0], null]);
  const ids = async (query: string) => (await json(`/api/runs?${query}`)).runs.map(({ id }: { id: string }) => id);
  expect(await ids('connection=never')).toEqual([]);
  expect(await ids('state=succeeded&connection=daily')).toEqual([runs[1], runs[0]]);
  expect(await ids('state=failed')).toEqual([]);
  expect(await ids(`since=${first.runs[0].started_at}`)).toEqual([runs[1]]);
  expect(await ids('since=2199-01-01')).toEqual([]);
  for (const [query, detail] of [
    ['conection=daily', 'There is no parameter "conection".'],
    ['state=dead', 'state must be one of queued'],
    ['since=yesterday', 'since must be a day'],
    ['since=2026-13-45', 'since must be a day'],
    ['cursor=%00', 'The address holds the character NUL'],
    [`cursor=${Buffer.from('2026-03-01 a\0b').toString('base64url')}`, 'cursor must be the `next`'],
    ['limit=0', 'limit must be a whole number'],
    ['state=failed&state=queued', 'state must be given once.'],
  ])
    expect(JSON.parse((await ask(at(`/api/runs?${query}`))).body)).toMatchObject({
      status: 400,
      detail: expect.stringContaining(detail!),
    });
});

test('requests are told page by page, and a run only once it has begun', async () => {
  const { requests } = await installation.store();
  const connection = 'gone';
  const added: string[] = [];
  for (const trigger of ['manual', 'api', 'manual'] as const) {
    const request = { id: randomUUID(), connection, trigger, notBefore: '2026-03-01T00:00:00.000Z' };
    added.unshift((await requests.add(request)).request.id);
  }
  const lease = (await requests.claim(added[2]!, 'w', 60_000))!;
  await requests.began(lease, 'never begun');
  await requests.end(lease);
  const first = await json(`/api/requests?connection=${connection}&limit=2`);
  expect(first.requests.map(({ id }: { id: string }) => id)).toEqual(added.slice(0, 2));
  const second = await json(`/api/requests?connection=${connection}&limit=2&cursor=${first.next}`);
  expect([second.requests.length, second.requests[0].id, second.next]).toEqual([1, added[2], null]);
  expect(second.requests[0].run).toBeUndefined();
  const of = async (query: string) => (await json(`/api/requests?connection=${connection}&${query}`)).requests.length;
  expect([await of('state=queued'), await of('trigger=api'), await of('state=cancelled')]).toEqual([2, 1, 0]);
  for (const [query, detail] of [
    ['status=queued', 'There is no parameter "status".'],
    ['trigger=cron', 'trigger must be one of schedule'],
    ['cursor=x', 'cursor must be the `next`'],
    [`cursor=${randomUUID()}`, 'cursor names a request that is gone'],
  ])
    expect(JSON.parse((await ask(at(`/api/requests?${query}`))).body)).toMatchObject({
      status: 400,
      detail: expect.stringContaining(detail!),
    });
  for (const id of added) await requests.cancel(id);
});

test('what has not changed is 304 to who knows its ETag', async () => {
  for (const path of ['/api/runs', `/api/runs/${runs[0]}/events`, '/api/connections/daily', '/api/report/2026-03']) {
    const { etag } = (await ask(at(path))).headers;
    expect({ path, etag }).toEqual({ path, etag: expect.stringMatching(/^W\/"/) });
    const again = await ask(at(path), { headers: { 'if-none-match': etag! } });
    expect({ path, status: again.status, body: again.body }).toEqual({ path, status: 304, body: '' });
    expect((await ask(at(path), { headers: { 'if-none-match': 'W/"other"' } })).status).toBe(200);
  }
});

test('streams keep the outcome of the last run that had them, with ledger and bookmark', async () => {
  const { bookmarks, streams } = await json('/api/connections/daily/streams');
  expect(bookmarks).toBe('ok');
  expect(streams).toMatchObject([
    {
      stream: 'engagement',
      state: 'complete',
      run: runs[0],
      ledger: { read: 3, quarantined: 1 },
      bookmark: { files: 1 },
    },
    { stream: 'extra', state: 'complete', run: runs[1], error: null },
  ]);
  expect((await json('/api/connections/never/streams')).streams).toMatchObject([{ state: null, bookmark: null }]);
  await project.rows(
    `INSERT INTO tributary.bookmark VALUES ('never', 'engagement', '', $1, gen_random_uuid(), now())`,
    [{ kind: 'frontier', frontier: '2026-03-01', completed: [] }],
  );
  expect((await json('/api/connections/never/streams')).streams).toMatchObject([
    { bookmark: { frontier: '2026-03-01', files: 0 } },
  ]);
  await project.rows(`DELETE FROM tributary.bookmark WHERE connection = 'never'`);
});

test('a connection is paused and resumed, and says why and what next; calls may be repeated', async () => {
  const post = async (action: string, body?: string) => {
    const headers = { 'content-type': 'application/json' };
    const asking = { method: 'POST', headers, ...(body === undefined ? {} : { body }) };
    const answer = await ask(at(`/api/connections/${action}`), asking);
    return { status: answer.status, ...JSON.parse(answer.body) };
  };
  const until = '2199-01-01T00:00:00.000Z';
  for (const call of ['first', 'again'])
    expect({
      call,
      ...(await post('daily/pause', JSON.stringify({ reason: 'the vendor moves', until }))),
    }).toMatchObject({
      status: 200,
      state: 'paused',
      paused: { by: 'local', reason: 'the vendor moves', until },
      next_step: expect.stringContaining('tributary resume daily'),
    });
  expect(await json('/api/connections/daily')).toMatchObject({ state: 'paused' });
  expect(await post('daily/pause')).toMatchObject({ status: 200, paused: { reason: null, until: null } });
  for (const call of ['first', 'again'])
    expect({ call, ...(await post('daily/resume')) }).toMatchObject({ status: 200, paused: null, next_step: null });
  for (const [action, body, status, detail] of [
    ['nobody/pause', '{}', 404, 'There is no connection "nobody".'],
    ['daily/pause', '{"til":"x"}', 400, 'There is no "til"; a pause has reason and until.'],
    ['daily/pause', '{"until":"2026-03-01"}', 400, 'until must say its zone'],
    ['daily/pause', '{"until":"2020-03-01T00:00:00Z"}', 400, 'until must be an instant in the future'],
    ['daily/pause', '{"until":"2199-W01-1T00:00:00Z"}', 400, 'until must be an instant in the future'],
    ['daily/pause', '[]', 400, 'The body must be a JSON object.'],
  ] as const)
    expect(await post(action, body)).toMatchObject({ status, detail: expect.stringContaining(detail) });
});

test('alerts are listed with the open ones first, page by page, and acknowledged once', async () => {
  const ids = async (query: string) => (await json(`/api/alerts?${query}`)).alerts.map(({ id }: { id: string }) => id);
  const paged: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page = await json(`/api/alerts?limit=1${next && `&cursor=${next}`}`);
    paged.push(...page.alerts.map(({ id }: { id: string }) => id));
    next = page.next;
  }
  expect(paged).toEqual(ALERTS);
  expect(await ids('open=true')).toEqual(ALERTS.slice(0, 1));
  expect(await ids('open=false&kind=late&connection=daily')).toEqual(ALERTS.slice(1));
  for (const query of ['open=yes', 'kind=lat', 'limit=0', 'cursor=x', 'state=open', 'open=true&open=false'])
    expect({ query, ...(await ask(at(`/api/alerts?${query}`))) }).toMatchObject({ query, status: 400 });
  const acknowledge = async (id: string | undefined) =>
    ask(at(`/api/alerts/${id}/acknowledge`), { method: 'POST', headers: { 'content-type': 'application/json' } });
  const [first, again] = [await acknowledge(ALERTS[0]), await acknowledge(ALERTS[0])];
  expect(first).toMatchObject({ status: 200 });
  expect(JSON.parse(first.body)).toMatchObject({ acknowledged: { by: 'local' }, deliveries: [{ state: 'dropped' }] });
  expect(again.body).toBe(first.body);
  expect(await acknowledge(ALERTS[1])).toMatchObject({ status: 409 });
  expect(await acknowledge('none')).toMatchObject({ status: 404 });
});

test('where the destination cannot tell bookmarks, the streams are told all the same, with the reason', async () => {
  await project.rows('ALTER TABLE tributary.bookmark RENAME position TO gone');
  const { bookmarks, streams } = await json('/api/connections/daily/streams');
  await project.rows('ALTER TABLE tributary.bookmark RENAME gone TO position');
  expect(bookmarks).toMatch(/position/);
  expect(streams).toMatchObject([{ state: 'complete', bookmark: null }, { state: 'complete' }]);
});

test('the quarantine is counted by stream and reason, and shows no record', async () => {
  const told = await json('/api/connections/daily/quarantine');
  expect(told).toMatchObject({ connection: 'daily', records: 1, reasons: [{ stream: 'engagement', records: 1 }] });
  expect(Object.keys(told.reasons[0])).toEqual(['stream', 'reason', 'records', 'first_seen', 'last_seen']);
  expect(await json('/api/connections/never/quarantine')).toMatchObject({ records: 0, reasons: [] });
});

test('the log of a run is told in sentences by level, page by page, as the command line tells it', async () => {
  const path = `/api/runs/${runs[0]}/logs`;
  const { lines, next } = await json(path);
  expect(next).toBeNull();
  expect(lines[0]).toMatchObject({ level: 'info', type: 'run_started' });
  expect(lines.at(-1).message).toBe('The run ended: succeeded.');
  const { lines: grave } = await json(`${path}?level=warn`);
  expect(grave).toMatchObject([
    { message: expect.stringMatching(/^Records of "engagement" went to quarantine: 1 \(/) },
  ]);
  const first = await json(`${path}?limit=2`);
  const second = await json(`${path}?limit=200&cursor=${first.next}`);
  expect([...first.lines, ...second.lines]).toEqual(lines);
  const told = (await project.run(['runs', 'logs', runs[0]!])).stdout.trim().split('\n');
  expect(told).toEqual(lines.map(({ at: when, level, message }: any) => `${when}  ${level.padEnd(5)}  ${message}`));
  expect(await project.data(['runs', 'logs', runs[0]!, '--level', 'warn'])).toHaveLength(1);
  for (const query of ['level=debug', 'limit=0', 'cursor=x', 'lines=3', 'level=info&level=warn'])
    expect({ query, status: (await ask(at(`${path}?${query}`))).status }).toEqual({ query, status: 400 });
});

test('lineage names the files that fed a table, and the ledger says what became of their records', async () => {
  const { lineage } = await json(`/api/runs/${runs[0]}/lineage?stream=engagement`);
  expect(lineage).toMatchObject([
    { table: 'raw.engagement', kind: 'file', run: runs[0], records: 3, bytes: expect.any(Number) },
  ]);
  expect(lineage[0].source).toMatch(/a\.csv$/);
  expect(lineage[0].checksum).toMatch(/^[0-9a-f]{64}$/);
  const all = await json('/api/connections/daily/lineage?limit=1');
  const rest = await json(`/api/connections/daily/lineage?cursor=${all.next}`);
  expect([...all.lineage, ...rest.lineage].map(({ stream, run }: any) => [stream, run])).toEqual([
    ['extra', runs[0]],
    ['engagement', runs[0]],
  ]);
  expect(rest.next).toBeNull();
  expect((await json('/api/connections/never/lineage')).lineage).toEqual([]);
  expect((await ask(at('/api/connections/daily/lineage?steam=a'))).status).toBe(400);
  const { streams } = await json(`/api/runs/${runs[0]}/ledger`);
  const record = await json(`/api/runs/${runs[0]}`);
  expect(streams).toMatchObject([
    { stream: 'engagement', checkpoints: 1, ledger: record.streams.engagement.ledger, imbalances: [] },
    { stream: 'extra', checkpoints: 1 },
  ]);
  expect((await json(`/api/runs/${runs[1]}/ledger`)).streams).toEqual([]);
});

test('metrics hold connections, requests and the process, and nothing of a campaign', async () => {
  await json('/api/connections/daily');
  const { headers, body } = await ask(at('/metrics'));
  expect(headers['content-type']).toMatch(/^text\/plain; (version=0\.0\.4; )?charset=utf-8/);
  const value = (name: string) =>
    Number(
      body
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  expect(value('tributary_runs_total{connection="daily",state="succeeded"}')).toBe(2);
  expect(value('tributary_rows_total{connection="daily",column="read"}')).toBe(4);
  expect(value('tributary_rows_total{connection="daily",column="quarantined"}')).toBe(1);
  expect(value('tributary_run_duration_seconds_total{connection="daily"}')).toBeGreaterThan(0);
  const last = Date.parse((await json(`/api/runs/${runs[1]}`)).ended_at);
  expect(value('tributary_last_success_timestamp_seconds{connection="daily"}')).toBe(last / 1000);
  expect(value('tributary_store_up')).toBe(1);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  const counted =
    'tributary_http_request_duration_seconds_count{method="GET",route="/api/connections/:name",status="200"}';
  expect(value(counted)).toBeGreaterThan(0);
  await ask(at('/wp-admin/secret-name'), { method: 'PURGE' });
  const later = (await ask(at('/metrics'))).body;
  expect(later).toContain('method="other",route="unmatched",status="404"');
  expect(later).not.toMatch(/spring|wp-admin|PURGE|never/);
  // Sums are taken anew at each scrape, and two at once do not add up.
  for (const scrape of await Promise.all(Array.from({ length: 8 }, () => ask(at('/metrics')))))
    expect(scrape.body.split('\n')).toContain('tributary_runs_total{connection="daily",state="succeeded"} 2');
});

test.each<[asking: Asking & { path: string }, status: number, title: string]>([
  [{ path: '/nowhere' }, 404, 'Not Found'],
  [{ path: '/nowhere', method: 'POST' }, 404, 'Not Found'],
  [{ path: '/api/runs', method: 'DELETE' }, 405, 'Method Not Allowed'],
  [{ path: '/metrics', method: 'POST' }, 405, 'Method Not Allowed'],
  [{ path: '/api/runs', headers: { accept: 'text/html' } }, 406, 'Not Acceptable'],
  [{ path: '/api/runs/x/stream', headers: { accept: 'application/json' } }, 406, 'Not Acceptable'],
  [
    { path: '/api/runs', headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(200_000)}"` },
    413,
    'Payload Too Large',
  ],
  [{ path: '/api/runs', headers: { 'content-type': 'application/json' }, body: '{' }, 400, 'Bad Request'],
  [{ path: '/api/runs/%E0%A4%A' }, 400, 'Bad Request'],
])('case %# is a problem+json that names the request', async ({ path, ...asking }, status, title) => {
  const id = 'my.request-1';
  const answer = await ask(at(`${path}?secret=1`), { ...asking, headers: { 'x-request-id': id, ...asking.headers } });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'x-request-id': id,
  });
  const problem = JSON.parse(answer.body);
  expect(problem).toMatchObject({ type: 'about:blank', title, status, instance: path, request_id: id });
  if (status === 405) expect(answer.headers['allow']).toBe('GET');
});

test('a name of a request that could forge a line is not taken; HEAD is GET without a body', async () => {
  const { headers, status, body } = await ask(at('/livez'), { method: 'HEAD', headers: { 'x-request-id': 'a b"' } });
  expect({ status, body, id: headers['x-request-id'] }).toEqual({
    status: 200,
    body: '',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test('a run of another process is told while it happens, from where the client was, until it is recorded', async () => {
  await project.write('data/b.csv', 'date,campaign,sent\n2026-03-03,spring,60\n');
  const lock = await project.hold('LOCK TABLE raw.engagement IN ACCESS EXCLUSIVE MODE');
  const sync = project.start(['sync', 'daily', '--json']);
  let running: string | undefined;
  while (running === undefined) [{ id: running } = { id: undefined }] = (await json('/api/runs?state=running')).runs;
  const url = at(`/api/runs/${running}/stream`);
  const seen: ServerEvent[] = [];
  const first = await open(url);
  expect(first.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  for await (const event of serverEvents(first)) {
    seen.push(event);
    break;
  }
  first.destroy();
  // It cannot have ended: what was seen was seen while it happened.
  expect(sync.child.exitCode).toBeNull();
  const resumed = await open(url, { headers: { 'last-event-id': seen.at(-1)!.id! } });
  await lock.release();
  for await (const event of serverEvents(resumed)) seen.push(event);
  expect((await sync.ended).code).toBe(0);
  const { events } = await json(`/api/runs/${running}/events`);
  const ended = seen.pop()!;
  expect(seen.map(({ data }) => data)).toEqual(events);
  expect(seen.map(({ id }) => Number(id))).toEqual(events.map(({ seq }: { seq: number }) => seq));
  expect(ended).toMatchObject({ event: 'ended', data: { id: running, state: 'succeeded', exit_code: 0 } });
  const over = await ask(url, { headers: { 'last-event-id': seen.at(-1)!.id! } });
  expect([over.status, over.body]).toEqual([204, '']);
  expect((await ask(url, { headers: { 'last-event-id': 'x' } })).status).toBe(400);
});

test('only so many streams are open; they end with the host', async () => {
  const { runs: store } = await installation.store();
  const id = 'held-open';
  await store.begin({ id, connection: 'never', trigger: 'manual', startedAt: new Date().toISOString() });
  const streams = await Promise.all(Array.from({ length: MAX_OPEN_STREAMS }, () => open(at(`/api/runs/${id}/stream`))));
  expect(streams.map(({ statusCode }) => statusCode)).toEqual(streams.map(() => 200));
  const refused = await ask(at(`/api/runs/${id}/stream`));
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '10']);
  // Whether the last bytes still arrive is up to the sockets, which the host closes too.
  const ends = streams.map((stream) =>
    stream
      .resume()
      .toArray()
      .catch(() => undefined),
  );
  await host.close();
  await Promise.all(ends);
});
