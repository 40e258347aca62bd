import { errors } from '../errors.js';
import type { Expression, FromItem, Query } from './ast.js';
import type { Cursor } from './cursor.js';
import { parseAlterTable, parseCreate, parseDrop, parseObjectKind } from './definitions.js';
import { parseExpression, parseList, type Binds, type Parsing } from './expressions.js';
import { COPY_KEYS, FORMAT_KEYS, parseOptionList, parseOptions } from './options.js';
import { createParsing, parseFrom, parseFromItem } from './queries.js';
import type { Assignment, MergeClause, Options, Statement } from './statement.js';

const valueOrDefault = (parsing: Parsing): Expression | 'DEFAULT' =>
  parsing.cursor.take('DEFAULT') ? 'DEFAULT' : parseExpression(parsing);

const columnList = (cursor: Cursor): string[] => {
  cursor.expect('(');
  const names = parseList(cursor, () => cursor.name());
  cursor.expect(')');
  return names;
};

const parseInsert = (parsing: Parsing): Statement => {
  const { cursor } = parsing;
  const overwrite = cursor.take('OVERWRITE');
  if (cursor.is('ALL') || cursor.is('FIRST'))
    throw errors.unsupported('INSERT into several tables', cursor.peek().place);
  cursor.expect('INTO');
  const table = cursor.path();
  const isColumns = cursor.is('(') && cursor.peek(1).value !== 'SELECT' && cursor.peek(1).value !== 'WITH';
  const columns = isColumns ? columnList(cursor) : undefined;
  if (cursor.take('VALUES')) {
    const rows = parseList(cursor, () => {
      cursor.expect('(');
      const row = parseList(cursor, () => valueOrDefault(parsing));
      cursor.expect(')');
      return row;
    });
    return { kind: 'insert', table, columns, overwrite, rows };
  }
  return { kind: 'insert', table, columns, overwrite, query: parsing.query() };
};

const parseAssignments = (parsing: Parsing): Assignment[] =>
  parseList(parsing.cursor, () => {
    const column = parsing.cursor.path();
    parsing.cursor.expect('=');
    return [column, valueOrDefault(parsing)];
  });

const parseWhere = (parsing: Parsing): Expression | undefined =>
  parsing.cursor.take('WHERE') ? parseExpression(parsing) : undefined;

const parseTarget = (parsing: Parsing): FromItem => {
  const item = parseFromItem(parsing);
  if (item.source.kind !== 'table' || item.columns !== undefined) parsing.cursor.fail();
  return item;
};

const parseMerge = (parsing: Parsing): Statement => {
  const { cursor } = parsing;
  cursor.expect('INTO');
  const target = parseTarget(parsing);
  cursor.expect('USING');
  const source = parseFromItem(parsing);
  cursor.expect('ON');
  const on = parseExpression(parsing);
  const clauses: MergeClause[] = [];
  while (cursor.take('WHEN')) {
    const matched = !cursor.take('NOT');
    cursor.expect('MATCHED');
    const condition = cursor.take('AND') ? parseExpression(parsing) : undefined;
    cursor.expect('THEN');
    if (cursor.is('UPDATE', 'ALL') || cursor.is('INSERT', 'ALL'))
      throw errors.unsupported('MERGE … ALL BY NAME', cursor.peek().place);
    if (matched && cursor.take('UPDATE', 'SET'))
      clauses.push({ matched, condition, action: { kind: 'update', set: parseAssignments(parsing) } });
    else if (matched && cursor.take('DELETE')) clauses.push({ matched, condition, action: { kind: 'delete' } });
    else if (!matched && cursor.take('INSERT')) {
      const columns = cursor.is('(') ? columnList(cursor) : undefined;
      cursor.expect('VALUES', '(');
      const values = parseList(cursor, () => valueOrDefault(parsing));
      cursor.expect(')');
      clauses.push({ matched, condition, action: { kind: 'insert', columns, values } });
    } else cursor.fail();
  }
  if (clauses.length === 0) cursor.fail();
  return { kind: 'merge', target, source, on, clauses };
};

