import type { Field, FieldType, TableSpec } from '#sdk';
import { quote } from './names.js';

const SQL_TYPES: Readonly<Record<FieldType, string>> = {
  string: 'text',
  integer: 'bigint',
  number: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
  json: 'jsonb',
};

export function sqlType(field: Field): string {
  if (field.type === 'decimal' && field.precision !== undefined)
    return `numeric(${field.precision},${field.scale ?? 0})`;
  return SQL_TYPES[field.type];
}

/** The columns that Tributary adds, in table order. */
export function bookkeepingColumns(table: TableSpec): readonly string[] {
  return [
    ...(table.fromFiles ? ['_source_file text NOT NULL', '_source_row bigint NOT NULL'] : []),
    '_loaded_at timestamptz NOT NULL',
    '_run_id uuid NOT NULL',
  ];
}

export function columnDefinitions(table: TableSpec): string {
  const own = table.fields.map(
    (field) =>
      `${quote(field.name)} ${sqlType(field)}${field.nullable && !table.key.includes(field.name) ? '' : ' NOT NULL'}`,
  );
  return [...own, ...bookkeepingColumns(table)].join(', ');
}

export const tableName = (table: TableSpec): string => `${quote(table.schema)}.${quote(table.name)}`;
