import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

const FILE = 'id,day,sent\n1,2026-03-01,10\n2,2026-03-02,20\n3,2026-03-03,30\n';
const TWO_STREAMS = `sources:
  exports:
    connector: local
    config:
      files:
        - { stream: engagement, path: ./data/*.csv, format: csv, primary_key: [id] }
        - { stream: members, path: ./members/*.csv, format: csv, primary_key: [member] }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { engagement: {}, members: {} } }
`;

let project: Project;

beforeEach(async () => {
  project = await newProject(csvConnection('primary_key: [id]'));
  await project.write('data/a.csv', FILE);
});
afterEach(() => project.remove());
afterAll(stopTestServer);

test('a sync lands the rows, prints its ledger to stdout, and tells what changed', async () => {
  const { code, stdout, stderr } = await project.run(['sync', 'daily']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^stream +state +read +filtered +quarantined +staged +inserted/m);
  expect(stdout).toMatch(/^engagement +complete +3 /m);
  expect(stdout).toMatch(/^run [0-9a-f-]{36}: succeeded in [\d.]+ s, 3 inserted$/m);
  expect(await project.rows('SELECT id, day::text, sent FROM raw.engagement ORDER BY id')).toEqual([
    { id: '1', day: '2026-03-01', sent: '10' },
    { id: '2', day: '2026-03-02', sent: '20' },
    { id: '3', day: '2026-03-03', sent: '30' },
  ]);
});

test('a second sync changes nothing and says so', async () => {
  await project.run(['sync', 'daily']);
  const before = await project.rows('SELECT *, xmin::text FROM raw.engagement ORDER BY id');
  const { code, stdout } = await project.run(['sync', 'daily']);
  expect(code).toBe(0);
  expect(stdout).toContain('nothing changed');
  expect(await project.rows('SELECT *, xmin::text FROM raw.engagement ORDER BY id')).toEqual(before);
});

test('--full-refresh reads everything again and rewrites no row that is the same', async () => {
  await project.run(['sync', 'daily']);
  const before = await project.rows('SELECT *, xmin::text FROM raw.engagement ORDER BY id');
  const { outcome } = await project.data(['sync', 'daily', '--full-refresh']);
  expect(outcome.ledger).toMatchObject({ read: 3, staged: 3, unchanged: 3, inserted: 0, updated: 0 });
  expect(await project.rows('SELECT *, xmin::text FROM raw.engagement ORDER BY id')).toEqual(before);
});

test('--json prints the run with its ledger, whose sentences hold', async () => {
  const end = await project.run(['sync', 'daily', '--json']);
  expect(end.stderr).toBe('');
  const { schema, data } = JSON.parse(end.stdout);
  expect(schema).toBe('tributary.run/1');
  const { ledger, state, exit_code, streams } = data.outcome;
  expect({ state, exit_code, streams: streams.length }).toEqual({ state: 'succeeded', exit_code: 0, streams: 1 });
  expect(ledger.read).toBe(ledger.filtered + ledger.quarantined + ledger.staged);
  expect(ledger.staged).toBe(ledger.inserted + ledger.updated + ledger.unchanged + ledger.superseded);
});

test('in a pipe there is neither progress nor colour nor any other control sequence', async () => {
  const { stdout, stderr } = await project.run(['sync', 'daily'], { env: { NO_COLOR: '', FORCE_COLOR: '1' } });
  // oxlint-disable-next-line no-control-regex -- the very thing that must not be there
  expect(stdout + stderr).not.toMatch(/[\u001b\r]/);
});

test('--stream syncs what it names and nothing else', async () => {
  await project.configure(TWO_STREAMS);
  await project.write('members/m.csv', 'member,region\nm1,north\n');
  const { outcome } = await project.data(['sync', 'daily', '--stream', 'members']);
  expect(outcome.streams.map(({ stream }: { stream: string }) => stream)).toEqual(['members']);
  expect(await project.rows(`SELECT to_regclass('raw.engagement') AS found`)).toEqual([{ found: null }]);
  const wrong = await project.run(['sync', 'daily', '--stream', 'nobody']);
  expect(wrong.code).toBe(3);
  expect(wrong.stderr).toContain('It has: engagement, members.');
});

test('some streams well and some failed is exit code 7, and the good ones have landed', async () => {
  await project.configure(TWO_STREAMS);
  await project.write('members/1.csv', 'member,region\nm1,north\n');
  await project.run(['sync', 'daily']);
  await project.write('members/2.csv', 'member,member\nm2,south\n');
  await project.write('data/b.csv', 'id,day,sent\n4,2026-03-04,40\n');
  const { code, stdout, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(7);
  expect(stdout).toMatch(/^engagement +complete +1 /m);
  expect(stdout).toMatch(/^members +failed +0 /m);
  expect(stderr).toContain('error (schema) in connection "daily", stream "members"');
  expect(stderr).toContain('the header has the column "member" twice');
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: 4 }]);
});

test('an unknown connection is refused with those that there are', async () => {
  const { code, stdout, stderr } = await project.run(['sync', 'dayly']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('There is no connection "dayly"');
  expect(stderr).toContain('It has: daily.');
});

test('check connects to everything, or to what it names', async () => {
  expect(await project.data(['check'])).toEqual([
    { kind: 'source', name: 'exports', ok: true },
    { kind: 'destination', name: 'warehouse', ok: true },
  ]);
  const human = await project.run(['check', 'warehouse']);
  expect(human.stdout).toMatch(/^destination +warehouse +ok$/m);
  expect((await project.run(['check', 'nobody'])).code).toBe(3);
});

test('discover prints the catalog', async () => {
  const { streams } = await project.data(['discover', 'exports']);
  expect(streams).toMatchObject([
    {
      name: 'engagement',
      primary_key: ['id'],
      fields: [
        { name: 'id', type: 'integer' },
        { name: 'day', type: 'date' },
        { name: 'sent', type: 'integer' },
      ],
    },
  ]);
  const human = await project.run(['discover', 'exports']);
  expect(human.stdout).toMatch(/^  day +date +yes/m);
});
