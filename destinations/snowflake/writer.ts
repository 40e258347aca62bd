import type { Batch, Checkpoint, Ledger, Reject, Writer } from '#sdk';
import { commitCheckpoint, type CheckpointContext } from './checkpoint.js';
import type { CsvBatch } from './csv-batch.js';
import { fromDriver } from './errors.js';
import { holdFence } from './fence.js';
import { openLoader, stagingLost, type LoaderContext } from './loader.js';
import { fateTable, fillReplayed, mergeStaged, replayedTable } from './merge.js';
import { fenceKey, quote, stagingName } from './names.js';
import { quarantineStaging, resolveQuarantine } from './quarantine.js';
import { stagingTable } from './staging.js';

export type WriterContext = CheckpointContext & LoaderContext;

/** Stages into a transient table of its own and merges at the checkpoint. */
export function stagingWriter(context: WriterContext, slice: string, sequence: number): Writer {
  const { pool, metadata, fence, table, probe } = context;
  const name = stagingName({ key: fenceKey(fence.run), epoch: fence.epoch, stream: table.stream, slice, sequence });
  const staging = `${quote(metadata)}.${quote(name)}`;
  const fate = `${quote(metadata)}.${quote(`${name}_f`)}`;
  const replayed = `${quote(metadata)}.${quote(`${name}_r`)}`;
  const loader = openLoader(context, name, staging, table.fields);
  const spare: CsvBatch[] = [];
  const quarantine = quarantineStaging(context, slice, sequence);
  let encoded = 0;
  let isMade = false;

  /** All DDL of a checkpoint stands before its transaction. */
  const prepare = async (checkpoint: Checkpoint) => {
    isMade = true;
    await pool.use('creating staging tables', async (connection) => {
      await connection.run(stagingTable(staging, table));
      if (table.key.length > 0) await connection.run(fateTable(fate, table));
      if (checkpoint.replayed === undefined) return;
      await connection.run(replayedTable(replayed));
      await fillReplayed(connection, replayed, checkpoint.replayed);
    });
  };
  const end = async () => {
    await loader.clear();
    await quarantine.drop();
    if (!isMade) return;
    isMade = false;
    // What cannot be dropped now is dropped by the next run, which knows it by its epoch.
    for (const each of [staging, fate, replayed])
      await pool.use('clean-up', (connection) => connection.run(`DROP TABLE IF EXISTS ${each}`)).catch(() => undefined);
  };

  return {
    batch: () => spare.pop() ?? loader.batch(),
    async stage(batch: Batch) {
      const given = batch as CsvBatch;
      encoded += given.rows;
      await loader.write(given).catch((error: unknown) => {
        throw fromDriver(error, 'staging');
      });
      given.reset();
      spare.push(given);
    },
    quarantine: (rejects: readonly Reject[]) => quarantine.add(rejects),
    async checkpoint(checkpoint: Checkpoint): Promise<Ledger> {
      try {
        await prepare(checkpoint);
        const staged = await loader.finish();
        if (staged !== encoded) throw stagingLost(table.stream, slice, encoded, staged);
        await quarantine.load();
        await probe('after_staging');
        const ledger = await commitCheckpoint(context, checkpoint, staged, async (connection, within) => {
          const [{ n } = { n: 0 }] = await connection.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${staging}`);
          if (Number(n) !== staged) throw stagingLost(table.stream, slice, staged, Number(n));
          await quarantine.publish(connection, within);
          await resolveQuarantine(connection, context, slice, staging, within);
          return mergeStaged({
            connection,
            metadata,
            fence,
            table,
            slice,
            checkpoint,
            staging,
            within,
            fate,
            replayed: checkpoint.replayed === undefined ? undefined : replayed,
          });
        });
        await end();
        return ledger;
      } catch (error) {
        throw fromDriver(error, 'checkpoint');
      }
    },
    async abort(options) {
      if (options?.keepQuarantine === true) {
        await quarantine.load();
        await pool.transaction('keeping the quarantine', async (connection) => {
          await holdFence(connection, metadata, fence);
          await quarantine.publish(connection);
        });
      }
      await end();
    },
  };
}
