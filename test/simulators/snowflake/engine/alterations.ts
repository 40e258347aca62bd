import { errors } from '../errors.js';
import type { AlterAction, ColumnDefinition, Statement } from '../sql/statement.js';
import { engineType, typeText } from '../sql/types.js';
import { converted } from './casts.js';
import { findRelation, findSchema, needTable, qualify, type Table } from './catalog.js';
import { lockTable } from './changes.js';
import { collated, columnSql } from './definitions.js';
import { queryWriterOf } from './environment.js';
import { id, shown, shownPath } from './names.js';
import { maskOf, rowAccessOf } from './policies.js';
import { messageResult, type Result } from './results.js';
import { createScope } from './scope.js';
import { catalogOf, type Running } from './session.js';

type AlterTable = Extract<Statement, { kind: 'alter table' }>;

/** Docs, ALTER TABLE … ALTER COLUMN: a type can become wider, and a VARCHAR shorter if no value is cut; nothing else. */
const changeType = async (
  running: Running,
  table: Table,
  column: ColumnDefinition,
  to: ColumnDefinition['type'],
): Promise<void> => {
  const from = column.type;
  const refuse = (): never => {
    throw errors.invalid(`cannot change column ${shown(column.name)} from type ${typeText(from)} to ${typeText(to)}`);
  };
  if (from.name !== to.name) refuse();
  const { database } = running.account;
  if (from.name === 'FIXED' && to.name === 'FIXED') {
    if (from.scale !== to.scale) refuse();
    const misfit = await database.run(
      `SELECT 1 FROM ${table.relation} WHERE ${id(column.name)} IS NOT NULL AND TRY_CAST(${id(column.name)} AS ${engineType(to)}) IS NULL LIMIT 1`,
    );
    if (misfit.rows.length > 0) refuse();
    await database.run(`ALTER TABLE ${table.relation} ALTER COLUMN ${id(column.name)} TYPE ${engineType(to)}`);
  } else if ('length' in from && 'length' in to && to.length < from.length) {
    const misfit = await database.run(
      `SELECT 1 FROM ${table.relation} WHERE length(${id(column.name)}) > ${to.length} LIMIT 1`,
    );
    if (misfit.rows.length > 0) refuse();
  }
};

const alterColumn = async (
  running: Running,
  table: Table,
  action: Extract<AlterAction, { kind: 'column' }>,
): Promise<void> => {
  const column = table.columns.find(({ name }) => name === action.column);
  if (column === undefined) throw errors.missingColumn(shown(action.column));
  const { change } = action;
  // Whether a type may change under a policy is not documented.
  if ('type' in change && column.policy !== undefined)
    throw errors.unsupported('ALTER COLUMN … SET DATA TYPE under a masking policy');
  if ('type' in change) await changeType(running, table, column, change.type);
  if ('notNull' in change && change.notNull) {
    const empty = await running.account.database.run(
      `SELECT 1 FROM ${table.relation} WHERE ${id(column.name)} IS NULL LIMIT 1`,
    );
    if (empty.rows.length > 0)
      throw errors.invalid(`Column ${shown(column.name)} contains NULL values; not null constraint cannot be added.`);
  }
  const changed: ColumnDefinition = {
    ...column,
    ...('type' in change ? { type: change.type } : {}),
    ...('notNull' in change ? { nullable: !change.notNull } : {}),
    ...('fallback' in change ? { fallback: undefined, fallbackText: undefined } : {}),
    ...('comment' in change ? { comment: change.comment } : {}),
    ...('policy' in change ? { policy: maskOf(column, change.policy, running) } : {}),
  };
  table.columns = table.columns.map((one) => (one === column ? changed : one));
};

const addColumns = async (
  running: Running,
  table: Table,
  action: Extract<AlterAction, { kind: 'add' }>,
  path: readonly string[],
): Promise<void> => {
  const { database } = running.account;
  for (const given of action.columns) {
    const column = collated(given, running, path, table.collation);
    // Docs, ALTER TABLE … ADD COLUMN: not beside a default.
    if (action.ifNotExists && column.fallback !== undefined)
      throw errors.invalid('IF NOT EXISTS cannot be specified together with DEFAULT.');
    if (table.columns.some(({ name }) => name === column.name)) {
      if (action.ifNotExists) continue;
      throw errors.columnExists(shown(column.name));
    }
    const value =
      column.fallback === undefined
        ? undefined
        : converted(queryWriterOf(running).expressions.write(column.fallback, createScope()), column.type);
    if (!column.nullable && value === undefined) {
      const any = await database.run(`SELECT 1 FROM ${table.relation} LIMIT 1`);
      if (any.rows.length > 0)
        throw errors.invalid(
          `Non-nullable column '${shown(column.name)}' cannot be added to non-empty table '' unless it has a non-null default value.`,
        );
    }
    await database.run(`ALTER TABLE ${table.relation} ADD COLUMN ${columnSql(column)}`);
    if (value !== undefined) await database.run(`UPDATE ${table.relation} SET ${id(column.name)} = ${value}`);
    table.columns = [...table.columns, column];
  }
};

