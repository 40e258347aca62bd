import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../../support/cli.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

let api: ScriptedApi;
let cwd: string;
beforeEach(async () => {
  api = await scriptedApi(() => ({ body: [{ id: 1 }] }));
  cwd = await mkdtemp(join(tmpdir(), 'tributary-files-'));
  await mkdir(join(cwd, 'of'));
  await writeFile(
    join(cwd, 'm.yaml'),
    `endpoint: ${api.url}
auth: { header: { name: X-Key, value: "{{ config['key'] }}" } }
streams:
  a: { path: /a, primary_key: id, fields: { id: integer } }
`,
  );
});
afterEach(async () => {
  await api.close();
  await rm(cwd, { recursive: true });
});

const tried = async (options: string, more: readonly string[] = [], env: Record<string, string> = {}) => {
  await writeFile(join(cwd, 'of/o.yaml'), options);
  return runCli(['connectors', 'try', 'm.yaml', '--options', 'of/o.yaml', ...more], { cwd, env });
};
const withKey = (key: string) => `# \${env:NOBODY_READS_THIS}
allow: [loopback]
secrets:
  key: ${key}
`;

test.each([
  ['"${file:key.txt}"', 'from-a-file'],
  ['"Key ${file:key.txt}, ${env:PART}"', 'Key from-a-file, of-env'],
  ['"${env:EMPTY:-usual}"', 'usual'],
  ['"$${file:key.txt}"', '${file:key.txt}'],
])('a reference in a file of options is resolved as in the configuration: %s', async (key, sent) => {
  await writeFile(join(cwd, 'of/key.txt'), 'from-a-file\n');
  expect(await tried(withKey(key), [], { PART: 'of-env', EMPTY: '' })).toMatchObject({ code: 0, stderr: '' });
  expect(api.seen[0]!.headers['x-key']).toBe(sent);
});

test.each([
  ['"${file:none.txt}"', 'of/o.yaml:4:8: secrets.key: file none.txt cannot be read (ENOENT)'],
  ['"a ${env:NOT_SET_HERE}"', 'of/o.yaml:4:8: secrets.key: environment variable NOT_SET_HERE is not set; set it'],
  ['"${env:not set}"', 'of/o.yaml:4:8: secrets.key: holds ${ that begins no reference'],
  ['"${age:none.age}"', 'of/o.yaml:4:8: secrets.key: ${age:none.age}'],
])('a reference in it that cannot be resolved is refused as there: %s', async (key, fault) => {
  const end = await tried(withKey(key));
  expect(end).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(fault) });
  expect(end.stderr).toContain('error (config)');
  expect(api.seen).toEqual([]);
});

const NO_OPTIONS = 'holds no options; ';
test.each([
  ['allow: [loopback', 'of/o.yaml:1:17: no valid YAML'],
  ['allow: [loopback]\nallow: []\n', 'of/o.yaml:2:1: allow: duplicate key; it stands in line 1 already'],
  ['- loopback', `of/o.yaml:1:1: ${NO_OPTIONS}`],
  ['a key', `of/o.yaml:1:1: ${NO_OPTIONS}`],
])('a file of options that is none is told with its line: %j', async (text, fault) => {
  const end = await tried(text);
  expect(end).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(fault) });
  expect(end.stderr).toMatch(/\n {2}next: .*docs\/connectors\/rest\.md/);
});

test.each([
  ['{"a": {"day": "2024-03-01" "x": 1}}', 'no JSON: s.json:1:28.'],
  ['["2024-03-01"]', 'no state'],
  ['"2024-03-01"', 'no state'],
  [undefined, 'is not there'],
])('a file with a state that is none is told by its name, and nothing of it: %j', async (text, fault) => {
  if (text !== undefined) await writeFile(join(cwd, 's.json'), text);
  const end = await tried('allow: [loopback]', ['--state', 's.json']);
  expect(end).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(fault) });
  expect(end.stderr).toMatch(/^error \(config\): The file of `--state`, "s\.json".*\n {2}next: .+\n$/);
  expect(end.stderr).not.toContain('2024-03-01');
});

test.each(['recording.json', 'exchanges.jsonl'])('a recording whose %s is broken is told by its name', async (name) => {
  expect(await tried(withKey('a-key'), ['--record', 'kept'])).toMatchObject({ code: 0 });
  await writeFile(join(cwd, 'kept', name), '{"records": [{"town": "Aa');
  const end = await runCli(['connectors', 'test', '--replay', 'kept'], { cwd });
  expect(end).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(`^error .config.: "[^"]*kept/${name}" is no part`),
  });
  expect(end.stderr).toContain('next: Make a recording');
  expect(end.stderr).not.toContain('town');
});

test('a file of options that is not there is told by its name', async () => {
  const end = await runCli(['connectors', 'try', 'm.yaml', '--options', 'none.yaml'], { cwd });
  expect(end).toMatchObject({
    code: 3,
    stderr: 'error (config): The file of `--options`, "none.yaml", is not there.\n  next: Check the path.\n',
  });
});

test('a manifest that is not there is told by its name, and one with faults without a command that would ask for its options', async () => {
  const none = await runCli(['connectors', 'try', 'none.yaml'], { cwd });
  expect(none).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/none\.yaml" is not there\.\n {2}next: Check the path\.\n$/),
  });
  await writeFile(join(cwd, 'faulty.yaml'), 'streams: { a: { pathh: /a } }\n');
  const faulty = await runCli(['connectors', 'try', 'faulty.yaml'], { cwd });
  expect(faulty).toMatchObject({ code: 3, stderr: expect.stringContaining('pathh') });
  expect(faulty.stderr).toContain('next: Correct these lines; docs/custom-api.md says what');
});
