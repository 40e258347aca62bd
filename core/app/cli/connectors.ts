import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
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
    const [{ createRegistry }, { connectorList }, { configSchema }] = await Promise.all([
      import('../../plugins/index.js'),
      import('../built-in.js'),
      import('../configuration.js'),
    ]);
    const plugin = await createRegistry(connectorList).plugin(name as string, resolve(dirname(configFile)));
    const schema = configSchema(plugin);
    output.data(
      'tributary.connector_spec/1',
      { kind: plugin.kind, name: plugin.name, summary: plugin.summary, config: schema },
      () =>
        `${plugin.name} (${plugin.kind}): ${plugin.summary}\n\n${table(['key', 'type', 'required', 'default', 'description'], describe(schema, ''))}`,
    );
  });
}

interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** One row per key, keys of lists and maps below their own. */
function describe(schema: unknown, prefix: string): readonly (readonly string[])[] {
  const { properties = {}, required = [] } = schema as SchemaNode;
  return Object.entries(properties).flatMap(([key, node]) => [
    [
      prefix + key,
      typeOf(node),
      required.includes(key) ? 'yes' : '',
      node.default === undefined ? '' : JSON.stringify(node.default),
      [node.description, node.secret === true ? '(secret)' : undefined].filter(Boolean).join(' '),
    ],
    ...describe(node, `${prefix}${key}.`),
    ...(node.items === undefined ? [] : describe(node.items, `${prefix}${key}[].`)),
  ]);
}

function typeOf({ type, enum: values, const: constant, items, anyOf }: SchemaNode): string {
  if (constant !== undefined) return JSON.stringify(constant);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' | ');
  return type === 'array' && items !== undefined ? `list of ${typeOf(items)}` : (type ?? 'anything');
}
