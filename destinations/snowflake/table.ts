import {
  ConnectorError,
  OWN_COLUMNS,
  STAGING_POSITION,
  type Field,
  type FieldType,
  type SchemaChange,
  type TableSpec,
  type TableState,
} from '#sdk';
import { columnDefinitions, sqlType, tableName, UUID_LENGTH } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { ensureSchema } from './metadata.js';
import { quote, sharedTable, storedName } from './names.js';
import { retypeColumn, settleRetypes } from './retype.js';

const MAX_IDENTIFIER_CHARACTERS = 255;

interface ColumnRow extends Record<string, unknown> {
  readonly column_name: string;
  readonly data_type: string;
  readonly is_nullable: string;
  readonly numeric_precision: number | null;
  readonly numeric_scale: number | null;
  readonly character_maximum_length: number | null;
}

export async function describeTable(
  connection: SnowflakeConnection,
  table: TableSpec,
  /** Of the run that looks, and what it does before each definition; absent: it changes nothing. */
  mending?: { readonly epoch: bigint; readonly beforeEach: () => Promise<void> },
): Promise<TableState | undefined> {
  const look = () =>
    connection.query<ColumnRow>(
      `SELECT column_name, data_type, is_nullable, numeric_precision, numeric_scale, character_maximum_length
       FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`,
      [storedName(table.schema), storedName(table.name)],
    );
  let rows = await look();
  if (rows.length === 0) return undefined;
  if (!rows.some(({ column_name }) => column_name === storedName('_run_id')))
    throw new ConnectorError('config', `Table ${tableName(table)} exists and was not made by Tributary.`, {
      stream: table.stream,
      hint: `Rename that table, or give connection "${table.connection}" another schema.`,
    });
  if (mending !== undefined) {
    const alter = async (action: string) => {
      await mending.beforeEach();
      await connection.run(`ALTER TABLE ${tableName(table)} ${action}`);
    };
    const columns = rows.map(({ column_name }) => column_name);
    if (await settleRetypes(table, columns, mending.epoch, alter)) rows = await look();
  }
  const own = new Set([...OWN_COLUMNS].map(storedName));
  const known = new Map(table.fields.map((field) => [storedName(field.name), field]));
  const fields = rows
    .filter(({ column_name }) => !own.has(column_name))
    .map((row): Field => {
      const spec = known.get(row.column_name);
      const field = fieldOf(row, spec);
      if (field !== undefined) return field;
      throw new ConnectorError(
        'schema',
        `Column "${row.column_name}" of ${tableName(table)} has type ${row.data_type}, which Tributary does not load.`,
        { stream: table.stream },
      );
    });
  const key = await keyOf(connection, table);
  if (key.join() !== table.key.map(storedName).join() && table.write !== 'append')
    throw new ConnectorError(
      'schema',
      `Table ${tableName(table)} has the key (${key.join(', ')}), the stream has (${table.key.join(', ')}).`,
      {
        stream: table.stream,
        hint: 'A table keeps its key. Load into another schema, or drop the table and reset the state of the stream.',
      },
    );
  return { fields };
}

/** As `information_schema` calls the types. A name is given as the stream writes it. */
const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  TEXT: 'string',
  FLOAT: 'number',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP_NTZ: 'timestamp',
  TIMESTAMP_TZ: 'timestamptz',
  TIMESTAMP_LTZ: 'timestamptz',
  VARIANT: 'json',
  NUMBER: 'decimal',
};

function fieldOf(row: ColumnRow, spec: Field | undefined): Field | undefined {
  const found = FIELD_TYPES[row.data_type];
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

/** Constraints of keys are kept as information there, and not enforced; a checkpoint enforces them. */
async function keyOf(connection: SnowflakeConnection, table: TableSpec): Promise<readonly string[]> {
  const rows = await connection.query<{ column_name: string; key_sequence: number }>(
    `SHOW PRIMARY KEYS IN TABLE ${tableName(table)}`,
  );
  return rows.toSorted((a, b) => Number(a.key_sequence) - Number(b.key_sequence)).map(({ column_name }) => column_name);
}

/** Names that would be cut or become one are refused, and so are those that Snowflake never takes. */
export function checkNames(table: TableSpec): void {
  const refuse = (message: string, hint: string): never => {
    throw new ConnectorError('config', message, { stream: table.stream, hint });
  };
  const rename = 'Give the column another name by `map: [{ rename: … }]`.';
  for (const name of [table.schema, table.name, ...table.fields.map((field) => field.name)]) {
    if (name === '') refuse('A name is empty, which Snowflake does not take.', rename);
    if (name.length > MAX_IDENTIFIER_CHARACTERS)
      refuse(`"${name}" is longer than the ${MAX_IDENTIFIER_CHARACTERS} characters that Snowflake takes.`, rename);
  }
  const seen = new Map<string, string>([...OWN_COLUMNS, STAGING_POSITION].map((name) => [storedName(name), name]));
  for (const { name } of table.fields) {
    const other = seen.get(storedName(name));
    if (other !== undefined && other !== name)
      refuse(`"${name}" and "${other}" are one name in Snowflake, where names are kept in capitals.`, rename);
    seen.set(storedName(name), name);
  }
  for (const { name, type, precision } of table.fields)
    if (type === 'decimal' && precision !== undefined && precision > 38)
      refuse(`"${name}" has ${precision} digits; Snowflake holds 38.`, 'Give it fewer digits, or load it as text.');
}

/** A stream of the connection that has loaded and whose name is this one in capitals, but not as it is written. */
export async function otherStreamOf(
  connection: SnowflakeConnection,
  metadata: string,
  table: TableSpec,
): Promise<string | undefined> {
  const rows = await connection.query<{ stream: string }>(
    `SELECT DISTINCT stream FROM ${sharedTable(metadata, 'ledger')} WHERE connection = ? AND stream <> ?`,
    [table.connection, table.stream],
  );
  return rows.map(({ stream }) => stream).find((stream) => storedName(stream) === storedName(table.stream));
}

export const oneTable = (owner: string, table: TableSpec): ConnectorError =>
  new ConnectorError(
    'config',
    `Streams "${owner}" and "${table.stream}" are one table in Snowflake, where names are kept in capitals.`,
    { stream: table.stream, hint: 'Load one of them by another connection, into a schema of its own.' },
  );

export async function createTable(connection: SnowflakeConnection, table: TableSpec): Promise<void> {
  checkNames(table);
  await ensureSchema(connection, table.schema);
  await connection.run(
    `CREATE TABLE IF NOT EXISTS ${tableName(table)} (${columnDefinitions(table)}${keyClause(table)})`,
  );
}

function keyClause(table: TableSpec): string {
  return table.key.length === 0 || table.write === 'append' ? '' : `, PRIMARY KEY (${table.key.map(quote).join(', ')})`;
}

/** Adds, widens and loosens columns; a column that is gone from the stream stays. Each step may be repeated. */
export async function evolveTable(
  connection: SnowflakeConnection,
  table: TableSpec,
  change: SchemaChange,
  epoch: bigint,
  beforeEach: () => Promise<void>,
): Promise<void> {
  checkNames(table);
  const alter = async (action: string) => {
    await beforeEach();
    await connection.run(`ALTER TABLE ${tableName(table)} ${action}`);
  };
  for (const field of change.added) await alter(`ADD COLUMN IF NOT EXISTS ${quote(field.name)} ${sqlType(field)}`);
  for (const name of change.loosened) await alter(`ALTER COLUMN ${quote(name)} DROP NOT NULL`);
  for (const { name, from, to } of change.retyped)
    await retypeColumn(table, { name, from, to }, epoch, connection, alter);
}
