import {
  OWN_COLUMNS,
  SCHEMA_PARTITION,
  STAGING_POSITION,
  type Bookmark,
  type Field,
  type PlannedColumn,
  type SourceStream,
  type SyncMode,
  type TableSpec,
  type WriteMode,
} from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { RunRequest, StreamRequest } from './request.js';

const FILE_KEY: readonly string[] = ['_source_file', '_source_row'];

export interface StreamPlan {
  readonly stream: SourceStream;
  readonly request: StreamRequest;
  readonly sync: SyncMode;
  readonly write: WriteMode;
  readonly columns: readonly PlannedColumn[];
  readonly table: TableSpec;
  readonly bookmarks: readonly Bookmark[];
}

/** Decides modes and columns of a stream, and refuses what cannot be right before anything is read. */
export function planStream(
  run: RunRequest,
  request: StreamRequest,
  stream: SourceStream,
  bookmarks: readonly Bookmark[],
): StreamPlan {
  const { catalog } = stream;
  const sync = run.fullRefresh
    ? 'full_refresh'
    : (request.sync ?? (canBeIncremental(stream) ? 'incremental' : 'full_refresh'));
  const hasFileKey = catalog.primaryKey.length === 0 && stream.kind === 'files';
  const { writeModes, keepsKeys } = run.destination.capabilities;
  const byKey = writeModes.includes('merge') ? 'merge' : sync === 'incremental' ? 'append' : 'overwrite';
  const wanted = request.write ?? (catalog.primaryKey.length === 0 && !hasFileKey && keepsKeys ? 'append' : byKey);
  // Where file and row are the key, appending is merging by them: another file only adds, and a file that was loaded again
  // replaces its own rows.
  const write = wanted === 'append' && sync === 'incremental' && hasFileKey && keepsKeys ? 'merge' : wanted;
  const key = keepsKeys ? keyOf(catalog.primaryKey, hasFileKey, sync, write) : [];
  const refuse = (message: string, hint: string): never => {
    throw new ConnectorError('config', `Stream "${request.name}": ${message}`, {
      stream: request.name,
      connection: run.run.connection,
      hint,
    });
  };
  if (sync === 'incremental' && !canBeIncremental(stream))
    refuse('it has no cursor, so it cannot be read incrementally.', 'Use `sync: full_refresh`.');
  if (sync === 'incremental' && write === 'overwrite')
    refuse(
      'incremental reading with overwrite would delete what was not read.',
      'Use `write: merge`, or `sync: full_refresh`.',
    );
  if (!writeModes.includes(write))
    refuse(`the destination cannot write by ${write}.`, `It can: ${writeModes.join(', ')}.`);
  if (run.range !== undefined && (write === 'overwrite' || (write === 'append' && key.length === 0)))
    refuse(
      `reading a range with ${write} would ${write === 'append' ? 'double' : 'delete'} what lies in the table.`,
      'A range needs `write: merge`.',
    );
  if (write === 'merge' && key.length === 0)
    refuse('merge needs a key, and the stream has none.', 'Use `write: append` or `write: overwrite`.');
  if (sync === 'incremental' && write === 'append' && key.length === 0 && lookbackOf(request, stream) !== undefined)
    refuse(
      'appending with a lookback would double what is read again.',
      'Set `lookback: 0d`, or use a stream with a key and `write: merge`.',
    );
  if (stream.kind === 'stateful' && request.lookback !== undefined)
    refuse(
      'how far it looks back is for its source to say.',
      'Take `lookback` away; a manifest has `lookback_window`.',
    );
  if (
    stream.kind === 'stateful' &&
    stream.mayRepeat !== true &&
    keepsKeys &&
    sync === 'incremental' &&
    write === 'append' &&
    catalog.primaryKey.length === 0
  )
    refuse(
      'it has no key, and its source may read a record again where it went on.',
      'Use `sync: full_refresh` with `write: overwrite`, or give the stream a key.',
    );
  if (catalog.fields.length === 0 && key.some((column) => catalog.primaryKey.includes(column)))
    refuse(
      'its columns are not known: it declares none, and there were no records to tell them by.',
      'Declare them (`fields` in the short form of `rest`, a schema in a manifest), or run again when the API has records.',
    );
  const columns = withRoom(run, request.planColumns(catalog.fields, catalog.primaryKey));
  refuseOwnNames(request.name, columns);
  const json = columns.find(({ source, target }) => key.includes(source) && target.type === 'json');
  if (json !== undefined)
    refuse(`its key column "${json.target.name}" is json, which cannot be a key.`, 'Choose columns of plain values.');
  return {
    stream,
    request,
    sync,
    write,
    columns,
    table: tableOf(run, request, stream, columns, key, write),
    bookmarks,
  };
}

