import { MEASURES, MONEY_MEASURES } from '#sdk';
import type { SqlDialect } from '../../destinations/sql/index.js';
import { expressionsOf, type Column } from './expressions.js';
import type { CompiledFact } from './fact.js';
import type { RawTables } from './raw-tables.js';

export interface FactQuery {
  /** One row per grain, with the measures and, per type, the responses; `r` in `where` is a raw row. */
  readonly rows: (where: string) => string;
  /** The names of the columns that hold the responses. */
  readonly responses: readonly { readonly column: string; readonly type: string }[];
  /** A campaign as a mark names it, as the marts name it. */
  readonly markedCampaign: (value: string) => string;
}

export const GRAIN = ['date', 'source', 'campaign_id', 'channel', 'variant_id', 'region', 'segment', 'is_control'];

/** Undefined where there can be no rows yet: without the fact's own table, and where nothing tells a control group from members. */
export function factQuery(fact: CompiledFact, dialect: SqlDialect, tables: RawTables): FactQuery | undefined {
  if (!tables.has(fact.stream)) return undefined;
  const { literal } = dialect;
  const { as, dimensions, responses } = fact.fact;
  const { column, attribute, dimension, day, flag, addend, markedCampaign } = expressionsOf(fact, dialect, tables);
  const campaign = attribute(as.campaign_id, '');
  const variant = attribute(as.variant_id, literal(''));
  const isControl = flag(as.is_control);
  if (isControl === undefined) return undefined;
  const perRow = [
    [day(as.date), 'date'],
    [attribute(as.source, literal(fact.source)), 'source'],
    [campaign, 'campaign_id'],
    [attribute(as.channel, literal('')), 'channel'],
    [variant, 'variant_id'],
    [dimension(dimensions.region), 'region'],
    [dimension(dimensions.segment), 'segment'],
    [isControl, 'is_control'],
    // A name that is missing is no reason to lose the campaign from sight: its id stands for it.
    [attribute(as.campaign_name, campaign, campaign), 'campaign_name'],
    [attribute(as.variant_name, variant, variant), 'variant_name'],
  ];
  const total = (column: string, type: 'bigint' | 'money') =>
    `CAST(round(CAST(sum(r.${column}) AS ${dialect.sqlType('decimal')}), ${type === 'money' ? 2 : 0}) AS ${dialect.sqlType(type)}) AS ${column}`;
  const nothing = (column: string, type: 'bigint' | 'money') => `CAST(NULL AS ${dialect.sqlType(type)}) AS ${column}`;
  const totals: string[] = [];
  for (const name of MEASURES) {
    const definition = as[name];
    const type = (MONEY_MEASURES as readonly string[]).includes(name) ? 'money' : 'bigint';
    if (definition !== undefined) perRow.push([addend(definition), name]);
    totals.push(definition === undefined ? nothing(name, type) : total(name, type));
  }
  const types = Object.entries(responses).map(([type, { from, count, where }], index) => {
    const name = `response_${index}`;
    perRow.push([
      addend({ ...(from === undefined ? { count } : { sum: from }), ...(where === undefined ? {} : { where }) }),
      name,
    ]);
    totals.push(total(name, 'bigint'));
    return { column: name, type };
  });
  const inner = `SELECT ${perRow.map(([sql, name]) => `${sql} AS ${name}`).join(', ')} FROM ${from(fact, dialect, tables, column)}`;
  const grain = GRAIN.map((name) => `r.${name}`).join(', ');
  return {
    rows: (where) =>
      `SELECT ${grain}, max(r.campaign_name) AS campaign_name, max(r.variant_name) AS variant_name,
         ${totals.join(', ')}, count(*) AS raw_rows FROM (${inner}) r WHERE ${where} GROUP BY ${grain}`,
    responses: types,
    markedCampaign,
  };
}

function from(
  fact: CompiledFact,
  dialect: SqlDialect,
  tables: RawTables,
  column: (text: string) => Column | undefined,
): string {
  const table = (name: string) => `${dialect.quote(fact.schema)}.${dialect.quote(name)}`;
  const joins = Object.entries(fact.fact.join).map(([stream, on], index) => {
    if (!tables.has(stream)) return '';
    const matches = Object.entries(on).map(([own, key]) => {
      const left = column(own)!;
      const right = column(`${stream}.${key}`)!;
      if (left.type === right.type) return `${left.sql} = j${index}.${dialect.quote(key)}`;
      return `${dialect.asText(left.sql, left.type)} = ${dialect.asText(right.sql, right.type)}`;
    });
    return ` LEFT JOIN ${table(stream)} j${index} ON ${matches.join(' AND ')}`;
  });
  return `${table(fact.stream)} f${joins.join('')}`;
}
