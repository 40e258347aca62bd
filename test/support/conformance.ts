import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DestinationCase } from '../../core/sdk/testing/index.js';
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
