import type { OptionIssue } from '../../errors.js';
import { isRounded } from '../../../protocol/index.js';
import type { Json } from './messages.js';

type Path = OptionIssue['path'];

/** Forms in forms, and references that lead to references; a circle has no end. */
const MOST_FORMS = 20;

/** Forms that are being held against a value already: one that leads back to itself says nothing more of it. */
type Open = readonly Json[];

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

/**
 * What of a configuration does not fit the `connectionSpecification` of a connector, by the way to the field. Values are not told:
 * they may be secrets.
 */
export function schemaFaults(
  value: unknown,
  schema: unknown,
  path: Path = [],
  root: unknown = schema,
  open: Open = [],
): readonly OptionIssue[] {
  if (!isJson(schema) || open.includes(schema)) return [];
  const within = [...open, schema];
  const fault = (message: string, at: Path = path): OptionIssue => ({ path: at, message });
  const { $ref: reference } = schema;
  if (typeof reference === 'string') return schemaFaults(value, resolved(root, reference), path, root, within);
  const types = [schema['type']].flat().filter((type) => type !== undefined);
  if (types.length > 0 && !types.some((type) => isOfType(value, type)))
    return [fault(`must be ${types.map(nameOfType).join(' or ')}`)];
  const faults: OptionIssue[] = [];
  const { enum: allowed, const: constant } = schema;
  if (Array.isArray(allowed) && !allowed.includes(value))
    faults.push(fault(`must be one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`));
  if (constant !== undefined && constant !== value) faults.push(fault(`must be ${JSON.stringify(constant)}`));
  if (typeof value === 'string') faults.push(...textFaults(value, schema).map((text) => fault(text)));
  if (typeof value === 'number' || typeof value === 'bigint')
    faults.push(...numberFaults(value, schema).map((text) => fault(text)));
  if (Array.isArray(value)) {
    if (typeof schema['minItems'] === 'number' && value.length < schema['minItems'])
      faults.push(fault(`must have at least ${schema['minItems']} entries`));
    if (typeof schema['maxItems'] === 'number' && value.length > schema['maxItems'])
      faults.push(fault(`must have at most ${schema['maxItems']} entries`));
    value.forEach((entry, at) => faults.push(...schemaFaults(entry, schema['items'], [...path, at], root)));
  }
  if (isJson(value)) faults.push(...objectFaults(value, schema, path, root));
  for (const part of listOf(schema['allOf'])) faults.push(...schemaFaults(value, part, path, root, within));
  const choices = listOf(schema['oneOf'] ?? schema['anyOf']);
  if (choices.length > 0) {
    const tried = choices.map((choice) => schemaFaults(value, choice, path, root, within));
    if (!tried.some((one) => one.length === 0)) faults.push(...closest(tried, path));
  }
  return faults;
}

/**
 * Of several forms the faults of the one that was meant: the one whose constants fit, else the one with the fewest faults. A
 * configuration chooses among forms by a field with a constant, such as `auth_type`.
 */
function closest(tried: readonly (readonly OptionIssue[])[], path: Path): readonly OptionIssue[] {
  const isChoice = ({ path: at, message }: OptionIssue) =>
    at.length === path.length + 1 && /^must be ["\d]/.test(message);
  const meant = tried.filter((faults) => !faults.some(isChoice));
  return [...(meant.length > 0 ? meant : tried)].toSorted((a, b) => a.length - b.length)[0]!;
}

function objectFaults(value: Json, schema: Json, path: Path, root: unknown): readonly OptionIssue[] {
  const properties = isJson(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const missing = required
    .filter((name) => value[name] === undefined || value[name] === null)
    .map((name) => ({ path: [...path, name], message: 'is needed' }));
  const unknown =
    schema['additionalProperties'] === false
      ? Object.keys(value)
          .filter((name) => !Object.hasOwn(properties, name))
          .map((name) => ({
            path: [...path, name],
            message: `is no option; there are: ${Object.keys(properties).join(', ')}`,
          }))
      : [];
  const inside = Object.entries(properties).flatMap(([name, property]) =>
    // What is given as null is not given.
    value[name] === undefined || value[name] === null ? [] : schemaFaults(value[name], property, [...path, name], root),
  );
  return [...missing, ...unknown, ...inside];
}

function textFaults(value: string, { pattern, minLength, maxLength }: Json): readonly string[] {
  const faults: string[] = [];
  if (typeof minLength === 'number' && value.length < minLength)
    faults.push(`must have at least ${minLength} characters`);
  if (typeof maxLength === 'number' && value.length > maxLength)
    faults.push(`must have at most ${maxLength} characters`);
  const expression = typeof pattern === 'string' ? patternOf(pattern) : undefined;
  if (expression !== undefined && !expression.test(value)) faults.push(`must match ${String(pattern)}`);
  return faults;
}

/** Patterns of other languages that ours cannot read are left to the connector itself. */
function patternOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}

function numberFaults(value: number | bigint, { minimum, maximum }: Json): readonly string[] {
  const faults: string[] = [];
  if (typeof minimum === 'number' && value < minimum) faults.push(`must be at least ${minimum}`);
  if (typeof maximum === 'number' && value > maximum) faults.push(`must be at most ${maximum}`);
  return faults;
}

/** A whole number of more digits than are kept, which a configuration holds as its text. */
const isLong = (value: unknown): boolean => typeof value === 'string' && isRounded(Number(value), value);

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJson(value);
    case 'integer':
      return typeof value === 'bigint' || Number.isInteger(value) || isLong(value);
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' || isLong(value);
    default:
      return typeof value === type;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'an object',
  boolean: 'true or false',
  null: 'null',
};
const nameOfType = (type: unknown): string => NAMES[String(type)] ?? String(type);

