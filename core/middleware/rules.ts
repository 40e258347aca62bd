import type { PlannedColumn } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';

/** What the configuration says of one stream, step by step. Names are those of the column at that point of the chain. */
export interface StreamRules {
  readonly stream: string;
  readonly map: readonly MapRule[];
  readonly expect: readonly ExpectRule[];
  readonly protect: Readonly<Record<string, ProtectRule>>;
}

export type MapRule = { readonly rename: Readonly<Record<string, string>> } | { readonly drop: readonly string[] };

export type ExpectRule =
  | { readonly not_null: readonly string[] }
  | { readonly range: Readonly<Record<string, { readonly min?: number; readonly max?: number }>> };

export type ProtectRule = 'drop' | { readonly tokenize: { readonly key: Uint8Array; readonly version: number } };

/** Finds a column by its present name, or says which names there are. */
export function columnNamed(
  columns: readonly PlannedColumn[],
  name: string,
  step: string,
  { stream }: StreamRules,
): PlannedColumn {
  const found = columns.find((column) => column.target.name === name);
  if (found !== undefined) return found;
  throw new ConnectorError('config', `Stream "${stream}": ${step} names the column "${name}", which is not there.`, {
    stream,
    hint: `Columns at this point: ${columns.map((column) => column.target.name).join(', ')}.`,
  });
}

/** The list with one column changed. */
export function withColumn(
  columns: readonly PlannedColumn[],
  column: PlannedColumn,
  change: Partial<PlannedColumn>,
): readonly PlannedColumn[] {
  return columns.map((candidate) => (candidate === column ? { ...candidate, ...change } : candidate));
}
