import { MEASURES, MONEY_MEASURES, termsOf } from '#sdk';
import type { ColumnType, SqlDialect } from '../../destinations/sql/index.js';
import { authorityOf } from './authority.js';
import { crossed, crossedMarks } from './crosswalk.js';
import { expressionsOf, type Column } from './expressions.js';
import { schemaOf, streamsOf, type CompiledFact, type FactPart, type MeasureDefinition } from './fact.js';
import type { RawTables } from './raw-tables.js';
import { columnOfMeasure, NOTHING_OWN, sumsOf } from './own.js';
import { responsesOf, type ResponseColumn } from './responses.js';

export interface FactQuery {
  /** One row per grain, with the measures and, per type, the responses; `r` in `where` is a raw row. */
  readonly rows: (where: string) => string;
  /** What is looked up for each row; `found_NAME` and `sought_NAME` count the rows that have it, and those that should. */
  readonly lookups: readonly string[];
  /** The columns that hold the responses. */
  readonly responses: readonly ResponseColumn[];
  /** A campaign as a mark names it, as the marts name it: one expression for each way in which a stream says it. */
  readonly markedCampaigns: readonly ((value: string) => string)[];
}

const GRAIN = ['date', 'source', 'campaign_id', 'channel', 'variant_id', 'region', 'segment', 'is_control'];

/** What the figures are broken down by: `region`, `segment` and the user's own. */
const dimensionsOf = ({ own = NOTHING_OWN }: CompiledFact) => [
  'region',
  'segment',
  ...own.dimensions.map(({ name }) => name),
];

/** What a row of a fact stands by, as SQL has it. */
export const grainOf = ({ own = NOTHING_OWN }: CompiledFact, { quote }: SqlDialect): readonly string[] => [
  ...GRAIN,
  ...own.dimensions.map(({ name }) => quote(name)),
];

/** What a row adds to, by its name in the query: a measure, or the responses of a type. */
interface Summand {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (part: FactPart) => MeasureDefinition | undefined;
}

interface Part {
  readonly part: FactPart;
  readonly expressions: ReturnType<typeof expressionsOf>;
  readonly isControl: string;
  readonly among: string;
}

