import type { SqlSession } from '#sdk';

/**
 * Which days and campaigns of a fact are to be rebuilt: all of them, or the pairs in a scratch table, where a null stands
 * for all days or all campaigns.
 */
export type Scope =
  | { readonly whole: true }
  | {
      readonly whole: false;
      readonly table: string;
      /** The first and last of its days, where none stands for all days. */
      readonly days?: { readonly first: string; readonly last: string };
    };

export const WHOLE: Scope = { whole: true };

/** The scope that a scratch table holds. */
export async function scopeIn(sql: SqlSession, table: string): Promise<Scope> {
  const [row] = await sql.query<{ first: string | null; last: string | null; open: number }>(
    `SELECT CAST(min(day) AS text) AS first, CAST(max(day) AS text) AS last, count(*) - count(day) AS open FROM ${table}`,
  );
  const { first = null, last = null, open } = row ?? {};
  return first === null || last === null || Number(open) > 0
    ? { whole: false, table }
    : { whole: false, table, days: { first, last } };
}

/** Sets, not a join: the database then looks each row up instead of comparing it with every mark; and between two days, which an index finds. */
export function inScope(scope: Scope, day: string, campaign: string): string {
  if (scope.whole) return 'true';
  const { table, days } = scope;
  const between = days === undefined ? '' : `${day} BETWEEN '${days.first}' AND '${days.last}' AND `;
  return `(${between}((${day}, ${campaign}) IN (SELECT day, campaign FROM ${table} WHERE day IS NOT NULL AND campaign IS NOT NULL)
    OR ${day} IN (SELECT day FROM ${table} WHERE day IS NOT NULL AND campaign IS NULL)
    OR ${campaign} IN (SELECT campaign FROM ${table} WHERE day IS NULL)))`;
}
