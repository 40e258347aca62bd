import type { EventListener } from '../protocol/index.js';
import type { Days } from '../scheduler/backfill-store.js';
import { ConnectorError } from '../sdk/index.js';
import type { ComparedStream, ReadTable } from './comparison.js';
import type { RunResult } from './connection-run.js';
import type { Installation } from './installation.js';
import { changeRows } from './row-changes.js';
import { syncConnection } from './sync.js';

/** What brings one stream's table to what the source has. */
export interface StreamRepair {
  readonly stream: string;
  /** Rows that the source does not have. */
  readonly deletes: number;
  /** To be read again, oldest first. */
  readonly days: readonly Days[];
}

/** Days so near each other are read as one range. */
const NEAR_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * What would be done; streams that are not read by days, or whose rows have no key, are left out. Where records were rejected no row
 * is deleted: what the source seems to lack may be the version before of one of them.
 */
export function planRepair(compared: readonly ComparedStream[]): readonly StreamRepair[] {
  return compared
    .filter(isRepairable)
    .map(({ stream, rejected, extra, days }) => ({
      stream,
      deletes: rejected > 0 ? 0 : (extra ?? 0),
      days: rangesOf(days ?? []),
    }))
    .filter(({ deletes, days }) => deletes > 0 || days.length > 0);
}

export const isRepairable = ({ days, extra, missing }: ComparedStream): boolean =>
  days !== null && (extra !== null || missing !== null);

function rangesOf(days: readonly string[]): readonly Days[] {
  const ranges: { from: string; to: string }[] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last !== undefined && Date.parse(day) - Date.parse(last.to) <= NEAR_DAYS * DAY_MS) last.to = day;
    else ranges.push({ from: day, to: day });
  }
  return ranges;
}

interface RepairWork {
  readonly connection: string;
  readonly repairs: readonly StreamRepair[];
  readonly compared: readonly ComparedStream[];
  readonly tables: readonly ReadTable[];
  readonly signal: AbortSignal;
  readonly on: EventListener;
  readonly note: (text: string) => void;
}

/** Deletes what the source does not have, and reads the days again, each as a run of its own. Throws what a run failed with. */
export async function repair(
  installation: Installation,
  { connection, repairs, compared, tables, signal, on, note }: RepairWork,
): Promise<readonly string[]> {
  const runs: string[] = [];
  const passed = (result: RunResult) => {
    runs.push(result.run);
    signal.throwIfAborted();
    const { error } = result.outcome;
    if (error !== undefined) throw new ConnectorError(error.kind, error.message, { ...error, connection });
  };
  const base = { connection, trigger: 'backfill', signal, on, note } as const;
  for (const { stream, deletes, days } of repairs) {
    const condition = compared.find((each) => each.stream === stream)?.extraRows;
    const spec = tables.find((table) => table.spec.stream === stream)?.spec;
    if (deletes > 0 && typeof condition === 'string' && spec !== undefined)
      passed(await changeRows(installation, { ...base, streams: [stream] }, [{ spec, condition }]));
    for (const range of days)
      passed(await syncConnection(installation, { ...base, streams: [stream], fullRefresh: false, range }));
  }
  return runs;
}
