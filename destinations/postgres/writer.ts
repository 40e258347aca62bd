import type pg from 'pg';
import {
  ConnectorError,
  type Batch,
  type Checkpoint,
  type Ledger,
  type Reject,
  type TableSpec,
  type Writer,
} from '#sdk';
import { createBinaryBatch, type BinaryBatch } from './binary-batch.js';
import { commitCheckpoint, type CheckpointContext } from './checkpoint.js';
import { BEGIN_LONG, connect, fromDriver, inTransaction } from './connection.js';
import { fenceKey, holdFence, lookAtFence, markFirstLoad } from './fence.js';
import { dirtyWriter, mergeStaged, planMerge, yieldToOrdinary, type MergeCounts } from './merge.js';
import { literal, quote, stagingName } from './names.js';
import { quarantineStaging, resolveQuarantine, stagingLost } from './quarantine.js';
import { beginCopy, beginLongCopy, lookAtStaged, stagingTable, type BinaryCopy } from './staging.js';
import { createTable } from './table.js';
import { tableName } from './columns.js';

/** Batches of this size keep the socket busy and memory small; larger ones were not faster. */
const BATCH_BYTES = 1 << 20;
/** A COPY from a steady source takes several batches, so that its round trips do not show. */
const COPY_BYTES = 16 << 20;

/** Where rows are copied to, and what the checkpoint does with them. */
interface Loading {
  /** Opens or goes on with a COPY. */
  copy(): Promise<BinaryCopy>;
  readonly isSteady: boolean;
  readonly maxCopyBytes: number;
  apply(client: pg.PoolClient, checkpoint: Checkpoint, staged: number): Promise<MergeCounts>;
  readonly openTransaction: pg.PoolClient | undefined;
  end(outcome: 'committed' | 'aborted'): Promise<void>;
}

/** Stages into a table of its own and merges at the checkpoint: the normal case. */
export async function stagingWriter(context: CheckpointContext, slice: string, sequence: number): Promise<Writer> {
  const { pool, metadata, fence, table, serverVersion } = context;
  const name = stagingName(fenceKey(fence.run), fence.epoch, table.stream, slice, sequence);
  const staging = `${quote(metadata)}.${quote(name)}`;
  const client = await connect(pool, 'staging');
  try {
    await client.query(`DROP TABLE IF EXISTS ${staging}`);
    await client.query(stagingTable(staging, table));
  } catch (error) {
    client.release();
    throw fromDriver(error, 'creating a staging table');
  }
  let released = false;
  return writer(context, slice, {
    copy: () => beginLongCopy(client, staging),
    isSteady: table.fromFiles,
    maxCopyBytes: COPY_BYTES,
    openTransaction: undefined,
    async apply(transaction, checkpoint, staged) {
      const { rows, repeats } = await lookAtStaged(transaction, table, staging);
      if (rows !== staged) throw stagingLost(table, slice, staged, rows);
      await resolveQuarantine(transaction, context, slice, staging, 's._pos');
      const dirty = dirtyWriter(transaction, metadata, fence.run.id, table);
      const counter = `${quote(metadata)}.${quote(`${name}_n`)}`;
      const plan = planMerge(table, { staging, counter }, slice, fence.run.id);
      const yielded = await yieldToOrdinary(transaction, context, plan);
      const counts = await mergeStaged(transaction, table, plan, checkpoint, dirty, { serverVersion, repeats });
      return { ...counts, superseded: counts.superseded + yielded };
    },
    async end() {
      if (released) return;
      released = true;
      const drop = `DROP TABLE IF EXISTS ${staging}`;
      let lost: Error | undefined;
      await client.query(drop).catch((error: Error) => (lost = error));
      client.release(lost);
      // What cannot be dropped now is dropped by the next run, which knows it by its epoch.
      if (lost !== undefined) await dropElsewhere(pool, drop);
    },
  });
}

/** Idle connections may be as dead as the one that was lost, which only their use finds out; a new one is the last to be tried. */
async function dropElsewhere(pool: pg.Pool, drop: string): Promise<void> {
  for (;;) {
    const isNew = pool.idleCount === 0;
    const isDone = await pool.query(drop).then(
      () => true,
      () => false,
    );
    if (isDone || isNew) return;
  }
}

/**
 * Loads a table that does not exist yet by one COPY straight into it, and builds the key afterwards: the index is then
 * sorted once instead of grown row by row. All in the checkpoint's transaction.
 */
