import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stopTestServer } from '../support/postgres.js';
import { atProbe, csvConnection, heldUntil, newProject, type Project } from './project.js';

/** Several batches of a megabyte, so that a stop comes while some are staged and some unread. */
const ROWS = 120_000;

let project: Project;

beforeEach(async () => {
  project = await newProject(csvConnection('primary_key: [id]'));
  const lines = Array.from({ length: ROWS }, (_, index) => `${index},${'x'.repeat(30)},${index % 7}`);
  await project.write('data/a.csv', `id,note,sent\n${lines.join('\n')}\n`);
});
afterEach(() => project.remove());
afterAll(stopTestServer);

const interrupt = "if (times === 1) process.kill(process.pid, 'SIGINT');";
const staging = `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'tributary' AND tablename LIKE 'stg%'`;

test('Ctrl-C while a table is loaded ends with 130, leaves nothing behind, and the next run completes', async () => {
  // The table exists, so rows go through staging; a first load would be one transaction.
  const first = await project.run(['sync', 'daily', '--stream', 'engagement'], { env: {} });
  expect(first.code).toBe(0);
  await project.rows('DELETE FROM raw.engagement WHERE id < 1000');
  const bookmarks = await project.data(['state', 'show', 'daily']);
  const stopped = await project.run(['sync', 'daily', '--full-refresh'], { node: atProbe('mid_copy', interrupt) });
  expect(stopped.stderr).toContain('stopping: what is in flight is committed or dropped');
  expect({ code: stopped.code, signal: stopped.signal }).toEqual({ code: 130, signal: null });
  expect(stopped.stdout).toMatch(/^run [0-9a-f-]{36}: cancelled in [\d.]+ s, nothing changed$/m);
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: ROWS - 1000 }]);
  expect(await project.rows(staging)).toEqual([{ n: 0 }]);
  expect(await project.data(['state', 'show', 'daily'])).toEqual(bookmarks);
  const [run] = await project.data<unknown[]>(['runs', 'list', '--limit', '1']);
  expect(run).toMatchObject({ state: 'cancelled', exit_code: 130 });
  const { outcome } = await project.data(['sync', 'daily', '--full-refresh']);
  expect(outcome.ledger).toMatchObject({ inserted: 1000, unchanged: ROWS - 1000 });
});

test('Ctrl-C in a first load leaves no table and no bookmark', async () => {
  const stopped = await project.run(['sync', 'daily'], { node: atProbe('mid_copy', interrupt) });
  expect(stopped.code).toBe(130);
  expect(await project.rows(`SELECT to_regclass('raw.engagement') AS found`)).toEqual([{ found: null }]);
  expect(await project.data(['state', 'show', 'daily'])).toEqual([]);
  const { outcome } = await project.data(['sync', 'daily']);
  expect(outcome.ledger).toMatchObject({ inserted: ROWS });
});

test('a second Ctrl-C ends at once', async () => {
  const twice = "process.kill(process.pid, 'SIGINT'); process.kill(process.pid, 'SIGINT');";
  const { code, signal, stdout } = await project.run(['sync', 'daily'], { node: atProbe('mid_copy', twice) });
  expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: '' });
  // The run that could not say goodbye is found dead by the next one, which is not refused.
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  const runs = await project.data<{ state: string }[]>(['runs', 'list']);
  expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'interrupted']);
});

test('of two syncs of one connection the second is refused, and the first is not disturbed', async () => {
  const go = join(project.folder, 'go');
  const first = project.start(['sync', 'daily'], { node: atProbe('mid_copy', heldUntil(go)) });
  await once(createInterface({ input: first.child.stderr! }), 'line');
  const second = await project.run(['sync', 'daily']);
  await writeFile(go, '');
  expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 8, stdout: '' });
  expect(second.stderr).toContain('error (locked) in connection "daily": Connection "daily" is being synced already');
  expect(second.stderr).toContain('next: Wait for that run to end');
  expect((await first.ended).code).toBe(0);
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: ROWS }]);
});
