import type { ColumnType, SqlDialect } from './dialect.js';
import { literal, quote } from './postgres.names.js';
import { fieldType } from './postgres.types.js';

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  bigint: 'bigint',
  boolean: 'boolean',
  date: 'date',
  timestamptz: 'timestamptz',
  decimal: 'numeric',
  money: 'numeric(18,2)',
};

export const postgresDialect: SqlDialect = {
  name: 'postgres',
  quote,
  literal,
  storedName: (name) => name,
  shownName: (stored) => stored,
  sqlType: (type) => SQL_TYPES[type],
  fieldType,
  typeNameColumn: 'udt_name',
  kindColumn: 'data_type',
  dayOf: (expression, type, timeZone, writtenIn) => {
    if (type === 'date') return expression;
    const there = `AT TIME ZONE ${literal(timeZone)}`;
    if (type === 'timestamptz') return `(${expression} ${there})::date`;
    return writtenIn === undefined
      ? `${expression}::date`
      : `(${expression} AT TIME ZONE ${literal(writtenIn)} ${there})::date`;
  },
  monthOf: (expression) => `date_trunc('month', ${expression}::timestamp)::date`,
  weekOf: (expression) => `date_trunc('week', ${expression}::timestamp)::date`,
  asText: (expression, type) => (type === 'json' ? `(${expression} #>> '{}')` : `${expression}::text`),
  contains: (text, part) => `strpos(${text}, ${part}) > 0`,
  summand: (expression) => `${expression}::numeric`,
  sumsDiffer: (left, right) => `${left} IS DISTINCT FROM ${right}`,
  now: 'clock_timestamp()',
  tagOf: (expression, type, pattern) => {
    const group = (tag: string) => `substring(${tag} FROM ${literal(pattern)})`;
    if (type === 'string') return group(expression);
    const list = `CASE jsonb_typeof(${expression}) WHEN 'array' THEN ${expression} WHEN 'string' THEN jsonb_build_array(${expression}) ELSE '[]'::jsonb END`;
    return `(SELECT ${group('g.tag')} FROM jsonb_array_elements_text(${list}) WITH ORDINALITY AS g(tag, place) WHERE g.tag ~ ${literal(pattern)} ORDER BY g.place LIMIT 1)`;
  },
  // Not array_agg with an order, which sorts every group: this is one pass.
  latest: (value, order) => `(max(ARRAY[${order}::text, ${value}::text]))[2]`,
  createScratch: (name, select) => [`CREATE TEMPORARY TABLE ${name} ON COMMIT DROP AS ${select}`],
  scratchEnds: true,
  // The schema is named, so that a table of the same name elsewhere is never meant.
  scratchName: (name) => `pg_temp.${quote(name)}`,
  dropScratch: (name) => `DROP TABLE ${name}`,
  analyze: (name) => [`ANALYZE ${name}`],
  counted: (statement) => `WITH written AS (${statement} RETURNING 1) SELECT count(*)::int AS n FROM written`,
  update: (target, assignments, source, match) =>
    `UPDATE ${target} t SET ${assignments.join(', ')} FROM ${source} WHERE ${match}`,
  differ: (left, right) => `ROW(${left.join(', ')}) IS DISTINCT FROM ROW(${right.join(', ')})`,
  lock: (key) => `SELECT pg_advisory_xact_lock(${key})`,
  readOneState: ['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ'],
  createPassingSchema: (name) => `CREATE SCHEMA ${name}`,
  createTable: ({ schema, name, columns, key }) => {
    const definitions = columns.map(
      (column) =>
        `${quote(column.name)} ${SQL_TYPES[column.type]}${column.nullable === true && !key.includes(column.name) ? '' : ' NOT NULL'}`,
    );
    return `CREATE TABLE IF NOT EXISTS ${quote(schema)}.${quote(name)} (${definitions.join(', ')}, PRIMARY KEY (${key.map(quote).join(', ')}))`;
  },
  addColumn: ({ schema, name, key }, column) =>
    `ALTER TABLE ${quote(schema)}.${quote(name)} ADD COLUMN IF NOT EXISTS ${quote(column.name)} ${SQL_TYPES[column.type]}${
      column.nullable === true && !key.includes(column.name) ? '' : ` NOT NULL DEFAULT ''`
    }`,
  changeKey: ({ schema, name, key }) => [
    `ALTER TABLE ${quote(schema)}.${quote(name)} DROP CONSTRAINT IF EXISTS ${quote(`${name}_pkey`)},
       ADD CONSTRAINT ${quote(`${name}_pkey`)} PRIMARY KEY (${key.map(quote).join(', ')})`,
  ],
  createView: (name, select) => `CREATE OR REPLACE VIEW ${name} AS ${select}`,
  role: quote,
  grantedView: 'TABLE',
  currentRole: 'current_user',
  tableGrants: 'information_schema.role_table_grants',
  metadataTable: (table) => table,
  metadataField: (column, field) => `${column} ->> ${literal(field)}`,
  rowId: (columns) => `left(encode(sha256(convert_to(concat_ws(E'\\x1f', ${columns.join(', ')}), 'UTF8')), 'hex'), 12)`,
  createIndexes: ({ schema, name, indexes = [] }) =>
    indexes.map(
      (columns) =>
        `CREATE INDEX IF NOT EXISTS ${quote(`${name}_by_${columns.join('_')}`)} ON ${quote(schema)}.${quote(name)} (${columns.map(quote).join(', ')})`,
    ),
  countIndexes: (schema) =>
    `SELECT count(*)::int AS n FROM pg_indexes WHERE schemaname = ${literal(schema)} AND indexname = tablename || '_by_' || substr(indexname, length(tablename) + 5)`,
};
