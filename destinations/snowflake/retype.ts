import { ConnectorError, type Field, type TableSpec } from '#sdk';
import { sqlType, tableName } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { quote, storedName } from './names.js';

/**
 * Widens a column. Where Snowflake does not in place (another scale, or another type), values move to a new column that then
 * takes the name. Names of the columns in between hold the epoch, so that a zombie that goes on cannot take away the new one.
 * https://docs.snowflake.com/en/sql-reference/sql/alter-table-column
 */
export async function retypeColumn(
  table: TableSpec,
  { name, from, to }: { readonly name: string; readonly from: Field; readonly to: Field },
  epoch: bigint,
  connection: SnowflakeConnection,
  alter: (action: string) => Promise<void>,
): Promise<void> {
  if (to.precision !== undefined && to.precision > 38)
    throw new ConnectorError('schema', `Column "${name}" would need ${to.precision} digits; Snowflake holds 38.`, {
      stream: table.stream,
      hint: 'Declare fewer digits, or load the column as text into another schema.',
    });
  if (table.key.includes(name) && !isInPlace(from, to))
    throw new ConnectorError('schema', `Column "${name}" is part of the key and cannot become ${sqlType(to)}.`, {
      stream: table.stream,
      hint: 'Load into another schema, or drop the table and reset the state of the stream.',
    });
  const column = quote(name);
  if (isInPlace(from, to)) {
    await alter(`ALTER COLUMN ${column} SET DATA TYPE ${sqlType(to)}`);
    return;
  }
  const fresh = quote(`${name}__new_${epoch}`);
  const old = quote(`${name}__old_${epoch}`);
  await alter(`ADD COLUMN IF NOT EXISTS ${fresh} ${sqlType(to)}`);
  await connection.run(`UPDATE ${tableName(table)} SET ${fresh} = ${converted(column, from, to)}`);
  await alter(`RENAME COLUMN ${column} TO ${old}`);
  // Parts of a backfill have fences of their own, and may have committed since. Until the new column has the name nobody can.
  const late = converted(old, from, to);
  await connection.run(`UPDATE ${tableName(table)} SET ${fresh} = ${late} WHERE ${fresh} IS DISTINCT FROM ${late}`);
  await alter(`RENAME COLUMN ${fresh} TO ${column}`);
  await alter(`DROP COLUMN ${old}`);
}

/** As this moves a column: the name, what of it, and the epoch of the run. */
const BETWEEN = /^(.+)__(NEW|OLD)_(\d+)$/;

/**
 * Brings a table back whose column was moved by a run that died meanwhile: before its new column had the name the old one gets it
 * back, afterwards what is left of the old one goes. `columns` are those that stand there; true where something was done. Columns of
 * the stream are left alone whatever their names are.
 */
export async function settleRetypes(
  table: TableSpec,
  columns: readonly string[],
  epoch: bigint,
  alter: (action: string) => Promise<void>,
): Promise<boolean> {
  const own = new Set(table.fields.map(({ name }) => storedName(name)));
  const there = new Set(columns);
  const left = columns.flatMap((column) => {
    const [, name = '', part = '', of = ''] = BETWEEN.exec(column) ?? [];
    return name === '' || own.has(column) || BigInt(of) >= epoch ? [] : [{ column, name, part }];
  });
  for (const { column, name, part } of left.toSorted((a, b) => (a.part > b.part ? -1 : 1)))
    if (part === 'OLD' && !there.has(name)) await alter(`RENAME COLUMN ${quote(column)} TO ${quote(name)}`);
    else await alter(`DROP COLUMN ${quote(column)}`);
  return left.length > 0;
}

function isInPlace(from: Field, to: Field): boolean {
  if (from.type === 'uuid' && to.type === 'string') return true;
  const wasNumber = from.type === 'decimal' || from.type === 'integer';
  const scale = from.scale ?? 0;
  return (
    wasNumber && to.type === 'decimal' && (to.scale ?? 0) === scale && (to.precision ?? 38) >= (from.precision ?? 38)
  );
}

/** A text of a value as the row program would write it. */
function converted(column: string, from: Field, to: Field): string {
  if (to.type === 'string' && from.type === 'date') return `TO_VARCHAR(${column}, 'YYYY-MM-DD')`;
  return `CAST(${column} AS ${sqlType(to)})`;
}
