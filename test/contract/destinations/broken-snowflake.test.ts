import { defaultUser, startSnowflakeSimulator, type SnowflakeSimulator } from '../../simulators/snowflake/server.js';
import { conformanceFolder, type ConformanceFolder } from '../../support/conformance.js';
import { CASES, suiteOn } from './mutated.js';

let account: SnowflakeSimulator;
let folder: ConformanceFolder;
beforeAll(async () => {
  account = await startSnowflakeSimulator({ blockerIdleMs: 2_000 });
  folder = conformanceFolder('snowflake', {
    account: account.account,
    endpoint: account.url,
    username: defaultUser.name,
    password: defaultUser.password,
    warehouse: 'LOADING',
    database: 'ANALYTICS',
  });
});
afterAll(async () => {
  folder?.close();
  await account?.close();
});

describe('the conformance suite on snowflake', () => {
  it('is green over the destination as it is', async () => {
    const cases = [CASES.before, CASES.equal, CASES.zombie, CASES.many];
    expect(await suiteOn(folder, cases)).toEqual({ code: 0, failed: [], passed: 4 });
  });

  it.each([
    [
      'rows that are committed before their bookmark',
      'snowflake_bookmark_after_the_commit',
      'before',
      /has taken over/,
    ],
    ['`>` instead of `>=` between versions', 'snowflake_equal_version_left_out', 'equal', /Updated: 0 instead of 1/],
    ['a fence that is not checked', 'snowflake_fence_not_checked', 'zombie', /is not refused/],
    ['a COPY with ON_ERROR = CONTINUE', 'snowflake_copy_skips', 'many', /read 40000 ≠ .* 39998/],
  ] as const)('turns red over %s', async (_what, mutation, name, reason) => {
    const { code, failed } = await suiteOn(folder, [CASES[name]], mutation);
    expect({ code, failed }).toEqual({ code: 6, failed: [expect.stringMatching(reason)] });
  });
});
