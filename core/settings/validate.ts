import { validateSync } from 'class-validator';
import { NAME_PATTERN, NAME_RULE, TEXT_RULE, choiceRule } from './fields.js';
import type { Path } from './issues.js';
import { keysOf, rulesOf, type Condition, type KeyDefinition, type SettingsClass, type Shape } from './shape.js';
import { didYouMean, nearest } from '../protocol/index.js';

export interface Validation {
  /** Tells what is wrong at a path; `key` where the key itself is at fault, not its value. */
  report(path: Path, message: string, at?: 'key' | 'value'): void;
  /** Called for each optional key that was left out, with its default. */
  onDefault(path: Path, value: unknown): void;
}

type Plain = Readonly<Record<string, unknown>>;

/**
 * Makes an instance of the class from plain values. A key whose value is wrong is reported and left as if it had not been
 * given, so that what depends on the others can still be checked; undefined where there is no object at all.
 */
export function validateClass<T extends object>(
  of: new () => T,
  value: unknown,
  path: Path,
  validation: Validation,
): T | undefined {
  if (!isPlain(value)) {
    const nothing =
      path.length === 0 ? 'the file is empty; it begins with version: 1' : 'has no value; {} takes the defaults';
    validation.report(path, value === null ? nothing : 'must be a map of keys to values');
    return undefined;
  }
  const keys = keysOf(of);
  const known = keys.map((key) => key.name);
  const unknown = Object.keys(value).filter((name) => !known.includes(name));
  for (const name of unknown) validation.report([...path, name], `unknown key; ${didYouMean(name, known)}`, 'key');
  const instance = new of() as Record<string, unknown>;
  const faulty = new Set(unknown);
  const unusable = new Set<string>();
  const watching: Validation = {
    ...validation,
    report(at, message, side) {
      faulty.add(String(at[path.length]));
      if (at.length === path.length + 1) unusable.add(String(at[path.length]));
      validation.report(at, message, side);
    },
  };
  for (const key of keys) {
    const at = [...path, key.name];
    if (Object.hasOwn(value, key.name)) instance[key.name] = readKey(key, value[key.name], at, watching);
    else if (!key.isRequired) validation.onDefault(at, instance[key.name]);
    // Where an unknown key probably means this one, saying that this one is missing would be noise.
    else if (nearest(key.name, unknown) === undefined)
      watching.report(at, `is required: ${lowerFirst(key.description)}`);
    else unusable.add(key.name);
  }
  // The instance now holds each given leaf as it was written; class-validator says which of them are wrong.
  for (const error of validateSync(instance, { forbidUnknownValues: false, validationError: { target: false } })) {
    if (!Object.hasOwn(value, error.property) || faulty.has(error.property)) continue;
    watching.report([...path, error.property], Object.values(error.constraints ?? {})[0] ?? 'is not valid');
  }
  const untouched = new of() as Record<string, unknown>;
  for (const name of unusable) instance[name] = untouched[name];
  if (faulty.size === 0) applyRules(of, instance, path, validation);
  return instance as T;
}

function applyRules(of: SettingsClass, instance: object, path: Path, { report }: Validation): void {
  for (const rule of rulesOf(of)) {
    const broken = rule.check(instance as never);
    if (broken === undefined) continue;
    if (broken.key === undefined) report(path, broken.message);
    else report([...path, broken.key], broken.message, 'key');
  }
}

function readKey({ shape }: KeyDefinition, value: unknown, path: Path, validation: Validation): unknown {
  if (value === null) validation.report(path, 'has no value; give one, or remove the key');
  if (value === null || value === undefined || shape === undefined) return value;
  return validateShape(shape, value, path, validation);
}

function validateShape(shape: Shape, value: unknown, path: Path, validation: Validation): unknown {
  switch (shape.kind) {
    case 'class':
      if (shape.shorthand !== undefined && typeof value === 'string')
        return validateClass(shape.of, { [shape.shorthand]: value }, path, atShorthand(path, validation));
      return validateClass(shape.of, value, path, validation);
    case 'map':
      return validateMap(shape, value, path, validation);
    case 'list':
      if (!Array.isArray(value) || value.length === 0) {
        validation.report(path, 'must be a list with at least one entry');
        return [];
      }
      return value.map((entry, index) => validateShape(shape.of, entry, [...path, index], validation));
    case 'word_or':
      if (typeof value !== 'string') return validateShape(shape.of, value, path, validation);
      if (!shape.words.includes(value)) validation.report(path, `must be ${choices(shape)}`);
      return value;
    case 'word':
      if (!shape.words.includes(value as string)) validation.report(path, choiceRule(value, shape.words));
      return value;
    case 'text':
      if (typeof value !== 'string' || value === '') validation.report(path, TEXT_RULE);
      return value;
    case 'condition':
      return readCondition(value, path, validation);
    case 'foreign':
      if (!isPlain(value)) validation.report(path, 'must be a map of keys to values');
      return value;
  }
}

function validateMap(shape: Extract<Shape, { kind: 'map' }>, value: unknown, path: Path, validation: Validation) {
  const result: Record<string, unknown> = Object.create(null);
  if (!isPlain(value)) {
    validation.report(path, 'must be a map of names to values');
    return result;
  }
  if (Object.keys(value).length < shape.least) validation.report(path, 'must have at least one entry');
  for (const [name, entry] of Object.entries(value)) {
    const entryPath = [...path, name];
    if (shape.names && !NAME_PATTERN.test(name)) validation.report(entryPath, NAME_RULE, 'key');
    result[name] = validateShape(shape.of, entry, entryPath, validation);
  }
  return result;
}

function readCondition(value: unknown, path: Path, validation: Validation): Condition {
  const isNegated = isPlain(value);
  const inner = isNegated ? value['not'] : value;
  const values: unknown[] = Array.isArray(inner) ? inner : [inner];
  const isWhole = values.length > 0 && values.every(isScalarValue);
  if (!isWhole || (isNegated && Object.keys(value).length !== 1))
    validation.report(path, 'must be a value, a list of values, or { not: … } of either');
  return { values: values as Condition['values'], isNegated };
}

/** A shorthand has no key of its own: what is wrong inside is told at the text. */
function atShorthand(path: Path, validation: Validation): Validation {
  return { ...validation, report: (_, message) => validation.report(path, message) };
}

function choices(shape: Extract<Shape, { kind: 'word_or' }>): string {
  const object =
    shape.of.kind === 'class' ? keysOf(shape.of.of as SettingsClass).map((key) => `{ ${key.name}: … }`) : [];
  return [...shape.words, ...object].join(' or ');
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalarValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function lowerFirst(text: string): string {
  return text.startsWith('IANA') ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
