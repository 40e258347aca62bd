import { stopTestServer } from '../support/postgres.js';
import { atProbe, newProject, type Project } from './project.js';

/** More than the error budget bears. */
const BAD_MEMBERS = 'member,age\nm1,old\nm2,young\nm3,?\n';

let project: Project;

beforeEach(async () => {
  project = await newProject(`sources:
  exports:
    connector: local
    config:
      files:
        - { stream: engagement, path: ./data/*.csv, format: csv, primary_key: [id], columns: { date: date, sent: integer } }
        - { stream: members, path: ./members/*.csv, format: csv, primary_key: [member], columns: { age: integer } }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { engagement: {}, members: {} }
    error_budget: { records: 1%, or: 1 }
report:
  destination: warehouse
  facts: [ { from: daily.engagement, as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent } } ]
`);
  await project.write('data/1.csv', 'id,date,campaign,sent\n1,2026-03-01,spring,100\n2,,spring,7\n');
  await project.write('members/m.csv', 'member,age\nm1,40\n');
});
afterEach(() => project.remove());
afterAll(stopTestServer);

const days = `SELECT date::text AS day, sent::int AS sent FROM report.campaign_daily ORDER BY date`;
const lastRun = async () => (await project.data<any[]>(['runs', 'list', '--limit', '1']))[0];
/** In the way of the table of that name. */
const blockMarts = () => project.rows('CREATE SCHEMA report; CREATE VIEW report.campaign_daily AS SELECT 1 AS one');

test('rows without a day are told by sync, by the history and by report build', async () => {
  const told = 'warning: 1 row of fact "daily.engagement" has no day and stands in no mart';
  const { code, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(0);
  expect(stderr).toContain(told);
  const events = await project.data<any[]>(['runs', 'logs', (await lastRun()).id]);
  expect(events.filter(({ type }) => type === 'warning')).toEqual([
    expect.objectContaining({ data: { message: told.replace('warning: ', '') } }),
  ]);
  expect(await project.rows(days)).toEqual([{ day: '2026-03-01', sent: 100 }]);
  // What a build looks at it tells; a change of all days makes it look again.
  await project.rows(
    `INSERT INTO tributary.dirty (fact, run_id, marked_at) VALUES ('daily.engagement', gen_random_uuid(), now())`,
  );
  expect((await project.run(['report', 'build'])).stderr).toContain(told);
  await project.write('taken', '');
  const nowhere = await project.run(['report', 'build', '--out', 'taken']);
  expect({ code: nowhere.code, stdout: nowhere.stdout }).toEqual({ code: 3, stdout: '' });
  expect(nowhere.stderr).toContain('taken/report-2026-03.html cannot be written');
});

test('marts that could not be built are told beside the stream that failed, and are the run in the history', async () => {
  await blockMarts();
  await project.write('members/m.csv', BAD_MEMBERS);
  const { code, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(6);
  expect(stderr).toContain('error (data) in connection "daily", stream "members"');
  expect(stderr).toContain('The data were committed, but the marts could not be built');
  const run = await lastRun();
  expect(run).toMatchObject({
    state: 'partial',
    exit_code: 6,
    error: { kind: 'destination', message: expect.stringContaining('the marts could not be built') },
    streams: { members: { state: 'failed', error: { kind: 'data' } } },
  });
  await project.rows('DROP SCHEMA report CASCADE');
  await project.write('members/m.csv', 'member,age\nm1,40\n');
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect(await project.rows(days)).toEqual([{ day: '2026-03-01', sent: 100 }]);
});

test('what a run committed before it failed is in the marts, though no stream was completed', async () => {
  await project.write('data/2.csv', 'id,date,campaign,sent\n3,x,spring,1\n4,y,spring,1\n5,z,spring,1\n');
  await project.write('members/m.csv', BAD_MEMBERS);
  const { code, stdout } = await project.run(['sync', 'daily']);
  expect(code).toBe(7);
  expect(stdout).toMatch(/^engagement +failed +2 /m);
  expect(stdout).toContain('marts: campaign_daily 1 inserted');
  expect(await project.rows(days)).toEqual([{ day: '2026-03-01', sent: 100 }]);
});

/** What a session holds that waits for the one row which makes its owner the builder. */
const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE report.builder%'`;

test('Ctrl-C while marts are built ends at once with 130, and the next run builds them', async () => {
  await project.run(['sync', 'daily']);
  await project.write('data/2.csv', 'id,date,campaign,sent\n3,2026-03-02,spring,80\n');
  const builder = await project.hold('UPDATE report.builder SET started_at = now() WHERE id = 1');
  const sync = project.start(['sync', 'daily']);
  await project.until(waiting, ({ n }) => n === 1);
  sync.child.kill('SIGINT');
  const stopped = await sync.ended;
  await builder.release();
  expect({ code: stopped.code, signal: stopped.signal }).toEqual({ code: 130, signal: null });
  expect(stopped.stdout).toMatch(/^run [0-9a-f-]{36}: cancelled in [\d.]+ s, 1 inserted$/m);
  expect(stopped.stderr).toContain('the marts were not brought up to date');
  expect(await lastRun()).toMatchObject({
    state: 'cancelled',
    exit_code: 130,
    streams: { engagement: { state: 'complete', ledger: { inserted: 1 } } },
  });
  expect(await project.rows(days)).toHaveLength(1);
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect(await project.rows(days)).toHaveLength(2);
});

test('Ctrl-C in the middle of a build leaves nothing of it, and the next run builds it', async () => {
  const interrupt = "process.kill(process.pid, 'SIGINT');";
  // The signal is heard once the process waits for something, as the builder does for the server.
  const { code } = await project.run(['sync', 'daily'], { node: atProbe('marts_building', interrupt) });
  expect(code).toBe(130);
  expect(await project.rows(days)).toEqual([]);
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect(await project.rows(days)).toHaveLength(1);
});
