import type { Field, TableSpec } from '#sdk';
import { ADOPTION_SLICE, adoptedSource } from '../sql/conflicts.js';
import { fieldType } from '../sql/snowflake.types.js';
import { UUID_LENGTH } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { sharedTable, storedName } from './names.js';

export interface FoundColumn extends Record<string, unknown> {
  readonly column_name: string;
  readonly data_type: string;
  readonly is_nullable: string;
  readonly numeric_precision: number | null;
  readonly numeric_scale: number | null;
  readonly character_maximum_length: number | null;
  readonly datetime_precision: number | null;
  readonly column_default: string | null;
  readonly is_identity: string;
}

/** The columns of a table, or of whatever has its name; none where there is nothing. */
export const findColumns = (
  connection: SnowflakeConnection,
  table: Pick<TableSpec, 'schema' | 'name'>,
): Promise<readonly FoundColumn[]> =>
  connection.query<FoundColumn>(
    `SELECT column_name, data_type, is_nullable, numeric_precision, numeric_scale, character_maximum_length, datetime_precision,
            column_default, is_identity
       FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`,
    [storedName(table.schema), storedName(table.name)],
  );

/** The column as a field, by the family of its type alone; undefined for one that we do not load. A name is given as the stream writes it. */
export function fieldOf(row: FoundColumn, spec: Field | undefined): Field | undefined {
  const found = fieldType(row.data_type);
  if (found === undefined) return undefined;
  const field = { name: spec?.name ?? row.column_name.toLowerCase(), nullable: row.is_nullable === 'YES' };
  const precision = row.numeric_precision ?? 38;
  const scale = row.numeric_scale ?? 0;
  // Whole numbers of any length are one type there; what the stream calls them is what they are, where they fit.
  if (found === 'decimal' && scale === 0 && precision >= 19 && spec?.type !== 'decimal')
    return { ...field, type: 'integer' };
  if (found === 'decimal') return { ...field, type: 'decimal', precision, scale };
  if (found === 'string' && row.character_maximum_length === UUID_LENGTH) return { ...field, type: 'uuid' };
  return { ...field, type: found };
}

/** A text of no declared length has at least so many characters. https://docs.snowflake.com/en/sql-reference/data-types-text */
const WHOLE_TEXT = 16_777_216;
/** What a record's times have. */
const FRACTION_DIGITS = 6;

/** The column as a field that surely holds what it says; undefined for one that may cut or round it. */
export function wholeFieldOf(row: FoundColumn, spec: Field): Field | undefined {
  const field = fieldOf(row, spec);
  if (field === undefined) return undefined;
  const length = row.character_maximum_length ?? 0;
  if (row.data_type === 'TEXT' && spec.type === 'uuid' && length >= UUID_LENGTH) return field;
  if (row.data_type === 'TEXT' && length < WHOLE_TEXT) return undefined;
  return row.datetime_precision !== null && row.datetime_precision < FRACTION_DIGITS ? undefined : field;
}

/** The type as a person writes it. */
export function typeText(row: FoundColumn): string {
  if (row.data_type === 'TEXT') return `VARCHAR(${row.character_maximum_length})`;
  if (row.data_type === 'NUMBER') return `NUMBER(${row.numeric_precision},${row.numeric_scale})`;
  return row.datetime_precision === null ? row.data_type : `${row.data_type}(${row.datetime_precision})`;
}

/** Whether a run of the connection has adopted this very table. */
export async function isAdopted(connection: SnowflakeConnection, metadata: string, table: TableSpec): Promise<boolean> {
  const found = await connection.query(
    `SELECT 1 AS n FROM ${sharedTable(metadata, 'lineage')} WHERE connection = ? AND stream = ? AND slice = ? AND source = ? LIMIT 1`,
    [table.connection, table.stream, ADOPTION_SLICE, adoptedSource(table)],
  );
  return found.length > 0;
}
