import {
  filePartition,
  SCHEMA_PARTITION,
  type Bookmark,
  type Field,
  type FileVersion,
  type SourceStream,
} from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { landingRules, LateFields, loadFile, rowPlan } from './load.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';
import type { Unit } from './units.js';

type FilesStream = Extract<SourceStream, { kind: 'files' }>;

/** One unit per file version that was not read yet, in the order in which later ones win. */
export async function* fileUnits(run: RunRequest, plan: StreamPlan, stream: FilesStream): AsyncIterable<Unit> {
  const read = new Map(plan.bookmarks.map((bookmark) => [bookmark.partition, bookmark.position]));
  // What earlier runs have frozen is the catalog already; columns that files add are frozen with the file that brings them.
  const frozen: Frozen = { fields: stream.catalog.fields, isSaved: read.has(SCHEMA_PARTITION), late: [] };
  const due: FileVersion[] = [];
  for await (const file of stream.list(run.signal)) {
    const known = read.get(filePartition(file.name));
    if (plan.sync === 'incremental' && known?.kind === 'file' && known.version === file.version) continue;
    due.push(file);
  }
  if (due.length > 1 && (plan.write === 'overwrite' || (plan.write === 'append' && plan.sync === 'full_refresh')))
    throw new ConnectorError(
      'config',
      `Stream "${plan.request.name}" has ${due.length} files, and full_refresh with ${plan.write} takes one, since it is one checkpoint.`,
      { stream: plan.request.name, hint: 'Narrow `path`, or use `write: merge`.' },
    );
  for (const file of due) yield fileUnit(run, plan, stream, file, frozen);
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
    async load({ file: open, columns, filling, intake, onBytes }) {
      if (open === undefined) throw new ConnectorError('internal', 'A file unit was not opened.');
      const rest = { parsing: open.parsing, ...landingRules(run, plan) };
      const reading = { stream: name, signal: run.signal, probe: run.probe, look: () => undefined };
      try {
        await loadFile(open, rowPlan(columns, rest), { filling, intake }, reading, onBytes);
      } catch (error) {
        if (error instanceof LateFields) frozen.late = union(frozen.late, error.fields);
        throw error;
      }
      const { checksum, bytes } = open.identity();
      const records = intake.tally.read;
      const bookmarks: Bookmark[] = [
        {
          stream: name,
          partition: filePartition(file.name),
          position: { kind: 'file', version: file.version, checksum, bytes, records },
        },
      ];
      frozen.fields = union(frozen.fields, open.fields);
      // Written again with each file, since the checkpoint before may have failed and been given up.
      if (stream.isInferred && (!frozen.isSaved || frozen.fields.length > stream.catalog.fields.length))
        bookmarks.push({
          stream: name,
          partition: SCHEMA_PARTITION,
          position: { kind: 'schema', fields: frozen.fields },
        });
      return {
        bookmarks,
        lineage: { source: file.name, checksum, bytes, records },
        ...(plan.table.key.includes('_source_row') ? { replacesFile: file.name } : {}),
      };
    },
  };
}

function union(fields: readonly Field[], others: readonly Field[]): readonly Field[] {
  const names = new Set(fields.map(({ name }) => name));
  return [...fields, ...others.filter(({ name }) => !names.has(name))];
}
