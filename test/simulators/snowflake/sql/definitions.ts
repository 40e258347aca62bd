import { errors } from '../errors.js';
import type { Cursor } from './cursor.js';
import { parseExpression, parseList, type Parsing } from './expressions.js';
import { FORMAT_KEYS, parseOptionList, parseOptions } from './options.js';
import { RESERVED_AS_COLUMN, RESERVED_AS_OBJECT } from './reserved.js';
import type { AlterAction, ColumnDefinition, CreateFlags, ObjectKind, Persistence, Statement } from './statement.js';
import { parseType } from './types.js';

const columnList = (cursor: Cursor): string[] => {
  cursor.expect('(');
  const names = parseList(cursor, () => cursor.name());
  cursor.expect(')');
  return names;
};

/** PRIMARY KEY, UNIQUE and FOREIGN KEY are accepted and not enforced, as in Snowflake's standard tables. */
const takeConstraint = (cursor: Cursor, key: (columns?: readonly string[]) => void, isOfTable: boolean): boolean => {
  if (cursor.take('CONSTRAINT')) cursor.name();
  if (cursor.take('PRIMARY', 'KEY')) key(isOfTable ? columnList(cursor) : undefined);
  else if (cursor.take('UNIQUE')) {
    if (isOfTable) columnList(cursor);
  } else if (isOfTable && cursor.take('FOREIGN', 'KEY')) {
    columnList(cursor);
    cursor.expect('REFERENCES');
    cursor.path();
    if (cursor.is('(')) columnList(cursor);
  } else return false;
  while (
    ['ENFORCED', 'NOT', 'RELY', 'NORELY', 'DEFERRABLE', 'INITIALLY', 'DEFERRED', 'VALIDATE', 'NOVALIDATE'].includes(
      cursor.peek().value,
    )
  ) {
    if (cursor.is('NOT') && cursor.peek(1).value !== 'ENFORCED' && cursor.peek(1).value !== 'DEFERRABLE') break;
    cursor.next();
  }
  return true;
};

const parseColumn = (
  parsing: Parsing,
  key: (columns: readonly string[]) => void = () => undefined,
): ColumnDefinition => {
  const { cursor } = parsing;
  const name = cursor.name(RESERVED_AS_COLUMN);
  const type = parseType(cursor);
  let nullable = true;
  let fallback: ColumnDefinition['fallback'];
  let fallbackText: string | undefined;
  let comment: string | undefined;
  let collation: string | undefined;
  for (;;) {
    if (cursor.take('NOT', 'NULL')) nullable = false;
    else if (cursor.take('NULL')) nullable = true;
    else if (cursor.take('DEFAULT')) {
      const first = cursor.peek();
      fallback = parseExpression(parsing);
      fallbackText = cursor.since(first);
    } else if (cursor.take('COMMENT')) comment = cursor.text();
    else if (cursor.take('COLLATE')) collation = cursor.text();
    else if (
      cursor.is('AUTOINCREMENT') ||
      cursor.is('IDENTITY') ||
      cursor.is('MASKING') ||
      cursor.is('WITH') ||
      cursor.is('AS')
    )
      throw errors.unsupported(`${cursor.peek().value} of a column`, cursor.peek().place);
    else if (!takeConstraint(cursor, () => key([name]), false))
      return { name, type, nullable, fallback, fallbackText, comment, collation };
  }
};

const clusterBy = (parsing: Parsing): string => {
  const { cursor } = parsing;
  const first = cursor.peek();
  cursor.expect('(');
  parseList(cursor, () => parseExpression(parsing));
  cursor.expect(')');
  return `LINEAR${cursor.since(first)}`;
};

const COLLATION = 'DEFAULT_DDL_COLLATION';
/** Parameters of a table, which but for that one change nothing in what it holds. */
const TABLE_KEYS = new Set(
  `COMMENT DATA_RETENTION_TIME_IN_DAYS MAX_DATA_EXTENSION_TIME_IN_DAYS CHANGE_TRACKING ENABLE_SCHEMA_EVOLUTION ${COLLATION}`.split(
    ' ',
  ),
);

