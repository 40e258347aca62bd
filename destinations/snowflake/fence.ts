import { ConnectorError, type RunIdentity } from '#sdk';
import { isLockTimeout } from './errors.js';
import type { SnowflakeConnection } from './connection.js';
import { fenceKey, fenceMark, ownTable } from './names.js';
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
  const held = await pool.use('looking at the fence', (connection) => ownerOf(connection, metadata, run));
  await endTransactionsOf(pool, metadata, { run, epoch: BigInt(held?.epoch ?? 0) });
  try {
    return await raise();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw await heldByAnother(pool, metadata, run, error);
  }
}

/** A fence of a connection: its own, or that of a part of a backfill. */
export interface KnownFence {
  readonly key: string;
  readonly epoch: bigint;
  readonly run_id: string;
  /** Nobody has raised or held it for so long that its run is none that goes on. */
  readonly isIdle: boolean;
}

/** No run goes on for so many days without a checkpoint. */
const IDLE_DAYS = 7;

/** All fences of a connection by their marks, which names of what they leave behind hold. */
export async function fencesOf(
  connection: SnowflakeConnection,
  metadata: string,
  name: string,
): Promise<ReadonlyMap<string, KnownFence>> {
  const rows = await connection.query<FenceOwner & { connection: string; idle: boolean }>(
    `SELECT connection, epoch, run_id, GREATEST(raised_at, held_at) < DATEADD('DAY', -${IDLE_DAYS}, CURRENT_TIMESTAMP(6)) AS idle
       FROM ${ownTable(metadata, 'fence', name)} ORDER BY epoch`,
  );
  return new Map(
    rows.map(({ connection: key, epoch, run_id, idle }) => [
      fenceMark(key),
      { key, epoch: BigInt(epoch), run_id, isIdle: idle },
    ]),
  );
}

interface OpenTransaction extends KnownFence {
  readonly id: string;
  /** The epoch of the run that it belongs to. */
  readonly of: bigint;
}

/** Open transactions of runs of a connection, by their names; nobody else's. */
async function transactionsOf(
  connection: SnowflakeConnection,
  metadata: string,
  name: string,
): Promise<readonly OpenTransaction[]> {
  const fences = await fencesOf(connection, metadata, name);
  const open = await connection.query<{ id: unknown; name: unknown }>('SHOW TRANSACTIONS');
  return open.flatMap(({ id, name: of }) => {
    const [, mark = '', epoch = ''] = /^tributary_([0-9a-f]+)_(\d+)$/i.exec(String(of)) ?? [];
    const fence = fences.get(mark.toLowerCase());
    return fence === undefined ? [] : [{ ...fence, id: String(id).replaceAll(/\D/g, ''), of: BigInt(epoch) }];
  });
}

/** Ends what is open of dead runs: of this fence up to its epoch, since a successor's goes on, and of the other fences of its connection what was taken over. */
export async function endTransactionsOf(pool: Pool, metadata: string, { run, epoch: own }: Fence): Promise<void> {
  await pool.use('ending transactions of a dead run', async (connection) => {
    for (const { id, key, epoch, of } of await transactionsOf(connection, metadata, run.connection))
      if (key === fenceKey(run) ? of <= own : of < epoch)
        await connection.run(`SELECT SYSTEM$ABORT_TRANSACTION(${id})`);
  });
}

/** Says whose commit holds the table in which all fences of the connection are. It may be that of a run that goes on, so it is not ended. */
async function heldByAnother(
  pool: Pool,
  metadata: string,
  { connection: name }: RunIdentity,
  cause: unknown,
): Promise<ConnectorError> {
  const [holder] = await pool.use('looking for who holds the fence', (connection) =>
    transactionsOf(connection, metadata, name),
  );
  const [, part] = holder?.key.split('#') ?? [];
  const whose =
    holder === undefined
      ? 'another transaction'
      : `a commit of run ${holder.run_id}${part === undefined ? '' : `, which backfills ${part.replace('..', ' to ')}`}`;
  const ending =
    holder === undefined
      ? 'See SHOW LOCKS in the account, and end that transaction with SYSTEM$ABORT_TRANSACTION'
      : `Run again later: the server ends a commit whose process is dead after 5 minutes. To end it now: SELECT SYSTEM$ABORT_TRANSACTION(${holder.id})`;
  return new ConnectorError('locked', `The fence of connection "${name}" is held by ${whose}.`, {
    connection: name,
    hint: `${ending}; this run has read and written nothing.`,
    cause,
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
