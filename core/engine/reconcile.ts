import {
  compareSchemas,
  holds,
  isUnchanged,
  isWidening,
  typeName,
  widened,
  type Field,
  type PlannedColumn,
  type SchemaChange,
  type TableSpec,
  type TableState,
} from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { StreamPlan } from './stream-plan.js';

export interface Reconciled {
  readonly columns: readonly PlannedColumn[];
  readonly table: TableSpec;
  /** What is to be done to the table first. */
  readonly change: SchemaChange | undefined;
  /** What differs, done or not, for the event. */
  readonly seen: SchemaChange | undefined;
}

/** Brings the columns that come and the table that is there together, by the connection's rule. */
export function reconcile(plan: StreamPlan, columns: readonly PlannedColumn[], state: TableState): Reconciled {
  if (state.origin !== undefined) return fitted(plan, columns, state);
  const { request, table } = plan;
  const present = new Map(state.fields.map((field) => [field.name, field]));
  const mayNotBeNull = (name: string) => present.get(name)?.nullable === false && !table.key.includes(name);
  const seen: SchemaChange = {
    ...compareSchemas(
      state.fields,
      columns.map((column) => column.target),
    ),
    loosened: columns
      .filter(({ target, required }) => target.nullable && required !== true && mayNotBeNull(target.name))
      .map(({ target }) => target.name),
  };
  const withColumns = (kept: readonly PlannedColumn[], change: SchemaChange | undefined): Reconciled => ({
    columns: kept,
    table: { ...table, fields: kept.map((column) => column.target) },
    change,
    seen: isUnchanged(seen) ? undefined : seen,
  });
  if (isUnchanged(seen)) return withColumns(columns, undefined);
  const refuse = refusal(plan);
  if (request.onSchemaChange === 'stop') refuse(describeChange(seen), REMEDY);
  const frozen = request.onSchemaChange === 'freeze';
  const retyped: SchemaChange['retyped'][number][] = [];
  const kept: PlannedColumn[] = [];
  for (const column of columns) {
    const field = present.get(column.target.name);
    if (field === undefined) {
      if (!frozen) kept.push(column);
      continue;
    }
    const wide = widened(field, column.target);
    // Of a table that stays as it is, a record that does not fit is rejected.
    const strict = frozen && seen.loosened.includes(field.name) ? { ...column, required: true } : column;
    if (holds(field, column.target)) {
      kept.push(strict);
    } else if (!frozen && wide !== undefined) {
      retyped.push({ name: field.name, from: field, to: wide });
      kept.push(column);
    } else if (
      column.tokenize === undefined &&
      column.seal === undefined &&
      (frozen || isWidening(column.target.type, field.type))
    ) {
      kept.push(asInTable(plan, strict, field));
    } else {
      refuse(`"${field.name}" was ${typeName(field)} and is now ${typeName(column.target)}`, REMEDY);
    }
  }
  // A column that is gone stays; all it needs is that it may be null.
  const loosened = [...seen.removed.filter(mayNotBeNull), ...(frozen ? [] : seen.loosened)];
  const change = { added: frozen ? [] : seen.added, removed: [], retyped, loosened };
  return withColumns(kept, isUnchanged(change) ? undefined : change);
}

const REMEDY = 'Look at the change; then set `on_schema_change: evolve`, map the column, or correct the source.';

const refusal =
  ({ request: { name } }: StreamPlan) =>
  (what: string, hint: string): never => {
    throw new ConnectorError('schema', `Stream "${name}" has changed: ${what}.`, { stream: name, hint });
  };

/**
 * A table that somebody else has made keeps its types, and what may not be null in it: a record without a value there is rejected.
 * Its own columns are none that have gone. Whether it holds what comes was looked at by the destination.
 */
function fitted(plan: StreamPlan, columns: readonly PlannedColumn[], state: TableState): Reconciled {
  const { onSchemaChange } = plan.request;
  const present = new Map(state.fields.map((field) => [field.name, field]));
  const added = addedTo(plan, columns, state);
  const kept = columns.flatMap((column) => {
    const field = present.get(column.target.name);
    if (field === undefined) return onSchemaChange === 'freeze' ? [] : [column];
    const strict = field.nullable ? column : { ...column, required: true };
    if (holds(field, column.target)) return [strict];
    if (column.tokenize !== undefined || column.seal !== undefined)
      refusal(plan)(`"${field.name}" is ${typeName(field)} and is protected as ${typeName(column.target)}`, REMEDY);
    return [asInTable(plan, strict, field)];
  });
  const change = added.length === 0 ? undefined : { ...NO_CHANGE, added };
  return { columns: kept, table: { ...plan.table, fields: kept.map(({ target }) => target) }, change, seen: change };
}

const NO_CHANGE: SchemaChange = { added: [], removed: [], retyped: [], loosened: [] };

/** Columns that such a table gets, by the connection's rule. */
export function addedTo(plan: StreamPlan, columns: readonly PlannedColumn[], state: TableState): readonly Field[] {
  const { onSchemaChange } = plan.request;
  const present = new Set(state.fields.map(({ name }) => name));
  const added = columns.flatMap(({ target }) => (present.has(target.name) ? [] : [target]));
  if (onSchemaChange === 'stop' && added.length > 0) refusal(plan)(describeChange({ ...NO_CHANGE, added }), REMEDY);
  return onSchemaChange === 'freeze' ? [] : added;
}

const NUMERIC: ReadonlySet<string> = new Set<Field['type']>(['integer', 'number', 'decimal']);

/** Reads a field as the table has it: its type holds all that the stream's does, or the record is rejected. */
function asInTable(plan: StreamPlan, column: PlannedColumn, { type, precision, scale }: Field): PlannedColumn {
  const { name, nullable } = column.target;
  if ((column.min !== undefined || column.max !== undefined) && !NUMERIC.has(type))
    refusal(plan)(
      `"${name}" has a range, and in the table it is ${type}`,
      'Drop the `range`, or change the type of the column in the table.',
    );
  const bounds = precision === undefined ? {} : { precision, scale: scale ?? 0 };
  return { ...column, sourceType: type, target: { name, nullable, type, ...bounds } };
}

export function describeChange(change: SchemaChange): string {
  return [
    ...change.added.map((field) => `"${field.name}" is new`),
    ...change.removed.map((name) => `"${name}" is gone`),
    ...change.retyped.map(({ name, from, to }) => `"${name}" was ${typeName(from)} and is now ${typeName(to)}`),
    ...change.loosened.map((name) => `"${name}" may be null`),
  ].join(', ');
}