const rename = (running: Running, from: readonly string[], to: readonly string[], table: Table): void => {
  const { account, session } = running;
  const source = qualify(from, session.namespace);
  const target = qualify(to, session.namespace);
  if (session.temporary.has(source.join('\0'))) {
    session.temporary.delete(source.join('\0'));
    session.temporary.set(target.join('\0'), table);
    return;
  }
  const { relations } = findSchema(account.databases, target[0], target[1]);
  if (relations.has(target[2])) throw errors.exists(shownPath(to));
  findSchema(account.databases, source[0], source[1]).relations.delete(source[2]);
  relations.set(target[2], table);
};

const alterTable = async (statement: AlterTable, running: Running, table: Table): Promise<void> => {
  const { account, session } = running;
  const { action } = statement;
  const { database } = account;
  switch (action.kind) {
    case 'add':
      return addColumns(running, table, action, statement.table);
    case 'drop': {
      const dropped = action.columns.filter((name) => {
        if (table.columns.some((column) => column.name === name)) return true;
        if (action.ifExists) return false;
        throw errors.missingColumn(shown(name));
      });
      if (dropped.length >= table.columns.length) throw errors.invalid('Cannot drop all columns of a table.');
      for (const name of dropped) await database.run(`ALTER TABLE ${table.relation} DROP COLUMN ${id(name)}`);
      table.columns = table.columns.filter(({ name }) => !dropped.includes(name));
      return;
    }
    case 'column':
      return alterColumn(running, table, action);
    case 'rename column': {
      if (!table.columns.some(({ name }) => name === action.from)) throw errors.missingColumn(shown(action.from));
      if (table.columns.some(({ name }) => name === action.to)) throw errors.columnExists(shown(action.to));
      await database.run(`ALTER TABLE ${table.relation} RENAME COLUMN ${id(action.from)} TO ${id(action.to)}`);
      table.columns = table.columns.map((column) =>
        column.name === action.from ? { ...column, name: action.to } : column,
      );
      table.primaryKey = table.primaryKey.map((name) => (name === action.from ? action.to : name));
      return;
    }
    case 'rename':
      return rename(running, statement.table, action.to, table);
    case 'swap': {
      const other = needTable(catalogOf(account, session), action.with, session.namespace);
      const put = (path: readonly string[], one: Table): void => {
        const [of, schema, name] = qualify(path, session.namespace);
        findSchema(account.databases, of, schema).relations.set(name, one);
      };
      if (other.persistence === 'TEMPORARY' || table.persistence === 'TEMPORARY')
        throw errors.unsupported('SWAP WITH of a temporary table');
      put(statement.table, other);
      put(action.with, table);
      return;
    }
    case 'comment':
      table.comment = action.comment;
      return;
    case 'row access':
      table.rowAccess = rowAccessOf(table, action, running);
      return;
    case 'primary key':
      for (const name of action.columns)
        if (!table.columns.some((column) => column.name === name)) throw errors.missingColumn(shown(name));
      table.primaryKey = action.columns;
      return;
    case 'cluster':
      table.cluster = action.by;
      return;
    case 'nothing':
      return;
  }
};

/** Waits for transactions that change the table, as a change of its columns would else be lost with theirs. */
export const alter = async (statement: AlterTable, running: Running): Promise<Result> => {
  const { account, session } = running;
  const found = findRelation(catalogOf(account, session), statement.table, session.namespace);
  if (found === undefined && statement.ifExists) return messageResult('Statement executed successfully.');
  const transaction = account.transactions.begin(session.id, running.queryId, 'implicit');
  try {
    const table = await lockTable(running, transaction, statement.table);
    await alterTable(statement, running, table);
  } finally {
    await account.transactions.commit(transaction);
  }
  return messageResult('Statement executed successfully.');
};
