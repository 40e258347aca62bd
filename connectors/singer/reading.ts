import {
  ConnectorError,
  SavedState,
  TableVersion,
  toConnectorError,
  type BadRecord,
  type Field,
  type RecordData,
  type SyncMode,
} from '#sdk';
import type { RunningProcess } from '#sdk/process';
import { batchRecords, fieldsOfSchema, readMessage, recordReader, type SingerMessage } from '#sdk/wire/singer';
import { isFromStart, jointState, keeping, type KeptState, type Member } from './joint-state.js';
import { openLane, type Lane } from './lane.js';

/** A stream that is read, with what was planned for it. */
export interface ReadStream {
  readonly name: string;
  /** What the catalog calls it. */
  readonly id: string;
  readonly fields: readonly Field[];
  readonly key: readonly string[];
  readonly sync: SyncMode;
  readonly kept: KeptState | undefined;
}

export interface ReadingOptions {
  readonly streams: readonly ReadStream[];
  readonly start: (state: unknown, onNote: (line: string) => void) => Promise<RunningProcess>;
  readonly warn: (message: string) => void;
}

/** One run of the tap: its messages are handed to the streams that they belong to. */
export interface Reading {
  readonly lanes: ReadonlyMap<string, Lane>;
}

/** A state is handed on after so many records, or so many milliseconds, and at the end: each is a transaction of every stream. */
const STATE_RECORDS = 20_000;
const STATE_MS = 30_000;
/** Notes of the tap that are warnings or worse; past this only the last ones are kept, for an error. */
const MOST_NOTES = 50;
const BAD_NOTE = /\b(?:WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b/i;

const memberOf = ({ name, id, sync, kept }: ReadStream): Member => ({ ids: [...new Set([id, name])], sync, kept });

interface Reader {
  readonly stream: ReadStream;
  readonly lane: Lane;
  page: (RecordData | BadRecord)[];
  /** Undefined until its schema came. */
  record: ((record: RecordData) => RecordData) | undefined;
  hasRecords: boolean;
  version: bigint | undefined;
}

/** Starts the tap. It writes no faster than the slowest of its streams is read. */
export function startReading(options: ReadingOptions): Reading {
  const readers = new Map<string, Reader>(
    options.streams.map((stream) => [
      stream.name,
      { stream, lane: openLane(), page: [], record: undefined, hasRecords: false, version: undefined },
    ]),
  );
  const lanes = new Map([...readers].map(([name, { lane }]) => [name, lane]));
  void pump(options, readers).then(
    () => {
      for (const { lane } of readers.values()) lane.end();
    },
    (error: unknown) => {
      for (const { lane } of readers.values()) lane.end(error);
    },
  );
  return { lanes };
}

async function pump({ streams, start, warn }: ReadingOptions, readers: ReadonlyMap<string, Reader>): Promise<void> {
  const keep = keeping(
    streams.map(({ name }) => name),
    new Map(streams.map(({ name, kept }) => [name, kept])),
  );
  let notes = 0;
  const told = new Set<string>();
  const once = (key: string, message: string) => {
    if (!told.has(key)) warn(message);
    told.add(key);
  };
  const onNote = (line: string) => {
    if (BAD_NOTE.test(line) && ++notes <= MOST_NOTES) warn(`The tap says: ${line.slice(0, 500)}`);
  };
  const state = jointState(streams.map(memberOf));
  const tap = await start(state, onNote);
  let held: { readonly value: unknown } | undefined;
  let records = 0;
  let since = performance.now();
  const flush = () => {
    for (const reader of readers.values()) {
      if (reader.page.length > 0) reader.lane.put(reader.page);
      reader.page = [];
    }
  };
  const passState = () => {
    flush();
    if (held === undefined) return;
    const kept = keep(held.value);
    for (const [name, { lane }] of readers) lane.put(new SavedState(kept(name)));
    held = undefined;
    records = 0;
    since = performance.now();
  };
  const hasRoom = async () => {
    flush();
    for (const { lane } of readers.values()) await lane.room();
  };

  const setVersion = (reader: Reader, said: number | bigint | null | undefined, isActive: boolean) => {
    if (said === undefined || said === null) return;
    const version = BigInt(said);
    if (version === reader.version && !isActive) return;
    const { stream, lane, hasRecords } = reader;
    if (version !== reader.version && reader.version !== undefined && hasRecords) {
      if (stream.sync === 'full_refresh') throw twoVersions(stream.name, reader.version, version);
      // The last state stands for records of the version before.
      passState();
    }
    flush();
    reader.version = version;
    lane.put(new TableVersion(version, { isActive, isFromStart: isFromStart(memberOf(stream)) }));
  };

  async function take(message: SingerMessage): Promise<void> {
    if (message.type === 'STATE') {
      held = { value: message.value };
      if (records >= STATE_RECORDS || performance.now() - since >= STATE_MS) passState();
      return;
    }
    const reader = readers.get(message.stream);
    if (reader === undefined) {
      if (message.type === 'RECORD' || message.type === 'BATCH')
        once(message.stream, `The tap writes records of "${message.stream}", which is not read; they are left out.`);
      return;
    }
    switch (message.type) {
      case 'SCHEMA':
        reader.record = recordReader(agreedFields(reader.stream, message));
        return;
      case 'RECORD':
        setVersion(reader, message.version, false);
        reader.page.push(schemaOf(reader)(message.record));
        reader.hasRecords = true;
        records += 1;
        return;
      case 'BATCH': {
        const record = schemaOf(reader);
        for await (const page of batchRecords(message)) {
          reader.page.push(...page.map((one) => (isRecord(one) ? record(one) : one)));
          reader.hasRecords = true;
          records += page.length;
          await hasRoom();
        }
        return;
      }
      case 'ACTIVATE_VERSION':
        setVersion(reader, message.version, true);
    }
  }

  const messageOf = (line: string, place: number) => {
    try {
      return readMessage(line, `line ${place}`);
    } catch (error) {
      throw tap.failure(`cannot be read: ${toConnectorError(error).message.replace(/\.$/, '')}`);
    }
  };

  let row = 0;
  try {
    for await (const lines of tap.lines) {
      for (const line of lines) {
        row += 1;
        const message = messageOf(line, row);
        if (message !== undefined) await take(message);
      }
      await hasRoom();
      if ([...readers.values()].every(({ lane }) => lane.isLeft)) return;
    }
  } catch (error) {
    // What came before the last state may be committed all the same.
    passState();
    throw error;
  } finally {
    await tap.stop();
  }
  passState();
  for (const reader of readers.values())
    if (reader.record === undefined)
      reader.lane.end(
        new ConnectorError('source', `The tap has ended without a word about stream "${reader.stream.name}".`, {
          stream: reader.stream.name,
          hint: 'It was chosen in the catalog. Look at the notes of the tap: a right may be missing, or it chooses streams otherwise.',
        }),
      );
}

const isRecord = (value: RecordData | BadRecord): value is RecordData => value.constructor === Object;

function schemaOf({ record, stream: { name } }: Reader): (record: RecordData) => RecordData {
  if (record !== undefined) return record;
  throw new ConnectorError('source', `The tap writes a record of stream "${name}" before its schema.`, {
    stream: name,
    hint: 'Tell the author of the tap: a stream begins with a SCHEMA message.',
  });
}

/** The fields as planned; throws where the tap's own message contradicts the catalog by which they were. */
function agreedFields(
  { name, fields, key }: ReadStream,
  message: Extract<SingerMessage, { type: 'SCHEMA' }>,
): readonly Field[] {
  fieldsOfSchema(name, message.schema, message.key_properties);
  const other = message.key_properties.filter((column) => !key.includes(column));
  if (message.key_properties.length > 0 && (other.length > 0 || message.key_properties.length !== key.length))
    throw new ConnectorError(
      'schema',
      `The key of stream "${name}" is "${message.key_properties.join('", "')}" in its SCHEMA message, and "${key.join('", "')}" in the catalog.`,
      {
        stream: name,
        hint: 'Say which it is by `primary_key` of the stream; a key that moves needs the table to be read anew.',
      },
    );
  return fields;
}

/** Records of two versions in one reading are two tables; the first is no longer wanted when the second begins. */
const twoVersions = (stream: string, known: bigint, version: bigint) =>
  new ConnectorError(
    'source',
    `The tap began stream "${stream}" anew while it was read: version ${known}, then ${version}.`,
    { stream, hint: 'Run it again.' },
  );
