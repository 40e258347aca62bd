import type { Expression, FromItem, Query } from './ast.js';
import type { DataType } from './types.js';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly fallback?: Expression;
  readonly fallbackText?: string;
  readonly comment?: string;
  readonly collation?: string;
  /** The masking policy that is set on it, with database and schema. */
  readonly policy?: readonly string[];
}

/** Key and value of a list such as `TYPE = CSV SKIP_HEADER = 1`; a list in parentheses is an array. */
export type OptionValue = string | readonly string[];
export type Options = Readonly<Record<string, OptionValue>>;

export interface CreateFlags {
  readonly replace: boolean;
  readonly ifNotExists: boolean;
}
export type Persistence = 'PERMANENT' | 'TRANSIENT' | 'TEMPORARY';

export type Assignment = readonly [column: readonly string[], value: Expression | 'DEFAULT'];
export interface MergeClause {
  readonly matched: boolean;
  readonly condition?: Expression;
  readonly action:
    | { readonly kind: 'update'; readonly set: readonly Assignment[] }
    | { readonly kind: 'delete' }
    | {
        readonly kind: 'insert';
        readonly columns?: readonly string[];
        readonly values: readonly (Expression | 'DEFAULT')[];
      };
}

type Path = readonly string[];

export type AlterAction =
  | { readonly kind: 'add'; readonly columns: readonly ColumnDefinition[]; readonly ifNotExists: boolean }
  | { readonly kind: 'drop'; readonly columns: readonly string[]; readonly ifExists: boolean }
  | {
      readonly kind: 'column';
      readonly column: string;
      readonly change:
        | { readonly type: DataType }
        | { readonly notNull: boolean }
        | { readonly fallback: undefined }
        | { readonly comment: string }
        | { readonly policy: Path | undefined };
    }
  | { readonly kind: 'row access'; readonly policy: Path | undefined; readonly columns: readonly string[] }
  | { readonly kind: 'rename column'; readonly from: string; readonly to: string }
  | { readonly kind: 'rename'; readonly to: Path }
  | { readonly kind: 'swap'; readonly with: Path }
  | { readonly kind: 'comment'; readonly comment: string | null }
  | { readonly kind: 'primary key'; readonly columns: readonly string[] }
  | { readonly kind: 'cluster'; readonly by: string | null }
  /** Accepted and without an effect here: constraints and parameters of storage. */
  | { readonly kind: 'nothing' };

export type ObjectKind = 'TABLE' | 'VIEW' | 'SCHEMA' | 'DATABASE' | 'STAGE' | 'FILE FORMAT';

