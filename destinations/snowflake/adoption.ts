import {
  ConnectorError,
  OWN_COLUMNS,
  type Adoption,
  type Field,
  type FieldType,
  type TableSpec,
  type TableState,
} from '#sdk';
import {
  ADOPTION_SLICE,
  adoptedSource,
  caseConflict,
  hasRoom,
  refuseConflicts,
  refuseRepeatedKey,
  type Conflict,
} from '../sql/conflicts.js';
import { addedColumn, sqlType, tableName, UUID_LENGTH } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { holdFence, lookAtFence, type Fence } from './fence.js';
import { findColumns, isAdopted, typeText, wholeFieldOf, type FoundColumn } from './found-table.js';
import { literal, quote, sharedTable, storedName } from './names.js';
import type { Pool } from './pool.js';

export interface Adopting {
  readonly metadata: string;
  readonly fence: Fence;
}

/**
 * Adopts the table, or with `adopting` absent tells what that would do. Definitions commit by themselves there: each may be repeated,
 * and the table is adopted only by the transaction behind them.
 */
export async function adoptTable(
  pool: Pool,
  table: TableSpec,
  added: readonly Field[],
  adopting: Adopting | undefined,
): Promise<Adoption> {
  const doing = `adopting table ${tableName(table)}`;
  const { missing, rows, ...plan } = await pool.use(doing, async (connection) => {
    const found = await findColumns(connection, table);
    if (found.length === 0) throw new ConnectorError('transient', `Table ${tableName(table)} was there and is gone.`);
    checkFit(table, found, 'foreign');
    if (table.write !== 'append' && table.key.length > 0 && !table.key.includes('_source_row'))
      await refuseRepeated(connection, table);
    return { ...planAdoption(table, found, added), rows: await countOf(connection, table) };
  });
  const adoption = { table: `${table.schema}.${table.name}`, rows, ...plan };
  if (adopting === undefined) return adoption;
  const { metadata, fence } = adopting;
  await pool.use(doing, async (connection) => {
    for (const [name, type] of missing) {
      await lookAtFence(connection, metadata, fence);
      await connection.run(`ALTER TABLE ${tableName(table)} ${addedColumn(name, type)}`);
    }
  });
  await pool.transaction(doing, async (connection) => {
    await holdFence(connection, metadata, fence);
    if (!(await isAdopted(connection, metadata, table))) await record(connection, table, adopting, rows);
  });
  return adoption;
}

async function countOf(connection: SnowflakeConnection, table: TableSpec): Promise<number> {
  const [row] = await connection.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${tableName(table)}`);
  return Number(row?.n);
}

/** What cannot be loaded into, whoever has made it. */
export async function refuseOtherKinds(connection: SnowflakeConnection, table: TableSpec): Promise<void> {
  const [row] = await connection.query<{ table_type: string }>(
    `SELECT table_type FROM information_schema.tables WHERE table_schema = ? AND table_name = ?`,
    [storedName(table.schema), storedName(table.name)],
  );
  const kind = row?.table_type ?? 'BASE TABLE';
  if (kind === 'BASE TABLE') return;
  throw new ConnectorError('config', `${tableName(table)} is of kind ${kind}, which cannot be loaded into.`, {
    stream: table.stream,
    hint: `Load into the table behind it, or give connection "${table.connection}" another schema.`,
  });
}

/** A table that was named in quotes and in other letters is not the one that is looked for. */
export async function refuseTwin(connection: SnowflakeConnection, table: TableSpec): Promise<void> {
  const [twin] = await connection.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND UPPER(table_name) = ?`,
    [storedName(table.schema), storedName(table.name)],
  );
  if (twin === undefined) return;
  throw new ConnectorError('config', `Table "${twin.table_name}" differs from ${tableName(table)} by case alone.`, {
    stream: table.stream,
    hint: `\`ALTER TABLE ${quote(table.schema)}."${twin.table_name}" RENAME TO ${tableName(table)}\`: names are kept in capitals, so that nobody needs to quote them.`,
  });
}

const ownColumns = ({ fromFiles }: TableSpec) =>
  [...OWN_COLUMNS].filter((name) => fromFiles || !name.startsWith('_source_'));

const OWN_TYPES: Readonly<Record<string, string>> = {
  _source_file: 'VARCHAR',
  _source_row: 'NUMBER(38,0)',
  _loaded_at: 'TIMESTAMP_TZ(6)',
  _run_id: `VARCHAR(${UUID_LENGTH})`,
};

const OWN_FIELDS: Readonly<Record<string, FieldType>> = {
  _source_row: 'integer',
  _loaded_at: 'timestamptz',
  _run_id: 'uuid',
};

function planAdoption(table: TableSpec, found: readonly FoundColumn[], added: readonly Field[]) {
  const there = new Set(found.map(({ column_name }) => column_name));
  const missing = [
    ...added.map((field) => [field.name, sqlType(field)] as const),
    ...ownColumns(table).map((name) => [name, OWN_TYPES[name] ?? ''] as const),
  ].filter(([name]) => !there.has(storedName(name)));
  return {
    missing,
    added: missing.map(([name, type]) => `${quote(name)} ${type}`),
    kept: left(table, found).map(({ column_name }) => column_name),
  };
}

function left(table: TableSpec, found: readonly FoundColumn[]): readonly FoundColumn[] {
  const known = new Set([...table.fields.map(({ name }) => name), ...ownColumns(table)].map(storedName));
  return found.filter(({ column_name }) => !known.has(column_name));
}

