import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { sourcePage } from '../plugins/index.js';
import type { SourcePlugin } from '../sdk/index.js';
import { connectorList } from './built-in.js';

/** The pages of the sources that come with Tributary, by their path, as they must be now. */
export async function connectorPages(): Promise<Readonly<Record<string, string>>> {
  const sources = connectorList.filter((plugin) => plugin.kind === 'source');
  const pages = sources.map(async (plugin) => [`docs/connectors/${plugin.name}.md`, await pageOf(plugin)] as const);
  return Object.fromEntries(await Promise.all(pages));
}

const pageOf = (plugin: SourcePlugin): Promise<string> =>
  sourcePage(plugin, {
    origin: `generated from connectors/${plugin.name} by \`node dist/core/app/connector-pages.js\`; do not edit`,
    more: `How it reads, what its numbers mean and what becomes of bad input: [connectors/${plugin.name}](../../connectors/${plugin.name}/README.md).`,
  });

// Run from the root of the package.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync('docs/connectors', { recursive: true });
  for (const [path, content] of Object.entries(await connectorPages())) writeFileSync(path, content);
}
