import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

/** `connectors test` on sources: one of the configuration, and a plugin that breaks the contract. */

let project: Project;
beforeAll(async () => {
  project = await newProject(
    csvConnection().replace(
      'sources:\n',
      "sources:\n  broken: { connector: ./broken.mjs, config: { token: 'a-token-of-the-plugin' } }\n",
    ),
  );
  await project.write('data/1.csv', 'id,sent\n1,5\n');
  await project.write(
    'broken.mjs',
    `import { defineSource, secret } from 'tributary/sdk';
import { z } from 'zod';
export const broken = defineSource({
  name: 'broken', summary: 'x', config: z.strictObject({ token: secret('A token') }),
  connect: () => ({}), check: () => undefined,
  streams: (kind) => ({
    people: kind.fullRefresh({ summary: 'x', primaryKey: ['id'], schema: z.object({ id: z.string() }), read: async function* () { yield [{ id: '1' }, { id: '1' }]; } }),
    places: kind.fullRefresh({ summary: 'x', primaryKey: ['id'], schema: z.object({ id: z.string() }), read: async function* () { yield [{ id: '1' }]; } }),
  }),
});
`,
  );
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test('a source that keeps the contract passes', async () => {
  expect(await project.data(['connectors', 'test', 'exports', '--until', '2026-01-01'])).toEqual({
    source: 'exports',
    until: '2026-01-01',
    findings: [],
  });
});

test('one that does not is told what, with the code of a source, and nothing is written', async () => {
  const { code, stdout } = await project.run(['connectors', 'test', 'broken', '--stream', 'people', '--json']);
  expect(code).toBe(5);
  expect(JSON.parse(stdout).data.findings).toEqual([
    { check: 'check', stream: null, message: 'resolves although the credential is wrong' },
    { check: 'primary key', stream: 'people', message: expect.stringContaining('is not unique') },
  ]);
  expect(
    await project.rows(`SELECT 1 FROM information_schema.schemata WHERE schema_name IN ('tributary', 'raw')`),
  ).toEqual([]);
});
