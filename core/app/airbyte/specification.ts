import { configSchema, type Plugin } from '../../plugins/index.js';
import { ConnectorError } from '../../sdk/index.js';
import {
  PROTOCOL_VERSION,
  schemaFaults,
  secretValues,
  type ConnectorSpecification,
  type Json,
} from '../../sdk/wire/airbyte/index.js';

/** The schema for streams without a namespace. An option of the bridge, for in our configuration it belongs to the connection. */
export const SCHEMA_OPTION = 'default_schema';
const DEFAULT_SCHEMA = 'raw_airbyte';

/** What a connector of ours takes, in the words of Airbyte. */
export function specificationOf(plugin: Plugin): ConnectorSpecification {
  const schema = marked(configSchema(plugin)) as Json;
  const isDestination = plugin.kind === 'destination';
  const properties = {
    ...(schema['properties'] as Json),
    ...(isDestination
      ? {
          [SCHEMA_OPTION]: {
            type: 'string',
            default: DEFAULT_SCHEMA,
            description: 'Schema for streams without a namespace; those with one land in a schema of its name',
          },
        }
      : {}),
  };
  return {
    protocol_version: PROTOCOL_VERSION,
    connectionSpecification: {
      ...schema,
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: plugin.name,
      properties,
    },
    ...(isDestination
      ? { supported_destination_sync_modes: ['overwrite', 'append', 'append_dedup'] as const }
      : { supportsIncremental: true }),
  };
}

/** `secret` is called `airbyte_secret` there. */
function marked(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(marked);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === 'secret' && typeof value === 'boolean' ? ['airbyte_secret', value] : [key, marked(value)],
    ),
  );
}

export interface Accepted {
  /** As the plugin takes it. */
  readonly config: unknown;
  readonly schema: string;
  /** Values that no text may show. */
  readonly secrets: readonly string[];
}

/** The configuration of `--config` as the plugin takes it. Throws a `config` error that names each option that is wrong, by its path. */
export function acceptedConfig(plugin: Plugin, given: unknown, defaultSchema = DEFAULT_SCHEMA): Accepted {
  const { connectionSpecification } = specificationOf(plugin);
  const references = referencesIn(given);
  if (references.length > 0)
    throw new ConnectorError(
      'config',
      `The configuration holds what only YAML of ours replaces: ${references.join('; ')}.`,
      {
        hint: 'Write the value itself into the file of `--config`, which should be readable by its owner alone, or let what starts this put it there.',
      },
    );
  const faults = schemaFaults(given, connectionSpecification).map(
    ({ path, message }) => `${path.join('.') || 'it'}: ${message}`,
  );
  const { [SCHEMA_OPTION]: schema = defaultSchema, ...own } = (given ?? {}) as Record<string, unknown>;
  const secrets = secretValues(given, connectionSpecification);
  if (faults.length > 0) throw refused(faults);
  const read = plugin.config.safeParse(plugin.kind === 'destination' ? own : given);
  if (!read.success)
    throw refused(read.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`));
  const config = read.data as Json;
  if (config['url'] === 'embedded')
    throw new ConnectorError('config', 'url: `embedded` is a database of a Tributary host, which is not there here.', {
      hint: 'Give the URL of a database.',
    });
  return { config, schema: String(schema), secrets };
}

/** A secret that is written so would be sent as the text that it is. `{{ }}` and a `$` alone are left to the connectors. */
const REFERENCE = /(?<!\$)\$\{(?:env|file|vault|aws|age):[^}:]*/;

function referencesIn(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value === 'string') {
    // Without the default that one may have: it may be a secret.
    const [reference] = REFERENCE.exec(value) ?? [];
    return reference === undefined ? [] : [`${path.join('.') || 'it'}: \`${reference}}\``];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => referencesIn(part, [...path, key]));
}

const refused = (faults: readonly string[]) =>
  new ConnectorError('config', `The configuration is not as it must be: ${faults.join('; ')}.`, {
    hint: 'The options are those of `spec`.',
  });
