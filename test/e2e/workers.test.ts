import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { onAnotherHost, type startCli } from '../support/cli.js';
import { stopTestServer } from '../support/postgres.js';
import { atProbe, heldUntil, newProject, type Project } from './project.js';

type Started = ReturnType<typeof startCli>;

/** Three files a connection, each a checkpoint of its own. */
const FILES = 3;
const ROWS = 2_000;
const CONNECTIONS = ['first', 'second', 'third'];

let project: Project;
let host: Started;
let api: string;
let started: Started[];

beforeAll(async () => {
  const streams = CONNECTIONS.map((name) => `        - { stream: ${name}, path: ./${name}/*.csv, format: csv }`);
  const connections = CONNECTIONS.map(
    (name) => `  ${name}: { source: exports, destination: warehouse, schema: raw_${name}, streams: { ${name}: {} } }`,
  );
  project = await newProject(`sources:
  exports:
    connector: local
    config:
      files:
${streams.join('\n')}
connections:
${connections.join('\n')}
`);
  for (const name of CONNECTIONS)
    for (let file = 0; file < FILES; file++) {
      const rows = Array.from({ length: ROWS }, (_, index) => `${file * ROWS + index},${index % 7}`);
      await project.write(`${name}/${file}.csv`, `id,sent\n${rows.join('\n')}\n`);
    }
  host = project.start(['serve', '--no-worker', '--port', '0', '--json']);
  api = await serving(host);
});
beforeEach(() => {
  started = [];
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
});
afterAll(async () => {
  host.child.kill('SIGTERM');
  expect(await host.ended).toMatchObject({ code: 0 });
  await project.remove();
  await stopTestServer();
});

function start(args: readonly string[], node: readonly string[] = []): Started {
  const process = project.start(args, { node });
  started.push(process);
  return process;
}

async function serving({ child }: Started): Promise<string> {
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return (JSON.parse(line) as { data: { url: string } }).data.url;
}

/** Resolves when the process has written `HELD`. */
async function held({ child }: Started): Promise<void> {
  for await (const line of createInterface({ input: child.stderr! })) if (line === 'HELD') return;
  throw new Error('it ended without having been held');
}

const json = { 'content-type': 'application/json' };

async function ask(connection: string, key: string = randomUUID()): Promise<string> {
  const answer = await fetch(`${api}/api/connections/${connection}/runs`, {
    method: 'POST',
    headers: { ...json, 'idempotency-key': key },
  });
  expect(answer.status).toBe(202);
  const { id, url } = (await answer.json()) as { id: string; url: string };
  expect(answer.headers.get('location')).toBe(url);
  return id;
}

async function requestOf(id: string): Promise<any> {
  return (await fetch(`${api}/api/requests/${id}`)).json();
}

/** The request once it is as wanted, which must not take longer than this. */
async function until(id: string, isSo: (request: any) => boolean, withinMs: number): Promise<any> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const request = await requestOf(id);
    if (isSo(request)) return request;
    if (Date.now() > deadline) throw new Error(`after ${withinMs} ms: ${JSON.stringify(request)}`);
    await wait(100);
  }
}
const hasEnded = ({ state }: { state: string }) => state === 'ended';

async function landed(connection: string): Promise<unknown> {
  const [row] = await project.rows(
    `SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM raw_${connection}.${connection}`,
  );
  return row;
}
const whole = { rows: FILES * ROWS, ids: FILES * ROWS };

async function runsOf(connection: string): Promise<readonly any[]> {
  return ((await (await fetch(`${api}/api/runs?connection=${connection}`)).json()) as { runs: any[] }).runs;
}

test('workers and hosts that are killed in the middle of a sync are healed by another without loss or double', async () => {
  // Each takes one request and freezes in its second checkpoint: the first file is in, the second is not.
  const frozen = atProbe('before_commit', heldUntil('never', 2));
  const ids = [await ask('first')];
  const worker = start(['worker'], [...onAnotherHost, ...frozen]);
  await held(worker);
  ids.push(await ask('second'));
  const another = start(['serve', '--port', '0'], frozen);
  await held(another);
  for (const id of ids) expect(await requestOf(id)).toMatchObject({ state: 'running', attempt: 1 });
  const killedAt = Date.now();
  for (const { child } of [worker, another]) child.kill('SIGKILL');
  start(['worker']);
  for (const id of ids) expect(await until(id, hasEnded, 90_000)).toMatchObject({ attempt: 2 });
  // As designed; the promise is 90 s.
  expect(Date.now() - killedAt).toBeLessThan(60_000);
  for (const connection of ['first', 'second']) {
    expect(await landed(connection)).toEqual(whole);
    expect(await runsOf(connection)).toMatchObject([{ state: 'succeeded' }, { state: 'interrupted' }]);
  }
  expect((await runsOf('first'))[1].owner.host).toBe('another-host');
});

