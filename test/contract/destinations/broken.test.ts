import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../../faults/at-point.js';
import type { MUTATIONS } from '../../faults/mutations.js';
import { runCli } from '../../support/cli.js';
import { conformanceFolder, type ConformanceFolder } from '../../support/conformance.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

/** Built like the program, by `npm test`. */
const PRELOAD = fileURLToPath(new URL('../../../dist/test/faults/at-point.js', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
  /** Reasons of the cases that failed, by name. */
  readonly failed: Readonly<Record<string, string>>;
  readonly passed: number;
}

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

/** `tributary connectors test` on the real destination, or on one with a deliberate mistake. */
async function suite(cases: readonly string[], mutation?: keyof typeof MUTATIONS): Promise<Outcome> {
  const trace = join(folder.path, 'trace');
  const fault: Fault = { trace, mutations: mutation === undefined ? [] : [mutation] };
  const args = ['connectors', 'test', 'target', '--config', folder.config, '--json', '--case', ...cases];
  const { code, stdout, stderr } = await runCli(args, {
    node: ['--import', PRELOAD],
    env: { TRIBUTARY_FAULT: JSON.stringify(fault) },
  });
  if (mutation !== undefined) expect(readFileSync(trace, 'utf8')).toContain(`mutated ${mutation} `);
  const { data } = JSON.parse(stdout) as {
    data: { passed: number; cases: { name: string; outcome: string; reason: string }[] };
  };
  const failed = data.cases.filter(({ outcome }) => outcome === 'failed').map(({ name, reason }) => [name, reason]);
  return { code, stderr, failed: Object.fromEntries(failed), passed: data.passed };
}

const BEFORE = 'nothing shows before the commit';
const FAILURE = 'a failure at any named point';
const EQUAL = 'of two versions that are equal';
const ZOMBIE = 'a run that was taken over commits nothing any more';
const MANY = 'forty thousand rows';

describe('the conformance suite', () => {
  it('is green over the destination as it is, and ends with 0', async () => {
    const { code, failed, passed } = await suite([BEFORE, FAILURE, EQUAL, ZOMBIE, MANY]);
    expect({ code, failed, passed }).toEqual({ code: 0, failed: {}, passed: 5 });
  });

  it.each([
    ['a bookmark outside the transaction', 'bookmark_outside_the_transaction', BEFORE, /Bookmarks at before_commit: 1/],
    ['rows that are committed before their bookmark', 'bookmark_after_the_commit', FAILURE, /too many/],
    ['a bookmark that is committed before its rows', 'bookmark_before_the_merge', FAILURE, /lacks/],
    ['`>` instead of `>=` between versions', 'equal_version_left_out', EQUAL, /Updated: 0 instead of 1/],
    ['a fence that is not checked', 'fence_not_checked', ZOMBIE, /is not refused/],
    ['a COPY that skips rows', 'staged_rows_skipped', MANY, /staged 40000 ≠ .* 39999/],
  ] as const)('turns red over %s', async (_what, mutation, name, reason) => {
    const { code, failed } = await suite([name], mutation);
    expect(code).toBe(6);
    expect(Object.values(failed)).toEqual([expect.stringMatching(reason)]);
  });

  it('says that no case has a name', async () => {
    const args = ['connectors', 'test', 'target', '--config', folder.config, '--case', 'nonsense'];
    expect(await runCli(args)).toMatchObject({ code: 3, stderr: expect.stringContaining('No case has "nonsense"') });
  });
});
