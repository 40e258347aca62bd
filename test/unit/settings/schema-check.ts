type Schema = Readonly<Record<string, any>>;
type Check = (schema: Schema, value: unknown) => boolean;

/** Words that say nothing of the value. */
const REMARKS = new Set(['$schema', 'title', 'description', 'default', 'definitions', 'format']);

/** Whether the value fits the schema: a reading of just the words that our own schema uses; any other word is an error. */
export function fitsSchema(root: Schema, value: unknown): boolean {
  const check: Check = (schema, inner) =>
    Object.entries(schema).every(([word, wanted]) => {
      if (REMARKS.has(word)) return true;
      const rule = WORDS[word];
      if (rule === undefined) throw new Error(`the check does not know "${word}"`);
      return rule(wanted, inner, schema, check, root);
    });
  return check(root, value);
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOfType = (type: string, value: unknown): boolean =>
  ({
    object: isMap(value),
    array: Array.isArray(value),
    integer: Number.isInteger(value),
  })[type] ?? typeof value === type;

const WORDS: Readonly<
  Record<string, (wanted: any, value: any, schema: Schema, check: Check, root: Schema) => boolean>
> = {
  type: (wanted, value) => [wanted].flat().some((type: string) => isOfType(type, value)),
  enum: (wanted, value) => wanted.includes(value),
  const: (wanted, value) => wanted === value,
  pattern: (wanted, value) => typeof value !== 'string' || new RegExp(wanted).test(value),
  minLength: (wanted, value) => typeof value !== 'string' || value.length >= wanted,
  minimum: (wanted, value) => typeof value !== 'number' || value >= wanted,
  minItems: (wanted, value) => !Array.isArray(value) || value.length >= wanted,
  minProperties: (wanted, value) => !isMap(value) || Object.keys(value).length >= wanted,
  items: (wanted, value, _, check) => !Array.isArray(value) || value.every((item) => check(wanted, item)),
  required: (wanted, value) => !isMap(value) || wanted.every((key: string) => Object.hasOwn(value, key)),
  properties: (wanted, value, _, check) =>
    !isMap(value) ||
    Object.entries(wanted).every(([key, inner]) => !Object.hasOwn(value, key) || check(inner as Schema, value[key])),
  propertyNames: (wanted, value, _, check) => !isMap(value) || Object.keys(value).every((key) => check(wanted, key)),
  additionalProperties: (wanted, value, schema, check) =>
    !isMap(value) ||
    Object.entries(value).every(
      ([key, inner]) => Object.hasOwn(schema['properties'] ?? {}, key) || (wanted !== false && check(wanted, inner)),
    ),
  anyOf: (wanted, value, _, check) => wanted.some((inner: Schema) => check(inner, value)),
  oneOf: (wanted, value, _, check) => wanted.filter((inner: Schema) => check(inner, value)).length === 1,
  not: (wanted, value, _, check) => !check(wanted, value),
  allOf: (wanted, value, _, check) => wanted.every((inner: Schema) => check(inner, value)),
  $ref: (wanted, value, _, check, root) => check(root['definitions'][String(wanted).split('/').at(-1) ?? ''], value),
};
