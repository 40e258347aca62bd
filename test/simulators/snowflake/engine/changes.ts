import { errors } from '../errors.js';
import type { Expression, FromItem } from '../sql/ast.js';
import type { Assignment, ColumnDefinition, Statement } from '../sql/statement.js';
import { text } from '../sql/types.js';
import { assigned, converted, type Typed } from './casts.js';
import { needTable, type Table } from './catalog.js';
import { queryWriterOf } from './environment.js';
import { id, shown, shownPath } from './names.js';
import { refuseRowAccess } from './policies.js';
import type { QueryWriter } from './queries.js';
import { countResult, type Result } from './results.js';
import { createScope, type Scope } from './scope.js';
import { catalogOf, parameter, type Running } from './session.js';
import { forgetLoads, type Transaction } from './transactions.js';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

export const zoneOf = ({ session }: Running): string => parameter(session, 'TIMEZONE');
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

export const withDefault = (column: ColumnDefinition, value: Expression | 'DEFAULT'): Expression =>
  value === 'DEFAULT' ? (column.fallback ?? { kind: 'null' }) : value;

/** The columns that an INSERT names, or all of them; a name twice is an error. */
export const namedColumns = (table: Table, names: readonly string[] | undefined): ColumnDefinition[] => {
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

/** A value in the type of its column. Whether it fits is looked at once for all rows, since the engine takes long over many calls. */
const brought = (value: Typed, column: ColumnDefinition): string =>
  column.type.name === 'OBJECT' || column.type.name === 'ARRAY'
    ? assigned(value, column)
    : converted(value, column.type.name === 'TEXT' ? text() : column.type);

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
      return `(${row.map((value, index) => brought(write(withDefault(columns[index], value), createScope()), columns[index])).join(', ')})`;
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
export const enterTarget = (target: FromItem, table: Table, scope: Scope): string => {
  const path = target.source.kind === 'table' ? target.source.path : [];
  const alias = target.alias ?? (path.at(-1) as string);
  refuseRowAccess(table);
  const columns = table.columns.map(({ name, type, policy }) => ({
    name,
    type,
    policy,
    sql: `${id(alias)}.${id(name)}`,
  }));
  scope.sources.push({ alias, path: target.alias === undefined ? path : [alias], columns, hidden: new Set() });
  return id(alias);
};
export const pathOf = (target: FromItem): readonly string[] =>
  target.source.kind === 'table' ? target.source.path : [];

/** @param guard where the engine would compute the values for other rows too, and raise their errors: the condition of those that are meant */
export const assignments = (
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
