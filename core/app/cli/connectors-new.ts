import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConnectorError } from '../../sdk/index.js';
import { does } from './verb.js';

const DECLARATIVE = (name: string) => `# ${name}: a REST API in the short form; docs/custom-api.md has all of it.
# Try it:  tributary connectors try ${name}/${name}.yaml --stream items --options ${name}/options.yaml
endpoint: "{{ config['endpoint'] }}"
auth: { bearer: "{{ config['token'] }}" }
streams:
  items:
    path: /items
    records: data                  # where the list stands in the answer; leave it out where the answer is the list
    primary_key: id
    # by its size it is known that a page was full: where no answer has next_cursor then, that is a fault
    paging: { cursor: next_cursor, parameter: cursor, size: 100, size_parameter: limit }
    # cursor: { field: updated_at, format: "%Y-%m-%dT%H:%M:%SZ", start: "{{ config['start_date'] }}", from: updated_since }
    fields: { id: string, name: string, updated_at: timestamp }
`;

const OPTIONS = (
  name: string,
) => `# Options of the source \`rest\` for \`connectors try\`; in a configuration they stand under \`config\`.
manifest_config: { endpoint: "\${env:${envName(name)}_URL:-https://api.example.com/v1}" }
secrets: { token: "\${env:${envName(name)}_TOKEN:-none}" }
`;

/** As plugins and variables are called, which have no dashes. */
const plainName = (name: string) => name.replaceAll('-', '_');
const envName = (name: string) => plainName(name).toUpperCase();

const TYPESCRIPT = (name: string) => `import { defineSource, secret } from 'tributary/sdk';
import { bearer, httpClient, cursorParam } from 'tributary/sdk/http';
import { z } from 'zod';

const item = z.object({ id: z.string(), name: z.string().nullable(), updated_at: z.iso.datetime().nullable() });

/** ${name}: one stream of an API that pages by a cursor. In a configuration: \`connector: ./${name}/${name}.source.ts\`. */
export default defineSource({
  name: '${plainName(name)}',
  summary: 'Items of the API.',
  config: z.strictObject({
    endpoint: z.string().default('https://api.example.com/v1').describe('Address of the API'),
    api_key: secret('Key of the API'),
  }),
  connect: ({ config, signal }) => httpClient({ baseUrl: config.endpoint, auth: bearer(config.api_key), signal }),
  check: (client) => client.get('/items', { limit: 1 }),
  streams: (kind) => ({
    items: kind.fullRefresh({
      summary: 'Every item',
      primaryKey: ['id'],
      schema: item,
      read: ({ client }) => client.pages('/items', { items: 'data', paginate: cursorParam({ from: 'next_cursor', param: 'cursor' }) }),
    }),
  }),
  close: (client) => client.close(),
});
`;

/** `connectors new`: a plugin to begin with, that runs as it stands. */
export function connectorsNewVerb(group: Command): void {
  const create = group
    .command('new')
    .description('a connector to begin with: a declarative manifest, or a source in TypeScript')
    .argument('<name>', 'such as my-dashboard')
    .option('--typescript', 'a source in TypeScript');
  does<{ readonly typescript?: boolean }>(create, async ({ output }, [given], { typescript }) => {
    if (!/^[a-z][a-z0-9_-]*$/.test(given as string))
      throw new ConnectorError('config', `"${given}" is no name of a connector.`, {
        hint: 'Use small letters, digits, - and _, a letter first, such as my-dashboard.',
      });
    const name = (given as string).replaceAll('_', '-');
    const files: Readonly<Record<string, string>> =
      typescript === true
        ? { [`${name}.source.ts`]: TYPESCRIPT(name) }
        : { [`${name}.yaml`]: DECLARATIVE(name), 'options.yaml': OPTIONS(name) };
    await mkdir(name, { recursive: true });
    const written: string[] = [];
    for (const [file, content] of Object.entries(files)) {
      const path = join(name, file);
      await writeFile(path, content, { flag: 'wx' }).catch((cause: unknown) => {
        throw new ConnectorError('config', `"${path}" is there already, or cannot be written.`, {
          cause,
          hint: 'Choose another name.',
        });
      });
      written.push(path);
    }
    output.data('tributary.connectors_new/1', { files: written }, () =>
      written.map((path) => `written: ${path}`).join('\n'),
    );
  });
}
