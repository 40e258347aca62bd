import { ConnectorError, type Field, type SchemaChange, type TableSpec } from '#sdk';
import { addedColumn, sqlType, tableName } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import type { Fence, KnownFence } from './fence.js';
import { fenceKey, fenceMark, quote, storedName } from './names.js';
import { refuseMovedFromPolicies } from './policies.js';

/** Throws for columns that cannot become what they should, before anything is changed. */
export async function refuseRetypes(
  connection: SnowflakeConnection,
  table: TableSpec,
  retyped: SchemaChange['retyped'],
): Promise<void> {
  for (const { name, from, to } of retyped) {
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
  }
  await refuseMovedFromPolicies(
    connection,
    table,
    retyped.filter(({ from, to }) => !isInPlace(from, to)),
  );
}

/**
 * Widens a column. Where Snowflake does not in place (another scale, or another type), values move to a new column that then
 * takes the name. Names of the columns in between hold the epoch, so that a zombie that goes on cannot take away the new one.
 * https://docs.snowflake.com/en/sql-reference/sql/alter-table-column
 */
export async function retypeColumn(
  table: TableSpec,
  { name, from, to }: { readonly name: string; readonly from: Field; readonly to: Field },
  { run, epoch }: Fence,
  connection: SnowflakeConnection,
  alter: (action: string) => Promise<void>,
): Promise<void> {
  const column = quote(name);
  if (isInPlace(from, to)) {
    await alter(`ALTER COLUMN ${column} SET DATA TYPE ${sqlType(to)}`);
    return;
  }
  const between = (part: string) => `${name}__${part}_${fenceMark(fenceKey(run))}_${epoch}`;
  const [fresh, old] = [quote(between('new')), quote(between('old'))];
  await alter(addedColumn(between('new'), sqlType(to)));
  await connection.run(`UPDATE ${tableName(table)} SET ${fresh} = ${converted(column, from, to)}`);
  await alter(`RENAME COLUMN ${column} TO ${old}`);
  // Parts of a backfill have fences of their own, and may have committed since. Until the new column has the name nobody can.
  const late = converted(old, from, to);
  await connection.run(`UPDATE ${tableName(table)} SET ${fresh} = ${late} WHERE ${fresh} IS DISTINCT FROM ${late}`);
  await alter(`RENAME COLUMN ${fresh} TO ${column}`);
  await alter(`DROP COLUMN ${old}`);
}

/** As this moves a column: the name, what of it, and fence and epoch of the run. */
const BETWEEN = /^(.+)__(NEW|OLD)_([0-9A-F]{12})_(\d+)$/;

/** Whether a column is one that is being moved, or was. Columns of the stream are not, whatever their names are. */
export const isBetween = (table: TableSpec, column: string): boolean =>
  BETWEEN.test(column) && !table.fields.some(({ name }) => storedName(name) === column);

/**
 * Brings a table back whose column was moved by a run that died meanwhile: before its new column had the name the old one gets it
 * back, afterwards what is left of the old one goes. `columns` are those that stand there; true where something was done. What a run of
 * another fence may still be moving is left alone, unless it had no checkpoint for so long that it is dead. Where neither of its columns
 * has the name this run has to wait, since it would take the column for one that is missing.
 */
export async function settleRetypes(
  table: TableSpec,
  columns: readonly string[],
  { run, epoch }: Fence,
  fences: () => Promise<ReadonlyMap<string, KnownFence>>,
  alter: (action: string) => Promise<void>,
): Promise<boolean> {
  const there = new Set(columns);
  const left = columns.flatMap((column) => {
    const [, name = '', part = '', mark = '', of = ''] = (isBetween(table, column) && BETWEEN.exec(column)) || [];
    return name === '' ? [] : [{ column, name, part, mark: mark.toLowerCase(), of: BigInt(of) }];
  });
  if (left.length === 0) return false;
  const known = await fences();
  const ours = fenceMark(fenceKey(run));
  let isDone = false;
  for (const { column, name, part, mark, of } of left.toSorted((a, b) => (a.part > b.part ? -1 : 1))) {
    const isMissing = part === 'OLD' && !there.has(name);
    const back = `RENAME COLUMN ${quote(column)} TO ${quote(name)}`;
    const mover = known.get(mark);
    const isDead = of < (mark === ours ? epoch : (mover?.epoch ?? 0n)) || (mark !== ours && mover?.isIdle === true);
    if (isDead) {
      await alter(isMissing ? back : `DROP COLUMN ${quote(column)}`);
      isDone = true;
    } else if (isMissing && mark !== ours)
      throw new ConnectorError(
        'locked',
        `Column ${quote(name)} of ${tableName(table)} is being moved to another type by run ${mover?.run_id ?? 'of an unknown fence'}.`,
        {
          stream: table.stream,
          hint: `Run again later. If that run is dead, run ${mover === undefined ? 'it' : `"${mover.key.replace('#', '" from ').replace('..', ' to ')}${mover.key.includes('#') ? '' : '"'}`} again, or: ALTER TABLE ${tableName(table)} ${back}`,
        },
      );
  }
  return isDone;
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
