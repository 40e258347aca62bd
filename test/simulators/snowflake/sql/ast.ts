import type { Place } from '../errors.js';
import type { DataType } from './types.js';

export interface OrderItem {
  readonly by: Expression;
  readonly direction: '' | ' ASC' | ' DESC';
  /** Where nothing is said: last when ascending, first when descending, as Snowflake sorts. */
  readonly nulls: 'FIRST' | 'LAST';
}

export interface Window {
  readonly partition: readonly Expression[];
  readonly order: readonly OrderItem[];
  /** As written: its words are the engine's too. */
  readonly frame: string;
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly named: Readonly<Record<string, Expression>>;
  readonly distinct: boolean;
  readonly star: boolean;
  readonly within?: readonly OrderItem[];
  readonly over?: Window;
  readonly ignoreNulls: boolean;
  readonly place: Place;
}

export type Expression =
  | { readonly kind: 'number' | 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'typed'; readonly value: string | null; readonly type: DataType }
  | { readonly kind: 'column'; readonly path: readonly string[]; readonly place: Place }
  | { readonly kind: 'position'; readonly index: number; readonly of?: string; readonly place: Place }
  | Call
  | { readonly kind: 'cast'; readonly of: Expression; readonly to: DataType; readonly tries: boolean }
  | { readonly kind: 'element'; readonly of: Expression; readonly key: string | Expression; readonly place: Place }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'NOT'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly place: Place;
    }
  | {
      readonly kind: 'is';
      readonly of: Expression;
      readonly not: boolean;
      readonly what: 'NULL' | 'TRUE' | 'FALSE' | Expression;
    }
  | {
      readonly kind: 'between';
      readonly of: Expression;
      readonly not: boolean;
      readonly low: Expression;
      readonly high: Expression;
    }
  | {
      readonly kind: 'in';
      readonly of: Expression;
      readonly not: boolean;
      readonly list: readonly Expression[] | Query;
    }
  | {
      readonly kind: 'like';
      readonly of: Expression;
      readonly not: boolean;
      readonly operator: 'LIKE' | 'ILIKE' | 'RLIKE';
      readonly pattern: Expression;
      readonly escape?: Expression;
    }
  | {
      readonly kind: 'case';
      readonly of?: Expression;
      readonly when: readonly (readonly [Expression, Expression])[];
      readonly otherwise?: Expression;
    }
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'row'; readonly items: readonly Expression[] }
  | { readonly kind: 'interval'; readonly value: string };

export interface SelectItem {
  /** Undefined for `*` and `t.*`. */
  readonly value?: Expression;
  readonly star?: { readonly of: readonly string[]; readonly except: readonly string[] };
  /** As given, else the text of the expression in upper case. */
  readonly name: string;
  readonly isNamed: boolean;
  readonly place: Place;
}

export interface StageSource {
  readonly stage: string;
  readonly format?: string;
  readonly pattern?: string;
}

export type TableSource =
  | { readonly kind: 'table'; readonly path: readonly string[]; readonly place: Place }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly named: Readonly<Record<string, Expression>>;
      readonly place: Place;
    }
  | { readonly kind: 'stage'; readonly stage: StageSource; readonly place: Place };

export interface FromItem {
  readonly source: TableSource;
  readonly alias?: string;
  readonly columns?: readonly string[];
  /** How it is joined to what stands before it; undefined for the first. */
  readonly join?: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly on?: Expression;
  readonly using?: readonly string[];
}

export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: readonly FromItem[];
  readonly where?: Expression;
  readonly group?: readonly Expression[] | 'ALL';
  readonly having?: Expression;
  readonly qualify?: Expression;
}

export type QueryBody =
  | Select
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: 'nested'; readonly query: Query }
  | {
      readonly kind: 'set';
      readonly operator: 'UNION' | 'UNION ALL' | 'EXCEPT' | 'INTERSECT';
      readonly left: QueryBody;
      readonly right: QueryBody;
    };

export interface Query {
  readonly with: readonly { readonly name: string; readonly columns?: readonly string[]; readonly query: Query }[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly order: readonly OrderItem[];
  readonly limit?: Expression;
  readonly offset?: Expression;
}
