import { MEASURES, type SqlSession } from '#sdk';
import type { SqlDialect, TableDefinition } from '../../destinations/sql/index.js';
import { addChanges, applyDifference, NO_CHANGES, tableOf, type MartChanges } from './difference.js';
import type { CompiledFact } from './fact.js';
import { grainOf, type FactQuery } from './fact-query.js';
import { firstMonthAfter, fromDay, type Kept } from './kept-days.js';
import { lookupsOf, type Lookup } from './lookups.js';
import type { Marts } from './marts.js';
import { NOTHING_OWN } from './own.js';
import { inScope, scopeIn, WHOLE, type Scope } from './scope.js';

export interface FactChanges {
  readonly changes: ReadonlyMap<TableDefinition, MartChanges>;
  /** Raw rows that have no day and so stand in no mart. */
  readonly undated: number;
  /** Values of the channel that stand as unknown, since no list of channels knows them. */
  readonly foreignChannels: readonly string[];
  readonly lookups: readonly Lookup[];
}

export interface Builder {
  readonly sql: SqlSession;
  readonly dialect: SqlDialect;
  /** When the marts are built, as SQL. */
  readonly now: string;
  readonly marts: Marts;
  /** Makes scratch names of one build different. */
  readonly scratch: (name: string, select: string) => Promise<string>;
}

/** Rebuilds the days and campaigns of one fact, first by day and then by month, but for what is kept. */
export async function buildFact(
  builder: Builder,
  fact: CompiledFact,
  query: FactQuery | undefined,
  { kept: keptDays, ...scope }: Scope & { readonly kept: readonly Kept[] },
  afterDaily: () => Promise<void>,
): Promise<FactChanges> {
  const { dialect, sql, marts } = builder;
  const { campaignDaily, responseDaily, campaignMonthly, responseMonthly } = marts;
  const name = dialect.literal(fact.name);
  const apply = (mart: TableDefinition, fresh: string, within: string) =>
    applyDifference(sql, dialect, mart, fresh, `t.fact = ${name} AND ${within}`, builder.now);
  const first = await firstOpenDay(builder, fact, keptDays);
  if (query === undefined) return removeFact(builder, fact.name, first);

  const isMonthly = fact.fact.grain === 'month';
  const months = await monthsOf(builder, scope);
  const isOpen = (column: string) => fromDay(column, first, dialect);
  const rows = await builder.scratch(
    'rows',
    // Of a month all days are needed where no table of days has them.
    query.rows(
      `${
        isMonthly
          ? inScope(months, dialect.monthOf('r.date'), 'r.campaign_id')
          : inScope(scope, 'r.date', 'r.campaign_id')
      }${first === undefined ? '' : ` AND (r.date IS NULL OR ${isOpen('r.date')})`}`,
    ),
  );
  const [lost] = await sql.query<{ n: number }>(
    `SELECT CAST(coalesce(sum(raw_rows), 0) AS bigint) AS n FROM ${rows} WHERE date IS NULL`,
  );
  const foreign = await sql.query<{ channel: string }>(
    `SELECT DISTINCT foreign_channel AS channel FROM ${rows} WHERE foreign_channel IS NOT NULL ORDER BY 1`,
  );
  const lookups = await lookupsOf(sql, query, rows);
  const own = [
    `${name} AS fact`,
    `${dialect.literal(fact.fact.origin ?? 'synced')} AS origin`,
    `${dialect.literal(fact.timeZone)} AS time_zone`,
    ...grainOf(fact, dialect),
    'campaign_name',
    'variant_name',
    ...formerDimensions(fact, dialect, marts),
  ].join(', ');
  const campaigns = await builder.scratch(
    'campaign_daily',
    `SELECT ${own}, ${measuresIn(fact, dialect, marts).join(', ')} FROM ${rows} WHERE date IS NOT NULL`,
  );
  const responses = await builder.scratch(
    'response_daily',
    query.responses
      .map(
        ({ column, type, basis, primary }) =>
          `SELECT ${own}, ${dialect.literal(type)} AS response_type, ${dialect.literal(basis)} AS basis,
             ${primary} AS is_primary, ${column} AS responded FROM ${rows} WHERE date IS NOT NULL`,
      )
      .join(' UNION ALL ') || emptyOf(dialect, responseDaily),
  );
  const days = `${inScope(scope, 't.date', 't.campaign_id')} AND ${isOpen('t.date')}`;
  const changes = new Map<TableDefinition, MartChanges>();
  const noDays = (mart: TableDefinition) => builder.scratch('no_days', emptyOf(dialect, mart));
  changes.set(campaignDaily, await apply(campaignDaily, isMonthly ? await noDays(campaignDaily) : campaigns, days));
  await afterDaily();
  changes.set(responseDaily, await apply(responseDaily, isMonthly ? await noDays(responseDaily) : responses, days));

  // A month of days is their sum, those that stay included.
  const inMonths = `${inScope(months, 't.month', 't.campaign_id')}${isMonthly && first !== undefined ? ` AND t.month >= ${firstOf(dialect, first)}` : ''}`;
  const isBefore = first === undefined || isMonthly ? undefined : `month < ${firstOf(dialect, first)}`;
  for (const [mart, daily, days] of [
    [campaignMonthly, isMonthly ? campaigns : tableOf(dialect, campaignDaily), campaignDaily],
    [responseMonthly, isMonthly ? responses : tableOf(dialect, responseDaily), responseDaily],
  ] as const) {
    const fresh = await builder.scratch(mart.name, monthlyRows(dialect, mart, daily, name, months));
    // Nor does one go of which only the sum was kept, when the fact knew months only.
    const kept = isBefore === undefined ? [] : await monthsWithoutDays(builder, name, mart, days, isBefore);
    const isOther = kept.length === 0 ? '' : ` AND t.month NOT IN (${kept.join(', ')})`;
    changes.set(mart, await apply(mart, fresh, `${inMonths}${isOther}`));
  }
  return { changes, undated: Number(lost?.n), foreignChannels: foreign.map(({ channel }) => channel), lookups };
}

