import type { Field, FieldType } from '../../../protocol/index.js';
import { ConnectorError } from '../../errors.js';

/** JSON Schema (drafts 4 to 7) as far as columns follow from it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** References lead through each other; a circle has no end. */
const MOST_REFERENCES = 20;
const INT64 = 2 ** 63;

/**
 * The columns of a stream's schema, a property each. All but those of the key may be null: taps leave out what was not selected, and
 * `required` does not hold then. Values of several types are JSON, as are objects and arrays. Throws a `schema` error that names the
 * stream and the property where there are no properties, or where the key is not among them.
 */
export function fieldsOfSchema(stream: string, schema: JsonSchema, key: readonly string[]): readonly Field[] {
  const root = resolved(schema, schema, stream);
  const properties = root['properties'];
  const refuse = (what: string): never => {
    throw new ConnectorError('schema', `Stream "${stream}": its schema ${what}.`, {
      stream,
      hint:
        'Most often the program that describes the stream has found nothing to describe, by a path or an option of its configuration ' +
        'that is wrong. Else it is a fault of that program, or of the catalog it was given.',
    });
  };
  if (!isObject(properties) || Object.keys(properties).length === 0) return refuse('has no `properties`');
  const missing = key.filter((name) => !Object.hasOwn(properties, name));
  if (missing.length > 0) refuse(`lacks the key property "${missing.join('", "')}"`);
  return Object.entries(properties).map(([name, property]) => {
    if (property !== true && !isObject(property)) return refuse(`has a property "${name}" that is no schema`);
    const { type, ...digits } = columnOf(property === true ? {} : property, schema, `${stream}.${name}`);
    const description = isObject(property) ? property['description'] : undefined;
    return {
      name,
      type,
      nullable: !key.includes(name),
      ...digits,
      ...(typeof description === 'string' ? { description: description.split('\n')[0]!.slice(0, 500) } : {}),
    };
  });
}

type Column = Pick<Field, 'type' | 'precision' | 'scale'>;

function columnOf(given: JsonSchema, root: JsonSchema, place: string): Column {
  const choices = alternatives(given, root, place)
    .map(typeOf)
    .filter((type) => type !== undefined);
  const [first] = choices;
  if (first === undefined) return { type: 'json' };
  const types = new Set(choices.map(({ type }) => type));
  if (types.size === 1) return choices.length === 1 ? first : { type: first.type };
  if (isSubset(types, ['integer', 'number'])) return { type: 'number' };
  if (isSubset(types, ['integer', 'number', 'decimal'])) return { type: 'decimal' };
  // Any text holds what a text of a form holds.
  if (isSubset(types, ['string', 'timestamptz', 'date', 'time', 'uuid'])) return { type: 'string' };
  return { type: 'json' };
}

const isSubset = (types: ReadonlySet<FieldType>, of: readonly FieldType[]) =>
  [...types].every((type) => of.includes(type));

/** Each schema of one type that the value may fit, references and choices followed. */
function alternatives(given: JsonSchema, root: JsonSchema, place: string): readonly JsonSchema[] {
  const schema = resolved(given, root, place);
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices) && choices.length > 0) {
    const common = without(schema, 'anyOf', 'oneOf');
    return choices.filter(isObject).flatMap((choice) => alternatives({ ...common, ...choice }, root, place));
  }
  const parts = schema['allOf'];
  if (Array.isArray(parts) && parts.length > 0) {
    const common = without(schema, 'allOf');
    const whole = Object.assign(
      {},
      ...parts.filter(isObject).map((part) => resolved(part, root, place)),
      common,
    ) as JsonSchema;
    return alternatives(whole, root, place);
  }
  const types = schema['type'] ?? typesOfValues(schema);
  return [types].flat().map((type) => ({ ...schema, type }));
}

/** Of an enumeration without a type. */
function typesOfValues(schema: JsonSchema): unknown {
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(values)) return isObject(schema['properties']) ? 'object' : undefined;
  const typeNames = values.map((value) => {
    if (value === null) return 'null';
    if (Array.isArray(value)) return 'array';
    return Number.isInteger(value) ? 'integer' : typeof value;
  });
  return [...new Set(typeNames)];
}

