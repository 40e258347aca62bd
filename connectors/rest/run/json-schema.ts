import { isComponent, type Component } from '../manifest/text.js';

/** What of a value does not fit a JSON Schema, by the names of fields and never by values: those may be secrets. */
export function schemaFaults(value: unknown, schema: Component, path: string): readonly string[] {
  const faults: string[] = [];
  const types = schema['type'] === undefined ? [] : [schema['type']].flat().map(String);
  if (types.length > 0 && !types.some((type) => isOfType(value, type)))
    return [`${path}: it must be ${types.join(' or ')}`];
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !allowed.some((one) => one === value))
    faults.push(`${path}: it must be one of ${allowed.map(String).join(', ')}`);
  if ('const' in schema && schema['const'] !== value)
    faults.push(`${path}: it must be ${JSON.stringify(schema['const'])}`);
  if (typeof value === 'number') {
    if (typeof schema['minimum'] === 'number' && value < schema['minimum'])
      faults.push(`${path}: it must be at least ${schema['minimum']}`);
    if (typeof schema['maximum'] === 'number' && value > schema['maximum'])
      faults.push(`${path}: it must be at most ${schema['maximum']}`);
  }
  if (Array.isArray(value) && isComponent(schema['items']))
    value.forEach((item, at) => faults.push(...schemaFaults(item, schema['items'] as Component, `${path}.${at}`)));
  if (isComponent(value)) {
    for (const name of (schema['required'] ?? []) as readonly unknown[])
      if (value[String(name)] === undefined) faults.push(`${path}.${String(name)}: it is needed`);
    const properties = isComponent(schema['properties']) ? schema['properties'] : {};
    for (const [name, property] of Object.entries(properties))
      if (isComponent(property) && value[name] !== undefined && value[name] !== null)
        faults.push(...schemaFaults(value[name], property, `${path}.${name}`));
  }
  const choices = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(choices) && choices.length > 0) {
    const tries = choices.filter(isComponent).map((choice) => schemaFaults(value, choice, path));
    if (!tries.some((one) => one.length === 0)) faults.push(...tries.toSorted((a, b) => a.length - b.length)[0]!);
  }
  return faults;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isComponent(value);
    case 'integer':
      return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint';
    default:
      return typeof value === type;
  }
}

/** A text that a schema marks as secret, and the path that it stands under. */
export interface Secret {
  readonly path: string;
  readonly value: string;
}

/** What of a value its schema marks as secret, however deep. */
export function secretsIn(value: unknown, schema: unknown, path = ''): readonly Secret[] {
  if (!isComponent(schema)) return [];
  if (schema['airbyte_secret'] === true) return typeof value === 'string' ? [{ path, value }] : [];
  const inside =
    isComponent(schema['properties']) && isComponent(value)
      ? Object.entries(schema['properties']).flatMap(([name, property]) =>
          secretsIn(value[name], property, path === '' ? name : `${path}.${name}`),
        )
      : [];
  const choices = [schema['oneOf'], schema['anyOf']].flat().flatMap((choice) => secretsIn(value, choice, path));
  return [...inside, ...choices];
}
