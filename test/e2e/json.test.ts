import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stopTestServer } from '../support/postgres.js';
import { scriptedApi } from '../support/scripted-api.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { newProject, type Project } from './project.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Only what is read by a cursor can be read again by days. */
const DAYS = `import { defineSource } from 'tributary/sdk';
import { z } from 'zod';
export default defineSource({
  name: 'days', summary: 'Days', config: z.strictObject({}), connect: () => undefined, check: async () => undefined,
  streams: (kind) => ({
    days: kind.incremental({
      summary: 'Days', primaryKey: ['day'], schema: z.object({ day: z.iso.date() }),
      cursor: { field: 'day', start: () => '2026-01-01', lookback: '3d', window: '2d' },
      async *read() {},
    }),
    kinds: kind.fullRefresh({
      summary: 'Kinds', primaryKey: ['id'], schema: z.object({ id: z.string() }), async *read() {},
    }),
  }),
});
`;

const BY_DAYS = `sources: { days: { connector: ./days.ts, config: {} } }
connections:
  daily: { source: days, destination: warehouse, schema: raw, streams: { days: {} } }
  both: { source: days, destination: warehouse, schema: raw_both, streams: { days: {}, kinds: {} } }
`;
const EMERGENCY = `access: { public_url: "http://localhost:8080", break_glass: {} }
alerts:
  channels: { hook: { webhook: { url: "http://localhost:1", secret: a-secret-of-a-test } } }
  rules: [ { when: break_glass, to: [hook] } ]
`;

let project: Project;
let byDays: Project;
let hook: Receiver;
let examples: Map<string, unknown>;

beforeAll(async () => {
  examples = await documented();
  hook = await startReceiver();
  project = await newProject(`sources:
  exports:
    connector: local
    config: { files: [ { stream: engagement, path: ./data/engagement.csv, format: csv, columns: { date: date, sent: integer } } ] }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { engagement: {} }, error_budget: { records: 50%, or: 10 } }
alerts:
  channels: { hook: { webhook: { url: "${hook.url}", secret: a-secret-of-a-test } } }
  rules: [ { when: quarantine_growth, budget_used: 0%, to: [hook] } ]
report:
  destination: warehouse
  embed: { key: a-key-of-a-test-with-enough-letters, ancestors: [https://portal.example.org] }
  facts:
    - from: daily.engagement
      as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent }
      responses: { form_completed: { from: forms, primary: true } }
`);
  byDays = await newProject(BY_DAYS);
  await byDays.write('days.ts', DAYS);
  await project.write(
    'data/engagement.csv',
    'date,campaign,sent,forms\n2026-03-01,spring,100,3\n2026-03-02,spring,ninety,2\n2026-03-03,spring,80,1\n',
  );
});
afterAll(async () => {
  await hook.close();
  await byDays.remove();
  await project.remove();
  await stopTestServer();
});

