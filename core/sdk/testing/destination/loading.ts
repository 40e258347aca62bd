import { randomUUID } from 'node:crypto';
import { compileForObjects, type ObjectProgram } from '../../../program/index.js';
import {
  imbalances,
  type Bookmark,
  type Checkpoint,
  type DestinationCapabilities,
  type DestinationSession,
  type Ledger,
  type RecordData,
  type RowTally,
  EMPTY_TALLY,
  type TableSpec,
  type Writer,
} from '../../../protocol/index.js';
import { mustBe } from './checks.js';

export interface LoadOptions extends Partial<
  Pick<Checkpoint, 'replacesAll' | 'replacesFile' | 'bookmarks' | 'lineage'>
> {
  /** Default: `all`. */
  readonly slice?: string;
  /** True: the first load of a new table, as one checkpoint. */
  readonly direct?: boolean;
}

/** A slice that is staged and not committed yet. */
export interface Staged {
  readonly writer: Writer;
  commit(): Promise<Ledger>;
}

/** The row program that the engine would compile for the table: what it refuses, no destination ever sees. */
export function programFor(
  table: TableSpec,
  { holdsNul, maxKeyBytes, maxTextBytes }: DestinationCapabilities,
): ObjectProgram {
  return compileForObjects({
    columns: table.fields.map((field) => ({
      source: field.name,
      sourceType: field.type,
      target: field,
      required: !field.nullable || table.key.includes(field.name),
    })),
    parsing: { nulls: [], quotedNulls: false, formats: {}, trueTexts: ['true'], falseTexts: ['false'] },
    withPosition: true,
    holdsNul,
    ...(maxTextBytes === undefined ? {} : { maxTextBytes }),
    unstorableText: 'replace',
    ...(table.key.length === 0 ? {} : { key: { sources: table.keySources, maxBytes: maxKeyBytes } }),
  });
}

/** Writers that are neither committed nor aborted, by session: one that a case leaves behind keeps its session open. */
const open = new WeakMap<DestinationSession, Set<Writer>>();

export async function abandonWriters(session: DestinationSession): Promise<void> {
  for (const writer of open.get(session) ?? []) await writer.abort().catch(() => undefined);
}

/** Stages as the engine does: records through the row program into batches, rejected ones into quarantine. */
export async function stage(
  session: DestinationSession,
  table: TableSpec,
  batches: readonly (readonly RecordData[])[],
  { slice = 'all', direct = false, ...rest }: LoadOptions = {},
): Promise<Staged> {
  const writer = await session.open(table, slice, direct);
  const pending = open.get(session) ?? new Set();
  open.set(session, pending.add(writer));
  const program = programFor(table, session.capabilities);
  let tally: RowTally = EMPTY_TALLY;
  try {
    for (const records of batches) {
      for (let from = 0; from < records.length;) {
        const batch = writer.batch();
        from = program.run(records, from, batch);
        await writer.stage(batch);
      }
      const drained = program.drain();
      tally = sumOf(tally, drained.tally);
      if (drained.rejects.length > 0) await writer.quarantine(drained.rejects);
    }
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
  return {
    writer,
    async commit() {
      pending.delete(writer);
      try {
        const ledger = await writer.checkpoint({
          id: randomUUID(),
          slice,
          tally,
          bookmarks: rest.bookmarks ?? [],
          replacesAll: rest.replacesAll ?? false,
          ...(rest.replacesFile === undefined ? {} : { replacesFile: rest.replacesFile }),
          ...(rest.lineage === undefined ? {} : { lineage: rest.lineage }),
        });
        mustBe('What does not balance in the ledger', imbalances(ledger), []);
        const { read, filtered, quarantined, replaced } = tally;
        mustBe(
          'What the ledger says of the records that were read',
          [ledger.read, ledger.filtered, ledger.quarantined, ledger.replaced],
          [read, filtered, quarantined, replaced],
        );
        return ledger;
      } catch (error) {
        await writer.abort().catch(() => undefined);
        throw error;
      }
    },
  };
}

const sumOf = (a: RowTally, b: RowTally): RowTally => ({
  read: a.read + b.read,
  filtered: a.filtered + b.filtered,
  quarantined: a.quarantined + b.quarantined,
  encoded: a.encoded + b.encoded,
  replaced: a.replaced + b.replaced,
  steps: {},
});

/** One load under the fence: rows after = rows before + inserted − deleted. */
export async function load(
  session: DestinationSession,
  table: TableSpec,
  batches: readonly (readonly RecordData[])[],
  options: LoadOptions = {},
): Promise<Ledger> {
  const before = options.direct === true ? 0 : await session.countRows(table);
  const ledger = await (await stage(session, table, batches, options)).commit();
  const after = await session.countRows(table);
  mustBe('Rows after the checkpoint', after, before + ledger.inserted - ledger.deleted);
  return ledger;
}

/** That a slice is done, as a bookmark of its own. */
export const doneBookmark = (stream: string, slice: string, records: number): Bookmark => ({
  stream,
  partition: `file:${slice}`,
  position: { kind: 'file', version: '1', checksum: slice, bytes: records, records },
});
