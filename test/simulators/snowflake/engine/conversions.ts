import { errors } from '../errors.js';
import type { Call } from '../sql/ast.js';
import { fixed, plain, text, timestamp, type DataType } from '../sql/types.js';
import { converted, isVariant, type Typed } from './casts.js';
import type { FunctionRule, FunctionTable } from './functions.js';
import { literal } from './names.js';

/** Elements of a format of dates and times as strptime and strftime of the engine write them. */
const ELEMENTS: readonly [RegExp, string][] = [
  [/YYYY/g, '%Y'],
  [/YY/g, '%y'],
  [/MMMM/g, '%B'],
  [/MON/g, '%b'],
  [/MM/g, '%m'],
  [/DD/g, '%d'],
  [/DY/g, '%a'],
  [/HH24/g, '%H'],
  [/HH12/g, '%I'],
  [/MI/g, '%M'],
  [/SS/g, '%S'],
  [/FF[69]?/g, '%f'],
  [/FF3/g, '%g'],
  [/AM|PM/g, '%p'],
  [/TZHTZM|TZH:TZM/g, '%z'],
];

/** A format of Snowflake as one of the engine; text within double quotes stands for itself. */
export const engineFormat = (format: string): string => {
  let result = format.replaceAll('%', '%%').replaceAll(/"([^"]*)"/g, '$1');
  // Elements are found in one pass, so that what one has written is not read as another.
  const pattern = /YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|MI|SS|FF[369]?|AM|PM|TZHTZM|TZH:TZM|T(?=HH24)/gi;
  result = result.replaceAll(pattern, (element) => {
    const upper = element.toUpperCase();
    if (upper === 'T') return element;
    if (upper === 'FF3') return '%g';
    return ELEMENTS.find(([one]) => new RegExp(`^(?:${one.source})$`).test(upper))?.[1] ?? element;
  });
  if (/(?<!%)[A-Z]{2,}/.test(result.replaceAll(/%[A-Za-z]/g, '')))
    throw errors.unsupported(`date and time format '${format}'`);
  return result;
};

const formatOf = (call: Call, index: number): string | undefined => {
  const argument = call.args[index];
  if (argument === undefined) return undefined;
  if (argument.kind !== 'text') throw errors.unsupported(`a format of ${call.name} that is no constant`, call.place);
  return argument.value.toUpperCase() === 'AUTO' ? undefined : argument.value;
};

const toTime = (type: DataType, tries: boolean): FunctionRule => ({
  least: 1,
  most: 2,
  write([of], call) {
    if (of.type?.name === 'FIXED' && call.args[1]?.kind === 'number')
      return { sql: scaled(of, Number(call.args[1].value), type), type };
    const format = formatOf(call, 1);
    if (format === undefined) {
      if (tries && of.type !== null && of.type.name !== 'TEXT' && !isVariant(of.type))
        throw errors.invalid(
          `Function ${call.name} cannot be used with arguments of types ${of.type.name}`,
          call.place,
        );
      return { sql: converted(of, type, tries), type };
    }
    const value = converted(of, text());
    const parsed: Typed = {
      sql: `try_strptime(${value}, ${literal(engineFormat(format))})`,
      type: timestamp('TIMESTAMP_NTZ'),
    };
    const code = type.name === 'DATE' ? "100040|22007|Can''t parse ''" : "100035|22007|Can''t parse ''";
    const checked = tries
      ? parsed.sql
      : `CASE WHEN ${value} IS NULL OR ${parsed.sql} IS NOT NULL THEN ${parsed.sql} ELSE error('@@${code}' || ${value} || ''' as ${type.name.toLowerCase()} with format ${format.replaceAll("'", "''")}') END`;
    return { sql: converted({ sql: checked, type: parsed.type }, type), type };
  },
});