/** Throws all at once in which a table that somebody else has made does not hold what the stream has. */
export function checkFit(
  table: TableSpec,
  found: readonly FoundColumn[],
  origin: NonNullable<TableState['origin']>,
): void {
  const columns = new Map(found.map((column) => [column.column_name, column]));
  const names = [...columns.keys()];
  const target = tableName(table);
  const conflicts = [
    ...table.fields.flatMap((field): readonly Conflict[] => {
      const column = columns.get(storedName(field.name));
      if (column !== undefined) return unfit(column, field);
      const twin = names.find((name) => name.toLowerCase() === field.name.toLowerCase()) ?? '';
      const rename = `\`ALTER TABLE ${target} RENAME COLUMN "${twin}" TO ${quote(field.name)}\``;
      return [caseConflict(field, names, rename) ?? []].flat();
    }),
    ...ownColumns(table).flatMap((name) => notOurs(name, columns.get(storedName(name)))),
    // A file may lack what the next one has, so only while it is adopted are all columns known that come.
    ...(origin === 'adopted' && table.fromFiles ? [] : left(table, found).flatMap(mustBeFilled)),
    ...(table.write === 'append' ? [] : table.key)
      .filter((name) => !OWN_COLUMNS.has(name) && !columns.has(storedName(name)))
      .map((name) => ({
        what: `it has no column "${name}", which is part of the key (${table.key.join(', ')})`,
        remedy: `rename the column that holds it to ${quote(name)}, or the stream's by \`map: [{ rename: … }]\``,
      })),
  ];
  refuseConflicts(table, target, conflicts, (actions) =>
    actions.map((action) => `ALTER TABLE ${target} ${action}`).join('; '),
  );
}

function unfit(column: FoundColumn, field: Field): readonly Conflict[] {
  if (hasRoom(wholeFieldOf(column, field), field)) return [];
  const [name, needed] = [quote(field.name), sqlType(field)];
  const what = `${name} is ${typeText(column)}, ${needed} is needed`;
  const isLonger = column.data_type === 'TEXT' && (field.type === 'string' || field.type === 'uuid');
  const isLongerNumber =
    column.data_type === 'NUMBER' &&
    (field.type === 'integer' || field.type === 'decimal') &&
    (column.numeric_scale ?? 0) === (field.scale ?? 0);
  if (isLonger || isLongerNumber) return [{ what, alter: `ALTER COLUMN ${name} SET DATA TYPE ${needed}` }];
  return [
    {
      what,
      remedy: `give it that type by a new column that takes its values and its name, or cast the stream's by \`map: [{ cast: … }]\``,
    },
  ];
}

function notOurs(name: string, column: FoundColumn | undefined): readonly Conflict[] {
  if (column === undefined) return [];
  const spec: Field = { name, type: OWN_FIELDS[name] ?? 'string', nullable: true };
  if (hasRoom(wholeFieldOf(column, spec), spec)) return [];
  return [
    {
      what: `${quote(name)} is ${typeText(column)}, and Tributary has a column of that name (${OWN_TYPES[name]})`,
      remedy: `rename ${quote(name)}`,
    },
  ];
}

function mustBeFilled(column: FoundColumn): readonly Conflict[] {
  if (column.is_nullable === 'YES' || column.column_default !== null || column.is_identity === 'YES') return [];
  const name = `"${column.column_name}"`;
  return [
    {
      what: `${name} may not be null, has no default, and the stream has no such column`,
      alter: `ALTER COLUMN ${name} DROP NOT NULL`,
      remedy: `or give the stream that column by \`map: [{ set: … }]\``,
    },
  ];
}

/** Keys are not enforced there, so rows are compared whatever the table says. Throws where some have one key, or none. */
async function refuseRepeated(connection: SnowflakeConnection, table: TableSpec): Promise<void> {
  const key = table.key.map(quote);
  const target = tableName(table);
  const none = key.map((column) => `${column} IS NULL`).join(' OR ');
  const [row] = await connection.query<{ keys: number; n: number; missing: number }>(
    `SELECT COUNT(*) AS keys, COALESCE(SUM(n), 0) AS n, (SELECT COUNT(*) FROM ${target} WHERE ${none}) AS missing
       FROM (SELECT COUNT(*) AS n FROM ${target} WHERE NOT (${none}) GROUP BY ${key.join(', ')} HAVING COUNT(*) > 1)`,
  );
  refuseRepeatedKey(
    table,
    target,
    { keys: Number(row?.keys), rows: Number(row?.n), missing: Number(row?.missing) },
    `SELECT ${key.join(', ')}, COUNT(*) FROM ${target} GROUP BY ${key.join(', ')} HAVING COUNT(*) > 1 OR ${none}`,
  );
}

/** The days that the rows feed are all to be built, and the lineage says where rows without a run came from. */
async function record(
  connection: SnowflakeConnection,
  table: TableSpec,
  { metadata, fence }: Adopting,
  rows: number,
): Promise<void> {
  for (const fact of new Set(table.marks.map((mark) => mark.fact)))
    await connection.run(
      `INSERT INTO ${sharedTable(metadata, 'dirty')} (id, fact, day, campaign, run_id, marked_at)
       SELECT UUID_STRING(), ${literal(fact)}, NULL, NULL, ${literal(fence.run.id)}, CURRENT_TIMESTAMP(6)`,
    );
  await connection.run(
    `INSERT INTO ${sharedTable(metadata, 'lineage')} (id, connection, stream, slice, run_id, source, records, committed_at)
     SELECT COALESCE((SELECT MAX(id) FROM ${sharedTable(metadata, 'lineage')} WHERE connection = ?), 0) + 1, ?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP(6)`,
    [table.connection, table.connection, table.stream, ADOPTION_SLICE, fence.run.id, adoptedSource(table), rows],
  );
}
