import type { Writable } from 'node:stream';
import { jsonText } from '../../protocol/index.js';
import { ConnectorError, type ErrorKind } from '../../sdk/index.js';
import type { AirbyteMessage, FailureType, StreamDescriptor, StreamStatus } from '../../sdk/wire/airbyte/index.js';
import type { ErrorReport } from '../../protocol/index.js';

/** Writes messages in the order in which they are given, no faster than they are taken. */
export interface MessageWriter {
  /** Resolves when there is room for the next. Throws once nobody reads any more. */
  send(message: AirbyteMessage): Promise<void>;
  /** Lines that are messages already. */
  sendLines(lines: string): Promise<void>;
  status(stream: StreamDescriptor, status: StreamStatus): void;
  fault(error: ErrorReport, stream?: StreamDescriptor): void;
  log(level: 'WARN' | 'INFO', message: string): void;
  scrub(text: string): string;
  /** Resolves when all was taken. */
  flush(): Promise<void>;
}

/** What a platform does by it: asks a person, tries again, or tells the authors. */
const FAILURES: Readonly<Record<ErrorKind, FailureType>> = {
  config: 'config_error',
  schema: 'config_error',
  auth: 'config_error',
  rate_limit: 'transient_error',
  transient: 'transient_error',
  locked: 'transient_error',
  source: 'system_error',
  destination: 'system_error',
  data: 'system_error',
  expectation: 'system_error',
  internal: 'system_error',
};

/** What our commands would show, there is no connection here to show it for. */
const OVER_BUDGET = 'The warnings before say which and why. Correct the source, or the types that are declared for it.';

/** `scrub` takes secrets out of all texts for people. */
export function messageWriter(into: Writable, scrub: (text: string) => string): MessageWriter {
  let gone: ConnectorError | undefined;
  let pending: Promise<void> = Promise.resolve();
  into.on('error', (cause) => {
    gone ??= new ConnectorError('destination', 'Nobody reads the messages any more.', { cause });
  });
  const sendLines = (lines: string) => {
    pending = pending.then(async () => {
      if (gone !== undefined) return;
      if (!into.write(lines)) await drained(into);
    });
    return pending.then(() => {
      if (gone !== undefined) throw gone;
    });
  };
  const send = (message: AirbyteMessage) => sendLines(`${jsonText(message)}\n`);
  // What cannot be told is told by the next record.
  const tell = (message: AirbyteMessage) => void send(message).catch(() => undefined);
  const now = () => Date.now();
  return {
    send,
    sendLines,
    status: (stream, status) =>
      tell({
        type: 'TRACE',
        trace: { type: 'STREAM_STATUS', emitted_at: now(), stream_status: { stream_descriptor: stream, status } },
      }),
    fault({ kind, message, hint: said }, stream) {
      const hint = kind === 'data' ? OVER_BUDGET : said;
      tell({
        type: 'TRACE',
        trace: {
          type: 'ERROR',
          emitted_at: now(),
          error: {
            message: scrub(hint === undefined ? message : `${message} ${hint}`),
            internal_message: scrub(`${kind}: ${message}`),
            failure_type: FAILURES[kind],
            ...(stream === undefined ? {} : { stream_descriptor: stream }),
          },
        },
      });
    },
    scrub,
    log: (level, message) => tell({ type: 'LOG', log: { level, message: scrub(message) } }),
    async flush() {
      await pending;
      if (gone !== undefined) throw gone;
    },
  };
}

function drained(into: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      into.off('drain', done).off('error', done).off('close', done);
      resolve();
    };
    into.once('drain', done).once('error', done).once('close', done);
  });
}
