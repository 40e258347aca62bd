import pg from 'pg';
import { startBrazeSimulator, defaultApiKey, type BrazeSimulator } from '../simulators/braze/server.js';
import { mayBeMissing } from '../simulators/braze/truth.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

const LIMITED = { name: 'limited', key: 'a-key-without-series', scopes: ['campaigns.list', 'campaigns.details'] };

let braze: BrazeSimulator;
let project: Project;

beforeAll(async () => {
  braze = await startBrazeSimulator({
    now: '2026-11-24T15:00:00Z',
    start: '2026-10-01',
    campaigns: 4,
    keys: [defaultApiKey, LIMITED],
  });
  project = await newProject(configFor(braze.url));
});
afterEach(() => braze.faults.clear());
afterAll(async () => {
  await braze.close();
  await project.remove();
  await stopTestServer();
});

const configFor = (endpoint: string) => `sources:
  braze:
    connector: braze
    config:
      endpoint: ${endpoint}
      api_key: \${env:BRAZE_API_KEY:-${defaultApiKey.key}}
      start_date: 2026-10-01
      time_zone: America/Chicago
connections:
  daily:
    source: braze
    destination: warehouse
    schema: raw
    streams: { campaigns: {}, campaign_details: {}, campaign_data_series: { lookback: 14d } }
`;

test('a wrong API key is exit code 4, is not tried again, and is not shown', async () => {
  braze.requests.clear();
  const { code, stdout, stderr } = await project.run(['sync', 'daily'], { env: { BRAZE_API_KEY: 'geheim-geheim' } });
  expect(code).toBe(4);
  expect(stderr).toContain('error (auth) in connection "daily"');
  expect(stderr).toMatch(/next: .*key/i);
  expect(stdout + stderr).not.toContain('geheim-geheim');
  expect(braze.requests.list().map(({ status }) => status)).toEqual([401]);
});

test('a permission that the key lacks is named', async () => {
  const { code, stderr } = await project.run(['check', 'braze'], { env: { BRAZE_API_KEY: LIMITED.key } });
  expect(code).toBe(4);
  expect(stderr).toContain('campaigns.data_series');
});

test.each([
  { kind: '500', says: '500' },
  { kind: 'html200', says: 'text/html instead of JSON' },
  { kind: 'truncated', says: 'JSON' },
] as const)('an API that answers with $kind for good is exit code 5', async ({ kind, says }) => {
  braze.faults.set({ route: '/campaigns/list', kind, every: 1 });
  const { code, stdout, stderr } = await project.run(['check', 'braze']);
  expect(code).toBe(5);
  expect(stdout).toMatch(/^source +braze +failed$/m);
  expect(stderr).toContain(says);
  expect(stderr).toContain('/campaigns/list');
});