const parseTable = (parsing: Parsing, persistence: Persistence, flags: CreateFlags): Statement => {
  const { cursor } = parsing;
  const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
  const table = cursor.path(RESERVED_AS_OBJECT);
  const base = { kind: 'create table' as const, table, persistence, ...flags, ifNotExists };
  if (cursor.take('LIKE')) return { ...base, like: cursor.path(), keepGrants: cursor.take('COPY', 'GRANTS') };
  if (cursor.take('CLONE')) return { ...base, clone: cursor.path(), keepGrants: cursor.take('COPY', 'GRANTS') };
  let columns: ColumnDefinition[] | undefined;
  let names: string[] | undefined;
  let primaryKey: readonly string[] = [];
  if (cursor.take('(')) {
    // `(a, b) AS SELECT …` gives names alone.
    const isNamesOnly = [',', ')'].includes(cursor.peek(1).value);
    if (isNamesOnly) names = parseList(cursor, () => cursor.name(RESERVED_AS_COLUMN));
    else {
      columns = [];
      const key = (of: readonly string[] = []) => (primaryKey = of);
      do if (!takeConstraint(cursor, key, true)) columns.push(parseColumn(parsing, key));
      while (cursor.take(','));
    }
    cursor.expect(')');
  }
  let cluster: string | undefined;
  let comment: string | undefined;
  let keepGrants = false;
  let collation: string | undefined;
  for (;;) {
    if (cursor.take('CLUSTER', 'BY')) cluster = clusterBy(parsing);
    else if (cursor.take('COPY', 'GRANTS')) keepGrants = true;
    else {
      const options = parseOptions(cursor, TABLE_KEYS);
      if (Object.keys(options).length === 0) break;
      comment = (options.COMMENT as string | undefined) ?? comment;
      collation = (options[COLLATION] as string | undefined) ?? collation;
    }
  }
  const query = cursor.take('AS') ? parsing.query() : undefined;
  if (names !== undefined) throw errors.unsupported('CREATE TABLE (names) AS SELECT', cursor.peek().place);
  if (query === undefined && columns === undefined) cursor.fail();
  return { ...base, columns, primaryKey, query, cluster, comment, keepGrants, collation };
};

const parseView = (parsing: Parsing, flags: CreateFlags): Statement => {
  const { cursor } = parsing;
  const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
  const view = cursor.path(RESERVED_AS_OBJECT);
  let columns: string[] | undefined;
  if (cursor.is('(')) columns = columnList(cursor);
  let comment: string | undefined;
  let keepGrants = false;
  for (;;)
    if (cursor.take('COPY', 'GRANTS')) keepGrants = true;
    else if (cursor.take('COMMENT', '=')) comment = cursor.text();
    else break;
  cursor.expect('AS');
  const query = parsing.query();
  return { kind: 'create view', view, columns, query, text: cursor.sql, comment, keepGrants, ...flags, ifNotExists };
};

const parsePolicy = (parsing: Parsing, of: 'MASKING_POLICY' | 'ROW_ACCESS_POLICY', flags: CreateFlags): Statement => {
  const { cursor } = parsing;
  const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
  const policy = cursor.path(RESERVED_AS_OBJECT);
  cursor.expect('AS', '(');
  const types = parseList(cursor, () => (cursor.name(), parseType(cursor)));
  cursor.expect(')', 'RETURNS');
  parseType(cursor);
  cursor.expect('->');
  parseExpression(parsing);
  return { kind: 'create policy', policy, of, arguments: types, ...flags, ifNotExists };
};

const STAGE_KEYS = new Set(['COMMENT', 'DIRECTORY', 'ENCRYPTION']);

const parseStage = (cursor: Cursor, persistence: Persistence, flags: CreateFlags): Statement => {
  const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
  const stage = cursor.path(RESERVED_AS_OBJECT);
  let format: ReturnType<typeof parseOptionList> | undefined;
  let comment: string | undefined;
  for (;;)
    if (cursor.take('FILE_FORMAT', '=')) format = parseOptionList(cursor, FORMAT_KEYS);
    else if (cursor.take('COMMENT', '=')) comment = cursor.text();
    else if (STAGE_KEYS.has(cursor.peek().value) && cursor.peek(1).value === '=') {
      cursor.next();
      cursor.expect('=');
      parseOptionList(cursor, new Set(['ENABLE', 'TYPE']));
    } else if (['URL', 'STORAGE_INTEGRATION', 'CREDENTIALS'].includes(cursor.peek().value))
      throw errors.unsupported('external stage', cursor.peek().place);
    else break;
  return { kind: 'create stage', stage, persistence, format, comment, ...flags, ifNotExists };
};

