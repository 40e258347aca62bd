import {
  ConnectorError,
  OWN_COLUMNS,
  STAGING_POSITION,
  type Field,
  type SchemaChange,
  type TableSpec,
  type TableState,
} from '#sdk';
import { notAdopted } from '../sql/conflicts.js';
import { NO_COLLATION } from '../sql/snowflake.types.js';
import { checkFit, refuseOtherKinds, refuseTwin } from './adoption.js';
import { addedColumn, columnDefinitions, sqlType, tableName } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { fieldOf, findColumns, isAdopted, type FoundColumn } from './found-table.js';
import { fencesOf, lookAtFence, type Fence } from './fence.js';
import { ensureSchema } from './metadata.js';
import { quote, sharedTable, storedName } from './names.js';
import { isBetween, refuseRetypes, retypeColumn, settleRetypes } from './retype.js';

const MAX_IDENTIFIER_CHARACTERS = 255;

/** Who has adopted what is looked up once for each table. */
export interface Adopted {
  readonly metadata: string;
  readonly known: Set<string>;
}

export async function describeTable(
  connection: SnowflakeConnection,
  table: TableSpec,
  adopted: Adopted,
  /** Of the run that looks; absent: it changes nothing. */
  fence?: Fence,
): Promise<TableState | undefined> {
  let rows = await findColumns(connection, table);
  if (rows.length === 0) {
    if (table.adopt === true) await refuseTwin(connection, table);
    return undefined;
  }
  const origin = await originOf(connection, table, rows, adopted);
  if (origin === 'foreign') {
    if (table.adopt !== true) throw notAdopted(table, tableName(table));
    await refuseOtherKinds(connection, table);
  }
  // Whether it fits is looked at when it is adopted, by all columns that then come.
  if (origin === 'adopted') checkFit(table, rows, origin);
  if (fence !== undefined && origin === undefined) {
    const columns = rows.map(({ column_name }) => column_name);
    const fences = () => fencesOf(connection, adopted.metadata, table.connection);
    if (await settleRetypes(table, columns, fence, fences, altering(connection, table, adopted.metadata, fence)))
      rows = await findColumns(connection, table);
  }
  await refuseCollated(connection, table, origin);
  const own = new Set([...OWN_COLUMNS].map(storedName));
  const known = new Map(table.fields.map((field) => [storedName(field.name), field]));
  const fields = rows
    .filter(({ column_name }) => !own.has(column_name) && !isBetween(table, column_name))
    .flatMap((row): Field[] => {
      const field = fieldOf(row, known.get(row.column_name));
      if (field !== undefined) return [field];
      // Of such a table only what the stream has needs to be known, and that was looked at.
      if (origin !== undefined) return [];
      throw new ConnectorError(
        'schema',
        `Column "${row.column_name}" of ${tableName(table)} has type ${row.data_type}, which Tributary does not load.`,
        { stream: table.stream },
      );
    });
  if (origin !== undefined) return { fields, origin };
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

/** DDL stands in no transaction, so the fence is looked at before each statement of it. */
const altering =
  (connection: SnowflakeConnection, table: TableSpec, metadata: string, fence: Fence) => async (action: string) => {
    await lookAtFence(connection, metadata, fence);
    await connection.run(`ALTER TABLE ${tableName(table)} ${action}`);
  };

/** A table of ours says in every row which run has loaded it; one that was adopted has rows without. */
async function originOf(
  connection: SnowflakeConnection,
  table: TableSpec,
  columns: readonly FoundColumn[],
  { metadata, known }: Adopted,
): Promise<TableState['origin']> {
  const run = columns.find(({ column_name }) => column_name === storedName('_run_id'));
  if (run?.is_nullable === 'NO') return undefined;
  const name = `${table.stream} ${tableName(table)}`;
  if (run === undefined || !(known.has(name) || (await isAdopted(connection, metadata, table)))) return 'foreign';
  known.add(name);
  return 'adopted';
}

/** These compare letter by letter. https://docs.snowflake.com/en/sql-reference/collation */
const BY_LETTER = new Set(['', 'utf8', 'bin']);

/** Where `a` is `A` keys that differ become one row, and a change of letters is none. Only DESCRIBE tells it. */
async function refuseCollated(
  connection: SnowflakeConnection,
  table: TableSpec,
  origin?: TableState['origin'],
): Promise<void> {
  const loaded = new Set([...table.fields.map((field) => field.name), ...OWN_COLUMNS].map(storedName));
  const columns = await connection.query<{ name: string; type: string }>(`DESCRIBE TABLE ${tableName(table)}`);
  for (const { name, type } of columns) {
    const [, collation = ''] = /\sCOLLATE\s+'([^']*)'/i.exec(type) ?? [];
    if (loaded.has(name) && !BY_LETTER.has(collation.toLowerCase()))
      throw new ConnectorError(
        'schema',
        `Column "${name}" of ${tableName(table)} compares its texts by the collation "${collation}", in which texts that differ may be one.`,
        {
          stream: table.stream,
          hint: `A column keeps its collation: ${origin === undefined ? 'drop the table and reset the state of the stream' : "copy it into one with `COLLATE ''` that then takes its name"}, or load into a schema without DEFAULT_DDL_COLLATION.`,
        },
      );
  }
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
    `CREATE TABLE IF NOT EXISTS ${tableName(table)} (${columnDefinitions(table)}${keyClause(table)}) ${NO_COLLATION}`,
  );
  await refuseCollated(connection, table);
}

function keyClause(table: TableSpec): string {
  return table.key.length === 0 || table.write === 'append' ? '' : `, PRIMARY KEY (${table.key.map(quote).join(', ')})`;
}

/** Adds, widens and loosens columns; a column that is gone from the stream stays. Each step may be repeated. */
export async function evolveTable(
  connection: SnowflakeConnection,
  table: TableSpec,
  change: SchemaChange,
  metadata: string,
  fence: Fence,
): Promise<void> {
  checkNames(table);
  const alter = altering(connection, table, metadata, fence);
  await refuseRetypes(connection, table, change.retyped);
  for (const field of change.added) await alter(addedColumn(field.name, sqlType(field)));
  for (const name of change.loosened) await alter(`ALTER COLUMN ${quote(name)} DROP NOT NULL`);
  for (const { name, from, to } of change.retyped)
    await retypeColumn(table, { name, from, to }, fence, connection, alter);
}
