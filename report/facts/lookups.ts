import type { SqlSession } from '#sdk';
import type { FactQuery } from './fact-query.js';

/** How many of the raw rows that were looked at have what is looked up for them, whatever `default` puts in its place. */
export interface Lookup {
  readonly dimension: string;
  readonly found: number;
  readonly of: number;
}

/** `rows` is what `query.rows` yields: a table, or a query in parentheses. */
export async function lookupsOf(sql: SqlSession, { lookups }: FactQuery, rows: string): Promise<readonly Lookup[]> {
  if (lookups.length === 0) return [];
  const sum = (column: string) => `CAST(coalesce(sum(x.${column}), 0) AS bigint) AS ${column}`;
  const columns = lookups.flatMap((name) => [sum(`found_${name}`), sum(`sought_${name}`)]);
  const [row] = await sql.query<Record<string, unknown>>(`SELECT ${columns.join(', ')} FROM ${rows} x`);
  const count = (column: string) => Number(row?.[column] ?? 0);
  return lookups
    .map((dimension) => ({ dimension, found: count(`found_${dimension}`), of: count(`sought_${dimension}`) }))
    .filter(({ of }) => of > 0);
}
