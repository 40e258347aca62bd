import type { FieldType } from '#sdk';

/**
 * Of each table: its texts differ where a letter does, whatever account, database or schema have as their default, also in columns
 * that come later. https://docs.snowflake.com/en/sql-reference/parameters#default-ddl-collation
 */
export const NO_COLLATION = `DEFAULT_DDL_COLLATION = ''`;

/** Types as `information_schema.columns` names them, and `INTEGER` for a number without digits after the point. */
const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  TEXT: 'string',
  INTEGER: 'integer',
  NUMBER: 'decimal',
  FLOAT: 'number',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP_NTZ: 'timestamp',
  TIMESTAMP_TZ: 'timestamptz',
  TIMESTAMP_LTZ: 'timestamptz',
  VARIANT: 'json',
};

/** The field type of a column; undefined for a type that we do not load. */
export function fieldType(typeName: string): FieldType | undefined {
  return FIELD_TYPES[typeName];
}
