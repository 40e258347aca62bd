import { errors } from '../errors.js';
import type { Call, Expression, OrderItem, Query, Window } from '../sql/ast.js';
import { fixed, plain, text, type DataType } from '../sql/types.js';
import { common, converted, harmonised, isVariant, type Typed } from './casts.js';
import { TAKES_PART } from './dates.js';
import { callFunction } from './functions.js';
import { id, literal, shown } from './names.js';
import { findColumn, type Scope } from './scope.js';

/** What an expression may need beside its columns. */
export interface Environment {
  /** A query within an expression. */
  query(
    query: Query,
    outer: Scope,
  ): { readonly sql: string; readonly columns: readonly { readonly name: string; readonly type: DataType | null }[] };
  /** CURRENT_DATABASE() and its like, by name. */
  readonly context: Readonly<Record<string, () => Typed>>;
  /** Fields of a staged file, `$1`. */
  readonly fields?: (index: number) => Typed;
}

export const BOOLEAN = plain('BOOLEAN');

const numberLiteral = (value: string): Typed => {
  if (/[eE]/.test(value)) return { sql: `CAST(${literal(value)} AS DOUBLE)`, type: plain('REAL') };
  const [whole, fraction = ''] = value.replace('-', '').split('.');
  const digits = Math.max(1, whole.replace(/^0+/, '').length + fraction.length);
  if (digits > 38) return { sql: `CAST(${literal(value)} AS DOUBLE)`, type: plain('REAL') };
  const type = fixed(digits, fraction.length);
  const isPlain = fraction === '' && digits <= 9;
  return {
    sql: isPlain
      ? value.startsWith('-')
        ? `(${value})`
        : value
      : `CAST(${literal(value)} AS DECIMAL(${digits},${fraction.length}))`,
    type,
  };
};

/** Whole numbers of the engine have few bits; Snowflake's have 38 digits. */
const wide = ({ sql, type }: Typed): string =>
  type?.name === 'FIXED' ? `CAST(${sql} AS DECIMAL(38,${type.scale}))` : sql;

/** Docs, "Arithmetic operators": the scale of a quotient is that of the dividend and six more, at most twelve or its own. */
const divide = (left: Typed, right: Typed): Typed => {
  if (left.type?.name !== 'FIXED' || right.type?.name !== 'FIXED')
    return {
      sql: `sf_divide(${converted(left, plain('REAL'))}, ${converted(right, plain('REAL'))})`,
      type: plain('REAL'),
    };
  const scale = Math.max(left.type.scale, Math.min(left.type.scale + 6, 12));
  const units = ({ sql, type }: Typed, shift: number): string =>
    `CAST(${wide({ sql, type })} * CAST('1${'0'.repeat(shift)}' AS DECIMAL(${shift + 1},0)) AS HUGEINT)`;
  const numerator = units(left, Math.max(0, scale + right.type.scale));
  const denominator = units(right, right.type.scale);
  const unit = `CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale},${scale}))`;
  return {
    sql: `(CAST(sf_quotient(${numerator}, ${denominator}) AS DECIMAL(38,0)) * ${unit})`,
    type: fixed(38, scale),
  };
};

const arithmetic = (operator: string, left: Typed, right: Typed): Typed => {
  const moved = moveDate(operator, left, right);
  if (moved !== undefined) return moved;
  const isReal = [left, right].some(({ type }) => type?.name === 'REAL' || type?.name === 'TEXT' || isVariant(type));
  if (operator === '/') return divide(left, right);
  if (isReal)
    return {
      sql: `(${converted(left, plain('REAL'))} ${operator} ${converted(right, plain('REAL'))})`,
      type: plain('REAL'),
    };
  const scales = [left, right].map(({ type }) => (type?.name === 'FIXED' ? type.scale : 0));
  const scale = operator === '*' ? Math.min(37, scales[0] + scales[1]) : Math.max(...scales);
  return { sql: `(${wide(left)} ${operator} ${wide(right)})`, type: fixed(38, scale) };
};

/** Days are added to a date, and two dates have a number of days between them; an INTERVAL moves any time. */
const moveDate = (operator: string, left: Typed, right: Typed): Typed | undefined => {
  const isDate = left.type?.name === 'DATE';
  if (right.sql.startsWith('INTERVAL') && left.type !== null) {
    if (left.type.name === 'TIMESTAMP_TZ') throw errors.unsupported('INTERVAL with TIMESTAMP_TZ');
    const isWhole = isDate && /day|month|year|week|quarter/i.test(right.sql) && !/hour|minute|second/i.test(right.sql);
    const sql = `(${left.sql} ${operator} ${right.sql})`;
    return isWhole
      ? { sql: `CAST(${sql} AS DATE)`, type: left.type }
      : { sql, type: isDate ? { name: 'TIMESTAMP_NTZ', scale: 9 } : left.type };
  }
  if (!isDate) return undefined;
  if (right.type?.name === 'DATE' && operator === '-')
    return { sql: `CAST(${left.sql} - ${right.sql} AS DECIMAL(9,0))`, type: fixed(9, 0) };
  if (right.type?.name === 'FIXED')
    return { sql: `(${left.sql} ${operator} CAST(${right.sql} AS INTEGER))`, type: left.type };
  return undefined;
};

