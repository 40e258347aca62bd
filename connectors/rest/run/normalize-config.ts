import { ConnectorError } from '#sdk';
import { schemaFaults } from '#sdk/wire/airbyte';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { removeAlong, setAlong } from '../records/change.js';
import { stepsOf, valueAlong } from '../records/path.js';
import type { LiteralType } from '../template/template.js';
import { setKey, textOf } from '../template/values.js';
import { Condition, flatInput, Text } from './text.js';
import type { Replacement } from './environment.js';

/**
 * The configuration as the manifest wants it: brought over from older forms, with defaults in place, changed, and judged by its schema and its rules.
 * Throws `config` with all that is wrong, by the names of the fields alone.
 */
export function normalizedConfig(
  spec: Component | undefined,
  given: Component,
  replacements: ReadonlyMap<string, Replacement>,
): Component {
  const config = structuredClone(given);
  const rules = isComponent(spec?.['config_normalization_rules']) ? spec['config_normalization_rules'] : {};
  for (const migration of componentsOf(rules['config_migrations']))
    for (const one of componentsOf(migration['transformations'])) change(one, config, replacements);
  // What a migration brings over from an older form is not left out.
  if (isComponent(spec?.['connection_specification'])) addDefaults(config, spec['connection_specification']);
  for (const one of componentsOf(rules['transformations'])) change(one, config, replacements);
  const faults = [
    ...(isComponent(spec?.['connection_specification'])
      ? unfit(config, spec['connection_specification'], 'manifest_config')
      : []),
    ...componentsOf(rules['validations']).flatMap((rule) => judged(rule, config, replacements)),
  ];
  if (faults.length > 0)
    throw new ConnectorError('config', faults.join('\n'), {
      hint: "Set them under `config` of the source, as the manifest's `spec` says.",
    });
  return deepFrozen(config);
}

/** What is left out and has a default in the manifest's `spec`, which forms that are made of it fill in. */
function addDefaults(config: Component, { properties }: Component): void {
  if (!isComponent(properties)) return;
  for (const [name, schema] of Object.entries(properties)) {
    if (!isComponent(schema)) continue;
    const usual = usualOf(schema);
    if (config[name] === undefined && usual !== undefined) setKey(config, name, usual);
    if (isComponent(config[name])) addDefaults(config[name], schema);
  }
}

/** The default of a field. Some that are to be numbers are written as texts; one that its own schema refuses is none. */
function usualOf(schema: Component): unknown {
  const written = schema['default'];
  if (written === undefined) return undefined;
  const isFit = (value: unknown) => schemaFaults(value, schema).length === 0;
  if (typeof written === 'string' && written !== '' && !isFit(written) && isFit(Number(written)))
    return Number(written);
  return isFit(written) ? structuredClone(written) : undefined;
}

function change(node: Component, config: Component, replacements: ReadonlyMap<string, Replacement>): void {
  const around = { config, parameters: {} };
  switch (node['type']) {
    case 'ConfigAddFields': {
      const condition =
        typeof node['condition'] === 'string' && node['condition'] !== ''
          ? new Condition(node['condition'], around)
          : undefined;
      for (const field of componentsOf(node['fields'])) {
        const types = typeof field['value_type'] === 'string' ? [field['value_type'] as LiteralType] : undefined;
        const path = stepsOf(field['path'] as readonly unknown[]);
        const value = new Text(String(field['value']), around).value({}, types);
        if (condition === undefined || condition.holds({ value, path })) setAlong(config, path, value);
      }
      return;
    }
    case 'ConfigRemoveFields': {
      const condition =
        typeof node['condition'] === 'string' && node['condition'] !== ''
          ? new Condition(node['condition'], around)
          : undefined;
      if (condition?.holds({}) === false) return;
      for (const pointer of node['field_pointers'] as readonly (readonly unknown[])[])
        removeAlong(config, stepsOf(pointer));
      return;
    }
    case 'ConfigRemapField': {
      const path = (node['field_path'] as readonly unknown[]).map((part) => new Text(String(part), around).text());
      const target = valueAlong(config, path.slice(0, -1));
      const name = path.at(-1)!;
      const map = isComponent(node['map'])
        ? flatInput(node['map'], around)({})
        : (new Text(String(node['map']), around).value() as Component);
      if (!isComponent(target) || !Object.hasOwn(target, name)) return;
      const key = textOf(target[name]);
      if (Object.hasOwn(map, key)) setKey(target, name, map[key]);
      return;
    }
    default: {
      const made = replacements.get(String(node['class_name']))?.(node, around);
      if (made === undefined)
        throw new ConnectorError('internal', `There is no transformation of configurations "${String(node['type'])}"`);
      (made as (config: Component) => void)(config);
    }
  }
}

function judged(rule: Component, config: Component, replacements: ReadonlyMap<string, Replacement>): readonly string[] {
  const around = { config, parameters: {} };
  const strategy = rule['validation_strategy'] as Component;
  const path =
    rule['type'] === 'DpathValidator'
      ? stepsOf((rule['field_path'] as readonly unknown[]).map((part) => new Text(String(part), around).text()))
      : [];
  const value =
    rule['type'] === 'DpathValidator'
      ? valueAlong(config, path)
      : typeof rule['value'] === 'string'
        ? new Text(rule['value'], around).value()
        : rule['value'];
  if (value === undefined) return [];
  if (strategy['type'] !== 'ValidateAdheresToSchema') {
    const made = replacements.get(String(strategy['class_name']))?.(strategy, around) as
      | ((value: unknown) => string | undefined)
      | undefined;
    const fault = made?.(value);
    return fault === undefined ? [] : [fault];
  }
  const declared = strategy['base_schema'];
  const schema =
    typeof declared === 'string'
      ? (JSON.parse(textOf(new Text(declared, around).text())) as Component)
      : (declared as Component);
  const name = path.join('.') || 'the configuration';
  if (typeof value !== 'string') return unfit(value, schema, name);
  // A text is one in JSON, as the reference reads it.
  try {
    return unfit(JSON.parse(value), schema, name);
  } catch {
    return [`${name}: it is no JSON`];
  }
}

/** What of a value does not fit a JSON Schema, by the names of fields and never by values: those may be secrets. */
const unfit = (value: unknown, schema: Component, name: string): readonly string[] =>
  schemaFaults(value, schema).map(({ path, message }) => `${[name, ...path].join('.')}: it ${message}`);

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFrozen(part);
  }
  return value;
}
