import { errors } from '../errors.js';
import type { Expression, FromItem } from '../sql/ast.js';
import type { Assignment, ColumnDefinition, MergeClause, Statement } from '../sql/statement.js';
import { assigned, type Typed } from './casts.js';
import { needTable, type Table } from './catalog.js';
import { queryWriterOf } from './environment.js';
import { id, shown, shownPath } from './names.js';
import type { QueryWriter } from './queries.js';
import { countResult, wire, type Result } from './results.js';
import { createScope, type Scope } from './scope.js';
import { catalogOf, parameter, type Running } from './session.js';
import { forgetLoads, type Transaction } from './transactions.js';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

const zoneOf = ({ session }: Running): string => parameter(session, 'TIMEZONE');
const tableOf = (running: Running, path: readonly string[]): Table =>
  needTable(catalogOf(running.account, running.session), path, running.session.namespace);

/** Takes the table's lock, waiting for it, and gives where the transaction changes it. */
export const lockTable = async (
  running: Running,
  transaction: Transaction,
  path: readonly string[],
): Promise<Table> => {
  const table = tableOf(running, path);
  const { locks } = running.account;
  await locks.acquire(
    table,
    shownPath(path),
    transaction,
    Number(parameter(running.session, 'LOCK_TIMEOUT')),
    running.signal,
  );
  return table;
};

const columnOf = (table: Table, name: string): ColumnDefinition => {
  const found = table.columns.find((column) => column.name === name);
  if (found === undefined) throw errors.invalidIdentifier(shown(name));
  return found;
};

const withDefault = (column: ColumnDefinition, value: Expression | 'DEFAULT'): Expression =>
  value === 'DEFAULT' ? (column.fallback ?? { kind: 'null' }) : value;

/** The columns that an INSERT names, or all of them; a name twice is an error. */
const namedColumns = (table: Table, names: readonly string[] | undefined): ColumnDefinition[] => {
  if (names === undefined) return [...table.columns];
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) throw errors.duplicateColumn(name);
  });
  return names.map((name) => columnOf(table, name));
};

/** `INSERT INTO relation (columns) SELECT …`: what is given, the defaults of the rest, all as the columns take it. */
export const insertion = (
  writer: QueryWriter,
  relation: string,
  table: Table,
  columns: readonly ColumnDefinition[],
  from: string,
  given: readonly Typed[],
): string => {
  if (given.length !== columns.length) throw errors.valueCount(columns.length, given.length);
  const rest = table.columns.filter((column) => !columns.includes(column));
  const values = [
    ...columns.map((column, index) => assigned(given[index], column)),
    ...rest.map((column) => assigned(writer.expressions.write(withDefault(column, 'DEFAULT'), createScope()), column)),
  ];
  return `INSERT INTO ${relation} (${[...columns, ...rest].map(({ name }) => id(name)).join(', ')}) SELECT ${values.join(', ')} FROM ${from}`;
};

export const insert = async (statement: Of<'insert'>, running: Running, transaction: Transaction): Promise<Result> => {
  const { account } = running;
  const table = statement.overwrite
    ? await lockTable(running, transaction, statement.table)
    : tableOf(running, statement.table);
  const columns = namedColumns(table, statement.columns);
  const writer = queryWriterOf(running);
  const { write } = writer.expressions;
  let from: string;
  let given: Typed[];
  if (statement.rows === undefined) {
    const query = writer.query(statement.query as NonNullable<typeof statement.query>);
    const names = query.columns.map((_, index) => `c${index}`);
    from = `(${query.sql}) AS q(${names.join(', ')})`;
    given = query.columns.map(({ type }, index) => ({ sql: `q.${names[index]}`, type }));
  } else {
    // Each value is brought to its column's type by itself, so that rows of different types stand together.
    const rows = statement.rows.map((row) => {
      if (row.length !== columns.length) throw errors.valueCount(columns.length, row.length);
      return `(${row.map((value, index) => assigned(write(withDefault(columns[index], value), createScope()), columns[index])).join(', ')})`;
    });
    const names = columns.map((_, index) => `c${index}`);
    from = `(VALUES ${rows.join(', ')}) AS q(${names.join(', ')})`;
    given = columns.map(({ type }, index) => ({ sql: `q.${names[index]}`, type }));
  }
  const relation = statement.overwrite
    ? await account.transactions.forChanging(table, transaction)
    : await account.transactions.forAdding(table, transaction);
  if (!statement.overwrite) {
    const { changed } = await account.database.run(
      insertion(writer, relation, table, columns, from, given),
      zoneOf(running),
    );
    return countResult({ 'number of rows inserted': changed });
  }
  // The old rows may be read by the query, so the new ones are put aside first.
  const aside = account.relation();
  await account.database.run(`CREATE TABLE ${aside} AS SELECT * FROM ${relation} LIMIT 0`);
  try {
    const { changed } = await account.database.run(
      insertion(writer, aside, table, columns, from, given),
      zoneOf(running),
    );
    await account.database.runAll([`DELETE FROM ${relation}`, `INSERT INTO ${relation} SELECT * FROM ${aside}`]);
    return countResult({ 'number of rows inserted': changed });
  } finally {
    await account.database.run(`DROP TABLE ${aside}`);
  }
};