export const parseCreate = (parsing: Parsing): Statement => {
  const { cursor } = parsing;
  const replace = cursor.take('OR', 'REPLACE');
  if (cursor.is('OR')) throw errors.unsupported('CREATE OR ALTER', cursor.peek().place);
  cursor.take('LOCAL');
  const { place } = cursor.peek();
  const persistence: Persistence = cursor.take('TRANSIENT')
    ? 'TRANSIENT'
    : cursor.take('TEMPORARY') || cursor.take('TEMP') || cursor.take('VOLATILE')
      ? 'TEMPORARY'
      : 'PERMANENT';
  const flags = { replace, ifNotExists: false };
  if (cursor.take('TABLE')) return parseTable(parsing, persistence, flags);
  if (cursor.take('STAGE')) return parseStage(cursor, persistence, flags);
  if (cursor.take('SCHEMA')) {
    const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
    const schema = cursor.path(RESERVED_AS_OBJECT);
    if (schema.length > 2) cursor.fail();
    let collation: string | undefined;
    for (;;)
      if (cursor.take('WITH', 'MANAGED', 'ACCESS')) continue;
      else {
        const options = parseOptions(cursor, TABLE_KEYS);
        if (Object.keys(options).length === 0)
          return { kind: 'create schema', schema, persistence, collation, ...flags, ifNotExists };
        collation = (options[COLLATION] as string | undefined) ?? collation;
      }
  }
  if (cursor.take('DATABASE')) {
    const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
    const database = cursor.name(RESERVED_AS_OBJECT);
    const collation = parseOptions(cursor, TABLE_KEYS)[COLLATION] as string | undefined;
    return { kind: 'create database', database, collation, ...flags, ifNotExists };
  }
  if (cursor.take('FILE', 'FORMAT')) {
    const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
    const format = cursor.path(RESERVED_AS_OBJECT);
    const options = parseOptions(cursor, new Set([...FORMAT_KEYS, 'COMMENT']));
    return { kind: 'create format', format, options, ...flags, ifNotExists };
  }
  if (cursor.take('MASKING', 'POLICY')) return parsePolicy(parsing, 'MASKING_POLICY', flags);
  if (cursor.take('ROW', 'ACCESS', 'POLICY')) return parsePolicy(parsing, 'ROW_ACCESS_POLICY', flags);
  if (persistence === 'PERMANENT' && cursor.take('VIEW')) return parseView(parsing, flags);
  throw errors.unsupported(`CREATE ${cursor.peek().value}`, place);
};

export const parseObjectKind = (cursor: Cursor): ObjectKind => {
  if (cursor.take('FILE', 'FORMAT')) return 'FILE FORMAT';
  for (const kind of ['TABLE', 'VIEW', 'SCHEMA', 'DATABASE', 'STAGE'] as const) if (cursor.take(kind)) return kind;
  throw errors.unsupported(`kind of object ${cursor.peek().value}`, cursor.peek().place);
};

export const parseDrop = (cursor: Cursor): Statement => {
  const what = parseObjectKind(cursor);
  const ifExists = cursor.take('IF', 'EXISTS');
  const path = cursor.path();
  if (!cursor.take('CASCADE')) cursor.take('RESTRICT');
  return { kind: 'drop', what, path, ifExists };
};

