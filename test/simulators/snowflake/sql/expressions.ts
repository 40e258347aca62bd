import { errors } from '../errors.js';
import type { Call, Expression, OrderItem, Query, Window } from './ast.js';
import type { Cursor } from './cursor.js';
import { RESERVED, RESERVED_IN_EXPRESSIONS } from './reserved.js';
import { parseType } from './types.js';

/** Values of `?` and `:1`, by number from 1. */
export type Binds = (index: number) => Expression;

export interface Parsing {
  readonly cursor: Cursor;
  readonly bind: Binds;
  /** The next number of a `?`. */
  nextBind(): number;
  query(): Query;
}

/** How tightly each operator binds; those of one number from left to right. */
const BINARY: Readonly<Record<string, number>> = {
  OR: 1,
  AND: 2,
  '=': 4,
  '<>': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '||': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};
const COMPARISON = 4;
/** Functions that may stand without parentheses. */
const BARE = new Set([
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'CURRENT_USER',
]);
/** After an expression these words begin what follows it, so they are no alias. */
export const CLAUSES = new Set(
  'FROM WHERE GROUP HAVING QUALIFY ORDER LIMIT OFFSET FETCH UNION EXCEPT MINUS INTERSECT ON USING JOIN INNER LEFT RIGHT FULL CROSS NATURAL LATERAL SET WHEN THEN ELSE END AND OR NOT IS IN LIKE ILIKE RLIKE REGEXP BETWEEN AS ASC DESC NULLS OVER WITHIN ROWS RANGE VALUES'.split(
    ' ',
  ),
);

export const parseList = <T>(cursor: Cursor, item: () => T): T[] => {
  const items = [item()];
  while (cursor.take(',')) items.push(item());
  return items;
};

export const parseOrder = (parsing: Parsing): OrderItem[] =>
  parseList(parsing.cursor, () => {
    const { cursor } = parsing;
    const by = parseExpression(parsing);
    const direction = cursor.take('ASC') ? ' ASC' : cursor.take('DESC') ? ' DESC' : '';
    if (cursor.take('NULLS')) {
      const nulls = cursor.take('FIRST') ? 'FIRST' : 'LAST';
      if (nulls === 'LAST') cursor.expect('LAST');
      return { by, direction, nulls };
    }
    return { by, direction, nulls: direction === ' DESC' ? 'FIRST' : 'LAST' };
  });

const parseWindow = (parsing: Parsing): Window => {
  const { cursor } = parsing;
  cursor.expect('(');
  const partition = cursor.take('PARTITION', 'BY') ? parseList(cursor, () => parseExpression(parsing)) : [];
  const order = cursor.take('ORDER', 'BY') ? parseOrder(parsing) : [];
  let frame = '';
  if (cursor.is('ROWS') || cursor.is('RANGE')) {
    const first = cursor.peek();
    const bound = (): void => {
      if (cursor.take('CURRENT', 'ROW')) return;
      if (!cursor.take('UNBOUNDED')) cursor.integer();
      if (!cursor.take('PRECEDING')) cursor.expect('FOLLOWING');
    };
    cursor.next();
    if (cursor.take('BETWEEN')) {
      bound();
      cursor.expect('AND');
      bound();
    } else bound();
    frame = ` ${cursor.since(first)}`;
  }
  cursor.expect(')');
  return { partition, order, frame };
};

const parseCall = (parsing: Parsing, name: string): Call => {
  const { cursor } = parsing;
  const { place } = cursor.peek(-1);
  cursor.expect('(');
  const args: Expression[] = [];
  const named: Record<string, Expression> = {};
  const distinct = cursor.take('DISTINCT');
  const star =
    cursor.is('*') && (cursor.peek(1).value === ')' || name === 'HASH_AGG' || name === 'HASH') && cursor.take('*');
  if (!cursor.is(')') && !star)
    parseList(cursor, () => {
      if (cursor.peek(1).value === '=>') {
        const key = cursor.name();
        cursor.expect('=>');
        named[key] = parseExpression(parsing);
      } else
        args.push(
          cursor.is('SELECT') || cursor.is('WITH')
            ? { kind: 'query', query: parsing.query() }
            : parseExpression(parsing),
        );
    });
  cursor.expect(')');
  let within: OrderItem[] | undefined;
  if (cursor.take('WITHIN', 'GROUP')) {
    cursor.expect('(', 'ORDER', 'BY');
    within = parseOrder(parsing);
    cursor.expect(')');
  }
  const ignoreNulls = cursor.take('IGNORE', 'NULLS');
  if (!ignoreNulls) cursor.take('RESPECT', 'NULLS');
  const over = cursor.take('OVER') ? parseWindow(parsing) : undefined;
  return { kind: 'call', name, args, named, distinct, star, within, over, ignoreNulls, place };
};

