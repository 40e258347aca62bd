import { errors } from '../errors.js';
import type { Expression, FromItem, Query, QueryBody, Select, SelectItem, StageSource, TableSource } from './ast.js';
import { createCursor, type Cursor } from './cursor.js';
import { CLAUSES, parseExpression, parseList, parseOrder, type Binds, type Parsing } from './expressions.js';
import { RESERVED, RESERVED_IN_FROM } from './reserved.js';

/** Begins to parse a statement. */
export const createParsing = (sql: string, bind: Binds): Parsing => {
  let binds = 0;
  const parsing: Parsing = {
    cursor: createCursor(sql),
    bind,
    nextBind: () => (binds += 1),
    query: () => parseQuery(parsing),
  };
  return parsing;
};

const isAliasNext = (cursor: Cursor): boolean => {
  const { kind, value } = cursor.peek();
  return (
    kind === 'name' || (kind === 'word' && !CLAUSES.has(value) && !RESERVED.has(value) && !RESERVED_IN_FROM.has(value))
  );
};

/** The name of a column without one: its text in upper case, except within quotes. */
const columnText = (text: string): string =>
  text.replaceAll(/'(?:[^'\\]|''|\\[^])*'|"(?:[^"]|"")*"|[^'"]+/g, (part) =>
    part.startsWith("'") || part.startsWith('"') ? part : part.toUpperCase(),
  );

const parseItem = (parsing: Parsing): SelectItem => {
  const { cursor } = parsing;
  const first = cursor.peek();
  const { place } = first;
  const isStar = (ahead: number): boolean => cursor.peek(ahead).value === '*' && cursor.peek(ahead).kind === 'operator';
  let depth = 0;
  while (
    (cursor.peek(depth).kind === 'word' || cursor.peek(depth).kind === 'name') &&
    cursor.peek(depth + 1).value === '.'
  )
    depth += 2;
  if (isStar(depth)) {
    const of: string[] = [];
    while (!cursor.take('*')) {
      of.push(cursor.name());
      cursor.expect('.');
    }
    const except: string[] = [];
    if (cursor.take('EXCLUDE')) {
      if (cursor.take('(')) {
        except.push(...parseList(cursor, () => cursor.name()));
        cursor.expect(')');
      } else except.push(cursor.name());
    }
    if (cursor.is('RENAME') || cursor.is('REPLACE') || cursor.is('ILIKE'))
      throw errors.unsupported(`* ${cursor.peek().value}`, cursor.peek().place);
    return { star: { of, except }, name: '*', isNamed: false, place };
  }
  const value = parseExpression(parsing);
  const text = cursor.since(first);
  if (cursor.take('AS') || isAliasNext(cursor)) return { value, name: cursor.name(), isNamed: true, place };
  const name = value.kind === 'column' ? (value.path.at(-1) as string) : columnText(text);
  return { value, name, isNamed: false, place };
};

const parseValues = (parsing: Parsing): Expression[][] =>
  parseList(parsing.cursor, () => {
    parsing.cursor.expect('(');
    const row = parseList(parsing.cursor, () => parseExpression(parsing));
    parsing.cursor.expect(')');
    return row;
  });

export const parseRows = parseValues;

const parseStage = (parsing: Parsing): StageSource => {
  const { cursor } = parsing;
  const stage = cursor.next().value;
  const options: Record<string, string> = {};
  if (cursor.take('('))
    do {
      const key = cursor.name();
      if (key !== 'FILE_FORMAT' && key !== 'PATTERN') throw errors.unsupported(`${key} of a staged file`);
      cursor.expect('=>');
      options[key] = cursor.peek().kind === 'text' ? cursor.text() : cursor.path().join('.');
    } while (cursor.take(','));
  if (Object.keys(options).length > 0) cursor.expect(')');
  return { stage, format: options.FILE_FORMAT, pattern: options.PATTERN };
};

