import type { Field, FieldType, RecordData } from '../../protocol/index.js';

/** A type a sample may have, narrowest first; the last one takes everything. */
const CANDIDATES: readonly (readonly [FieldType, (text: string) => boolean])[] = [
  // A leading zero is a code (a ZIP, a member number), which an integer would cut.
  ['integer', (text) => /^-?(0|[1-9]\d{0,17})$/.test(text)],
  // Money and rates keep their digits.
  ['decimal', (text) => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && text.length <= 40],
  ['boolean', (text) => /^(true|false)$/i.test(text)],
  ['date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text)],
  [
    'timestamptz',
    (text) => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)$/.test(text) && isDay(text),
  ],
  ['timestamp', (text) => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?$/.test(text) && isDay(text)],
  ['uuid', (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)],
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
  const guesses = new Map<string, { types: Set<FieldType>; texts: TypeGuess }>();
  for (const record of records)
    for (const [name, value] of Object.entries(record)) {
      const guess = guesses.get(name) ?? { types: new Set<FieldType>(), texts: guessType() };
      guesses.set(name, guess);
      if (value === null || value === undefined) continue;
      if (typeof value === 'string') guess.texts.see(value);
      guess.types.add(typeOfValue(value));
    }
  return [...guesses].map(([name, { types, texts }]) => ({
    name,
    type: mergeTypes(types, texts),
    nullable: !key.includes(name),
  }));
}

function typeOfValue(value: unknown): FieldType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal';
  return typeof value === 'string' ? 'string' : 'json';
}

function mergeTypes(types: ReadonlySet<FieldType>, texts: TypeGuess): FieldType {
  if (types.size === 0) return 'string';
  if (types.size === 1) {
    const [only] = types;
    // A number in quotes was meant as a text; days and instants have no other way in JSON.
    if (only === 'string')
      return ['date', 'timestamp', 'timestamptz', 'uuid'].includes(texts.type) ? texts.type : 'string';
    return only as FieldType;
  }
  return [...types].every((type) => type === 'integer' || type === 'decimal') ? 'decimal' : 'json';
}
