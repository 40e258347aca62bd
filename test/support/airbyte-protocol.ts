import { Ajv } from 'ajv';

/** The messages of the protocol 0.18 that a connector of ours may say, stricter than the protocol itself: nothing that it does not name. */
const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const object = (required: readonly string[], properties: object) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const oneKind = (type: string, required: readonly string[], properties: object) =>
  object(['type', ...required], { type: { const: type }, ...properties });

const descriptor = object(['name'], { name: text, namespace: text });
const streamState = object(['stream_descriptor'], { stream_descriptor: descriptor, stream_state: { type: 'object' } });
const stats = object([], { recordCount: count, rejectedRecordCount: count });
const counted = { sourceStats: stats, destinationStats: stats };
const path = { type: 'array', minItems: 1, items: text };
const stream = object(['name', 'json_schema', 'supported_sync_modes'], {
  name: text,
  namespace: text,
  json_schema: { type: 'object' },
  supported_sync_modes: {
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: { enum: ['full_refresh', 'incremental'] },
  },
  source_defined_cursor: { type: 'boolean' },
  default_cursor_field: path,
  source_defined_primary_key: { type: 'array', minItems: 1, items: path },
  is_resumable: { type: 'boolean' },
});
const at = { type: 'number' };

const MESSAGE = {
  discriminator: { propertyName: 'type' },
  type: 'object',
  required: ['type'],
  oneOf: [
    oneKind('RECORD', ['record'], {
      record: object(['stream', 'data', 'emitted_at'], {
        stream: text,
        namespace: text,
        data: { type: 'object' },
        emitted_at: count,
      }),
    }),
    oneKind('STATE', ['state'], {
      state: {
        oneOf: [
          oneKind('STREAM', ['stream'], { stream: streamState, ...counted }),
          oneKind('GLOBAL', ['global'], {
            global: object(['stream_states'], {
              shared_state: { type: 'object' },
              stream_states: { type: 'array', items: streamState },
            }),
            ...counted,
          }),
          oneKind('LEGACY', ['data'], { data: { type: 'object' }, ...counted }),
        ],
      },
    }),
    oneKind('LOG', ['log'], {
      log: object(['level', 'message'], {
        level: { enum: ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] },
        message: text,
      }),
    }),
    oneKind('TRACE', ['trace'], {
      trace: {
        oneOf: [
          oneKind('ERROR', ['emitted_at', 'error'], {
            emitted_at: at,
            error: object(['message'], {
              message: text,
              internal_message: text,
              failure_type: { enum: ['system_error', 'config_error', 'transient_error'] },
              stream_descriptor: descriptor,
            }),
          }),
          oneKind('STREAM_STATUS', ['emitted_at', 'stream_status'], {
            emitted_at: at,
            stream_status: object(['stream_descriptor', 'status'], {
              stream_descriptor: descriptor,
              status: { enum: ['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'] },
            }),
          }),
        ],
      },
    }),
    oneKind('SPEC', ['spec'], {
      spec: object(['connectionSpecification'], {
        connectionSpecification: { type: 'object' },
        supportsIncremental: { type: 'boolean' },
        supported_destination_sync_modes: { type: 'array', items: { enum: ['append', 'overwrite', 'append_dedup'] } },
        protocol_version: text,
      }),
    }),
    oneKind('CONNECTION_STATUS', ['connectionStatus'], {
      connectionStatus: object(['status'], { status: { enum: ['SUCCEEDED', 'FAILED'] }, message: text }),
    }),
    oneKind('CATALOG', ['catalog'], { catalog: object(['streams'], { streams: { type: 'array', items: stream } }) }),
  ],
};

const isMessage = new Ajv({ allErrors: true, discriminator: true, strict: false }).compile(MESSAGE);

/** What a program has said on stdout; throws at the first line that is no message of the protocol. */
export function messagesOf(stdout: string): readonly any[] {
  if (stdout !== '' && !stdout.endsWith('\n')) throw new Error('The last line has no end.');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const message: unknown = JSON.parse(line);
      if (!isMessage(message)) throw new Error(`${line}: ${JSON.stringify(isMessage.errors)}`);
      return message;
    });
}

/** The configured catalog of all streams of a `discover`. */
export function configuredCatalog(messages: readonly any[], syncMode: (stream: any) => string): object {
  const found = messages.find(({ type }) => type === 'CATALOG').catalog.streams as readonly any[];
  return {
    streams: found.map((one) => ({
      stream: one,
      sync_mode: syncMode(one),
      destination_sync_mode: 'append',
      cursor_field: one.default_cursor_field,
      primary_key: one.source_defined_primary_key,
    })),
  };
}