/** Files of a stage, or SELECT from it. */
const parseCopySource = (parsing: Parsing): { stage: string; transformation?: Query } => {
  const { cursor } = parsing;
  if (!cursor.take('(')) {
    if (cursor.peek().kind !== 'stage') throw errors.unsupported('COPY FROM an external location', cursor.peek().place);
    return { stage: cursor.next().value };
  }
  const transformation = parsing.query();
  cursor.expect(')');
  const { body } = transformation;
  const [from, ...more] = body.kind === 'select' ? body.from : [];
  if (from === undefined || from.source.kind !== 'stage' || more.length > 0)
    throw errors.invalid(
      'COPY statement only supports simple SELECT from stage statements for import.',
      cursor.peek().place,
    );
  return { stage: from.source.stage.stage, transformation };
};

const parseCopy = (parsing: Parsing): Statement => {
  const { cursor } = parsing;
  cursor.expect('INTO');
  if (cursor.peek().kind === 'stage') throw errors.unsupported('COPY INTO a location', cursor.peek().place);
  const table = cursor.path();
  const columns = cursor.is('(') ? columnList(cursor) : undefined;
  cursor.expect('FROM');
  const source = parseCopySource(parsing);
  let files: string[] | undefined;
  let pattern: string | undefined;
  let format: Options = {};
  let options: Options = {};
  for (;;)
    if (cursor.take('FILES', '=')) {
      cursor.expect('(');
      files = parseList(cursor, () => cursor.text());
      cursor.expect(')');
    } else if (cursor.take('PATTERN', '=')) pattern = cursor.text();
    else if (cursor.take('FILE_FORMAT', '=')) format = parseOptionList(cursor, FORMAT_KEYS);
    else if (cursor.is('VALIDATION_MODE')) throw errors.unsupported('VALIDATION_MODE', cursor.peek().place);
    else {
      const more = parseOptions(cursor, COPY_KEYS);
      if (Object.keys(more).length === 0) break;
      options = { ...options, ...more };
    }
  return { kind: 'copy', table, columns, ...source, files, pattern, format, options };
};

const PUT_KEYS = new Set(['PARALLEL', 'AUTO_COMPRESS', 'SOURCE_COMPRESSION', 'OVERWRITE', 'PATTERN']);