const parseFunction = (parsing: Parsing): TableSource => {
  const { cursor } = parsing;
  const { place } = cursor.peek();
  const name = cursor.path().join('.');
  cursor.expect('(');
  const args: Expression[] = [];
  const named: Record<string, Expression> = {};
  if (!cursor.is(')'))
    parseList(cursor, () => {
      if (cursor.peek(1).value === '=>') {
        const key = cursor.name();
        cursor.expect('=>');
        named[key] = parseExpression(parsing);
      } else args.push(parseExpression(parsing));
    });
  cursor.expect(')');
  return { kind: 'function', name, args, named, place };
};

const parseSource = (parsing: Parsing): TableSource => {
  const { cursor } = parsing;
  const { place, kind } = cursor.peek();
  if (kind === 'stage') return { kind: 'stage', stage: parseStage(parsing), place };
  const isLateral = cursor.take('LATERAL');
  if (cursor.take('TABLE', '(')) {
    const source = parseFunction(parsing);
    cursor.expect(')');
    return source;
  }
  if (cursor.is('VALUES')) {
    cursor.next();
    return { kind: 'values', rows: parseValues(parsing) };
  }
  if (cursor.take('(')) {
    if (cursor.take('VALUES')) {
      const rows = parseValues(parsing);
      cursor.expect(')');
      return { kind: 'values', rows };
    }
    if (!cursor.is('SELECT') && !cursor.is('WITH') && !cursor.is('('))
      throw errors.unsupported('joins in parentheses', place);
    const query = parseQuery(parsing);
    cursor.expect(')');
    return { kind: 'query', query };
  }
  if (isLateral || cursor.peek(1).value === '(') return parseFunction(parsing);
  return { kind: 'table', path: cursor.path(RESERVED_IN_FROM), place };
};

export const parseFromItem = (parsing: Parsing): FromItem => {
  const { cursor } = parsing;
  const source = parseSource(parsing);
  for (const word of ['AT', 'BEFORE', 'CHANGES', 'SAMPLE', 'TABLESAMPLE', 'PIVOT', 'UNPIVOT', 'MATCH_RECOGNIZE'])
    if (cursor.is(word) && (cursor.peek(1).value === '(' || word.endsWith('SAMPLE')))
      throw errors.unsupported(`${word} of a table`, cursor.peek().place);
  if (!cursor.take('AS') && !isAliasNext(cursor)) return { source };
  const alias = cursor.name(RESERVED_IN_FROM);
  if (!cursor.take('(')) return { source, alias };
  const columns = parseList(cursor, () => cursor.name());
  cursor.expect(')');
  return { source, alias, columns };
};

const parseJoin = (parsing: Parsing): FromItem | undefined => {
  const { cursor } = parsing;
  if (cursor.is('NATURAL') || cursor.is('ASOF'))
    throw errors.unsupported(`${cursor.peek().value} JOIN`, cursor.peek().place);
  if (cursor.take('CROSS', 'JOIN')) return { ...parseFromItem(parsing), join: 'CROSS' };
  let join: FromItem['join'] | undefined;
  if (cursor.take('JOIN') || cursor.take('INNER', 'JOIN')) join = 'INNER';
  else
    for (const side of ['LEFT', 'RIGHT', 'FULL'] as const)
      if (cursor.take(side, 'JOIN') || cursor.take(side, 'OUTER', 'JOIN')) join = side;
  if (join === undefined) return undefined;
  const item = parseFromItem(parsing);
  if (cursor.take('ON')) return { ...item, join, on: parseExpression(parsing) };
  if (cursor.take('USING')) {
    cursor.expect('(');
    const using = parseList(cursor, () => cursor.name());
    cursor.expect(')');
    return { ...item, join, using };
  }
  if (join === 'INNER') return { ...item, join: 'CROSS' };
  return cursor.fail();
};

