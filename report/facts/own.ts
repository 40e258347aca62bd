import { MONEY_MEASURES, type SqlSession } from '#sdk';
import type { ColumnDefinition, SqlDialect, TableDefinition } from '../../destinations/sql/index.js';
import type { Standard } from './fact.js';

/**
 * A measure of a user's own. `count` and `amount` (two decimals) are added up and stand in the marts under their name; `percent`
 * and `quotient` are `of` ÷ `per`, each a measure, own or built in, or `responded`.
 */
export interface OwnMeasure {
  readonly name: string;
  readonly title: string;
  readonly unit?: string;
  readonly definition: string;
  readonly kind: 'count' | 'amount' | 'percent' | 'quotient';
  readonly of?: string;
  readonly per?: string;
}

export interface OwnDimension {
  readonly name: string;
  readonly title: string;
  readonly definition?: string;
  readonly standard?: Standard;
  /** What stands where a row has no value. Absent: `(unknown)`. */
  readonly default?: string;
  /** It tells of members: small counts by it are hidden. */
  readonly isProtected: boolean;
}

export interface OwnFigures {
  readonly measures: readonly OwnMeasure[];
  readonly dimensions: readonly OwnDimension[];
}

export const NOTHING_OWN: OwnFigures = { measures: [], dimensions: [] };

/** Those that stand in the marts. */
export const isSum = ({ kind }: OwnMeasure): boolean => kind === 'count' || kind === 'amount';
export const sumsOf = ({ measures }: OwnFigures): readonly OwnMeasure[] => measures.filter(isSum);
export const ratiosOf = ({ measures }: OwnFigures): readonly OwnMeasure[] => measures.filter((one) => !isSum(one));

export const columnOfMeasure = ({ name, kind }: OwnMeasure): ColumnDefinition => ({
  name,
  type: kind === 'amount' ? 'money' : 'bigint',
  nullable: true,
});

/** The two sides of a ratio, as a release keeps them: what the campaigns that measure both have of each. */
export const SIDES = ['of', 'per'] as const;
export const sideOf = (ratio: OwnMeasure, side: (typeof SIDES)[number]): string => `${ratio.name}_${side}`;

/** True of money, built in or own. */
export const isAmount = (own: OwnFigures, measure: string): boolean =>
  (MONEY_MEASURES as readonly string[]).includes(measure) ||
  own.measures.some(({ name, kind }) => name === measure && kind === 'amount');

interface OwnSetting {
  readonly title: string;
  readonly unit?: string;
  readonly definition: string;
  readonly type: 'count' | 'amount';
  readonly ratio?: { readonly of: string; readonly per: string; readonly as: 'percent' | 'number' };
}

interface DimensionSetting {
  readonly title: string;
  readonly definition?: string;
  readonly values?: Standard;
  readonly default?: string;
  readonly suppress: boolean;
}

/** As the configuration says it. */
export function ownFigures(settings: {
  readonly measures?: Readonly<Record<string, OwnSetting>> | undefined;
  readonly dimensions?: Readonly<Record<string, DimensionSetting>> | undefined;
}): OwnFigures {
  return {
    measures: Object.entries(settings.measures ?? {}).map(([name, { title, unit, definition, type, ratio }]) => ({
      name,
      title,
      ...(unit === undefined ? {} : { unit }),
      definition,
      ...(ratio === undefined
        ? { kind: type }
        : { kind: ratio.as === 'percent' ? 'percent' : 'quotient', of: ratio.of, per: ratio.per }),
    })),
    dimensions: Object.entries(settings.dimensions ?? {}).map(([name, { title, suppress, values, ...more }]) => ({
      name,
      title,
      isProtected: suppress,
      ...(values === undefined ? {} : { standard: values }),
      ...(more.default === undefined ? {} : { default: more.default }),
      ...(more.definition === undefined ? {} : { definition: more.definition }),
    })),
  };
}

/** The columns of a table of the report's schema as it stands, with their kinds (`text`, `bigint`, `numeric`); none where there is none. */
export async function columnsIn(
  sql: SqlSession,
  { literal, storedName, shownName, kindColumn }: SqlDialect,
  table: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query<{ column_name: string; kind: string }>(
    `SELECT column_name, ${kindColumn} AS kind FROM information_schema.columns
      WHERE table_schema = ${literal(storedName('report'))} AND table_name = ${literal(storedName(table))} ORDER BY ordinal_position`,
  );
  return new Map(rows.map(({ column_name, kind }) => [shownName(column_name), kind]));
}

/** As far as the marts have them: what the configuration is newer with than the last build is not measured yet. */
export async function presentIn(sql: SqlSession, dialect: SqlDialect, own: OwnFigures): Promise<OwnFigures> {
  if (own.measures.length + own.dimensions.length === 0) return own;
  const columns = await columnsIn(sql, dialect, 'campaign_monthly');
  const isThere = (name: string | undefined) =>
    name === undefined || columns.has(name) || !own.measures.some((one) => one.name === name);
  return {
    measures: own.measures.filter((one) => (isSum(one) ? columns.has(one.name) : isThere(one.of) && isThere(one.per))),
    dimensions: own.dimensions.filter(({ name }) => columns.has(name)),
  };
}

/** Gives a table that is there the columns that it lacks, and the key that it is to have; rows stay as they are. */
export async function extendTable(sql: SqlSession, dialect: SqlDialect, table: TableDefinition): Promise<void> {
  const present = await columnsIn(sql, dialect, table.name);
  const missing = table.columns.filter(({ name }) => !present.has(name));
  for (const column of missing)
    try {
      await sql.query(dialect.addColumn(table, column));
    } catch (error) {
      // Where no lock keeps builds apart, another one may have been first.
      const present = await columnsIn(sql, dialect, table.name).catch(() => undefined);
      if (present?.has(column.name) !== true) throw error;
    }
  if (missing.some(({ name }) => table.key.includes(name)))
    for (const statement of dialect.changeKey(table)) await sql.query(statement);
}
