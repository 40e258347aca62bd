import { z } from 'zod';
import type { Plugin } from './plugin-form.js';

/** The JSON Schema of a plugin's configuration, as a person writes it. */
export function configSchema(plugin: Plugin): unknown {
  return z.toJSONSchema(plugin.config, { io: 'input', unrepresentable: 'any' });
}

/** One key of a configuration; keys of lists and maps are told with the way to them. */
export interface ConfigKey {
  readonly key: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly default?: unknown;
  readonly description: string;
  readonly isSecret: boolean;
}

interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly secret?: boolean;
  readonly format?: string;
  /** What a text says, where a format of JSON Schema has no name for it: `.meta({ kind: 'time zone' })`. */
  readonly kind?: string;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** In the order of the schema, keys of lists and maps below their own. */
export function configKeys(schema: unknown, prefix = ''): readonly ConfigKey[] {
  const { properties = {}, required = [] } = merged(schema as SchemaNode);
  return Object.entries(properties).flatMap(([name, node]) => [
    {
      key: `${prefix}${name}`,
      type: typeOf(node),
      isRequired: required.includes(name) && node.default === undefined,
      ...(node.default === undefined ? {} : { default: node.default }),
      description: node.description ?? '',
      isSecret: node.secret === true,
    },
    ...configKeys(node, `${prefix}${name}.`),
    ...(node.items === undefined ? [] : configKeys(node.items, `${prefix}${name}[].`)),
  ]);
}

/** The keys that may stand at a path of a configuration; none where they are free, or not known. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let forms = formsOf(schema as SchemaNode);
  for (const key of path) forms = forms.flatMap((form) => formsOf(below(form, key)));
  return [...new Set(forms.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

function below({ items, properties = {}, additionalProperties: rest }: SchemaNode, key: PropertyKey) {
  if (typeof key === 'number') return items;
  if (Object.hasOwn(properties, key)) return properties[String(key)];
  return typeof rest === 'object' ? rest : undefined;
}

/** The forms that a value may have: what chooses one may be a key, or that the others do not fit. */
const formsOf = (node: SchemaNode | undefined): readonly SchemaNode[] =>
  node === undefined ? [] : ((node.oneOf ?? node.anyOf)?.flatMap(formsOf) ?? [node]);

/** Of an object that has one of several forms: all their keys, each once. Required is what every form requires. */
function merged(schema: SchemaNode): SchemaNode {
  const { oneOf } = schema;
  if (oneOf === undefined) return schema;
  const properties: Record<string, SchemaNode> = {};
  for (const form of oneOf)
    for (const [name, node] of Object.entries(form.properties ?? {}))
      // A form that forbids the key that tells them apart says nothing of it.
      if (properties[name] === undefined || Object.keys(properties[name]).length === 0) properties[name] = node;
  const required = Object.keys(properties).filter((name) => oneOf.every((form) => form.required?.includes(name)));
  return { properties, required };
}

/** What a person writes, by the format of a text. */
const TEXTS: Readonly<Record<string, string>> = { date: 'date', uri: 'URL' };

function typeOf(node: SchemaNode): string {
  const { type, enum: values, const: constant, items, anyOf, oneOf, additionalProperties: rest } = node;
  if (node.kind !== undefined) return node.kind;
  if (oneOf !== undefined) return 'object';
  if (type === 'string' && node.format !== undefined) return TEXTS[node.format] ?? type;
  // A map has names of the reader's own.
  if (type === 'object' && node.properties === undefined && typeof rest === 'object') return `map of ${typeOf(rest)}`;
  if (constant !== undefined) return JSON.stringify(constant);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' | ');
  return type === 'array' && items !== undefined ? `list of ${typeOf(items)}` : (type ?? 'anything');
}
