import type { SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';
import { withinOf, type Filter, type Period } from './figures.js';

/** Responses of one type, in one place. */
export interface Responses {
  readonly at: Readonly<Record<string, string>>;
  /** Of the campaign. */
  readonly name: string;
  /** Null where it is not measured. */
  readonly responded: number | null;
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
      WHERE ${withinOf(period)} AND NOT is_control${only.join('')} GROUP BY ${quoted.join(', ')}
      ORDER BY sum(responded) DESC NULLS LAST, ${quoted.join(', ')}`,
  );
  return rows.map(({ name, responded_in_all, ...at }) => ({
    at: at as Record<string, string>,
    name: String(name),
    responded: responded_in_all === null ? null : Number(responded_in_all),
  }));
}
