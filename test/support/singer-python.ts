import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(process.cwd(), 'node_modules/.cache/singer');

/** A program of the Singer world that `.ci/run` has installed; undefined where it is not there. */
export function singerProgram(name: string): string | undefined {
  const path = join(FOLDER, 'bin', name);
  return existsSync(path) ? path : undefined;
}

/** The streams with which the Singer SDK tries targets, by name; undefined where it is not installed. */
export function targetTestStreams(): Readonly<Record<string, string>> | undefined {
  const library = join(FOLDER, 'lib');
  if (!existsSync(library)) return undefined;
  for (const python of readdirSync(library)) {
    const folder = join(library, python, 'site-packages/singer_sdk/testing/target_test_streams');
    if (!existsSync(folder)) continue;
    const files = readdirSync(folder).filter((file) => file.endsWith('.singer'));
    return Object.fromEntries(files.map((file) => [file.replace('.singer', ''), join(folder, file)]));
  }
  return undefined;
}
