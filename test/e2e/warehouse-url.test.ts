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

test.each([
  ['a password with #', 'postgres://loader:hush#hush@127.0.0.1:5432/warehouse'],
  ['a password with /', 'postgres://loader:hush/hush@127.0.0.1:5432/warehouse'],
  ['a port of letters', 'postgres://loader:hush@127.0.0.1:hush/warehouse'],
])('%s in the url of the warehouse is told as a fault of the configuration, without the url', async (_what, url) => {
  for (const verb of [['validate'], ['check'], ['sync', 'daily']]) {
    const { code, stdout, stderr } = await project.run(verb, { env: { WAREHOUSE_URL: url } });
    expect({ verb, code }).toEqual({ verb, code: 3 });
    expect(stderr).toMatch(
      /tributary\.yaml:\d+:\d+: destinations\.warehouse\.config\.url: .*percent-encode the password/,
    );
    expect(stdout + stderr).not.toContain('hush');
  }
});
