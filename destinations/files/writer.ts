import { posix } from 'node:path';
import {
  ConnectorError,
  EMPTY_LEDGER,
  isConnectorError,
  type Batch,
  type Checkpoint,
  type HeldRecord,
  type Ledger,
  type Reject,
  type RunIdentity,
  type TableSpec,
  type Writer,
} from '#sdk';
import { addTo, newSum, textOfSum, type Sum, type WritableTransport } from '#sdk/files';
import type { FileBatch, FileEncoder, FileFormat } from './file-format.js';
import { endingOf, fileName, manifestName, type Naming } from './file-name.js';
import type { FilesConfig } from './files.config.js';
import { persisting, type Log } from './log.js';
import { manifestText, type WrittenFile } from './manifest.js';
import { openOutput, type Output } from './output.js';
import { heldAfter, heldRecords } from './quarantine.js';
import type { Change, Delivered, Move, State } from './state.js';

export interface WriterContext {
  readonly config: FilesConfig;
  readonly place: WritableTransport;
  readonly log: Log;
  readonly format: FileFormat;
  readonly table: TableSpec;
  readonly run: RunIdentity;
  /** Folder for what is not committed yet, and a beginning of its names that no other writer has. */
  readonly staging: string;
  readonly probe: (point: string) => Promise<void> | void;
  readonly signal: AbortSignal;
}

/** The file that is being written. */
interface Part {
  readonly name: string;
  readonly output: Output;
  readonly encoder: FileEncoder;
  readonly sums: readonly Sum[];
  records: number;
}