test('an API whose quota is used up for longer than is waited is exit code 5, at once', async () => {
  braze.faults.set({ route: '/campaigns/list', kind: '429', every: 1, reset_s: 5_000 });
  const { code, stdout, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(5);
  expect(stdout).toMatch(/^run [0-9a-f-]{36}: failed /m);
  expect(stderr).toContain('error (rate_limit) in connection "daily", stream "campaigns"');
  expect(stderr).toContain('/campaigns/list');
  expect(braze.faults.list()).toMatchObject([{ hits: 1 }]);
  // The store remembers it for every process with this key.
  expect(await project.run(['sync', 'daily'])).toMatchObject({ code: 5 });
  expect(braze.faults.list()).toMatchObject([{ hits: 1 }]);
  const store = new pg.Client({ connectionString: project.storeUrl });
  await store.connect();
  await store.query('DELETE FROM tributary_store.rate_budget');
  await store.end();
});

test('an API that never answers is exit code 5', async () => {
  // The same source with less patience, since a test has not the minutes that a person has.
  const source = new URL('../../dist/connectors/braze/braze.source.js', import.meta.url);
  await project.write(
    'impatient.mjs',
    `import { brazeSource } from '${source}';
export default { ...brazeSource({ timeouts: { idleMs: 300 }, retry: { attempts: 2, baseMs: 10 } }), name: 'impatient' };\n`,
  );
  await project.configure(configFor(braze.url).replace('connector: braze', 'connector: ./impatient.mjs'));
  braze.faults.set({ route: '/campaigns/list', kind: 'timeout', every: 1 });
  const { code, stdout, stderr } = await project.run(['check', 'braze']);
  await project.configure(configFor(braze.url));
  expect(code).toBe(5);
  expect(stdout).toMatch(/^source +braze +failed$/m);
  expect(stderr).toContain('error (transient)');
  expect(stderr).toContain('/campaigns/list');
});

test('nobody at the address is exit code 5', async () => {
  await project.configure(configFor('http://127.0.0.1:1'));
  const { code, stderr } = await project.run(['check', 'braze']);
  await project.configure(configFor(braze.url));
  expect(code).toBe(5);
  expect(stderr).toContain('127.0.0.1:1');
});

test('faults that pass are survived within one run, and the table equals the truth', async () => {
  braze.faults.set(
    { route: '/campaigns/list', kind: '429', reset_s: 1 },
    { route: '/campaigns/details', kind: '500' },
    { route: '/campaigns/details', kind: 'html200', nth: 3 },
    { route: '/campaigns/data_series', kind: 'truncated' },
    { route: '/campaigns/data_series', kind: 'disconnect', nth: 3 },
  );
  braze.requests.clear();
  const { run, outcome, calls } = await project.data(['sync', 'daily']);
  expect(outcome.state).toBe('succeeded');
  // Each that Braze has seen, repeated ones too.
  const seen = braze.requests.list();
  const series = seen.filter(({ path }) => path === '/campaigns/data_series');
  expect(calls).toMatchObject([
    { sent: seen.length - series.length, refused: 1, budget: { requests: 200_000, per: '1h' }, limit: 250_000 },
    { share: 'data_series', sent: series.length, refused: 0, budget: { requests: 40_000, per: '1m' }, limit: 50_000 },
  ]);
  expect(await project.data(['runs', 'show', run])).toMatchObject({ calls });
  expect((await project.run(['runs', 'show', run])).stdout).toContain(`${calls[0].sent} to 127.0.0.1:`);
  expect((await project.run(['runs', 'logs', run])).stdout).toContain(`Calls: ${calls[0].sent} to 127.0.0.1:`);
  expect(braze.faults.list().map(({ hits }) => hits)).toEqual([1, 1, 1, 1, 1]);
  const truth = braze.world.truth(braze.now()).cells;
  expect(truth.length).toBeGreaterThan(0);
  const rows = (await project.rows(
    `SELECT concat_ws(' ', campaign_id, time, channel, variation_id) AS key, sent::int FROM raw.campaign_data_series`,
  )) as { key: string; sent: number | null }[];
  const found = new Map(rows.map(({ key, sent }) => [key, sent]));
  const isDispensable = mayBeMissing(truth);
  for (const cell of truth) {
    const key = `${cell.campaign_id} ${cell.date} ${cell.channel} ${cell.variation_id}`;
    if (found.has(key) || !isDispensable(cell)) expect([key, found.get(key)]).toEqual([key, cell.sent]);
    found.delete(key);
  }
  expect([...found.keys()]).toEqual([]);
});

test('--from and --to read those days and leave the bookmark where it is', async () => {
  const bookmarks = await project.data(['state', 'show', 'daily']);
  await project.rows(`DELETE FROM raw.campaign_data_series WHERE time BETWEEN '2026-10-10' AND '2026-10-12'`);
  const [{ gone }] = (await project.rows(
    `SELECT count(*)::int AS gone FROM raw.campaign_data_series WHERE time = '2026-10-11'`,
  )) as [{ gone: number }];
  expect(gone).toBe(0);
  const args = ['--stream', 'campaign_data_series', '--from', '2026-10-11', '--to', '2026-10-11'];
  const { outcome } = await project.data(['sync', 'daily', ...args]);
  expect(outcome.ledger.inserted).toBe(outcome.ledger.read);
  expect(outcome.ledger.inserted).toBeGreaterThan(0);
  expect(
    await project.rows(
      `SELECT DISTINCT time::text AS day FROM raw.campaign_data_series WHERE time BETWEEN '2026-10-10' AND '2026-10-12'`,
    ),
  ).toEqual([{ day: '2026-10-11' }]);
  expect(await project.data(['state', 'show', 'daily'])).toEqual(bookmarks);
  const [run] = await project.data<unknown[]>(['runs', 'list', '--limit', '1']);
  expect(run).toMatchObject({ trigger: 'backfill' });
});