/** Undefined where there can be no rows yet: without any table, and where nothing tells a control group from members. */
export function factQuery(fact: CompiledFact, dialect: SqlDialect, tables: RawTables): FactQuery | undefined {
  const parts = fact.parts.flatMap((part) => usable(fact, part, dialect, tables));
  if (parts.length === 0) return undefined;
  const responses = responsesOf(fact);
  const measures = measuresOf(fact);
  const all: readonly Summand[] = [
    ...measures,
    ...responses.map(({ column, of }) => ({ name: column, type: 'bigint' as const, of })),
  ];
  const summands = all.filter(({ of }) => parts.some(({ part }) => isCounted(of(part))));
  const measured = new Set(summands.map(({ name }) => name));
  const decimal = dialect.sqlType('decimal');
  const distinct = new Set(
    summands.filter(({ of }) => parts.some(({ part }) => of(part)?.distinct !== undefined)).map(({ name }) => name),
  );

  const lookups = dimensionsOf(fact).filter((name) =>
    parts.some(({ part }) => part.dimensions[name]?.column !== undefined),
  );
  const inner = parts
    .map((each) => select(fact, dialect, tables, each, parts, summands, distinct, lookups))
    .join('\n  UNION ALL');
  const { quote } = dialect;
  const grain = (alias: string) =>
    grainOf(fact, dialect)
      .map((name) => `${alias}.${name}`)
      .join(', ');
  const totals = summands.map(({ name, type }) => {
    const sum = `round(CAST(sum(r.${quote(name)}) AS ${decimal}), ${type === 'money' ? 2 : 0})`;
    const counted = distinct.has(name) ? `${sum} + count(DISTINCT r.${quote(`${name}_key`)})` : sum;
    return `CAST(${counted} AS ${dialect.sqlType(type)}) AS ${quote(name)}`;
  });
  const value = (name: string): string | undefined => (measured.has(name) ? `a.${quote(name)}` : undefined);
  const derived = ({ of }: Summand): string | undefined => {
    const { derive } = of(fact.parts[0]!) ?? {};
    if (derive === undefined) return undefined;
    const terms = termsOf(derive).map((term) => ({ sign: term.sign, sql: value(term.name) }));
    if (terms.some(({ sql }) => sql === undefined)) return undefined;
    return terms.map(({ sign, sql }, index) => (index === 0 ? sql : `${sign} ${sql}`)).join(' ');
  };
  const authority = authorityOf(fact, dialect);
  const results = [
    ...measures.map((measure) => ({
      name: measure.name,
      type: measure.type,
      sql: derived(measure) ?? value(measure.name),
      counts: authority.conditions(measure.name),
    })),
    ...responses.map(({ column, type, basis }) => ({
      name: column,
      type: 'bigint' as const,
      sql: value(column),
      counts: authority.conditions(type, basis),
    })),
  ].map(({ name, type, sql, counts }) => {
    const own =
      sql === undefined || counts.length === 0 ? sql : `CASE WHEN ${counts.join(' OR ')} THEN NULL ELSE ${sql} END`;
    return `CAST(${own ?? 'NULL'} AS ${dialect.sqlType(type)}) AS ${quote(name)}`;
  });
  const sought = lookups.map((name) => `sum(r.is_${name}) AS found_${name}, count(r.is_${name}) AS sought_${name}`);
  const days = withinDays(fact, dialect);
  return {
    rows: (where) =>
      `SELECT ${grain('a')}, a.campaign_name, a.variant_name, ${results.join(', ')}, a.foreign_channel, a.raw_rows${lookups
        .map((name) => `, a.found_${name}, a.sought_${name}`)
        .join('')} FROM (
         SELECT ${grain('r')}, max(r.campaign_name) AS campaign_name, max(r.variant_name) AS variant_name,
           ${[...totals, 'max(r.foreign_channel) AS foreign_channel', 'count(*) AS raw_rows', ...sought].join(', ')}
           FROM (${crossed(fact, dialect, inner)}) r WHERE ${where}${days} GROUP BY ${grain('r')}) a${authority.joins()}`,
    lookups,
    responses,
    markedCampaigns: crossedMarks(fact, dialect, [
      ...new Map(parts.map(({ expressions: { markedCampaign } }) => [markedCampaign('v'), markedCampaign])).values(),
    ]),
  };
}

/** Built in and own. */
const measuresOf = ({ own = NOTHING_OWN }: CompiledFact): readonly Summand[] => [
  ...MEASURES.map((name): Summand => ({
    name,
    type: (MONEY_MEASURES as readonly string[]).includes(name) ? 'money' : 'bigint',
    of: ({ as }) => as[name],
  })),
  ...sumsOf(own).map((measure): Summand => ({
    ...columnOfMeasure(measure),
    of: (part) => part.measures[measure.name],
  })),
];

const isCounted = (definition: MeasureDefinition | undefined) =>
  definition !== undefined && definition.derive === undefined;

/** Streams for whose tables the fact, or a part of it, still waits. */
export function missingStreams(fact: CompiledFact, tables: RawTables): readonly string[] {
  return streamsOf(fact)
    .filter(({ name }) => !tables.has(name))
    .map(({ name }) => name);
}

function usable(fact: CompiledFact, part: FactPart, dialect: SqlDialect, tables: RawTables): readonly Part[] {
  if (!tables.has(part.name)) return [];
  const expressions = expressionsOf(fact, part, dialect, tables);
  const isControl = expressions.flag(part.as.is_control);
  const among = expressions.where(part.where);
  return isControl === undefined || among === undefined ? [] : [{ part, expressions, isControl, among }];
}

