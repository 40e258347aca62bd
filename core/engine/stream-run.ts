import {
  addLedgers,
  EMPTY_LEDGER,
  filePartition,
  FRONTIER_PARTITION,
  imbalances,
  SCHEMA_PARTITION,
  type Bookmark,
  type Checkpoint,
  type FileVersion,
  type Ledger,
  type OpenFile,
  type ParsingRules,
  type PlannedColumn,
  type RowTally,
  type TableSpec,
  type Window,
  type Writer,
} from '../protocol/index.js';
import { compileForObjects } from '../program/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { judgeShare, loadFile, loadPages, openIntake, passRest, rowPlan, type Filling, type Intake } from './load.js';
import type { RunRequest } from './request.js';
import { retrying } from './retry.js';
import { lookbackOf, reconcile, type StreamPlan } from './stream-plan.js';
import { cutWindows, frontierAfter } from './windows.js';

/** A first load this large or smaller goes straight into the new table, in one transaction. */
export const DIRECT_LOAD_BYTES = 8 * 2 ** 30;

/** What APIs deliver is typed already; the texts matter to files only. */
const OBJECT_PARSING: ParsingRules = {
  nulls: [],
  quotedNulls: false,
  formats: {},
  trueTexts: ['true'],
  falseTexts: ['false'],
};

/** One unit of checkpoint: what to read into one writer, and what the bookmark says once that is committed. */
interface Unit {
  readonly slice: string;
  readonly bytes?: number;
  /** Reads everything into the writer; the file's identity is known only afterwards. */
  load(load: UnitLoad): Promise<UnitEnd>;
  /** Opens a file first, since its header decides the columns. */
  open?(): Promise<OpenFile>;
}

interface UnitLoad {
  readonly file: OpenFile | undefined;
  readonly columns: readonly PlannedColumn[];
  readonly filling: Filling;
  readonly intake: Intake;
  readonly onBytes: (bytes: number) => void;
}

interface UnitEnd {
  readonly bookmarks: readonly Bookmark[];
  readonly lineage: Checkpoint['lineage'];
  readonly replacesFile?: string;
}

interface Progress {
  ledger: Ledger;
  tally: RowTally;
  table: TableSpec | undefined;
}

/** Reads one stream to its end, checkpoint by checkpoint, and proves the balance. */
export async function runStream(run: RunRequest, plan: StreamPlan): Promise<Ledger> {
  const { destination, on } = run;
  const name = plan.request.name;
  const present = await destination.describe(plan.table);
  const before = present === undefined ? 0 : await destination.countRows(plan.table);
  const progress: Progress = {
    ledger: EMPTY_LEDGER,
    tally: { read: 0, filtered: 0, quarantined: 0, encoded: 0, replaced: 0 },
    table: present && plan.table,
  };
  on({ type: 'stream_started', stream: name, sync: plan.sync, write: plan.write });
  let units = 0;
  for await (const unit of unitsOf(run, plan)) {
    run.signal.throwIfAborted();
    units += 1;
    await retrying(run, name, unit.slice, () => runUnit(run, plan, unit, progress));
    on({ type: 'slice_completed', stream: name, slice: unit.slice });
  }
  if (units === 0 && present === undefined && plan.columns.length > 0) {
    await destination.create(plan.table);
    progress.table = plan.table;
  }
  if (progress.table !== undefined) await proveBalance(run, plan, before, progress);
  return progress.ledger;
}

