import { ConnectorError, SavedState, type RecordData } from '#sdk';
import {
  zoneFixer,
  type AirbyteState,
  type AirbyteStream,
  type Json,
  type StreamDescriptor,
  type StreamStatus,
} from '#sdk/wire/airbyte';
import type { AirbyteProgram } from './program.js';
import type { OfferedStream } from './offered.js';

/** A state is handed on after so many records, or so many milliseconds, and at the end. */
const STATE_RECORDS = 20_000;
const STATE_MS = 30_000;

export interface StreamReading {
  readonly program: AirbyteProgram;
  /** The source's configuration as it is now. */
  readonly config: Json;
  readonly offered: OfferedStream;
  readonly sync: 'full_refresh' | 'incremental';
  /** What this function yielded last: states as the source said them, without their counts. */
  readonly state: unknown;
  readonly warn: (text: string) => void;
}

/**
 * Runs `read` for one stream alone, to its end. Pages of records, and between them the states that stand for all before them.
 * Throws where the source says another number of records than came, or does not say that the stream is complete.
 */
export async function* readStream(reading: StreamReading): AsyncIterable<readonly RecordData[] | SavedState> {
  const { program, offered, sync, warn } = reading;
  const { stream } = offered;
  const given = (reading.state ?? []) as readonly AirbyteState[];
  const states = new Map(given.map((state) => [keyOf(state), state]));
  const fixZones = zoneFixer(offered.fields);
  // A source that is asked for one stream need not repeat its namespace.
  const isOwn = ({ name, namespace = stream.namespace }: StreamDescriptor) =>
    name === stream.name && namespace === stream.namespace;
  let status: StreamStatus | undefined;
  let [total, counted, sinceYield, yieldedAt] = [0, 0, 0, performance.now()];
  let [isNews, isHandedOn] = [false, false];
  const saved = () => {
    [sinceYield, yieldedAt, isNews, isHandedOn] = [0, performance.now(), false, true];
    return new SavedState([...states.values()]);
  };

  for await (const messages of program.run('read', filesOf(reading, given), warn)) {
    let page: RecordData[] = [];
    for (const message of messages) {
      if (message.type === 'RECORD') {
        const { record } = message;
        if (!isOwn({ name: record.stream, ...(record.namespace === undefined ? {} : { namespace: record.namespace }) }))
          throw otherStream(stream, record.stream);
        fixZones?.(record.data);
        page.push(record.data);
        counted += 1;
        sinceYield += 1;
      } else if (message.type === 'STATE') {
        const { state } = message;
        const isOfStream = state.type !== 'STREAM' || isOwn(state.stream.stream_descriptor);
        if (isOfStream) {
          checkCount(stream, state, counted);
          total += counted;
          counted = 0;
        }
        // A source that has moved to another kind says by it all that the former one did, and need not take both.
        for (const [key, { type }] of states) if (type !== state.type) states.delete(key);
        states.set(keyOf(state), withoutStats(state));
        isNews = true;
        if (page.length > 0) yield page;
        page = [];
        if (sinceYield >= STATE_RECORDS || performance.now() - yieldedAt >= STATE_MS) yield saved();
      } else if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
        const { stream_descriptor: of, status: now } = message.trace.stream_status;
        if (isOwn(of)) status = now;
      }
    }
    if (page.length > 0) yield page;
  }
  // A program of before the statuses says by its exit code alone that it came to the end.
  if (status !== undefined && status !== 'COMPLETE')
    throw new ConnectorError(
      'source',
      `The source ended without saying that stream "${stream.name}" is complete: ${status}.`,
      {
        stream: offered.name,
        hint: `${isHandedOn && sync === 'incremental' ? 'What came before a state that was handed on is kept, and the next run goes on from there' : 'Nothing of this reading is kept'}. Run it again; look at its log where that is no help.`,
      },
    );
  if (sync === 'incremental' && states.size === 0 && total + counted > 0)
    warn('The source gave no state, so the next run reads everything again.');
  // What came after the last state is committed with it, and comes again in the next run.
  if (isNews) yield saved();
}

const keyOf = (state: AirbyteState) =>
  state.type === 'STREAM'
    ? `STREAM ${state.stream.stream_descriptor.namespace ?? ''} ${state.stream.stream_descriptor.name}`
    : state.type;

/** Undefined is left out where it is written. */
const withoutStats = (state: AirbyteState): AirbyteState =>
  ({ ...state, sourceStats: undefined, destinationStats: undefined }) as never;

function checkCount({ name }: AirbyteStream, { sourceStats }: AirbyteState, counted: number): void {
  const said = sourceStats?.recordCount;
  if (said === undefined || said === counted) return;
  throw new ConnectorError(
    'source',
    `The source says that it has sent ${said} records of stream "${name}" since its last state, and ${counted} came.`,
    {
      fault: 'integrity',
      stream: name,
      hint: 'Run it again. Where it stays so, the source counts or sends wrongly: tell its authors.',
    },
  );
}

const otherStream = (stream: AirbyteStream, name: string) =>
  new ConnectorError('source', `The source was asked for stream "${stream.name}" and sent records of "${name}".`, {
    stream: stream.name,
    hint: 'Tell its authors: records of streams that the catalog does not name belong nowhere.',
  });

function filesOf({ config, offered, sync }: StreamReading, state: readonly AirbyteState[]) {
  const { stream, cursor, primaryKey } = offered;
  const configured = {
    stream,
    sync_mode: sync,
    destination_sync_mode: 'append',
    ...(cursor === undefined ? {} : { cursor_field: cursor }),
    ...(primaryKey.length === 0 ? {} : { primary_key: primaryKey.map((field) => [field]) }),
  };
  const [only] = state;
  // A state of the old kind is the object itself.
  const given = only?.type === 'LEGACY' ? only.data : state;
  return { config, catalog: { streams: [configured] }, ...(state.length === 0 ? {} : { state: given }) };
}