export type Statement =
  | { readonly kind: 'query'; readonly query: Query }
  | {
      readonly kind: 'insert';
      readonly table: Path;
      readonly columns?: readonly string[];
      readonly overwrite: boolean;
      readonly query?: Query;
      readonly rows?: readonly (readonly (Expression | 'DEFAULT')[])[];
    }
  | {
      readonly kind: 'update';
      readonly target: FromItem;
      readonly set: readonly Assignment[];
      readonly from: readonly FromItem[];
      readonly where?: Expression;
    }
  | {
      readonly kind: 'delete';
      readonly target: FromItem;
      readonly using: readonly FromItem[];
      readonly where?: Expression;
    }
  | {
      readonly kind: 'merge';
      readonly target: FromItem;
      readonly source: FromItem;
      readonly on: Expression;
      readonly clauses: readonly MergeClause[];
    }
  | { readonly kind: 'truncate'; readonly table: Path; readonly ifExists: boolean }
  | { readonly kind: 'begin'; readonly name?: string }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  | ({
      readonly kind: 'create table';
      readonly table: Path;
      readonly persistence: Persistence;
      readonly primaryKey?: readonly string[];
      readonly columns?: readonly ColumnDefinition[];
      readonly query?: Query;
      readonly like?: Path;
      readonly clone?: Path;
      readonly comment?: string;
      readonly cluster?: string;
      readonly keepGrants: boolean;
      readonly collation?: string;
    } & CreateFlags)
  | ({
      readonly kind: 'create view';
      readonly view: Path;
      readonly columns?: readonly string[];
      readonly query: Query;
      readonly text: string;
      readonly comment?: string;
      readonly keepGrants: boolean;
    } & CreateFlags)
  | ({
      readonly kind: 'create schema';
      readonly schema: Path;
      readonly persistence: Persistence;
      readonly collation?: string;
      readonly comment?: string;
    } & CreateFlags)
  | ({ readonly kind: 'create database'; readonly database: string; readonly collation?: string } & CreateFlags)
  | ({
      readonly kind: 'create stage';
      readonly stage: Path;
      readonly persistence: Persistence;
      readonly format?: Options;
      readonly comment?: string;
    } & CreateFlags)
  | ({ readonly kind: 'create format'; readonly format: Path; readonly options: Options } & CreateFlags)
  | ({
      readonly kind: 'create policy';
      readonly policy: Path;
      readonly of: 'MASKING_POLICY' | 'ROW_ACCESS_POLICY';
      readonly arguments: readonly DataType[];
    } & CreateFlags)
  | { readonly kind: 'drop'; readonly what: ObjectKind; readonly path: Path; readonly ifExists: boolean }
  | { readonly kind: 'alter table'; readonly table: Path; readonly ifExists: boolean; readonly action: AlterAction }
  | { readonly kind: 'comment'; readonly what: ObjectKind | 'COLUMN'; readonly path: Path; readonly comment: string }
  | {
      readonly kind: 'grant';
      readonly revoke: boolean;
      readonly privileges: readonly string[];
      readonly what: string;
      readonly path: Path;
      readonly role: string;
    }
  | { readonly kind: 'use'; readonly what: 'DATABASE' | 'SCHEMA' | 'ROLE' | 'WAREHOUSE'; readonly path: Path }
  | {
      readonly kind: 'set session';
      readonly values: Readonly<Record<string, string>>;
      readonly unset: readonly string[];
    }
  | {
      readonly kind: 'show';
      readonly what: string;
      readonly like?: string;
      readonly scope?: { readonly kind: 'ACCOUNT' | 'DATABASE' | 'SCHEMA' | 'TABLE'; readonly path: Path };
      readonly terse: boolean;
    }
  | { readonly kind: 'describe'; readonly what: 'TABLE' | 'VIEW' | 'STAGE' | 'FILE FORMAT'; readonly path: Path }
  | { readonly kind: 'put'; readonly file: string; readonly stage: string; readonly options: Options }
  | { readonly kind: 'get'; readonly stage: string; readonly file: string; readonly options: Options }
  | { readonly kind: 'list' | 'remove'; readonly stage: string; readonly pattern?: string }
  | {
      readonly kind: 'copy';
      readonly table: Path;
      readonly columns?: readonly string[];
      readonly stage: string;
      readonly transformation?: Query;
      readonly files?: readonly string[];
      readonly pattern?: string;
      readonly format: Options;
      readonly options: Options;
    };

/** SFStatementType of Snowflake's drivers; the Node driver counts rows by it. */
export const STATEMENT_TYPE: Readonly<Record<Statement['kind'], number>> = {
  query: 0x1000,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  copy: 0x3600,
  truncate: 0x3000,
  'set session': 0x4100,
  use: 0x4300,
  show: 0x4400,
  describe: 0x4500,
  list: 0x4700,
  begin: 0x5100,
  commit: 0x5200,
  rollback: 0x5300,
  get: 0x7101,
  put: 0x7102,
  remove: 0x7103,
  'create table': 0x6000,
  'create view': 0x6000,
  'create schema': 0x6000,
  'create database': 0x6000,
  'create stage': 0x6000,
  'create format': 0x6000,
  'create policy': 0x6000,
  'alter table': 0x6000,
  drop: 0x6000,
  comment: 0x6000,
  grant: 0x6000,
};
/** What commits an open transaction by itself. */
export const isDefinition = ({ kind }: Statement): boolean => STATEMENT_TYPE[kind] === 0x6000;