const firstOf = ({ literal }: SqlDialect, day: string): string => `CAST(${literal(`${day.slice(0, 7)}-01`)} AS date)`;

/** Months of a fact in the marts that have none of its days there, as SQL. */
async function monthsWithoutDays(
  { sql, dialect }: Builder,
  name: string,
  monthly: TableDefinition,
  daily: TableDefinition,
  condition: string,
): Promise<readonly string[]> {
  const found = await sql.query<{ month: string }>(
    `SELECT CAST(m.month AS text) AS month FROM (
       SELECT month FROM ${tableOf(dialect, monthly)} WHERE fact = ${name} AND ${condition}
       EXCEPT SELECT ${dialect.monthOf('date')} FROM ${tableOf(dialect, daily)} WHERE fact = ${name}) m ORDER BY 1`,
  );
  return found.map(({ month }) => firstOf(dialect, month));
}

/** A month that is kept in part stays whole where months are told, or were when it was kept, under whatever name. */
async function firstOpenDay(
  builder: Builder,
  { name, fact }: CompiledFact,
  kept: readonly Kept[],
): Promise<string | undefined> {
  const { dialect, marts } = builder;
  const { campaignMonthly, campaignDaily } = marts;
  const days: string[] = [];
  for (const { of, before } of kept) {
    const isThat = `month = ${firstOf(dialect, before)}`;
    const isWhole =
      (fact.grain === 'month' && of === name) ||
      (of !== undefined &&
        (await monthsWithoutDays(builder, dialect.literal(of), campaignMonthly, campaignDaily, isThat)).length > 0);
    days.push(isWhole ? firstMonthAfter(before) : before);
  }
  return days.toSorted().at(-1);
}

/** By what no configuration names any more nothing is broken down. */
const formerDimensions = ({ own = NOTHING_OWN }: CompiledFact, { quote }: SqlDialect, { responseDaily }: Marts) =>
  responseDaily.columns
    .slice(responseDaily.columns.findIndex(({ name }) => name === 'updated_at') + 1)
    .filter(({ name }) => !own.dimensions.some((one) => one.name === name))
    .map(({ name }) => `'' AS ${quote(name)}`);

