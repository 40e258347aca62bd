import type { SqlSession } from '#sdk';
import type { SqlDialect, TableDefinition } from '../../destinations/sql/index.js';

export interface MartChanges {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export const NO_CHANGES: MartChanges = { inserted: 0, updated: 0, deleted: 0 };

export const addChanges = (left: MartChanges, right: MartChanges): MartChanges => ({
  inserted: left.inserted + right.inserted,
  updated: left.updated + right.updated,
  deleted: left.deleted + right.deleted,
});

export const tableOf = (dialect: SqlDialect, { schema, name }: TableDefinition): string =>
  `${dialect.quote(schema)}.${dialect.quote(name)}`;

/**
 * Makes the rows of a mart that `within` picks (of alias `t`) those of the table `fresh`, and writes only rows that differ:
 * what is rebuilt without a change keeps its `updated_at`.
 */
export async function applyDifference(
  sql: SqlSession,
  dialect: SqlDialect,
  mart: TableDefinition,
  fresh: string,
  within: string,
  now: string,
): Promise<MartChanges> {
  const { quote } = dialect;
  const target = tableOf(dialect, mart);
  const written = async (statement: string) => {
    const [row] = await sql.query<{ n: number }>(dialect.counted(statement));
    return Number(row?.n);
  };
  const match = mart.key.map((name) => `t.${quote(name)} = s.${quote(name)}`).join(' AND ');
  const columns = mart.columns.filter(({ name }) => name !== 'updated_at').map(({ name }) => quote(name));
  const values = columns.filter((column) => !mart.key.map(quote).includes(column));
  const side = (alias: string) => values.map((column) => `${alias}.${column}`);
  return {
    deleted: await written(
      `DELETE FROM ${target} t WHERE ${within} AND NOT EXISTS (SELECT 1 FROM ${fresh} s WHERE ${match})`,
    ),
    updated: await written(
      dialect.update(
        target,
        [...values.map((column) => `${column} = s.${column}`), `updated_at = ${now}`],
        `${fresh} s`,
        `${match} AND ${dialect.differ(side('t'), side('s'))}`,
      ),
    ),
    inserted: await written(
      `INSERT INTO ${target} (${columns.join(', ')}, updated_at)
       SELECT ${columns.map((column) => `s.${column}`).join(', ')}, ${now} FROM ${fresh} s
        WHERE NOT EXISTS (SELECT 1 FROM ${target} t WHERE ${match})`,
    ),
  };
}
