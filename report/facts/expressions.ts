import { columnOf, ConnectorError, type FieldType } from '#sdk';
import type { SqlDialect } from '../../destinations/sql/index.js';
import type {
  AttributeDefinition,
  CompiledFact,
  ConditionDefinition,
  DateDefinition,
  DimensionDefinition,
  FlagDefinition,
  MeasureDefinition,
  Where,
} from './fact.js';
import type { RawTables } from './raw-tables.js';

const UNKNOWN = '(unknown)';
/** What stands in a dimension by which nothing is broken down. */
const NOT_BROKEN_DOWN = '';

export interface Column {
  readonly sql: string;
  readonly type: FieldType;
}

const NUMERIC: ReadonlySet<FieldType> = new Set(['integer', 'number', 'decimal']);

/** The expressions of one fact over its raw tables: `f` is its own, `j0`, `j1` … those it joins. */
export function expressionsOf(fact: CompiledFact, dialect: SqlDialect, tables: RawTables) {
  const { literal, quote } = dialect;
  const joined = Object.keys(fact.fact.join);

  const refuse = (message: string, hint: string): never => {
    throw new ConnectorError('config', `Fact "${fact.name}": ${message}`, {
      connection: fact.connection,
      stream: fact.stream,
      hint,
    });
  };

  /** Undefined where the column belongs to a joined stream that was never synced: every value is missing. */
  function column(text: string): Column | undefined {
    const { join, column: name } = columnOf(text);
    const columns = tables.get(join ?? fact.stream);
    if (columns === undefined) return undefined;
    const type = columns.get(name);
    const alias = join === undefined ? 'f' : `j${joined.indexOf(join)}`;
    if (type !== undefined) return { sql: `${alias}.${quote(name)}`, type };
    return refuse(
      columns.has(name)
        ? `column "${text}" has a type that the report cannot read.`
        : `there is no column "${text}" in ${fact.schema}.${join ?? fact.stream}.`,
      `It has ${[...columns.keys()].filter((each) => !each.startsWith('_')).join(', ')}.`,
    );
  }

  const textOf = (found: Column) => `nullif(${dialect.asText(found.sql, found.type)}, '')`;

  function mapped(text: string, { map, default: missing }: AttributeDefinition, otherwise: string): string {
    const cases = Object.entries(map ?? {}).map(([from, to]) => `WHEN ${literal(from)} THEN ${literal(to)}`);
    const value = cases.length === 0 ? text : `CASE ${text} ${cases.join(' ')} ELSE ${text} END`;
    return `coalesce(${value}, ${missing === undefined ? otherwise : literal(missing)})`;
  }

  /** `absent` stands where the configuration says nothing, `otherwise` where a row has no value. */
  function attribute(
    definition: AttributeDefinition | undefined,
    absent: string,
    otherwise = literal(UNKNOWN),
  ): string {
    if (definition === undefined) return absent;
    if (definition.const !== undefined) return literal(definition.const);
    const found = column(definition.column ?? '');
    return mapped(found === undefined ? 'CAST(NULL AS text)' : textOf(found), definition, otherwise);
  }

  function dimension(definition: DimensionDefinition | undefined): string {
    if (definition?.tag === undefined) return attribute(definition, literal(NOT_BROKEN_DOWN));
    const found = column(definition.column ?? '');
    if (found === undefined) return mapped('CAST(NULL AS text)', definition, literal(UNKNOWN));
    const { type } = found;
    if (type !== 'json' && type !== 'string')
      return refuse(`column "${definition.column}" is ${type} and holds no tags.`, 'Name a column of text or a list.');
    return mapped(`nullif(${dialect.tagOf(found.sql, type, definition.tag)}, '')`, definition, literal(UNKNOWN));
  }

  /** What a mark holds of a campaign, as the marts know it; null stays null, for all campaigns. */
  function markedCampaign(value: string): string {
    const { campaign_id: definition } = fact.fact.as;
    if (definition.const !== undefined) return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${value} END`;
    return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${mapped(`nullif(${value}, '')`, definition, literal(UNKNOWN))} END`;
  }

  function day({ column: text, const: fixed }: DateDefinition): string {
    if (fixed !== undefined) return `CAST(${literal(fixed)} AS date)`;
    const found = column(text ?? '');
    if (found === undefined) return 'CAST(NULL AS date)';
    const { type } = found;
    if (type !== 'date' && type !== 'timestamp' && type !== 'timestamptz')
      return refuse(
        `column "${text}" is ${type}, so it gives no day.`,
        'Declare it as date or timestamptz in the stream, or give a fixed day: `date: { const: 2026-03-01 }`.',
      );
    return dialect.dayOf(found.sql, type, fact.timeZone);
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

  /** What one row adds to a measure; null where it does not measure it. */
  function addend(definition: MeasureDefinition): string {
    const found = definition.sum === undefined ? undefined : column(definition.sum);
    const among = definition.where === undefined ? 'true' : where(definition.where);
    if (among === undefined || (definition.sum !== undefined && found === undefined))
      return `CAST(NULL AS ${dialect.sqlType('decimal')})`;
    if (found !== undefined && !NUMERIC.has(found.type) && found.type !== 'boolean')
      refuse(`column "${definition.sum}" is ${found.type} and cannot be added up.`, 'Declare it as a number.');
    const one = found === undefined ? '1' : numberOf(found);
    return definition.where === undefined ? one : `CASE WHEN ${among} THEN ${one} ELSE 0 END`;
  }

  const numberOf = ({ sql, type }: Column) => {
    if (type === 'boolean') return `CASE WHEN ${sql} THEN 1 WHEN NOT ${sql} THEN 0 END`;
    return type === 'number' ? `CAST(${sql} AS ${dialect.sqlType('decimal')})` : sql;
  };

  return { column, attribute, dimension, markedCampaign, day, flag, addend };
}
