import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../../faults/at-point.js';
import type { MUTATIONS } from '../../faults/mutations.js';
import { runCli } from '../../support/cli.js';
import type { ConformanceFolder } from '../../support/conformance.js';

/** Built like the program, by `npm test`. */
const PRELOAD = fileURLToPath(new URL('../../../dist/test/faults/at-point.js', import.meta.url));

export interface SuiteEnd {
  readonly code: number | null;
  /** Reasons of the cases that failed. */
  readonly failed: readonly string[];
  readonly passed: number;
}

/** `tributary connectors test` on the real destination, or on one with a deliberate mistake. */
export async function suiteOn(
  folder: ConformanceFolder,
  cases: readonly string[],
  mutation?: keyof typeof MUTATIONS,
): Promise<SuiteEnd> {
  const trace = join(folder.path, 'trace');
  const fault: Fault = { trace, mutations: mutation === undefined ? [] : [mutation] };
  const args = ['connectors', 'test', 'target', '--config', folder.config, '--json', '--case', ...cases];
  const { code, stdout, stderr } = await runCli(args, {
    node: ['--import', PRELOAD],
    env: { TRIBUTARY_FAULT: JSON.stringify(fault) },
  });
  if (!stdout.includes('tributary.connectors_test/1')) throw new Error(`It ended with ${code}: ${stderr}`);
  // A mistake that was not put in would prove nothing.
  if (mutation !== undefined) expect(readFileSync(trace, 'utf8')).toContain(`mutated ${mutation} `);
  const { data } = JSON.parse(stdout) as { data: { passed: number; cases: { outcome: string; reason: string }[] } };
  const failed = data.cases.filter(({ outcome }) => outcome === 'failed').map(({ reason }) => reason);
  return { code, failed, passed: data.passed };
}

/** Parts of the names of cases that find the mistakes. */
export const CASES = {
  before: 'nothing shows before the commit',
  failure: 'a failure at any named point',
  equal: 'of two versions that are equal',
  zombie: 'a run that was taken over commits nothing any more',
  many: 'forty thousand rows',
} as const;
