import type { Field, FieldType } from '../../../protocol/index.js';
import type { Json } from './messages.js';

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The columns that the JSON Schema of a stream describes, by Airbyte's types. A `number` is a `decimal`, so that every digit is kept; what
 * may be of several types is `json`.
 */
export function fieldsOfSchema(schema: Json, key: readonly string[]): readonly Field[] {
  const properties = isJson(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeOf(property),
    nullable: !key.includes(name),
    ...(isJson(property) && typeof property['description'] === 'string' && property['description'] !== ''
      ? { description: property['description'].split('\n')[0]!.slice(0, 500) }
      : {}),
  }));
}

function typeOf(property: unknown): FieldType {
  if (!isJson(property)) return 'json';
  const choices = property['oneOf'] ?? property['anyOf'];
  if (property['type'] === undefined && Array.isArray(choices)) {
    const types = new Set(choices.filter((one) => !(isJson(one) && one['type'] === 'null')).map(typeOf));
    if (types.size === 2 && types.has('integer') && types.has('decimal')) return 'decimal';
    return types.size === 1 ? [...types][0]! : 'json';
  }
  const types = [property['type']].flat().filter((type) => type !== 'null' && type !== undefined);
  if (types.length === 2 && types.includes('integer') && types.includes('number')) return 'decimal';
  if (types.length !== 1) return 'json';
  switch (types[0]) {
    case 'string':
      return textType(property);
    case 'integer':
      return 'integer';
    case 'number':
      return property['airbyte_type'] === 'integer' ? 'integer' : 'decimal';
    case 'boolean':
      return 'boolean';
    default:
      return 'json';
  }
}

function textType({ format, airbyte_type: kind }: Json): FieldType {
  // Numbers that the JSON of some programs cannot hold.
  if (kind === 'big_integer' || kind === 'big_number') return 'decimal';
  if (format === 'date') return 'date';
  if (format === 'date-time') return kind === 'timestamp_without_timezone' ? 'timestamp' : 'timestamptz';
  // A time with a zone has no column of its own in any destination.
  if (format === 'time') return kind === 'time_without_timezone' ? 'time' : 'string';
  return 'string';
}

/** By our type: how Airbyte calls it. */
const SCHEMAS: Readonly<Record<FieldType, Json | undefined>> = {
  string: { type: 'string' },
  uuid: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  decimal: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time', airbyte_type: 'time_without_timezone' },
  timestamp: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  timestamptz: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  // Anything: a schema without a type.
  json: undefined,
};

/** The JSON Schema of a stream with these columns. */
export function schemaOfFields(fields: readonly Field[]): Json {
  const properties = Object.fromEntries(
    fields.map(({ name, type, nullable, description }) => {
      const schema = SCHEMAS[type];
      return [
        name,
        {
          ...(schema === undefined ? {} : { ...schema, type: nullable ? ['null', schema['type']] : schema['type'] }),
          ...(description === undefined ? {} : { description }),
        },
      ];
    }),
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: true,
    properties,
  };
}

const ZONE = /(?:[zZ]|[+-]\d{2}(?::?\d{2})?)$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const UTC = /(?:[zZ]|[+-]00(?::?00)?)$/;

/**
 * Changes instants as their types want them, in place: one without a zone is of UTC, as Airbyte's destinations take it, and of a
 * time without zone one of UTC is taken off. What is no such text stays, for the row program to judge. Undefined: nothing is to do.
 */
export function zoneFixer(fields: readonly Field[]): ((data: Record<string, unknown>) => void) | undefined {
  const instants = fields.filter(({ type }) => type === 'timestamptz').map(({ name }) => name);
  const local = fields.filter(({ type }) => type === 'timestamp').map(({ name }) => name);
  if (instants.length + local.length === 0) return undefined;
  return (data) => {
    for (const name of instants) {
      const value = data[name];
      if (typeof value !== 'string') continue;
      if (DAY.test(value)) data[name] = `${value}T00:00:00Z`;
      else if (value.length > 10 && !ZONE.test(value.slice(10))) data[name] = `${value}Z`;
    }
    for (const name of local) {
      const value = data[name];
      if (typeof value === 'string' && value.length > 10 && UTC.test(value))
        data[name] = value.replace(UTC, '').trimEnd();
    }
  };
}