function resolved(schema: JsonSchema, root: JsonSchema, place: string): JsonSchema {
  let found = schema;
  for (let step = 0; typeof found['$ref'] === 'string'; step += 1) {
    const path = found['$ref'].split('/');
    const target =
      path[0] === '#' && step < MOST_REFERENCES
        ? path.slice(1).reduce<unknown>((part, name) => (isObject(part) ? part[unescaped(name)] : undefined), root)
        : undefined;
    if (!isObject(target))
      throw new ConnectorError(
        'schema',
        `The schema of ${place} refers to "${String(found['$ref'])}", which leads nowhere.`,
        {
          hint: 'References within the schema alone are followed.',
        },
      );
    found = { ...target, ...without(found, '$ref') };
  }
  return found;
}

const without = (schema: JsonSchema, ...names: readonly string[]): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));

const unescaped = (name: string) => name.replaceAll('~1', '/').replaceAll('~0', '~');

/** Undefined for null, which every column but a key's takes. */
function typeOf(schema: JsonSchema): Column | undefined {
  switch (schema['type']) {
    case 'null':
      return undefined;
    case 'string':
      return stringColumn(schema);
    case 'integer':
      return { type: isWide(schema) ? 'decimal' : 'integer' };
    case 'number':
      return numberColumn(schema);
    case 'boolean':
      return { type: 'boolean' };
    default:
      return { type: 'json' };
  }
}

const FORMATS: Readonly<Record<string, FieldType>> = {
  'date-time': 'timestamptz',
  date: 'date',
  time: 'time',
  uuid: 'uuid',
  'singer.decimal': 'decimal',
  'x-singer.decimal': 'decimal',
};

function stringColumn(schema: JsonSchema): Column {
  const type = FORMATS[String(schema['format'])] ?? 'string';
  const { precision, scale } = schema;
  return type === 'decimal' && typeof precision === 'number' && typeof scale === 'number'
    ? { type, precision, scale }
    : { type };
}

/** A number that is a multiple of a power of ten is a decimal with as many places. */
function numberColumn(schema: JsonSchema): Column {
  if (FORMATS[String(schema['format'])] === 'decimal') return stringColumn(schema);
  const step = Number(schema['multipleOf']);
  if (!(step > 0)) return { type: 'number' };
  const scale = -Math.round(Math.log10(step));
  const bound = Math.max(Math.abs(Number(schema['minimum'])), Math.abs(Number(schema['maximum'])));
  if (Number(`1e${-scale}`) !== step || scale < 0 || !(bound > 0 && bound < 1e30)) return { type: 'decimal' };
  const isOutside = schema['exclusiveMaximum'] === true || schema['exclusiveMinimum'] === true;
  const whole = isOutside ? Math.ceil(Math.log10(bound)) : Math.floor(Math.log10(bound)) + 1;
  return { type: 'decimal', precision: Math.max(whole, 0) + scale || 1, scale };
}

/** More than a 64-bit integer holds. */
const isWide = ({ minimum, maximum }: JsonSchema) => Number(minimum) < -INT64 || Number(maximum) > INT64;

const PLAIN: Readonly<Record<FieldType, JsonSchema>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  decimal: { type: 'string', format: 'x-singer.decimal' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time' },
  timestamp: { type: 'string', format: 'date-time' },
  timestamptz: { type: 'string', format: 'date-time' },
  uuid: { type: 'string', format: 'uuid' },
  json: { type: ['object', 'array', 'string', 'number', 'boolean'] },
};

/** The schema that describes a stream to a target. */
export function schemaOfFields(fields: readonly Field[]): JsonSchema {
  const properties = fields.map(({ name, type, nullable, precision, scale, description }) => {
    const plain = PLAIN[type];
    const types = [plain['type'], ...(nullable ? ['null'] : [])].flat();
    return [
      name,
      {
        ...plain,
        type: types.length === 1 ? types[0] : types,
        ...(precision === undefined ? {} : { precision, scale: scale ?? 0 }),
        ...(description === undefined ? {} : { description }),
      },
    ];
  });
  const required = fields.filter(({ nullable }) => !nullable).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as JsonSchema,
    ...(required.length === 0 ? {} : { required }),
  };
}
