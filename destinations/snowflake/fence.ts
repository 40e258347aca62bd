import { ConnectorError, type RunIdentity } from '#sdk';
import { isLockTimeout } from './errors.js';
import type { SnowflakeConnection } from './connection.js';
import { fenceKey, ownTable, transactionName } from './names.js';
import type { Pool } from './pool.js';

export interface Fence {
  readonly run: RunIdentity;
  readonly epoch: bigint;
}

export const takenOver = ({ run: { connection } }: Fence): ConnectorError =>
  new ConnectorError('locked', `Another run of connection "${connection}" has taken over.`, {
    connection,
    hint: 'Nothing is wrong with the data: this run has committed nothing since. See `tributary runs list`.',
  });

/**
 * Raises the epoch. Waits for a commit in flight, which holds the lock of the fence's table, and ends one that is not over
 * when its time is: the run that it belongs to is a dead one, whose transaction the server would keep for minutes or hours.
 */
export async function raiseFence(pool: Pool, metadata: string, run: RunIdentity): Promise<Fence> {
  const raise = () =>
    pool.transaction('raising the fence', async (connection) => {
      const fence = ownTable(metadata, 'fence', run.connection);
      const key = fenceKey(run);
      // The lock of the table comes with it, also where the row is new.
      await connection.run(
        `MERGE INTO ${fence} t USING (SELECT ? AS connection, ? AS run_id) s ON t.connection = s.connection
         WHEN MATCHED THEN UPDATE SET epoch = t.epoch + 1, run_id = s.run_id, raised_at = CURRENT_TIMESTAMP(6), held_at = CURRENT_TIMESTAMP(6)
         WHEN NOT MATCHED THEN INSERT (connection, epoch, run_id, raised_at, held_at)
           VALUES (s.connection, 1, s.run_id, CURRENT_TIMESTAMP(6), CURRENT_TIMESTAMP(6))`,
        [key, run.id],
      );
      const owner = await ownerOf(connection, metadata, run);
      return { run, epoch: BigInt(owner?.epoch ?? 0) };
    });
  try {
    return await raise();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
  }
  await endTransactionsOf(pool, fenceKey(run));
  try {
    return await raise();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new ConnectorError('locked', `The fence of connection "${run.connection}" is held by another transaction.`, {
      connection: run.connection,
      hint: 'See SHOW LOCKS in the account, and end that transaction with SYSTEM$ABORT_TRANSACTION; this run has read and written nothing.',
      cause: error,
    });
  }
}

/** Ends transactions of runs of this fence that are still open; by their names, so that nobody else's are. */
export async function endTransactionsOf(pool: Pool, key: string): Promise<void> {
  const prefix = transactionName(key, 0n).slice(0, -1);
  await pool.use('ending transactions of a dead run', async (connection) => {
    const open = await connection.query<{ id: unknown; name: unknown }>('SHOW TRANSACTIONS');
    for (const { id, name } of open)
      if (String(name).toLowerCase().startsWith(prefix))
        await connection.run(`SELECT SYSTEM$ABORT_TRANSACTION(${String(id).replaceAll(/\D/g, '')})`);
  });
}

/** Whose the fence is. */
interface FenceOwner extends Record<string, unknown> {
  readonly epoch: number;
  readonly run_id: string;
}

async function ownerOf(
  connection: SnowflakeConnection,
  metadata: string,
  run: RunIdentity,
): Promise<FenceOwner | undefined> {
  const [owner] = await connection.query<FenceOwner>(
    `SELECT epoch, run_id FROM ${ownTable(metadata, 'fence', run.connection)} WHERE connection = ? ORDER BY epoch DESC LIMIT 1`,
    [fenceKey(run)],
  );
  return owner;
}

/**
 * Takes the lock of the fence's table, which an update holds until the transaction ends, and then, in a statement that sees what
 * was committed until now, reads whose it is. There are no row locks, so checkpoints of one connection go one after the other.
 */
export async function lockFence(
  connection: SnowflakeConnection,
  metadata: string,
  { run }: Fence,
): Promise<FenceOwner | undefined> {
  await connection.run(
    `UPDATE ${ownTable(metadata, 'fence', run.connection)} SET held_at = CURRENT_TIMESTAMP(6) WHERE connection = ?`,
    [fenceKey(run)],
  );
  return ownerOf(connection, metadata, run);
}

/** Holds the fence until the transaction ends, and fails unless epoch and run are ours. */
export async function holdFence(connection: SnowflakeConnection, metadata: string, fence: Fence): Promise<void> {
  refuseUnlessOurs(await lockFence(connection, metadata, fence), fence);
}

/** Fails unless epoch and run are ours now; keeps nobody out. Before DDL, which no transaction can hold. */
export async function lookAtFence(connection: SnowflakeConnection, metadata: string, fence: Fence): Promise<void> {
  refuseUnlessOurs(await ownerOf(connection, metadata, fence.run), fence);
}

export function refuseUnlessOurs(owner: FenceOwner | undefined, fence: Fence): void {
  if (owner === undefined || BigInt(owner.epoch) !== fence.epoch || owner.run_id !== fence.run.id)
    throw takenOver(fence);
}
