import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../errors.js';
import type { ColumnDefinition, ObjectKind, Statement } from '../sql/statement.js';
import { engineType, text } from '../sql/types.js';
import { assigned } from './casts.js';
import {
  createSchema,
  createStoredDatabase,
  findDatabase,
  findRelation,
  findSchema,
  needRelation,
  needTable,
  qualify,
  type Table,
  type View,
} from './catalog.js';
import { queryWriterOf } from './environment.js';
import { id, shown, shownPath } from './names.js';
import { messageResult, resultOf, type Result } from './results.js';
import { createScope } from './scope.js';
import { catalogOf, parameter, type Running } from './session.js';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;
const ANY_TEXT: ColumnDefinition = { name: '', type: text(), nullable: true };
const succeeded = () => messageResult('Statement executed successfully.');

const unique = (columns: readonly { readonly name: string }[]): void => {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw errors.duplicateColumn(name);
    seen.add(name);
  }
};

/** What differs in case alone is one value under this one; the engine keeps apart in PARTITION BY what Snowflake would not. */
const FOLDING = /(^|-)(ci|upper|lower)(-|$)/i;
const PLAIN = new Set(['', 'utf8', 'bin']);

export const columnSql = ({ name, type, collation = '' }: ColumnDefinition): string => {
  const folds = type.name === 'TEXT' && FOLDING.test(collation);
  if (type.name === 'TEXT' && !folds && !PLAIN.has(collation.toLowerCase()))
    throw errors.unsupported(`collation '${collation}'`);
  return `${id(name)} ${engineType(type)}${folds ? ' COLLATE NOCASE' : ''}`;
};

/** A column without a COLLATE of its own has that of its table, schema or database (docs.snowflake.com, DEFAULT_DDL_COLLATION). */
export const collated = (
  column: ColumnDefinition,
  { account, session }: Running,
  path: readonly string[],
  ofTable: string | null,
): ColumnDefinition => {
  if (column.collation !== undefined || column.type.name !== 'TEXT') return column;
  const [database, schema] = qualify(path, session.namespace);
  const inherited = findSchema(account.databases, database, schema).collation;
  return { ...column, collation: ofTable ?? inherited ?? findDatabase(account.databases, database).collation };
};

/** Where a new relation goes, and what stands there already. */
const placeOf = (running: Running, path: readonly string[], isTemporary: boolean) => {
  const { account, session } = running;
  const [database, schema, name] = qualify(path, session.namespace);
  const { relations } = findSchema(account.databases, database, schema);
  const key = [database, schema, name].join('\0');
  return {
    name,
    existing: isTemporary ? session.temporary.get(key) : relations.get(name),
    put(relation: Table | View): void {
      if (isTemporary) session.temporary.set(key, relation as Table);
      else relations.set(name, relation);
    },
  };
};

const dropTable = (running: Running, table: Table | View | undefined): Promise<unknown> =>
  table?.kind === 'table' ? running.account.database.run(`DROP TABLE ${table.relation}`) : Promise.resolve();

export const createTable = async (statement: Of<'create table'>, running: Running): Promise<Result> => {
  const { account, session } = running;
  if (statement.replace && statement.ifNotExists)
    throw errors.invalid('options IF NOT EXISTS and OR REPLACE are incompatible.');
  const place = placeOf(running, statement.table, statement.persistence === 'TEMPORARY');
  if (place.existing !== undefined && !statement.replace) {
    if (statement.ifNotExists) return messageResult(`${shown(place.name)} already exists, statement succeeded.`);
    throw errors.exists(shownPath(statement.table));
  }
  const relation = account.relation();
  let { columns } = statement;
  let primaryKey = statement.primaryKey ?? [];
  const writer = queryWriterOf(running);
  if (statement.query !== undefined) {
    // Whether a default is for the columns of a query too is not documented.
    if (collated(ANY_TEXT, running, statement.table, statement.collation ?? null).collation !== '')
      throw errors.unsupported('CREATE TABLE … AS SELECT where DEFAULT_DDL_COLLATION is set');
    const query = writer.query(statement.query);
    const names = query.columns.map((_, index) => `c${index}`);
    if (columns === undefined) {
      const described = resultOf(await account.database.run(`SELECT * FROM (${query.sql}) LIMIT 0`), query.columns);
      columns = described.columns.map(({ name, type }) => ({
        name,
        type: type.name === 'TEXT' ? text() : type,
        nullable: true,
      }));
    }
    unique(columns);
    if (columns.length !== names.length) throw errors.valueCount(columns.length, names.length);
    const items = columns.map(
      (column, index) =>
        `${assigned({ sql: `q.${names[index]}`, type: query.columns[index].type }, column)} AS ${id(column.name)}`,
    );
    const typed = columns.map(
      (column) => `CAST(${id(column.name)} AS ${engineType(column.type)}) AS ${id(column.name)}`,
    );
    await account.database.run(
      `CREATE TABLE ${relation} AS SELECT ${typed.join(', ')} FROM (SELECT ${items.join(', ')} FROM (${query.sql}) AS q(${names.join(', ')}))`,
      parameter(session, 'TIMEZONE'),
    );
  } else {
    const model = statement.like ?? statement.clone;
    const source = model === undefined ? undefined : needTable(catalogOf(account, session), model, session.namespace);
    primaryKey = source?.primaryKey ?? primaryKey;
    // A key takes no NULL, also where the columns do not say so.
    columns = (source?.columns ?? columns ?? [])
      .map((column) => (primaryKey.includes(column.name) ? { ...column, nullable: false } : column))
      .map((column) => collated(column, running, statement.table, statement.collation ?? null));
    for (const name of primaryKey)
      if (!columns.some((column) => column.name === name)) throw errors.missingColumn(shown(name));
    unique(columns);
    if (columns.length === 0) throw errors.invalid('Table must have at least one column.');
    for (const column of columns)
      if (column.fallback !== undefined) assigned(writer.expressions.write(column.fallback, createScope()), column);
    await account.database.run(
      statement.clone !== undefined && source !== undefined
        ? `CREATE TABLE ${relation} AS SELECT * FROM ${source.relation}`
        : `CREATE TABLE ${relation} (${columns.map(columnSql).join(', ')})`,
    );
  }
  await dropTable(running, place.existing);
  place.put({
    kind: 'table',
    relation,
    columns,
    primaryKey,
    persistence: statement.persistence,
    comment: statement.comment ?? null,
    cluster: statement.cluster ?? null,
    collation: statement.collation ?? null,
    grants: statement.keepGrants ? (place.existing?.grants ?? []) : [],
    created: new Date(),
    loaded: new Map(),
  });
  return messageResult(`Table ${shown(place.name)} successfully created.`);
};

