import type pg from 'pg';
import { ConnectorError, OWN_COLUMNS, type Field, type SchemaChange, type TableSpec, type TableState } from '#sdk';
import { fieldType } from '../sql/postgres.types.js';
import { columnDefinitions, sqlType, tableName } from './columns.js';
import { inTransaction } from './connection.js';
import { ensureSchema } from './metadata.js';
import { quote } from './names.js';

const MAX_IDENTIFIER_BYTES = 63;

export async function describeTable(pool: pg.Pool, table: TableSpec): Promise<TableState | undefined> {
  const columns = await pool.query<{
    name: string;
    udt: string;
    nullable: boolean;
    precision: number | null;
    scale: number | null;
  }>(
    `SELECT column_name AS name, udt_name AS udt, is_nullable = 'YES' AS nullable,
            numeric_precision AS precision, numeric_scale AS scale
       FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
    [table.schema, table.name],
  );
  if (columns.rows.length === 0) return undefined;
  if (!columns.rows.some(({ name }) => name === '_run_id'))
    throw new ConnectorError('config', `Table ${tableName(table)} exists and was not made by Tributary.`, {
      stream: table.stream,
      hint: `Rename that table, or give connection "${table.connection}" another schema.`,
    });
  const fields = columns.rows
    .filter(({ name }) => !OWN_COLUMNS.has(name))
    .map(({ name, udt, nullable, precision, scale }): Field => {
      const type = fieldType(udt);
      if (type === undefined)
        throw new ConnectorError(
          'schema',
          `Column "${name}" of ${tableName(table)} has type ${udt}, which Tributary does not load.`,
          {
            stream: table.stream,
          },
        );
      const bounds = type === 'decimal' && precision !== null ? { precision, scale: scale ?? 0 } : {};
      return { name, type, nullable, ...bounds };
    });
  const key = await primaryKeyOf(pool, table);
  if (key.join() !== table.key.join() && table.write !== 'append')
    throw new ConnectorError(
      'schema',
      `Table ${tableName(table)} has the key (${key.join(', ')}), the stream has (${table.key.join(', ')}).`,
      {
        stream: table.stream,
        hint: 'A table keeps its key. Load into another schema, or drop the table and reset the state of the stream.',
      },
    );
  return { fields };
}

async function primaryKeyOf(pool: pg.Pool, table: TableSpec): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i
       JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE i.indisprimary AND n.nspname = $1 AND c.relname = $2 ORDER BY k.place`,
    [table.schema, table.name],
  );
  return rows.map(({ name }) => name);
}

/** Names that Postgres would cut silently are refused, since two of them could become one. */
export function checkNames(table: TableSpec): void {
  for (const name of [table.schema, table.name, ...table.fields.map((field) => field.name)])
    if (Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES)
      throw new ConnectorError(
        'config',
        `"${name}" is longer than the ${MAX_IDENTIFIER_BYTES} bytes that Postgres keeps of a name.`,
        {
          stream: table.stream,
          hint: 'Give the column a shorter name by `map: [{ rename: … }]`.',
        },
      );
}

/** `key: false` leaves the key out, for a first load that builds it afterwards. */
export async function createTable(
  client: pg.ClientBase,
  table: TableSpec,
  options: { readonly key: boolean },
): Promise<void> {
  checkNames(table);
  await ensureSchema(client, table.schema);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${tableName(table)} (${columnDefinitions(table)}${options.key ? keyClause(table) : ''})`,
  );
}

function keyClause(table: TableSpec): string {
  return table.key.length === 0 || table.write === 'append' ? '' : `, PRIMARY KEY (${table.key.map(quote).join(', ')})`;
}

/** Adds, widens and loosens columns in one transaction under the fence; a column that is gone from the stream stays. */
export async function evolveTable(
  pool: pg.Pool,
  table: TableSpec,
  change: SchemaChange,
  underFence: (client: pg.PoolClient) => Promise<void>,
  probe: (point: string) => Promise<void> | void,
): Promise<void> {
  const actions = [
    ...change.added.map((field) => `ADD COLUMN ${quote(field.name)} ${sqlType(field)}`),
    ...change.retyped.map(({ name, to }) => {
      const type = sqlType(to);
      return `ALTER COLUMN ${quote(name)} TYPE ${type} USING ${quote(name)}::${type}`;
    }),
    ...change.loosened.map((name) => `ALTER COLUMN ${quote(name)} DROP NOT NULL`),
  ];
  if (actions.length === 0) return;
  try {
    await inTransaction(pool, `changing table ${tableName(table)}`, async (client) => {
      await underFence(client);
      // Short, since all who come after it wait too; it is tried again.
      await client.query("SET LOCAL lock_timeout = '5s'");
      await client.query(`ALTER TABLE ${tableName(table)} ${actions.join(', ')}`);
      await probe('in_schema_change');
    });
  } catch (error) {
    const { code, detail } = ((error as Error).cause ?? {}) as { code?: string; detail?: string };
    // 0A000: a view uses the column. The detail names the view and no value.
    if (code === '0A000')
      throw new ConnectorError(
        'schema',
        `Table ${tableName(table)} cannot be changed: ${detail ?? 'a view depends on it'}.`,
        {
          stream: table.stream,
          hint: 'Drop or redefine the view, then run again; nothing was changed.',
          cause: error,
        },
      );
    if (code === '55P03')
      throw new ConnectorError(
        'transient',
        `Table ${tableName(table)} cannot be changed now: it is in use${await whoUses(pool, table)}.`,
        {
          stream: table.stream,
          hint: 'Wait until that session has ended, or end it, then run again; nothing was changed.',
          cause: error,
        },
      );
    throw error;
  }
}

/** The sessions that have a lock on the table, as ` by "name" (process 1)`; of other roles' the server tells the process alone. */
async function whoUses(pool: pg.Pool, table: TableSpec): Promise<string> {
  const { rows } = await pool.query<{ name: string | null; pid: number }>(
    `SELECT DISTINCT nullif(a.application_name, '') AS name, l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.relation = to_regclass($1) AND l.granted AND l.pid <> pg_backend_pid() ORDER BY 2 LIMIT 3`,
    [tableName(table)],
  );
  const users = rows.map(({ name, pid }) => `${name === null ? 'a session' : `"${name}"`} (process ${pid})`);
  return users.length === 0 ? '' : ` by ${users.join(', ')}`;
}
