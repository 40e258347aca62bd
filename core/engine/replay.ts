import {
  addLedgers,
  EMPTY_TALLY,
  fromJsonText,
  type Ledger,
  type QuarantinedRecord,
  type RecordData,
  type Reject,
  type TableSpec,
  type Writer,
} from '../protocol/index.js';
import { compileForObjects, NOWHERE, type ObjectProgram } from '../program/index.js';
import { checkOrigin } from './adoption.js';
import { addTallies, openProgress, proveBalance, proveLedger, rowsBefore } from './balance.js';
import { landingRules, loadPages, passRest, rowPlan, type Filling, type Intake } from './load.js';
import {
  addedFields,
  columnsForTokens,
  groupsOf,
  payloadRules,
  replayable,
  type Replayable,
  type ReplayGroup,
} from './replay-records.js';
import { reconcile } from './reconcile.js';
import type { RunRequest } from './request.js';
import { retrying } from './retry.js';
import { settleColumns, type Settled } from './settle-columns.js';
import { checkTokenVersions } from './token-versions.js';
import { frozenFields, planStream, type StreamPlan } from './stream-plan.js';

/** So many records are in memory at a time. */
const PAGE = 1_000;

/**
 * Reads what a stream has in quarantine once more, by the rules as they are now. It moves no bookmark and overwrites no
 * version that came later; what passes is resolved in the checkpoint that lands it, what fails again stays.
 */
export async function replayStream(run: RunRequest, plan: StreamPlan): Promise<Ledger> {
  const { destination, on } = run;
  const stream = plan.request.name;
  const present = await destination.describe(plan.table);
  checkOrigin(run, plan, present);
  await checkTokenVersions(run, plan, present);
  const { rows: before } = await rowsBefore(run, plan, present);
  const progress = openProgress(present && plan.table);
  const told = new Set<string>();
  on({ type: 'stream_started', stream, sync: 'replay', write: plan.write });
  let partial = 0;
  for await (const records of latestVersions(run, plan)) {
    const fields = fieldsOf(plan, present?.fields ?? [], records);
    const settled = await settleColumns(run, plan, plan.stream.kind === 'files' ? { fields } : undefined, told);
    if (settled.isNew) await destination.create(settled.table);
    progress.table = settled.table;
    const whole = records.flatMap((record) => replayable(record, settled.columns, payloadRules(run, plan)) ?? []);
    partial += records.length - whole.length;
    for (const group of groupsOf(whole, settled.table.fromFiles)) {
      run.signal.throwIfAborted();
      on({ type: 'slice_started', stream, slice: group.slice });
      await retrying(run, stream, group.slice, async () => {
        const ledger = await replayGroup(run, plan, settled, group);
        progress.ledger = addLedgers(progress.ledger, ledger);
      });
      on({ type: 'slice_completed', stream, slice: group.slice });
    }
  }
  if (partial > 0)
    on({
      type: 'warning',
      stream,
      message: `Not replayed: ${partial} of the records, since the quarantine holds only a part of them. They need to be sent again.`,
    });
  const { table } = progress;
  if (table !== undefined)
    await retrying(run, stream, 'end', () => proveBalance(run, stream, table, before, progress.ledger));
  return progress.ledger;
}

/** What a replay would do to one stream. */
export interface ReplayPreview {
  readonly stream: string;
  readonly records: number;
  readonly passing: number;
  /** Records that would fail again, by reason. */
  readonly failing: Readonly<Record<string, number>>;
  /** Records of which the quarantine holds only a part. */
  readonly partial: number;
}

/** Judges the records by the rules as they are now, and changes nothing. */
export async function previewReplay(run: RunRequest): Promise<readonly ReplayPreview[]> {
  const { destination } = run;
  const bookmarks = await destination.bookmarks(run.run.connection);
  const offered = await run.source.streams((stream) => frozenFields(bookmarks, stream));
  const previews: ReplayPreview[] = [];
  for (const request of run.streams) {
    const stream = offered[request.name];
    if (stream === undefined) continue;
    const plan = planStream(run, request, stream, bookmarks);
    const present = await destination.describe(plan.table);
    const failing: Record<string, number> = {};
    let [all, passing, partial] = [0, 0, 0];
    for await (const records of latestVersions(run, plan)) {
      all += records.length;
      const fields = fieldsOf(plan, present?.fields ?? [], records);
      const planned = request.planColumns(fields, stream.catalog.primaryKey);
      const columns = present === undefined ? planned : reconcile(plan, planned, present).columns;
      const whole = records.flatMap((record) => replayable(record, columns, payloadRules(run, plan)) ?? []);
      partial += records.length - whole.length;
      for (const group of groupsOf(whole, plan.table.fromFiles))
        for (const { program, records: part } of partsOf(run, plan, columns, group)) {
          program.run(part, 0, { ...NOWHERE, rows: 0, bytes: 0 });
          const { tally, rejects } = program.drain();
          passing += tally.encoded;
          for (const { reason } of rejects) failing[reason] = (failing[reason] ?? 0) + 1;
        }
    }
    previews.push({ stream: request.name, records: all, passing, failing, partial });
  }
  return previews;
}

