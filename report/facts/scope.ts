/**
 * Which days and campaigns of a fact are to be rebuilt: all of them, or the pairs in a scratch table, where a null stands
 * for all days or all campaigns.
 */
export type Scope = { readonly whole: true } | { readonly whole: false; readonly table: string };

export const WHOLE: Scope = { whole: true };

/** Sets, not a join: the database then looks each row up instead of comparing it with every mark. */
export function inScope(scope: Scope, day: string, campaign: string): string {
  if (scope.whole) return 'true';
  const { table } = scope;
  return `((${day}, ${campaign}) IN (SELECT day, campaign FROM ${table} WHERE day IS NOT NULL AND campaign IS NOT NULL)
    OR ${day} IN (SELECT day FROM ${table} WHERE day IS NOT NULL AND campaign IS NULL)
    OR ${campaign} IN (SELECT campaign FROM ${table} WHERE day IS NULL))`;
}