/** The target of a change: its alias in the engine, added to the scope. */
const enterTarget = (target: FromItem, table: Table, scope: Scope): string => {
  const path = target.source.kind === 'table' ? target.source.path : [];
  const alias = target.alias ?? (path.at(-1) as string);
  const columns = table.columns.map(({ name, type }) => ({ name, type, sql: `${id(alias)}.${id(name)}` }));
  scope.sources.push({ alias, path: target.alias === undefined ? path : [alias], columns, hidden: new Set() });
  return id(alias);
};
const pathOf = (target: FromItem): readonly string[] => (target.source.kind === 'table' ? target.source.path : []);

/** @param guard where the engine would compute the values for other rows too, and raise their errors: the condition of those that are meant */
const assignments = (
  set: readonly Assignment[],
  table: Table,
  writer: QueryWriter,
  scope: Scope,
  guard?: string,
): string =>
  set
    .map(([path, value]) => {
      const column = columnOf(table, path.at(-1) as string);
      const sql = assigned(writer.expressions.write(withDefault(column, value), scope), column);
      return `${id(column.name)} = ${guard === undefined ? sql : `CASE WHEN ${guard} THEN ${sql} END`}`;
    })
    .join(', ');

export const update = async (statement: Of<'update'>, running: Running, transaction: Transaction): Promise<Result> => {
  const { account } = running;
  const table = await lockTable(running, transaction, pathOf(statement.target));
  const relation = await account.transactions.forChanging(table, transaction);
  const writer = queryWriterOf(running);
  const scope = createScope();
  const alias = enterTarget(statement.target, table, scope);
  const from = statement.from.length === 0 ? '' : writer.from(statement.from, scope);
  const where = statement.where === undefined ? '' : ` WHERE ${writer.expressions.condition(statement.where, scope)}`;
  const set = assignments(statement.set, table, writer, scope);
  let several = 0;
  if (from !== '') {
    const counted = await account.database.run(
      `SELECT count(*) FROM (SELECT 1 FROM ${relation} AS ${alias}, ${from}${where} GROUP BY ${alias}.rowid HAVING count(*) > 1)`,
      zoneOf(running),
    );
    several = Number(counted.rows[0][0]);
  }
  const { changed } = await account.database.run(
    `UPDATE ${relation} AS ${alias} SET ${set}${from === '' ? '' : ` FROM ${from}`}${where}`,
    zoneOf(running),
  );
  return countResult({ 'number of rows updated': changed, 'number of multi-joined rows updated': several });
};

export const remove = async (statement: Of<'delete'>, running: Running, transaction: Transaction): Promise<Result> => {
  const { account } = running;
  const table = await lockTable(running, transaction, pathOf(statement.target));
  const relation = await account.transactions.forChanging(table, transaction);
  const writer = queryWriterOf(running);
  const scope = createScope();
  const alias = enterTarget(statement.target, table, scope);
  const using = statement.using.length === 0 ? '' : ` USING ${writer.from(statement.using, scope)}`;
  const where = statement.where === undefined ? '' : ` WHERE ${writer.expressions.condition(statement.where, scope)}`;
  const { changed } = await account.database.run(
    `DELETE FROM ${relation} AS ${alias}${using}${where}`,
    zoneOf(running),
  );
  return countResult({ 'number of rows deleted': changed });
};

/**
 * Docs, MERGE, "Nondeterministic results": with ERROR_ON_NONDETERMINISTIC_MERGE, which is the default, a row of the target that is to be
 * updated by two rows of the source, or updated and deleted, is an error. Two that only delete it are none.
 */
