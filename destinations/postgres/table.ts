import type pg from 'pg';
import { ConnectorError, OWN_COLUMNS, type Field, type SchemaChange, type TableSpec, type TableState } from '#sdk';
import { notAdopted } from '../sql/conflicts.js';
import { checkFit, refuseOtherKinds } from './adoption-checks.js';
import { columnDefinitions, sqlType, tableName } from './columns.js';
import { inTransaction } from './connection.js';
import { fieldOf, findTable, isAdopted, uniqueKeys, type FoundTable } from './found-table.js';
import { ensureSchema } from './metadata.js';
import { checkUse } from './rights.js';
import { quote } from './names.js';

const MAX_IDENTIFIER_BYTES = 63;

/** Who has adopted what is looked up once for each table. */
export interface Adopted {
  readonly metadata: string;
  readonly known: Set<string>;
}

export async function describeTable(
  pool: pg.Pool,
  table: TableSpec,
  adopted: Adopted,
): Promise<TableState | undefined> {
  const found = await findTable(pool, table);
  if (found === undefined) return undefined;
  refuseOtherKinds(table, found);
  const origin = await originOf(pool, table, found, adopted);
  if (origin === 'foreign') {
    if (table.adopt !== true) throw notAdopted(table, tableName(table));
    // Whether it fits is looked at when it is adopted, by all columns that then come.
    await checkUse(pool, table, found);
  }
  const keys = origin === 'foreign' || table.write === 'append' ? [] : await uniqueKeys(pool, found.oid);
  if (origin === 'adopted') checkFit(table, found, keys, origin);
  else if (origin === undefined && table.write !== 'append' && (keys[0] ?? []).join() !== table.key.join())
    throw new ConnectorError(
      'schema',
      `Table ${tableName(table)} has the key (${(keys[0] ?? []).join(', ')}), the stream has (${table.key.join(', ')}).`,
      {
        stream: table.stream,
        hint: 'A table keeps its key. Load into another schema, or drop the table and reset the state of the stream.',
      },
    );
  const fields = found.columns
    .filter(({ name }) => !OWN_COLUMNS.has(name))
    .flatMap((column): Field[] => {
      const field = fieldOf(column);
      if (field !== undefined) return [field];
      // Of such a table only what the stream has needs to be known, and that was looked at.
      if (origin !== undefined) return [];
      throw new ConnectorError(
        'schema',
        `Column "${column.name}" of ${tableName(table)} has type ${column.udt}, which Tributary does not load.`,
        {
          stream: table.stream,
        },
      );
    });
  return origin === undefined ? { fields } : { fields, origin };
}

/** A table of ours says in every row which run has loaded it; one that was adopted has rows without. */
async function originOf(
  pool: pg.Pool,
  table: TableSpec,
  { columns }: FoundTable,
  { metadata, known }: Adopted,
): Promise<TableState['origin']> {
  const run = columns.find(({ name }) => name === '_run_id');
  if (run?.nullable === false) return undefined;
  if (run === undefined) return 'foreign';
  const name = `${table.stream} ${tableName(table)}`;
  if (!known.has(name) && !(await isAdopted(pool, metadata, table))) return 'foreign';
  known.add(name);
  return 'adopted';
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
    `CREATE TABLE IF NOT EXISTS ${tableName(table)} (${columnDefinitions(table)}${options.key ? keyClause(table) : ''})${isUpdated(table) ? ROOM_FOR_UPDATES : ''}`,
  );
}

const isUpdated = ({ key, write }: TableSpec) => key.length > 0 && write !== 'append';

/**
 * What finds room on the page of its former version needs no new entry in any index, which is a third of a merge that changes rows.
 * More room than that saved little more and makes the table larger.
 */
const ROOM_FOR_UPDATES = ' WITH (fillfactor = 90)';

function keyClause(table: TableSpec): string {
  return isUpdated(table) ? `, PRIMARY KEY (${table.key.map(quote).join(', ')})` : '';
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