/** And what none names is not measured. */
const measuresIn = ({ own = NOTHING_OWN }: CompiledFact, { quote, sqlType }: SqlDialect, { campaignDaily }: Marts) =>
  campaignDaily.columns
    .filter(({ type, nullable }) => nullable === true && (type === 'bigint' || type === 'money'))
    .map(({ name, type }) =>
      (MEASURES as readonly string[]).includes(name) || own.measures.some((one) => one.name === name)
        ? quote(name)
        : `CAST(NULL AS ${sqlType(type)}) AS ${quote(name)}`,
    );

/** Takes the rows of a fact out of all marts, but for the days that stay as they are. */
export async function removeFact(builder: Builder, name: string, from?: string): Promise<FactChanges> {
  const { sql, dialect, marts, now } = builder;
  const changes = new Map<TableDefinition, MartChanges>();
  const own = `t.fact = ${dialect.literal(name)}`;
  const month = from === undefined ? undefined : firstOf(dialect, from);
  const remove = async (mart: TableDefinition, period: string) => {
    const open = fromDay(`t.${period}`, from, dialect);
    const [row] = await sql.query<{ n: number }>(
      dialect.counted(`DELETE FROM ${tableOf(dialect, mart)} t WHERE ${own} AND ${open}`),
    );
    return addChanges(NO_CHANGES, { ...NO_CHANGES, deleted: Number(row?.n) });
  };
  for (const [daily, monthly] of [
    [marts.campaignDaily, marts.campaignMonthly],
    [marts.responseDaily, marts.responseMonthly],
  ] as const) {
    const isOfThat = `month = ${month}`;
    const isWhole =
      month !== undefined &&
      (await monthsWithoutDays(builder, dialect.literal(name), monthly, daily, isOfThat)).length > 0;
    changes.set(daily, await remove(daily, 'date'));
    changes.set(monthly, await remove(monthly, 'month'));
    if (month === undefined || isWhole) continue;
    // Of a month in which that day lies the days before it are left.
    const rows = monthlyRows(dialect, monthly, tableOf(dialect, daily), dialect.literal(name), WHOLE);
    const fresh = await builder.scratch(monthly.name, `SELECT m.* FROM (${rows}) m WHERE m.${isOfThat}`);
    const changed = await applyDifference(sql, dialect, monthly, fresh, `${own} AND t.${isOfThat}`, now);
    changes.set(monthly, addChanges(changes.get(monthly)!, changed));
  }
  return { changes, undated: 0, foreignChannels: [], lookups: [] };
}

async function monthsOf({ sql, scratch, dialect }: Builder, scope: Scope): Promise<Scope> {
  if (scope.whole) return WHOLE;
  return scopeIn(
    sql,
    await scratch('months', `SELECT DISTINCT ${dialect.monthOf('day')} AS day, campaign FROM ${scope.table}`),
  );
}

/** A month is the sum of its days: null where no day measures it. Names are those of its last day. */
function monthlyRows(dialect: SqlDialect, mart: TableDefinition, daily: string, name: string, months: Scope): string {
  const month = dialect.monthOf('d.date');
  const values = new Set(['campaign_name', 'variant_name', 'origin', 'time_zone', 'is_primary']);
  const { quote } = dialect;
  const key = mart.key.map((column) => (column === 'month' ? `${month} AS month` : `d.${quote(column)}`));
  const rest = mart.columns
    .filter(({ name: column }) => !mart.key.includes(column) && column !== 'updated_at')
    .map(({ name: column, type }) =>
      values.has(column)
        ? `CAST(${dialect.latest(`d.${column}`, 'd.date')} AS ${dialect.sqlType(type)}) AS ${column}`
        : `CAST(sum(d.${quote(column)}) AS ${dialect.sqlType(type)}) AS ${quote(column)}`,
    );
  const grouped = mart.key.map((column) => (column === 'month' ? month : `d.${quote(column)}`));
  return `SELECT ${[...key, ...rest].join(', ')} FROM ${daily} d
           WHERE d.fact = ${name} AND ${inScope(months, month, 'd.campaign_id')} GROUP BY ${grouped.join(', ')}`;
}

function emptyOf(dialect: SqlDialect, mart: TableDefinition): string {
  const columns = mart.columns.map(
    ({ name, type }) => `CAST(NULL AS ${dialect.sqlType(type)}) AS ${dialect.quote(name)}`,
  );
  return `SELECT ${columns.join(', ')} WHERE false`;
}