export const createView = async (statement: Of<'create view'>, running: Running): Promise<Result> => {
  const place = placeOf(running, statement.view, false);
  if (place.existing !== undefined && !(statement.replace && place.existing.kind === 'view')) {
    if (statement.ifNotExists && place.existing.kind === 'view')
      return messageResult(`${shown(place.name)} already exists, statement succeeded.`);
    throw errors.exists(shownPath(statement.view));
  }
  const query = queryWriterOf(running).query(statement.query);
  const described = resultOf(await running.account.database.run(`SELECT * FROM (${query.sql}) LIMIT 0`), query.columns);
  const names = statement.columns ?? described.columns.map(({ name }) => name);
  if (names.length !== described.columns.length)
    throw errors.invalid(
      `Invalid column definition list: expecting ${described.columns.length} but got ${names.length}`,
    );
  const columns = described.columns.map(({ type }, index) => ({ name: names[index], type, nullable: true }));
  unique(columns);
  place.put({
    kind: 'view',
    query: statement.query,
    text: statement.text,
    columns,
    namespace: running.session.namespace,
    comment: statement.comment ?? null,
    grants: statement.keepGrants ? (place.existing?.grants ?? []) : [],
    created: new Date(),
  });
  return messageResult(`View ${shown(place.name)} successfully created.`);
};

export const createPlace = (statement: Of<'create schema'> | Of<'create database'>, running: Running): Result => {
  const { account, session } = running;
  const isDatabase = statement.kind === 'create database';
  const path = isDatabase ? [statement.database] : statement.schema;
  const name = path.at(-1) as string;
  const database = isDatabase ? name : path.length === 2 ? path[0] : session.namespace.database;
  if (database === null) throw errors.noDatabase();
  const places: Map<string, unknown> = isDatabase
    ? account.databases
    : findDatabase(account.databases, database).schemas;
  const word = isDatabase ? 'Database' : 'Schema';
  if (places.has(name) && !statement.replace) {
    if (!statement.ifNotExists) throw errors.exists(shownPath(path));
    return messageResult(`${shown(name)} already exists, statement succeeded.`);
  }
  places.set(
    name,
    statement.kind === 'create database'
      ? createStoredDatabase(statement.collation)
      : createSchema(statement.persistence, statement.collation),
  );
  // What was made is the current one from now on.
  session.namespace = { database, schema: isDatabase ? 'PUBLIC' : name };
  return messageResult(`${word} ${shown(name)} successfully created.`);
};

export const createStage = async (statement: Of<'create stage'>, running: Running): Promise<Result> => {
  const { account, session } = running;
  const [database, schema, name] = qualify(statement.stage, session.namespace);
  const { stages } = findSchema(account.databases, database, schema);
  const isTemporary = statement.persistence === 'TEMPORARY';
  const key = [database, schema, name].join('\0');
  const existing = isTemporary ? session.temporaryStages.get(key) : stages.get(name);
  if (existing !== undefined && !statement.replace) {
    if (statement.ifNotExists) return messageResult(`${shown(name)} already exists, statement succeeded.`);
    throw errors.exists(shownPath(statement.stage));
  }
  const folder = join(account.folder, `stage-${account.relation().replaceAll('"', '')}`);
  await mkdir(folder, { recursive: true });
  if (existing !== undefined) await rm(existing.folder, { recursive: true, force: true });
  const stage = {
    folder,
    format: statement.format ?? {},
    persistence: statement.persistence,
    comment: statement.comment ?? null,
    created: new Date(),
  };
  if (isTemporary) session.temporaryStages.set(key, stage);
  else stages.set(name, stage);
  return messageResult(`Stage area ${shown(name)} successfully created.`);
};

