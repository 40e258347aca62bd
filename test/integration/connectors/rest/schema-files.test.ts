import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../../support/cli.js';
import { read } from './reading.js';

const manifest = (loader: string) => `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    primary_key: id
${loader}
    retriever:
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: a }
      record_selector: { extractor: { field_path: [] } }
`;
const LOADER = `    schema_loader: { type: JsonFileSchemaLoader, file_path: "./schemas/{{ parameters['name'] }}.json", $parameters: { name: a } }`;

const referring = (to: string) => JSON.stringify({ properties: { id: { $ref: to } } });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-schema-'));
});
afterEach(() => rm(folder, { recursive: true }));

const place = async (loader: string, schema?: string): Promise<string> => {
  await mkdir(join(folder, 'schemas'));
  if (schema !== undefined) await writeFile(join(folder, 'schemas/a.json'), schema);
  await writeFile(join(folder, 'm.yaml'), manifest(loader));
  return join(folder, 'm.yaml');
};
const reading = (file: string, config = {}) =>
  read({ manifest: file, config, script: () => ({ body: [{ id: 1 }] }) }).then(({ records }) => records['a']);

test.each([
  [
    'is missing',
    undefined,
    /m\.yaml:7: .*Stream "a": the schema file "\.\/schemas\/a\.json" cannot be read \(ENOENT\)/,
  ],
  ['is no JSON', '{ "type": ', /m\.yaml:7: .*the schema file "\.\/schemas\/a\.json" is no JSON/],
  ['is no schema', '[]', /m\.yaml:7: .*is no JSON Schema/],
  [
    'leads elsewhere',
    referring('b.json'),
    /m\.yaml:7: .*refers to "b\.json", .*\/schemas\/shared\/b\.json" cannot be read \(ENOENT\)/,
  ],
])('a declared schema file that %s is refused before a request, and by validate', async (_what, schema, expected) => {
  const file = await place(LOADER, schema);
  await expect(reading(file)).rejects.toMatchObject({ kind: 'config', message: expect.stringMatching(expected) });
  const { code, stdout } = await runCli(['connectors', 'validate', folder]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringMatching(expected) });
  // What to do stands there too.
  expect(stdout).toMatch(/Put it at|Correct "/);
});

test.each([
  [
    'that leads nowhere',
    referring('#/definitions/b'),
    /m\.yaml:7: .*refers to "#\/definitions\/b", which is not there/,
  ],
  [
    'that leads out of the folder',
    referring('../../b.json'),
    /m\.yaml:7: .*refers to "\.\.\/\.\.\/b\.json", which lies outside/,
  ],
  [
    'that leads into the net',
    referring('https://x.example/b.json'),
    /m\.yaml:7: .*refers to "https:\S+", which lies outside/,
  ],
  ['that leads to itself', referring('#/properties/id'), /m\.yaml:7: .*refers in a circle, by "#\/properties\/id"/],
])('a schema %s is refused', async (_what, schema, expected) => {
  const file = await place(LOADER, schema);
  await expect(reading(file)).rejects.toMatchObject({ kind: 'config', message: expect.stringMatching(expected) });
});

test('parts of a schema are found in the file and in the shared folder, before a value is typed by them', async () => {
  const file = await place(LOADER, referring('ids.json#/definitions/a~1b%20c'));
  await mkdir(join(folder, 'schemas/shared'));
  const shared = {
    definitions: {
      'a/b c': { $ref: '#/definitions/text' },
      text: { type: 'string' },
      unused: { $ref: '#/definitions/unused' },
    },
  };
  await writeFile(join(folder, 'schemas/shared/ids.json'), JSON.stringify(shared));
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('{ field_path: [] } }', '{ field_path: [] }, schema_normalization: Default }'));
  await expect(reading(file)).resolves.toEqual([{ id: '1' }]);
});

test.each(['../a.json', '/etc/hostname', 'schemas/../../a.json'])(
  'a schema file outside of the folder is not read: %s',
  async (path) => {
    const file = await place(
      `    schema_loader: { type: JsonFileSchemaLoader, file_path: ${JSON.stringify(path)} }`,
      '{}',
    );
    await expect(reading(file)).rejects.toThrow('lies outside of the folder of the manifest');
  },
);

test('a schema file that is there is read, and one that nobody declared may be missing', async () => {
  await expect(reading(await place(LOADER, '{ "type": "object" }'))).resolves.toEqual([{ id: 1 }]);
  await writeFile(join(folder, 'm.yaml'), manifest(''));
  await expect(reading(join(folder, 'm.yaml'))).resolves.toEqual([{ id: 1 }]);
});

test('a path that the configuration decides is judged with it', async () => {
  const file = await place(
    `    schema_loader: { type: JsonFileSchemaLoader, file_path: "schemas/{{ config['table'] }}.json" }`,
    '{}',
  );
  const { code } = await runCli(['connectors', 'validate', folder]);
  expect(code).toBe(0);
  await expect(reading(file, { table: 'a' })).resolves.toEqual([{ id: 1 }]);
  await expect(reading(file, { table: 'b' })).rejects.toThrow('the schema file "schemas/b.json" cannot be read');
});
