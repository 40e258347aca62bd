import type { SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';
import { monthOf } from './calendar.js';
import { withinOf, type Filter, type Period } from './figures.js';

/** Responses of one type, in one place. */
export interface Responses {
  readonly at: Readonly<Record<string, string>>;
  /** Of the campaign. */
  readonly name: string;
  /** Null where it is not measured. */
  readonly responded: number | null;
}

/**
 * A fact may tell a type on the day of the response and on that of its message: two ways to count the same, which are never added
 * up. The primary one counts, and where none is, that of the response (`min` of the two). Months say it of their days too.
 */
const countedOnce = (period: Period) =>
  `(is_primary OR (fact, response_type, basis) IN (
     SELECT fact, response_type, coalesce(max(CASE WHEN is_primary THEN basis END), min(basis))
       FROM report.response_monthly WHERE ${monthsOf(period)} GROUP BY fact, response_type))`;

function monthsOf(period: Period): string {
  if (period.kind !== 'days') return withinOf(period);
  return withinOf({ kind: 'months', from: monthOf(period.from), to: monthOf(period.to) });
}

/** Responses of a period, control groups left out, by columns of which one is `response_type`; largest first. */
export async function responsesBy(
  sql: SqlSession,
  period: Period,
  columns: readonly string[],
  {
    filter = {},
    isPrimary,
  }: {
    readonly filter?: Filter;
    /** Only those that make up `responded`, or only the others. */
    readonly isPrimary?: boolean;
  } = {},
): Promise<readonly Responses[]> {
  const { literal, quote } = dialectOf(sql);
  const only = Object.entries(filter).map(([column, value]) => ` AND ${quote(column)} = ${literal(value)}`);
  if (isPrimary !== undefined) only.push(isPrimary ? ' AND is_primary' : ' AND NOT is_primary');
  const quoted = columns.map(quote);
  const rows = await sql.query<Record<string, string | boolean | null>>(
    `SELECT ${quoted.map((column) => `CAST(${column} AS text) AS ${column}`).join(', ')}, max(campaign_name) AS name,
            CAST(sum(responded) AS bigint) AS responded_in_all
       FROM report.response_${period.kind === 'days' ? 'daily' : 'monthly'}
      WHERE ${withinOf(period)} AND NOT is_control AND ${countedOnce(period)}${only.join('')} GROUP BY ${quoted.join(', ')}
      ORDER BY sum(responded) DESC NULLS LAST, ${quoted.join(', ')}`,
  );
  return rows.map(({ name, responded_in_all, ...at }) => ({
    at: at as Record<string, string>,
    name: String(name),
    responded: responded_in_all === null ? null : Number(responded_in_all),
  }));
}
