import {
  FRONTIER_PARTITION,
  type Bookmark,
  type Checkpoint,
  type OpenFile,
  type PlannedColumn,
  type Reject,
  type Window,
} from '../protocol/index.js';
import { compileForObjects } from '../program/index.js';
import type { ConnectorError } from '../sdk/errors.js';
import { fileUnits } from './file-units.js';
import { landingRules, loadPages, rowPlan, type Destined } from './load.js';
import { OBJECT_PARSING, unknownFields, type Reading } from './pages.js';
import type { RunRequest } from './request.js';
import { statefulUnits } from './stateful-units.js';
import { lookbackOf, type StreamPlan } from './stream-plan.js';
import { cutWindows, frontierAfter } from './windows.js';
import { warningsOf } from './warnings.js';

/** One unit of checkpoint: what to read into one writer, and what the bookmark says once that is committed. */
export interface Unit {
  readonly slice: string;
  readonly bytes?: number;
  /** Reads everything into the writer; the file's identity is known only afterwards. */
  load(load: UnitLoad): Promise<UnitEnd>;
  /** Opens a file first, since its header decides the columns. */
  open?(): Promise<OpenFile>;
  /** What stands in quarantine for a file that is refused as a whole. */
  refusal?(error: ConnectorError): Reject;
}

export interface UnitLoad extends Destined {
  readonly file: OpenFile | undefined;
  readonly columns: readonly PlannedColumn[];
  /** True where there was no table before. */
  readonly isNew: boolean;
  readonly onBytes: (bytes: number) => void;
}

export interface UnitEnd {
  readonly bookmarks: readonly Bookmark[];
  readonly lineage: Checkpoint['lineage'];
  readonly replacesFile?: string;
  /** True where what was read is all that the table has, whatever the write mode. */
  readonly replacesAll?: boolean;
  /** What is to be done once the checkpoint is committed. Throws only where the run is told to stop. */
  readonly settle?: () => Promise<void>;
}

/** `replacesAll` is true where the table has rows, and keeps none of them. */
export async function* unitsOf(run: RunRequest, plan: StreamPlan, replacesAll: boolean): AsyncIterable<Unit> {
  const { stream } = plan;
  const name = plan.request.name;
  if (stream.kind === 'files') {
    yield* fileUnits(run, plan, stream);
    return;
  }
  if (stream.kind === 'stateful') {
    yield* statefulUnits(run, plan, stream, replacesAll);
    return;
  }
  const rest = { parsing: OBJECT_PARSING, ...landingRules(run, plan) };
  const warn = warningsOf(run, name);
  const reading: Reading = {
    stream: name,
    signal: run.signal,
    probe: run.probe,
    look: unknownFields(stream.catalog.fields, warn),
  };
  if (stream.kind === 'full_refresh') {
    yield {
      slice: 'all',
      async load({ columns, filling, intake }) {
        const pages = stream.read({ slice: { id: 'all' }, signal: run.signal, warn, replacesAll });
        const program = compileForObjects(rowPlan(columns, rest), stream.catalog.fields);
        await loadPages(pages, program, { filling, intake }, reading);
        return { bookmarks: [], lineage: { source: name, records: intake.tally.read } };
      },
    };
    return;
  }
  const isDaily = stream.catalog.fields.find((field) => field.name === stream.cursor.field)?.type === 'date';
  const windows = windowsOf(run, plan, stream.cursor, isDaily);
  // Success with nothing, day after day, would look like a source in which nothing happens.
  if (windows.length === 0 && Date.parse(stream.cursor.start) > run.startedAt.getTime())
    warn(`Nothing was read: its start, ${stream.cursor.start}, lies in the future.`);
  const movesBookmark = plan.sync === 'incremental' && run.range === undefined;
  const unitOf = (slice: string, parts: readonly Window[]): Unit => ({
    slice,
    async load({ columns, filling, intake }) {
      const program = compileForObjects(rowPlan(columns, rest), stream.catalog.fields);
      for (const window of parts)
        await loadPages(
          stream.read({ slice: window, signal: run.signal, warn, replacesAll }),
          program,
          { filling, intake },
          reading,
        );
      const last = parts[parts.length - 1];
      const bookmarks: Bookmark[] =
        movesBookmark && last !== undefined
          ? [
              {
                stream: name,
                partition: FRONTIER_PARTITION,
                position: {
                  kind: 'frontier',
                  frontier: frontierAfter(last, isDaily, stream.cursor, run.startedAt, frontierOf(plan)),
                  completed: [],
                },
              },
            ]
          : [];
      return { bookmarks, lineage: { source: slice, records: intake.tally.read } };
    },
  });
  // Overwrite, and a full refresh that appends, are one checkpoint for the stream: all or nothing.
  if (plan.write === 'overwrite' || (plan.sync === 'full_refresh' && plan.write === 'append'))
    yield unitOf('all', windows);
  else for (const window of windows) yield unitOf(window.id, [window]);
}

function frontierOf({ bookmarks }: StreamPlan): string | undefined {
  const saved = bookmarks.find((bookmark) => bookmark.partition === FRONTIER_PARTITION)?.position;
  return saved?.kind === 'frontier' ? saved.frontier : undefined;
}

function windowsOf(
  run: RunRequest,
  plan: StreamPlan,
  cursor: Parameters<typeof cutWindows>[0]['cursor'],
  isDaily: boolean,
): readonly Window[] {
  return cutWindows({
    cursor,
    isDaily,
    frontier: plan.sync === 'incremental' ? frontierOf(plan) : undefined,
    lookback: lookbackOf(plan.request, plan.stream),
    runStart: run.startedAt,
    // Today is read again tomorrow, which would double it where no key deduplicates.
    wholeDays: plan.sync === 'incremental' && plan.write === 'append' && plan.table.key.length === 0,
    ...(run.range === undefined ? {} : { range: run.range }),
  });
}
