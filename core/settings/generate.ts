import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { settingsJsonSchema } from './json-schema.js';
import { withTables } from './reference-page.js';

export const SCHEMA_FILE = 'config/tributary.schema.json';
export const PAGE_FILE = 'docs/configuration.md';

/** The files that are derived from the classes, by their path below `root`, as they must be now. */
export function generatedFiles(root: string): Readonly<Record<string, string>> {
  return {
    [SCHEMA_FILE]: `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`,
    [PAGE_FILE]: withTables(readFileSync(resolve(root, PAGE_FILE), 'utf8')),
  };
}

// Run from the root of the package: `node dist/core/settings/generate.js`.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const [path, content] of Object.entries(generatedFiles(process.cwd()))) writeFileSync(path, content);
