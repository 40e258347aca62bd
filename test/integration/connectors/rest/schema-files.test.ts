import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  ['leads elsewhere', '{ "properties": { "id": { "$ref": "b.json" } } }', /m\.yaml:7: .*holds a "\$ref"/],
])('a declared schema file that %s is refused before a request, and by validate', async (_what, schema, expected) => {
  const file = await place(LOADER, schema);
  await expect(reading(file)).rejects.toMatchObject({ kind: 'config', message: expect.stringMatching(expected) });
  const { code, stdout } = await runCli(['connectors', 'validate', folder]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringMatching(expected) });
  // What to do stands there too.
  expect(stdout).toMatch(/Put it at|Correct "|Write what/);
});

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
