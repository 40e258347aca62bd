import {
  EMPTY_LEDGER,
  EMPTY_TALLY,
  imbalances,
  type Ledger,
  type RowsBefore,
  type RowTally,
  type TableSpec,
  type TableState,
} from '../protocol/index.js';
import { addSteps } from '../program/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';

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

/**
 * Rows before the stream is read, from which the balance counts. Refuses to go on from a bookmark whose rows are gone with their
 * table: what was read before would be missing without a word.
 */
export async function rowsBefore(
  run: RunRequest,
  plan: StreamPlan,
  present: TableState | undefined,
): Promise<Pick<RowsBefore, 'rows' | 'held'>> {
  const { destination } = run;
  const { table } = plan;
  if (destination.rowsBefore === undefined) {
    const rows = present === undefined ? 0 : await destination.countRows(table);
    return { rows, held: rows };
  }
  const { rows, held, lost } = await destination.rowsBefore(table);
  if (lost === undefined || plan.sync !== 'incremental' || plan.bookmarks.length === 0) return { rows, held };
  const { connection, stream } = table;
  const anew =
    run.anew ??
    `have all of it read again: \`tributary state reset ${connection} ${stream}\`, then \`tributary sync ${connection}\``;
  throw new ConnectorError(
    'config',
    `Table ${table.schema}.${table.name} is ${present === undefined ? 'missing' : 'empty'}, although earlier runs put ${lost} ${lost === 1 ? 'row' : 'rows'} into it, after which stream "${stream}" would go on.`,
    {
      stream,
      hint: `It was dropped, emptied or renamed, or \`schema\` is another; nothing was changed. Put it back, or ${anew}.`,
    },
  );
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
