import {
  filePartition,
  SCHEMA_PARTITION,
  type Bookmark,
  type Field,
  type FileVersion,
  type OpenFile,
  type SourceStream,
} from '../protocol/index.js';
import { ConnectorError, toConnectorError } from '../sdk/errors.js';
import { landingRules, LateFields, loadFile, rowPlan } from './load.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';
import type { Unit } from './units.js';
import { warningsOf } from './warnings.js';

type FilesStream = Extract<SourceStream, { kind: 'files' }>;

/** One unit per file version that was not read yet, in the order in which later ones win. */
export async function* fileUnits(run: RunRequest, plan: StreamPlan, stream: FilesStream): AsyncIterable<Unit> {
  const read = new Map(plan.bookmarks.map((bookmark) => [bookmark.partition, bookmark.position]));
  // What earlier runs have frozen is the catalog already; columns that files add are frozen with the file that brings them.
  const frozen: Frozen = { fields: stream.catalog.fields, isSaved: read.has(SCHEMA_PARTITION), late: [] };
  const due: FileVersion[] = [];
  if (stream.settle !== undefined && plan.sync !== 'incremental')
    throw new ConnectorError(
      'config',
      `Stream "${plan.request.name}" moves or deletes its files, and a full refresh needs them again.`,
      { stream: plan.request.name, hint: 'Use `sync: incremental`, or `processed: keep`.' },
    );
  const knownOf = (file: FileVersion) => {
    const known = read.get(filePartition(file.name));
    return known?.kind === 'file' && known.version === file.version ? known : undefined;
  };
  const listing = {
    isRead: (file: FileVersion) => knownOf(file) !== undefined,
    hasRead: plan.bookmarks.some(({ position }) => position.kind === 'file'),
    warn: warningsOf(run, plan.request.name),
  };
  for await (const file of stream.list(run.signal, listing)) {
    const known = plan.sync === 'incremental' ? knownOf(file) : undefined;
    if (known === undefined) due.push(file);
    // It was committed, and the run that did so ended before it could do this.
    else await settle(run, plan, stream, file, known.checksum);
  }
  if (due.length > 1 && (plan.write === 'overwrite' || (plan.write === 'append' && plan.sync === 'full_refresh')))
    throw new ConnectorError(
      'config',
      `Stream "${plan.request.name}" has ${due.length} files, and full_refresh with ${plan.write} takes one, since it is one checkpoint.`,
      { stream: plan.request.name, hint: 'Narrow `path`, or use `write: merge`.' },
    );
  if (due.length > 0)
    run.on({
      type: 'files_listed',
      stream: plan.request.name,
      files: due.length,
      bytes: due.reduce((sum, { bytes }) => sum + bytes, 0),
    });
  for (const file of due) {
    const before = plan.sync === 'incremental' ? read.get(filePartition(file.name)) : undefined;
    const isSame = before?.kind === 'file' && (await hasChecksum(run, stream, file, before));
    yield isSame ? sameUnit(run, plan, stream, file, before) : fileUnit(run, plan, stream, file, frozen);
  }
}

type ReadFile = Extract<Bookmark['position'], { kind: 'file' }>;

/** Whether a name that was read before, and now tells another version, still holds the same: only reading it shows that. */
async function hasChecksum(
  run: RunRequest,
  stream: FilesStream,
  file: FileVersion,
  before: ReadFile,
): Promise<boolean> {
  if (before.bytes !== file.bytes || before.checksum === '') return false;
  const open = await stream.open(file, run.signal).catch(() => undefined);
  if (open === undefined) return false; // what is wrong with it, loading it tells
  try {
    const chunks = open.chunks[Symbol.asyncIterator]();
    while ((await chunks.next()).done !== true) run.signal.throwIfAborted();
    return open.identity().checksum === before.checksum;
  } catch (error) {
    if (run.signal.aborted) throw error;
    return false;
  } finally {
    await open.close();
  }
}

