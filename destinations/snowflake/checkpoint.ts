import { ConnectorError, EMPTY_LEDGER, isConnectorError, type Checkpoint, type Ledger, type TableSpec } from '#sdk';
import type { SnowflakeConnection } from './connection.js';
import { fromDriver, isConnectionGone, isLockTimeout } from './errors.js';
import { endTransactionsOf, holdFence, lockFence, refuseUnlessOurs, takenOver, type Fence } from './fence.js';
import type { MergeCounts } from './merge.js';
import { fenceKey, literal, ownTable, sharedTable, transactionName } from './names.js';
import type { Pool } from './pool.js';
import { recordReplayed, resolveReplaced } from './replayed.js';

export interface CheckpointContext {
  readonly pool: Pool;
  readonly metadata: string;
  readonly fence: Fence;
  readonly table: TableSpec;
  readonly probe: (point: string) => Promise<void> | void;
}

/**
 * Runs `apply` and all that belongs to the checkpoint in one explicit transaction, without any DDL, which would commit the
 * first half. Where the reply of COMMIT is lost, the ledger row says whether it happened.
 */
export async function commitCheckpoint(
  context: CheckpointContext,
  checkpoint: Checkpoint,
  staged: number,
  apply: (connection: SnowflakeConnection, within: string) => Promise<MergeCounts>,
): Promise<Ledger> {
  const { pool, metadata, fence, table, probe } = context;
  const doing = `checkpoint of "${table.stream}", slice "${checkpoint.slice}"`;
  let committing = false;
  try {
    return await pool.use(doing, async (connection) => {
      try {
        await connection.run(`BEGIN TRANSACTION NAME ${transactionName(fenceKey(fence.run), fence.epoch)}`);
        const within = await guardOf(connection);
        await holdFence(connection, metadata, fence);
        const counts = await apply(connection, within);
        await probe('after_merge');
        const { read, filtered, quarantined, replaced } = checkpoint.tally;
        const ledger: Ledger = { ...EMPTY_LEDGER, read, filtered, quarantined, replaced, staged, ...counts };
        await record(connection, context, checkpoint, ledger, within);
        await probe('before_commit');
        committing = true;
        await connection.run('COMMIT');
        await probe('after_commit');
        // A COMMIT succeeds also where the transaction was ended from outside, by a takeover: the ledger's row tells.
        if (!(await isRecorded(connection, metadata, checkpoint.id))) throw takenOver(fence);
        return ledger;
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  } catch (error) {
    if (committing && mayHaveHappened(error)) {
      const found = await settle(context, checkpoint.id);
      if (found !== undefined) return found;
    }
    throw fromDriver(error, doing);
  }
}

/**
 * A condition that holds within the transaction that is open now, and no more once it was ended from outside: then a statement
 * would be one of its own, and must write nothing.
 */
async function guardOf(connection: SnowflakeConnection): Promise<string> {
  const [row] = await connection.query<{ id: unknown }>('SELECT CURRENT_TRANSACTION() AS id');
  return `CURRENT_TRANSACTION() = ${literal(String(row?.id))}`;
}

async function isRecorded(connection: SnowflakeConnection, metadata: string, checkpoint: string): Promise<boolean> {
  const { rows } = await connection.run(`SELECT 1 FROM ${sharedTable(metadata, 'ledger')} WHERE checkpoint_id = ?`, [
    checkpoint,
  ]);
  return rows.length > 0;
}

/** A COMMIT that the server refused did not happen; of one that was not answered nobody knows. */
const mayHaveHappened = (error: unknown) =>
  isConnectionGone(error) || (isConnectorError(error) && error.kind === 'transient');

const LEDGER_COLUMNS = Object.keys(EMPTY_LEDGER) as (keyof Ledger)[];

async function record(
  connection: SnowflakeConnection,
  { metadata, fence, table }: CheckpointContext,
  checkpoint: Checkpoint,
  ledger: Ledger,
  within: string,
): Promise<void> {
  const { connection: name, id: run } = fence.run;
  for (const bookmark of checkpoint.bookmarks) await setBookmark(connection, metadata, fence, bookmark, within);
  const { lineage, replayed } = checkpoint;
  if (replayed !== undefined) await recordReplayed(connection, metadata, fence, table.stream, replayed, within);
  await resolveReplaced(connection, metadata, fence, table.stream, checkpoint, within);
  // Numbered within the connection, whose fence is held.
  if (lineage !== undefined)
    await connection.run(
      `INSERT INTO ${sharedTable(metadata, 'lineage')} (id, connection, stream, slice, run_id, source, version, checksum, bytes, records, committed_at)
       SELECT COALESCE((SELECT MAX(id) FROM ${sharedTable(metadata, 'lineage')} WHERE connection = ?), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP(6) WHERE ${within}`,
      [
        name,
        name,
        table.stream,
        checkpoint.slice,
        run,
        lineage.source,
        lineage.version ?? null,
        lineage.checksum ?? null,
        lineage.bytes ?? null,
        lineage.records,
      ],
    );
  const columns = ['checkpoint_id', 'connection', 'stream', 'slice', 'run_id', 'epoch', ...LEDGER_COLUMNS, 'steps'];
  await connection.run(
    `INSERT INTO ${sharedTable(metadata, 'ledger')} (${columns.join(', ')}, committed_at)
     SELECT ${columns.map(() => '?').join(', ')}, CURRENT_TIMESTAMP(6) WHERE ${within}`,
    [
      checkpoint.id,
      name,
      table.stream,
      checkpoint.slice,
      run,
      String(fence.epoch),
      ...LEDGER_COLUMNS.map((column) => ledger[column]),
      JSON.stringify(checkpoint.tally.steps),
    ],
  );
}

export async function setBookmark(
  connection: SnowflakeConnection,
  metadata: string,
  { run }: Fence,
  { stream, partition, position }: Checkpoint['bookmarks'][number],
  within = 'TRUE',
): Promise<void> {
  await connection.run(
    `MERGE INTO ${ownTable(metadata, 'bookmark', run.connection)} t
     USING (SELECT ? AS connection, ? AS stream, ? AS "PARTITION", ? AS position, ? AS run_id WHERE ${within}) s
        ON t.connection = s.connection AND t.stream = s.stream AND t."PARTITION" = s."PARTITION"
     WHEN MATCHED THEN UPDATE SET position = s.position, run_id = s.run_id, updated_at = CURRENT_TIMESTAMP(6)
     WHEN NOT MATCHED THEN INSERT (connection, stream, "PARTITION", position, run_id, updated_at)
          VALUES (s.connection, s.stream, s."PARTITION", s.position, s.run_id, CURRENT_TIMESTAMP(6))`,
    [run.connection, stream, partition, JSON.stringify(position), run.id],
  );
}

/** How often, and how long after each other, an outcome is asked for: two minutes. */
const SETTLE_ATTEMPTS = 24;
const SETTLE_PAUSE_MS = 5_000;

/**
 * The reply of COMMIT was lost: what happened is asked until the account answers. Only if it never does is the outcome left
 * open, as a fault that nobody repeats within the run: the next one goes on from the bookmark, which tells.
 */
async function settle(context: CheckpointContext, checkpoint: string): Promise<Ledger | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await lookForCheckpoint(context, checkpoint);
    } catch (error) {
      if (isLockTimeout(error))
        await endTransactionsOf(context.pool, context.metadata, context.fence).catch(() => undefined);
      if (!isConnectorError(error) || error.kind !== 'transient') throw error;
      if (attempt === SETTLE_ATTEMPTS)
        throw new ConnectorError(
          'destination',
          'The connection broke at a commit, and the account has not answered since.',
          {
            stream: context.table.stream,
            hint: 'Run again once it can be reached: whatever happened to the commit, the bookmark agrees with the table.',
            cause: error,
          },
        );
      await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS));
    }
  }
}

/**
 * Takes the lock of the fence, so that the commit in question is over, and looks for its ledger row. Whose the fence is by now
 * matters only where there is none: what was committed is so, whoever has taken over since.
 */
async function lookForCheckpoint(
  { pool, metadata, fence }: CheckpointContext,
  checkpoint: string,
): Promise<Ledger | undefined> {
  return pool.transaction('settling a commit whose reply was lost', async (connection) => {
    const owner = await lockFence(connection, metadata, fence);
    const [row] = await connection.query<Record<keyof Ledger, number>>(
      `SELECT ${LEDGER_COLUMNS.join(', ')} FROM ${sharedTable(metadata, 'ledger')} WHERE checkpoint_id = ?`,
      [checkpoint],
    );
    if (row === undefined) refuseUnlessOurs(owner, fence);
    return row;
  });
}