/** `#/definitions/x`, and nothing outside of the schema. */
function resolved(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (part, name) => (isJson(part) ? part[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      root,
    );
}

/** A field that the schema does not name and lets pass, with the names that it has at that place. */
export interface UnknownOption {
  readonly path: Path;
  readonly known: readonly string[];
}

/** The fields that no form of the schema names; not those of objects whose names are free, since the schema names none there. */
export function unknownOptions(
  value: unknown,
  schema: unknown,
  path: Path = [],
  root: unknown = schema,
): readonly UnknownOption[] {
  const forms = formsOf(schema, root);
  if (Array.isArray(value)) {
    const items = forms.map((form) => form['items']).filter(isJson);
    return value.flatMap((entry, at) => unknownOptions(entry, { anyOf: items }, [...path, at], root));
  }
  if (!isJson(value) || forms.some(hasFreeNames)) return [];
  const named = forms.flatMap((form) => (isJson(form['properties']) ? Object.entries(form['properties']) : []));
  const known = [...new Set(named.map(([name]) => name))];
  if (known.length === 0) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (!known.includes(name)) return [{ path: [...path, name], known }];
    const anyOf = named.filter(([of]) => of === name).map(([, property]) => property);
    return unknownOptions(inner, { anyOf }, [...path, name], root);
  });
}

const hasFreeNames = ({ additionalProperties, patternProperties }: Json) =>
  isJson(additionalProperties) || isJson(patternProperties);

/** The schema and all that it is put together of or lets choose from, references followed. */
function formsOf(schema: unknown, root: unknown, depth = 0): readonly Json[] {
  if (!isJson(schema) || depth > MOST_FORMS) return [];
  const { $ref: reference } = schema;
  if (typeof reference === 'string') return formsOf(resolved(root, reference), root, depth + 1);
  const inner = ['oneOf', 'anyOf', 'allOf'].flatMap((key) => listOf(schema[key]));
  return [schema, ...inner.flatMap((form) => formsOf(form, root, depth + 1))];
}

/** The ways to all values that the schema marks by `airbyte_secret`, whichever of several forms it marks them in. */
export function secretPaths(
  value: unknown,
  schema: unknown,
  path: Path = [],
  root: unknown = schema,
  open: Open = [],
): readonly Path[] {
  if (!isJson(schema) || open.includes(schema)) return [];
  const within = [...open, schema];
  if (typeof schema['$ref'] === 'string') return secretPaths(value, resolved(root, schema['$ref']), path, root, within);
  if (schema['airbyte_secret'] === true) return value === undefined || value === null ? [] : [path];
  const properties = isJson(schema['properties']) && isJson(value) ? Object.entries(schema['properties']) : [];
  const inside = properties.flatMap(([name, property]) =>
    secretPaths((value as Json)[name], property, [...path, name], root),
  );
  const entries = Array.isArray(value)
    ? value.flatMap((entry, at) => secretPaths(entry, schema['items'], [...path, at], root))
    : [];
  const forms = ['oneOf', 'anyOf', 'allOf'].flatMap((key) =>
    listOf(schema[key]).flatMap((form) => secretPaths(value, form, path, root, within)),
  );
  return [...inside, ...entries, ...forms];
}

/** The texts and numbers at those places, as a log might show them. */
export function secretValues(value: unknown, schema: unknown): readonly string[] {
  const found = secretPaths(value, schema).flatMap((path) =>
    leavesOf(path.reduce<unknown>((part, key) => (part as Json)[key as string], value)),
  );
  return [...new Set(found)];
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leavesOf);
  return value === null || value === undefined || typeof value === 'boolean' ? [] : [String(value)];
}
