import { reportOf } from '../../engine/index.js';
import {
  TableVersion,
  type BadRecord,
  type EngineEvent,
  type ErrorReport,
  type Field,
  type RecordData,
} from '../../protocol/index.js';
import { ConnectorError, toConnectorError } from '../../sdk/index.js';
import { linesOf } from '../../sdk/process/index.js';
import {
  batchRecords,
  fieldsOfSchema,
  readMessage,
  recordReader,
  type SchemaMessage,
  type SingerMessage,
} from '../../sdk/wire/singer/index.js';
import { writtenStream, type WriteTarget, type WrittenStream } from '../airbyte/written-stream.js';

export interface TargetOptions extends Omit<WriteTarget, 'on' | 'anew'> {
  readonly schema: string;
  readonly input: AsyncIterable<Uint8Array>;
  /** Hears a state once what came before it is committed, in the order in which they came. */
  readonly echo: (value: unknown) => void;
  readonly note: (text: string) => void;
}

interface Stream {
  readonly name: string;
  readonly written: WrittenStream;
  readonly key: readonly string[];
  readonly read: (record: RecordData) => RecordData;
  /** By which it is known whether another SCHEMA message says anything new. */
  readonly shape: string;
  page: (RecordData | BadRecord)[];
  version: bigint | undefined;
  /** Its version was activated before its first record, so nothing ever says that it is whole. */
  isAnnounced: boolean;
}

const ANEW = 'give another `default_schema` and let the tap begin without a state';

/** Writes what a tap says on stdin into tables; gives what went wrong, nothing where all of it is committed. */
export async function runTarget(options: TargetOptions): Promise<readonly ErrorReport[]> {
  const streams = new Map<string, Stream>();
  const begun: WrittenStream[] = [];
  const told = new Set<string>();
  const once = (text: string) => {
    if (!told.has(text)) options.note(text);
    told.add(text);
  };
  const on = (event: EngineEvent) => {
    if (event.type === 'warning')
      once(event.stream === undefined ? event.message : `stream ${event.stream}: ${event.message}`);
    if (event.type === 'records_quarantined')
      options.note(
        `stream ${event.stream}: ${event.count} records do not fit and are in quarantine: ${Object.entries(
          event.reasons,
        )
          .map(([reason, count]) => `${count} ${reason}`)
          .join(', ')}`,
      );
  };
  const flush = async () => {
    for (const stream of streams.values()) {
      if (stream.page.length === 0) continue;
      const { page } = stream;
      stream.page = [];
      await stream.written.push(page);
    }
  };
  /** The next description of a stream begins when all that came under the one before is committed. */
  const describe = async (message: SchemaMessage) => {
    const { stream: name, schema: jsonSchema, key_properties: key } = message;
    const shape = JSON.stringify([jsonSchema, key]);
    const before = streams.get(name);
    if (before?.shape === shape) return;
    const fields = fieldsOfSchema(name, jsonSchema, key);
    if (before !== undefined) {
      await flush();
      before.written.complete();
      const { exitCode } = await before.written.outcome;
      if (exitCode !== 0) throw new Given(name);
    }
    const written = writtenStream(writtenOf(name, fields, key, options.schema), { ...options, on, anew: ANEW });
    written.outcome.catch(() => undefined); // looked at in the end
    begun.push(written);
    const begin = { version: undefined, isAnnounced: false };
    streams.set(name, { name, written, key, read: recordReader(fields), shape, page: [], ...begin });
  };
  const setVersion = async (stream: Stream, said: number | bigint | null | undefined, isActive: boolean) => {
    if (said === undefined || said === null) return;
    const version = BigInt(said);
    const isKnown = version === stream.version;
    if (isKnown && (!isActive || stream.isAnnounced)) return;
    await flush();
    if (!isKnown) stream.isAnnounced = isActive;
    stream.version = version;
    if (stream.isAnnounced) once(announced(stream.name));
    // Which state the tap was given nobody knows here.
    const step = new TableVersion(version, { isActive: isActive && isKnown, isFromStart: false });
    await stream.written.setVersion(step);
  };
  const streamOf = (name: string): Stream => {
    const stream = streams.get(name);
    if (stream !== undefined) return stream;
    throw new ConnectorError('source', `stdin has a record of stream "${name}" before its schema.`, {
      stream: name,
      hint: 'A tap describes each stream by a SCHEMA message first. See that the command before `tributary target` hands on all lines of the tap; if it does, tell the author of the tap.',
    });
  };
  /** Echoed when each stream has committed what came before it. */
  const mark = async (value: unknown) => {
    await flush();
    const open = [...streams.values()];
    // One that has failed has not committed what came before.
    if (open.some(({ written }) => written.isOver)) return;
    let waiting = open.length + 1;
    const one = () => {
      waiting -= 1;
      if (waiting === 0) options.echo(value);
    };
    for (const { written } of open) await written.mark(one);
    one();
  };
  const take = async (message: SingerMessage) => {
    switch (message.type) {
      case 'SCHEMA':
        return describe(message);
      case 'STATE':
        return mark(message.value);
      case 'RECORD': {
        const stream = streamOf(message.stream);
        checkKey(message.stream, stream, message.record);
        await setVersion(stream, message.version, false);
        stream.page.push(stream.read(message.record));
        return;
      }
      case 'BATCH': {
        const stream = streamOf(message.stream);
        for await (const page of batchRecords(message)) {
          await flush();
          await stream.written.push(
            page.map((record) => (record.constructor === Object ? stream.read(record as RecordData) : record)),
          );
        }
        return;
      }
      case 'ACTIVATE_VERSION': {
        const stream = streams.get(message.stream);
        if (stream !== undefined) await setVersion(stream, message.version, true);
      }
    }
  };

  let fault: ConnectorError | undefined;
  let isEmpty = true;
  try {
    let row = 0;
    for await (const lines of linesOf(options.input, 'stdin')) {
      options.signal.throwIfAborted();
      for (const line of lines) {
        row += 1;
        const message = readMessage(line, `stdin: line ${row}`);
        if (message === undefined) continue;
        isEmpty = false;
        await take(message);
      }
      await flush();
      if (begun.some(({ isOver }) => isOver) && (await faultsOf(begun.filter(({ isOver }) => isOver))).length > 0)
        break;
    }
  } catch (error) {
    if (!(error instanceof Given)) fault = toConnectorError(error);
  }
  if (isEmpty && fault === undefined) options.note(NOTHING_SAID);
  for (const { written } of streams.values())
    if (fault === undefined) written.complete();
    else written.fail(fault);
  const reports = await faultsOf(begun);
  return fault === undefined
    ? reports
    : [reportOf(fault), ...reports.filter(({ message }) => message !== fault.message)];
}

