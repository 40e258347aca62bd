import type { RecordData } from '../../protocol/index.js';
import { ConnectorError, toConnectorError } from '../../sdk/index.js';
import { linesOf } from '../../sdk/process/index.js';
import {
  readMessage,
  type AirbyteMessage,
  type AirbyteState,
  type ConfiguredCatalog,
  type StateStats,
  type StreamDescriptor,
} from '../../sdk/wire/airbyte/index.js';
import { reportOf } from '../../engine/index.js';
import type { MessageWriter } from './message-writer.js';
import { configuredStream, planOf, writtenStream, type WriteTarget, type WrittenStream } from './written-stream.js';

export interface WriteOptions extends Omit<WriteTarget, 'on' | 'anew'> {
  readonly defaultSchema: string;
  readonly catalog: ConfiguredCatalog;
  readonly input: AsyncIterable<Uint8Array>;
  readonly messages: MessageWriter;
}

const keyOf = ({ name, namespace }: StreamDescriptor) => JSON.stringify([namespace ?? null, name]);
const descriptorOf = ({ name, namespace }: StreamDescriptor): StreamDescriptor => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

const ANEW = 'refresh the stream and remove its records (`minimum_generation_id` as `generation_id`)';

/** Writes the records of stdin into tables, echoes each state once what came before it is committed, and says whether all of it is. */
export async function writeMessages(options: WriteOptions): Promise<boolean> {
  const { catalog, messages } = options;
  const configured = new Map(catalog.streams.map((one) => [keyOf(one.stream), one]));
  if (configured.size < catalog.streams.length)
    throw new ConnectorError('config', 'The catalog has a stream twice.', {
      hint: 'Each name and namespace stands there once.',
    });
  // All of them are looked at before anything is written.
  for (const one of catalog.streams) planOf(one);
  const begun = new Map<string, WrittenStream>();
  const complete = new Set<string>();
  const on: WriteTarget['on'] = (event) => {
    if (event.type === 'warning' && event.stream !== undefined)
      messages.log('WARN', `Stream "${event.stream}": ${event.message}`);
    if (event.type === 'records_quarantined')
      messages.log(
        'WARN',
        `Stream "${event.stream}": ${event.count} records do not fit and are in quarantine: ${Object.entries(
          event.reasons,
        )
          .map(([reason, count]) => `${count} ${reason}`)
          .join(', ')}`,
      );
  };
  const streamOf = (of: StreamDescriptor, what: string): [key: string, stream: WrittenStream] => {
    const key = keyOf(of);
    const known = begun.get(key);
    if (known !== undefined) return [key, known];
    const one = configured.get(key);
    if (one === undefined)
      throw new ConnectorError(
        'source',
        `stdin has a ${what} of stream "${of.name}", which the catalog does not name.`,
        {
          hint: 'The catalog that the source reads by and that of `write` name the same streams.',
        },
      );
    const stream = writtenStream(configuredStream(one, options.defaultSchema), { ...options, on, anew: ANEW });
    stream.outcome.catch(() => undefined); // looked at in the end
    begun.set(key, stream);
    return [key, stream];
  };

  const echo = (
    state: AirbyteState,
    { records, rejected }: { readonly records: number; readonly rejected: number },
  ) => {
    const stats: StateStats = {
      recordCount: records - rejected,
      ...(rejected === 0 ? {} : { rejectedRecordCount: rejected }),
    };
    messages.send({ type: 'STATE', state: { ...state, destinationStats: stats } }).catch(() => undefined);
  };
  const markOne = (state: AirbyteState, stream: WrittenStream) => stream.mark((counts) => echo(state, counts));
  /** A state of all streams stands for what has come of each of them. */
  const markAll = async (state: AirbyteState) => {
    const open = [...begun.values()];
    const sum = { records: 0, rejected: 0 };
    let waiting = open.length + 1;
    const one = () => {
      waiting -= 1;
      if (waiting === 0) echo(state, sum);
    };
    for (const stream of open)
      await stream.mark((counts) => {
        sum.records += counts.records;
        sum.rejected += counts.rejected;
        one();
      });
    one();
  };
  const take = async (message: AirbyteMessage, page: Page) => {
    if (message.type === 'STATE') {
      const { state } = message;
      await page.flush();
      if (state.type === 'STREAM') await markOne(state, streamOf(state.stream.stream_descriptor, 'state')[1]);
      else await markAll(state);
    } else if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor: of, status } = message.trace.stream_status;
      await page.flush();
      const [key, stream] = streamOf(of, 'status');
      if (status === 'COMPLETE') complete.add(key);
      if (status === 'INCOMPLETE') stream.fail(notComplete(of, 'The source has said that it is incomplete'));
    }
  };

  let fault: ConnectorError | undefined;
  try {
    let number = 0;
    for await (const lines of linesOf(options.input, 'stdin')) {
      options.signal.throwIfAborted();
      const page = pageOf((of) => streamOf(of, 'record')[1]);
      for (const line of lines) {
        number += 1;
        const message = line.trim() === '' ? undefined : readMessage(line, number, 'stdin');
        if (message?.type === 'RECORD') page.add(message.record);
        else if (message !== undefined) await take(message, page);
      }
      await page.flush();
      if (begun.size === configured.size && [...begun.values()].every((stream) => stream.isOver)) break;
    }
  } catch (error) {
    fault = toConnectorError(error);
  }
  for (const { stream } of catalog.streams) {
    const key = keyOf(stream);
    const [, written] = streamOf(stream, 'record');
    if (fault === undefined && complete.has(key)) written.complete();
    else written.fail(fault ?? notComplete(stream, 'The input ended'));
  }
  let isWhole = fault === undefined;
  const told = new Set<string>();
  for (const [key, stream] of begun) {
    const report = await stream.outcome.then(
      ({ exitCode, error }) => (exitCode === 0 ? undefined : error),
      (error: unknown) => reportOf(toConnectorError(error)),
    );
    if (report === undefined) continue;
    isWhole = false;
    if (told.has(report.message)) continue;
    told.add(report.message);
    messages.fault(report, fault === undefined ? descriptorOf(configured.get(key)!.stream) : undefined);
  }
  await messages.flush();
  return isWhole;
}

const notComplete = ({ name }: StreamDescriptor, what: string) =>
  new ConnectorError('source', `${what} before stream "${name}" was said to be complete.`, {
    stream: name,
    hint: 'What was committed up to the last state that was echoed stays. Run the sync again from there.',
  });

/** The records of one read of stdin, by their streams. */
interface Page {
  add(record: Extract<AirbyteMessage, { type: 'RECORD' }>['record']): void;
  flush(): Promise<void>;
}

function pageOf(streamOf: (of: StreamDescriptor) => WrittenStream): Page {
  const records = new Map<WrittenStream, RecordData[]>();
  return {
    add({ stream, namespace, data }) {
      const of = streamOf({ name: stream, ...(namespace === undefined ? {} : { namespace }) });
      const own = records.get(of);
      if (own === undefined) records.set(of, [data]);
      else own.push(data);
    },
    async flush() {
      for (const [stream, own] of records) await stream.push(own);
      records.clear();
    },
  };
}
