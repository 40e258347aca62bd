import 'reflect-metadata';

export type SettingsClass = new () => object;

/**
 * How the values of a key nest. class-validator checks the fields of one class; shapes say which classes, maps and lists
 * lie in which, so that each entry of a map or list has a position of its own in an error.
 */
export type Shape =
  | { readonly kind: 'class'; readonly of: SettingsClass; readonly shorthand?: string }
  | { readonly kind: 'map'; readonly of: Shape; readonly names: boolean; readonly least: number }
  | { readonly kind: 'list'; readonly of: Shape }
  /** One of these words, or an object. */
  | { readonly kind: 'word_or'; readonly words: readonly string[]; readonly of: Shape }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'text' }
  /** A value, a list of values, or `{ not: … }` of either; read as a `Condition`. */
  | { readonly kind: 'condition' }
  /** A map that somebody else defines and checks. */
  | { readonly kind: 'foreign' };

export type Scalar = string | number | boolean;

/** What a column's value must be: one of `values`, or, negated, none of them. */
export interface Condition {
  readonly values: readonly Scalar[];
  readonly isNegated: boolean;
}

export const TEXT: Shape = { kind: 'text' };
export const CONDITION: Shape = { kind: 'condition' };
export const FOREIGN: Shape = { kind: 'foreign' };

export const one = (of: SettingsClass): Shape => ({ kind: 'class', of });
/** An object, or a bare text that stands for the object with only this key. */
export const oneOrText = (of: SettingsClass, shorthand: string): Shape => ({ kind: 'class', of, shorthand });
/** A map whose keys are names that the user gives: `[a-z][a-z0-9_]*`. */
export const named = (of: Shape, { least = 0 } = {}): Shape => ({ kind: 'map', of, names: true, least });
/** A map whose keys come from the data: columns or values. */
export const keyed = (of: Shape, { least = 1 } = {}): Shape => ({ kind: 'map', of, names: false, least });
export const list = (of: Shape): Shape => ({ kind: 'list', of });
export const word = (words: readonly string[]): Shape => ({ kind: 'word', words });
export const wordOr = (words: readonly string[], of: Shape): Shape => ({ kind: 'word_or', words, of });

export interface KeyDefinition {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly example?: string;
  readonly shape?: Shape;
}

export interface KeyOptions {
  readonly shape?: Shape;
  readonly example?: string;
}

/** A rule over several keys of one object; returns what is wrong, and at which key if at one. */
export interface ObjectRule {
  readonly check: (value: never) => { readonly message: string; readonly key?: string } | undefined;
  /** The same rule in JSON Schema, where that can say it. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

const KEYS = Symbol('settings:keys');
const RULES = Symbol('settings:rules');

function defineKey(description: string, isRequired: boolean, options: KeyOptions): PropertyDecorator {
  return (prototype, property) => {
    const own: KeyDefinition[] = Reflect.getOwnMetadata(KEYS, prototype) ?? [];
    Reflect.defineMetadata(KEYS, [...own, { name: String(property), description, isRequired, ...options }], prototype);
  };
}

/** Declares a key that must be given. */
export const Key = (description: string, options: KeyOptions = {}) => defineKey(description, true, options);

/** Declares a key that may be left out; its default is the property's initial value. */
export const OptionalKey = (description: string, options: KeyOptions = {}) => defineKey(description, false, options);

/** The keys of a class in the order of their declaration, inherited ones first. */
export function keysOf(target: SettingsClass): readonly KeyDefinition[] {
  const keys: KeyDefinition[] = [];
  for (let prototype = target.prototype; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype))
    keys.unshift(...((Reflect.getOwnMetadata(KEYS, prototype) as KeyDefinition[] | undefined) ?? []));
  return keys;
}

export function Rule<T extends object>(
  check: (value: T) => { readonly message: string; readonly key?: string } | undefined,
  schema?: Readonly<Record<string, unknown>>,
): (target: new () => T) => void {
  return (target) => {
    const rule: ObjectRule = { check: check as ObjectRule['check'], ...(schema === undefined ? {} : { schema }) };
    Reflect.defineMetadata(RULES, [...rulesOf(target), rule], target);
  };
}

export function rulesOf(target: SettingsClass): readonly ObjectRule[] {
  return (Reflect.getMetadata(RULES, target) as ObjectRule[] | undefined) ?? [];
}

/** Exactly one of these keys must be given. */
export function ExactlyOneOf(...keys: readonly string[]) {
  return Rule<object>(
    (value) => {
      const given = keys.filter((key) => (value as Record<string, unknown>)[key] !== undefined);
      return given.length === 1 ? undefined : { message: `needs exactly one of ${keys.join(', ')}` };
    },
    { oneOf: keys.map((key) => ({ required: [key] })) },
  );
}
