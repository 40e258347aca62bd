import type { Field, FieldType, RecordData } from '../../protocol/index.js';

const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?`;
const TIMESTAMP = new RegExp(String.raw`^\d{4}-\d\d-\d\d[T ]${CLOCK}$`);
const TIMESTAMPTZ = new RegExp(String.raw`^\d{4}-\d\d-\d\d[T ]${CLOCK} ?(Z|[+-](0\d|1[0-8])(:?[0-5]\d)?)$`);

/** A type a sample may have, narrowest first. What none of them takes is a string; whatever they take, the row program reads. */
const CANDIDATES: readonly (readonly [FieldType, (text: string) => boolean])[] = [
  // A leading zero is a code (a ZIP, a member number), which an integer would cut. 18 digits fit a bigint whatever they are.
  ['integer', (text) => /^-?(0|[1-9]\d{0,17})$/.test(text)],
  // Money and rates keep their digits.
  ['decimal', (text) => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && text.length <= 40],
  ['boolean', (text) => /^(true|false|TRUE|FALSE|True|False)$/.test(text)],
  ['date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text)],
  ['timestamptz', (text) => TIMESTAMPTZ.test(text) && isDay(text)],
  ['timestamp', (text) => TIMESTAMP.test(text) && isDay(text)],
  ['uuid', (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)],
];

function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === day && day >= '0001';
}

/** Narrows the possible types of one column, value by value. */
export interface TypeGuess {
  see(text: string): void;
  readonly type: FieldType;
}

export function guessType(): TypeGuess {
  let open = CANDIDATES;
  let seen = false;
  return {
    see(text) {
      seen = true;
      if (open.length > 0) open = open.filter(([, fits]) => fits(text));
    },
    get type() {
      return (seen ? open[0]?.[0] : undefined) ?? 'string';
    },
  };
}

/** The fields of JSON records: a value's own type, and for texts what they look like. */
export function inferObjects(records: readonly RecordData[], key: readonly string[]): readonly Field[] {
  const guess = guessFields(key);
  for (const record of records) for (const [name, value] of Object.entries(record)) guess.see(name, value);
  return guess.fields;
}

/** Finds out the types of fields whose values come one by one. */
export function guessFields(key: readonly string[]): {
  see(name: string, value: unknown): void;
  readonly fields: readonly Field[];
} {
  const guesses = new Map<string, { types: Set<FieldType>; texts: TypeGuess }>();
  return {
    see(name, value) {
      const guess = guesses.get(name) ?? { types: new Set<FieldType>(), texts: guessType() };
      guesses.set(name, guess);
      if (value === null || value === undefined) return;
      if (typeof value === 'string') guess.texts.see(value);
      guess.types.add(typeOfValue(value));
    },
    get fields() {
      return [...guesses].map(([name, { types, texts }]) => ({
        name,
        type: mergeTypes(types, texts.type),
        nullable: !key.includes(name),
      }));
    },
  };
}

function typeOfValue(value: unknown): FieldType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? 'integer' : 'decimal';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'decimal';
  return typeof value === 'string' ? 'string' : 'json';
}

function mergeTypes(types: ReadonlySet<FieldType>, texts: FieldType): FieldType {
  const isNumeric = (type: FieldType) => type === 'integer' || type === 'decimal';
  if (types.size === 0) return 'string';
  if (types.has('json')) return 'json';
  if (types.size === 1 && !types.has('string')) return [...types][0] as FieldType;
  // A number in quotes was meant as a text; days and instants have no other way in JSON.
  if (types.size === 1) return ['date', 'timestamp', 'timestamptz', 'uuid'].includes(texts) ? texts : 'string';
  // Decimals that a double would round come as texts.
  return [...types].every((type) => isNumeric(type) || (type === 'string' && isNumeric(texts))) ? 'decimal' : 'string';
}