export async function directWriter(context: CheckpointContext, slice: string): Promise<Writer> {
  const { pool, metadata, fence, table } = context;
  const target = tableName(table);
  const client = await connect(pool, 'first load');
  try {
    await client.query(`${BEGIN_LONG}; SET LOCAL lock_timeout = '30s'`);
    // Marked first: a run that takes over after the look finds the mark, one that did before is seen. The fence is held only at
    // the checkpoint, since a load of many minutes must not keep a newer run out.
    await markFirstLoad(client, fenceKey(fence.run));
    await lookAtFence(client, metadata, fence);
    await createTable(client, table, { key: false });
    const defaults = [
      `_loaded_at SET DEFAULT now()`,
      `_run_id SET DEFAULT ${literal(fence.run.id)}`,
      `_source_file SET DEFAULT ${literal(slice)}`,
    ];
    await client.query(`ALTER TABLE ${target} ${defaults.map((column) => `ALTER COLUMN ${column}`).join(', ')}`);
  } catch (error) {
    let lost: Error | undefined;
    await client.query('ROLLBACK').catch((reason: Error) => (lost = reason));
    client.release(lost);
    throw fromDriver(error, `creating table ${target}`);
  }
  const columns = ['_source_row', ...table.fields.map((field) => quote(field.name))];
  let released = false;
  return writer(context, slice, {
    // FREEZE: rows that no other transaction can see yet need no second visit by vacuum.
    copy: async () => beginCopy(client, `${target} (${columns.join(', ')})`, 'FORMAT binary, FREEZE'),
    isSteady: true,
    maxCopyBytes: Number.POSITIVE_INFINITY,
    openTransaction: client,
    async apply(transaction, _checkpoint, staged) {
      const dropped = ['_loaded_at', '_run_id', '_source_file'].map((name) => `ALTER COLUMN ${name} DROP DEFAULT`);
      await transaction.query(`ALTER TABLE ${target} ${dropped.join(', ')}`);
      const superseded = await buildKey(transaction, table);
      await dirtyWriter(transaction, metadata, fence.run.id, table).ofTarget(`FROM ${target} t`);
      const { rows } = await transaction.query<{ n: number }>(`SELECT count(*) AS n FROM ${target}`);
      const inserted = Number(rows[0]?.n);
      await resolveQuarantine(transaction, context, slice, target, 's._source_row');
      if (inserted + superseded !== staged) throw stagingLost(table, slice, staged, inserted);
      return { inserted, updated: 0, unchanged: 0, superseded, deleted: 0 };
    },
    async end(outcome) {
      if (released) return;
      released = true;
      let lost: Error | undefined;
      if (outcome === 'aborted') await client.query('ROLLBACK').catch((error: Error) => (lost = error));
      client.release(lost);
    },
  });
}

/** Tries the key at once, since keys that repeat are rare; where they do, older versions go first. */
async function buildKey(client: pg.PoolClient, table: TableSpec): Promise<number> {
  if (table.key.length === 0 || table.write === 'append') return 0;
  const target = tableName(table);
  const key = table.key.map(quote).join(', ');
  const add = `ALTER TABLE ${target} ADD PRIMARY KEY (${key})`;
  await client.query("SET LOCAL maintenance_work_mem = '256MB'; SAVEPOINT keyed");
  try {
    await client.query(add);
    return 0;
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error;
  }
  await client.query('ROLLBACK TO SAVEPOINT keyed');
  const version = table.version === undefined ? '' : `${quote(table.version)} DESC NULLS LAST, `;
  const { rowCount } = await client.query(
    `DELETE FROM ${target} WHERE ctid IN (
       SELECT ctid FROM (SELECT ctid, row_number() OVER (PARTITION BY ${key} ORDER BY ${version}ctid DESC) AS place
                           FROM ${target}) AS versions WHERE place > 1)`,
  );
  await client.query(add);
  return rowCount ?? 0;
}

/** What both ways of loading share: two batches in turn, COPY by COPY, and rejected records on the side. */
function writer(context: CheckpointContext, slice: string, loading: Loading): Writer {
  const { pool, metadata, fence, table, probe } = context;
  const columns = table.fields.length + 1;
  const spare: BinaryBatch[] = [
    createBinaryBatch(columns, { targetBytes: BATCH_BYTES }),
    createBinaryBatch(columns, { targetBytes: BATCH_BYTES }),
  ];
  let inFlight: Promise<void> = Promise.resolve();
  let copy: BinaryCopy | undefined;
  let staged = 0;
  let encoded = 0;
  const quarantine = quarantineStaging(context, slice);
  let failed: Error | undefined;

  const endCopy = async () => {
    if (copy === undefined) return;
    const ending = copy;
    copy = undefined;
    staged += await ending.end();
  };
  const send = async (batch: BinaryBatch) => {
    copy ??= await loading.copy();
    await copy.write(batch);
    await probe('mid_copy');
    if (!loading.isSteady || copy.bytes >= loading.maxCopyBytes) await endCopy();
    batch.reset();
    spare.push(batch);
  };

  return {
    batch() {
      const next = spare.pop();
      if (next === undefined) throw new ConnectorError('internal', 'More than two batches of one writer are out.');
      return next;
    },
    async stage(batch: Batch) {
      await inFlight;
      if (failed !== undefined) throw failed;
      encoded += batch.rows;
      inFlight = send(batch as BinaryBatch).catch((error: unknown) => {
        failed = fromDriver(error, 'staging');
      });
      // The other buffer is free, so the caller may go on filling while this one travels.
    },
    quarantine: (rejects: readonly Reject[]) => quarantine.add(rejects),
    async checkpoint(checkpoint: Checkpoint): Promise<Ledger> {
      try {
        await inFlight;
        if (failed !== undefined) throw failed;
        await endCopy();
        if (staged !== encoded) throw stagingLost(table, slice, encoded, staged);
        await probe('after_staging');
        const ledger = await commitCheckpoint(
          context,
          checkpoint,
          staged,
          quarantine,
          (client) => loading.apply(client, checkpoint, staged),
          loading.openTransaction,
        );
        await loading.end('committed');
        await quarantine.drop();
        return ledger;
      } catch (error) {
        throw fromDriver(error, 'checkpoint');
      }
    },
    async abort(options) {
      await inFlight.catch(() => undefined);
      await copy?.fail().catch(() => undefined);
      copy = undefined;
      await loading.end('aborted');
      if (options?.keepQuarantine === true)
        await inTransaction(pool, 'keeping the quarantine', async (client) => {
          await holdFence(client, metadata, fence);
          await quarantine.publish(client);
        });
      await quarantine.drop();
    },
  };
}