const parseFile = (cursor: Cursor): string => {
  const token = cursor.next();
  if (token.kind === 'file') return token.value.slice('file://'.length);
  if (token.kind !== 'text' || !/^file:\/\//i.test(token.value)) cursor.fail(token);
  return token.value.slice('file://'.length);
};

const parseStageName = (cursor: Cursor): string => {
  const token = cursor.next();
  if (token.kind === 'stage') return token.value;
  if (token.kind === 'text' && token.value.startsWith('@')) return token.value.slice(1);
  return cursor.fail(token);
};

const parseSession = (cursor: Cursor): Statement => {
  if (cursor.take('UNSET')) return { kind: 'set session', values: {}, unset: parseList(cursor, () => cursor.name()) };
  cursor.expect('SET');
  const values: Record<string, string> = {};
  do {
    const key = cursor.name();
    cursor.expect('=');
    // TRUE, FALSE and a number are values too.
    const token = cursor.next();
    if (!['word', 'number', 'text'].includes(token.kind)) cursor.fail(token);
    values[key] = token.value;
    cursor.take(',');
  } while (cursor.peek().kind === 'word');
  return { kind: 'set session', values, unset: [] };
};

const SHOWN = [
  'PRIMARY KEYS',
  'FILE FORMATS',
  'TABLES',
  'VIEWS',
  'SCHEMAS',
  'DATABASES',
  'STAGES',
  'COLUMNS',
  'LOCKS',
  'TRANSACTIONS',
  'PARAMETERS',
  'GRANTS',
  'WAREHOUSES',
  'ROLES',
  'OBJECTS',
];

const parseShow = (cursor: Cursor): Statement => {
  const terse = cursor.take('TERSE');
  const { place } = cursor.peek();
  const what = SHOWN.find((one) => cursor.take(...one.split(' ')));
  if (what === undefined) throw errors.unsupported(`SHOW ${cursor.peek().value}`, place);
  let like = cursor.take('LIKE') ? cursor.text() : undefined;
  let scope: Extract<Statement, { kind: 'show' }>['scope'];
  if (what === 'GRANTS' && cursor.take('ON', 'TABLE')) scope = { kind: 'TABLE', path: cursor.path() };
  else if (cursor.take('IN')) {
    if (cursor.take('ACCOUNT') || cursor.take('SESSION')) scope = { kind: 'ACCOUNT', path: [] };
    else if (cursor.take('DATABASE'))
      scope = { kind: 'DATABASE', path: cursor.peek().kind === 'end' ? [] : cursor.path() };
    else if (cursor.take('TABLE') || cursor.take('VIEW')) scope = { kind: 'TABLE', path: cursor.path() };
    else {
      cursor.take('SCHEMA');
      scope = { kind: 'SCHEMA', path: cursor.peek().kind === 'end' ? [] : cursor.path() };
    }
  }
  if (cursor.take('LIKE')) like = cursor.text();
  for (const word of ['STARTS', 'LIMIT', 'HISTORY'])
    if (cursor.is(word)) throw errors.unsupported(`SHOW … ${word}`, cursor.peek().place);
  return { kind: 'show', what, like, scope, terse };
};

const parseGrant = (cursor: Cursor, revoke: boolean): Statement => {
  const privileges = parseList(cursor, () => {
    const words: string[] = [];
    while (!cursor.is('ON') && !cursor.is(',') && cursor.peek().kind === 'word') words.push(cursor.next().value);
    return words.join(' ');
  });
  if (!cursor.is('ON')) throw errors.unsupported('GRANT of a role', cursor.peek().place);
  cursor.expect('ON');
  const words: string[] = [];
  while (
    cursor.peek(1).kind === 'word' &&
    !['TO', 'FROM', '.'].includes(cursor.peek(1).value) &&
    cursor.peek().kind === 'word'
  )
    words.push(cursor.next().value);
  if (words.length === 0 || (cursor.peek(1).kind === 'name' && words.length < 2)) words.push(cursor.next().value);
  const path = cursor.path();
  if (!cursor.take('TO')) cursor.expect('FROM');
  cursor.expect('ROLE');
  const role = cursor.name();
  cursor.take('WITH', 'GRANT', 'OPTION');
  return { kind: 'grant', revoke, privileges, what: words.join(' '), path, role };
};

const parseOne = (parsing: Parsing): Statement => {
  const { cursor } = parsing;
  const first = cursor.peek();
  if (cursor.is('SELECT') || cursor.is('WITH') || cursor.is('(') || cursor.is('VALUES'))
    return { kind: 'query', query: parsing.query() };
  if (first.kind !== 'word') cursor.fail();
  cursor.next();
  switch (first.value) {
    case 'INSERT':
      return parseInsert(parsing);
    case 'UPDATE': {
      const target = parseTarget(parsing);
      cursor.expect('SET');
      const set = parseAssignments(parsing);
      const from = cursor.take('FROM') ? parseFrom(parsing) : [];
      return { kind: 'update', target, set, from, where: parseWhere(parsing) };
    }
    case 'DELETE': {
      cursor.expect('FROM');
      const target = parseTarget(parsing);
      const using = cursor.take('USING') ? parseFrom(parsing) : [];
      return { kind: 'delete', target, using, where: parseWhere(parsing) };
    }
    case 'MERGE':
      return parseMerge(parsing);
    case 'TRUNCATE': {
      cursor.take('TABLE');
      const ifExists = cursor.take('IF', 'EXISTS');
      return { kind: 'truncate', table: cursor.path(), ifExists };
    }
    case 'BEGIN':
    case 'START': {
      if (first.value === 'START') cursor.expect('TRANSACTION');
      else if (!cursor.take('TRANSACTION')) cursor.take('WORK');
      return { kind: 'begin', name: cursor.take('NAME') ? cursor.name() : undefined };
    }
    case 'COMMIT':
    case 'ROLLBACK':
      cursor.take('WORK');
      return { kind: first.value === 'COMMIT' ? 'commit' : 'rollback' };
    case 'CREATE':
      return parseCreate(parsing);
    case 'DROP':
      return parseDrop(cursor);
    case 'ALTER':
      if (cursor.take('TABLE')) return parseAlterTable(parsing);
      if (cursor.take('SESSION')) return parseSession(cursor);
      throw errors.unsupported(`ALTER ${cursor.peek().value}`, first.place);
    case 'COMMENT': {
      const ifExists = cursor.take('IF', 'EXISTS');
      cursor.expect('ON');
      if (ifExists) throw errors.unsupported('COMMENT IF EXISTS', first.place);
      const what = cursor.take('COLUMN') ? 'COLUMN' : parseObjectKind(cursor);
      const path: string[] = [cursor.name()];
      while (cursor.take('.')) path.push(cursor.name());
      cursor.expect('IS');
      return { kind: 'comment', what, path, comment: cursor.text() };
    }
    case 'GRANT':
    case 'REVOKE':
      return parseGrant(cursor, first.value === 'REVOKE');
    case 'USE': {
      for (const what of ['DATABASE', 'SCHEMA', 'ROLE', 'WAREHOUSE'] as const)
        if (cursor.take(what)) return { kind: 'use', what, path: cursor.path() };
      const path = cursor.path();
      return { kind: 'use', what: path.length > 1 ? 'SCHEMA' : 'DATABASE', path };
    }
    case 'SHOW':
      return parseShow(cursor);
    case 'DESC':
    case 'DESCRIBE': {
      const what = cursor.peek(1).kind === 'end' || cursor.peek(1).value === '.' ? 'TABLE' : parseObjectKind(cursor);
      if (what === 'SCHEMA' || what === 'DATABASE') throw errors.unsupported(`DESCRIBE ${what}`, first.place);
      return { kind: 'describe', what, path: cursor.path() };
    }
    case 'PUT': {
      const file = parseFile(cursor);
      return { kind: 'put', file, stage: parseStageName(cursor), options: parseOptions(cursor, PUT_KEYS) };
    }
    case 'GET': {
      const stage = parseStageName(cursor);
      return { kind: 'get', stage, file: parseFile(cursor), options: parseOptions(cursor, PUT_KEYS) };
    }
    case 'LIST':
    case 'LS':
    case 'REMOVE':
    case 'RM': {
      const stage = parseStageName(cursor);
      const pattern = cursor.take('PATTERN', '=') ? cursor.text() : undefined;
      return { kind: first.value.startsWith('L') ? 'list' : 'remove', stage, pattern };
    }
    case 'COPY':
      return parseCopy(parsing);
    case 'CALL':
    case 'EXECUTE':
    case 'EXPLAIN':
    case 'UNDROP':
    case 'SET':
    case 'UNSET':
    case 'DECLARE':
      throw errors.unsupported(first.value, first.place);
    default:
      return cursor.fail(first);
  }
};

/** One statement with an optional semicolon; a second one is refused, as it is unless MULTI_STATEMENT_COUNT is set. */
export const parseStatement = (sql: string, bind: Binds): Statement => {
  const parsing = createParsing(sql, bind);
  if (parsing.cursor.peek().kind === 'end') throw errors.invalid('Empty SQL statement.');
  const statement = parseOne(parsing);
  if (parsing.cursor.take(';') && parsing.cursor.peek().kind !== 'end')
    throw errors.unsupported('several statements in one request', parsing.cursor.peek().place);
  parsing.cursor.end();
  return statement;
};
