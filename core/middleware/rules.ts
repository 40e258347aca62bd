import { nearest, type ExpectationSeverity, type FieldType, type PlannedColumn } from '../protocol/index.js';
import { ConnectorError, type ErrorDetails } from '../sdk/errors.js';
import type { Generalisation, SealKey } from './seals.js';

/** What the configuration says of one stream, step by step. Names are those of the column at that point of the chain. */
export interface StreamRules {
  readonly stream: string;
  /** Schema and name of its table, which encrypted values are bound to. */
  readonly table?: string;
  /** True: it holds data about persons, so that a column without a rule under `protect` is refused. */
  readonly phi?: boolean;
  /** The fields of the source that make its key. */
  readonly key?: readonly string[];
  /** The year in which birth dates are judged; absent: this one. */
  readonly year?: number;
  readonly map: readonly MapRule[];
  readonly expect: readonly ExpectRule[];
  readonly protect: Readonly<Record<string, ProtectRule>>;
}

type PerColumn<T> = Readonly<Record<string, T>>;

export interface Lookup {
  readonly values: PerColumn<string>;
  /** What becomes of a value that is not in the table. */
  readonly otherwise: 'quarantine' | 'keep' | 'null';
}

export type MapRule =
  | { readonly rename: PerColumn<string> }
  | { readonly drop: readonly string[] }
  | { readonly cast: PerColumn<FieldType> }
  | { readonly trim: readonly string[] }
  | { readonly case: PerColumn<'lower' | 'upper'> }
  | { readonly nulls: PerColumn<readonly string[]> }
  | { readonly lookup: PerColumn<Lookup> }
  | { readonly time_zone: PerColumn<string> }
  | { readonly set: PerColumn<string> }
  | { readonly where: string };

interface Severe {
  /** What becomes of a record that breaks it; absent: quarantine. */
  readonly severity?: ExpectationSeverity;
}

/** What single values must fulfil. */
export type ValueRule = Severe &
  (
    | { readonly not_null: readonly string[] }
    | { readonly set: PerColumn<readonly string[]> }
    | { readonly pattern: PerColumn<string> }
    | { readonly range: Readonly<Record<string, { readonly min?: number; readonly max?: number }>> }
  );

/** What a stream must fulfil as a whole, judged at its end; `severity` is `warn`, absent too, or `fail`. */
export type SetRule = Severe &
  (
    | { readonly unique: readonly string[] }
    | { readonly min_rows: number }
    | { readonly freshness: string; readonly column?: string }
    | { readonly volume: 'weekly_pattern' }
  );

export type ExpectRule = ValueRule | SetRule | (Severe & { readonly compare: string });

type TokenKey = NonNullable<PlannedColumn['tokenize']>;

/** `keep` says that somebody has looked at the column and that it may land as it is. */
export type ProtectRule =
  | 'drop'
  | 'keep'
  | { readonly tokenize: TokenKey }
  | { readonly encrypt: SealKey }
  | { readonly hash: SealKey }
  | { readonly mask: number }
  | { readonly generalise: Generalisation };

/** Finds a column by its present name, or says which names there are. */
export function columnNamed(
  columns: readonly PlannedColumn[],
  name: string,
  step: string,
  { stream }: StreamRules,
): PlannedColumn {
  const found = columns.find((column) => column.target.name === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.target.name);
  const near = nearest(name, names);
  throw new UnknownColumn(name, step, near === undefined ? '' : ` did you mean "${near}"?`, {
    stream,
    hint: `Columns at this point: ${names.join(', ')}.`,
  });
}

/** A rule names a column that a stream does not have at that point of the chain. */
export class UnknownColumn extends ConnectorError {
  constructor(
    readonly column: string,
    /** The rule: `map.drop`, `protect`. */
    readonly way: string,
    suggestion: string,
    details: ErrorDetails & { readonly stream: string },
  ) {
    const end = suggestion === '' ? '.' : `;${suggestion}`;
    super(
      'config',
      `Stream "${details.stream}": ${way} names the column "${column}", which is not there${end}`,
      details,
    );
  }
}

/** Columns that tell of persons, of which nobody has said what becomes of them. */
export class Unclassified extends ConnectorError {
  constructor(
    readonly columns: readonly string[],
    what: string,
    details: ErrorDetails & { readonly stream: string },
  ) {
    const { stream } = details;
    super('config', `Stream "${stream}" ${what}, and nobody has said what becomes of: ${columns.join(', ')}.`, details);
  }
}

/** The list with one column changed. */
export function withColumn(
  columns: readonly PlannedColumn[],
  column: PlannedColumn,
  change: Partial<PlannedColumn>,
): readonly PlannedColumn[] {
  return columns.map((candidate) => (candidate === column ? { ...candidate, ...change } : candidate));
}
