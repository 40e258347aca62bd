import { addLedgers, unlessAborted, type Ledger, type OpenFile, type Writer } from '../protocol/index.js';
import { ConnectorError, isConnectorError, toConnectorError } from '../sdk/errors.js';
import { checkOrigin } from './adoption.js';
import { addTallies, openProgress, proveBalance, proveLedger, rowsBefore, type Progress } from './balance.js';
import { checkExpectations, judgeStream, tellFailing } from './expectations.js';
import { fieldsIn } from './file-units.js';
import { judgeShare, LateFields, openIntake, passRest, type Filling } from './load.js';
import type { RunRequest } from './request.js';
import { retrying } from './retry.js';
import { settleColumns, type Settled } from './settle-columns.js';
import type { StreamPlan } from './stream-plan.js';
import { checkTokenVersions } from './token-versions.js';
import { unitsOf, type Unit } from './units.js';

/** A first load this large or smaller goes straight into the new table, in one transaction. */
const DIRECT_LOAD_BYTES = 8 * 2 ** 30;
/** A packed file says little of what it holds: exports shrink to a tenth or a fiftieth. */
const DIRECT_LOAD_PACKED_BYTES = DIRECT_LOAD_BYTES / 50;

/** Reads one stream to its end, checkpoint by checkpoint, and proves the balance. */
export async function runStream(run: RunRequest, plan: StreamPlan): Promise<Ledger> {
  const { destination, on } = run;
  const name = plan.request.name;
  checkExpectations(run, plan);
  const present = await retrying(run, name, 'start', () => destination.describe(plan.table));
  checkOrigin(run, plan, present);
  await retrying(run, name, 'start', () => checkTokenVersions(run, plan, present));
  const { rows: before, held } = await retrying(run, name, 'start', () => rowsBefore(run, plan, present));
  const progress = openProgress(present && plan.table);
  const told = new Set<string>();
  on({ type: 'stream_started', stream: name, sync: plan.sync, write: plan.write });
  let units = 0;
  const refused: ConnectorError[] = [];
  for await (const unit of unitsOf(run, plan, plan.write === 'overwrite' && held > 0)) {
    run.signal.throwIfAborted();
    units += 1;
    try {
      await retrying(run, name, unit.slice, () => runUnit(run, plan, unit, progress, told));
    } catch (error) {
      tellFailing(run, plan, error);
      if (!isRefusal(unit, error)) throw error;
      refused.push(error);
      on({ type: 'warning', stream: name, message: error.message });
      continue;
    }
    on({ type: 'slice_completed', stream: name, slice: unit.slice });
  }
  if (units === 0 && present !== undefined && plan.write === 'overwrite')
    throw new ConnectorError('source', `Stream "${name}" has no file any more, so the table stays as it is.`, {
      stream: name,
      hint: 'Look at `path` and at who delivers the files. To empty the table, deliver a file that has a header alone.',
    });
  // Without anything to read, the table is made all the same, so that what is built on it finds it.
  if (units === 0 && present === undefined && plan.columns.length > 0) {
    await retrying(run, name, 'end', () => destination.create(plan.table));
    progress.table = plan.table;
  }
  const { table } = progress;
  if (table !== undefined)
    await retrying(run, name, 'end', () => proveBalance(run, name, table, before, progress.ledger));
  await judgeStream(run, plan, table, { ledger: progress.ledger, steps: progress.tally.steps });
  if (refused[0] !== undefined) throw refusals(name, refused);
  return progress.ledger;
}

/** A file that is not what it was said to be, or is damaged: the others are read, and the stream then fails. */
const isRefusal = (unit: Unit, error: unknown): error is ConnectorError =>
  unit.refusal !== undefined &&
  isConnectorError(error) &&
  error.kind === 'source' &&
  error.details.fault === 'integrity';

function refusals(stream: string, refused: readonly ConnectorError[]): ConnectorError {
  const first = refused[0] as ConnectorError;
  if (refused.length === 1) return first;
  return new ConnectorError(
    'source',
    `${refused.length} files of stream "${stream}" are refused. First: ${first.message}`,
    {
      ...first.details,
      stream,
    },
  );
}

/** A unit whose records turn out to have further fields is read again from its start, with columns for them. */
async function runUnit(...work: Parameters<typeof attemptUnit>): Promise<void> {
  try {
    await attemptUnit(...work);
  } catch (error) {
    if (!(error instanceof LateFields)) throw error;
    await attemptUnit(...work);
  }
}

