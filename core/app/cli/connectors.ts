import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { connectorsNewVerb } from './connectors-new.js';
import { connectorsTestVerb } from './connectors-test.js';
import { connectorsTryVerb } from './connectors-try.js';
import { connectorsValidateVerb } from './connectors-validate.js';
import { table } from './output.js';
import { does } from './verb.js';

export function connectorsVerb(program: Command): void {
  const group = program.command('connectors').description('the plugins');
  const list = group.command('list').description('those that come with Tributary');
  does(list, async ({ output }) => {
    const { connectorList } = await import('../built-in.js');
    const all = connectorList.map(({ kind, name, summary }) => ({ kind, name, summary }));
    output.data('tributary.connectors/1', all, () =>
      table(
        ['kind', 'name', 'summary'],
        all.map(({ kind, name, summary }) => [kind, name, summary]),
      ),
    );
  });
  const spec = group
    .command('spec')
    .description('the configuration that a plugin takes')
    .argument('<name>', 'a built-in name, a path, or an npm package');
  does(spec, async ({ output, configFile }, [name]) => {
    const [{ configKeys, configSchema, createRegistry }, { connectorList }] = await Promise.all([
      import('../../plugins/index.js'),
      import('../built-in.js'),
    ]);
    const plugin = await createRegistry(connectorList).plugin(name as string, resolve(dirname(configFile)));
    const schema = configSchema(plugin);
    const rows = configKeys(schema).map(({ key, type, isRequired, default: value, description, isSecret }) => [
      key,
      type,
      isRequired ? 'yes' : '',
      value === undefined ? '' : JSON.stringify(value),
      [description, isSecret ? '(secret)' : ''].filter(Boolean).join(' '),
    ]);
    output.data(
      'tributary.connector_spec/1',
      { kind: plugin.kind, name: plugin.name, summary: plugin.summary, config: schema },
      () =>
        `${plugin.name} (${plugin.kind}): ${plugin.summary}\n\n${table(['key', 'type', 'required', 'default', 'description'], rows)}`,
    );
  });
  connectorsTestVerb(group);
  connectorsNewVerb(group);
  connectorsTryVerb(group);
  connectorsValidateVerb(group);
}
