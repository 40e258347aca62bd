import { stopTestServer } from '../support/postgres.js';
import { scriptedApi, type ScriptedApi, type SeenRequest } from '../support/scripted-api.js';
import { newProject, type Project } from './project.js';

/** Days of streams whose bookmark is a state of their own source: read again in parts, and set. */

const MANIFEST = `endpoint: "{{ config['endpoint'] }}"
streams:
  results:
    path: /results
    records: data
    primary_key: id
    cursor: { field: day, format: "%Y-%m-%d", start: 2025-01-01, from: from, to: to, lookback: P3D }
    fields: { id: string, day: date, sent: integer }
  replaced:
    path: /replaced
    records: data
    primary_key: id
    cursor: { field: day, format: "%Y-%m-%d", start: 2025-01-01, from: from, to: to }
    fields: { id: string, day: date, sent: integer }
  appended:
    path: /appended
    records: data
    primary_key: id
    cursor: { field: day, format: "%Y-%m-%d", start: 2025-01-01, from: from, to: to }
    fields: { id: string, day: date, sent: integer }
  begun:
    path: /begun
    records: data
    primary_key: id
    cursor: { field: day, format: "%Y-%m-%d", start: 2025-01-01, from: from }
    fields: { id: string, day: date, sent: integer }
  campaigns:
    path: /campaigns
    records: data
    primary_key: id
    fields: { id: string }
  campaign_results:
    path: "/campaigns/{campaign}/results"
    records: data
    primary_key: [campaign, id]
    for_each: { stream: campaigns, field: id, as: campaign }
    cursor: { field: day, format: "%Y-%m-%d", start: 2025-01-01, from: from, to: to }
    fields: { campaign: string, id: string, day: date, sent: integer }
`;
const LAST_DAY = '2025-01-20';
const DAYS = Array.from({ length: 20 }, (_, at) => new Date(Date.UTC(2025, 0, at + 1)).toISOString().slice(0, 10));

let campaigns = ['c1', 'c2'];
let sent = 1;
let api: ScriptedApi;
let project: Project;

const queryOf = ({ query }: SeenRequest) => Object.fromEntries(query);
beforeAll(async () => {
  api = await scriptedApi((request) => {
    if (request.path === '/campaigns') return { body: { data: campaigns.map((id) => ({ id })) } };
    const { from = '', to = '9' } = queryOf(request);
    return { body: { data: DAYS.filter((day) => from <= day && day <= to).map((day) => ({ id: day, day, sent })) } };
  });
  project = await newProject();
  await project.write('dashboard.yaml', MANIFEST);
  await project.configure(`sources:
  dashboard: { connector: rest, config: { manifest: ./dashboard.yaml, manifest_config: { endpoint: "${api.url}" }, allow: [loopback] } }
connections:
  daily: { source: dashboard, destination: warehouse, schema: raw, streams: { results: {}, begun: {}, campaigns: {}, campaign_results: {}, replaced: { sync: full_refresh, write: overwrite }, appended: { sync: full_refresh, write: append } } }
  whole: { source: dashboard, destination: warehouse, schema: raw_whole, streams: { campaigns: {} } }
`);
});
beforeEach(() => {
  api.seen.length = 0;
});
afterAll(async () => {
  await project.remove();
  await api.close();
  await stopTestServer();
});

const fromOf = (path: string) => api.seen.filter((request) => request.path === path).map((one) => queryOf(one)['from']);
const set = (stream: string, day: string, ...more: string[]) => ['state', 'set', 'daily', stream, day, ...more];
const positionOf = async (stream: string) => (await project.data(['state', 'show', 'daily', stream]))[0].position;

