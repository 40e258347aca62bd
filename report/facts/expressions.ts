import { CHANNEL_ALIASES, CHANNELS, columnOf, ConnectorError, termsOf, type FieldType } from '#sdk';
import type { SqlDialect } from '../../destinations/sql/index.js';
import {
  schemaOf,
  type AttributeDefinition,
  type CompiledFact,
  type ConditionDefinition,
  type DateDefinition,
  type FactPart,
  type FlagDefinition,
  type MeasureDefinition,
  type Standard,
  type Where,
} from './fact.js';
import type { RawTables } from './raw-tables.js';

const UNKNOWN = '(unknown)';
/** What stands in a dimension by which nothing is broken down. */
const NOT_BROKEN_DOWN = '';

export interface Column {
  readonly sql: string;
  readonly type: FieldType;
}

const same = (text: string): string => text;

const NUMERIC: ReadonlySet<FieldType> = new Set(['integer', 'number', 'decimal']);

/** The expressions of one stream of a fact over its raw tables: `f` is its own, `j0`, `j1` … those it joins. */
export function expressionsOf(fact: CompiledFact, part: FactPart, dialect: SqlDialect, tables: RawTables) {
  const { literal, quote } = dialect;
  const joined = part.joins.map(({ name }) => name);
  const { standards = {} } = fact;

  const refuse = (message: string, hint: string): never => {
    throw new ConnectorError('config', `Fact "${fact.name}": ${message}`, {
      connection: part.connection,
      stream: part.stream,
      hint,
    });
  };

  /** Undefined where the column belongs to a joined stream that was never synced: every value is missing. */
  function column(text: string): Column | undefined {
    const { join, column: name } = columnOf(text);
    const columns = tables.get(join ?? part.name);
    if (columns === undefined) return undefined;
    const type = columns.get(dialect.storedName(name));
    const { connection, stream } = part.joins.find((each) => each.name === join) ?? part;
    const alias = join === undefined ? 'f' : `j${joined.indexOf(join)}`;
    if (type !== undefined) return { sql: `${alias}.${quote(name)}`, type };
    return refuse(
      columns.has(dialect.storedName(name))
        ? `column "${text}" has a type that the report cannot read.`
        : `there is no column "${text}" in ${schemaOf(fact, connection)}.${stream}.`,
      `It has ${[...columns.keys()].filter((each) => !each.startsWith('_')).join(', ')}.`,
    );
  }

  const textOf = (found: Column) => `nullif(${dialect.asText(found.sql, found.type)}, '')`;

  const NOTHING = 'CAST(NULL AS text)';

  /** A value as the report writes it: first by the fact's own `map`, then by what the whole report calls standard. */
  function mapped(text: string, { map, default: missing }: AttributeDefinition, otherwise: string, standard = same) {
    const cases = Object.entries(map ?? {}).map(([from, to]) => `WHEN ${literal(from)} THEN ${literal(to)}`);
    const value = standard(cases.length === 0 ? text : `CASE ${text} ${cases.join(' ')} ELSE ${text} END`);
    return `coalesce(${value}, ${missing === undefined ? otherwise : literal(missing)})`;
  }

  /** `absent` stands where the configuration says nothing, `otherwise` where a row has no value. */
  function attribute(
    definition: AttributeDefinition | undefined,
    absent: string,
    otherwise = literal(UNKNOWN),
    standard = same,
  ): string {
    if (definition === undefined) return absent;
    if (definition.const !== undefined) return literal(definition.const);
    return mapped(textIn(definition), definition, otherwise, standard);
  }

  function textIn({ column: text = '', tag }: AttributeDefinition): string {
    const found = column(text);
    if (found === undefined) return NOTHING;
    if (tag === undefined) return textOf(found);
    const { type } = found;
    if (type !== 'json' && type !== 'string')
      return refuse(`column "${text}" is ${type} and holds no tags.`, 'Name a column of text or a list.');
    return `nullif(${dialect.tagOf(found.sql, type, tag)}, '')`;
  }

  const dimension = (
    definition: AttributeDefinition | undefined,
    standard: Standard | undefined,
    missing = UNKNOWN,
  ): string =>
    attribute(definition, literal(NOT_BROKEN_DOWN), literal(missing), (text) => standardised(text, standard));

  /** 1 where a row has the value that is looked up for it, whatever stands in for a missing one; null: nothing is looked up. */
  const isFound = (definition: AttributeDefinition | undefined): string =>
    definition?.column === undefined ? 'NULL' : `CASE WHEN ${textIn(definition)} IS NULL THEN 0 ELSE 1 END`;

  /** Whatever the case and the blanks around it, a name is the standard one; one that no standard knows stays. */
  function standardised(text: string, standard: Standard | undefined): string {
    const cases = Object.entries(standard ?? {}).map(([name, others]) => {
      const written = [...new Set([name, ...others].map((each) => each.trim().toLowerCase()))];
      return `WHEN lower(trim(${text})) IN (${written.map(literal).join(', ')}) THEN ${literal(name)}`;
    });
    return cases.length === 0 ? text : `CASE ${cases.join(' ')} ELSE ${text} END`;
  }

  /** `In-App`, `in app` and `in_app` are one channel; null for what no list knows. */
  function knownChannel(text: string): string {
    const written = `lower(replace(replace(trim(${text}), ' ', '_'), '-', '_'))`;
    const known = [...CHANNELS, ...(standards.channels ?? [])].map(literal).join(', ');
    const aliases = Object.entries(CHANNEL_ALIASES).map(([from, to]) => `WHEN ${literal(from)} THEN ${literal(to)}`);
    return `CASE WHEN ${written} IN (${known}) THEN ${written} ELSE CASE ${written} ${aliases.join(' ')} END END`;
  }

  /** A figure must not stand under a channel that nobody has heard of. */
  const channel = (definition: AttributeDefinition | undefined): string =>
    attribute(definition, literal(NOT_BROKEN_DOWN), literal(UNKNOWN), knownChannel);

  /** The value that is no known channel, for the person who has to map it; null where there is none. */
  function foreignChannel({ channel: definition }: FactPart['as']): string {
    if (definition?.column === undefined) return NOTHING;
    const { map } = definition;
    const text = mapped(textIn(definition), map === undefined ? {} : { map }, 'NULL');
    return `CASE WHEN ${knownChannel(text)} IS NULL THEN ${text} END`;
  }

  /** What a mark holds of a campaign, as the marts know it; null stays null, for all campaigns. */
  function markedCampaign(value: string): string {
    const { campaign_id: definition } = part.as;
    if (definition.const !== undefined) return value;
    const text = definition.tag === undefined ? value : dialect.tagOf(value, 'string', definition.tag);
    return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${mapped(`nullif(${text}, '')`, definition, literal(UNKNOWN))} END`;
  }

  function day({ column: text, const: fixed, time_zone: writtenIn }: DateDefinition): string {
    if (fixed !== undefined) return `CAST(${literal(fixed)} AS date)`;
    const found = column(text ?? '');
    if (found === undefined) return 'CAST(NULL AS date)';
    const { type } = found;
    if (type !== 'date' && type !== 'timestamp' && type !== 'timestamptz')
      return refuse(
        `column "${text}" is ${type}, so it gives no day.`,
        'Declare it as date or timestamptz in the stream; a column that has landed stays as it is, so then rename or drop its table, `tributary state reset CONNECTION STREAM`, and sync. Or give a fixed day: `date: { const: 2026-03-01 }`.',
      );
    if (writtenIn !== undefined && type === 'date')
      return refuse(
        `column "${text}" is a date, which is a day already and stands in no time zone.`,
        "Take `time_zone` out of `date`; the fact's own `time_zone` says whose days they are.",
      );
    return dialect.dayOf(found.sql, type, fact.timeZone, writtenIn);
  }

  function condition(text: string, { values, isNegated }: ConditionDefinition): string | undefined {
    const found = column(text);
    if (found === undefined) return undefined;
    const options = values.map((value) => {
      if (NUMERIC.has(found.type)) {
        if (String(value).trim() === '' || !Number.isFinite(Number(value)))
          refuse(`"${text}" is a number and is compared with a text.`, 'Give numbers under `where`.');
        return String(value);
      }
      return literal(String(value));
    });
    const left = NUMERIC.has(found.type) ? found.sql : dialect.asText(found.sql, found.type);
    return `(${left} IN (${options.join(', ')})) IS ${isNegated ? 'NOT ' : ''}TRUE`;
  }

  /** Undefined where one of the columns is: whether a row is meant cannot be said. */
  function where(conditions: Where): string | undefined {
    const each = Object.entries(conditions).map(([text, one]) => condition(text, one));
    return each.includes(undefined) ? undefined : each.join(' AND ');
  }

  /** Undefined where it cannot be said, because a joined stream is not there. */
  function flag(definition: FlagDefinition | undefined): string | undefined {
    if (definition === undefined) return 'false';
    if (definition.where !== undefined) return where(definition.where);
    const found = column(definition.column ?? '');
    if (found === undefined) return undefined;
    if (found.type !== 'boolean')
      refuse(
        `column "${definition.column}" is ${found.type}, not true or false.`,
        'Say which values mean true: `where: { COLUMN: VALUE }`.',
      );
    return `coalesce(${found.sql}, false)`;
  }

  const NO_NUMBER = `CAST(NULL AS ${dialect.sqlType('decimal')})`;

  /** What one row adds to a measure; null where it does not measure it. `key`: what is to be counted once beside that. */
  function addend(definition: MeasureDefinition): { readonly sql: string; readonly key?: string } {
    const among = definition.where === undefined ? 'true' : where(definition.where);
    const scaled =
      definition.multiply === undefined ? '' : ` * CAST(${definition.multiply} AS ${dialect.sqlType('decimal')})`;
    if (definition.distinct !== undefined) {
      const columns = definition.distinct.map(column);
      if (among === undefined || columns.includes(undefined)) return { sql: NO_NUMBER };
      // An empty text is a missing value, as it is in dimensions.
      const parts = columns.map((found) => textOf(found!));
      const isWhole = parts.map((text) => `${text} IS NOT NULL`).join(' AND ');
      // A row without a key is nobody's second one: it counts by itself.
      return {
        sql: `CASE WHEN ${among} AND NOT (${isWhole}) THEN 1 ELSE 0 END`,
        key: `CASE WHEN ${among} AND ${isWhole} THEN ${parts.join(` || ${literal('\u001f')} || `)} END`,
      };
    }
    const one = definition.sum === undefined ? '1' : sumOf(definition.sum, definition.default);
    if (among === undefined || one === undefined) return { sql: NO_NUMBER };
    return {
      sql: definition.where === undefined ? `${one}${scaled}` : `CASE WHEN ${among} THEN ${one}${scaled} ELSE 0 END`,
    };
  }

  /** Null where one of the columns is: a difference to something that was not measured is not measured. */
  function sumOf(text: string, missing: number | undefined): string | undefined {
    const terms = termsOf(text).map(({ sign, name }) => {
      const found = column(name);
      if (found === undefined) return missing === undefined ? undefined : { sign, sql: String(missing) };
      if (!NUMERIC.has(found.type) && found.type !== 'boolean')
        refuse(`column "${name}" is ${found.type} and cannot be added up.`, 'Declare it as a number.');
      return { sign, sql: missing === undefined ? numberOf(found) : `coalesce(${numberOf(found)}, ${missing})` };
    });
    if (terms.includes(undefined)) return undefined;
    const [first, ...rest] = terms as { sign: string; sql: string }[];
    return rest.length === 0
      ? first!.sql
      : `(${first!.sql}${rest.map(({ sign, sql }) => ` ${sign} (${sql})`).join('')})`;
  }

  const numberOf = ({ sql, type }: Column) => {
    if (type === 'boolean') return `CASE WHEN ${sql} THEN 1 WHEN NOT ${sql} THEN 0 END`;
    return type === 'number' ? `CAST(${sql} AS ${dialect.sqlType('decimal')})` : sql;
  };

  return { column, attribute, channel, foreignChannel, dimension, isFound, markedCampaign, day, flag, where, addend };
}
