import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stopTestServer } from '../support/postgres.js';
import { startSshServer, type SshServer } from '../support/ssh-server.js';
import { dailyFiles, DAYS, fileOf, landed, landedOnce, lineage } from './daily-files.js';
import { atProbe, newProject, type Project } from './project.js';

let server: SshServer;
let project: Project;

beforeAll(async () => {
  server = await startSshServer();
  mkdirSync(join(server.folder, 'out'));
  mkdirSync(join(server.folder, 'done'));
  project = await newProject(dailyFiles('sftp', server.login));
});
afterAll(async () => {
  await project.remove();
  await server.close();
  await stopTestServer();
});

/** A day's file and its sidecar, which may say another checksum. */
function deliver(day: string, { checksum, rows }: { readonly checksum?: string; readonly rows?: number } = {}) {
  const { content, line } = fileOf(day, rows);
  writeFileSync(join(server.folder, line.name), content);
  writeFileSync(join(server.folder, `${line.name}.sha256`), `${checksum ?? line.checksum}  ${basename(line.name)}\n`);
  server.handOver('.');
  return line;
}

test('killed in the middle of the third of five files, the next run has each record once and each file in lineage', async () => {
  const files = DAYS.map((day) => deliver(day));
  // Three pieces a file: the eighth is in the third.
  const killed = await project.run(['sync', 'daily'], {
    node: atProbe('after_fetch', `if (times === 8) process.kill(process.pid, 'SIGKILL');`),
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(await lineage(project)).toEqual(files.slice(0, 2));
  // The second is committed; whether it was put away when the process died, nobody knows.
  expect(existsSync(join(server.folder, 'done/engagement_20260301.csv.gz'))).toBe(true);
  expect(existsSync(join(server.folder, 'out/engagement_20260303.csv.gz'))).toBe(true);
  const { outcome } = await project.data(['sync', 'daily']);
  expect(outcome.state).toBe('succeeded');
  expect(await lineage(project)).toEqual(files);
  expect(await landed(project)).toEqual(landedOnce(files));
  expect(
    await project.rows(`SELECT count(*)::int AS n FROM tributary.lineage WHERE version ~ '^[0-9]+-[0-9]+$'`),
  ).toEqual([{ n: 5 }]);
  expect(readdirSync(join(server.folder, 'out'))).toEqual([]);
  expect(readdirSync(join(server.folder, 'done')).length).toBe(10);
});

test('a file that is not what its sidecar says is refused whole with its reason, the others are read, and a good one resolves it', async () => {
  rmSync(join(server.folder, 'done'), { recursive: true });
  deliver('20260301', { checksum: 'a'.repeat(64), rows: 5 });
  const good = deliver('20260302', { rows: 7 });
  const run = await project.run(['sync', 'daily', '--json']);
  expect(run.code).toBe(5);
  expect(JSON.parse(run.stdout).data.outcome.streams[0]).toMatchObject({
    state: 'failed',
    error: { kind: 'source', fault: 'integrity', slice: 'out/engagement_20260301.csv.gz' },
  });
  expect((await lineage(project)).at(-1)).toEqual(good);
  const kept = await project.data<any[]>(['quarantine', 'list', 'daily']);
  expect(kept).toMatchObject([
    { reason: 'file_refused', slice: 'out/engagement_20260301.csv.gz', detail: expect.stringContaining('SHA-256') },
  ]);
  const replay = await project.run(['quarantine', 'replay', 'daily']);
  expect(replay.stderr).toContain('Not replayed: 1');
  deliver('20260301', { rows: 6 });
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect(await project.data(['quarantine', 'list', 'daily'])).toEqual([]);
});
