import { errors } from '../errors.js';
import { fixed, plain, text, type DataType } from '../sql/types.js';
import { converted, isVariant, type Typed } from './casts.js';
import type { FunctionRule, FunctionTable } from './functions.js';

const REAL = plain('REAL');
const BOOLEAN = plain('BOOLEAN');
const COUNT = fixed(18, 0);

/** Text and VARIANT are added up as numbers. */
const numeric = (value: Typed): Typed =>
  value.type?.name === 'TEXT' || isVariant(value.type) ? { sql: converted(value, REAL), type: REAL } : value;

const aggregate = (least: number, most: number, write: FunctionRule['write']): FunctionRule => ({
  least,
  most,
  aggregates: true,
  write,
});

const plainAggregate = (name: string, type: (of: DataType | null) => DataType | null, wants?: DataType): FunctionRule =>
  aggregate(1, 1, ([of], { distinct }, { over }) => ({
    sql: `${name}(${distinct ? 'DISTINCT ' : ''}${wants === undefined ? of.sql : converted(of, wants)})${over}`,
    type: type(of.type),
  }));

const sum = (of: Typed, distinct: boolean, over: string): Typed => {
  const value = numeric(of);
  if (value.type !== null && value.type.name !== 'FIXED' && value.type.name !== 'REAL')
    throw errors.invalid(`Invalid argument types for function 'SUM': (${value.type.name})`);
  const scale = value.type?.name === 'FIXED' ? value.type.scale : 0;
  const sql = `sum(${distinct ? 'DISTINCT ' : ''}${value.sql})${over}`;
  return value.type?.name === 'REAL'
    ? { sql, type: REAL }
    : { sql: `CAST(${sql} AS DECIMAL(38,${scale}))`, type: fixed(38, scale) };
};

/** Of whole numbers with six more digits, as Snowflake gives it. */
const average = (of: Typed, distinct: boolean, over: string): Typed => {
  const value = numeric(of);
  if (value.type?.name === 'REAL') return { sql: `avg(${distinct ? 'DISTINCT ' : ''}${value.sql})${over}`, type: REAL };
  const scale = value.type?.name === 'FIXED' ? value.type.scale : 0;
  const to = Math.min(37, scale + 6);
  const total = sum(value, distinct, over).sql;
  const units = `CAST(${total} * CAST('1${'0'.repeat(to)}' AS DECIMAL(${to + 1},0)) AS HUGEINT)`;
  const count = `CAST(count(${distinct ? 'DISTINCT ' : ''}${value.sql})${over} AS HUGEINT)`;
  const unit = `CAST('0.${'0'.repeat(to - 1)}1' AS DECIMAL(${to},${to}))`;
  return {
    sql: `(CASE WHEN ${count} > 0 THEN CAST(sf_quotient(${units}, ${count}) AS DECIMAL(38,0)) * ${unit} END)`,
    type: fixed(38, to),
  };
};

const window = (name: string, least: number, most: number, type?: DataType): FunctionRule => ({
  least,
  most,
  windows: true,
  write: (args, { ignoreNulls }, { over }) => ({
    sql: `${name}(${args.map(({ sql }, index) => (index === 1 ? `CAST(${sql} AS INTEGER)` : sql)).join(', ')}${ignoreNulls ? ' IGNORE NULLS' : ''})${over}`,
    type: type ?? args[0].type,
  }),
});

const same = (type: DataType | null) => type;

export const AGGREGATES: FunctionTable = {
  COUNT: aggregate(0, 99, (args, { star, distinct }, { over }) => {
    if (star || args.length === 0) return { sql: `count(*)${over}`, type: COUNT };
    const of = args.map(({ sql }) => sql);
    // Of several columns, rows in which none is NULL.
    const value =
      of.length === 1
        ? of[0]
        : `CASE WHEN ${of.map((one) => `${one} IS NOT NULL`).join(' AND ')} THEN (${of.join(', ')}) END`;
    return { sql: `count(${distinct ? 'DISTINCT ' : ''}${value})${over}`, type: COUNT };
  }),
  SUM: aggregate(1, 1, ([of], { distinct }, { over }) => sum(of, distinct, over)),
  AVG: aggregate(1, 1, ([of], { distinct }, { over }) => average(of, distinct, over)),
  MIN: plainAggregate('min', same),
  MAX: plainAggregate('max', same),
  ANY_VALUE: plainAggregate('any_value', same),
  COUNT_IF: plainAggregate('count_if', () => COUNT, BOOLEAN),
  BOOLOR_AGG: plainAggregate('bool_or', () => BOOLEAN, BOOLEAN),
  BOOLAND_AGG: plainAggregate('bool_and', () => BOOLEAN, BOOLEAN),
  MEDIAN: plainAggregate('median', () => REAL, REAL),
  STDDEV: plainAggregate('stddev_samp', () => REAL, REAL),
  VARIANCE: plainAggregate('var_samp', () => REAL, REAL),
  APPROX_COUNT_DISTINCT: plainAggregate('approx_count_distinct', () => COUNT),
  LISTAGG: aggregate(1, 2, ([of, separator], { distinct }, { order, over }) => ({
    sql: `coalesce(string_agg(${distinct ? 'DISTINCT ' : ''}${converted(of, text())}, ${separator?.sql ?? "''"}${order})${over}, '')`,
    type: text(),
  })),
  ARRAY_AGG: aggregate(1, 1, ([of], { distinct }, { order, over }) => ({
    sql: `to_json(coalesce(list(${distinct ? 'DISTINCT ' : ''}${of.sql}${order}) FILTER (WHERE ${of.sql} IS NOT NULL)${over}, []))`,
    type: plain('ARRAY'),
  })),
  OBJECT_AGG: aggregate(2, 2, ([key, value], _call, { over }) => ({
    sql: `json_group_object(${converted(key, text())}, ${converted(value, plain('VARIANT'))})${over}`,
    type: plain('OBJECT'),
  })),
  /** One number for a set of rows in any order; not the number that Snowflake gives, but equal where the rows are. */
  HASH_AGG: aggregate(0, 999, (args, { star }, { over, scope }) => {
    const of = star ? scope.sources.flatMap(({ columns }) => columns) : args;
    return {
      sql: `CAST(coalesce(sum(CAST(hash(${of.map(({ sql }) => sql).join(', ')}) AS HUGEINT))${over}, 0) % 9223372036854775783 AS BIGINT)`,
      type: fixed(19, 0),
    };
  }),
  ROW_NUMBER: window('row_number', 0, 0, COUNT),
  RANK: window('rank', 0, 0, COUNT),
  DENSE_RANK: window('dense_rank', 0, 0, COUNT),
  NTILE: window('ntile', 1, 1, COUNT),
  LAG: window('lag', 1, 3),
  LEAD: window('lead', 1, 3),
  FIRST_VALUE: window('first_value', 1, 1),
  LAST_VALUE: window('last_value', 1, 1),
};