/** Both sides of a comparison in one type, since the engine would compare some pairs otherwise. */
export const comparable = (values: readonly Typed[]): string[] => {
  const types = values.map(({ type }) => type);
  const named = (name: DataType['name']) => types.some((type) => type?.name === name);
  if (named('TIMESTAMP_TZ')) return values.map((value) => converted(value, { name: 'TIMESTAMP_LTZ', scale: 9 }));
  const type = common(types);
  if (type !== null && isVariant(type) && types.some((one) => one !== null && !isVariant(one))) {
    // A VARIANT is compared with another type as that type.
    const other = types.find((one) => one !== null && !isVariant(one)) as DataType;
    return values.map((value) =>
      isVariant(value.type) ? converted(value, other.name === 'FIXED' ? fixed(38, 9) : other) : value.sql,
    );
  }
  return values.map((value) => harmonised(value, type));
};

/** Writes expressions in the engine's SQL. */
export interface Writer {
  write(expression: Expression, scope: Scope): Typed;
  /** As a condition of WHERE, ON and so on. */
  condition(expression: Expression, scope: Scope): string;
  order(items: readonly OrderItem[], scope: Scope): string;
  window(window: Window, scope: Scope): string;
}

export const createWriter = (environment: Environment): Writer => {
  const write = (expression: Expression, scope: Scope): Typed => {
    const sqlOf = (one: Expression): string => write(one, scope).sql;
    switch (expression.kind) {
      case 'null':
        return { sql: 'NULL', type: null };
      case 'boolean':
        return { sql: expression.value ? 'TRUE' : 'FALSE', type: BOOLEAN };
      case 'number':
        return numberLiteral(expression.value);
      case 'text':
        return { sql: literal(expression.value), type: text(Math.max(1, expression.value.length)) };
      case 'typed':
        return expression.value === null
          ? { sql: 'NULL', type: null }
          : {
              sql: converted({ sql: literal(expression.value), type: text() }, expression.type),
              type: expression.type,
            };
      case 'interval':
        return { sql: `INTERVAL ${literal(expression.value)}`, type: null };
      case 'column': {
        const result = expression.path.length === 1 ? scope.results?.get(expression.path[0]) : undefined;
        if (result !== undefined) return { sql: id(expression.path[0]), type: result };
        const column = findColumn(scope, expression.path, expression.place);
        if (column !== undefined) return column;
        const alias = expression.path.length === 1 && scope.aliases.get(expression.path[0]);
        if (alias === false || alias === undefined)
          throw errors.invalidIdentifier(expression.path.map(shown).join('.'), expression.place);
        return { sql: id(expression.path[0]), type: alias };
      }
      case 'position': {
        if (environment.fields === undefined) throw errors.invalidIdentifier(`$${expression.index}`, expression.place);
        return environment.fields(expression.index);
      }
      case 'cast': {
        const of = write(expression.of, scope);
        if (expression.tries && of.type !== null && of.type.name !== 'TEXT')
          throw errors.invalid(
            `Function TRY_CAST cannot be used with arguments of types ${of.type.name} and ${expression.to.name}`,
          );
        return { sql: converted(of, expression.to, expression.tries), type: expression.to };
      }
      case 'element': {
        const of = write(expression.of, scope);
        if (of.type !== null && !isVariant(of.type))
          throw errors.invalid(
            `invalid type [GET(${of.type.name})]: only a VARIANT, OBJECT or ARRAY has elements`,
            expression.place,
          );
        if (typeof expression.key === 'string')
          return {
            sql: `json_extract(${of.sql}, ${literal(`$."${expression.key.replaceAll('"', '\\"')}"`)})`,
            type: plain('VARIANT'),
          };
        const key = write(expression.key, scope);
        const path = key.type?.name === 'TEXT' ? `('$."' || ${key.sql} || '"')` : `('$[' || ${key.sql} || ']')`;
        return { sql: `json_extract(${of.sql}, ${path})`, type: plain('VARIANT') };
      }
      case 'unary': {
        if (expression.operator === 'NOT') return { sql: `(NOT ${condition(expression.of, scope)})`, type: BOOLEAN };
        const of = write(expression.of, scope);
        return {
          sql: `(-${isVariant(of.type) ? converted(of, plain('REAL')) : of.sql})`,
          type: isVariant(of.type) ? plain('REAL') : of.type,
        };
      }
      case 'binary': {
        const { operator } = expression;
        if (operator === 'AND' || operator === 'OR')
          return {
            sql: `(${condition(expression.left, scope)} ${operator} ${condition(expression.right, scope)})`,
            type: BOOLEAN,
          };
        const left = write(expression.left, scope);
        const right = write(expression.right, scope);
        if (operator === '||') {
          const joined = [left, right].map((one) => (one.type?.name === 'BINARY' ? one.sql : converted(one, text())));
          return { sql: `(${joined.join(' || ')})`, type: left.type?.name === 'BINARY' ? left.type : text() };
        }
        if ('+-*/%'.includes(operator)) return arithmetic(operator, left, right);
        const [a, b] = expression.left.kind === 'row' ? [left.sql, right.sql] : comparable([left, right]);
        return { sql: `(${a} ${operator} ${b})`, type: BOOLEAN };
      }
      case 'is': {
        const of = write(expression.of, scope);
        if (typeof expression.what === 'string')
          return { sql: `(${of.sql} IS ${expression.not ? 'NOT ' : ''}${expression.what})`, type: BOOLEAN };
        const [a, b] = comparable([of, write(expression.what, scope)]);
        return { sql: `(${a} IS ${expression.not ? 'NOT ' : ''}DISTINCT FROM ${b})`, type: BOOLEAN };
      }
      case 'between': {
        const [of, low, high] = comparable(
          [expression.of, expression.low, expression.high].map((one) => write(one, scope)),
        );
        return { sql: `(${of} ${expression.not ? 'NOT ' : ''}BETWEEN ${low} AND ${high})`, type: BOOLEAN };
      }
      case 'in': {
        const not = expression.not ? 'NOT ' : '';
        if (!Array.isArray(expression.list))
          return {
            sql: `(${sqlOf(expression.of)} ${not}IN (${environment.query(expression.list as Query, scope).sql}))`,
            type: BOOLEAN,
          };
        const values = [expression.of, ...(expression.list as readonly Expression[])];
        const [of, ...list] =
          expression.of.kind === 'row' ? values.map(sqlOf) : comparable(values.map((one) => write(one, scope)));
        return { sql: `(${of} ${not}IN (${list.join(', ')}))`, type: BOOLEAN };
      }
      case 'like': {
        const not = expression.not ? 'NOT ' : '';
        const of = converted(write(expression.of, scope), text());
        const pattern = converted(write(expression.pattern, scope), text());
        // RLIKE holds for the whole text, and so does the engine's full match.
        if (expression.operator === 'RLIKE')
          return { sql: `(${not}regexp_full_match(${of}, ${pattern}))`, type: BOOLEAN };
        const escape = expression.escape === undefined ? '' : ` ESCAPE ${sqlOf(expression.escape)}`;
        return { sql: `(${of} ${not}${expression.operator} ${pattern}${escape})`, type: BOOLEAN };
      }
      case 'case': {
        const of = expression.of === undefined ? undefined : write(expression.of, scope);
        const results = [
          ...expression.when.map(([, then]) => then),
          ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
        ].map((one) => write(one, scope));
        const type = common(results.map((one) => one.type));
        const branches = expression.when.map(([when], index) => {
          const test = of === undefined ? condition(when, scope) : comparable([of, write(when, scope)]).join(' = ');
          return ` WHEN ${test} THEN ${harmonised(results[index], type)}`;
        });
        const otherwise =
          expression.otherwise === undefined ? '' : ` ELSE ${harmonised(results.at(-1) as Typed, type)}`;
        return { sql: `(CASE${branches.join('')}${otherwise} END)`, type };
      }
      case 'exists':
        return { sql: `EXISTS (${environment.query(expression.query, scope).sql})`, type: BOOLEAN };
      case 'query': {
        const { sql, columns } = environment.query(expression.query, scope);
        return { sql: `(${sql})`, type: columns[0].type };
      }
      case 'row':
        return { sql: `(${expression.items.map(sqlOf).join(', ')})`, type: null };
      case 'call':
        return writeCall(expression, scope);
    }
  };
  const condition = (expression: Expression, scope: Scope): string => {
    const value = write(expression, scope);
    return value.type === null || value.type.name === 'BOOLEAN' ? value.sql : converted(value, BOOLEAN);
  };
  const order = (items: readonly OrderItem[], scope: Scope): string =>
    items.map(({ by, direction, nulls }) => `${write(by, scope).sql}${direction} NULLS ${nulls}`).join(', ');
  const window = ({ partition, order: by, frame }: Window, scope: Scope): string => {
    const parts = [
      partition.length > 0 ? `PARTITION BY ${partition.map((one) => write(one, scope).sql).join(', ')}` : '',
      by.length > 0 ? `ORDER BY ${order(by, scope)}` : '',
      frame.trim(),
    ];
    return ` OVER (${parts.filter((part) => part !== '').join(' ')})`;
  };
  const writeCall = (written: Call, scope: Scope): Typed => {
    const [part, ...others] = written.args;
    const isBarePart = TAKES_PART.has(written.name) && part?.kind === 'column' && part.path.length === 1;
    const call: Call = isBarePart ? { ...written, args: [{ kind: 'text', value: part.path[0] }, ...others] } : written;
    const context = environment.context[call.name];
    if (context !== undefined && call.args.length === 0) return context();
    return callFunction(call, {
      args: call.args.map((one) => write(one, scope)),
      order: call.within === undefined ? '' : ` ORDER BY ${order(call.within, scope)}`,
      over: call.over === undefined ? '' : window(call.over, scope),
      scope,
    });
  };
  return { write, condition, order, window };
};