const refuseDuplicates = async (
  running: Running,
  relation: string,
  alias: string,
  source: string,
  on: string,
  matched: readonly { condition: string; isUpdate: boolean }[],
): Promise<void> => {
  if (!matched.some(({ isUpdate }) => isUpdate)) return;
  const which = `CASE ${matched.map(({ condition, isUpdate }) => `WHEN ${condition} THEN ${isUpdate ? "'update'" : "'delete'"}`).join(' ')} END`;
  const pairs = `SELECT ${alias}.rowid AS target, ${which} AS does FROM ${relation} AS ${alias} JOIN ${source} ON ${on}`;
  const { account } = running;
  const twice = await account.database.run(
    `SELECT target FROM (${pairs}) WHERE does IS NOT NULL GROUP BY target HAVING count(*) > 1 AND count(*) FILTER (WHERE does = 'update') > 0 LIMIT 1`,
    zoneOf(running),
  );
  if (twice.rows.length === 0) return;
  const row = await account.database.run(`SELECT * FROM ${relation} WHERE rowid = ${String(twice.rows[0][0])}`);
  throw errors.nondeterministic(
    row.rows[0].map((value) => (typeof value === 'string' ? `"${value}"` : (wire(value) ?? 'NULL'))).join(', '),
  );
};

const mergeInsert = (
  action: Extract<MergeClause['action'], { kind: 'insert' }>,
  table: Table,
  writer: QueryWriter,
  scope: Scope,
): string => {
  const columns = namedColumns(table, action.columns);
  if (columns.length !== action.values.length) throw errors.valueCount(columns.length, action.values.length);
  const rest = table.columns.filter((column) => !columns.includes(column));
  const values = [
    ...columns.map((column, index) =>
      assigned(writer.expressions.write(withDefault(column, action.values[index]), scope), column),
    ),
    ...rest.map((column) => assigned(writer.expressions.write(withDefault(column, 'DEFAULT'), scope), column)),
  ];
  return `INSERT (${[...columns, ...rest].map(({ name }) => id(name)).join(', ')}) VALUES (${values.join(', ')})`;
};

export const merge = async (statement: Of<'merge'>, running: Running, transaction: Transaction): Promise<Result> => {
  const { account } = running;
  const table = await lockTable(running, transaction, pathOf(statement.target));
  const relation = await account.transactions.forChanging(table, transaction);
  const writer = queryWriterOf(running);
  const scope = createScope();
  const alias = enterTarget(statement.target, table, scope);
  const source = writer.source(statement.source, scope);
  const { condition } = writer.expressions;
  const on = condition(statement.on, scope);
  const sourceOnly: Scope = { ...createScope(), sources: scope.sources.slice(1) };
  const matched: { condition: string; isUpdate: boolean }[] = [];
  const clauses = statement.clauses.map(({ matched: isMatched, condition: also, action }) => {
    const of = isMatched ? scope : sourceOnly;
    const test = also === undefined ? undefined : condition(also, of);
    if (isMatched) matched.push({ condition: test ?? 'TRUE', isUpdate: action.kind === 'update' });
    const does =
      action.kind === 'update'
        ? `UPDATE SET ${assignments(action.set, table, writer, scope, test === undefined ? on : `(${on}) AND (${test})`)}`
        : action.kind === 'delete'
          ? 'DELETE'
          : mergeInsert(action, table, writer, sourceOnly);
    return ` WHEN ${isMatched ? '' : 'NOT '}MATCHED${test === undefined ? '' : ` AND ${test}`} THEN ${does}`;
  });
  await refuseDuplicates(running, relation, alias, source, on, matched);
  const { rows } = await account.database.run(
    `MERGE INTO ${relation} AS ${alias} USING ${source} ON ${on}${clauses.join('')} RETURNING merge_action`,
    zoneOf(running),
  );
  const kinds = new Set(statement.clauses.map(({ action }) => action.kind));
  const counts: Record<string, number> = {};
  for (const [kind, word] of [
    ['insert', 'inserted'],
    ['update', 'updated'],
    ['delete', 'deleted'],
  ] as const)
    if (kinds.has(kind))
      counts[`number of rows ${word}`] = rows.filter(([action]) => String(action) === kind.toUpperCase()).length;
  return countResult(counts);
};

export const truncate = async (
  statement: Of<'truncate'>,
  running: Running,
  transaction: Transaction,
): Promise<void> => {
  const table = await lockTable(running, transaction, statement.table);
  const relation = await running.account.transactions.forChanging(table, transaction);
  await running.account.database.run(`DELETE FROM ${relation}`);
  // Docs, TRUNCATE TABLE: the load metadata are deleted too, so the same files can be loaded again.
  forgetLoads(transaction, table);
};
