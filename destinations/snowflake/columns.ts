import type { Field, FieldType, TableSpec } from '#sdk';
import { quote } from './names.js';

/** Digits of a decimal whose stream does not say how many it has: as many as a NUMBER holds, 18 of them after the point. */
export const UNBOUNDED_DECIMAL = { precision: 38, scale: 18 } as const;
/** A column of this length holds UUIDs, which Snowflake has no type for. */
export const UUID_LENGTH = 36;

const SQL_TYPES: Readonly<Record<FieldType, string>> = {
  string: 'VARCHAR',
  integer: 'NUMBER(38,0)',
  number: 'FLOAT',
  decimal: `NUMBER(${UNBOUNDED_DECIMAL.precision},${UNBOUNDED_DECIMAL.scale})`,
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME(6)',
  timestamp: 'TIMESTAMP_NTZ(6)',
  timestamptz: 'TIMESTAMP_TZ(6)',
  uuid: `VARCHAR(${UUID_LENGTH})`,
  json: 'VARIANT',
};

export function sqlType({ type, precision, scale }: Pick<Field, 'type' | 'precision' | 'scale'>): string {
  return type === 'decimal' && precision !== undefined ? `NUMBER(${precision},${scale ?? 0})` : SQL_TYPES[type];
}

/** JSON is staged as its text, and read by the checkpoint. */
export const stagedType = (field: Field): string => (field.type === 'json' ? 'VARCHAR' : sqlType(field));

/** The columns that Tributary adds, in table order. */
export function bookkeepingColumns(table: TableSpec): readonly string[] {
  return [
    ...(table.fromFiles
      ? [`${quote('_source_file')} VARCHAR NOT NULL`, `${quote('_source_row')} NUMBER(38,0) NOT NULL`]
      : []),
    `${quote('_loaded_at')} TIMESTAMP_TZ(6) NOT NULL`,
    `${quote('_run_id')} VARCHAR(${UUID_LENGTH}) NOT NULL`,
  ];
}

export function columnDefinitions(table: TableSpec): string {
  const own = table.fields.map(
    (field) =>
      `${quote(field.name)} ${sqlType(field)}${field.nullable && !table.key.includes(field.name) ? '' : ' NOT NULL'}`,
  );
  return [...own, ...bookkeepingColumns(table)].join(', ');
}

/** A column that comes to a table which is there, and may be one in which texts are compared otherwise. */
export const addedColumn = (name: string, type: string): string =>
  `ADD COLUMN IF NOT EXISTS ${quote(name)} ${type}${type.startsWith('VARCHAR') ? " COLLATE ''" : ''}`;

export const tableName = (table: Pick<TableSpec, 'schema' | 'name'>): string =>
  `${quote(table.schema)}.${quote(table.name)}`;