/** Seconds (scale 0), milliseconds (3), microseconds (6) or nanoseconds (9) since 1970. */
const scaled = (of: Typed, scale: number, type: DataType): string => {
  const micros = scale === 9 ? `CAST(${of.sql} AS BIGINT) // 1000` : `CAST(${of.sql} * ${10 ** (6 - scale)} AS BIGINT)`;
  return converted({ sql: `make_timestamp(${micros})`, type: timestamp('TIMESTAMP_NTZ') }, type);
};

const toNumber = (tries: boolean): FunctionRule => ({
  least: 1,
  most: 4,
  write([of], call) {
    const numbers = call.args.slice(1).map((argument) => {
      if (argument.kind !== 'number') throw errors.unsupported(`a format of ${call.name}`, call.place);
      return Number(argument.value);
    });
    const type = fixed(numbers[0] ?? 38, numbers[1] ?? 0);
    return { sql: converted(of, type, tries), type };
  },
});

const simple = (type: DataType, tries = false): FunctionRule => ({
  least: 1,
  most: 1,
  write: ([of]) => ({ sql: converted(of, type, tries), type }),
});

const toText: FunctionRule = {
  least: 1,
  most: 2,
  write([of], call) {
    if (of.type?.name === 'BINARY') {
      const form = (formatOf(call, 1) ?? 'HEX').toUpperCase();
      if (form === 'HEX') return { sql: `hex(${of.sql})`, type: text() };
      if (form === 'BASE64') return { sql: `to_base64(${of.sql})`, type: text() };
      return { sql: `decode(${of.sql})`, type: text() };
    }
    const format = formatOf(call, 1);
    if (format === undefined) return { sql: converted(of, text()), type: text() };
    if (of.type === null || !(of.type.name === 'DATE' || of.type.name.startsWith('TIME')))
      throw errors.unsupported(`${call.name} of a number with a format`, call.place);
    const moments: Readonly<Record<string, string>> = { DATE: of.sql, TIME: `(DATE '1970-01-01' + ${of.sql})` };
    const moment = moments[of.type.name] ?? converted(of, timestamp('TIMESTAMP_NTZ'));
    return { sql: `strftime(${moment}, ${literal(engineFormat(format))})`, type: text() };
  },
};

const NTZ = timestamp('TIMESTAMP_NTZ');
const LTZ = timestamp('TIMESTAMP_LTZ');
const TZ = timestamp('TIMESTAMP_TZ');

const both = (name: string, rule: (tries: boolean) => FunctionRule): FunctionTable => ({
  [`TO_${name}`]: rule(false),
  [`TRY_TO_${name}`]: rule(true),
});

export const CONVERSIONS: FunctionTable = {
  TO_VARCHAR: toText,
  TO_CHAR: toText,
  ...both('NUMBER', toNumber),
  ...both('DECIMAL', toNumber),
  ...both('NUMERIC', toNumber),
  ...both('DOUBLE', (tries) => simple(plain('REAL'), tries)),
  ...both('BOOLEAN', (tries) => simple(plain('BOOLEAN'), tries)),
  ...both('DATE', (tries) => toTime(plain('DATE'), tries)),
  DATE: toTime(plain('DATE'), false),
  ...both('TIME', (tries) => toTime(timestamp('TIME'), tries)),
  ...both('TIMESTAMP', (tries) => toTime(NTZ, tries)),
  ...both('TIMESTAMP_NTZ', (tries) => toTime(NTZ, tries)),
  ...both('TIMESTAMP_LTZ', (tries) => toTime(LTZ, tries)),
  ...both('TIMESTAMP_TZ', (tries) => toTime(TZ, tries)),
  TO_BINARY: {
    least: 1,
    most: 2,
    write([of], call) {
      const form = (formatOf(call, 1) ?? 'HEX').toUpperCase();
      const type: DataType = { name: 'BINARY', length: 8_388_608 };
      if (form === 'UTF-8' || form === 'UTF8') return { sql: `encode(${converted(of, text())})`, type };
      if (form === 'BASE64') return { sql: `from_base64(${converted(of, text())})`, type };
      return { sql: `unhex(${converted(of, text())})`, type };
    },
  },
};
