/** What a JSON Schema of a connector's configuration says, as far as a form needs it. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export type Values = Readonly<Record<string, unknown>>;

export interface Fault {
  readonly path: string;
  readonly message: string;
}

export const variantsOf = ({ anyOf, oneOf }: Schema): readonly Schema[] | undefined => oneOf ?? anyOf;

/** Keys that can be given: one that a form of several forbids has an empty schema. */
export const keysOf = ({ properties = {}, required = [] }: Schema) =>
  Object.entries(properties)
    .filter(([, schema]) => Object.keys(schema).length > 0)
    .map(([name, schema]) => ({
      name,
      schema,
      isRequired: required.includes(name) && schema.default === undefined,
    }));

/** What one of several forms is called: by what it alone wants, or by its type. */
export function variantName(variant: Schema, all: readonly Schema[]): string {
  if (variant.const !== undefined) return variant.const === '' ? 'empty' : String(variant.const);
  if (variant.properties !== undefined) {
    const others = all.filter((one) => one !== variant);
    const own = (variant.required ?? []).filter((key) => !others.some(({ required = [] }) => required.includes(key)));
    return own.length > 0 ? `with ${own.join(' and ')}` : 'several settings';
  }
  if (variant.enum !== undefined) return variant.enum.length > 4 ? 'one of a list' : variant.enum.join(', ');
  return { array: 'a list', string: 'text', integer: 'a number', number: 'a number' }[variant.type ?? ''] ?? 'a value';
}

/** Without what was left empty. */
export function filled(value: unknown): unknown {
  if (value === '' || value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    const entries = value.map(filled).filter((entry) => entry !== undefined);
    return entries.length === 0 ? undefined : entries;
  }
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).flatMap(([key, entry]) => {
    const kept = filled(entry);
    return kept === undefined || key === '' ? [] : [[key, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** A name under which an element can be found, of a place such as `config.files[0].path`. */
export const idOf = (path: string): string => `field-${path.replaceAll(/[^A-Za-z0-9_]+/g, '-')}`;

export const faultAt = (faults: readonly Fault[], path: string): string | undefined =>
  faults.find((fault) => fault.path === path)?.message;
