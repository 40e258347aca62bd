import type { ColumnType, MetadataTable, SqlDialect } from './dialect.js';
import { literal, quote, storedName } from './snowflake.names.js';
import { fieldType, NO_COLLATION } from './snowflake.types.js';

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  bigint: 'NUMBER(38,0)',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamptz: 'TIMESTAMP_TZ(6)',
  decimal: 'NUMBER(38,9)',
  money: 'NUMBER(18,2)',
};

/** Tables that a checkpoint updates are tables of one connection each, since an update locks its whole table. */
const OWN_TABLES: ReadonlySet<MetadataTable> = new Set(['fence', 'bookmark', 'quarantine']);

export const metadataTable: SqlDialect['metadataTable'] = (table, connection) =>
  OWN_TABLES.has(table) ? `${table}_${connection}` : table;

export const snowflakeDialect: SqlDialect = {
  name: 'snowflake',
  quote,
  literal,
  storedName,
  shownName: (stored) => stored.toLowerCase(),
  sqlType: (type) => SQL_TYPES[type],
  fieldType,
  typeNameColumn: `CASE WHEN data_type = 'NUMBER' AND numeric_scale = 0 THEN 'INTEGER' ELSE data_type END`,
  kindColumn: `CASE WHEN data_type = 'TEXT' THEN 'text' WHEN data_type <> 'NUMBER' THEN data_type WHEN numeric_scale = 0 THEN 'bigint' ELSE 'numeric' END`,
  dayOf: (expression, type, timeZone, writtenIn) => {
    if (type === 'date') return expression;
    if (type === 'timestamptz') return `CAST(CONVERT_TIMEZONE(${literal(timeZone)}, ${expression}) AS DATE)`;
    return writtenIn === undefined
      ? `CAST(${expression} AS DATE)`
      : `CAST(CONVERT_TIMEZONE(${literal(writtenIn)}, ${literal(timeZone)}, ${expression}) AS DATE)`;
  },
  monthOf: (expression) => `DATE_TRUNC('MONTH', CAST(${expression} AS DATE))`,
  // The session says that weeks begin on Mondays.
  weekOf: (expression) => `DATE_TRUNC('WEEK', CAST(${expression} AS DATE))`,
  asText: (expression, type) =>
    type === 'boolean' ? `LOWER(CAST(${expression} AS VARCHAR))` : `CAST(${expression} AS VARCHAR)`,
  contains: (text, part) => `CONTAINS(${text}, ${part})`,
  summand: (expression) => expression,
  // Floats are added in any order there, and no NUMBER holds all of them: their last digits say nothing.
  sumsDiffer: (left, right, type) =>
    type === 'number'
      ? `(${left} IS NULL <> ${right} IS NULL OR (${left} <> ${right} AND ABS(${left} - ${right}) > 1e-9 * (ABS(${left}) + ABS(${right}))))`
      : `${left} IS DISTINCT FROM ${right}`,
  now: 'CURRENT_TIMESTAMP(6)',
  tagOf: (expression, type, pattern) => {
    const group = (tag: string) => `REGEXP_SUBSTR(${tag}, ${literal(pattern)}, 1, 1, 'e', 1)`;
    if (type === 'string') return group(expression);
    const list = `CASE TYPEOF(${expression}) WHEN 'ARRAY' THEN ${expression} WHEN 'VARCHAR' THEN ARRAY_CONSTRUCT(${expression}) ELSE ARRAY_CONSTRUCT() END`;
    // The first in the order of the list: a subquery for each row may have no LIMIT there.
    const placed = `LPAD(CAST(g.index AS VARCHAR), 8, '0') || ${group('g.value::VARCHAR')}`;
    return `(SELECT SUBSTR(MIN(${placed}), 9) FROM TABLE(FLATTEN(INPUT => ${list})) g)`;
  },
  // Not MAX_BY, which of several takes any: a day has ten characters, and what stands behind the greatest is the value.
  latest: (value, order) => `SUBSTR(MAX(CAST(${order} AS VARCHAR) || CAST(${value} AS VARCHAR)), 11)`,
  createScratch: (name, select) => [
    // DDL would end the transaction, so the table is made beside it, empty, and filled within.
    `CREATE OR REPLACE TRANSIENT TABLE ${name} AS SELECT * FROM (${select}) LIMIT 0`,
    `INSERT INTO ${name} ${select}`,
  ],
  scratchEnds: false,
  scratchName: (name) => `${quote('report')}.${quote(`scratch_${name}`)}`,
  dropScratch: (name) => `DROP TABLE IF EXISTS ${name}`,
  analyze: () => [],
  counted: (statement) => statement,
  update: (target, assignments, source, match) =>
    `UPDATE ${target} t SET ${assignments.join(', ')} FROM ${source} WHERE ${match}`,
  differ: (left, right) => `(${left.map((one, n) => `${one} IS DISTINCT FROM ${right[n]}`).join(' OR ')})`,
  lock: () => 'SELECT 1',
  // Its tables are transient too. https://docs.snowflake.com/en/sql-reference/sql/create-schema
  createPassingSchema: (name) => `CREATE TRANSIENT SCHEMA ${name}`,
  createTable: ({ schema, name, columns, key }) => {
    const definitions = columns.map(
      (column) =>
        `${quote(column.name)} ${SQL_TYPES[column.type]}${column.nullable === true && !key.includes(column.name) ? '' : ' NOT NULL'}`,
    );
    return `CREATE TABLE IF NOT EXISTS ${quote(schema)}.${quote(name)} (${definitions.join(', ')}, PRIMARY KEY (${key.map(quote).join(', ')})) ${NO_COLLATION}`;
  },
  addColumn: ({ schema, name, key }, column) => {
    const definition = `${quote(column.name)} ${SQL_TYPES[column.type]}`;
    // With a default it knows no IF NOT EXISTS. https://docs.snowflake.com/en/sql-reference/sql/alter-table
    return `ALTER TABLE ${quote(schema)}.${quote(name)} ADD COLUMN ${
      column.nullable === true && !key.includes(column.name)
        ? `IF NOT EXISTS ${definition}`
        : `${definition} NOT NULL DEFAULT ''`
    }`;
  },
  // Keys are information there and nothing rests on them.
  changeKey: () => [],
  createView: (name, select) => `CREATE OR REPLACE VIEW ${name} COPY GRANTS AS ${select}`,
  role: (name) => `ROLE ${quote(name)}`,
  grantedView: 'VIEW',
  currentRole: 'CURRENT_ROLE()',
  tableGrants: 'information_schema.table_privileges',
  metadataTable,
  metadataField: (column, field) => `PARSE_JSON(${column}):${field}::VARCHAR`,
  rowId: (columns) => `LEFT(SHA2(${columns.join(' || CHR(31) || ')}, 256), 12)`,
  createIndexes: () => [],
  countIndexes: () => 'SELECT 0 AS n',
};