const parseCase = (parsing: Parsing): Expression => {
  const { cursor } = parsing;
  const of = cursor.is('WHEN') ? undefined : parseExpression(parsing);
  const when: [Expression, Expression][] = [];
  while (cursor.take('WHEN')) {
    const condition = parseExpression(parsing);
    cursor.expect('THEN');
    when.push([condition, parseExpression(parsing)]);
  }
  if (when.length === 0) cursor.fail();
  const otherwise = cursor.take('ELSE') ? parseExpression(parsing) : undefined;
  cursor.expect('END');
  return { kind: 'case', of, when, otherwise };
};

const parseParenthesis = (parsing: Parsing): Expression => {
  const { cursor } = parsing;
  if (cursor.is('SELECT') || cursor.is('WITH')) {
    const query = parsing.query();
    cursor.expect(')');
    return { kind: 'query', query };
  }
  const items = parseList(cursor, () => parseExpression(parsing));
  cursor.expect(')');
  return items.length === 1 ? items[0] : { kind: 'row', items };
};

const parsePrimary = (parsing: Parsing): Expression => {
  const { cursor } = parsing;
  const token = cursor.next();
  const { value, place } = token;
  if (token.kind === 'number') return { kind: 'number', value };
  if (token.kind === 'text') return { kind: 'text', value };
  if (token.kind === 'position') return { kind: 'position', index: Number(value), place };
  if (token.kind === 'operator') {
    if (value === '(') return parseParenthesis(parsing);
    if (value === '?') return parsing.bind(parsing.nextBind());
    if (value === ':') return parsing.bind(cursor.integer());
    if (value === '{' || value === '[') throw errors.unsupported(`constant beginning with ${value}`, place);
    cursor.fail(token);
  }
  if (token.kind === 'word') {
    if (value === 'NULL') return { kind: 'null' };
    if (value === 'TRUE' || value === 'FALSE') return { kind: 'boolean', value: value === 'TRUE' };
    if (value === 'CASE') return parseCase(parsing);
    if (value === 'INTERVAL') return { kind: 'interval', value: cursor.text() };
    if (value === 'EXISTS') {
      cursor.expect('(');
      const query = parsing.query();
      cursor.expect(')');
      return { kind: 'exists', query };
    }
    if (value === 'CAST' || value === 'TRY_CAST') {
      cursor.expect('(');
      const of = parseExpression(parsing);
      cursor.expect('AS');
      const to = parseType(cursor);
      cursor.expect(')');
      return { kind: 'cast', of, to, tries: value === 'TRY_CAST' };
    }
    if (value === 'EXTRACT' && cursor.is('(')) {
      cursor.next();
      const part = cursor.next().value;
      cursor.expect('FROM');
      const of = parseExpression(parsing);
      cursor.expect(')');
      const args: Expression[] = [{ kind: 'text', value: part }, of];
      return {
        kind: 'call',
        name: 'DATE_PART',
        args,
        named: {},
        distinct: false,
        star: false,
        ignoreNulls: false,
        place,
      };
    }
    if ((value === 'DATE' || value === 'TIMESTAMP' || value === 'TIME') && cursor.peek().kind === 'text')
      return {
        kind: 'cast',
        of: { kind: 'text', value: cursor.text() },
        to: value === 'DATE' ? { name: 'DATE' } : { name: value === 'TIME' ? 'TIME' : 'TIMESTAMP_NTZ', scale: 9 },
        tries: false,
      };
    if (cursor.is('(') && (!RESERVED.has(value) || value === 'LIKE' || value === 'ILIKE' || value === 'RLIKE'))
      return parseCall(parsing, value);
    // LEFT and RIGHT are functions too.
    if (BARE.has(value))
      return {
        kind: 'call',
        name: value,
        args: [],
        named: {},
        distinct: false,
        star: false,
        ignoreNulls: false,
        place,
      };
    if (RESERVED.has(value) || RESERVED_IN_EXPRESSIONS.has(value)) cursor.fail(token);
  } else if (token.kind !== 'name') cursor.fail(token);
  const path = [value];
  while (cursor.is('.') && cursor.peek(1).value !== '*') {
    cursor.next();
    if (cursor.peek().kind === 'position')
      return { kind: 'position', index: Number(cursor.next().value), of: path.at(-1), place };
    path.push(cursor.name());
  }
  if (cursor.is('(')) throw errors.unknownFunction(path.join('.'));
  return { kind: 'column', path, place };
};

