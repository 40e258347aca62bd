import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

let project: Project;

beforeAll(async () => {
  project = await newProject(
    csvConnection('columns: { sent: integer }', '    error_budget: { records: 50%, or: 10 }\n'),
  );
  await project.write('data/a.csv', 'id,sent\n1,10\n2,twenty\n3,30\n');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test('before the first run there is no history and nothing in quarantine', async () => {
  expect(await project.run(['runs', 'list'])).toMatchObject({ code: 0, stdout: 'no runs yet\n' });
  expect(await project.run(['quarantine', 'list', 'daily'])).toMatchObject({
    code: 0,
    stdout: 'the quarantine is empty\n',
  });
});

test('a run with a bad record succeeds, says where it went, and how to look at it', async () => {
  const { code, stdout, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^engagement +complete +3 +0 +1 +2 +2 /m);
  expect(stderr).toContain('1 record is in quarantine: tributary quarantine list daily');
});

test('runs list, show and logs tell the same run', async () => {
  const [run] = await project.data<{ id: string; state: string; exit_code: number }[]>(['runs', 'list', 'daily']);
  expect(run).toMatchObject({ state: 'succeeded', exit_code: 0, connection: 'daily', trigger: 'manual' });
  const human = await project.run(['runs', 'list']);
  expect(human.stdout).toMatch(new RegExp(`^${run!.id} +daily +succeeded .*2 inserted, 1 quarantined$`, 'm'));
  const shown = await project.run(['runs', 'show', run!.id]);
  expect(shown.stdout).toMatch(/^state +succeeded \(exit code 0\)$/m);
  expect(shown.stdout).toMatch(/^engagement +complete +3 /m);
  const events = await project.data<{ type: string }[]>(['runs', 'logs', run!.id]);
  expect(events.map(({ type }) => type)).toEqual([
    'run_started',
    'stream_started',
    'files_listed',
    'slice_started',
    'records_quarantined',
    'checkpoint_committed',
    'slice_completed',
    'stream_ended',
    'run_ended',
  ]);
  const unknown = await project.run(['runs', 'show', '00000000-0000-0000-0000-000000000000']);
  expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 3, stdout: '' });
  expect(unknown.stderr).toContain('tributary runs list');
  expect((await project.run(['runs', 'show', 'latest'])).code).toBe(3);
});

test('quarantine list and show lead to the line and its payload', async () => {
  const [entry] = await project.data<{ id: string }[]>(['quarantine', 'list', 'daily', 'engagement']);
  expect(entry).toMatchObject({
    stream: 'engagement',
    reason: 'not_an_integer',
    field: 'sent',
    slice: 'data/a.csv',
    position: 2,
    times: 1,
    resolved_at: null,
  });
  const human = await project.run(['quarantine', 'list', 'daily']);
  expect(human.stdout).toMatch(new RegExp(`^${entry!.id} +engagement +not_an_integer +sent `, 'm'));
  const shown = await project.run(['quarantine', 'show', 'daily', entry!.id]);
  expect(shown.stdout).toMatch(/^payload +\{"id":"2","sent":"twenty"\}$/m);
  await project.rows(`UPDATE tributary.quarantine SET payload = '{"id":9007199254740993}'`);
  expect((await project.run(['quarantine', 'show', 'daily', entry!.id])).stdout).toContain('{"id":9007199254740993}');
  const unknown = await project.run(['quarantine', 'show', 'daily', 'abcdefabcdef']);
  expect(unknown.code).toBe(3);
  expect(unknown.stderr).toContain('tributary quarantine list daily');
});

test('a run that failed stands in the history with its error and the next step', async () => {
  await project.write('data/b.csv', 'id,id\n1,1\n');
  expect((await project.run(['sync', 'daily'])).code).toBe(3);
  const [run] = await project.data<{ id: string }[]>(['runs', 'list', '--limit', '1']);
  expect(run).toMatchObject({ state: 'failed', exit_code: 3, error: { kind: 'schema' } });
  const { stdout } = await project.run(['runs', 'show', run!.id]);
  expect(stdout).toMatch(/^error +\(schema\) File "data\/b\.csv": the header has the column "id" twice\.$/m);
  expect(stdout).toMatch(/^next +Correct the first line/m);
});
