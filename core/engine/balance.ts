import {
  EMPTY_LEDGER,
  EMPTY_TALLY,
  imbalances,
  type Ledger,
  type RowTally,
  type TableSpec,
} from '../protocol/index.js';
import { addSteps } from '../program/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { RunRequest } from './request.js';

/** What the committed checkpoints of a stream add up to so far. */
export interface Progress {
  ledger: Ledger;
  tally: RowTally;
  /** The table as the last unit has left it; undefined where there is none. */
  table: TableSpec | undefined;
}

export function openProgress(table: TableSpec | undefined): Progress {
  return { ledger: EMPTY_LEDGER, tally: EMPTY_TALLY, table };
}

/** Under the fence nobody else of ours writes, so the table must have grown by exactly what the ledger says. */
export async function proveBalance(
  run: RunRequest,
  stream: string,
  table: TableSpec,
  before: number,
  ledger: Ledger,
): Promise<void> {
  const after = await run.destination.countRows(table);
  const expected = before + ledger.inserted - ledger.deleted;
  if (after !== expected)
    refuseImbalance(stream, undefined, [`the table holds ${after} rows, the ledger says ${expected}`]);
}

/** Refuses a checkpoint whose counts contradict each other. */
export function proveLedger(stream: string, slice: string, ledger: Ledger): void {
  refuseImbalance(stream, slice, imbalances(ledger));
}

function refuseImbalance(stream: string, slice: string | undefined, sentences: readonly string[]): void {
  if (sentences.length === 0) return;
  throw new ConnectorError('internal', `The ledger of stream "${stream}" does not balance: ${sentences.join('; ')}.`, {
    stream,
    fault: 'integrity',
    ...(slice === undefined ? {} : { slice }),
    hint: 'Somebody else wrote to the table during the run, or this is a bug: compare the table with the source.',
  });
}

export function addTallies(a: RowTally, b: RowTally): RowTally {
  return {
    read: a.read + b.read,
    filtered: a.filtered + b.filtered,
    quarantined: a.quarantined + b.quarantined,
    encoded: a.encoded + b.encoded,
    replaced: a.replaced + b.replaced,
    steps: addSteps(a.steps, b.steps),
  };
}
