import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { NAME_PATTERN } from './fields.js';
import { Settings } from './settings.js';
import { keysOf, rulesOf, type KeyDefinition, type SettingsClass, type Shape } from './shape.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

const TEXT_SCHEMA: JsonSchema = { type: 'string', minLength: 1 };
const SCALAR_SCHEMA: JsonSchema = { type: ['string', 'number', 'boolean'] };
const SCALARS_SCHEMA: JsonSchema = { anyOf: [SCALAR_SCHEMA, { type: 'array', items: SCALAR_SCHEMA, minItems: 1 }] };
const CONDITION_SCHEMA: JsonSchema = {
  anyOf: [
    ...(SCALARS_SCHEMA['anyOf'] as JsonSchema[]),
    { type: 'object', properties: { not: SCALARS_SCHEMA }, required: ['not'], additionalProperties: false },
  ],
};

/** What the file has in place of a value that the environment or another file holds, anywhere in the text. */
const orReference = (pattern: string) => `\\$\\{(env|file):|${pattern}`;

/** The decorators' meaning in JSON Schema where the library has none, or one that is not true. */
const CONVERTERS: NonNullable<Parameters<typeof targetConstructorToSchema>[1]>['additionalConverters'] = {
  duration: { type: 'string', pattern: orReference('^[0-9]{1,6}[smhd]$') },
  time_zone: { type: 'string', pattern: orReference('^[A-Za-z]') },
  cron: { type: 'string', pattern: orReference('^\\s*(\\S+\\s+){4}\\S+\\s*$') },
  matches: ({ constraints }) => ({ type: 'string', pattern: orReference(String(constraints?.[0]?.source)) }),
  tag_pattern: { type: 'string', format: 'regex' },
  // The library's own says `number` as well, which would undo the `integer` of @IsInt beside it.
  min: ({ constraints }) => ({ minimum: constraints?.[0] }),
  equals: ({ constraints }) => ({ const: constraints?.[0] }),
};

/** The JSON Schema of the configuration file, for editors; derived from the classes and from nothing else. */
export function settingsJsonSchema(): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  const root = classSchema(Settings, definitions);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of Tributary',
    ...root,
    definitions: Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function classSchema(of: SettingsClass, definitions: Record<string, JsonSchema>): JsonSchema {
  const leaves = (targetConstructorToSchema(of, { additionalConverters: CONVERTERS }).properties ?? {}) as Record<
    string,
    JsonSchema
  >;
  const initial = new of() as Record<string, unknown>;
  const keys = keysOf(of);
  const property = (key: KeyDefinition): JsonSchema => {
    const value = initial[key.name];
    return {
      description: key.description,
      ...(key.shape === undefined ? leaves[key.name] : shapeSchema(key.shape, definitions)),
      ...(typeof value === 'object' || value === undefined ? {} : { default: value }),
    };
  };
  const required = keys.filter((key) => key.isRequired).map((key) => key.name);
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map((key) => [key.name, property(key)])),
    ...(required.length === 0 ? {} : { required }),
    ...rulesSchema(of),
    additionalProperties: false,
  };
}

function rulesSchema(of: SettingsClass): JsonSchema {
  const schemas = rulesOf(of).flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  // One that speaks of properties would stand in place of those that the class has.
  return schemas.length > 1 || schemas.some((one) => 'properties' in one) ? { allOf: schemas } : (schemas[0] ?? {});
}

function shapeSchema(shape: Shape, definitions: Record<string, JsonSchema>): JsonSchema {
  switch (shape.kind) {
    case 'class': {
      const reference = referTo(shape.of, definitions);
      return shape.shorthand === undefined ? reference : { anyOf: [TEXT_SCHEMA, reference] };
    }
    case 'map':
      return {
        type: 'object',
        additionalProperties: shapeSchema(shape.of, definitions),
        ...(shape.names ? { propertyNames: { pattern: NAME_PATTERN.source } } : {}),
        ...(shape.least > 0 ? { minProperties: shape.least } : {}),
      };
    case 'list':
      return { type: 'array', items: shapeSchema(shape.of, definitions), minItems: 1 };
    case 'word_or':
      return { anyOf: [{ enum: shape.words }, shapeSchema(shape.of, definitions)] };
    case 'word':
      return { enum: shape.words };
    case 'text':
      return TEXT_SCHEMA;
    case 'condition':
      return CONDITION_SCHEMA;
    case 'foreign':
      return { type: 'object' };
  }
}

/** In draft 7 nothing beside `$ref` counts, so a described reference is wrapped. */
function referTo(of: SettingsClass, definitions: Record<string, JsonSchema>): JsonSchema {
  if (definitions[of.name] === undefined) {
    definitions[of.name] = {};
    definitions[of.name] = classSchema(of, definitions);
  }
  return { allOf: [{ $ref: `#/definitions/${of.name}` }] };
}
