import type { Field, FieldType } from '#sdk';
import { isComponent, type Component } from '../manifest/text.js';

/** The columns that a JSON Schema describes; undefined where it names none. What may be of several types is JSON. */
export function fieldsOfSchema(schema: Component, key: readonly string[]): readonly Field[] | undefined {
  const properties = schema['properties'];
  if (!isComponent(properties) || Object.keys(properties).length === 0) return undefined;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeOf(property),
    nullable: !key.includes(name),
    ...(isComponent(property) && typeof property['description'] === 'string'
      ? { description: property['description'].split('\n')[0]!.slice(0, 500) }
      : {}),
  }));
}

function typeOf(property: unknown): FieldType {
  if (!isComponent(property)) return 'json';
  const options = property['oneOf'] ?? property['anyOf'];
  if (property['type'] === undefined && Array.isArray(options)) {
    const types = new Set(options.filter((one) => !(isComponent(one) && one['type'] === 'null')).map(typeOf));
    return types.size === 1 ? [...types][0]! : 'json';
  }
  const types = [property['type']]
    .flat()
    .filter((type) => type !== 'null')
    .map(String);
  const [type] = types;
  if (types.length === 2 && types.includes('integer') && types.includes('number')) return 'number';
  if (types.length !== 1) return 'json';
  switch (type) {
    case 'string':
      return stringType(property);
    case 'integer':
      return 'integer';
    case 'number':
      return property['airbyte_type'] === 'integer' ? 'integer' : 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'json';
  }
}

function stringType({ format, airbyte_type: kind }: Component): FieldType {
  if (format === 'date') return 'date';
  if (format === 'date-time') return kind === 'timestamp_without_timezone' ? 'timestamp' : 'timestamptz';
  return 'string';
}

/** The columns of records that no schema describes: typed by the values that were met, JSON where those differ. */
export function fieldsOfRecords(
  records: readonly Readonly<Record<string, unknown>>[],
  key: readonly string[],
): readonly Field[] {
  const types = new Map<string, FieldType | undefined>();
  for (const record of records)
    for (const [name, value] of Object.entries(record)) types.set(name, wider(types.get(name), typeOfValue(value)));
  return Array.from(types, ([name, type]) => ({ name, type: type ?? 'string', nullable: !key.includes(name) }));
}

function typeOfValue(value: unknown): FieldType | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'bigint') return 'integer';
  // A whole number may be followed by one that is not.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : 'json';
}

function wider(known: FieldType | undefined, found: FieldType | undefined): FieldType | undefined {
  if (known === undefined || found === undefined || known === found) return known ?? found;
  const pair = new Set([known, found]);
  return pair.has('integer') && pair.has('number') ? 'number' : 'json';
}