/** Writes one slice into files under names of its own; the checkpoint commits them in the log, and then gives them their names. */
export function filesWriter(context: WriterContext, slice: string): Writer {
  const { config, place, log, format, table, staging, probe, signal } = context;
  const { fields } = table;
  const spare: FileBatch[] = [1, 2].map(() => format.batch(fields, config.control_totals));
  const done: WrittenFile[] = [];
  const rejects: HeldRecord[] = [];
  const draft = `${staging}_manifest.json`;
  const mayRotate = config.file_name.includes('{part}');
  let part: Part | undefined;
  let opened = 0;
  let encoded = 0;
  let inFlight: Promise<void> = Promise.resolve();
  let failed: unknown;
  /** False once the files may be committed: from then on they are the log's. */
  let isOurs = true;

  const openPart = async (): Promise<Part> => {
    opened += 1;
    const name = `${staging}_${opened}${endingOf(config)}`;
    const output = openOutput(place, name, config, signal);
    part = { name, output, encoder: format.encoder(fields), sums: config.control_totals.map(newSum), records: 0 };
    await output.write(part.encoder.head());
    return part;
  };
  const endPart = async () => {
    if (part === undefined) return;
    const { name, output, encoder, records, sums } = part;
    await output.write(encoder.end());
    done.push({ name, records, sums, ...(await output.end()) });
    part = undefined;
  };
  const send = async (batch: FileBatch) => {
    const into = part ?? (await openPart());
    into.records += batch.rows;
    for (const [index, sum] of batch.sums.entries()) addTo(into.sums[index] as Sum, textOfSum(sum));
    await into.output.write(into.encoder.add(batch));
    batch.reset();
    await probe('mid_copy');
    if (mayRotate && into.output.written >= config.max_file_bytes) await endPart();
    spare.push(batch);
  };
  const dropStaged = async () => {
    await part?.output.fail();
    part = undefined;
    if (!isOurs) return;
    for (const name of [...done.map((file) => file.name), draft])
      await place.remove(name, signal).catch(() => undefined);
  };

  return {
    batch() {
      const next = spare.pop();
      if (next === undefined) throw new ConnectorError('internal', 'More than two batches of one writer are out.');
      return next;
    },
    async stage(batch: Batch) {
      await inFlight;
      if (failed !== undefined) throw failed;
      encoded += batch.rows;
      inFlight = send(batch as FileBatch).catch((error: unknown) => {
        failed = error;
      });
    },
    async quarantine(found: readonly Reject[]) {
      rejects.push(...heldRecords(table, slice, found, new Date().toISOString()));
    },
    async checkpoint(checkpoint: Checkpoint): Promise<Ledger> {
      await inFlight;
      if (failed !== undefined) throw failed;
      // Whoever reads a stream that is written anew each time finds it also where it is empty.
      if (checkpoint.replacesAll && part === undefined && done.length === 0) await openPart();
      await endPart();
      const staged = done.reduce((sum, { records }) => sum + records, 0);
      if (staged !== encoded)
        throw new ConnectorError('internal', `The files of "${slice}" hold ${staged} records instead of ${encoded}.`);
      await probe('after_staging');
      const before = log.state.streams[table.stream];
      const deleted = checkpoint.replacesAll ? (before?.records ?? 0) : 0;
      const { tally } = checkpoint;
      const ledger: Ledger = {
        ...EMPTY_LEDGER,
        read: tally.read,
        filtered: tally.filtered,
        quarantined: tally.quarantined,
        replaced: tally.replaced,
        staged,
        inserted: staged,
        deleted,
      };
      const { unsettled, delivered } = await delivery(context, checkpoint, done, before);
      await probe('before_commit');
      const commit: Change = {
        kind: 'commit',
        checkpoint: checkpoint.id,
        stream: table.stream,
        slice,
        ledger,
        steps: tally.steps,
        ...(checkpoint.lineage && { lineage: checkpoint.lineage }),
        bookmarks: checkpoint.bookmarks,
        delivered,
        unsettled,
        quarantine: heldAfter(log.state.quarantine, table, rejects, checkpoint),
      };
      isOurs = false;
      await log.add(commit).catch((error: unknown) => {
        isOurs = isConnectorError(error) && error.kind === 'locked';
        throw error;
      });
      await probe('after_commit');
      await settle(place, unsettled, signal, probe);
      return ledger;
    },
    async abort(options) {
      await inFlight;
      await dropStaged();
      if (options?.keepQuarantine === true && rejects.length > 0)
        await log.add({ kind: 'quarantine', quarantine: heldAfter(log.state.quarantine, table, rejects) });
    },
  };

  /** The names that files and manifest get, and what they take the place of. The manifest is written, and waits with them. */
  async function delivery(
    of: WriterContext,
    checkpoint: Checkpoint,
    files: readonly WrittenFile[],
    before: Delivered | undefined,
  ): Promise<{ readonly unsettled: State['unsettled']; readonly delivered: Delivered }> {
    const { replacesAll } = checkpoint;
    const records = files.reduce((sum, file) => sum + file.records, replacesAll ? 0 : (before?.records ?? 0));
    if (files.length === 0)
      return { unsettled: { moves: [], removes: [] }, delivered: { fields, records, names: before?.names ?? [] } };
    const at = new Date();
    const naming: Naming = { table, number: log.next, at };
    const named = files.map((file, index) => ({ ...file, name: fileName(config, naming, index + 1) }));
    const manifest = manifestName(config, naming);
    const text = manifestText(manifest, { config, table, fields, checkpoint, run: of.run.id, at, files: named });
    await place.write(draft, only(Buffer.from(text, 'utf8')), signal);
    const moves: readonly Move[] = [
      ...files.map(({ name }, index) => ({ from: name, to: (named[index] as WrittenFile).name })),
      { from: draft, to: manifest },
    ];
    const names = moves.map(({ to }) => to);
    const replaced = replacesAll ? (before?.names ?? []) : [];
    for (const { to } of moves) if (!replaced.includes(to)) await refuseTaken(to);
    return {
      unsettled: { moves, removes: replaced.filter((name) => !names.includes(name)) },
      delivered: { fields, records, names: replacesAll ? names : [] },
    };
  }

  async function refuseTaken(name: string): Promise<void> {
    if ((await place.stat(name, signal)) === undefined) return;
    throw new ConnectorError('destination', `A file "${name}" lies in ${place.place} already, and is not ours.`, {
      stream: table.stream,
      hint: 'Choose another `folder` or `file_name`. If the folder of the state was removed, its numbers began anew.',
    });
  }
}

/**
 * Gives what was committed its names, the manifest last, and removes what it takes the place of. May be repeated, by a later
 * run too: a file that is not there any more under its first name has its own already, whatever became of it since.
 */
export async function settle(
  place: WritableTransport,
  { moves, removes }: State['unsettled'],
  signal: AbortSignal,
  probe: WriterContext['probe'] = () => undefined,
): Promise<void> {
  for (const { from, to } of moves)
    await persisting(`"${to}" is committed and has not got its name yet`, signal, async () => {
      if ((await place.stat(from, signal)) !== undefined) await place.replace(from, to, signal);
      await probe('mid_delivery');
    });
  for (const name of removes)
    await persisting(`"${posix.basename(name)}" is replaced and still there`, signal, () => place.remove(name, signal));
}

async function* only(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
