import { errors, type Place } from '../errors.js';
import type { DataType } from '../sql/types.js';
import type { Typed } from './casts.js';

/** A column that a query may name. */
export interface ScopeColumn extends Typed {
  readonly name: string;
  /** A masking policy that is set on it: what it shows the double does not know. */
  readonly policy?: readonly string[];
}

/** Refuses to read what a masking policy may show otherwise. */
export const readable = <C extends ScopeColumn | undefined>(column: C, place?: Place): C => {
  if (column?.policy !== undefined) throw errors.unsupported('reading a column under a masking policy', place);
  return column;
};

/** Something in FROM. */
export interface ScopeSource {
  /** Its alias, or the last part of its name. */
  readonly alias: string | null;
  /** All parts of its name, for `schema.table.column`. */
  readonly path: readonly string[];
  readonly columns: readonly ScopeColumn[];
  /** Columns that a join with USING has given to an earlier source; unqualified names pass over them. */
  readonly hidden: ReadonlySet<string>;
}

export interface Scope {
  readonly sources: ScopeSource[];
  /** Results of the select list, which other clauses may name. */
  readonly aliases: Map<string, DataType | null>;
  /** In ORDER BY, the results, which are looked at before any column. */
  readonly results?: ReadonlyMap<string, DataType | null>;
  readonly outer?: Scope;
}

export const createScope = (outer?: Scope): Scope => ({ sources: [], aliases: new Map(), outer });

const isOf = (source: ScopeSource, qualifier: readonly string[]): boolean => {
  if (qualifier.length === 1) return source.alias === qualifier[0];
  return (
    source.path.length >= qualifier.length &&
    qualifier.every((part, index) => source.path.at(index - qualifier.length) === part)
  );
};

/** The sources that a qualifier (`t`, `schema.t`) means; all for none. */
export const sourcesOf = (scope: Scope, qualifier: readonly string[]): readonly ScopeSource[] =>
  qualifier.length === 0 ? scope.sources : scope.sources.filter((source) => isOf(source, qualifier));

const findHere = (scope: Scope, path: readonly string[], place?: Place): ScopeColumn | undefined => {
  const name = path.at(-1) as string;
  const qualifier = path.slice(0, -1);
  const found = sourcesOf(scope, qualifier).flatMap((source) =>
    source.columns.filter((column) => column.name === name && (qualifier.length > 0 || !source.hidden.has(name))),
  );
  if (found.length > 1) throw errors.ambiguous(path.join('.'), place);
  return readable(found[0], place);
};

/** The column that a name means: of this query, else one of its results, else one of the query around it. */
export const findColumn = (scope: Scope, path: readonly string[], place?: Place): Typed | undefined => {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const column = findHere(at, path, place);
    if (column !== undefined) return column;
  }
  return undefined;
};
