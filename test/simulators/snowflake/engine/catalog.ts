import { errors } from '../errors.js';
import type { Query } from '../sql/ast.js';
import type { ColumnDefinition, Options, Persistence } from '../sql/statement.js';
import type { DataType } from '../sql/types.js';
import { shownPath } from './names.js';

export interface Load {
  readonly md5: string;
  readonly at: Date;
}

export interface Table {
  readonly kind: 'table';
  /** The engine's name of what is committed; a committed transaction puts its working copy in this place. */
  relation: string;
  columns: readonly ColumnDefinition[];
  /** Kept as information, and not enforced. */
  primaryKey: readonly string[];
  readonly persistence: Persistence;
  comment: string | null;
  cluster: string | null;
  /** The row access policy, with its database and schema, and the columns that it is given. */
  rowAccess?: { readonly policy: readonly string[]; readonly columns: readonly string[] };
  /** Of columns that are added; null: that of the schema. */
  readonly collation: string | null;
  grants: readonly { readonly privilege: string; readonly role: string }[];
  readonly created: Date;
  /** Files that COPY has loaded, by their place and content (docs.snowflake.com, load metadata). */
  readonly loaded: Map<string, Load>;
}

export interface View {
  readonly kind: 'view';
  readonly query: Query;
  readonly text: string;
  readonly columns: readonly ColumnDefinition[];
  /** Names within it are looked up from where it was made. */
  readonly namespace: Namespace;
  comment: string | null;
  grants: readonly { readonly privilege: string; readonly role: string }[];
  readonly created: Date;
}

export interface Stage {
  readonly folder: string;
  readonly format: Options;
  readonly persistence: Persistence;
  comment: string | null;
  readonly created: Date;
}

export interface Policy {
  readonly of: 'MASKING_POLICY' | 'ROW_ACCESS_POLICY';
  readonly arguments: readonly DataType[];
}

export interface Schema {
  readonly relations: Map<string, Table | View>;
  readonly stages: Map<string, Stage>;
  readonly formats: Map<string, Options>;
  readonly policies: Map<string, Policy>;
  readonly persistence: Persistence;
  /** DEFAULT_DDL_COLLATION; null: that of the database. */
  readonly collation: string | null;
  readonly created: Date;
}
export interface StoredDatabase {
  readonly schemas: Map<string, Schema>;
  readonly collation: string;
  readonly created: Date;
}

/** The database and schema that unqualified names are in. */
export interface Namespace {
  readonly database: string | null;
  readonly schema: string | null;
}

export interface Catalog {
  readonly databases: Map<string, StoredDatabase>;
  /** Temporary tables and stages, which one session alone sees, before others of that name. */
  readonly temporary: Map<string, Table>;
}

export const createSchema = (persistence: Persistence = 'PERMANENT', collation: string | null = null): Schema => ({
  relations: new Map(),
  stages: new Map(),
  formats: new Map(),
  policies: new Map(),
  persistence,
  collation,
  created: new Date(),
});
/** A new database has the schema PUBLIC. */
export const createStoredDatabase = (collation = ''): StoredDatabase => ({
  collation,
  schemas: new Map([['PUBLIC', createSchema()]]),
  created: new Date(),
});

/** Database, schema and name of what a path means here. */
export const qualify = (
  path: readonly string[],
  namespace: Namespace,
): [database: string, schema: string, name: string] => {
  const [name, schema = namespace.schema, database = namespace.database] = path.toReversed();
  if (database === null) throw errors.noDatabase();
  if (schema === null) throw errors.noSchema();
  return [database, schema, name];
};

export const findDatabase = (databases: Catalog['databases'], name: string): StoredDatabase => {
  const found = databases.get(name);
  if (found === undefined) throw errors.missing('Database', shownPath([name]));
  return found;
};

export const findSchema = (databases: Catalog['databases'], database: string, name: string): Schema => {
  const found = findDatabase(databases, database).schemas.get(name);
  if (found === undefined) throw errors.missing('Schema', shownPath([database, name]));
  return found;
};

export const findRelation = (
  catalog: Catalog,
  path: readonly string[],
  namespace: Namespace,
): Table | View | undefined => {
  const full = qualify(path, namespace);
  const own = catalog.temporary.get(full.join('\0'));
  if (own !== undefined) return own;
  const [database, schema, name] = full;
  return catalog.databases.get(database)?.schemas.get(schema)?.relations.get(name);
};

export const needRelation = (catalog: Catalog, path: readonly string[], namespace: Namespace): Table | View => {
  const found = findRelation(catalog, path, namespace);
  if (found !== undefined) return found;
  const [database, schema] = qualify(path, namespace);
  findSchema(catalog.databases, database, schema);
  throw errors.missingObject(shownPath(path.length === 1 ? path : qualify(path, namespace)));
};

export const needTable = (catalog: Catalog, path: readonly string[], namespace: Namespace): Table => {
  const found = needRelation(catalog, path, namespace);
  if (found.kind === 'view') throw errors.invalid(`Object '${shownPath(path)}' is a view and not a table.`);
  return found;
};
