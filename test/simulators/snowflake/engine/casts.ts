import { errors } from '../errors.js';
import { DEFAULT_TEXT, engineType, fixed, text, typeText, type DataType } from '../sql/types.js';

/** A piece of the engine's SQL with what it yields in Snowflake; `null` is the type of a bare NULL. */
export interface Typed {
  readonly sql: string;
  readonly type: DataType | null;
}

export const isVariant = (type: DataType | null): boolean =>
  type?.name === 'VARIANT' || type?.name === 'OBJECT' || type?.name === 'ARRAY';
const isTime = (type: DataType): boolean => type.name.startsWith('TIMESTAMP') || type.name === 'DATE';

const incompatible = (from: DataType, to: DataType) =>
  errors.invalid(`invalid type [CAST(${typeText(from)} AS ${typeText(to)})]`);

const asText = ({ sql, type }: Typed & { type: DataType }): string => {
  switch (type.name) {
    case 'TEXT':
      return sql;
    case 'REAL':
      return `sf_real_text(${sql})`;
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return `sf_json_text(${sql})`;
    case 'BINARY':
      return `hex(${sql})`;
    case 'TIME':
      return `strftime(DATE '2000-01-01' + ${sql}, '%H:%M:%S')`;
    case 'TIMESTAMP_NTZ':
      return `sf_ntz_text(${sql})`;
    case 'TIMESTAMP_LTZ':
      return `(sf_ntz_text(CAST(${sql} AS TIMESTAMP)) || ' ' || sf_offset_text(sf_offset_of(${sql})))`;
    case 'TIMESTAMP_TZ':
      return `(sf_ntz_text(sf_tz_wall(${sql})) || ' ' || sf_offset_text((${sql})."offset"))`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
};

/** From one kind of time to another: the wall clock is kept where no zone is known, the instant otherwise. */
const timeToTime = (sql: string, from: DataType, to: DataType): string => {
  const zoned =
    from.name === 'TIMESTAMP_TZ'
      ? `sf_tz_instant(${sql})`
      : from.name === 'TIMESTAMP_LTZ'
        ? sql
        : `CAST(${sql} AS TIMESTAMPTZ)`;
  const wall = from.name === 'TIMESTAMP_TZ' ? `sf_tz_wall(${sql})` : sql;
  if (to.name === 'TIMESTAMP_LTZ') return zoned;
  if (to.name === 'TIMESTAMP_TZ') return `sf_tz_of(${zoned})`;
  return `CAST(${wall} AS ${engineType(to)})`;
};

/** NULL where the text is no number. The engine reads wide decimals very slowly, so that a narrow one is tried first. */
const numberOfText = (sql: string, to: DataType & { name: 'FIXED' }): string => {
  const whole = `TRY_CAST(trim(${sql}) AS ${engineType(to)})`;
  if (to.precision <= 18 || to.scale > 9) return whole;
  return `coalesce(CAST(TRY_CAST(trim(${sql}) AS DECIMAL(18,${to.scale})) AS ${engineType(to)}), ${whole})`;
};

const fromText = (sql: string, to: DataType, tries: boolean): string => {
  const macro = (name: string) => `sf_${tries ? 'try' : 'to'}_${name}(${sql})`;
  switch (to.name) {
    case 'FIXED': {
      const tried = numberOfText(sql, to);
      if (tries) return tried;
      return `coalesce(${tried}, CASE WHEN ${sql} IS NOT NULL THEN error('@@100038|22018|Numeric value ''' || ${sql} || ''' is not recognized') END)`;
    }
    case 'REAL':
      return macro('real');
    case 'BOOLEAN':
      return macro('boolean');
    case 'DATE':
      return macro('date');
    case 'TIME':
      return macro('time');
    case 'TIMESTAMP_NTZ':
      return macro('ntz');
    case 'TIMESTAMP_LTZ':
      return macro('ltz');
    case 'TIMESTAMP_TZ':
      return `sf_tz_text(${sql}, ${macro('ltz')})`;
    case 'BINARY':
      return `unhex(${sql})`;
    case 'VARIANT':
      return `to_json(${sql})`;
    default:
      throw incompatible(text(), to);
  }
};

/**
 * A conversion as CAST does it. An explicit one cuts a text that is too long; an assignment refuses it, which `assigned` does.
 * Throws for pairs of types that Snowflake does not convert.
 */
export const converted = ({ sql, type: from }: Typed, to: DataType, tries = false): string => {
  if (from === null) return `CAST(${sql} AS ${engineType(to)})`;
  if (isVariant(to)) {
    if (isVariant(from)) return sql;
    if (from.name === 'TEXT' || to.name === 'VARIANT')
      return `to_json(${from.name === 'TEXT' ? sql : isTime(from) || from.name === 'BINARY' || from.name === 'TIME' ? asText({ sql, type: from }) : sql})`;
    throw incompatible(from, to);
  }
  if (to.name === 'TEXT') {
    const value = asText({ sql, type: from });
    return to.length < DEFAULT_TEXT ? `left(${value}, ${to.length})` : value;
  }
  if (isVariant(from)) return fromText(`sf_json_text(${sql})`, to, tries);
  if (from.name === 'TEXT') return fromText(sql, to, tries);
  if (from.name === to.name && from.name !== 'FIXED') return sql;
  const isNumber = (type: DataType) => type.name === 'FIXED' || type.name === 'REAL';
  if (isNumber(from) && isNumber(to)) return `${tries ? 'TRY_CAST' : 'CAST'}(${sql} AS ${engineType(to)})`;
  if (isNumber(from) && to.name === 'BOOLEAN') return `(${sql} <> 0)`;
  if (from.name === 'BOOLEAN' && to.name === 'FIXED') return `CAST(CAST(${sql} AS INTEGER) AS ${engineType(to)})`;
  if (isTime(from) && isTime(to)) return timeToTime(sql, from, to);
  if (from.name.startsWith('TIMESTAMP') && to.name === 'TIME')
    return `CAST(${timeToTime(sql, from, { name: 'TIMESTAMP_NTZ', scale: 9 })} AS TIME)`;
  if (from.name === 'FIXED' && to.name === 'TIMESTAMP_NTZ') return `sf_epoch(CAST(${sql} AS BIGINT))`;
  if (from.name === 'FIXED' && to.name === 'TIMESTAMP_LTZ') return `timezone('UTC', sf_epoch(CAST(${sql} AS BIGINT)))`;
  throw incompatible(from, to);
};

/** What goes into a column: converted, not cut, and not NULL where the column takes none. */
export const assigned = (
  value: Typed,
  column: { readonly name: string; readonly type: DataType; readonly nullable: boolean },
): string => {
  const { type } = column;
  if (
    value.type !== null &&
    value.type.name !== 'TEXT' &&
    (type.name === 'OBJECT' || type.name === 'ARRAY') &&
    !isVariant(value.type)
  )
    throw errors.invalid(
      `Expression type does not match column data type, expecting ${typeText(type)} but got ${typeText(value.type)} for column ${column.name}`,
    );
  let sql = type.name === 'TEXT' ? `sf_fit(${converted(value, text())}, ${type.length})` : converted(value, type);
  if (!column.nullable) sql = `sf_not_null(${sql}, '')`;
  return sql;
};

/** The type that values of several types have together, in CASE, UNION, COALESCE. */
export const common = (types: readonly (DataType | null)[]): DataType | null => {
  let result: DataType | null = null;
  for (const type of types) {
    if (type === null) continue;
    if (result === null || isVariant(type)) result = isVariant(type) ? { name: 'VARIANT' } : type;
    else if (isVariant(result)) continue;
    else if (result.name === 'FIXED' && type.name === 'FIXED') {
      const scale = Math.max(result.scale, type.scale);
      const whole = Math.max(result.precision - result.scale, type.precision - type.scale);
      result = fixed(Math.min(38, whole + scale), scale);
    } else if (result.name === 'FIXED' && type.name === 'REAL') result = type;
    else if (result.name === 'TEXT' && type.name === 'TEXT') result = text(Math.max(result.length, type.length));
    else if (result.name === 'TEXT') result = type;
    else if (result.name === 'DATE' && type.name.startsWith('TIMESTAMP')) result = type;
    else if (result.name === 'TIMESTAMP_NTZ' && (type.name === 'TIMESTAMP_LTZ' || type.name === 'TIMESTAMP_TZ'))
      result = type;
  }
  return result;
};

/** Brings a value to the common type only where leaving it to the engine would change it. */
export const harmonised = (value: Typed, type: DataType | null): string =>
  type === null || value.type === null || value.type.name === type.name ? value.sql : converted(value, type);