test('a day that is set before the first run is where all begin, also the records of each parent', async () => {
  for (const stream of ['results', 'campaign_results'])
    expect(await project.data(set(stream, '2025-01-11', '--yes'))).toMatchObject({ applied: true, removed: [] });
  const { code, stderr } = await project.run(['sync', 'daily']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(fromOf('/results')).toEqual(['2025-01-08']);
  expect(fromOf('/campaigns/c1/results')).toEqual(['2025-01-11']);
  expect(fromOf('/campaigns/c2/results')).toEqual(['2025-01-11']);
});

test('a backfill reads its days of them in parts, and leaves their state as it is', async () => {
  const before = [await positionOf('results'), await positionOf('campaign_results')];
  const days = ['--from', '2025-01-01', '--to', '2025-01-10'];
  const { parts, left_out: leftOut } = await project.data(['backfill', 'daily', ...days, '--dry-run']);
  expect(parts).toEqual([
    { from: '2025-01-01', to: '2025-01-07' },
    { from: '2025-01-08', to: '2025-01-10' },
  ]);
  const again = (stream: string) => ({
    stream,
    why: `each run reads all of it, as \`tributary sync daily --stream ${stream}\` does`,
  });
  expect(leftOut).toEqual([
    again('campaigns'),
    again('replaced'),
    { stream: 'appended', why: expect.stringContaining('what is read again would be appended; with `sync:') },
  ]);
  sent = 2;
  const { stdout, stderr } = await project.run(['backfill', 'daily', ...days, '--json']);
  const { id } = JSON.parse(stdout).data;
  expect(stderr).toContain('warning (campaigns): It is not in this backfill: each run reads all of it');
  const worker = project.start(['worker', '--json']);
  let shown = { state: 'running', done: 0 };
  try {
    while (shown.state === 'running') shown = await project.data(['backfill', 'daily', '--show', id]);
  } finally {
    worker.child.kill('SIGTERM');
    await worker.ended;
  }
  expect(shown).toMatchObject({ state: 'succeeded', done: 2 });
  const rowsOf = (table: string) =>
    project.rows(
      `SELECT sent::int, count(*)::int AS rows, max(day)::text AS last FROM raw.${table} GROUP BY 1 ORDER BY 1`,
    );
  expect(await rowsOf('results')).toEqual([
    { sent: 1, rows: 10, last: LAST_DAY },
    { sent: 2, rows: 10, last: '2025-01-10' },
  ]);
  expect(await rowsOf('campaign_results')).toEqual([
    { sent: 1, rows: 20, last: LAST_DAY },
    { sent: 2, rows: 20, last: '2025-01-10' },
  ]);
  // What is asked for by its begin alone comes to its end.
  expect(await rowsOf('begun')).toEqual([{ sent: 2, rows: 20, last: LAST_DAY }]);
  for (const stream of ['results', 'begun'])
    expect(fromOf(`/${stream}`).toSorted()).toEqual(['2025-01-01', '2025-01-08']);
  // What replaces its table would leave the days of one part in it.
  expect(fromOf('/replaced')).toEqual([]);
  expect(fromOf('/appended')).toEqual([]);
  const { run } = (await project.data(['backfill', 'daily', '--show', id])).parts[0];
  const logs = await project.run(['runs', 'logs', run, '--level', 'warn']);
  expect(logs.stdout).toContain('It is not in this backfill: what is read again would be appended');
  expect([await positionOf('results'), await positionOf('campaign_results')]).toEqual(before);
});

test('a day that is set later goes for each partition that was read, and a new one is read from its start', async () => {
  const dry = await project.data(set('campaign_results', '2025-01-15', '--dry-run'));
  const at = (name: string) => ({ partition: { campaign: name }, cursor: { day: '2025-01-15' } });
  const position = (day: object) => [{ stream: 'campaign_results', position: { kind: 'state', state: day } }];
  expect(dry).toMatchObject({ applied: false, set: position({ states: [at('c1'), at('c2')] }) });
  expect(dry.removed).toMatchObject(
    position({ states: [{ cursor: { day: LAST_DAY } }, { cursor: { day: LAST_DAY } }] }),
  );
  await project.data(set('campaign_results', '2025-01-15', '--yes'));
  await project.data(set('results', '2025-01-15', '--yes'));
  campaigns = ['c1', 'c2', 'c3'];
  await project.data(['sync', 'daily']);
  expect(fromOf('/results')).toEqual(['2025-01-12']);
  expect(fromOf('/campaigns/c1/results')).toEqual(['2025-01-15']);
  expect(fromOf('/campaigns/c2/results')).toEqual(['2025-01-15']);
  expect(fromOf('/campaigns/c3/results')).toEqual(['2025-01-01']);
});

test.each([
  ['an instant where days are counted', set('results', '2025-01-15T00:00:00Z', '--yes'), 'goes on by days'],
  [
    'a day to come',
    set('results', '2999-01-01', '--yes'),
    'Stream "results" cannot go on at 2999-01-01, which is later than now',
  ],
  [
    'a stream that is read whole',
    set('campaigns', '2025-01-15', '--yes'),
    'Stream "campaigns" is not read by a cursor',
  ],
  [
    'days of what has none',
    ['backfill', 'whole', '--from', '2025-01-01', '--to', '2025-01-02'],
    'no stream that can be read by days',
  ],
  [
    'days to compare',
    ['verify', 'daily', '--from', '2025-01-01', '--to', '2025-01-02'],
    'no stream whose days can be compared',
  ],
])('%s: refused', async (_, args, says) => {
  const { code, stderr } = await project.run(args);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(says) });
});
