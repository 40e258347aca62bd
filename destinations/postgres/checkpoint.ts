import type pg from 'pg';
import { ConnectorError, EMPTY_LEDGER, type Checkpoint, type Ledger, type TableSpec } from '#sdk';
import { connect, fromDriver } from './connection.js';
import { holdFence, type Fence } from './fence.js';
import { quote } from './names.js';
import type { MergeCounts } from './merge.js';

export interface CheckpointContext {
  readonly pool: pg.Pool;
  readonly metadata: string;
  readonly fence: Fence;
  readonly table: TableSpec;
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
  quarantineStaging: string | undefined,
  apply: (client: pg.PoolClient) => Promise<MergeCounts>,
  open?: pg.PoolClient,
): Promise<Ledger> {
  const { pool, probe, table } = context;
  const doing = `checkpoint of "${table.stream}", slice "${checkpoint.slice}"`;
  const client = open ?? (await connect(pool, doing));
  let committing = false;
  let lost: Error | undefined;
  try {
    if (open === undefined) await client.query('BEGIN');
    await holdFence(client, context.metadata, context.fence);
    // Sorts and hashes of a merge are large and few; the server's default of 4 MB would send them all to disk.
    await client.query("SET LOCAL work_mem = '128MB'");
    const counts = await apply(client);
    await probe('after_merge');
    const ledger: Ledger = { ...EMPTY_LEDGER, ...tallyOf(checkpoint), staged, ...counts };
    await record(client, context, checkpoint, ledger, quarantineStaging);
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
  quarantineStaging: string | undefined,
): Promise<void> {
  const m = quote(metadata);
  const { connection, id: run } = fence.run;
  if (quarantineStaging !== undefined) await publishQuarantine(client, metadata, fence, table, quarantineStaging);
  for (const { stream, partition, position } of checkpoint.bookmarks)
    await client.query(
      `INSERT INTO ${m}.bookmark (connection, stream, partition, position, run_id, updated_at) VALUES ($1, $2, $3, $4, $5, now())
         ON CONFLICT (connection, stream, partition)
         DO UPDATE SET position = excluded.position, run_id = excluded.run_id, updated_at = now()`,
      [connection, stream, partition, JSON.stringify(position), run],
    );
  const { lineage } = checkpoint;
  if (lineage !== undefined)
    await client.query(
      `INSERT INTO ${m}.lineage (connection, stream, slice, run_id, source, checksum, bytes, records, committed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())`,
      [
        connection,
        table.stream,
        checkpoint.slice,
        run,
        lineage.source,
        lineage.checksum ?? null,
        lineage.bytes ?? null,
        lineage.records,
      ],
    );
  await client.query(
    `INSERT INTO ${m}.ledger (checkpoint_id, connection, stream, slice, run_id, epoch, ${LEDGER_COLUMNS.join(', ')}, committed_at)
     VALUES ($1, $2, $3, $4, $5, $6, ${LEDGER_COLUMNS.map((_, index) => `$${index + 7}`).join(', ')}, now())`,
    [
      checkpoint.id,
      connection,
      table.stream,
      checkpoint.slice,
      run,
      String(fence.epoch),
      ...LEDGER_COLUMNS.map((name) => ledger[name]),
    ],
  );
}

/** Upserts by connection, stream, key and reason: seen again counts, and what had been resolved is open again. */
export async function publishQuarantine(
  client: pg.PoolClient,
  metadata: string,
  fence: Fence,
  table: TableSpec,
  staging: string,
): Promise<void> {
  await client.query(
    `INSERT INTO ${quote(metadata)}.quarantine AS q (connection, stream, record_key, reason, field, detail, payload, slice, position,
            run_id, first_seen, last_seen, times)
     SELECT $1, $2, record_key, reason, (array_agg(field))[1], (array_agg(detail))[1], (array_agg(payload ORDER BY position DESC))[1],
            (array_agg(slice))[1], max(position), $3, now(), now(), count(*)
       FROM ${staging} GROUP BY record_key, reason
     ON CONFLICT (connection, stream, record_key, reason) DO UPDATE
        SET last_seen = now(), times = q.times + excluded.times, payload = excluded.payload, field = excluded.field,
            detail = excluded.detail, slice = excluded.slice, position = excluded.position, run_id = excluded.run_id, resolved_at = NULL`,
    [fence.run.connection, table.stream, fence.run.id],
  );
}

/** The reply of COMMIT was lost: take the fence, so that nothing is in flight any more, and look for the checkpoint. */
async function settle({ pool, metadata, fence }: CheckpointContext, checkpoint: string): Promise<Ledger | undefined> {
  const client = await connect(pool, 'settling a commit whose reply was lost');
  let lost: Error | undefined;
  try {
    await client.query('BEGIN');
    await holdFence(client, metadata, fence, 'UPDATE');
    const { rows } = await client.query<Record<keyof Ledger, number>>(
      `SELECT ${LEDGER_COLUMNS.join(', ')} FROM ${quote(metadata)}.ledger WHERE checkpoint_id = $1`,
      [checkpoint],
    );
    await client.query('COMMIT');
    return rows[0];
  } catch (error) {
    await client.query('ROLLBACK').catch((reason: Error) => {
      lost = reason;
    });
    throw fromDriver(error, 'settling a commit whose reply was lost');
  } finally {
    client.release(lost);
  }
}

export function stagingLost(table: TableSpec, slice: string, expected: number, found: number): ConnectorError {
  return new ConnectorError(
    'transient',
    `The staging table of "${table.stream}" holds ${found} rows instead of ${expected}.`,
    {
      stream: table.stream,
      slice,
      hint: 'The database restarted while the slice was staged; the slice is read again.',
    },
  );
}