async function attemptUnit(
  run: RunRequest,
  plan: StreamPlan,
  unit: Unit,
  progress: Progress,
  told: Set<string>,
): Promise<void> {
  const { destination, on, clock } = run;
  const stream = plan.request.name;
  const opening = unit.open?.();
  let file: OpenFile | undefined;
  let writer: Writer | undefined;
  try {
    file = opening && (await unlessAborted(opening, run.signal));
    const settled = await settleColumns(run, plan, file && { fields: fieldsIn(file) }, told);
    const { table, columns } = settled;
    const direct = isFirstLoad(plan, unit, file, settled);
    if (settled.isNew && !direct) await destination.create(table);
    on({
      type: 'slice_started',
      stream,
      slice: unit.slice,
      ...(unit.bytes === undefined ? {} : { bytes: unit.bytes }),
    });
    writer = await destination.open(table, unit.slice, direct);
    let sourceBytes = 0;
    const filling: Filling = {
      writer,
      batch: writer.batch(),
      onStaged: (batch) =>
        on({ type: 'batch_staged', stream, slice: unit.slice, rows: batch.rows, bytes: batch.bytes, sourceBytes }),
    };
    const place = { stream, connection: run.run.connection, onRejected: run.onRejected };
    const intake = openIntake(writer, run.errorBudget, progress.tally, place);
    const { isNew } = settled;
    const end = await unit.load({ file, columns, isNew, filling, intake, onBytes: (bytes) => (sourceBytes += bytes) });
    await passRest(filling);
    judgeShare(run.errorBudget, intake.tally, place);
    run.signal.throwIfAborted();
    const replacesAll = plan.write === 'overwrite' || end.replacesAll === true;
    const ledger = await writer.checkpoint({
      id: clock.id(),
      slice: unit.slice,
      tally: intake.tally,
      bookmarks: end.bookmarks,
      ...(end.lineage === undefined ? {} : { lineage: end.lineage }),
      replacesAll,
      ...(end.replacesFile === undefined ? {} : { replacesFile: end.replacesFile }),
    });
    writer = undefined;
    progress.ledger = addLedgers(progress.ledger, ledger);
    progress.tally = addTallies(progress.tally, intake.tally);
    progress.table = table;
    if (intake.tally.quarantined > 0)
      on({
        type: 'records_quarantined',
        stream,
        slice: unit.slice,
        count: intake.tally.quarantined,
        reasons: intake.reasons,
      });
    const { steps } = intake.tally;
    on({
      type: 'checkpoint_committed',
      stream,
      slice: unit.slice,
      ledger,
      ...(Object.keys(steps).length === 0 ? {} : { steps }),
    });
    await end.settle?.();
    if (replacesAll && ledger.read === 0 && ledger.deleted > 0)
      on({ type: 'warning', stream, message: `The source had no records, so the table was emptied.` });
    proveLedger(stream, unit.slice, ledger);
  } catch (error) {
    if (isRefusal(unit, error)) writer = await quarantineFile(run, plan, unit, writer, error);
    if (writer !== undefined) await abandon(run, stream, writer, error);
    throw run.signal.aborted || error instanceof LateFields
      ? error
      : toConnectorError(error, { stream, slice: unit.slice });
  } finally {
    // What is read is committed or given up by now; a source that cannot close must not change that.
    const closing = Promise.resolve(file?.close()).catch((error: unknown) =>
      on({ type: 'warning', stream, message: `Closing "${unit.slice}" failed: ${toConnectorError(error).message}` }),
    );
    if (!run.signal.aborted) await closing;
  }
}

/** The whole file, by its name and reason; what was staged of it is dropped by the caller. */
async function quarantineFile(
  { destination }: RunRequest,
  plan: StreamPlan,
  unit: Unit,
  writer: Writer | undefined,
  error: ConnectorError,
): Promise<Writer> {
  const into = writer ?? (await destination.open(plan.table, unit.slice, false));
  const refusal = unit.refusal?.(error);
  await into.quarantine(refusal === undefined ? [] : [refusal]);
  return into;
}

/**
 * A new table without history takes its first load directly: where the size is known and no more than a stated limit, and
 * where a key is built afterwards, which is what it saves.
 */
function isFirstLoad(plan: StreamPlan, unit: Unit, file: OpenFile | undefined, { isNew, table }: Settled): boolean {
  return (
    isNew &&
    unit.bytes !== undefined &&
    unit.bytes <= (file?.isPacked === true ? DIRECT_LOAD_PACKED_BYTES : DIRECT_LOAD_BYTES) &&
    plan.bookmarks.length === 0 &&
    plan.write !== 'append' &&
    table.key.length > 0
  );
}

/** Faults after which the same records are read again, so that those rejected now are rejected then. */
const READ_AGAIN = new Set(['transient', 'rate_limit', 'locked', 'destination']);

/** Drops what was staged. Rejected records stay visible where the run fails for good; the fault itself goes on to the caller. */
async function abandon(run: RunRequest, stream: string, writer: Writer, error: unknown): Promise<void> {
  const isReadAgain = error instanceof LateFields || (isConnectorError(error) && READ_AGAIN.has(error.kind));
  try {
    await writer.abort({ keepQuarantine: !run.signal.aborted && !isReadAgain });
  } catch (failure) {
    run.on({
      type: 'warning',
      stream,
      message: `Dropping what was staged failed: ${toConnectorError(failure).message}`,
    });
  }
}
