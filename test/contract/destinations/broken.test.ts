import { runCli } from '../../support/cli.js';
import { conformanceFolder, type ConformanceFolder } from '../../support/conformance.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';
import { CASES, suiteOn } from './mutated.js';

let database: TestDatabase;
let folder: ConformanceFolder;
beforeAll(async () => {
  database = await testDatabase();
  folder = conformanceFolder('postgres', { url: database.url });
});
afterAll(async () => {
  folder?.close();
  await database?.drop();
  await stopTestServer();
});

describe('the conformance suite on postgres', () => {
  it('is green over the destination as it is, and ends with 0', async () => {
    expect(await suiteOn(folder, Object.values(CASES))).toEqual({ code: 0, failed: [], passed: 5 });
  });

  it.each([
    [
      'a bookmark outside the transaction',
      'bookmark_outside_the_transaction',
      'before',
      /Bookmarks at before_commit: 1/,
    ],
    ['rows that are committed before their bookmark', 'bookmark_after_the_commit', 'failure', /too many/],
    ['a bookmark that is committed before its rows', 'bookmark_before_the_merge', 'failure', /lacks/],
    ['`>` instead of `>=` between versions', 'equal_version_left_out', 'equal', /Updated: 0 instead of 1/],
    ['a fence that is not checked', 'fence_not_checked', 'zombie', /is not refused/],
    ['a COPY that skips rows', 'staged_rows_skipped', 'many', /staged 40000 ≠ .* 39999/],
  ] as const)('turns red over %s', async (_what, mutation, name, reason) => {
    const { code, failed } = await suiteOn(folder, [CASES[name]], mutation);
    expect({ code, failed }).toEqual({ code: 6, failed: [expect.stringMatching(reason)] });
  });

  it('says that no case has a name', async () => {
    const args = ['connectors', 'test', 'target', '--config', folder.config, '--case', 'nonsense'];
    expect(await runCli(args)).toMatchObject({ code: 3, stderr: expect.stringContaining('No case has "nonsense"') });
  });
});