/**
 * The quarantine page by page, each record in its latest version only: an older one is resolved with it, or waits until it
 * has passed.
 */
async function* latestVersions(
  { destination, run }: RunRequest,
  plan: StreamPlan,
): AsyncIterable<readonly QuarantinedRecord[]> {
  const tried = new Set<string>();
  let after: QuarantinedRecord | undefined;
  for (;;) {
    const page = await destination.quarantined(run.connection, plan.request.name, {
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    const latest = page.filter(({ key }) => !tried.has(key) && tried.add(key)).map((record) => opened(record, plan));
    if (latest.length > 0) yield latest;
    if (page.length < PAGE) return;
    after = page.at(-1);
  }
}

/** A record under a seal as it came; one that no key opens stays as it is, and counts as one of which only a part is kept. */
function opened(record: QuarantinedRecord, { request: { recordSeal } }: StreamPlan): QuarantinedRecord {
  const { _sealed: sealed } = record.payload;
  const text = typeof sealed === 'string' ? recordSeal?.open(sealed) : undefined;
  return text === undefined ? record : { ...record, payload: fromJsonText(text) as QuarantinedRecord['payload'] };
}

function fieldsOf(plan: StreamPlan, table: TableSpec['fields'], records: readonly QuarantinedRecord[]) {
  return [...plan.stream.catalog.fields, ...addedFields(plan, table, records)];
}

/** The records of a group with the program that reads them: those that hold tokens must not be tokenized once more. */
function partsOf(
  run: RunRequest,
  plan: StreamPlan,
  columns: Settled['columns'],
  { records, positions }: ReplayGroup,
): readonly { readonly program: ObjectProgram; readonly records: readonly RecordData[] }[] {
  const { parsing, isText } = payloadRules(run, plan);
  const fields = [...plan.stream.catalog.fields];
  for (const { source, sourceType, target, compute } of columns)
    if (compute === undefined && !fields.some(({ name }) => name === source))
      fields.push({ ...target, name: source, type: sourceType });
  const rest = { parsing, isText, ...landingRules(run, plan, fields) };
  return [false, true].flatMap((isTokenized) => {
    const at = records.flatMap((record, index) => (record.isTokenized === isTokenized ? [index] : []));
    if (at.length === 0) return [];
    const program = compileForObjects(rowPlan(isTokenized ? columnsForTokens(columns) : columns, rest));
    const own = at.map((index) => positions[index] as number);
    return {
      program: { ...program, run: (part, from, batch) => program.run(part, from, batch, own) } satisfies ObjectProgram,
      records: at.map((index) => (records[index] as Replayable).values),
    };
  });
}

async function replayGroup(
  run: RunRequest,
  plan: StreamPlan,
  { columns, table }: Settled,
  group: ReplayGroup,
): Promise<Ledger> {
  const stream = plan.request.name;
  const { slice } = group;
  const writer = await run.destination.open(table, slice, false);
  try {
    const filling: Filling = { writer, batch: writer.batch(), onStaged: () => undefined };
    const intake = collecting();
    const reading = { stream, signal: run.signal, probe: run.probe, look: () => undefined };
    for (const { program, records } of partsOf(run, plan, columns, group))
      await loadPages([records], program, { filling, intake }, reading);
    await passRest(filling);
    run.signal.throwIfAborted();
    const ledger = await commit(run, writer, group, intake);
    run.on({ type: 'checkpoint_committed', stream, slice, ledger });
    proveLedger(stream, slice, ledger);
    return ledger;
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
}

function commit(
  { clock }: RunRequest,
  writer: Writer,
  { slice, records, positions }: ReplayGroup,
  { tally, faults }: Collecting,
): Promise<Ledger> {
  return writer.checkpoint({
    id: clock.id(),
    slice,
    tally,
    bookmarks: [],
    replacesAll: false,
    replayed: records.map(({ record: { key, reason, lastSeen } }, index) => {
      const position = positions[index] as number;
      const fault = faults.get(position);
      return { key, reason, lastSeen, position, ...(fault === undefined ? {} : { fault }) };
    }),
  });
}

interface Collecting extends Intake {
  readonly faults: ReadonlyMap<number, Reject>;
}

/** What fails again is written down by the checkpoint under the key that it has; it does not enter the quarantine anew. */
function collecting(): Collecting {
  let tally = EMPTY_TALLY;
  const reasons: Record<string, number> = {};
  const faults = new Map<number, Reject>();
  return {
    get tally() {
      return tally;
    },
    reasons,
    faults,
    async take(drained) {
      tally = addTallies(tally, drained.tally);
      for (const reject of drained.rejects) {
        reasons[reject.reason] = (reasons[reject.reason] ?? 0) + 1;
        faults.set(reject.position, reject);
      }
    },
  };
}
