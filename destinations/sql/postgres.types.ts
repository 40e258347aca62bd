import type { FieldType } from '#sdk';

const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  text: 'string',
  varchar: 'string',
  bpchar: 'string',
  int8: 'integer',
  int4: 'integer',
  int2: 'integer',
  float8: 'number',
  float4: 'number',
  numeric: 'decimal',
  bool: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
  jsonb: 'json',
};

/** The field type of a column by its `udt_name`; undefined for a type that we do not load. */
export function fieldType(udtName: string): FieldType | undefined {
  return FIELD_TYPES[udtName];
}
