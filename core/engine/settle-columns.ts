import { isUnchanged, type OpenFile, type PlannedColumn, type TableSpec, type TableState } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { adoptTable, checkOrigin } from './adoption.js';
import type { RunRequest } from './request.js';
import { describeChange, reconcile, type Reconciled } from './reconcile.js';
import { refuseOwnNames, withRoom, type StreamPlan } from './stream-plan.js';

export interface Settled {
  readonly columns: readonly PlannedColumn[];
  readonly table: TableSpec;
  /** True where there is no table yet. */
  readonly isNew: boolean;
}

/**
 * Columns of this unit: the plan's, with what the file's header adds, brought together with the table as it is now. `told`
 * holds the changes that were reported already, since every file of a stream may show the same one, and what no file of a new
 * table had.
 */
export async function settleColumns(
  run: RunRequest,
  plan: StreamPlan,
  file: Pick<OpenFile, 'fields'> | undefined,
  told: Set<string>,
): Promise<Settled> {
  const columns = file === undefined ? plan.columns : withRoom(run, columnsOf(plan, file));
  const table = { ...plan.table, fields: columns.map((column) => column.target) };
  let state = await run.destination.describe(table);
  checkOrigin(run, plan, state);
  if (state?.origin === 'foreign') {
    checkMarks(plan, columns);
    await adoptTable(run, plan, columns, table, state);
    state = await run.destination.describe(table);
  }
  if (state === undefined) {
    checkMarks(plan, columns);
    // What the first file lacks of a table that is not there yet has not gone, and is no change in the next one.
    if (file !== undefined)
      for (const column of columns)
        if (!columnsThere(file, columns).includes(column)) told.add(neverCame(column.target.name));
    return { columns, table, isNew: true };
  }
  const there = file === undefined ? columns : [...columnsThere(file, columns), ...boundColumns(file, columns, state)];
  const absent = columns.filter((column) => !there.includes(column));
  const merged = reconcile(plan, there, state);
  const settled = keepsAbsent(plan) ? merged : withNulls(merged, absent, state);
  checkMarks(plan, [...settled.columns, ...absent]);
  if (settled.change !== undefined) await run.destination.evolve(settled.table, settled.change);
  for (const { target } of there) told.delete(neverCame(target.name));
  const change = settled.seen && {
    ...settled.seen,
    removed: settled.seen.removed.filter((name) => !told.has(neverCame(name))),
  };
  if (change !== undefined && !isUnchanged(change) && !told.has(describeChange(change))) {
    told.add(describeChange(change));
    run.on({ type: 'schema_changed', stream: plan.request.name, change, applied: settled.change !== undefined });
  }
  return { columns: settled.columns, table: settled.table, isNew: false };
}

function columnsOf(plan: StreamPlan, file: Pick<OpenFile, 'fields'>): readonly PlannedColumn[] {
  const { catalog } = plan.stream;
  const known = new Set(catalog.fields.map((field) => field.name));
  const extra = file.fields.filter((field) => !known.has(field.name));
  if (file.fields.length > 0 && extra.length === file.fields.length)
    throw new ConnectorError('schema', `The file's header has no column of stream "${plan.request.name}".`, {
      stream: plan.request.name,
      hint: `Its columns: ${extra.map(({ name }) => name).join(', ')}. Those of the stream: ${[...known].join(', ')}.`,
    });
  const columns =
    extra.length === 0 ? plan.columns : plan.request.planColumns([...catalog.fields, ...extra], catalog.primaryKey);
  refuseOwnNames(plan.request.name, columns);
  const missing = plan.table.key.filter((name) => !name.startsWith('_source_') && !fileHas(file, columns, name));
  if (file.fields.length > 0 && missing.length > 0)
    throw new ConnectorError('schema', `The file's header lacks the key column "${missing.join('", "')}".`, {
      stream: plan.request.name,
      hint: 'Correct `primary_key`, or the file.',
    });
  return columns;
}

/**
 * The columns that the header has; the table still has the others, which is how their absence is seen. A required one is kept,
 * and every record of the file is rejected by it.
 */
function columnsThere(
  { fields }: Pick<OpenFile, 'fields'>,
  columns: readonly PlannedColumn[],
): readonly PlannedColumn[] {
  if (fields.length === 0) return columns;
  const there = new Set(fields.map(({ name }) => name));
  return columns.filter(
    ({ source, required, compute }) => there.has(source) || required === true || compute !== undefined,
  );
}

/**
 * Columns that the header lacks and that may not be null in a table which keeps what somebody else has said of it: every record of
 * the file is rejected by them, as by one that is required.
 */
function boundColumns(
  file: Pick<OpenFile, 'fields'>,
  columns: readonly PlannedColumn[],
  { fields, origin }: TableState,
): readonly PlannedColumn[] {
  if (origin === undefined) return [];
  const there = new Set(columnsThere(file, columns));
  const bound = new Set(fields.filter(({ nullable }) => !nullable).map(({ name }) => name));
  return columns.filter((column) => !there.has(column) && bound.has(column.target.name));
}

/** Stands among what was told for a column that no file of a new table had yet. */
const neverCame = (name: string) => `never came: ${name}`;

function fileHas(file: Pick<OpenFile, 'fields'>, columns: readonly PlannedColumn[], target: string): boolean {
  const source = columns.find((column) => column.target.name === target)?.source;
  return file.fields.some((field) => field.name === source);
}

/** A record that is known by its key keeps the values of columns that came once and do not come now; any other is a new one. */
const keepsAbsent = ({ write, table: { key } }: StreamPlan) =>
  write !== 'overwrite' && key.length > 0 && !key.includes('_source_row');

function withNulls(merged: Reconciled, absent: readonly PlannedColumn[], { fields }: TableState): Reconciled {
  const present = new Map(fields.map((field) => [field.name, field]));
  const nulls = absent.flatMap((column) => {
    const field = present.get(column.target.name);
    return field === undefined ? [] : [{ ...column, target: { ...field, nullable: true } }];
  });
  const columns = [...merged.columns, ...nulls];
  return { ...merged, columns, table: { ...merged.table, fields: columns.map(({ target }) => target) } };
}

/** What the marts ask of a column that does not land would be found out only in the middle of a checkpoint. */
function checkMarks(plan: StreamPlan, columns: readonly PlannedColumn[]): void {
  const names = new Set(columns.map(({ target }) => target.name));
  for (const { fact, day, campaign } of plan.request.marks)
    for (const part of [day, campaign])
      if (part !== null && 'column' in part && !names.has(part.column))
        throw new ConnectorError(
          'config',
          `Fact "${fact}" uses the column "${part.column}" of stream "${plan.request.name}", which is not loaded.`,
          { stream: plan.request.name, hint: `Columns of the table: ${[...names].join(', ')}.` },
        );
}