/** Names that the destination uses in tables and in staging. */
export function refuseOwnNames(stream: string, columns: readonly PlannedColumn[]): void {
  const taken = columns.find(({ target: { name } }) => OWN_COLUMNS.has(name) || name === STAGING_POSITION);
  if (taken !== undefined)
    throw new ConnectorError(
      'config',
      `Stream "${stream}": its column "${taken.target.name}" has a name that belongs to the destination.`,
      { stream, hint: 'Give it another name by `map: [{ rename: … }]`.' },
    );
}

/** A decimal that may have any number of digits has as many as the destination can hold; a record with more is rejected. */
export function withRoom({ destination }: RunRequest, columns: readonly PlannedColumn[]): readonly PlannedColumn[] {
  const room = destination.capabilities.unboundedDecimal;
  if (room === undefined) return columns;
  return columns.map((column) =>
    column.target.type === 'decimal' && column.target.precision === undefined
      ? { ...column, target: { ...column.target, ...room } }
      : column,
  );
}

/** A full refresh that appends makes a copy per run, so no key tells its rows apart. */
function keyOf(
  primaryKey: readonly string[],
  hasFileKey: boolean,
  sync: SyncMode,
  write: WriteMode,
): readonly string[] {
  if (sync === 'full_refresh' && write === 'append') return [];
  return hasFileKey ? FILE_KEY : primaryKey;
}

const canBeIncremental = ({ kind, catalog }: SourceStream) =>
  kind !== 'full_refresh' && catalog.syncModes.includes('incremental');

export function lookbackOf(request: StreamRequest, stream: SourceStream): string | undefined {
  const lookback = request.lookback ?? (stream.kind === 'incremental' ? stream.cursor.lookback : undefined);
  return lookback === undefined || /^0+[smhd]$/.test(lookback) ? undefined : lookback;
}

function tableOf(
  run: RunRequest,
  request: StreamRequest,
  stream: SourceStream,
  columns: readonly PlannedColumn[],
  key: readonly string[],
  write: WriteMode,
): TableSpec {
  const landed = (source: string) => {
    if (source.startsWith('_source_')) return source;
    const column = columns.find((candidate) => candidate.source === source);
    if (column === undefined)
      throw new ConnectorError(
        'config',
        `Stream "${request.name}": the column "${source}" is dropped, and the key or the version needs it.`,
        {
          stream: request.name,
          hint: 'Such a column may be renamed, and a key column tokenized, but not dropped.',
        },
      );
    return column.target.name;
  };
  return {
    connection: run.run.connection,
    stream: request.name,
    schema: run.schema,
    name: request.name,
    fields: columns.map((column) => column.target),
    key: key.map(landed),
    keySources: key,
    ...(stream.catalog.version === undefined ? {} : { version: landed(stream.catalog.version) }),
    fromFiles: stream.kind === 'files',
    write,
    marks: request.marks,
    ...(request.adopt === true ? { adopt: true } : {}),
  };
}

/** The fields that an earlier run has fixed for a stream whose fields are inferred. */
export function frozenFields(bookmarks: readonly Bookmark[], stream: string): readonly Field[] | undefined {
  const found = bookmarks.find((bookmark) => bookmark.stream === stream && bookmark.partition === SCHEMA_PARTITION);
  return found?.position.kind === 'schema' ? found.position.fields : undefined;
}