/** Nothing of it is loaded again; that it is this version now is written down, and it is put away. */
function sameUnit(run: RunRequest, plan: StreamPlan, stream: FilesStream, file: FileVersion, before: ReadFile): Unit {
  const name = plan.request.name;
  return {
    slice: file.name,
    async load() {
      const message = `File "${file.name}" came again with the same content, and is not loaded again.`;
      run.on({ type: 'warning', stream: name, message });
      return {
        bookmarks: [
          {
            stream: name,
            partition: filePartition(file.name),
            position: { ...before, version: file.version },
          },
        ],
        lineage: undefined,
        ...(stream.settle === undefined ? {} : { settle: () => settle(run, plan, stream, file, before.checksum) }),
      };
    },
  };
}

/** What is committed stays so, whatever becomes of the file; the next run tries again. */
async function settle(
  run: RunRequest,
  plan: StreamPlan,
  stream: FilesStream,
  file: FileVersion,
  checksum: string,
): Promise<void> {
  try {
    await stream.settle?.(file, checksum, run.signal);
  } catch (error) {
    if (run.signal.aborted) throw error;
    const message = `File "${file.name}" is loaded and was not put away: ${toConnectorError(error).message}`;
    run.on({ type: 'warning', stream: plan.request.name, message });
  }
}

interface Frozen {
  /** The fields seen so far. */
  fields: readonly Field[];
  /** True where the state held fields when the run began. */
  readonly isSaved: boolean;
  /** Those that the beginning of a file did not show: files of this run are opened with them. */
  late: readonly Field[];
}

function fileUnit(run: RunRequest, plan: StreamPlan, stream: FilesStream, file: FileVersion, frozen: Frozen): Unit {
  const name = plan.request.name;
  return {
    slice: file.name,
    bytes: file.bytes,
    async open() {
      const open = await stream.open(file, run.signal);
      return frozen.late.length === 0 ? open : { ...open, fields: union(open.fields, frozen.late) };
    },
    refusal: (error) => ({
      position: 0,
      reason: 'file_refused',
      detail: error.message,
      payload: { _file: file.name },
    }),
    async load({ file: open, columns, filling, intake, onBytes }) {
      if (open === undefined) throw new ConnectorError('internal', 'A file unit was not opened.');
      const named = Object.fromEntries((open.named ?? []).map(({ field, text }) => [field.name, text]));
      const rest = {
        parsing: open.parsing,
        named,
        ...landingRules(run, plan, union(stream.catalog.fields, fieldsIn(open))),
      };
      const reading = { stream: name, signal: run.signal, probe: run.probe, look: () => undefined };
      // Of the file as it lies there: what it unpacks to nobody knows beforehand.
      let told = 0;
      const moved = () => {
        const now = open.identity().bytes;
        onBytes(now - told);
        told = now;
      };
      try {
        await loadFile(open, rowPlan(columns, rest), { filling, intake }, reading, moved);
      } catch (error) {
        if (error instanceof LateFields) frozen.late = union(frozen.late, error.fields);
        throw error;
      }
      open.verify?.();
      const { checksum, bytes } = open.identity();
      const records = intake.tally.read;
      const bookmarks: Bookmark[] = [
        {
          stream: name,
          partition: filePartition(file.name),
          position: { kind: 'file', version: file.version, checksum, bytes, records },
        },
      ];
      frozen.fields = union(frozen.fields, fieldsIn(open));
      // Written again with each file, since the checkpoint before may have failed and been given up.
      if (stream.isInferred && (!frozen.isSaved || frozen.fields.length > stream.catalog.fields.length))
        bookmarks.push({
          stream: name,
          partition: SCHEMA_PARTITION,
          position: { kind: 'schema', fields: frozen.fields },
        });
      return {
        bookmarks,
        lineage: { source: file.name, version: file.version, checksum, bytes, records },
        ...(stream.settle === undefined ? {} : { settle: () => settle(run, plan, stream, file, checksum) }),
        ...(plan.table.key.includes('_source_row') ? { replacesFile: file.name } : {}),
      };
    },
  };
}

/** Those of its records, and those that its name gives. */
export const fieldsIn = ({ fields, named = [] }: OpenFile): readonly Field[] => [
  ...fields,
  ...named.map(({ field }) => field),
];

function union(fields: readonly Field[], others: readonly Field[]): readonly Field[] {
  const names = new Set(fields.map(({ name }) => name));
  return [...fields, ...others.filter(({ name }) => !names.has(name))];
}
