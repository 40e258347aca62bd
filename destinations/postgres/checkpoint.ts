import type pg from 'pg';
import { ConnectorError, EMPTY_LEDGER, type Checkpoint, type Ledger, type TableSpec } from '#sdk';
import { BEGIN_LONG, connect, fromDriver, inTransaction } from './connection.js';
import { holdFence, lockFence, lockTable, refuseUnlessOurs, type Fence } from './fence.js';
import { quote } from './names.js';
import type { MergeCounts } from './merge.js';
import type { QuarantineStaging } from './quarantine.js';
import { recordReplayed, resolveRefusal, resolveReplaced } from './replayed.js';

export interface CheckpointContext {
  readonly pool: pg.Pool;
  readonly metadata: string;
  readonly fence: Fence;
  readonly table: TableSpec;
  /** As in `server_version_num`: 180004 is 18.4. */
  readonly serverVersion: number;
  readonly probe: (point: string) => Promise<void> | void;
}

/**
 * Runs `apply` and all that belongs to the checkpoint in one transaction. `client` is given where the transaction is open
 * already (a first load). Where the reply of COMMIT is lost, the ledger row says whether it happened.
 */
export async function commitCheckpoint(
  context: CheckpointContext,
  checkpoint: Checkpoint,
  staged: number,
  quarantine: Pick<QuarantineStaging, 'publish'>,
  apply: (client: pg.PoolClient) => Promise<MergeCounts>,
  open?: pg.PoolClient,
): Promise<Ledger> {
  const { pool, probe, table } = context;
  const doing = `checkpoint of "${table.stream}", slice "${checkpoint.slice}"`;
  const client = open ?? (await connect(pool, doing));
  let committing = false;
  let lost: Error | undefined;
  try {
    if (open === undefined) await client.query(BEGIN_LONG);
    await lockTable(client, table);
    await holdFence(client, context.metadata, context.fence);
    // Sorts and hashes of a merge are large and few; the server's default of 4 MB would send them all to disk.
    await client.query("SET LOCAL work_mem = '128MB'");
    await quarantine.publish(client);
    const counts = await apply(client);
    await probe('after_merge');
    const ledger: Ledger = { ...EMPTY_LEDGER, ...tallyOf(checkpoint), staged, ...counts };
    await record(client, context, checkpoint, ledger);
    await probe('before_commit');
    committing = true;
    await client.query('COMMIT');
    await probe('after_commit');
    return ledger;
  } catch (error) {
    const failure = fromDriver(error, doing);
    await client.query('ROLLBACK').catch((reason: Error) => {
      lost = reason;
    });
    if (committing && lost !== undefined) {
      const found = await settle(context, checkpoint.id);
      if (found !== undefined) return found;
    }
    throw failure;
  } finally {
    if (open === undefined) client.release(lost);
  }
}

const tallyOf = ({ tally }: Checkpoint) => ({
  read: tally.read,
  filtered: tally.filtered,
  quarantined: tally.quarantined,
  replaced: tally.replaced,
});

const LEDGER_COLUMNS = [
  'read',
  'filtered',
  'quarantined',
  'staged',
  'inserted',
  'updated',
  'unchanged',
  'superseded',
  'deleted',
  'replaced',
] as const;

async function record(
  client: pg.PoolClient,
  { metadata, fence, table }: CheckpointContext,
  checkpoint: Checkpoint,
  ledger: Ledger,
): Promise<void> {
  const m = quote(metadata);
  const { connection, id: run } = fence.run;
  for (const { stream, partition, position } of checkpoint.bookmarks)
    await client.query(
      `INSERT INTO ${m}.bookmark (connection, stream, partition, position, run_id, updated_at) VALUES ($1, $2, $3, $4, $5, now())
         ON CONFLICT (connection, stream, partition)
         DO UPDATE SET position = excluded.position, run_id = excluded.run_id, updated_at = now()`,
      [connection, stream, partition, JSON.stringify(position), run],
    );
  const { lineage, replayed, replacesAll, replacesFile } = checkpoint;
  if (replayed !== undefined) await recordReplayed(client, metadata, fence, table.stream, replayed);
  if (replacesAll || replacesFile !== undefined)
    await resolveReplaced(client, metadata, fence, table.stream, replacesAll ? undefined : replacesFile);
  if (lineage?.checksum !== undefined) await resolveRefusal(client, metadata, fence, table.stream, checkpoint.slice);
  if (lineage !== undefined)
    await client.query(
      `INSERT INTO ${m}.lineage (connection, stream, slice, run_id, source, version, checksum, bytes, records, committed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())`,
      [
        connection,
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
  await client.query(
    `INSERT INTO ${m}.ledger (checkpoint_id, connection, stream, slice, run_id, epoch, ${LEDGER_COLUMNS.join(', ')}, steps, committed_at)
     VALUES ($1, $2, $3, $4, $5, $6, ${LEDGER_COLUMNS.map((_, index) => `$${index + 7}`).join(', ')}, $${LEDGER_COLUMNS.length + 7}, now())`,
    [
      checkpoint.id,
      connection,
      table.stream,
      checkpoint.slice,
      run,
      String(fence.epoch),
      ...LEDGER_COLUMNS.map((name) => ledger[name]),
      JSON.stringify(checkpoint.tally.steps),
    ],
  );
}

/** How often, and how long after each other, an outcome is asked for: two minutes, in which a server restarts. */
const SETTLE_ATTEMPTS = 24;
const SETTLE_PAUSE_MS = 5_000;

/**
 * The reply of COMMIT was lost: what happened is asked until the server answers. Only if it never does is the outcome left
 * open, as a fault that nobody repeats within the run: the next one goes on from the bookmark, which tells.
 */
async function settle(context: CheckpointContext, checkpoint: string): Promise<Ledger | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await lookForCheckpoint(context, checkpoint);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== 'transient') throw error;
      if (attempt === SETTLE_ATTEMPTS)
        throw new ConnectorError('destination', 'The connection broke at a commit, and the server has not come back.', {
          stream: context.table.stream,
          hint: 'Run again once the database is up: whatever happened to the commit, the bookmark agrees with the table.',
          cause: error,
        });
      await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS));
    }
  }
}

/**
 * Takes the fence exclusively, so that the commit in question is over, and looks for its ledger row. Whose the fence is by now
 * matters only where there is none: what was committed is so, whoever has taken over since.
 */
async function lookForCheckpoint(
  { pool, metadata, fence }: CheckpointContext,
  checkpoint: string,
): Promise<Ledger | undefined> {
  return inTransaction(pool, 'settling a commit whose reply was lost', async (client) => {
    const owner = await lockFence(client, metadata, fence, 'UPDATE');
    const { rows } = await client.query<Record<keyof Ledger, number>>(
      `SELECT ${LEDGER_COLUMNS.join(', ')} FROM ${quote(metadata)}.ledger WHERE checkpoint_id = $1`,
      [checkpoint],
    );
    if (rows[0] === undefined) refuseUnlessOurs(owner, fence);
    return rows[0];
  });
}