export const createFormat = (statement: Of<'create format'>, running: Running): Result => {
  const [database, schema, name] = qualify(statement.format, running.session.namespace);
  const { formats } = findSchema(running.account.databases, database, schema);
  if (formats.has(name) && !statement.replace) {
    if (statement.ifNotExists) return messageResult(`${shown(name)} already exists, statement succeeded.`);
    throw errors.exists(shownPath(statement.format));
  }
  formats.set(name, statement.options);
  return messageResult(`File format ${shown(name)} successfully created.`);
};

const WORDS: Readonly<Record<ObjectKind, string>> = {
  TABLE: 'Table',
  VIEW: 'View',
  SCHEMA: 'Schema',
  DATABASE: 'Database',
  STAGE: 'Stage',
  'FILE FORMAT': 'File format',
};

/** Removes it and gives true, or gives false where there is none. */
const dropOne = async ({ what, path }: Of<'drop'>, running: Running): Promise<boolean> => {
  const { account, session } = running;
  if (what === 'DATABASE') return account.databases.delete(path[0]);
  if (what === 'SCHEMA') {
    const database = path.length === 2 ? path[0] : session.namespace.database;
    if (database === null) throw errors.noDatabase();
    const { schemas } = findDatabase(account.databases, database);
    const name = path.at(-1) as string;
    for (const relation of schemas.get(name)?.relations.values() ?? []) await dropTable(running, relation);
    if (session.namespace.database === database && session.namespace.schema === name)
      session.namespace = { database, schema: null };
    return schemas.delete(name);
  }
  const [database, schema, name] = qualify(path, session.namespace);
  const key = [database, schema, name].join('\0');
  const place = account.databases.get(database)?.schemas.get(schema);
  if (what === 'STAGE') {
    const stages = session.temporaryStages.has(key) ? session.temporaryStages : place?.stages;
    const at = stages === session.temporaryStages ? key : name;
    const stage = stages?.get(at);
    if (stage !== undefined) await rm(stage.folder, { recursive: true, force: true });
    return stages?.delete(at) ?? false;
  }
  if (what === 'FILE FORMAT') return place?.formats.delete(name) ?? false;
  const found = findRelation(catalogOf(account, session), path, session.namespace);
  if (found === undefined) return false;
  if ((found.kind === 'view') !== (what === 'VIEW'))
    throw errors.invalid(`Object found is of type '${found.kind.toUpperCase()}', not specified type '${what}'.`);
  await dropTable(running, found);
  if (!session.temporary.delete(key)) place?.relations.delete(name);
  return true;
};

export const drop = async (statement: Of<'drop'>, running: Running): Promise<Result> => {
  const name = shown(statement.path.at(-1) as string);
  if (await dropOne(statement, running)) return messageResult(`${name} successfully dropped.`);
  if (statement.ifExists) return messageResult(`Drop statement executed successfully (${name} already dropped).`);
  throw errors.missing(WORDS[statement.what], shownPath(statement.path));
};

export const comment = (statement: Of<'comment'>, running: Running): Result => {
  const { account, session } = running;
  const catalog = catalogOf(account, session);
  if (statement.what === 'COLUMN') {
    const table = needTable(catalog, statement.path.slice(0, -1), session.namespace);
    const name = statement.path.at(-1);
    if (!table.columns.some((column) => column.name === name)) throw errors.missingColumn(shown(name as string));
    table.columns = table.columns.map((column) =>
      column.name === name ? { ...column, comment: statement.comment } : column,
    );
  } else if (statement.what === 'TABLE' || statement.what === 'VIEW')
    needRelation(catalog, statement.path, session.namespace).comment = statement.comment;
  return succeeded();
};

export const grant = (statement: Of<'grant'>, running: Running): Result => {
  const { account, session } = running;
  if (!account.roles.has(statement.role)) throw errors.missing('Role', shown(statement.role));
  if (statement.what === 'TABLE' || statement.what === 'VIEW') {
    const relation = needRelation(catalogOf(account, session), statement.path, session.namespace);
    const others = relation.grants.filter(
      ({ privilege, role }) => role !== statement.role || !statement.privileges.includes(privilege),
    );
    relation.grants = statement.revoke
      ? others
      : [...others, ...statement.privileges.map((privilege) => ({ privilege, role: statement.role }))];
  }
  return succeeded();
};
