import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../../support/cli.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

let api: ScriptedApi;
let place: string;
beforeAll(async () => {
  api = await scriptedApi(() => ({ body: [{ id: 1, name: 'Ann Analyst' }] }));
  place = await mkdtemp(join(tmpdir(), 'tributary-own-modules-'));
  await writeFile(
    join(place, 'm.yaml'),
    `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: { id: { type: integer } } } }
    retriever:
      requester: { type: HttpRequester, url_base: "${api.url}", path: a }
      record_selector: { extractor: { field_path: [] } }
    transformations: [{ type: CustomTransformation, class_name: source_a.components.Own }]
`,
  );
  await writeFile(join(place, 'o.yaml'), 'allow: [loopback]\nmodules: { source_a.components.Own: ./own.ts }\n');
});
afterAll(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

const of = 'he module "own.ts" in place of "source_a.components.Own" (CustomTransformation)';

test.each([
  [
    'throws over a record',
    'export const Own = () => (record: any) => {\n  record.none.of = 1;\n};',
    5,
    `error (source): Stream "a": t${of} fails in line 2: TypeError: Cannot set properties of undefined (setting 'of')\n`,
  ],
  [
    'says what of a person stood there',
    'export const Own = () => (record: any) => JSON.parse(record.name);',
    5,
    `error (source): Stream "a": t${of} fails in line 1: SyntaxError: what it was given cannot be read\n`,
  ],
  [
    'says what stood in the midst of a long text',
    `export const Own = () => (record: any) => JSON.parse('{"n": "' + 'x'.repeat(60) + record.name + '" x' + 'y'.repeat(60));`,
    5,
    'SyntaxError: what it was given cannot be read\n',
  ],
  [
    'fails later than anybody waits',
    'export const Own = () => async () => { throw new Error("late"); };',
    0,
    'returns something, which is not used',
  ],
  [
    'throws as it is made',
    'export const Own = () => {\n  throw new Error("boom");\n};',
    3,
    `error (config): Stream "a": t${of} fails in line 2: boom\n`,
  ],
  [
    'makes nothing',
    'export const Own = () => { (record: any) => record; };',
    3,
    `error (config): Stream "a": t${of} gives nothing, where a function \`(record, slice) => void\` is due\n`,
  ],
  [
    'is no TypeScript',
    'const a = 1;\nexport const b = (;',
    3,
    'own.ts" cannot be loaded: line 2: SyntaxError: Expression expected.\n',
  ],
  ['imports what is not there', "import './none.ts';", 3, `/none.ts", which is not there.\n`],
  [
    'returns a record in place of changing it',
    'export const Own = () => (record: any) => ({ ...record, more: 1 });',
    0,
    `warning: Stream "a": the module in place of "source_a.components.Own" returns something, which is not used: a transformation changes the record that it is given.\n`,
  ],
])('of a module that %s is said which one it is, and what is wrong with it', async (_of, module, code, told) => {
  await writeFile(join(place, 'own.ts'), module);
  const end = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml'], { cwd: place });
  expect(end).toMatchObject({ code, stderr: expect.stringContaining(told) });
  expect(end.stderr).not.toMatch(/    at |Analyst/);
});

test('a filter that answers a promise is refused: every record would pass it', async () => {
  await writeFile(join(place, 'own.ts'), 'export const Own = () => async () => false;');
  const manifest = await readFile(join(place, 'm.yaml'), 'utf8');
  await writeFile(
    join(place, 'f.yaml'),
    manifest
      .replace(/    transformations: .*\n/, '')
      .replace(
        'field_path: [] }',
        'field_path: [] }, record_filter: { type: CustomRecordFilter, class_name: source_a.components.Own }',
      ),
  );
  const { code, stderr } = await runCli(['connectors', 'try', 'f.yaml', '--options', 'o.yaml'], { cwd: place });
  expect(stderr).toContain('(CustomRecordFilter) answers a promise, where true or false at once is due');
  expect(code).toBe(3);
});

test('a module that is not there is said to be so', async () => {
  await rm(join(place, 'own.ts'));
  const { stderr } = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml'], { cwd: place });
  expect(stderr).toContain('own.ts" cannot be loaded: it is not there.');
});