function select(
  fact: CompiledFact,
  dialect: SqlDialect,
  tables: RawTables,
  { part, expressions, isControl, among }: Part,
  parts: readonly Part[],
  summands: readonly Summand[],
  distinct: ReadonlySet<string>,
  lookups: readonly string[],
): string {
  const { literal } = dialect;
  const { as, dimensions } = part;
  const { attribute, channel, foreignChannel, dimension, isFound, day, addend } = expressions;
  const { dimensions: ownDimensions } = fact.own ?? NOTHING_OWN;
  const campaign = attribute(as.campaign_id, '');
  const variant = attribute(as.variant_id, literal(''));
  const own = (fact.crosswalk ?? []).length === 0 ? '' : 'own_';
  const columns = [
    [day(as.date), 'date'],
    [attribute(as.source, literal(fact.source)), 'source'],
    [campaign, `${own}campaign_id`],
    [channel(as.channel), 'channel'],
    [variant, 'variant_id'],
    [dimension(dimensions['region'], fact.standards?.regions), 'region'],
    [dimension(dimensions['segment'], fact.standards?.segments), 'segment'],
    ...ownDimensions.map(({ name, standard, default: missing }) => [
      dimension(dimensions[name], standard, missing),
      dialect.quote(name),
    ]),
    [isControl, 'is_control'],
    // A name that is missing is no reason to lose the campaign from sight: its id stands for it.
    [attribute(as.campaign_name, campaign, campaign), `${own}campaign_name`],
    [attribute(as.variant_name, variant, variant), 'variant_name'],
    [foreignChannel(as), 'foreign_channel'],
    ...lookups.map((name) => [`CAST(${isFound(dimensions[name])} AS integer)`, `is_${name}`]),
  ];
  const isOnSendDay = standsOnSendDay(part);
  for (const { name, of } of summands) {
    const definition = of(part);
    const found = isCounted(definition) ? addend(definition!) : { sql: isOnSendDay ? 'NULL' : fromOthers(parts, of) };
    columns.push([`CAST(${found.sql} AS ${dialect.sqlType('decimal')})`, dialect.quote(name)]);
    if (distinct.has(name))
      columns.push(['key' in found ? found.key! : 'CAST(NULL AS text)', dialect.quote(`${name}_key`)]);
  }
  const conditions = [
    ...(Object.keys(part.where).length === 0 ? [] : [among]),
    ...(as.date.optional === true ? [`${day(as.date)} IS NOT NULL`] : []),
  ];
  const where = conditions.length === 0 ? '' : `\n   WHERE ${conditions.join(' AND ')}`;
  const list = columns.map(([sql, name]) => `${sql} AS ${name}`).join(',\n         ');
  return `\n  SELECT ${list}\n    FROM ${from(fact, part, dialect, tables, expressions.column)}${where}`;
}

/** Its rows stand on the day of a message that may be older than all that the other streams tell, so they say nothing of what those count. */
const standsOnSendDay = ({ as, measures, responses }: FactPart): boolean =>
  Object.keys(responses).length > 0 &&
  Object.values(responses).every(({ basis }) => basis === 'send_day') &&
  Object.keys(measures).length === 0 &&
  MEASURES.every((name) => as[name] === undefined);

/** What one stream counts, a row of another has none of; what one adds up, a row of another does not measure. */
function fromOthers(parts: readonly Part[], of: Summand['of']): string {
  const isZero = parts.some(({ part }) => {
    const { count, distinct, default: missing } = of(part) ?? {};
    return count === true || distinct !== undefined || missing === 0;
  });
  return isZero ? '0' : 'NULL';
}

function from(
  fact: CompiledFact,
  part: FactPart,
  dialect: SqlDialect,
  tables: RawTables,
  column: (text: string) => Column | undefined,
): string {
  const table = (connection: string, stream: string) =>
    `${dialect.quote(schemaOf(fact, connection))}.${dialect.quote(stream)}`;
  const joins = part.joins.map(({ name, connection, stream, on }, index) => {
    if (!tables.has(name)) return '';
    const matches = Object.entries(on).map(([own, key]) => {
      const left = column(own);
      const right = column(`${name}.${key}`)!;
      // What is found by a stream that is not there yet is not found.
      if (left === undefined) return 'false';
      if (left.type === right.type) return `${left.sql} = j${index}.${dialect.quote(key)}`;
      return `${dialect.asText(left.sql, left.type)} = ${dialect.asText(right.sql, right.type)}`;
    });
    return `\n    LEFT JOIN ${table(connection, stream)} j${index} ON ${matches.join(' AND ')}`;
  });
  return `${table(part.connection, part.stream)} f${joins.join('')}`;
}

function withinDays({ fact: { days } }: CompiledFact, { literal }: SqlDialect): string {
  const conditions = [
    ...(days?.from === undefined ? [] : [`r.date >= CAST(${literal(days.from)} AS date)`]),
    ...(days?.to === undefined ? [] : [`r.date <= CAST(${literal(days.to)} AS date)`]),
  ];
  return conditions.length === 0 ? '' : ` AND (r.date IS NULL OR ${conditions.join(' AND ')})`;
}
