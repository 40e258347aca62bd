import { errors } from '../errors.js';
import { fixed, plain, text, type DataType } from '../sql/types.js';
import { common, converted, harmonised, isVariant, type Typed } from './casts.js';
import type { FunctionRule, FunctionTable } from './functions.js';

const REAL = plain('REAL');
const BOOLEAN = plain('BOOLEAN');
const INTEGER = fixed(18, 0);

const rule = (least: number, most: number, write: FunctionRule['write']): FunctionRule => ({ least, most, write });

/** A function of texts under the engine's name for it. */
const ofTexts = (name: string, least: number, most: number, type: DataType = text()): FunctionRule =>
  rule(least, most, (args) => ({ sql: `${name}(${args.map((one) => converted(one, text())).join(', ')})`, type }));
/** Of a text, and whole numbers after it. */
const ofTextAndNumbers = (name: string, least: number, most: number): FunctionRule =>
  rule(least, most, ([of, ...numbers]) => ({
    sql: `${name}(${[converted(of, text()), ...numbers.map(({ sql }) => `CAST(${sql} AS BIGINT)`)].join(', ')})`,
    type: text(),
  }));
const ofReals = (name: string, count: number): FunctionRule =>
  rule(count, count, (args) => ({ sql: `${name}(${args.map((one) => converted(one, REAL)).join(', ')})`, type: REAL }));

const oneOf = (name: string, least: number, most: number): FunctionRule =>
  rule(least, most, (args) => {
    const type = common(args.map((one) => one.type));
    return { sql: `${name}(${args.map((one) => harmonised(one, type)).join(', ')})`, type };
  });
/** NULL if any of them is, while the engine's own pass over it. */
const extreme = (name: string): FunctionRule =>
  rule(1, 99, (args) => {
    const type = common(args.map((one) => one.type));
    const values = args.map((one) => harmonised(one, type));
    return {
      sql: `CASE WHEN ${values.map((one) => `${one} IS NOT NULL`).join(' AND ')} THEN ${name}(${values.join(', ')}) END`,
      type,
    };
  });

const numberOf = (value: Typed): Typed =>
  value.type?.name === 'TEXT' || isVariant(value.type) ? { sql: converted(value, REAL), type: REAL } : value;

const rounded = (name: string): FunctionRule =>
  rule(1, 2, ([of, places], call) => {
    const value = numberOf(of);
    const digits = call.args[1]?.kind === 'number' ? Number(call.args[1].value) : places === undefined ? 0 : undefined;
    if (value.type?.name === 'FIXED' && digits !== undefined) {
      const scale = Math.max(0, Math.min(digits, value.type.scale));
      return { sql: `CAST(${name}(${value.sql}, ${digits}) AS DECIMAL(38,${scale}))`, type: fixed(38, scale) };
    }
    return { sql: `${name}(${converted(value, REAL)}, CAST(${places?.sql ?? 0} AS INTEGER))`, type: REAL };
  });
/** Down or up; with places too. */
const stepped = (name: string): FunctionRule =>
  rule(1, 2, ([of, places]) => {
    if (places !== undefined) throw errors.unsupported(`${name} with places`);
    const value = numberOf(of);
    return value.type?.name === 'FIXED'
      ? { sql: `CAST(${name}(${value.sql}) AS DECIMAL(38,0))`, type: fixed(38, 0) }
      : { sql: `${name}(${value.sql})`, type: REAL };
  });

/** Without a value where the divisor is 0, or NULL too. */
const divisionOr0 = (isNull: boolean): FunctionRule =>
  rule(2, 2, ([a, b]) => {
    const [x, y] = [converted(numberOf(a), REAL), converted(numberOf(b), REAL)];
    return { sql: `CASE WHEN ${y} = 0${isNull ? ` OR ${y} IS NULL` : ''} THEN 0 ELSE ${x} / ${y} END`, type: REAL };
  });

/** Options of regular expressions: `i` and `c`, `m`, `s`; `e` is that of REGEXP_SUBSTR. */
const flags = (value: string | undefined): string => (value ?? '').replaceAll(/[^ims]/g, '');
const constantText = (call: { args: readonly { kind: string }[] }, index: number): string | undefined => {
  const argument = call.args[index] as { kind: string; value?: string } | undefined;
  if (argument !== undefined && argument.kind !== 'text' && argument.kind !== 'number')
    throw errors.unsupported('a regular expression with computed options');
  return argument?.value;
};
const isFirst = (value: string | undefined): boolean => value === undefined || value === '1';

