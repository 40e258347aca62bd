import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

let project: Project;

beforeAll(async () => {
  project = await newProject(csvConnection('primary_key: [id]'));
  await project.write('data/a.csv', 'id,sent\n1,10\n');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

interface Change {
  readonly set: readonly unknown[];
  readonly removed: readonly unknown[];
  readonly applied: boolean;
}

test('before the first run there are no bookmarks', async () => {
  const { code, stdout } = await project.run(['state', 'show', 'daily']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'no bookmarks: the next run begins at the start\n' });
});

test('show tells which files were read and that types are fixed', async () => {
  await project.run(['sync', 'daily']);
  const { stdout } = await project.run(['state', 'show', 'daily']);
  expect(stdout).toMatch(/^engagement +#schema +2 columns, types fixed$/m);
  expect(stdout).toMatch(/^engagement +file:data\/a\.csv +1 record, sha256 [0-9a-f]{12}…$/m);
  const bookmarks = await project.data<unknown[]>(['state', 'show', 'daily', 'engagement']);
  expect(bookmarks).toHaveLength(2);
});

test('reset without a terminal asks for --yes, and changes nothing until it has it', async () => {
  const refused = await project.run(['state', 'reset', 'daily']);
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 3, stdout: '' });
  expect(refused.stderr).toContain('Add --yes, or --dry-run');
  const dry = await project.data<Change>(['state', 'reset', 'daily', '--dry-run']);
  expect(dry).toMatchObject({ applied: false, set: [], removed: [expect.anything(), expect.anything()] });
  expect(await project.data(['state', 'show', 'daily'])).toHaveLength(2);
});

test('reset of a stream lets the next run read it again', async () => {
  const { code, stdout } = await project.run(['state', 'reset', 'daily', 'engagement', '--yes']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^- +engagement +file:data\/a\.csv/m);
  expect(stdout).toMatch(/changed$/m);
  const { outcome } = await project.data(['sync', 'daily']);
  expect(outcome.ledger).toMatchObject({ read: 1, unchanged: 1 });
});

test('set moves a frontier and refuses what is no day or no stream', async () => {
  const change = await project.data<Change>(['state', 'set', 'daily', 'engagement', '2026-03-01', '--yes']);
  expect(change).toMatchObject({
    applied: true,
    set: [{ stream: 'engagement', partition: '', position: { kind: 'frontier', frontier: '2026-03-01' } }],
  });
  const noDay = await project.run(['state', 'set', 'daily', 'engagement', 'yesterday', '--yes']);
  expect({ code: noDay.code, stderr: noDay.stderr }).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('"yesterday" is no day and no instant'),
  });
  const noStream = await project.run(['state', 'reset', 'daily', 'nobody', '--yes']);
  expect({ code: noStream.code, stderr: noStream.stderr }).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('It has: engagement.'),
  });
});
