import { errors } from '../errors.js';
import { fixed, plain, text } from '../sql/types.js';
import { converted, isVariant, type Typed } from './casts.js';
import type { FunctionRule, FunctionTable } from './functions.js';
import { literal } from './names.js';

const VARIANT = plain('VARIANT');
const rule = (least: number, most: number, write: FunctionRule['write']): FunctionRule => ({ least, most, write });
const asVariant = (value: Typed): string => converted(value, VARIANT);

/** `a.b[0]['c']` as the engine's path. */
export const enginePath = (path: string): string => {
  let result = '$';
  const steps = /\.?([A-Za-z_][A-Za-z0-9_$]*)|\.?"([^"]*)"|\[(\d+)\]|\['([^']*)'\]/y;
  while (steps.lastIndex < path.length) {
    const found = steps.exec(path);
    if (found === null) throw errors.invalid(`Invalid extraction path '${path}'`);
    const key = found[1] ?? found[2] ?? found[4];
    result += found[3] === undefined ? `."${key.replaceAll('"', '\\"')}"` : `[${found[3]}]`;
  }
  return result;
};

const duplicateKeys = (of: Typed, how: Typed): Typed => {
  if (!/^'[ds]'$/.test(how.sql)) throw errors.invalid(`Invalid value for the second argument of PARSE_JSON`);
  return of;
};

export const SEMI_STRUCTURED: FunctionTable = {
  /** With 'd' an object may have a key twice (docs, PARSE_JSON); the engine takes that always. */
  PARSE_JSON: rule(1, 2, ([of, how]) => ({
    sql: isVariant(of.type) ? of.sql : `sf_json(${converted(how === undefined ? of : duplicateKeys(of, how), text())})`,
    type: VARIANT,
  })),
  TRY_PARSE_JSON: rule(1, 1, ([of]) => ({ sql: `sf_try_json(${converted(of, text())})`, type: VARIANT })),
  TO_JSON: rule(1, 1, ([of]) => ({ sql: `CAST(${asVariant(of)} AS VARCHAR)`, type: text() })),
  TO_VARIANT: rule(1, 1, ([of]) => ({ sql: asVariant(of), type: VARIANT })),
  TO_OBJECT: rule(1, 1, ([of]) => ({ sql: asVariant(of), type: plain('OBJECT') })),
  TO_ARRAY: rule(1, 1, ([of]) => ({
    sql: `CASE WHEN json_type(${asVariant(of)}) = 'ARRAY' THEN ${asVariant(of)} ELSE json_array(${asVariant(of)}) END`,
    type: plain('ARRAY'),
  })),
  /** Pairs without a value are left out. */
  OBJECT_CONSTRUCT: rule(0, 998, (args) => {
    if (args.length % 2 !== 0) throw errors.invalid('Invalid number of arguments for function OBJECT_CONSTRUCT');
    const pairs = args.flatMap((value, index) =>
      index % 2 === 0 ? [`{'k': ${converted(value, text())}, 'v': ${asVariant(args[index + 1])}}`] : [],
    );
    if (pairs.length === 0) return { sql: `CAST('{}' AS JSON)`, type: plain('OBJECT') };
    return {
      sql: `CAST('{' || coalesce(list_aggregate(list_transform(list_filter([${pairs.join(', ')}], lambda sf_p: sf_p.v IS NOT NULL AND sf_p.k IS NOT NULL), lambda sf_p: CAST(to_json(sf_p.k) AS VARCHAR) || ':' || CAST(sf_p.v AS VARCHAR)), 'string_agg', ','), '') || '}' AS JSON)`,
      type: plain('OBJECT'),
    };
  }),
  ARRAY_CONSTRUCT: rule(0, 999, (args) => ({
    sql: `CAST(json_array(${args.map(asVariant).join(', ')}) AS JSON)`,
    type: plain('ARRAY'),
  })),
  ARRAY_SIZE: rule(1, 1, ([of]) => ({
    sql: `CASE WHEN json_type(${of.sql}) = 'ARRAY' THEN json_array_length(${of.sql}) END`,
    type: fixed(9, 0),
  })),
  ARRAY_CONTAINS: rule(2, 2, ([value, of]) => ({
    sql: `list_contains(CAST(json_extract(${of.sql}, '$[*]') AS VARCHAR[]), CAST(${asVariant(value)} AS VARCHAR))`,
    type: plain('BOOLEAN'),
  })),
  OBJECT_KEYS: rule(1, 1, ([of]) => ({ sql: `to_json(json_keys(${of.sql}))`, type: plain('ARRAY') })),
  GET: rule(2, 2, ([of, key]) => ({
    sql: `json_extract(${of.sql}, ${key.type?.name === 'TEXT' ? `'$."' || ${key.sql} || '"'` : `'$[' || ${key.sql} || ']'`})`,
    type: VARIANT,
  })),
  GET_PATH: rule(2, 2, ([of], call) => {
    const path = call.args[1];
    if (path.kind !== 'text') throw errors.unsupported('GET_PATH with a computed path', call.place);
    return { sql: `json_extract(${of.sql}, ${literal(enginePath(path.value))})`, type: VARIANT };
  }),
  TYPEOF: rule(1, 1, ([of]) => ({
    sql: `CASE json_type(${asVariant(of)}) WHEN 'VARCHAR' THEN 'VARCHAR' WHEN 'BOOLEAN' THEN 'BOOLEAN' WHEN 'ARRAY' THEN 'ARRAY' WHEN 'OBJECT' THEN 'OBJECT' WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'DOUBLE' THEN 'DECIMAL' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'UBIGINT' THEN 'INTEGER' END`,
    type: text(),
  })),
  IS_NULL_VALUE: rule(1, 1, ([of]) => ({ sql: `(json_type(${of.sql}) = 'NULL')`, type: plain('BOOLEAN') })),
  IS_ARRAY: rule(1, 1, ([of]) => ({ sql: `(json_type(${of.sql}) = 'ARRAY')`, type: plain('BOOLEAN') })),
  IS_OBJECT: rule(1, 1, ([of]) => ({ sql: `(json_type(${of.sql}) = 'OBJECT')`, type: plain('BOOLEAN') })),
  AS_VARCHAR: rule(1, 1, ([of]) => ({
    sql: `CASE WHEN json_type(${of.sql}) = 'VARCHAR' THEN sf_json_text(${of.sql}) END`,
    type: text(),
  })),
};