async function runUnit(run: RunRequest, plan: StreamPlan, unit: Unit, progress: Progress): Promise<void> {
  const { destination, on, clock } = run;
  const stream = plan.request.name;
  const file = await unit.open?.();
  let writer: Writer | undefined;
  try {
    const { columns, table, isNew } = await settleColumns(run, plan, file);
    const direct =
      isNew &&
      unit.bytes !== undefined &&
      unit.bytes <= DIRECT_LOAD_BYTES &&
      plan.bookmarks.length === 0 &&
      table.key.length > 0;
    if (isNew && !direct) await destination.create(table);
    on({
      type: 'slice_started',
      stream,
      slice: unit.slice,
      ...(unit.bytes === undefined ? {} : { bytes: unit.bytes }),
    });
    writer = await destination.open(table, unit.slice, direct);
    let sourceBytes = 0;
    const opened = writer;
    const filling: Filling = {
      writer,
      batch: writer.batch(),
      onStaged: (batch) =>
        on({ type: 'batch_staged', stream, slice: unit.slice, rows: batch.rows, bytes: batch.bytes, sourceBytes }),
    };
    const intake = openIntake(opened, run.errorBudget, progress.tally, stream);
    const end = await unit.load({ file, columns, filling, intake, onBytes: (bytes) => (sourceBytes += bytes) });
    await passRest(filling);
    judgeShare(run.errorBudget, intake.tally, stream);
    run.signal.throwIfAborted();
    if (intake.tally.quarantined > 0)
      on({
        type: 'records_quarantined',
        stream,
        slice: unit.slice,
        count: intake.tally.quarantined,
        reasons: intake.reasons,
      });
    const ledger = await writer.checkpoint({
      id: clock.id(),
      slice: unit.slice,
      tally: intake.tally,
      bookmarks: end.bookmarks,
      ...(end.lineage === undefined ? {} : { lineage: end.lineage }),
      replacesAll: plan.write === 'overwrite',
      keepsExisting: false,
      ...(end.replacesFile === undefined ? {} : { replacesFile: end.replacesFile }),
    });
    writer = undefined;
    progress.ledger = addLedgers(progress.ledger, ledger);
    progress.tally = addTallies(progress.tally, intake.tally);
    progress.table = table;
    on({ type: 'checkpoint_committed', stream, slice: unit.slice, ledger });
    refuseImbalance(stream, unit.slice, imbalances(ledger));
  } catch (error) {
    await writer?.abort({ keepQuarantine: (error as ConnectorError).kind === 'data' });
    throw error;
  } finally {
    await file?.close();
  }
}

/** Columns of this unit: the plan's, with what the file's header adds, brought together with the table as it is now. */
async function settleColumns(run: RunRequest, plan: StreamPlan, file: OpenFile | undefined) {
  const { destination, on } = run;
  let columns = plan.columns;
  if (file !== undefined) {
    const known = new Set(plan.stream.catalog.fields.map((field) => field.name));
    const extra = file.fields.filter((field) => !known.has(field.name));
    if (extra.length > 0)
      columns = plan.request.planColumns([...plan.stream.catalog.fields, ...extra], plan.stream.catalog.primaryKey);
    const missing = plan.table.key.filter((name) => !name.startsWith('_') && !fileHas(file, columns, name));
    if (file.fields.length > 0 && missing.length > 0)
      throw new ConnectorError('schema', `The file's header lacks the key column "${missing.join('", "')}".`, {
        stream: plan.request.name,
        hint: 'Correct `primary_key`, or the file.',
      });
  }
  const table = { ...plan.table, fields: columns.map((column) => column.target) };
  const state = await destination.describe(table);
  if (state === undefined) return { columns, table, isNew: true };
  const settled = reconcile(plan, columns, state);
  if (settled.change !== undefined) await destination.evolve(settled.table, settled.change);
  if (settled.seen !== undefined)
    on({
      type: 'schema_changed',
      stream: plan.request.name,
      change: settled.seen,
      applied: settled.change !== undefined,
    });
  return { columns: settled.columns, table: settled.table, isNew: false };
}

function fileHas(file: OpenFile, columns: readonly PlannedColumn[], target: string): boolean {
  const source = columns.find((column) => column.target.name === target)?.source;
  return file.fields.some((field) => field.name === source);
}

