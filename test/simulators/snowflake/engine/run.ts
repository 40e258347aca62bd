import { errors } from '../errors.js';
import type { Expression } from '../sql/ast.js';
import type { Binds } from '../sql/expressions.js';
import { isDefinition, STATEMENT_TYPE, type Statement } from '../sql/statement.js';
import { parseStatement } from '../sql/statements.js';
import { fixed, plain, text, timestamp, type DataType } from '../sql/types.js';
import { findDatabase, findSchema } from './catalog.js';
import { alter } from './alterations.js';
import { insert, remove, truncate, update } from './changes.js';
import { copy } from './copy.js';
import {
  comment,
  createFormat,
  createPlace,
  createStage,
  createTable,
  createView,
  drop,
  grant,
} from './definitions.js';
import { queryWriterOf } from './environment.js';
import { merge } from './merging.js';
import { shown } from './names.js';
import { createPolicy } from './policies.js';
import { messageResult, resultOf, type Result } from './results.js';
import { KNOWN_VALUE, parameter, type Running } from './session.js';
import { describe, isParameter, show } from './showing.js';
import { get, list, put, removeFiles, type Transfer } from './stages.js';
import type { Transaction } from './transactions.js';

/** A value of a bind as the drivers send it: column-wise for many rows. */
export interface Bind {
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

export interface Executed {
  readonly statement: Statement;
  readonly typeId: number;
  readonly result: Result;
  /** Instead of a result: what the driver is to move. */
  readonly transfer?: Transfer;
}

const BIND_TYPES: Readonly<Record<string, DataType>> = {
  FIXED: fixed(38, 0),
  REAL: plain('REAL'),
  TEXT: text(),
  BOOLEAN: plain('BOOLEAN'),
  VARIANT: plain('VARIANT'),
  DATE: plain('DATE'),
  TIME: timestamp('TIME'),
  TIMESTAMP_NTZ: timestamp('TIMESTAMP_NTZ'),
  TIMESTAMP_LTZ: timestamp('TIMESTAMP_LTZ'),
  TIMESTAMP_TZ: timestamp('TIMESTAMP_TZ'),
};

const bindsOf =
  (binds: Readonly<Record<string, Bind>> | undefined, row: number): Binds =>
  (index): Expression => {
    const bind = binds?.[String(index)];
    if (bind === undefined) throw errors.invalid(`Bind variable ${index === 0 ? '?' : `:${index}`} not set.`);
    const value = typeof bind.value === 'string' || bind.value === null ? bind.value : bind.value[row];
    if (value === null) return { kind: 'null' };
    const type = BIND_TYPES[bind.type.toUpperCase()];
    if (type === undefined) throw errors.unsupported(`bind of type ${bind.type}`);
    if (type.name === 'FIXED' && /^-?\d+(\.\d+)?$/.test(value)) return { kind: 'number', value };
    return type.name === 'TEXT' ? { kind: 'text', value } : { kind: 'typed', value, type };
  };

/** With binds of many rows, an INSERT of as many rows as one statement; of anything else the double knows nothing. */
const parseBound = (sql: string, binds: Readonly<Record<string, Bind>> | undefined): Statement => {
  const statement = parseStatement(sql, bindsOf(binds, 0));
  const many = Object.values(binds ?? {}).find(({ value }) => Array.isArray(value));
  if (many === undefined) return statement;
  if (statement.kind !== 'insert' || statement.rows === undefined)
    throw errors.unsupported('array binds of another statement than INSERT … VALUES');
  const rows = (many.value as readonly unknown[]).flatMap((_, row) => {
    const one = parseStatement(sql, bindsOf(binds, row));
    return one.kind === 'insert' ? (one.rows ?? []) : [];
  });
  return { ...statement, rows };
};

const CHANGES = {
  insert,
  update,
  delete: remove,
  merge,
  copy,
  truncate: async (
    statement: Extract<Statement, { kind: 'truncate' }>,
    running: Running,
    transaction: Transaction,
  ): Promise<Result> => {
    await truncate(statement, running, transaction);
    return messageResult('Statement executed successfully.');
  },
};
const isChange = (statement: Statement): statement is Extract<Statement, { kind: keyof typeof CHANGES }> =>
  Object.hasOwn(CHANGES, statement.kind);

const succeeded = () => messageResult('Statement executed successfully.');

/** Functions of the system that act: the only item of a SELECT without FROM. */
const systemFunction = async (statement: Statement, running: Running): Promise<Result | undefined> => {
  if (statement.kind !== 'query' || statement.query.body.kind !== 'select' || statement.query.body.from.length > 0)
    return undefined;
  const [item] = statement.query.body.items;
  const call = item.value;
  if (call?.kind !== 'call' || !call.name.startsWith('SYSTEM$')) return undefined;
  const argument = call.args[0];
  const value = argument?.kind === 'number' || argument?.kind === 'text' ? argument.value : '';
  const { account } = running;
  const answer = (words: string): Result => ({ columns: [{ name: item.name, type: text() }], rows: [[words]] });
  if (call.name === 'SYSTEM$ABORT_TRANSACTION') {
    const transaction = account.transactions.open().find(({ id }) => String(id) === value);
    if (transaction === undefined) throw errors.invalid(`Transaction ${value} does not exist or is not open.`);
    await transaction.abort();
    return answer(`Aborted transaction id ${value}`);
  }
  if (call.name === 'SYSTEM$ABORT_SESSION') {
    const session = account.sessions.get(Number(value));
    if (session === undefined) throw errors.invalid(`Session ${value} does not exist.`);
    session.isClosed = true;
    if (session.transaction !== undefined) await account.transactions.rollback(session.transaction);
    return answer(`Session aborted: ${value}`);
  }
  throw errors.unknownFunction(call.name);
};

const useStatement = (statement: Extract<Statement, { kind: 'use' }>, { account, session }: Running): Result => {
  const name = statement.path.at(-1) as string;
  switch (statement.what) {
    case 'ROLE':
      if (!account.roles.has(name)) throw errors.missing('Role', shown(name));
      session.role = name;
      break;
    case 'WAREHOUSE':
      if (!account.warehouses.has(name)) throw errors.missing('Warehouse', shown(name));
      session.warehouse = name;
      break;
    case 'DATABASE': {
      const { schemas } = findDatabase(account.databases, name);
      session.namespace = { database: name, schema: schemas.has('PUBLIC') ? 'PUBLIC' : null };
      break;
    }
    case 'SCHEMA': {
      const database = statement.path.length === 2 ? statement.path[0] : session.namespace.database;
      if (database === null) throw errors.noDatabase();
      findSchema(account.databases, database, name);
      session.namespace = { database, schema: name };
    }
  }
  return succeeded();
};

const alterSession = ({ values, unset }: Extract<Statement, { kind: 'set session' }>, { session }: Running): Result => {
  for (const key of [...Object.keys(values), ...unset])
    if (!isParameter(key)) throw errors.invalid(`invalid session parameter '${key}'`);
  if (
    values.TIMEZONE !== undefined &&
    !Intl.supportedValuesOf('timeZone').includes(values.TIMEZONE) &&
    !['UTC', 'Etc/UTC'].includes(values.TIMEZONE)
  )
    throw errors.invalid(`invalid value [${values.TIMEZONE}] for parameter 'TIMEZONE'`);
  if (values.LOCK_TIMEOUT !== undefined && !/^\d+$/.test(values.LOCK_TIMEOUT))
    throw errors.invalid(`invalid value [${values.LOCK_TIMEOUT}] for parameter 'LOCK_TIMEOUT'`);
  for (const [key, value] of Object.entries(values))
    session.parameters.set(key, /^(true|false)$/i.test(value) ? value.toLowerCase() : value);
  for (const key of unset) session.parameters.delete(key);
  return succeeded();
};

/** In the open transaction, or in one of its own that ends with it. What fails leaves nothing, and an open transaction open. */
const change = async (
  statement: Extract<Statement, { kind: keyof typeof CHANGES }>,
  running: Running,
): Promise<Result> => {
  const { account, session, queryId } = running;
  if (session.transaction === undefined && parameter(session, 'AUTOCOMMIT') === 'false')
    session.transaction = account.transactions.begin(session.id, queryId, 'explicit');
  const own =
    session.transaction === undefined ? account.transactions.begin(session.id, queryId, 'implicit') : undefined;
  const transaction = own ?? (session.transaction as Transaction);
  transaction.queryId = queryId;
  transaction.active = Infinity;
  try {
    const work = CHANGES[statement.kind] as (
      one: Statement,
      running: Running,
      transaction: Transaction,
    ) => Promise<Result>;
    const result = await work(statement, running, transaction);
    if (transaction.state !== 'open') throw errors.abortedTransaction(queryId);
    if (own !== undefined) await account.transactions.commit(own);
    return result;
  } catch (error) {
    if (own !== undefined) await account.transactions.rollback(own);
    else if (parameter(session, 'TRANSACTION_ABORT_ON_ERROR') === 'true')
      await account.transactions.rollback(transaction);
    throw error;
  } finally {
    transaction.active = Date.now();
  }
};

const define = (statement: Statement, running: Running): Result | Promise<Result> => {
  switch (statement.kind) {
    case 'create table':
      return createTable(statement, running);
    case 'create view':
      return createView(statement, running);
    case 'create schema':
    case 'create database':
      return createPlace(statement, running);
    case 'create stage':
      return createStage(statement, running);
    case 'create format':
      return createFormat(statement, running);
    case 'create policy':
      return createPolicy(statement, running);
    case 'drop':
      return drop(statement, running);
    case 'alter table':
      return alter(statement, running);
    case 'comment':
      return comment(statement, running);
    default:
      return grant(statement as Extract<Statement, { kind: 'grant' }>, running);
  }
};

const other = async (statement: Statement, running: Running): Promise<Result> => {
  const { account, session, queryId } = running;
  switch (statement.kind) {
    case 'begin':
      // Another BEGIN within a transaction is taken no notice of.
      session.transaction ??= account.transactions.begin(session.id, queryId, 'explicit', statement.name);
      return succeeded();
    case 'commit':
    case 'rollback': {
      const { transaction } = session;
      session.transaction = undefined;
      if (transaction !== undefined) await account.transactions[statement.kind](transaction);
      return succeeded();
    }
    case 'use':
      return useStatement(statement, running);
    case 'set session':
      return alterSession(statement, running);
    case 'show':
      return show(statement, running);
    case 'describe':
      return describe(statement, running);
    case 'list':
      return list(statement, running);
    case 'remove':
      return removeFiles(statement, running);
    default: {
      const acted = await systemFunction(statement, running);
      if (acted !== undefined) return acted;
      const query = queryWriterOf(running).query((statement as Extract<Statement, { kind: 'query' }>).query);
      const result = resultOf(await account.database.run(query.sql, parameter(session, 'TIMEZONE')), query.columns);
      const most = Number(parameter(session, 'ROWS_PER_RESULTSET'));
      return most === 0 ? result : { ...result, rows: result.rows.slice(0, most) };
    }
  }
};

const refuseUnknownValues = (statement: Statement, { session }: Running): void => {
  if (statement.kind === 'set session') return;
  for (const [name, known] of Object.entries(KNOWN_VALUE)) {
    const value = parameter(session, name);
    if (value.toUpperCase() !== known) throw errors.unsupported(`${name} = ${value}`);
  }
};

/** Runs one statement of a session. Throws a SnowflakeError for all that Snowflake would refuse, and for all that the double does not know. */
export const execute = async (
  sql: string,
  binds: Readonly<Record<string, Bind>> | undefined,
  running: Running,
): Promise<Executed> => {
  const { session } = running;
  const statement = parseBound(sql, binds);
  refuseUnknownValues(statement, running);
  // One that was ended from outside (idle while another waited, or by SYSTEM$ABORT_TRANSACTION) is over for its session too.
  if (session.transaction !== undefined && session.transaction.state !== 'open') session.transaction = undefined;
  if (isChange(statement) && session.warehouse === null) throw errors.noWarehouse();
  const { transaction } = session;
  if (transaction === undefined) return executed(statement, running);
  transaction.active = Infinity;
  try {
    return await executed(statement, running);
  } finally {
    transaction.active = Date.now();
  }
};

const executed = async (statement: Statement, running: Running): Promise<Executed> => {
  const { account, session } = running;
  const typeId = STATEMENT_TYPE[statement.kind];
  if (isDefinition(statement)) {
    const { transaction } = session;
    session.transaction = undefined;
    if (transaction !== undefined) await account.transactions.commit(transaction);
    return { statement, typeId, result: await define(statement, running) };
  }
  if (isChange(statement)) return { statement, typeId, result: await change(statement, running) };
  if (statement.kind === 'put' || statement.kind === 'get')
    return {
      statement,
      typeId,
      result: { columns: [], rows: [] },
      transfer: await (statement.kind === 'put' ? put(statement, running) : get(statement, running)),
    };
  return { statement, typeId, result: await other(statement, running) };
};