const parseAlterColumn = (parsing: Parsing): AlterAction => {
  const { cursor } = parsing;
  cursor.take('COLUMN');
  const column = cursor.name();
  if (cursor.take('DROP', 'NOT', 'NULL')) return { kind: 'column', column, change: { notNull: false } };
  if (cursor.take('SET', 'NOT', 'NULL')) return { kind: 'column', column, change: { notNull: true } };
  if (cursor.take('DROP', 'DEFAULT')) return { kind: 'column', column, change: { fallback: undefined } };
  if (cursor.take('COMMENT')) return { kind: 'column', column, change: { comment: cursor.text() } };
  if (cursor.take('UNSET', 'MASKING', 'POLICY')) return { kind: 'column', column, change: { policy: undefined } };
  if (cursor.take('SET', 'MASKING', 'POLICY'))
    return { kind: 'column', column, change: { policy: cursor.path(RESERVED_AS_OBJECT) } };
  if (!cursor.take('SET', 'DATA', 'TYPE')) cursor.take('TYPE');
  if (cursor.is('SET')) throw errors.unsupported('ALTER COLUMN … SET', cursor.peek().place);
  return { kind: 'column', column, change: { type: parseType(cursor) } };
};

const parseAlterAction = (parsing: Parsing): AlterAction => {
  const { cursor } = parsing;
  if (cursor.take('ADD')) {
    if (takeConstraint(cursor, () => undefined, true)) return { kind: 'nothing' };
    if (cursor.take('ROW', 'ACCESS', 'POLICY')) {
      const policy = cursor.path(RESERVED_AS_OBJECT);
      cursor.expect('ON');
      return { kind: 'row access', policy, columns: columnList(cursor) };
    }
    cursor.take('COLUMN');
    const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
    return { kind: 'add', ifNotExists, columns: parseList(cursor, () => parseColumn(parsing)) };
  }
  if (cursor.take('DROP', 'ALL', 'ROW', 'ACCESS', 'POLICIES'))
    return { kind: 'row access', policy: undefined, columns: [] };
  if (cursor.take('DROP', 'CLUSTERING', 'KEY')) return { kind: 'cluster', by: null };
  if (cursor.take('DROP', 'PRIMARY', 'KEY')) return { kind: 'primary key', columns: [] };
  if (cursor.is('DROP') && ['CONSTRAINT', 'UNIQUE', 'FOREIGN'].includes(cursor.peek(1).value))
    throw errors.unsupported(`ALTER TABLE … DROP ${cursor.peek(1).value}`, cursor.peek().place);
  if (cursor.take('DROP')) {
    cursor.take('COLUMN');
    const ifExists = cursor.take('IF', 'EXISTS');
    return { kind: 'drop', ifExists, columns: parseList(cursor, () => cursor.name()) };
  }
  if (cursor.take('RENAME', 'TO')) return { kind: 'rename', to: cursor.path(RESERVED_AS_OBJECT) };
  if (cursor.take('RENAME', 'COLUMN')) {
    const from = cursor.name();
    cursor.expect('TO');
    return { kind: 'rename column', from, to: cursor.name(RESERVED_AS_COLUMN) };
  }
  if (cursor.take('SWAP', 'WITH')) return { kind: 'swap', with: cursor.path() };
  if (cursor.take('CLUSTER', 'BY')) return { kind: 'cluster', by: clusterBy(parsing) };
  if (cursor.take('ALTER') || cursor.take('MODIFY')) {
    const isList = cursor.take('(');
    const action = parseAlterColumn(parsing);
    if (cursor.is(',')) throw errors.unsupported('several columns in one ALTER COLUMN', cursor.peek().place);
    if (isList) cursor.expect(')');
    return action;
  }
  if (cursor.take('SET')) {
    const options = parseOptions(cursor, TABLE_KEYS);
    if (Object.keys(options).length === 0) cursor.fail();
    if (COLLATION in options) throw errors.unsupported(`ALTER TABLE … SET ${COLLATION}`, cursor.peek().place);
    return options.COMMENT === undefined
      ? { kind: 'nothing' }
      : { kind: 'comment', comment: options.COMMENT as string };
  }
  if (cursor.take('UNSET', 'COMMENT')) return { kind: 'comment', comment: null };
  throw errors.unsupported(`ALTER TABLE … ${cursor.peek().value}`, cursor.peek().place);
};

export const parseAlterTable = (parsing: Parsing): Statement => {
  const { cursor } = parsing;
  const ifExists = cursor.take('IF', 'EXISTS');
  const table = cursor.path();
  return { kind: 'alter table', table, ifExists, action: parseAlterAction(parsing) };
};
