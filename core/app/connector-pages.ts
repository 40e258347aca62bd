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

/** Where more stands of a source than its definition says: text and path from the root. */
export const MORE: Readonly<Record<string, readonly (readonly [text: string, path: string])[]>> = {
  braze: [
    ['a whole configuration', 'config/braze.yaml'],
    ['one by events of Currents', 'config/braze-currents.yaml'],
    ['how to set up Currents', 'docs/guides/braze-currents.md'],
    ['a simulated Braze to try it with', 'docs/simulators/braze.md'],
  ],
  sfmc: [
    ['a whole configuration', 'config/sfmc.yaml'],
    ['one by files, without the API', 'config/sfmc-files.yaml'],
    ['how to set up the automation for files', 'docs/guides/sfmc-files.md'],
    ['a simulated Marketing Cloud to try it with', 'docs/simulators/sfmc.md'],
  ],
  singer: [
    ['a whole configuration', 'config/singer.yaml'],
    ['how to set it up', 'docs/guides/singer-and-airbyte.md'],
  ],
  sftp: [
    ['a whole configuration', 'config/sftp.yaml'],
    ['how to set it up', 'docs/guides/sftp.md'],
  ],
};

const pageOf = (plugin: SourcePlugin): Promise<string> =>
  sourcePage(plugin, {
    origin: `generated from connectors/${plugin.name} by \`node dist/core/app/connector-pages.js\`; do not edit`,
    more: `How it reads, what its numbers mean and what becomes of bad input: [connectors/${plugin.name}](../../connectors/${plugin.name}/README.md).${moreOf(plugin)}`,
  });

function moreOf({ name }: SourcePlugin): string {
  const links = (MORE[name] ?? []).map(([text, path]) => `[${text}](../../${path})`);
  return links.length === 0 ? '' : ` Beside it: ${links.join(', ')}.`;
}

// Run from the root of the package.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync('docs/connectors', { recursive: true });
  for (const [path, content] of Object.entries(await connectorPages())) writeFileSync(path, content);
}