export const SCALARS: FunctionTable = {
  COALESCE: oneOf('coalesce', 1, 99),
  IFNULL: oneOf('coalesce', 2, 2),
  NVL: oneOf('coalesce', 2, 2),
  NULLIF: rule(2, 2, ([a, b]) => {
    const type = common([a.type, b.type]);
    return { sql: `nullif(${harmonised(a, type)}, ${harmonised(b, type)})`, type: a.type };
  }),
  NVL2: rule(3, 3, ([a, b, c]) => {
    const type = common([b.type, c.type]);
    return { sql: `CASE WHEN ${a.sql} IS NOT NULL THEN ${harmonised(b, type)} ELSE ${harmonised(c, type)} END`, type };
  }),
  IFF: rule(3, 3, ([test, a, b]) => {
    const type = common([a.type, b.type]);
    return { sql: `CASE WHEN ${test.sql} THEN ${harmonised(a, type)} ELSE ${harmonised(b, type)} END`, type };
  }),
  /** Takes NULL for equal to NULL; what no pair fits, the last argument without a pair says. */
  DECODE: rule(3, 255, ([of, ...args]) => {
    const pairs = args.length - (args.length % 2);
    const results = args.filter((_, index) => index % 2 === 1 || index >= pairs);
    const type = common(results.map((one) => one.type));
    const branches = Array.from({ length: pairs / 2 }, (_, index) => {
      const [when, then] = args.slice(2 * index);
      return `WHEN ${of.sql} IS NOT DISTINCT FROM ${when.sql} THEN ${harmonised(then, type)}`;
    });
    const last = args.length > pairs ? ` ELSE ${harmonised(args[pairs], type)}` : '';
    return { sql: `CASE ${branches.join(' ')}${last} END`, type };
  }),
  ZEROIFNULL: rule(1, 1, ([a]) => ({ sql: `coalesce(${a.sql}, 0)`, type: a.type })),
  NULLIFZERO: rule(1, 1, ([a]) => ({ sql: `nullif(${a.sql}, 0)`, type: a.type })),
  EQUAL_NULL: rule(2, 2, ([a, b]) => {
    const type = common([a.type, b.type]);
    return { sql: `(${harmonised(a, type)} IS NOT DISTINCT FROM ${harmonised(b, type)})`, type: BOOLEAN };
  }),
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
  UPPER: ofTexts('upper', 1, 1),
  LOWER: ofTexts('lower', 1, 1),
  TRIM: ofTexts('trim', 1, 2),
  LTRIM: ofTexts('ltrim', 1, 2),
  RTRIM: ofTexts('rtrim', 1, 2),
  REVERSE: ofTexts('reverse', 1, 1),
  LENGTH: rule(1, 1, ([a]) => ({
    sql: a.type?.name === 'BINARY' ? `octet_length(${a.sql})` : `length(${converted(a, text())})`,
    type: INTEGER,
  })),
  LEN: ofTexts('length', 1, 1, INTEGER),
  OCTET_LENGTH: rule(1, 1, ([a]) => ({ sql: `strlen(${converted(a, text())})`, type: INTEGER })),
  SUBSTR: ofTextAndNumbers('substr', 2, 3),
  SUBSTRING: ofTextAndNumbers('substr', 2, 3),
  LEFT: ofTextAndNumbers('left', 2, 2),
  RIGHT: ofTextAndNumbers('right', 2, 2),
  REPEAT: ofTextAndNumbers('repeat', 2, 2),
  REPLACE: rule(2, 3, ([a, b, c]) => ({
    sql: `replace(${converted(a, text())}, ${converted(b, text())}, ${c === undefined ? "''" : converted(c, text())})`,
    type: text(),
  })),
  TRANSLATE: ofTexts('translate', 3, 3),
  CONCAT: rule(1, 99, (args) => ({ sql: `(${args.map((one) => converted(one, text())).join(' || ')})`, type: text() })),
  /** NULL if any of them is; the engine's own leaves those out. */
  CONCAT_WS: rule(2, 99, ([separator, ...args]) => ({
    sql: `(${args.map((one) => converted(one, text())).join(` || ${converted(separator, text())} || `)})`,
    type: text(),
  })),
  SPLIT_PART: rule(3, 3, ([a, b, c]) => ({
    sql: `split_part(${converted(a, text())}, ${converted(b, text())}, CAST(CASE WHEN ${c.sql} = 0 THEN 1 ELSE ${c.sql} END AS BIGINT))`,
    type: text(),
  })),
  LPAD: rule(2, 3, ([a, n, pad]) => ({
    sql: `lpad(${converted(a, text())}, CAST(${n.sql} AS INTEGER), ${pad?.sql ?? "' '"})`,
    type: text(),
  })),
  RPAD: rule(2, 3, ([a, n, pad]) => ({
    sql: `rpad(${converted(a, text())}, CAST(${n.sql} AS INTEGER), ${pad?.sql ?? "' '"})`,
    type: text(),
  })),
  STARTSWITH: ofTexts('starts_with', 2, 2, BOOLEAN),
  ENDSWITH: ofTexts('ends_with', 2, 2, BOOLEAN),
  CONTAINS: ofTexts('contains', 2, 2, BOOLEAN),
  POSITION: rule(2, 2, ([part, of]) => ({
    sql: `instr(${converted(of, text())}, ${converted(part, text())})`,
    type: INTEGER,
  })),
  CHARINDEX: rule(2, 2, ([part, of]) => ({
    sql: `instr(${converted(of, text())}, ${converted(part, text())})`,
    type: INTEGER,
  })),
  CHR: rule(1, 1, ([a]) => ({ sql: `chr(CAST(${a.sql} AS INTEGER))`, type: text() })),
  ASCII: ofTexts('ascii', 1, 1, INTEGER),
  MD5: ofTexts('md5', 1, 1),
  SHA2: rule(1, 2, ([a], call) => {
    if (call.args[1] !== undefined && constantText(call, 1) !== '256')
      throw errors.unsupported('SHA2 with another length than 256');
    return { sql: `sha256(${converted(a, text())})`, type: text() };
  }),
  HASH: {
    ...rule(1, 999, (args) => ({
      sql: `CAST(CAST(hash(${args.map(({ sql }) => sql).join(', ')}) AS HUGEINT) - 9223372036854775808 AS BIGINT)`,
      type: fixed(19, 0),
    })),
  },
  REGEXP_LIKE: rule(2, 3, ([a, b], call) => ({
    sql: `regexp_full_match(${converted(a, text())}, ${b.sql}, '${flags(constantText(call, 2))}')`,
    type: BOOLEAN,
  })),
  REGEXP_REPLACE: rule(2, 6, ([a, b, c], call) => {
    if (!isFirst(constantText(call, 3)) || ![undefined, '0'].includes(constantText(call, 4)))
      throw errors.unsupported('REGEXP_REPLACE from a position or of one occurrence');
    return {
      sql: `regexp_replace(${converted(a, text())}, ${b.sql}, ${c === undefined ? "''" : c.sql}, 'g${flags(constantText(call, 5))}')`,
      type: text(),
    };
  }),
  /** The first match, or with a group (or the option `e`) that group of it. */
  REGEXP_SUBSTR: rule(2, 6, ([a, b], call) => {
    if (!isFirst(constantText(call, 2)) || !isFirst(constantText(call, 3)))
      throw errors.unsupported('REGEXP_SUBSTR from a position or of a later occurrence');
    const options = constantText(call, 4);
    const group = constantText(call, 5) ?? (options?.includes('e') === true ? '1' : '0');
    const of = converted(a, text());
    return {
      sql: `CASE WHEN regexp_matches(${of}, ${b.sql}, '${flags(options)}') THEN regexp_extract(${of}, ${b.sql}, ${group}, '${flags(options)}') END`,
      type: text(),
    };
  }),
  REGEXP_COUNT: rule(2, 2, ([a, b]) => ({
    sql: `len(regexp_extract_all(${converted(a, text())}, ${b.sql}))`,
    type: INTEGER,
  })),
  ROUND: rounded('round'),
  TRUNC: rounded('trunc'),
  TRUNCATE: rounded('trunc'),
  FLOOR: stepped('floor'),
  CEIL: stepped('ceil'),
  ABS: rule(1, 1, ([a]) => ({ sql: `abs(${numberOf(a).sql})`, type: numberOf(a).type })),
  SIGN: rule(1, 1, ([a]) => ({ sql: `sign(${numberOf(a).sql})`, type: fixed(1, 0) })),
  MOD: rule(2, 2, ([a, b]) => ({ sql: `(${numberOf(a).sql} % ${numberOf(b).sql})`, type: numberOf(a).type })),
  SQRT: ofReals('sqrt', 1),
  EXP: ofReals('exp', 1),
  LN: ofReals('ln', 1),
  POWER: ofReals('pow', 2),
  POW: ofReals('pow', 2),
  DIV0: divisionOr0(false),
  DIV0NULL: divisionOr0(true),
  RANDOM: rule(0, 0, () => ({ sql: 'CAST(random() * 9e18 AS BIGINT)', type: fixed(19, 0) })),
  UUID_STRING: rule(0, 0, () => ({ sql: 'CAST(uuid() AS VARCHAR)', type: text(36) })),
};
