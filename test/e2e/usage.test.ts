import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

let project: Project;

beforeAll(async () => {
  project = await newProject(csvConnection());
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test('help lists every verb on stdout and is no failure', async () => {
  const { code, stdout, stderr } = await project.run(['--help']);
  expect(code).toBe(0);
  expect(stderr).toBe('');
  for (const verb of [
    'init',
    'validate',
    'config',
    'check',
    'discover',
    'sync',
    'state',
    'runs',
    'quarantine',
    'query',
  ])
    expect(stdout).toMatch(new RegExp(`^  ${verb}`, 'm'));
  for (const verb of ['report', 'connectors', 'serve', 'worker', 'demo'])
    expect(stdout).toMatch(new RegExp(`^  ${verb}`, 'm'));
});

test('an older Node is told at the start, with what to do', async () => {
  const node = [
    '--import',
    `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})`,
  ];
  const { code, stdout, stderr } = await runCli(['validate'], { node });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^Tributary needs Node 24 or newer, and this is 20\.20\.2 \(.+\)\.\n  Next: .*npx tributary/);
});

test('the program may be executed after every build, and says its version', async () => {
  expect((await stat('dist/core/app/cli/main.js')).mode & 0o111).toBe(0o111);
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(await project.run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test('help of a verb names its options, and those of all verbs', async () => {
  const { code, stdout } = await project.run(['sync', '--help']);
  expect(code).toBe(0);
  for (const option of ['--full-refresh', '--config', '--json']) expect(stdout).toContain(option);
});

test('no verb at all shows the help and is a usage error', async () => {
  const { code, stdout, stderr } = await project.run([]);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('Usage: tributary');
});

test.each([
  { args: ['snyc', 'daily'], says: 'Did you mean sync?' },
  { args: ['state', 'shwo'], says: 'Did you mean show?' },
  { args: ['sync', 'daily', '--full-refesh'], says: 'Did you mean --full-refresh?' },
  { args: ['worker', '--concurrency', '0'], says: 'It must be a whole number from 1 to 32.' },
  { args: ['sync'], says: "missing required argument 'connection'" },
  { args: ['sync', 'daily', '--from', '2026-02-30'], says: 'It must be a day like 2026-03-01.' },
  { args: ['sync', 'daily', '--to', '2026-03-01'], says: '--to needs --from' },
  { args: ['sync', 'daily', '--from', '2026-03-02', '--to', '2026-03-01'], says: 'is after --to' },
  { args: ['sync', 'daily', '--full-refresh', '--from', '2026-03-01'], says: 'cannot be used with option' },
  { args: ['runs', 'list', '--limit', 'many'], says: 'It must be a whole number above 0.' },
  { args: ['report', 'build', '--month', '2026-13'], says: 'It must be a month like 2026-03.' },
  { args: ['query', 'warehouse', 'select 1', 'select 2'], says: 'too many arguments' },
])('usage error, exit code 2, nothing on stdout: $args', async ({ args, says }) => {
  const { code, stdout, stderr } = await project.run(args);
  expect(stderr).toContain(says);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test('a missing configuration file is told with its path and the next step', async () => {
  const { code, stderr, stdout } = await project.run(['validate', '--config', 'nowhere.yaml']);
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain('nowhere.yaml: cannot be read (ENOENT)');
  expect(stderr).toContain('tributary init');
});

test('with --json an error is data too, beside its sentence', async () => {
  const { code, stdout } = await project.run(['validate', '--config', 'nowhere.yaml', '--json']);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'tributary.error/1', data: { kind: 'config' } });
});

test('init writes a file that validates, and never overwrites one', async () => {
  const file = join(project.folder, 'fresh', 'mine.yaml');
  const first = await project.run(['init', '--config', file]);
  expect(first).toMatchObject({ code: 0, stdout: `wrote ${file}\n` });
  const text = await readFile(file, 'utf8');
  const valid = await project.run(['validate', '--config', file]);
  expect(valid.code).toBe(0);
  expect(valid.stdout).toContain('is valid');
  const again = await project.run(['init', '--config', file]);
  expect(again.code).toBe(3);
  expect(again.stderr).toContain('exists and is left as it is');
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('validate counts what there is', async () => {
  expect(await project.data(['validate'])).toEqual({
    file: project.config,
    sources: 1,
    destinations: 1,
    connections: 1,
    facts: 0,
  });
});

test('a wrong key of the file and of a plugin are both told with line and column', async () => {
  const file = await project.write(
    'wrong.yaml',
    `version: 1
project: { name: x, timezone: UTC }
sources:
  exports:
    connector: local
    config:
      files: [ { stream: s, path: ./a.csv, format: csv, delimeter: ";" } ]
destinations:
  warehouse: { connector: postgres, config: { url: embedded } }
connections:
  daily: { sorce: exports, source: exports, destination: warehouse, streams: { s: {} } }
`,
  );
  const { code, stderr, stdout } = await project.run(['validate', '--config', file]);
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/wrong\.yaml:11:12: connections\.daily\.sorce: .*source/);
  expect(stderr).toMatch(/wrong\.yaml:7:\d+: sources\.exports\.config\.files\[0\].*delimeter/);
  expect(stderr).toContain('error (config): 2 things are wrong');
});

test('config show prints defaults and masks what is secret, in both forms', async () => {
  const human = await project.run(['config', 'show']);
  expect(human.code).toBe(0);
  expect(human.stdout).toContain('metadata_schema: tributary');
  const { stdout: json } = await project.run(['config', 'show', '--json']);
  expect(JSON.parse(json)).toMatchObject({ schema: 'tributary.config/1' });
  const password = decodeURIComponent(new URL(project.warehouseUrl).password);
  expect(password).not.toBe('');
  for (const text of [human.stdout, json]) expect(text).not.toContain(password);
});

test('connectors list and spec tell what there is', async () => {
  const list = await project.data<{ kind: string; name: string }[]>(['connectors', 'list']);
  expect(list).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'source', name: 'local' }),
      expect.objectContaining({ kind: 'destination', name: 'postgres' }),
    ]),
  );
  const human = await project.run(['connectors', 'spec', 'postgres']);
  expect(human.code).toBe(0);
  expect(human.stdout).toMatch(/^url .*\(secret\)/m);
  const unknown = await project.run(['connectors', 'spec', 'brase']);
  expect(unknown.code).toBe(3);
  expect(unknown.stderr).toContain('There is no connector "brase"');
});

test('connectors need no configuration', async () => {
  const { code } = await project.run(['connectors', 'list', '--config', 'nowhere.yaml']);
  expect(code).toBe(0);
});

test('what is wrong is told once', async () => {
  const { code, stderr } = await project.run(['sync', 'daily', '--config', 'config/none.yaml']);
  expect(code).toBe(3);
  expect(stderr.split('\n').filter((line) => line.includes('cannot be read'))).toHaveLength(1);
});

test('a mistake in a statement is one of its author, and not of the server', async () => {
  const { code, stderr } = await project.run(['query', 'warehouse', 'select * from nowhere.at_all']);
  expect(code).toBe(3);
  expect(stderr).toContain('at_all');
  expect(stderr).toContain('Correct the statement.');
});
