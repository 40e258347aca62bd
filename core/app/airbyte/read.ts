import { randomUUID } from 'node:crypto';
import { runConnection } from '../../engine/index.js';
import type { CatalogStream, EngineEvent, OpenSource, SourceStream } from '../../protocol/index.js';
import { errorBudgetOf } from '../../settings/index.js';
import { ErrorBudgetSettings } from '../../settings/connection.settings.js';
import {
  schemaOfFields,
  type AirbyteCatalog,
  type AirbyteState,
  type AirbyteStream,
  type ConfiguredCatalog,
} from '../../sdk/wire/airbyte/index.js';
import { isLeftOut, repeatable, toldRequest } from '../bridges/told-streams.js';
import { ON_LEFT_OUT } from '../bridges/told-tables.js';
import { clock } from '../connection-run.js';
import { messageDestination } from './message-destination.js';
import type { MessageWriter } from './message-writer.js';

/** What every record of a stream of files has beside its own fields. */
const OF_FILES = {
  _ab_source_file_url: { type: 'string', description: 'The file that the record stands in' },
  _ab_source_row: { type: 'integer', description: 'Its place in the file, the first one is 1' },
};
const FILE_KEY = Object.keys(OF_FILES);

/** The streams of a source of ours, as Airbyte takes them. */
export function catalogOf(streams: Readonly<Record<string, SourceStream>>): AirbyteCatalog {
  return { streams: Object.values(streams).map(streamOf) };
}

function streamOf({ kind, catalog }: SourceStream): AirbyteStream {
  const { name, fields, primaryKey, cursor, syncModes } = catalog;
  const schema = schemaOfFields(fields.filter((field) => !isLeftOut(field)));
  const isFiles = kind === 'files';
  const key = isFiles && primaryKey.length === 0 ? FILE_KEY : primaryKey;
  const order = cursorOf(catalog, isFiles);
  return {
    name,
    json_schema: isFiles ? { ...schema, properties: { ...OF_FILES, ...(schema['properties'] as object) } } : schema,
    supported_sync_modes: syncModes,
    source_defined_cursor: syncModes.includes('incremental'),
    ...(order === undefined || cursor === '' ? {} : { default_cursor_field: [order] }),
    ...(key.length === 0 ? {} : { source_defined_primary_key: key.map((field) => [field]) }),
    is_resumable: syncModes.includes('incremental'),
  };
}

/** A cursor that lies inside of an object has no field to be named by. */
function cursorOf({ cursor, fields }: CatalogStream, isFiles: boolean): string | undefined {
  if (isFiles) return FILE_KEY[0];
  return fields.some(({ name }) => name === cursor) ? cursor : undefined;
}

export interface ReadOptions {
  readonly source: OpenSource;
  readonly catalog: ConfiguredCatalog;
  readonly states: readonly AirbyteState[];
  readonly messages: MessageWriter;
  readonly signal: AbortSignal;
}

/** Reads the streams of the catalog as a run does, tells records and states, and says whether all of it came. */
export async function readMessages({ source, catalog, states, messages, signal }: ReadOptions): Promise<boolean> {
  const destination = messageDestination(messages, states);
  const offered = await source.streams(() => undefined);
  for (const { stream } of catalog.streams) {
    const left = offered[stream.name]?.catalog.fields.filter(isLeftOut).map(({ name }) => name) ?? [];
    if (left.length > 0)
      messages.log('WARN', `Stream "${stream.name}": "${left.join('", "')}" tell who a person is and are left out.`);
  }
  const told: string[] = [];
  const ends: Promise<void>[] = [];
  const on = (event: EngineEvent) => {
    if (event.type === 'stream_started') messages.status({ name: event.stream }, 'STARTED');
    else if (event.type === 'warning')
      messages.log('WARN', event.stream === undefined ? event.message : `Stream "${event.stream}": ${event.message}`);
    else if (event.type === 'stream_ended') {
      const { stream, state, error } = event;
      const end = destination.endStream(stream, state === 'complete');
      ends.push(end.catch(() => undefined));
      if (error !== undefined) {
        told.push(error.message);
        messages.fault(error, { name: stream });
      }
      messages.status({ name: stream }, state === 'complete' ? 'COMPLETE' : 'INCOMPLETE');
    }
  };
  const outcome = await runConnection({
    run: { id: randomUUID(), connection: 'airbyte' },
    source: {
      ...source,
      streams: async (frozen, only, onFault) => repeatable(await source.streams(frozen, only, onFault)),
    },
    destination,
    schema: 'airbyte',
    streams: catalog.streams.map(({ stream, sync_mode: sync }) => toldRequest(stream.name, sync, offered[stream.name])),
    errorBudget: errorBudgetOf(new ErrorBudgetSettings()),
    unstorableText: 'replace',
    startedAt: new Date(),
    fullRefresh: false,
    signal,
    clock,
    on,
    onRejected: ON_LEFT_OUT,
    probe: () => undefined,
  });
  await Promise.all(ends);
  if (outcome.error !== undefined && !told.includes(outcome.error.message)) messages.fault(outcome.error);
  await messages.flush();
  return outcome.exitCode === 0;
}
