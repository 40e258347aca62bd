import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DESTINATION_CASES,
  openDestinationSuite,
  type DestinationCase,
  type DestinationSuite,
} from '../../core/sdk/testing/index.js';
import { startCli, type CliOptions } from './cli.js';

export interface ConformanceFolder {
  readonly path: string;
  readonly config: string;
  /** The destination in a process of its own, started as a user does. */
  readonly start: NonNullable<DestinationCase['startWriter']>;
  close(): void;
}

/** A configuration with one destination, `target`. */
export function conformanceFolder(connector: string, config: object, options: CliOptions = {}): ConformanceFolder {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-conformance-'));
  const file = join(folder, 'tributary.yaml');
  // JSON is YAML.
  const settings = {
    version: 1,
    project: { name: 'conformance', timezone: 'UTC' },
    sources: {},
    destinations: { target: { connector, config } },
    connections: {},
  };
  writeFileSync(file, JSON.stringify(settings));
  return {
    path: folder,
    config: file,
    start: (task) =>
      startCli(['connectors', 'test', 'target', '--config', file, '--task', JSON.stringify(task)], options).child,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A destination to try, and what ends it. */
export interface Tried {
  readonly subject: DestinationCase;
  close(): Promise<void>;
}

/** One test per case: passed, or not applicable with the reason that is expected; nothing else. */
export function everyCase(open: () => Promise<Tried>, notApplicable: Readonly<Record<string, string>> = {}): void {
  let tried: Tried | undefined;
  let suite: DestinationSuite | undefined;
  beforeAll(async () => {
    tried = await open();
    suite = await openDestinationSuite(tried.subject);
  });
  afterAll(async () => {
    await suite?.close();
    await tried?.close();
  });
  it.each(DESTINATION_CASES)('$area: $name', async (one) => {
    const { outcome, reason } = await suite!.run(one);
    const expected = notApplicable[one.name];
    expect({ outcome, reason }).toEqual(
      expected === undefined ? { outcome: 'passed' } : { outcome: 'not_applicable', reason: expected },
    );
  });
  it('no expectation is left of a case that is gone', () => {
    const names = new Set(DESTINATION_CASES.map(({ name }) => name));
    expect(Object.keys(notApplicable).filter((name) => !names.has(name))).toEqual([]);
  });
}
