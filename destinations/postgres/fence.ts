import type pg from 'pg';
import { ConnectorError, type RunIdentity, type TableSpec } from '#sdk';
import { fromDriver, inTransaction } from './connection.js';
import { lockNumber, quote, stagingPrefix } from './names.js';

export interface Fence {
  readonly run: RunIdentity;
  readonly epoch: bigint;
}

/** Connections have no `#` in their names. */
export const fenceKey = ({ connection, part }: RunIdentity): string =>
  part === undefined ? connection : `${connection}#${part}`;

const locked = (connection: string) =>
  new ConnectorError('locked', `Another run of connection "${connection}" has taken over.`, {
    connection,
    hint: 'Nothing is wrong with the data: this run has committed nothing since. See `tributary runs list`.',
  });

/** Raises the epoch. Waits for commits in flight, which hold the row, but not for ever. */
export async function raiseFence(pool: pg.Pool, metadata: string, run: RunIdentity): Promise<Fence> {
  try {
    const epoch = await inTransaction(pool, 'raising the fence', async (client) => {
      await client.query("SET LOCAL lock_timeout = '30s'");
      const { rows } = await client.query<{ epoch: string }>(
        `INSERT INTO ${quote(metadata)}.fence AS f (connection, epoch, run_id, raised_at) VALUES ($1, 1, $2, now())
           ON CONFLICT (connection) DO UPDATE SET epoch = f.epoch + 1, run_id = excluded.run_id, raised_at = now()
         RETURNING epoch::text`,
        [fenceKey(run), run.id],
      );
      return BigInt(rows[0]?.epoch ?? 0);
    });
    return { run, epoch };
  } catch (error) {
    if (((error as Error).cause as { code?: string } | undefined)?.code === '55P03')
      throw new ConnectorError(
        'locked',
        `Another run of connection "${run.connection}" has been committing for 30 s.`,
        {
          connection: run.connection,
          hint: 'Wait for that run, or stop it; this one has read and written nothing.',
          cause: error,
        },
      );
    throw error;
  }
}

/** Whose the fence is. */
interface FenceOwner {
  readonly epoch: string;
  readonly run_id: string;
}

/** Holds the fence row until the transaction ends, and fails unless epoch and run are ours. Streams of one run share it. */
export async function holdFence(client: pg.ClientBase, metadata: string, fence: Fence): Promise<void> {
  refuseUnlessOurs(await lockFence(client, metadata, fence, 'SHARE'), fence);
}

/** Fails unless epoch and run are ours now; keeps nobody out. */
export async function lookAtFence(client: pg.ClientBase, metadata: string, fence: Fence): Promise<void> {
  refuseUnlessOurs(await ownerOf(client, metadata, fence), fence);
}

export async function lockFence(
  client: pg.ClientBase,
  metadata: string,
  fence: Fence,
  mode: 'SHARE' | 'UPDATE',
): Promise<FenceOwner | undefined> {
  await client.query(
    "SET LOCAL lock_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '60s'; SET LOCAL statement_timeout = 0",
  );
  return ownerOf(client, metadata, fence, `FOR ${mode}`);
}

async function ownerOf(
  client: pg.ClientBase,
  metadata: string,
  fence: Fence,
  lock = '',
): Promise<FenceOwner | undefined> {
  const { rows } = await client.query<FenceOwner & pg.QueryResultRow>(
    `SELECT epoch::text, run_id::text FROM ${quote(metadata)}.fence WHERE connection = $1 ${lock}`,
    [fenceKey(fence.run)],
  );
  return rows[0];
}

export function refuseUnlessOurs(owner: FenceOwner | undefined, fence: Fence): void {
  if (owner === undefined || owner.epoch !== String(fence.epoch) || owner.run_id !== fence.run.id)
    throw locked(fence.run.connection);
}

/** "merg": the advisory locks by which merges into one table go one after the other. */
const MERGING = 0x6d65_7267;

/**
 * Parts of a backfill and an ordinary run write to one table under fences of their own. One at a time compares and writes, so
 * that no row is doubled, the newer version wins, and nobody waits for anybody in a circle. Ends with the transaction.
 */
export async function lockTable(client: pg.ClientBase, { schema, name }: TableSpec): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', [MERGING, lockNumber(`${schema}.${name}`)]);
}

/** "load": the advisory locks by which first loads of a connection can be seen from outside. */
const LOADING = 0x6c6f_6164;

/** Marks the open transaction as a first load of the connection, until it ends. */
export async function markFirstLoad(client: pg.ClientBase, connection: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [LOADING, lockNumber(connection)]);
}

/**
 * A first load holds a table that nobody can see yet, and the fence not before its end. It can commit nothing any more once
 * the fence is raised, so its session is ended rather than waited for. The fence is held meanwhile: a first load that begins
 * afterwards may be that of a run that has taken over from this one.
 */
export async function endOlderFirstLoads(pool: pg.Pool, metadata: string, fence: Fence): Promise<void> {
  await inTransaction(pool, 'ending first loads of older runs', async (client) => {
    await holdFence(client, metadata, fence);
    await client.query(
      `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.classid::bigint = $1 AND l.objid::bigint = $2 AND l.objsubid = 2
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND a.usename = current_user AND l.pid <> pg_backend_pid()`,
      [LOADING, lockNumber(fenceKey(fence.run))],
    );
  });
}

/** No run goes on for so many days without a checkpoint. */
const IDLE_DAYS = 7;

/**
 * Removes the staging tables that older epochs left, of this fence and of the others of its connection: that of a part of a backfill
 * is raised by nobody any more once the part is done. One that a zombie still fills is left to the next run.
 */
export async function dropStaleStaging(pool: pg.Pool, metadata: string, { run }: Fence): Promise<void> {
  const m = quote(metadata);
  const { rows: fences } = await pool.query<{ key: string; epoch: string; idle: boolean }>(
    `SELECT f.connection AS key, f.epoch::text, f.raised_at < now() - interval '${IDLE_DAYS} days' AND NOT EXISTS (
            SELECT FROM ${m}.ledger l WHERE l.run_id = f.run_id AND l.committed_at >= now() - interval '${IDLE_DAYS} days') AS idle
       FROM ${m}.fence f WHERE f.connection = $1 OR starts_with(f.connection, $1 || '#')`,
    [run.connection],
  );
  const known = new Map(fences.map((fence) => [stagingPrefix(fence.key), fence]));
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind = 'r' AND starts_with(relname, 'stg_')`,
    [metadata],
  );
  for (const { name } of rows) {
    const [, prefix = '', epoch = '0'] = /^(stg_[0-9a-f]+_)(\d+)_/.exec(name) ?? [];
    const fence = known.get(prefix);
    if (fence === undefined) continue;
    if (BigInt(epoch) >= BigInt(fence.epoch) && !(fence.idle && fence.key !== fenceKey(run))) continue;
    try {
      await inTransaction(pool, 'removing staging of a dead run', async (client) => {
        await client.query("SET LOCAL lock_timeout = '2s'");
        await client.query(`DROP TABLE IF EXISTS ${quote(metadata)}.${quote(name)}`);
      });
    } catch (error) {
      const { code } = (fromDriver(error, 'clean-up').cause ?? {}) as { code?: string };
      if (code !== '55P03') throw error;
    }
  }
}
