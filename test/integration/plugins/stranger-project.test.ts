import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { installPackage, ROOT, runNode, strangersCopy } from './stranger.js';

let folder: string;
let project: string;

beforeAll(async () => {
  folder = await strangersCopy();
  project = join(folder, 'clinic-events');
  await installPackage(project);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const compile = () =>
  runNode([resolve(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.', '--pretty', 'false'], project);

describe('a project of its own, in which the package is installed', () => {
  test('its types are checked against those of the package, and a wrong use does not compile', async () => {
    await copyFile(resolve(ROOT, 'test/fixtures/plugins/wrong-types.ts'), join(project, 'wrong-types.ts'));
    expect(await compile()).toMatchObject({ code: 0, stdout: '' });

    // Without this the test above would pass also if the package had no types at all.
    await writeFile(
      join(project, 'mistake.ts'),
      "import { secret } from 'tributary/sdk';\nexport const key = secret(7);\n",
    );
    const { code, stdout } = await compile();
    expect(code).not.toBe(0);
    expect(stdout).toContain("mistake.ts(2,27): error TS2345: Argument of type 'number' is not assignable");
    expect(stdout.trim().split('\n')).toHaveLength(1);
    await rm(join(project, 'mistake.ts'));
  });

  test('its own test runs the contract by the name of the package', async () => {
    const { code, stdout } = await runNode(['--test', '--test-reporter=tap', 'test/clinic-events.test.ts'], project);
    expect(stdout).toContain('ok 1 - clinic_events keeps the contract of a source');
    expect(code).toBe(0);
  });
});
