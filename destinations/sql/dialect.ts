import type { FieldType } from '#sdk';

/**
 * What differs between the databases that hold the marts. Everything here returns SQL text; nothing talks to a database.
 * An expression given is SQL already; a value given is not, and is quoted here.
 */
export interface SqlDialect {
  readonly name: 'postgres' | 'snowflake';
  quote(name: string): string;
  literal(value: string): string;
  /** A name as the database's catalog holds it. */
  storedName(name: string): string;
  /** The name of a mart's column, of which the catalog holds this. */
  shownName(stored: string): string;
  sqlType(type: ColumnType): string;
  /** The field type of a column by its type in `information_schema.columns`; undefined for one that we do not load. */
  fieldType(typeName: string): FieldType | undefined;
  /** The column of `information_schema.columns` that `fieldType` understands. */
  readonly typeNameColumn: string;
  /** What a column of the marts is, by `information_schema.columns`: `text`, `bigint` or `numeric`, else the database's own word. */
  readonly kindColumn: string;
  /**
   * The day of a date, of an instant in a time zone, or of a wall clock's time, which is in that zone already unless it is
   * that of the zone `writtenIn`.
   */
  dayOf(expression: string, type: 'date' | 'timestamp' | 'timestamptz', timeZone: string, writtenIn?: string): string;
  /** The first day of a date's month. */
  monthOf(expression: string): string;
  /** The Monday of a date's week. */
  weekOf(expression: string): string;
  asText(expression: string, type: FieldType): string;
  /** Whether a text has another one in it. */
  contains(text: string, part: string): string;
  /** A number as it is summed up, where the database can without losing a digit. */
  summand(expression: string, type: FieldType): string;
  /** Whether two sums of such numbers differ; null equals null. */
  sumsDiffer(left: string, right: string, type: FieldType): string;
  /** The instant at which the statement runs. */
  readonly now: string;
  /** The group of the first tag that matches; null where none does. `json`: a list of tags, or a single one. */
  tagOf(expression: string, type: 'json' | 'string', pattern: string): string;
  /** An aggregate: `value`, as text, of the row with the greatest `order` (a date); of several the greatest `value`. */
  latest(value: string, order: string): string;
  /** Statements that make and fill a table which nobody else uses. `name` comes from `scratchName`; `dropScratch` ends it. */
  createScratch(name: string, select: string): readonly string[];
  scratchName(name: string): string;
  dropScratch(name: string): string;
  /** Whether scratch tables are gone with the transaction by themselves. */
  readonly scratchEnds: boolean;
  /** Statements that tell the planner how large a table became. */
  analyze(name: string): readonly string[];
  /** Makes a statement that writes, and stands alone, tell how many rows it wrote, as column `n` of one row. */
  counted(statement: string): string;
  update(target: string, assignments: readonly string[], source: string, match: string): string;
  /** Null equals null. */
  differ(left: readonly string[], right: readonly string[]): string;
  /** Waits until nobody else in the database holds this lock; it is given back at the end of the transaction. */
  lock(key: number): string;
  /** The first statements of a transaction whose queries are all to see the same state; absent: each query sees what is committed by then. */
  readonly readOneState?: readonly string[];
  /** Makes a schema of whose tables nothing is kept once they are dropped, as far as the warehouse can. */
  createPassingSchema(name: string): string;
  createTable(table: TableDefinition): string;
  /** Adds a column that is missing, also where that may be an error by now if another one has; in rows that are there it is null, or where it may not be null the empty text. */
  addColumn(table: TableDefinition, column: ColumnDefinition): string;
  /** Statements after which the key of a table that is there is the one given. */
  changeKey(table: TableDefinition): readonly string[];
  /** Keeps the rights to the view. */
  createView(name: string, select: string): string;
  /** Who rights are given to, as GRANT and REVOKE name them. */
  role(name: string): string;
  /** What GRANT and REVOKE call a view. */
  readonly grantedView: 'TABLE' | 'VIEW';
  /** The one that works, as the catalog names it: an expression. */
  readonly currentRole: string;
  /** The view of the catalog with rights to tables, without what everybody has. */
  readonly tableGrants: string;
  /** The table of the metadata schema that holds these rows of a connection, without the schema. */
  metadataTable(table: MetadataTable, connection: string): string;
  /** A field of JSON in a table of the metadata schema, as text. */
  metadataField(column: string, field: string): string;
  /** A short id of a row, the same in every database: from the hash of these columns, U+001F between them. */
  rowId(columns: readonly string[]): string;
  /** Statements that make its indexes where they are missing; none where the database has none. */
  createIndexes(table: TableDefinition): readonly string[];
  /** How many of those of a schema there are, as column `n` of one row. */
  countIndexes(schema: string): string;
}

export type MetadataTable = 'fence' | 'bookmark' | 'ledger' | 'quarantine' | 'lineage' | 'dirty';

/** `decimal` keeps every digit that a sum needs; `money` has two after the point. */
export type ColumnType = 'text' | 'bigint' | 'boolean' | 'date' | 'timestamptz' | 'decimal' | 'money';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable?: boolean;
}

export interface TableDefinition {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly key: readonly string[];
  /** Columns by which rows are looked for beside the key. */
  readonly indexes?: readonly (readonly string[])[];
}