test('a worker that is told to stop gives its run back, and another takes it at once', async () => {
  const release = join(project.folder, 'release');
  const id = await ask('third');
  const leaving = start(['worker'], atProbe('before_commit', heldUntil(release, 2)));
  await held(leaving);
  leaving.child.kill('SIGTERM');
  const staying = start(['worker']);
  await writeFile(release, '');
  expect(await leaving.ended).toMatchObject({ code: 0, signal: null });
  // No lease had to run out.
  expect(await until(id, hasEnded, 20_000)).toMatchObject({ attempt: 2, fruitless: 0 });
  expect(await landed('third')).toEqual(whole);
  expect(await runsOf('third')).toMatchObject([{ state: 'succeeded' }, { state: 'cancelled' }]);
  staying.child.kill('SIGTERM');
  const { code, stderr } = await staying.ended;
  expect(code).toBe(0);
  const logged = stderr.split('\n').filter((line) => line.startsWith('{'));
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', message: 'third: run starts again', request: id, connection: 'third', attempt: 2 },
    { level: 'info', message: 'third: run succeeded', request: id, state: 'succeeded', seconds: expect.any(Number) },
  ]);
});

test('the same key is the same request; a request can be cancelled; pages of other sites are refused', async () => {
  const id = await ask('first', 'nightly-1');
  expect(await ask('first', 'nightly-1')).toBe(id);
  expect(await requestOf(id)).toMatchObject({
    state: 'queued',
    trigger: 'api',
    idempotency_key: 'nightly-1',
    attempt: 0,
  });
  const post = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(api + path, { method: 'POST', headers });
    const body = (await answer.json()) as { detail?: string };
    if (answer.status >= 400) expect(answer.headers.get('content-type')).toContain('application/problem+json');
    return [answer.status, body.detail];
  };
  const runs = '/api/connections/first/runs';
  const keyed = { ...json, 'idempotency-key': 'k' };
  expect(await post(runs, { 'idempotency-key': 'k' })).toEqual([415, expect.stringContaining('application/json')]);
  expect(await post(runs, { ...keyed, 'content-type': 'text/plain' })).toEqual([415, expect.anything()]);
  expect(await post(runs, { ...keyed, origin: 'http://evil.example' })).toEqual([
    403,
    expect.stringContaining('this host'),
  ]);
  expect(await post(runs, { ...keyed, 'sec-fetch-site': 'cross-site' })).toEqual([403, expect.anything()]);
  expect(await post(runs, json)).toEqual([400, expect.stringContaining('Idempotency-Key')]);
  expect(await post('/api/connections/fourth/runs', keyed)).toEqual([404, 'There is no connection "fourth".']);
  expect(await post(`/api/requests/${id}/cancel`, {})).toEqual([415, expect.anything()]);
  expect(await post(`/api/requests/${randomUUID()}/cancel`, json)).toEqual([404, expect.anything()]);
  expect((await fetch(`${api}/api/requests/none`)).status).toBe(404);
  const garbled = await fetch(api + runs, { method: 'POST', headers: keyed, body: '{' });
  expect([garbled.status, garbled.headers.get('content-type')]).toEqual([400, expect.stringContaining('problem+json')]);
  const withDays = await fetch(api + runs, { method: 'POST', headers: keyed, body: '{"from":"2026-01-01"}' });
  expect([withDays.status, ((await withDays.json()) as { detail: string }).detail]).toEqual([
    400,
    expect.stringContaining('A run takes no options'),
  ]);
  expect(await post(`/api/requests/${id}/cancel`, { ...json, origin: api })).toEqual([202, undefined]);
  expect(await requestOf(id)).toMatchObject({ state: 'cancelled', is_cancel_wanted: true });
});
