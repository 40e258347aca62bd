import { randomUUID } from 'node:crypto';
import type { RunOutcome } from '../engine/index.js';
import { addLedgers, EMPTY_LEDGER, type Ledger, type TableSpec } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import { runOf, type RunResult } from './connection-run.js';
import type { Installation } from './installation.js';

/** Rows of a table that go, or get other values, for which a condition of the destination's SQL holds; the table is `t`. */
export interface RowChange {
  readonly spec: TableSpec;
  readonly condition: string;
  /** SQL by column; absent: the rows are deleted. */
  readonly set?: Readonly<Record<string, string>>;
}

/**
 * A run that reads nothing: it deletes or changes rows, each table in one transaction, and the marts follow. `parts`: of
 * backfills, which have fences of their own; those are raised too, by which what they left in staging tables is dropped.
 */
export function changeRows(
  installation: Installation,
  run: Parameters<typeof runOf>[1],
  changes: readonly RowChange[],
  parts: readonly string[] = [],
): Promise<RunResult> {
  return runOf(installation, run, async ({ run: identity, destination, on, clock }): Promise<RunOutcome> => {
    for (const part of parts) await destination.raiseFence({ ...identity, part });
    const epoch = await destination.raiseFence(identity);
    on({ type: 'run_started', run: identity.id, connection: identity.connection, epoch: String(epoch) });
    const streams: RunOutcome['streams'][number][] = [];
    let ledger: Ledger = EMPTY_LEDGER;
    for (const { spec, condition, set } of changes) {
      const { stream } = spec;
      const { remove, redact } = destination;
      on({ type: 'stream_started', stream, sync: 'removal', write: spec.write });
      const slice = `removal ${randomUUID()}`;
      const row = { id: clock.id(), slice };
      const change = set === undefined ? remove?.(spec, condition, row) : redact?.(spec, condition, set, row);
      if (change === undefined)
        throw new ConnectorError('config', 'The destination cannot change rows that are there.', { stream });
      const own = await change;
      ledger = addLedgers(ledger, own);
      on({ type: 'checkpoint_committed', stream, slice, ledger: own });
      const ended = { stream, state: 'complete', ledger: own } as const;
      on({ type: 'stream_ended', ...ended });
      streams.push(ended);
    }
    on({ type: 'run_ended', state: 'succeeded', exitCode: 0 });
    return { state: 'succeeded', exitCode: 0, ledger, streams };
  });
}
