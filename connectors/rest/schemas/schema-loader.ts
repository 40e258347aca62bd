import { ConnectorError } from '#sdk';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { stepsOf, valueAlong } from '../records/path.js';
import { recordFilter, type SelectedRecord } from '../records/selector.js';
import { transformation } from '../records/transformation.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { EMPTY_SLICE } from '../run/slice.js';
import { Condition, Text } from '../run/text.js';
import { setKey, textOf } from '../template/values.js';
import { fileSchema } from './schema-files.js';

/** The JSON Schema of a stream; asked for once. */
export type LoadSchema = () => Promise<Component>;

export interface SchemaOptions {
  /** The folder of the manifest, in which schema files lie. */
  readonly folder: string;
  readonly readAll: (retriever: Component) => AsyncIterable<SelectedRecord>;
}

export function schemaLoader(
  value: unknown,
  stream: string,
  options: SchemaOptions,
  environment: Environment,
): LoadSchema {
  const nodes = componentsOf(value);
  let loading: Promise<Component> | undefined;
  const load = async (): Promise<Component> => {
    const schemas: Component[] = [];
    for (const node of nodes) schemas.push(await one(node, stream, options, environment));
    if (schemas.length <= 1) return schemas[0] ?? {};
    const properties = Object.assign({}, ...schemas.map(({ properties: own }) => own)) as Component;
    return { type: 'object', properties };
  };
  return () => (loading ??= load());
}

async function one(
  node: Component,
  stream: string,
  options: SchemaOptions,
  environment: Environment,
): Promise<Component> {
  switch (node['type']) {
    case 'InlineSchemaLoader':
      return isComponent(node['schema']) ? node['schema'] : {};
    case 'JsonFileSchemaLoader':
      return fileSchema(node, stream, options.folder, aroundOf(node, environment));
    case 'DynamicSchemaLoader':
      return dynamicSchema(node, options, environment);
    default: {
      const made = environment.replacements.get(String(node['class_name']))?.(node, aroundOf(node, environment)) as
        | (() => Promise<Component>)
        | undefined;
      if (made === undefined)
        throw new ConnectorError('internal', `There is no schema loader "${String(node['type'])}"`);
      return made();
    }
  }
}

/** Types that an API may give its fields, as JSON Schema. */
const TYPES: Readonly<Record<string, Component>> = {
  string: { type: ['null', 'string'] },
  boolean: { type: ['null', 'boolean'] },
  date: { type: ['null', 'string'], format: 'date' },
  timestamp_without_timezone: {
    type: ['null', 'string'],
    format: 'date-time',
    airbyte_type: 'timestamp_without_timezone',
  },
  timestamp_with_timezone: { type: ['null', 'string'], format: 'date-time' },
  time_without_timezone: { type: ['null', 'string'], format: 'time', airbyte_type: 'time_without_timezone' },
  time_with_timezone: { type: ['null', 'string'], format: 'time', airbyte_type: 'time_with_timezone' },
  integer: { type: ['null', 'integer'] },
  number: { type: ['null', 'number'] },
  array: { type: ['null', 'array'] },
  object: { type: ['null', 'object'] },
};

async function dynamicSchema(node: Component, options: SchemaOptions, environment: Environment): Promise<Component> {
  const identifier = node['schema_type_identifier'] as Component;
  const around = aroundOf(identifier, environment);
  const pointer = (name: string): readonly string[] | undefined => {
    const path = identifier[name];
    return Array.isArray(path) && path.length > 0
      ? stepsOf(path.map((part) => new Text(String(part), around).text()))
      : undefined;
  };
  const [where, keyAt, typeAt] = [
    pointer('schema_pointer') ?? [],
    pointer('key_pointer') ?? [],
    pointer('type_pointer'),
  ];
  const mapping = componentsOf(identifier['types_mapping']).map((entry) => ({
    current: entry['current_type'],
    target: entry['target_type'],
    condition: typeof entry['condition'] === 'string' ? new Condition(entry['condition'], around) : undefined,
  }));
  const typeOf = (definition: unknown): Component => {
    let type: unknown = typeAt === undefined ? 'string' : (valueAlong(definition, typeAt) ?? 'string');
    const mapped = mapping.find(
      ({ current, condition }) =>
        JSON.stringify(current) === JSON.stringify(type) &&
        (condition === undefined || condition.holds({ raw_schema: definition })),
    );
    if (mapped !== undefined) type = mapped.target;
    if (Array.isArray(type) && type.length === 2) return { oneOf: type.map(known) };
    if (isComponent(type)) return complex(type);
    return known(type);
  };

  let definitions: unknown = [];
  for await (const record of options.readAll(node['retriever'] as Component)) {
    definitions = valueAlong(record, where) ?? [];
    break;
  }
  let properties: Record<string, unknown> = {};
  for (const definition of Array.isArray(definitions)
    ? definitions
    : isComponent(definitions)
      ? Object.values(definitions)
      : []) {
    const key = valueAlong(definition, keyAt);
    if (typeof key !== 'string')
      throw new ConnectorError('source', 'The schema that an API tells has a field without a name.', {
        hint: 'Look at `key_pointer` of the DynamicSchemaLoader.',
      });
    setKey(properties, key, typeOf(definition));
  }
  if (isComponent(node['schema_filter'])) {
    const keep = recordFilter(node['schema_filter'], environment);
    properties = Object.fromEntries(
      Object.entries(properties).filter(([key, value]) => keep({ [key]: value }, EMPTY_SLICE, undefined)),
    );
  }
  for (const one of componentsOf(node['schema_transformations']))
    transformation(one, environment)(properties, EMPTY_SLICE);
  return { type: 'object', additionalProperties: true, properties };
}

function known(type: unknown): Component {
  const found = TYPES[textOf(type)];
  if (found === undefined)
    throw new ConnectorError(
      'source',
      `An API gives a field the type "${textOf(type).slice(0, 40)}", which is not known.`,
      { hint: 'Map it by `types_mapping` of the SchemaTypeIdentifier.' },
    );
  return { ...found };
}

function complex(type: Component): Component {
  const own = known(type['field_type']);
  if (type['items'] === undefined) return own;
  return { ...own, items: isComponent(type['items']) ? complex(type['items']) : known(type['items']) };
}