export const parseFrom = (parsing: Parsing): FromItem[] => {
  const items: FromItem[] = [];
  do {
    items.push(items.length === 0 ? parseFromItem(parsing) : { ...parseFromItem(parsing), join: 'CROSS' });
    for (let joined = parseJoin(parsing); joined !== undefined; joined = parseJoin(parsing)) items.push(joined);
  } while (parsing.cursor.take(','));
  return items;
};

const parseSelect = (parsing: Parsing): Select => {
  const { cursor } = parsing;
  cursor.expect('SELECT');
  const distinct = cursor.take('DISTINCT');
  if (!distinct) cursor.take('ALL');
  if (cursor.is('TOP')) throw errors.unsupported('SELECT TOP', cursor.peek().place);
  const items = parseList(cursor, () => parseItem(parsing));
  const from = cursor.take('FROM') ? parseFrom(parsing) : [];
  const where = cursor.take('WHERE') ? parseExpression(parsing) : undefined;
  let group: Select['group'];
  if (cursor.take('GROUP', 'BY')) {
    if (cursor.take('ALL')) group = 'ALL';
    else {
      for (const word of ['CUBE', 'ROLLUP', 'GROUPING'])
        if (cursor.is(word)) throw errors.unsupported(`GROUP BY ${word}`, cursor.peek().place);
      group = parseList(cursor, () => parseExpression(parsing));
    }
  }
  const having = cursor.take('HAVING') ? parseExpression(parsing) : undefined;
  const qualify = cursor.take('QUALIFY') ? parseExpression(parsing) : undefined;
  return { kind: 'select', distinct, items, from, where, group, having, qualify };
};

const parseTerm = (parsing: Parsing): QueryBody => {
  const { cursor } = parsing;
  if (cursor.take('VALUES')) return { kind: 'values', rows: parseValues(parsing) };
  if (cursor.take('(')) {
    const query = parseQuery(parsing);
    cursor.expect(')');
    return { kind: 'nested', query };
  }
  return parseSelect(parsing);
};

const parseSet = (parsing: Parsing): QueryBody => {
  const { cursor } = parsing;
  const intersection = (): QueryBody => {
    let body = parseTerm(parsing);
    while (cursor.take('INTERSECT'))
      body = { kind: 'set', operator: 'INTERSECT', left: body, right: parseTerm(parsing) };
    return body;
  };
  let body = intersection();
  for (;;) {
    if (cursor.take('UNION')) {
      if (cursor.is('BY')) throw errors.unsupported('UNION BY NAME', cursor.peek().place);
      const operator = cursor.take('ALL') ? 'UNION ALL' : 'UNION';
      if (operator === 'UNION') cursor.take('DISTINCT');
      body = { kind: 'set', operator, left: body, right: intersection() };
    } else if (cursor.take('EXCEPT') || cursor.take('MINUS'))
      body = { kind: 'set', operator: 'EXCEPT', left: body, right: intersection() };
    else return body;
  }
};

export const parseQuery = (parsing: Parsing): Query => {
  const { cursor } = parsing;
  const expressions: { name: string; columns?: string[]; query: Query }[] = [];
  const isWith = cursor.take('WITH');
  const recursive = isWith && cursor.take('RECURSIVE');
  if (isWith)
    parseList(cursor, () => {
      const name = cursor.name();
      let columns: string[] | undefined;
      if (cursor.take('(')) {
        columns = parseList(cursor, () => cursor.name());
        cursor.expect(')');
      }
      cursor.expect('AS', '(');
      expressions.push({ name, columns, query: parseQuery(parsing) });
      cursor.expect(')');
    });
  const body = parseSet(parsing);
  const order = cursor.take('ORDER', 'BY') ? parseOrder(parsing) : [];
  const limit = cursor.take('LIMIT') ? parseExpression(parsing) : undefined;
  const offset = cursor.take('OFFSET') ? parseExpression(parsing) : undefined;
  if (cursor.is('FETCH')) throw errors.unsupported('FETCH', cursor.peek().place);
  return { with: expressions, recursive, body, order, limit, offset };
};