async function* unitsOf(run: RunRequest, plan: StreamPlan): AsyncIterable<Unit> {
  const { stream } = plan;
  const name = plan.request.name;
  const rest = {
    parsing: OBJECT_PARSING,
    holdsNul: run.destination.capabilities.holdsNul,
    unstorableText: run.unstorableText,
  };
  const warn = (message: string) => run.on({ type: 'warning', stream: name, message });
  if (stream.kind === 'files') {
    yield* fileUnits(run, plan, stream);
    return;
  }
  if (stream.kind === 'full_refresh') {
    yield {
      slice: 'all',
      async load({ columns, filling, intake }) {
        const pages = stream.read({ slice: { id: 'all' }, signal: run.signal, warn });
        await loadPages(pages, compileForObjects(rowPlan(columns, rest)), filling, intake, run.signal);
        return { bookmarks: [], lineage: { source: name, records: intake.tally.read } };
      },
    };
    return;
  }
  const isDaily = plan.stream.catalog.fields.find((field) => field.name === stream.cursor.field)?.type === 'date';
  const windows = windowsOf(run, plan, stream.cursor, isDaily);
  const movesBookmark = plan.sync === 'incremental' && run.range === undefined;
  const unitOf = (slice: string, parts: readonly Window[]): Unit => ({
    slice,
    async load({ columns, filling, intake }) {
      const program = compileForObjects(rowPlan(columns, rest));
      for (const window of parts)
        await loadPages(stream.read({ slice: window, signal: run.signal, warn }), program, filling, intake, run.signal);
      const last = parts[parts.length - 1];
      const bookmarks: Bookmark[] =
        movesBookmark && last !== undefined
          ? [
              {
                stream: name,
                partition: FRONTIER_PARTITION,
                position: {
                  kind: 'frontier',
                  frontier: frontierAfter(last, isDaily, stream.cursor, run.startedAt),
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

function windowsOf(
  run: RunRequest,
  plan: StreamPlan,
  cursor: Parameters<typeof cutWindows>[0]['cursor'],
  isDaily: boolean,
): readonly Window[] {
  const saved = plan.bookmarks.find((bookmark) => bookmark.partition === FRONTIER_PARTITION)?.position;
  return cutWindows({
    cursor,
    isDaily,
    frontier: plan.sync === 'incremental' && saved?.kind === 'frontier' ? saved.frontier : undefined,
    lookback: lookbackOf(plan.request, plan.stream),
    runStart: run.startedAt,
    ...(run.range === undefined ? {} : { range: run.range }),
  });
}

async function* fileUnits(
  run: RunRequest,
  plan: StreamPlan,
  stream: Extract<StreamPlan['stream'], { kind: 'files' }>,
): AsyncIterable<Unit> {
  const name = plan.request.name;
  const read = new Map(plan.bookmarks.map((bookmark) => [bookmark.partition, bookmark.position]));
  let mustFreeze = stream.isInferred && !read.has(SCHEMA_PARTITION);
  let opened = 0;
  for await (const file of stream.list(run.signal)) {
    const known = read.get(filePartition(file.name));
    if (plan.sync === 'incremental' && known?.kind === 'file' && known.version === file.version) continue;
    opened += 1;
    if (plan.write === 'overwrite' && opened > 1)
      throw new ConnectorError('config', `Stream "${name}" has several files, and overwrite takes one.`, {
        stream: name,
        hint: 'Narrow `path`, or use `write: merge`.',
      });
    yield fileUnit(run, plan, stream, file, mustFreeze);
    mustFreeze = false;
  }
}

function fileUnit(
  run: RunRequest,
  plan: StreamPlan,
  stream: Extract<StreamPlan['stream'], { kind: 'files' }>,
  file: FileVersion,
  freezes: boolean,
): Unit {
  const name = plan.request.name;
  return {
    slice: file.name,
    bytes: file.bytes,
    open: () => stream.open(file, run.signal),
    async load({ file: open, columns, filling, intake, onBytes }) {
      if (open === undefined) throw new ConnectorError('internal', 'A file unit was not opened.');
      const rest = {
        parsing: open.parsing,
        holdsNul: run.destination.capabilities.holdsNul,
        unstorableText: run.unstorableText,
      };
      await loadFile(open, rowPlan(columns, rest), filling, intake, run.signal, onBytes);
      const { checksum, bytes } = open.identity();
      const records = intake.tally.read;
      const bookmarks: Bookmark[] = [
        {
          stream: name,
          partition: filePartition(file.name),
          position: { kind: 'file', version: file.version, checksum, bytes, records },
        },
      ];
      if (freezes)
        bookmarks.push({
          stream: name,
          partition: SCHEMA_PARTITION,
          position: { kind: 'schema', fields: stream.catalog.fields },
        });
      return {
        bookmarks,
        lineage: { source: file.name, checksum, bytes, records },
        ...(plan.table.key.includes('_source_row') ? { replacesFile: file.name } : {}),
      };
    },
  };
}

/** Under the fence nobody else of ours writes, so the table must have grown by exactly what the ledger says. */
async function proveBalance(run: RunRequest, plan: StreamPlan, before: number, progress: Progress): Promise<void> {
  const after = await run.destination.countRows(progress.table ?? plan.table);
  const expected = before + progress.ledger.inserted - progress.ledger.deleted;
  if (after !== expected)
    refuseImbalance(plan.request.name, undefined, [`the table holds ${after} rows, the ledger says ${expected}`]);
}

function refuseImbalance(stream: string, slice: string | undefined, sentences: readonly string[]): void {
  if (sentences.length === 0) return;
  throw new ConnectorError('internal', `The ledger of stream "${stream}" does not balance: ${sentences.join('; ')}.`, {
    stream,
    ...(slice === undefined ? {} : { slice }),
    hint: 'Somebody else wrote to the table during the run, or this is a bug: compare the table with the source.',
  });
}

function addTallies(a: RowTally, b: RowTally): RowTally {
  return {
    read: a.read + b.read,
    filtered: a.filtered + b.filtered,
    quarantined: a.quarantined + b.quarantined,
    encoded: a.encoded + b.encoded,
    replaced: a.replaced + b.replaced,
  };
}