/** The examples of docs/json.md by their schema. */
async function documented(): Promise<Map<string, unknown>> {
  const text = await readFile(join(ROOT, 'docs/json.md'), 'utf8');
  const sections = text.matchAll(/^## (tributary\.\w+\/\d+)\n[\s\S]*?(?=^## |$(?![\s\S]))/gm);
  return new Map(
    Array.from(sections, ([section, schema]) => {
      const example = /```json\n([\s\S]*?)\n```/.exec(section)?.[1];
      return [schema as string, example === undefined ? undefined : JSON.parse(example)];
    }),
  );
}

/** Names and types without the values; of a list the shapes that occur in it. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((each) => JSON.stringify(shapeOf(each))))].toSorted();
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const entries = Object.entries(value).map(([name, part]) => [name, shapeOf(part)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

test('every verb prints what is documented', async () => {
  const check = async (...args: string[]) => judge((await project.run([...args, '--json'])).stdout);
  const judge = (printed: string) => {
    const { schema, data } = JSON.parse(printed) as { schema: string; data: any };
    expect({ schema, shape: shapeOf(data) }).toEqual({ schema, shape: shapeOf(examples.get(schema)) });
    checked.add(schema);
    return data;
  };
  const checked = new Set<string>();
  await check('init', '--config', 'new.yaml');
  await check('validate');
  await check('config', 'show');
  await check('config', 'chain', 'daily');
  await check('check');
  await check('discover', 'exports');
  const { run } = await check('sync', 'daily');
  await check('state', 'show', 'daily');
  await check('state', 'reset', 'daily', '--dry-run');
  await check('pause', 'daily', '--reason', 'the vendor moves', '--until', '2199-01-01T00:00:00Z');
  await check('status');
  await check('resume', 'daily');
  await check('runs', 'list');
  await check('runs', 'show', run);
  await check('runs', 'logs', run);
  const [{ id }] = await check('quarantine', 'list', 'daily');
  await check('quarantine', 'show', 'daily', id);
  await check('quarantine', 'replay', 'daily', '--dry-run');
  await check('query', 'warehouse', 'SELECT campaign_id, sent FROM report.campaign_daily ORDER BY date');
  await check('report', 'build', '--out', 'out');
  await check('report', 'chart', 'trend', '--month', '2026-03', '--out', 'out');
  await check('report', 'facts', '--sample', '1');
  await check('report', 'publish', '--month', '2026-03', '--incomplete', 'a small example');
  await check('report', 'releases');
  await check('report', 'link', '--month', '2026-03', '--filter', 'channel=email');
  await check('report', 'mail', '--month', '2026-03', '--to', 'ana@example.org', '--dry-run');
  await check('connectors', 'list');
  await check('connectors', 'spec', 'postgres');
  await check('connectors', 'test', 'warehouse', '--case', 'append adds rows', 'whose reply is lost');
  await project.write(
    'manifests/a.yaml',
    'version: 7.0.0\ncheck: { stream_names: [a] }\nstreams:\n  - { name: a, type: DeclarativeStream, retriever: { class_name: a.B } }\n',
  );
  await project.write('manifests/options.yaml', 'allow: [loopback]\n');
  await check('connectors', 'validate', 'manifests');
  await check('connectors', 'new', 'my-dashboard');
  await project.write(
    'items.yaml',
    'endpoint: "{{ config[\'endpoint\'] }}"\nstreams: { items: { path: /items, records: data, primary_key: id } }\n',
  );
  const items = await scriptedApi(() => ({ body: { data: [{ id: 'a' }] } }));
  await project.write('options.yaml', `manifest_config: { endpoint: "${items.url}" }\nallow: [loopback]\n`);
  const tried = JSON.parse(
    (
      await project.run([
        'connectors',
        'try',
        'items.yaml',
        '--options',
        'options.yaml',
        '--record',
        'recording',
        '--json',
      ])
    ).stdout,
  );
  // Which headers an API answers with is for it to say.
  for (const exchange of tried.data.exchanges) {
    exchange.headers = (examples.get('tributary.connectors_try/1') as any).exchanges[0].headers;
    exchange.answer_headers = { 'content-type': 'application/json' };
  }
  judge(JSON.stringify(tried));
  await items.close();
  await check('connectors', 'test', '--replay', 'recording');
  await check('sync', 'dayly');
  await check('audit', 'list', '--action', 'audit.list', '--limit', '1');
  await check('audit', 'verify');
  const { id: token } = await check('tokens', 'create', 'dashboard', '--role', 'viewer');
  await check('tokens', 'list');
  await check('tokens', 'revoke', token);
  await check('access', 'review');
  const host = project.start(['serve', '--port', '0', '--json']);
  const [line] = await once(createInterface({ input: host.child.stdout! }), 'line');
  judge(line);
  await check('alerts', 'test', 'hook');
  // The host tells of the records that the sync put aside.
  while (!hook.received.some(({ body }) => body.includes('quarantine_growth'))) await once(hook.posts, 'post');
  await check('alerts', 'list');
  await check('alerts', 'ack', 'daily:quarantine_growth:engagement');
  const { url } = JSON.parse(line).data;
  const asked = await fetch(`${url}/api/connections/daily/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'k1' },
  });
  const { id: request } = (await asked.json()) as { id: string };
  const stateOf = async () =>
    ((await (await fetch(`${url}/api/requests/${request}`)).json()) as { state: string }).state;
  while ((await stateOf()) !== 'ended') await wait(50);
  await check('requests', 'list');
  await check('requests', 'show', request);
  host.child.kill('SIGTERM');
  await host.ended;
  const files = await project.run(['backfill', 'daily', '--from', '2026-03-01', '--to', '2026-03-02']);
  expect(files).toMatchObject({ code: 3, stderr: expect.stringContaining('no stream that can be read by days') });
  for (const dry of [['--dry-run'], []]) {
    const days = ['backfill', 'both', '--from', '2026-01-01', '--to', '2026-01-10', ...dry, '--json'];
    judge((await byDays.run(days)).stdout);
  }
  await byDays.data(['sync', 'daily']);
  await byDays.rows(`INSERT INTO raw.days VALUES ('2026-01-04', now(), gen_random_uuid())`);
  const compared = ['verify', 'daily', '--from', '2026-01-01', '--to', '2026-01-10', '--repair', '--dry-run', '--json'];
  judge((await byDays.run(compared)).stdout);
  await byDays.configure(`${BY_DAYS}${EMERGENCY}`);
  const mine = async (...args: string[]) => judge((await byDays.run(['break-glass', ...args, '--json'])).stdout);
  await mine('open', 'ann@example.org', '--reason', 'a member is at the desk', '--for', '30m');
  await mine('end', 'ann@example.org');
  const worker = project.start(['worker', '--json']);
  const [started] = await once(createInterface({ input: worker.child.stdout! }), 'line');
  worker.child.kill('SIGTERM');
  await worker.ended;
  judge(started);
  // What persons, keys and age need is in phi.test.ts, erase.test.ts and retention.test.ts, tests of sources in connectors-test.test.ts;
  // the section is a file of its own, and its tables are answered by the API.
  expect([...examples.keys()].filter((schema) => !checked.has(schema))).toEqual([
    'tributary.erasure/1',
    'tributary.retention/1',
    'tributary.classes/1',
    'tributary.token_rotation/1',
    'tributary.revealed/1',
    'tributary.member_tokens/1',
    'tributary.connectors_test_source/1',
    'tributary.report_section/1',
    'tributary.report_table/1',
  ]);
});

test('every form that the program names is documented', async () => {
  const named = new Set<string>();
  for (const folder of ['core/app', 'core/api', 'report'])
    for (const file of await readdir(join(ROOT, folder), { recursive: true }))
      if (file.endsWith('.ts'))
        for (const [schema] of (await readFile(join(ROOT, folder, file), 'utf8')).matchAll(/tributary\.[a-z_]+\/\d+/g))
          named.add(schema);
  expect([...named].toSorted()).toEqual([...examples.keys()].toSorted());
});
