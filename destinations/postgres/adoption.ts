import type pg from 'pg';
import { ConnectorError, type Adoption, type Field, type TableSpec } from '#sdk';
import { ADOPTION_SLICE, adoptedSource } from '../sql/conflicts.js';
import {
  checkFit,
  holdsKey,
  left,
  ownColumns,
  ownDefinition,
  refuseOtherKinds,
  refuseRepeated,
} from './adoption-checks.js';
import { sqlType, tableName } from './columns.js';
import { inTransaction } from './connection.js';
import { lockTable } from './fence.js';
import { findTable, isAdopted, uniqueKeys, type FoundTable } from './found-table.js';
import { literal, quote } from './names.js';
import { checkChange, checkUse } from './rights.js';

export interface Adopting {
  readonly metadata: string;
  readonly run: string;
  readonly underFence: (client: pg.PoolClient) => Promise<void>;
}

/**
 * Adopts the table in one transaction, or with `adopting` absent tells what that would do. Writers wait while keys are compared,
 * readers only while columns are added.
 */
export function adoptTable(
  pool: pg.Pool,
  table: TableSpec,
  added: readonly Field[],
  adopting: Adopting | undefined,
): Promise<Adoption> {
  const target = tableName(table);
  return inTransaction(pool, `adopting table ${target}`, async (client) => {
    if (adopting !== undefined) {
      await lockTable(client, table);
      await adopting.underFence(client);
      // Short, since all who come after it wait too; it is tried again.
      await client.query("SET LOCAL lock_timeout = '5s'");
    }
    const found = await findTable(client, table);
    if (found === undefined) throw new ConnectorError('transient', `Table ${target} was there and is gone.`);
    refuseOtherKinds(table, found);
    const keys = table.write === 'append' ? [] : await uniqueKeys(client, found.oid);
    checkFit(table, found, keys, 'foreign');
    const plan = planAdoption(table, found, keys, added);
    await checkUse(client, table, found);
    if (adopting !== undefined) await client.query(`LOCK TABLE ${target} IN SHARE ROW EXCLUSIVE MODE`);
    // Of files without a key the rows that are there have none.
    if (plan.index !== undefined && !table.key.includes('_source_row')) await refuseRepeated(client, table);
    // Behind that, since what it lets the owner run may be an index that cannot be made while keys repeat.
    await checkChange(client, table, found, changesOf(table, plan), plan.index);
    const { rows: counted } = await client.query<{ n: number }>(`SELECT count(*) AS n FROM ${target}`);
    const rows = Number(counted[0]?.n);
    if (adopting !== undefined && !(await isAdopted(client, adopting.metadata, table))) {
      for (const statement of changesOf(table, plan)) await client.query(statement);
      await record(client, table, adopting, rows);
    }
    return { table: `${table.schema}.${table.name}`, rows, ...plan };
  });
}

type Plan = Omit<Adoption, 'table' | 'rows'>;

const changesOf = (table: TableSpec, { added, index }: Plan): readonly string[] => [
  ...(added.length === 0
    ? []
    : [`ALTER TABLE ${tableName(table)} ${added.map((column) => `ADD COLUMN ${column}`).join(', ')}`]),
  ...(index === undefined ? [] : [index]),
];

function planAdoption(
  table: TableSpec,
  found: FoundTable,
  keys: readonly (readonly string[])[],
  added: readonly Field[],
): Plan {
  const there = new Set(found.columns.map(({ name }) => name));
  const needsIndex = table.write !== 'append' && table.key.length > 0 && !holdsKey(table, keys);
  return {
    added: [
      ...added.filter(({ name }) => !there.has(name)).map((field) => `${quote(field.name)} ${sqlType(field)}`),
      ...ownColumns(table)
        .filter((name) => !there.has(name))
        .map(ownDefinition),
    ],
    kept: left(table, found).map(({ name }) => name),
    ...(needsIndex ? { index: `CREATE UNIQUE INDEX ON ${tableName(table)} (${table.key.map(quote).join(', ')})` } : {}),
  };
}

/** The days that the rows feed are all to be built, and the lineage says where rows without a run came from. */
async function record(
  client: pg.ClientBase,
  table: TableSpec,
  { metadata, run }: Adopting,
  rows: number,
): Promise<void> {
  for (const fact of new Set(table.marks.map((mark) => mark.fact)))
    await client.query(
      `INSERT INTO ${quote(metadata)}.dirty (fact, day, campaign, run_id, marked_at) VALUES ($1, NULL, NULL, ${literal(run)}::uuid, now())`,
      [fact],
    );
  await client.query(
    `INSERT INTO ${quote(metadata)}.lineage (connection, stream, slice, run_id, source, records, committed_at)
     VALUES ($1, $2, $3, $4, $5, $6, now())`,
    [table.connection, table.stream, ADOPTION_SLICE, run, adoptedSource(table), rows],
  );
}