/** Casts, and steps into a VARIANT: `v:a.b[0]::NUMBER`. */
const parsePostfix = (parsing: Parsing): Expression => {
  const { cursor } = parsing;
  let of = parsePrimary(parsing);
  let isInside = false;
  for (;;) {
    const { place } = cursor.peek();
    if (cursor.take('::')) {
      of = { kind: 'cast', of, to: parseType(cursor), tries: false };
      isInside = false;
    } else if (cursor.is(':') && (cursor.peek(1).kind === 'word' || cursor.peek(1).kind === 'name')) {
      cursor.next();
      of = { kind: 'element', of, key: pathKey(cursor), place };
      isInside = true;
    } else if (isInside && cursor.take('.')) of = { kind: 'element', of, key: pathKey(cursor), place };
    else if (cursor.take('[')) {
      const key = parseExpression(parsing);
      cursor.expect(']');
      of = { kind: 'element', of, key: key.kind === 'text' ? key.value : key, place };
      isInside = true;
    } else return of;
  }
};

/** Keys of a VARIANT keep their case: `v:abc` is not `v:ABC`. */
const pathKey = (cursor: Cursor): string => {
  const token = cursor.next();
  return token.kind === 'word' ? cursor.sql.slice(token.from, token.to) : token.value;
};

const parseUnary = (parsing: Parsing): Expression => {
  const { cursor } = parsing;
  if (cursor.take('-')) {
    const of = parseUnary(parsing);
    return of.kind === 'number' ? { kind: 'number', value: `-${of.value}` } : { kind: 'unary', operator: '-', of };
  }
  if (cursor.take('+')) return parseUnary(parsing);
  return parsePostfix(parsing);
};

/** `IS`, `BETWEEN`, `IN`, `LIKE` behind an expression, or undefined. */
const parsePredicate = (parsing: Parsing, of: Expression): Expression | undefined => {
  const { cursor } = parsing;
  if (cursor.take('IS')) {
    const not = cursor.take('NOT');
    if (cursor.take('DISTINCT', 'FROM')) return { kind: 'is', of, not, what: parseBinary(parsing, COMPARISON + 1) };
    for (const what of ['NULL', 'TRUE', 'FALSE'] as const) if (cursor.take(what)) return { kind: 'is', of, not, what };
    return cursor.fail();
  }
  const isNegated =
    cursor.is('NOT') && ['BETWEEN', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP'].includes(cursor.peek(1).value);
  const not = isNegated && cursor.take('NOT');
  if (cursor.take('BETWEEN')) {
    const low = parseBinary(parsing, COMPARISON + 1);
    cursor.expect('AND');
    return { kind: 'between', of, not, low, high: parseBinary(parsing, COMPARISON + 1) };
  }
  if (cursor.take('IN')) {
    cursor.expect('(');
    const list =
      cursor.is('SELECT') || cursor.is('WITH') ? parsing.query() : parseList(cursor, () => parseExpression(parsing));
    cursor.expect(')');
    return { kind: 'in', of, not, list };
  }
  for (const word of ['LIKE', 'ILIKE', 'RLIKE', 'REGEXP'] as const)
    if (cursor.take(word)) {
      if (cursor.is('ANY') || cursor.is('ALL'))
        throw errors.unsupported(`${word} ${cursor.peek().value}`, cursor.peek().place);
      const pattern = parseBinary(parsing, COMPARISON + 1);
      const escape = cursor.take('ESCAPE') ? parsePrimary(parsing) : undefined;
      return { kind: 'like', of, not, operator: word === 'REGEXP' ? 'RLIKE' : word, pattern, escape };
    }
  return undefined;
};

const parseBinary = (parsing: Parsing, least: number): Expression => {
  const { cursor } = parsing;
  let left: Expression =
    least <= 3 && cursor.take('NOT')
      ? { kind: 'unary', operator: 'NOT', of: parseBinary(parsing, 3) }
      : parseUnary(parsing);
  for (;;) {
    const token = cursor.peek();
    if (least <= COMPARISON) {
      const predicate = parsePredicate(parsing, left);
      if (predicate !== undefined) {
        left = predicate;
        continue;
      }
    }
    const level = token.kind === 'operator' || token.kind === 'word' ? BINARY[token.value] : undefined;
    if (level === undefined || level < least) return left;
    cursor.next();
    left = { kind: 'binary', operator: token.value, left, right: parseBinary(parsing, level + 1), place: token.place };
  }
};

export const parseExpression = (parsing: Parsing): Expression => parseBinary(parsing, 1);
