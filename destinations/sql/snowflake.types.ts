import type { FieldType } from '#sdk';

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