const NOTHING_SAID = 'stdin had no message, so nothing is written; see how the tap ended.';

/** A tap that died just ends its output, as one does that has come to its end. */
const announced = (name: string) =>
  `stream ${name}: its version is activated before its first record, so that nobody can say here whether all of it came; rows of ` +
  'older versions stay. Let a connection read the tap by the source `singer`, which sees how it ends.';

/** A stream has failed, and its outcome says why. */
class Given extends Error {}

async function faultsOf(written: readonly WrittenStream[]): Promise<readonly ErrorReport[]> {
  const reports = await Promise.all(
    written.map(({ outcome }) =>
      outcome.then(
        ({ exitCode, error }) => (exitCode === 0 || error === undefined ? [] : [error]),
        (error: unknown) => [reportOf(toConnectorError(error))],
      ),
    ),
  );
  const messages = new Set<string>();
  return reports.flat().filter(({ message }) => !messages.has(message) && messages.add(message));
}

function writtenOf(name: string, fields: readonly Field[], key: readonly string[], schema: string) {
  const catalog = { name, summary: '', fields, primaryKey: key, syncModes: ['full_refresh', 'incremental'] as const };
  return { catalog, schema, connection: `singer.${schema}.${name}` };
}

function checkKey(name: string, { key }: Stream, record: RecordData): void {
  for (const property of key)
    if (record[property] === undefined || record[property] === null)
      throw new ConnectorError(
        'source',
        `stdin has a record of stream "${name}" without its key property "${property}".`,
        {
          stream: name,
          hint: 'What came before the last state that was echoed is committed. Correct the tap, or its catalog.',
        },
      );
}
